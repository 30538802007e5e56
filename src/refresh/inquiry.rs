//! Asking the org which of our records may have changed since the last refresh.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::found::belonging;
use super::live::{OwnedFields, Proof, stamp};
use super::window::{self, Questions, Stamped};
use super::{Error, record_id};
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::model::recorded::{Known, Mark};
use crate::org::{Fields, Kind, Org, Pages, Read, Scope, Span, Told};
use crate::state::State;

/// What is asked with.
pub(crate) struct Inquiry<'a> {
    pub(crate) org: &'a Org,
    pub(crate) state: &'a State,
    pub(crate) proof: &'a Proof<'a>,
    /// The fields that are wanted now.
    pub(crate) owned: OwnedFields,
    /// By kind: how many of the pack's records there are in the org.
    pub(crate) counts: &'a BTreeMap<Object, u64>,
}

impl Inquiry<'_> {
    fn belonging(&self, object: Object) -> Option<String> {
        belonging(self.proof.capabilities, object, self.proof.pack)
    }
}

/// More than this of a kind are not looked up one by one.
const MOST: usize = 10_000;

/// What is asked of a kind.
enum Ask {
    /// The rows that were stamped lately.
    Rows,
    /// How many rows were stamped in a span of time.
    Count(window::Span),
    /// The ids of what was changed, or deleted.
    Ids,
}

/// What the org told of each kind.
#[derive(Default)]
struct Answers {
    rows: BTreeMap<Object, Vec<Stamped>>,
    ids: BTreeMap<Object, BTreeSet<RecordId>>,
    /// Spans that do not hold as many records as they should.
    differing: Vec<(Object, window::Span)>,
    /// Kinds of which a question was refused, or which changed too much.
    refused: BTreeSet<Object>,
}

/// Of each kind whose changes can be told: what is known of it, and which records may have
/// changed.
pub(super) async fn suspects(
    inquiry: &Inquiry<'_>,
    mark: &Mark,
) -> Result<BTreeMap<Object, (Known, BTreeSet<RecordId>)>, Error> {
    let mut known = inquiry.state.known(window::earliest(mark))?;
    let (mut asks, mut reads) = (Vec::new(), Vec::new());
    known.retain(|object, known| {
        let questions = questions(inquiry, mark, *object, known);
        let is_asked = !questions.is_empty();
        for (ask, read) in questions {
            asks.push((*object, ask));
            reads.push(read);
        }
        is_asked
    });
    let told = inquiry.org.read(&reads).await?;
    let answers = answers(inquiry, &known, asks.into_iter().zip(told)).await?;
    known.retain(|object, _| !answers.refused.contains(object));
    let seen = answers.rows.values().flatten().map(|row| row.id).collect();
    let stamps = inquiry.state.stamps_of(&seen)?;
    let mut suspects = BTreeMap::new();
    for (object, known) in known {
        let mut of_kind = known.doubtful.clone();
        if let Some(rows) = answers.rows.get(&object) {
            of_kind.extend(window::changed(rows, &stamps));
        }
        of_kind.extend(answers.ids.get(&object).into_iter().flatten());
        if of_kind.len() <= MOST {
            suspects.insert(object, (known, of_kind));
        }
    }
    Ok(suspects)
}

/// What to ask of a kind; nothing where all of it has to be read.
fn questions<'a>(
    inquiry: &Inquiry,
    mark: &Mark,
    object: Object,
    known: &Known,
) -> Vec<(Ask, Read<'a>)> {
    if !inquiry.proof.capabilities.has(object) {
        return Vec::new();
    }
    let Some(condition) = inquiry.belonging(object).filter(|_| known.keyed) else {
        return changes(inquiry, mark, object);
    };
    let Questions::Changes { since, spans } = window::questions(mark, known) else {
        return Vec::new();
    };
    let read = |fields, span| {
        let soql = soql(object, fields, &condition, span);
        Read::Query(soql, Scope::QueryAll)
    };
    // Among the parts of our records there are those that the org makes of itself.
    let is_counted = inquiry.proof.capabilities.has_key(object);
    let spans = spans.into_iter().filter(|_| is_counted).map(|span| {
        let soql = read(None, (span.from, Some(span.until)));
        (Ask::Count(span), soql)
    });
    let rows = read(Some(ROW), (since, None));
    [(Ask::Rows, rows)].into_iter().chain(spans).collect()
}

