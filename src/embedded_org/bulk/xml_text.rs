//! Writing the XML of Bulk API 1.0.

use quick_xml::escape::escape;
use serde_json::{Map, Value};

const NAMESPACE: &str = "http://www.force.com/2009/06/asyncapi/dataload";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A document with this root.
pub(crate) fn document(root: &str, inside: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root} xmlns=\"{NAMESPACE}\" xmlns:xsi=\"{INSTANCE}\">\
         {inside}</{root}>"
    )
    .into_bytes()
}

/// An element with a text.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// The members of an object as elements, but for those that are null.
pub(crate) fn elements(members: &Map<String, Value>) -> String {
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| match value.as_str() {
            Some(text) => element(name, text),
            None => element(name, &value.to_string()),
        })
        .collect()
}

/// A record that a query found.
pub(super) fn record(record: &Value) -> String {
    format!("<records xsi:type=\"sObject\">{}</records>", fields(record))
}

fn fields(record: &Value) -> String {
    let object = record["attributes"]["type"].as_str().unwrap_or_default();
    let fields = record.as_object().into_iter().flatten();
    let fields = fields.map(|(name, value)| match value {
        _ if name == "attributes" => element("type", object),
        Value::Null => format!("<{name} xsi:nil=\"true\"/>"),
        Value::Object(_) => format!(
            "<{name} xsi:type=\"sObject\">{}</{name}>",
            self::fields(value)
        ),
        Value::String(text) => element(name, text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => element(name, &value.to_string()),
    });
    fields.collect()
}
