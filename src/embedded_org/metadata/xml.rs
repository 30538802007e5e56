//! The XML of metadata files, read into the JSON that the Tooling API has for the same things.

use serde_json::{Map, Value, json};

use crate::embedded_org::xml::{self, Element};

/// A file's root element and its content.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) root: String,
    pub(super) content: Map<String, Value>,
}

/// Where a file is no XML, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XmlProblem {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) problem: String,
}

/// Elements that can stand more than once.
const LISTS: &[&str] = &[
    "actionOverrides",
    "fieldPermissions",
    "fields",
    "listViews",
    "members",
    "objectPermissions",
    "tabSettings",
    "types",
    "userPermissions",
    "value",
];

/// Elements that hold a number.
const NUMBERS: &[&str] = &[
    "length",
    "precision",
    "relationshipOrder",
    "scale",
    "startingNumber",
    "visibleLines",
];

/// Elements that hold a text which may look like something else.
const TEXTS: &[&str] = &[
    "defaultValue",
    "description",
    "fullName",
    "inlineHelpText",
    "label",
    "members",
    "name",
    "pluralLabel",
    "version",
];

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Document, XmlProblem> {
    let root = xml::parse(bytes).map_err(|problem| place(bytes, &problem))?;
    Ok(Document {
        content: content(root.children),
        root: root.name,
    })
}

fn content(elements: Vec<Element>) -> Map<String, Value> {
    let mut content = Map::new();
    for element in elements {
        let name = element.name.clone();
        let value = value(element);
        if !LISTS.contains(&name.as_str()) {
            content.insert(name, value);
        } else if let Value::Array(list) = content.entry(name).or_insert_with(|| json!([])) {
            list.push(value);
        }
    }
    content
}

fn value(element: Element) -> Value {
    if !element.children.is_empty() {
        return Value::Object(content(element.children));
    }
    let name = element.name.as_str();
    match element.text.trim() {
        text if TEXTS.contains(&name) => json!(text),
        "true" => json!(true),
        "false" => json!(false),
        text => match text.parse::<u64>() {
            Ok(number) if NUMBERS.contains(&name) => json!(number),
            _ => json!(text),
        },
    }
}

fn place(bytes: &[u8], problem: &xml::Problem) -> XmlProblem {
    let before = &bytes[..problem.at.min(bytes.len())];
    let lines: Vec<&[u8]> = before.split(|byte| *byte == b'\n').collect();
    XmlProblem {
        line: lines.len(),
        column: lines.last().map_or(0, |line| line.len()) + 1,
        problem: format!("Error parsing file: {}", problem.why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str, expect: Result<Value, (usize, &str)>) {
        let found = read(xml.as_bytes());
        match (&found, expect) {
            (Ok(document), Ok(expect)) => {
                assert_eq!(Value::Object(document.content.clone()), expect, "{xml}");
            }
            (Err(problem), Err((line, expect))) => {
                assert_eq!(problem.line, line, "{xml}");
                assert!(problem.problem.contains(expect), "{problem:?}");
            }
            _ => panic!("{xml}: {found:?}"),
        }
    }

    #[test]
    fn elements_become_json() {
        check(
            "<?xml version=\"1.0\"?>\n<CustomObject xmlns=\"x\"><label>A &amp; B &#33;</label><fields><fullName>A__c</fullName>\
             <length>64</length><unique>true</unique></fields><enableFeeds>false</enableFeeds></CustomObject>",
            Ok(
                json!({"label": "A & B !", "fields": [{"fullName": "A__c", "length": 64, "unique": true}], "enableFeeds": false}),
            ),
        );
        check(
            "<P><label>true</label><version>67.0</version></P>",
            Ok(json!({"label": "true", "version": "67.0"})),
        );
        check("<P/>", Ok(json!({})));
    }

    #[test]
    fn what_is_no_xml_is_placed() {
        check("<P>\n<a>\n</P>", Err((3, "")));
        check("<P><a>", Err((1, "Unexpected end of file")));
        check("", Err((1, "Unexpected end of file")));
    }
}
