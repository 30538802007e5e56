//! What the stories of a plan come to: how many deals have each shape, what could not be what it
//! was to be, and what had to give.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::shape::Shape;
use crate::model::told::{Fell, Gave, Shaped, StorySummary};
use crate::plan_file::Header;

#[derive(Serialize)]
pub(super) struct StoriesLine<'a> {
    shapes: Vec<ShapeLine<'a>>,
    fallen: &'a [Fell],
    calendars: CalendarsLine,
}

#[derive(Serialize)]
struct ShapeLine<'a> {
    shape: Shape,
    deals: u64,
    /// How many of them People.ai's published rules call what.
    classes: BTreeMap<&'a str, u64>,
    broken: u64,
    /// How many of them do not hold what.
    rules: BTreeMap<&'a str, u64>,
}

/// Counts of meetings.
#[derive(Serialize)]
struct CalendarsLine {
    overlaps: u64,
    forced: u64,
    dropped: u64,
    apart: u64,
}

pub(super) fn line(header: &Header) -> StoriesLine<'_> {
    let StorySummary {
        shapes,
        fallen,
        calendars,
    } = &*header.stories;
    let Gave {
        forced,
        dropped,
        apart,
    } = *calendars;
    StoriesLine {
        shapes: shapes.iter().map(shape).collect(),
        fallen,
        calendars: CalendarsLine {
            overlaps: header.coverage.overlaps,
            forced,
            dropped,
            apart,
        },
    }
}

fn shape(shaped: &Shaped) -> ShapeLine<'_> {
    let Shaped {
        shape,
        deals,
        classes,
        broken,
        rules,
    } = shaped;
    ShapeLine {
        shape: *shape,
        deals: *deals,
        classes: by_name(classes),
        broken: *broken,
        rules: by_name(rules),
    }
}

fn by_name(counts: &[(String, u64)]) -> BTreeMap<&str, u64> {
    let counts = counts.iter();
    counts.map(|(name, count)| (&**name, *count)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::line;
    use crate::model::shape::Shape;
    use crate::model::told::{Fell, Gave, Shaped, StorySummary};
    use crate::plan_file::{Command, Coverage, Header};
    use crate::report::fixtures::{deal, header};

    #[test]
    fn shapes_reasons_and_calendars_are_counted() {
        let stories = StorySummary {
            shapes: vec![Shaped {
                shape: Shape::AtRisk,
                deals: 7,
                classes: vec![("risk".to_owned(), 5), ("stalled".to_owned(), 2)],
                broken: 2,
                rules: vec![("days silent".to_owned(), 2), ("people".to_owned(), 1)],
            }],
            fallen: vec![Fell {
                from: Shape::Stalled,
                to: Shape::AtRisk,
                because: "needs 26 business days of past, and there are 20".to_owned(),
                deals: 3,
                example: deal(1),
            }],
            calendars: Gave {
                forced: 1,
                dropped: 4,
                apart: 2,
            },
        };
        let header = Header {
            stories: Box::new(stories),
            coverage: Coverage {
                overlaps: 1,
                ..Coverage::default()
            },
            ..header(Command::Apply)
        };
        assert_eq!(
            serde_json::to_value(line(&header)).unwrap(),
            json!({
                "shapes": [{
                    "shape": "at-risk",
                    "deals": 7,
                    "classes": {"risk": 5, "stalled": 2},
                    "broken": 2,
                    "rules": {"days silent": 2, "people": 1},
                }],
                "fallen": [{
                    "from": "stalled",
                    "to": "at-risk",
                    "because": "needs 26 business days of past, and there are 20",
                    "deals": 3,
                    "example": "006DG0000000001YAA",
                }],
                "calendars": {"overlaps": 1, "forced": 1, "dropped": 4, "apart": 2},
            })
        );
    }
}
