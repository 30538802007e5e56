//! XML as a tree of elements: small enough for the little of it that clients still send.

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

/// Reads a document and gives its root.
pub(crate) fn parse(document: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(document).map_err(|error| error.to_string())?;
    let mut reader = quick_xml::Reader::from_str(text.trim_start());
    // The document itself stands at the bottom, and gathers the root.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) if open.len() < DEEPEST => open.push(element(&start)),
            Event::Start(_) => return Err("elements are nested too deeply".to_owned()),
            Event::Empty(start) => add_child(&mut open, element(&start)),
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                add_child(&mut open, closed);
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(letter)) => add_text(&mut open, letter.encode_utf8(&mut [0; 4])),
                _ => {
                    let known = resolve_predefined_entity(&entity.xml10_content());
                    add_text(&mut open, known.ok_or("an entity is not known")?);
                }
            },
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    match open.as_mut_slice() {
        [document] => document
            .children
            .pop()
            .ok_or_else(|| "there is no element".to_owned()),
        _ => Err("an element is not closed".to_owned()),
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

fn add_child(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
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
            (Err(problem), Err(expect)) => assert!(problem.contains(expect), "{problem}"),
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
        check("<a>", Err("not closed"));
        check("<a></b>", Err("ill-formed"));
        check("", Err("no element"));
        check(&"<a>".repeat(40), Err("too deeply"));
        let nil = parse(b"<a xmlns:xsi='x' xsi:nil='true'/>").unwrap();
        assert!(nil.is_nil);
    }
}
