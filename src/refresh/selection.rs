//! Which opportunities the manifest's query chooses.

use jiff::civil::Date;
use serde_json::Value as Json;

use super::Error;
use super::inventory::value;
use crate::manifest::{Bounds, Exclusion, Query};
use crate::org::{Fields, Org, Scope, soql};

/// One condition of the query, and what a person calls it.
struct Filter<'a> {
    name: &'static str,
    field: &'a str,
    test: Test<'a>,
}

/// What the field has to hold.
enum Test<'a> {
    /// Any of these; where there are none, whatever it is.
    OneOf(&'a [String]),
    Between(Bounds<Date>),
    False,
}

fn filters(query: &Query, has_default_exclusion: bool) -> Vec<Filter<'_>> {
    let Query {
        opportunity_type,
        stages_allowed,
        exclude_if_omitted_field,
        close_date_range,
        include_closed,
        limit: _,
        on_leave: _,
    } = query;
    let exclusion = match exclude_if_omitted_field {
        Exclusion::Field(field) => Some(field.as_str()),
        Exclusion::IfPresent if has_default_exclusion => Some(Exclusion::DEFAULT_FIELD),
        Exclusion::IfPresent | Exclusion::Off => None,
    };
    let (kinds, stages) = (Test::OneOf(opportunity_type), Test::OneOf(stages_allowed));
    let open = (!include_closed).then_some(("IsClosed", Test::False));
    let range = close_date_range.map(|range| ("CloseDate", Test::Between(range)));
    let exclusion = exclusion.map(|field| (field, Test::False));
    let all = [
        ("include_closed: false", open),
        ("opportunity_type", Some(("Type", kinds))),
        ("stages_allowed", Some(("StageName", stages))),
        ("close_date_range", range),
        ("exclude_if_omitted_field", exclusion),
    ];
    let filters = all.into_iter().filter_map(|(name, test)| {
        let (field, test) = test?;
        Some(Filter { name, field, test })
    });
    filters
        .filter(|filter| !matches!(filter.test, Test::OneOf([])))
        .collect()
}

impl Filter<'_> {
    fn condition(&self) -> String {
        let Self { field, test, .. } = self;
        match test {
            Test::OneOf(values) => {
                let literals: Vec<_> = values.iter().map(|value| soql::literal(value)).collect();
                format!("{field} IN ({})", literals.join(", "))
            }
            Test::Between(range) => {
                format!("{field} >= {} AND {field} <= {}", range.min(), range.max())
            }
            Test::False => format!("{field} = FALSE"),
        }
    }

    /// Whether a record that holds these values passes, by the org's own rules.
    fn admits(&self, fields: &Fields) -> bool {
        let value = value(fields, self.field);
        let text = value.and_then(Json::as_str);
        match self.test {
            Test::OneOf(values) => text.is_some_and(|text| {
                let mut values = values.iter();
                values.any(|value| value.eq_ignore_ascii_case(text))
            }),
            Test::Between(range) => text
                .and_then(|text| text.parse::<Date>().ok())
                .is_some_and(|day| range.min() <= day && day <= range.max()),
            Test::False => value != Some(&Json::Bool(true)) && text != Some("true"),
        }
    }
}

/// The fields that the query looks at.
pub(super) fn looked_at(query: &Query, has_default_exclusion: bool) -> impl Iterator<Item = &str> {
    let filters = filters(query, has_default_exclusion);
    filters.into_iter().map(|filter| filter.field)
}

/// Whether the query chooses a record that holds these values.
pub(super) fn chooses(query: &Query, has_default_exclusion: bool, fields: &Fields) -> bool {
    let filters = filters(query, has_default_exclusion);
    filters.iter().all(|filter| filter.admits(fields))
}

/// The condition of the whole query, with ` WHERE ` in front; empty where nothing is filtered.
pub(super) fn condition(query: &Query, has_default_exclusion: bool) -> String {
    let filters = filters(query, has_default_exclusion);
    let conditions: Vec<_> = filters.iter().map(Filter::condition).collect();
    if conditions.is_empty() {
        return String::new();
    }
    format!(" WHERE {}", conditions.join(" AND "))
}

