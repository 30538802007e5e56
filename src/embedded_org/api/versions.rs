//! The versions of the API, and what a version offers.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use serde_json::{Map, Value, json};

use super::{ApiError, Call, Context, Reply};

/// The oldest version that is not retired, and the newest.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=67;

/// The newest version, as identity fills it in.
pub(super) fn latest() -> String {
    format!("{}.0", VERSIONS.end())
}

/// Seasons come three a year; v67 is Summer '26.
fn label(version: u32) -> String {
    let since = 67 - version;
    let (season, year) = match since % 3 {
        0 => ("Summer", 26 - since / 3),
        1 => ("Spring", 26 - since / 3),
        _ => ("Winter", 26 - since / 3),
    };
    format!("{season} '{year}")
}

/// `GET /services/data`
pub(super) fn list(_: &mut Context<'_>, _: &Call) -> Result<Reply, ApiError> {
    let versions: Vec<Value> = VERSIONS
        .map(|version| {
            json!({
                "label": label(version),
                "url": format!("/services/data/v{version}.0"),
                "version": format!("{version}.0"),
            })
        })
        .collect();
    Ok(Reply::json(200, &Value::Array(versions)))
}

/// `GET /services/data/vXX.X`
pub(super) fn resources(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let path = call.version_path();
    let mut body: Map<String, Value> = [
        "sobjects",
        "query",
        "queryAll",
        "composite",
        "limits",
        "search",
        "parameterizedSearch",
        "recent",
        "jobs",
        "tooling",
        "metadata",
    ]
    .iter()
    .map(|name| ((*name).to_owned(), json!(format!("{path}/{name}"))))
    .collect();
    let facts = context.session.facts;
    let identity = format!("{}/id/{}/{}", context.url, facts.org_id, facts.user_id);
    body.insert("identity".to_owned(), json!(identity));
    Ok(Reply::json(200, &Value::Object(body)))
}

/// `GET /composite`
pub(super) fn composite(_: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let path = call.version_path();
    let body: Map<String, Value> = ["tree", "batch", "sobjects", "graph"]
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                json!(format!("{path}/composite/{name}")),
            )
        })
        .collect();
    Ok(Reply::json(200, &Value::Object(body)))
}

/// Refuses a version that is retired, or not there yet.
pub(super) fn check(call: &Call) -> Result<(), ApiError> {
    let text = call.argument("version");
    if text.is_empty() || (VERSIONS.contains(&call.version()) && is_version(text)) {
        return Ok(());
    }
    if is_version(text) && (1..*VERSIONS.start()).contains(&call.version()) {
        let message = format!(
            "API version {} is retired. Please update to a newer version.",
            &text[1..]
        );
        return Err(ApiError::new(410, "GONE", message));
    }
    Err(ApiError::not_found())
}

/// The number of a version written as `67.0`, with or without its `v`, if it is one that is served.
pub(super) fn number(text: &str) -> Option<u32> {
    let number = text.trim_start_matches(['v', 'V']).strip_suffix(".0")?;
    number
        .parse()
        .ok()
        .filter(|number| VERSIONS.contains(number))
}

fn is_version(text: &str) -> bool {
    let number = text
        .strip_prefix(['v', 'V'])
        .and_then(|text| text.strip_suffix(".0"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_seasons() {
        for (version, expect) in [
            (67, "Summer '26"),
            (66, "Spring '26"),
            (65, "Winter '26"),
            (64, "Summer '25"),
            (60, "Spring '24"),
        ] {
            assert_eq!(label(version), expect);
        }
    }
}
