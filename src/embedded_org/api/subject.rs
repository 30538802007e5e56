//! What a call is about: the sObjects of its path, its query and its records.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Call;
use crate::embedded_org::schema::Schema;

/// The sObjects by name, each once, as far as a call names them.
pub(super) fn subjects(schema: &Schema, call: &Call) -> Vec<String> {
    let mut found = BTreeSet::new();
    of_path(call.path().as_str(), &mut found);
    if let Some(soql) = call.parameter("q") {
        of_query(soql, &mut found);
    }
    for id in call.parameter("ids").unwrap_or_default().split(',') {
        let object = id
            .get(..3)
            .and_then(|prefix| schema.object_of_prefix(prefix));
        found.extend(object.map(|object| object.name.clone()));
    }
    if let Ok(body) = serde_json::from_slice(call.body()) {
        of_body(&body, &mut found);
    }
    found.into_iter().collect()
}

/// The segment after `sobjects`.
fn of_path(path: &str, found: &mut BTreeSet<String>) {
    let path = path.split('?').next().unwrap_or_default();
    let mut segments = path.split('/').skip_while(|segment| *segment != "sobjects");
    found.extend(
        segments
            .nth(1)
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
    );
}

/// The words after FROM.
fn of_query(soql: &str, found: &mut BTreeSet<String>) {
    let words: Vec<&str> = soql.split([' ', '+', '(', ')', '\n', ',']).collect();
    for pair in words.windows(2) {
        if pair[0].eq_ignore_ascii_case("from") {
            found.insert(pair[1].to_owned());
        }
    }
}

/// The types of records, the objects of jobs, and what the parts of a composite request are about.
fn of_body(body: &Value, found: &mut BTreeSet<String>) {
    match body {
        Value::Array(items) => items.iter().for_each(|item| of_body(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("attributes", attributes) => {
                        found.extend(attributes["type"].as_str().map(str::to_owned));
                    }
                    ("object", Value::String(object)) => {
                        found.insert(object.clone());
                    }
                    ("url", Value::String(url)) => {
                        of_path(url, found);
                        of_query(url, found);
                    }
                    (_, value) => of_body(value, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn check(method: &str, target: &str, body: &str, expect: &[&str]) {
        let target = format!("/services/data/v67.0/{target}");
        let call = Call::read(method, &target, BTreeMap::new(), body.into()).unwrap();
        assert_eq!(
            subjects(&Schema::standard(), &call),
            expect,
            "{target} {body}"
        );
    }

    #[test]
    fn what_calls_are_about() {
        check("PATCH", "sobjects/Event/00U000000000001", "{}", &["Event"]);
        check(
            "GET",
            "query?q=SELECT+Id,+(SELECT+Id+FROM+Contacts)+FROM+Account",
            "",
            &["Account", "Contacts"],
        );
        check(
            "POST",
            "composite/sobjects",
            r#"{"records": [{"attributes": {"type": "Task"}}, {"attributes": {"type": "Event"}}]}"#,
            &["Event", "Task"],
        );
        check(
            "DELETE",
            "composite/sobjects?ids=00T000000000001,00U000000000001",
            "",
            &["Event", "Task"],
        );
        check(
            "POST",
            "composite",
            r#"{"compositeRequest": [{"method": "GET", "url": "/services/data/v67.0/query?q=SELECT+Id+FROM+Lead+LIMIT+1"}]}"#,
            &["Lead"],
        );
        check(
            "POST",
            "jobs/ingest",
            r#"{"object": "Contact", "operation": "insert"}"#,
            &["Contact"],
        );
        check("GET", "limits", "", &[]);
    }
}
