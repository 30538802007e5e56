//! XML documents of the Metadata API.

use std::fmt::Display;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// An element of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    name: &'static str,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Text(String),
    Elements(Vec<Element>),
}

/// An element that holds a value.
pub(super) fn value(name: &'static str, value: impl Display) -> Element {
    let content = Content::Text(value.to_string());
    Element { name, content }
}

/// An element that holds others.
pub(super) fn group(name: &'static str, elements: Vec<Element>) -> Element {
    let content = Content::Elements(elements);
    Element { name, content }
}

/// A whole document of the Metadata API's kind, as it retrieves them.
pub(super) fn document(root: &'static str, elements: &[Element]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 4);
    writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| {
            let element = writer
                .create_element(root)
                .with_attribute(("xmlns", "http://soap.sforce.com/2006/04/metadata"));
            element.write_inner_content(|writer| write_all(writer, elements))?;
            Ok(())
        })
        .expect("memory can be written to");
    let mut text = String::from_utf8(writer.into_inner()).expect("it is made of texts");
    text.push('\n');
    text
}

fn write_all(writer: &mut Writer<Vec<u8>>, elements: &[Element]) -> io::Result<()> {
    for Element { name, content } in elements {
        let element = writer.create_element(*name);
        match content {
            Content::Text(text) => element.write_text_content(BytesText::new(text))?,
            Content::Elements(inner) => {
                element.write_inner_content(|writer| write_all(writer, inner))?
            }
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{document, group, value};

    #[test]
    fn a_document_is_as_the_metadata_api_writes_it() {
        let elements = [group(
            "types",
            vec![value("members", "a < b & c"), value("n", 7)],
        )];
        let expect = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    \
            <types>\n        <members>a &lt; b &amp; c</members>\n        <n>7</n>\n    </types>\n\
            </Package>\n";
        assert_eq!(document("Package", &elements), expect);
    }
}
