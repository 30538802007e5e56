//! Which opportunities the manifest's query chooses.

use super::Error;
use crate::manifest::{Exclusion, Query};
use crate::org::{Org, Scope, soql};

/// One condition of the query, and what a person calls it.
struct Filter {
    name: &'static str,
    condition: String,
}

fn filters(query: &Query, has_default_exclusion: bool) -> Vec<Filter> {
    let one_of = |name, field: &str, values: &[String]| {
        let literals: Vec<_> = values.iter().map(|value| soql::literal(value)).collect();
        let condition = format!("{field} IN ({})", literals.join(", "));
        (!values.is_empty()).then_some(Filter { name, condition })
    };
    let exclusion = match &query.exclude_if_omitted_field {
        Exclusion::Field(field) => Some(field.as_str()),
        Exclusion::IfPresent if has_default_exclusion => Some(Exclusion::DEFAULT_FIELD),
        Exclusion::IfPresent | Exclusion::Off => None,
    };
    [
        (!query.include_closed).then(|| Filter {
            name: "include_closed: false",
            condition: "IsClosed = FALSE".to_owned(),
        }),
        one_of("opportunity_type", "Type", &query.opportunity_type),
        one_of("stages_allowed", "StageName", &query.stages_allowed),
        query.close_date_range.map(|range| Filter {
            name: "close_date_range",
            condition: format!(
                "CloseDate >= {} AND CloseDate <= {}",
                range.min(),
                range.max()
            ),
        }),
        exclusion.map(|field| Filter {
            name: "exclude_if_omitted_field",
            condition: format!("{field} = FALSE"),
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The condition of the whole query, with ` WHERE ` in front; empty where nothing is filtered.
pub(super) fn condition(query: &Query, has_default_exclusion: bool) -> String {
    let conditions: Vec<_> = filters(query, has_default_exclusion)
        .into_iter()
        .map(|filter| filter.condition)
        .collect();
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
    for Filter { name, condition } in filters(query, has_default_exclusion) {
        names.push(name.to_owned());
        queries.push(format!("SELECT COUNT() FROM Opportunity WHERE {condition}"));
    }
    let counts = org.counts(&queries, Scope::Query).await?;
    Ok(names.into_iter().zip(counts).collect())
}

#[cfg(test)]
mod tests {
    use super::{condition, query_digest};
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
}
