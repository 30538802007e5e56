//! The XML of metadata files, read into the JSON that the Tooling API has for the same things.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

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
    let text = std::str::from_utf8(bytes).map_err(|error| {
        place(
            bytes,
            error.valid_up_to(),
            "Invalid byte of a UTF-8 sequence",
        )
    })?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    loop {
        let at = |reader: &Reader<&[u8]>| reader.buffer_position() as usize;
        let event = reader
            .read_event()
            .map_err(|error| place(bytes, reader.error_position() as usize, &error.to_string()))?;
        match event {
            Event::Start(start) => open.push(Element::new(start.local_name().as_ref())),
            Event::Empty(start) => {
                let element = Element::new(start.local_name().as_ref());
                if let Some(document) = close(&mut open, element) {
                    return Ok(document);
                }
            }
            Event::End(_) => {
                let Some(element) = open.pop() else { continue };
                if let Some(document) = close(&mut open, element) {
                    return Ok(document);
                }
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter.to_string()),
                    _ => predefined(&name),
                };
                let text = resolved
                    .ok_or_else(|| place(bytes, at(&reader), "The entity was not declared"))?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::Eof => {
                return Err(place(bytes, at(&reader), "Unexpected end of file"));
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// An element that is not closed yet.
struct Element {
    name: String,
    text: String,
    children: Map<String, Value>,
}

impl Element {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: String::new(),
            children: Map::new(),
        }
    }

    fn value(self) -> Value {
        if !self.children.is_empty() {
            return Value::Object(self.children);
        }
        let text = self.text.trim();
        match text {
            _ if TEXTS.contains(&self.name.as_str()) => Value::String(text.to_owned()),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match text.parse::<u64>() {
                Ok(number) if NUMBERS.contains(&self.name.as_str()) => number.into(),
                _ => Value::String(text.to_owned()),
            },
        }
    }
}

/// Puts an element into the one around it; the outermost is the document.
fn close(open: &mut [Element], element: Element) -> Option<Document> {
    let Some(around) = open.last_mut() else {
        return Some(Document {
            root: element.name,
            content: element.children,
        });
    };
    let name = element.name.clone();
    let value = element.value();
    if LISTS.contains(&name.as_str()) {
        let list = around
            .children
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
    } else {
        around.children.insert(name, value);
    }
    None
}

fn predefined(name: &str) -> Option<String> {
    let text = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    };
    Some(text.to_owned())
}

fn place(bytes: &[u8], at: usize, problem: &str) -> XmlProblem {
    let before = &bytes[..at.min(bytes.len())];
    let lines: Vec<&[u8]> = before.split(|byte| *byte == b'\n').collect();
    XmlProblem {
        line: lines.len(),
        column: lines.last().map_or(0, |line| line.len()) + 1,
        problem: format!("Error parsing file: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