/// Without keys the org tells which records of an object changed, whosever they are.
fn changes<'a>(inquiry: &Inquiry, mark: &Mark, object: Object) -> Vec<(Ask, Read<'a>)> {
    let instant = |second| jiff::Timestamp::from_second(second).ok();
    let end = inquiry.org.server_time().map(jiff::Timestamp::as_second);
    let start = instant(window::earliest(mark) / 1_000);
    // The org looks at whole minutes.
    let Some((start, end)) = start.zip(end.and_then(|now| instant(now + 60))) else {
        return Vec::new();
    };
    let (name, span) = (object.api_name(), Span { start, end });
    vec![
        (Ask::Ids, Read::Updated(name, span)),
        (Ask::Ids, Read::Deleted(name, span)),
    ]
}

/// What is asked of a row that was stamped lately.
const ROW: &str = "Id, IsDeleted, SystemModstamp";

/// A query for the rows with a stamp in a span, or for their number.
fn soql(
    object: Object,
    fields: Option<&str>,
    condition: &str,
    (from, until): (i64, Option<i64>),
) -> String {
    let instant = |stamp| {
        let instant = jiff::Timestamp::from_millisecond(stamp);
        instant.unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    };
    let mut soql = format!(
        "SELECT {} FROM {} WHERE {condition} AND SystemModstamp >= {:.3}",
        fields.unwrap_or("COUNT()"),
        object.api_name(),
        instant(from)
    );
    if let Some(until) = until {
        soql.push_str(&format!(" AND SystemModstamp < {:.3}", instant(until)));
    }
    // A deleted row is no more where it was, and shows among the rows.
    if fields.is_none() {
        soql.push_str(" AND IsDeleted = FALSE");
    }
    soql
}

async fn answers(
    inquiry: &Inquiry<'_>,
    known: &BTreeMap<Object, Known>,
    told: impl Iterator<Item = ((Object, Ask), Told)>,
) -> Result<Answers, Error> {
    let mut answers = Answers::default();
    for ((object, ask), told) in told {
        let taken = match ask {
            Ask::Rows => match told.count() {
                Ok(count) if window::is_too_much(count, &known[&object]) => {
                    answers.refused.insert(object);
                    Ok(())
                }
                Ok(_) => stamped(told.pages()?).await.map(|rows| {
                    answers.rows.entry(object).or_default().extend(rows);
                }),
                Err(error) => Err(error.into()),
            },
            Ask::Count(span) => told.count().map_err(Error::from).map(|count| {
                if count != span.known {
                    answers.differing.push((object, span));
                }
            }),
            Ask::Ids => ids(told).map(|ids| {
                answers.ids.entry(object).or_default().extend(ids);
            }),
        };
        match taken {
            Err(Error::Org(error)) if matches!(error.kind(), Kind::Rejected(_)) => {
                answers.refused.insert(object);
            }
            taken => taken?,
        }
    }
    for (object, span) in std::mem::take(&mut answers.differing) {
        let condition = inquiry.belonging(object).unwrap_or_default();
        let span = (span.from, Some(span.until));
        let soql = soql(object, Some(ROW), &condition, span);
        let rows = stamped(inquiry.org.query(soql, Scope::QueryAll)).await?;
        answers.rows.entry(object).or_default().extend(rows);
    }
    Ok(answers)
}

async fn stamped(mut pages: Pages) -> Result<Vec<Stamped>, Error> {
    let mut rows = Vec::new();
    while let Some(page) = pages.next::<Fields>().await? {
        for fields in page {
            let id = fields.get("Id").and_then(Json::as_str).unwrap_or_default();
            let deleted = fields.get("IsDeleted").and_then(Json::as_bool);
            rows.push(Stamped {
                id: record_id(id)?,
                stamp: stamp(&fields),
                deleted: deleted.unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}

fn ids(told: Told) -> Result<BTreeSet<RecordId>, Error> {
    told.ids()?.iter().map(|id| record_id(id)).collect()
}
