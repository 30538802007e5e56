//! XML as a tree of elements: for the little of it that clients still send, and for metadata files.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Deeper than anything that a client has reason to send.
const DEEPEST: usize = 32;

/// An element; its name is without prefix, and attributes are left out but for `xsi:nil`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) is_nil: bool,
    pub(crate) children: Vec<Self>,
}

/// Where a document is no XML, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// In bytes from the start of the document.
    pub(crate) at: usize,
    pub(crate) why: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

/// Reads a document and gives its root.
pub(crate) fn parse(document: &[u8]) -> Result<Element, Problem> {
    let text = std::str::from_utf8(document).map_err(|error| {
        problem(
            error.valid_up_to() as u64,
            "Invalid byte of a UTF-8 sequence",
        )
    })?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| problem(reader.error_position(), &error.to_string()))?;
        let here = reader.buffer_position();
        let closed = match event {
            Event::Start(start) if open.len() < DEEPEST => {
                open.push(element(&start));
                None
            }
            Event::Start(_) => return Err(problem(here, "elements are nested too deeply")),
            Event::Empty(start) => Some(element(&start)),
            Event::End(_) => open.pop(),
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(letter)) => add_text(&mut open, letter.encode_utf8(&mut [0; 4])),
                _ => {
                    let known = resolve_predefined_entity(&entity.xml10_content());
                    let text = known.ok_or_else(|| problem(here, "The entity was not declared"))?;
                    add_text(&mut open, text)
                }
            },
            Event::Eof => return Err(problem(here, "Unexpected end of file")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        match (closed, open.last_mut()) {
            (Some(closed), Some(parent)) => parent.children.push(closed),
            (Some(root), None) => return Ok(root),
            (None, _) => {}
        }
    }
}

fn problem(at: u64, why: &str) -> Problem {
    Problem {
        at: at as usize,
        why: why.to_owned(),
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let is_nil = start.attributes().flatten().any(|attribute| {
        attribute.key.local_name().as_ref() == "nil" && attribute.value.as_ref() == "true"
    });
    Element {
        name: start.local_name().as_ref().to_owned(),
        is_nil,
        ..Element::default()
    }
}

/// Text is part of the element around it, and closes none.
fn add_text(open: &mut [Element], text: &str) -> Option<Element> {
    open.last_mut()?.text.push_str(text);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expect: Result<&[(&str, &str)], &str>) {
        let root = parse(document.as_bytes());
        match (root, expect) {
            (Ok(root), Ok(children)) => {
                let found: Vec<_> = root
                    .children
                    .iter()
                    .map(|child| (child.name.as_str(), child.text.as_str()))
                    .collect();
                assert_eq!(found, children, "{document}");
            }
            (Err(problem), Err(expect)) => assert!(problem.why.contains(expect), "{problem}"),
            (found, _) => panic!("{document}: {found:?}"),
        }
    }

    #[test]
    fn elements_and_texts() {
        check(
            " <?xml version=\"1.0\"?><j:jobInfo xmlns:j=\"x\"><j:a>1 &lt;&#50;</j:a><!-- no --><b/></j:jobInfo>",
            Ok(&[("a", "1 <2"), ("b", "")]),
        );
        check("<a><b><![CDATA[<&]]></b></a>", Ok(&[("b", "<&")]));
        check("<a>", Err("end of file"));
        check("<a></b>", Err("ill-formed"));
        check("", Err("end of file"));
        check(&"<a>".repeat(40), Err("too deeply"));
        let nil = parse(b"<a xmlns:xsi='x' xsi:nil='true'/>").unwrap();
        assert!(nil.is_nil);
    }
}