/// Tells one query from another; the limit is not part of it.
pub(crate) fn query_digest(query: &Query, has_default_exclusion: bool) -> String {
    let condition = condition(query, has_default_exclusion);
    blake3::hash(condition.as_bytes()).to_hex()[..16].to_owned()
}

/// How many opportunities each filter leaves on its own: for the message that none is left.
pub(crate) async fn filter_counts(
    org: &Org,
    query: &Query,
    has_default_exclusion: bool,
) -> Result<Vec<(String, u64)>, Error> {
    let mut names = vec!["all opportunities".to_owned()];
    let mut queries = vec!["SELECT COUNT() FROM Opportunity".to_owned()];
    for filter in filters(query, has_default_exclusion) {
        names.push(filter.name.to_owned());
        let condition = filter.condition();
        queries.push(format!("SELECT COUNT() FROM Opportunity WHERE {condition}"));
    }
    let counts = org.counts(&queries, Scope::Query).await?;
    Ok(names.into_iter().zip(counts).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{chooses, condition, query_digest};
    use crate::manifest::parse;

    fn query(yaml: &str) -> crate::manifest::Query {
        let source =
            format!("run: {{name: x}}\nsalesforce: {{instance_url: embedded, query: {yaml}}}\n");
        parse(&source, "demo.yaml").unwrap().salesforce.query
    }

    #[test]
    fn filters_become_conditions() {
        for (yaml, has, expect) in [
            ("{include_closed: true}", false, ""),
            ("{}", false, " WHERE IsClosed = FALSE"),
            (
                "{}",
                true,
                " WHERE IsClosed = FALSE AND Omitted_from_Demo__c = FALSE",
            ),
            (
                "{include_closed: true, opportunity_type: [\"A'B\"], stages_allowed: [X, Y]}",
                false,
                " WHERE Type IN ('A\\'B') AND StageName IN ('X', 'Y')",
            ),
            (
                "{include_closed: true, close_date_range: {start: 2026-01-01, end: 2026-02-01}}",
                false,
                " WHERE CloseDate >= 2026-01-01 AND CloseDate <= 2026-02-01",
            ),
        ] {
            assert_eq!(condition(&query(yaml), has), expect);
        }
    }

    #[test]
    fn the_limit_is_no_edit_of_the_query() {
        let digest = |yaml| query_digest(&query(yaml), false);
        assert_eq!(digest("{limit: 5}"), digest("{limit: 50}"));
        assert_ne!(digest("{limit: 5}"), digest("{include_closed: true}"));
    }

    #[test]
    fn what_is_judged_here_is_judged_as_the_org_does() {
        let check = |yaml: &str, field: &str, value: serde_json::Value, expect: bool| {
            let fields = serde_json::Map::from_iter([(field.to_owned(), value.clone())]);
            let chosen = chooses(&query(yaml), true, &fields);
            assert_eq!(chosen, expect, "{yaml} {field} {value}");
        };
        let year = "{close_date_range: {start: 2026-01-01, end: 2026-12-31}}";
        check(year, "CloseDate", json!("2026-01-01"), true);
        check(year, "CloseDate", json!("2026-12-31"), true);
        check(year, "CloseDate", json!("2027-01-01"), false);
        check(year, "CloseDate", json!(null), false);
        let new = "{opportunity_type: [New Business, Renewal]}";
        check(new, "Type", json!("new business"), true);
        check(new, "Type", json!("Upsell"), false);
        check(new, "Name", json!("New Business"), false);
        check("{}", "IsClosed", json!(true), false);
        check("{}", "IsClosed", json!("false"), true);
        check("{include_closed: true}", "IsClosed", json!(true), true);
        check("{}", "Omitted_from_Demo__c", json!("true"), false);
        check(
            "{exclude_if_omitted_field: null}",
            "Omitted_from_Demo__c",
            json!(true),
            true,
        );
    }
}
