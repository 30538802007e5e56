//! Uploads that are not CSV, as lines of JSON, of which any can be read by itself.

use serde_json::{Map, Value, json};

use super::problem::{INVALID_BATCH, Problem};
use crate::embedded_org::xml::{self, Element};

/// The most records of a batch.
const MOST_RECORDS: usize = 10_000;

/// `[{"Name": "…"}, …]`
pub(super) fn from_json(data: &[u8]) -> Result<Vec<u8>, Problem> {
    let records: Vec<Map<String, Value>> = serde_json::from_slice(data).map_err(|error| {
        let message = format!("Failed to parse JSON: {error}");
        Problem::new(INVALID_BATCH, message)
    })?;
    lines(records)
}

/// `<sObjects><sObject><Name>…</Name></sObject>…</sObjects>`
pub(super) fn from_xml(data: &[u8]) -> Result<Vec<u8>, Problem> {
    let root = xml::parse(data).map_err(|problem| {
        let message = format!("Failed to parse XML: {problem}");
        Problem::new(INVALID_BATCH, message)
    })?;
    if root.name != "sObjects" {
        let message = format!(
            "Failed to parse XML: the root is {}, not sObjects",
            root.name
        );
        return Err(Problem::new(INVALID_BATCH, message));
    }
    lines(root.children.iter().map(record).collect())
}

fn record(element: &Element) -> Map<String, Value> {
    let mut record = Map::new();
    for child in &element.children {
        let value = match child.children.first() {
            _ if child.is_nil => Value::Null,
            Some(parent) => Value::Object(self::record(parent)),
            None if child.text.is_empty() => continue,
            None => json!(child.text),
        };
        if child.name == "type" {
            record.insert("attributes".to_owned(), json!({ "type": value }));
        } else {
            record.insert(child.name.clone(), value);
        }
    }
    record
}

fn lines(records: Vec<Map<String, Value>>) -> Result<Vec<u8>, Problem> {
    if records.len() > MOST_RECORDS {
        let message = format!("Too many records: a batch can have {MOST_RECORDS} at most");
        return Err(Problem::new(INVALID_BATCH, message));
    }
    let mut out = Vec::new();
    for record in records {
        out.extend(Value::Object(record).to_string().into_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expect: Result<&str, &str>) {
        let lines = from_xml(document.as_bytes());
        match (lines, expect) {
            (Ok(lines), Ok(expect)) => assert_eq!(String::from_utf8(lines).unwrap(), expect),
            (Err(problem), Err(expect)) => assert!(problem.message.contains(expect)),
            (found, _) => panic!("{document}: {found:?}"),
        }
    }

    #[test]
    fn records_of_xml() {
        check(
            "<sObjects xmlns:xsi=\"x\"><sObject><Name>A &amp; B</Name><Site xsi:nil=\"true\"/><Fax/></sObject>\
             <sObject><Account><sObject><Key__c>a-1</Key__c></sObject></Account></sObject></sObjects>",
            Ok("{\"Name\":\"A & B\",\"Site\":null}\n{\"Account\":{\"Key__c\":\"a-1\"}}\n"),
        );
        check("<sObjects/>", Ok(""));
        check("<records/>", Err("the root is records"));
        check("<sObjects>", Err("end of file"));
    }
}
