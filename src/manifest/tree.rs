//! A YAML document as a tree that knows where everything stands.
//!
//! `serde_yaml` stops at the first thing that is wrong and cannot say where a key stands, so the
//! manifest is read from this tree. Scalars keep their text: whether `no` or `010` is a name or a
//! number is for the key to say.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::problems::{Complaint, Problem};

/// Deeper than any manifest; keeps a hostile file from exhausting the stack.
const MOST_DEPTH: usize = 32;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    /// In the order of the file, duplicate keys included.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) span: Span,
    pub(super) text: String,
}

impl Node {
    /// Nothing, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, quoted } => {
                !quoted && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            Value::List(_) | Value::Map(_) => false,
        }
    }

    /// What this is, for a message: "a list".
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { quoted: true, .. } => "quoted text",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl Node {
    /// Where the value at a path such as `fields.Event` or `stories.assign[0]` stands; a key can have
    /// dots too.
    pub(super) fn find(&self, path: &str) -> Option<Span> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        entries.iter().find_map(|(entry, node)| {
            let rest = path.strip_prefix(entry.text.as_str())?;
            match node.item(rest) {
                Some((item, rest)) => item.below(rest),
                None => node.below(rest),
            }
        })
    }

    /// What the rest of a path leads to, behind the path of this.
    fn below(&self, rest: &str) -> Option<Span> {
        match rest {
            "" => Some(self.span),
            rest => self.find(rest.strip_prefix('.')?),
        }
    }

    /// The item that a rest such as `[0].shape` begins with, and what comes behind it.
    fn item<'p>(&self, rest: &'p str) -> Option<(&Self, &'p str)> {
        let Value::List(items) = &self.value else {
            return None;
        };
        let (number, rest) = rest.strip_prefix('[')?.split_once(']')?;
        Some((items.get(number.parse::<usize>().ok()?)?, rest))
    }
}

/// Parses the one document of a text whose line ends are all `\n`.
pub(super) fn parse(source: &str) -> Result<Node, Problem> {
    refuse_control_characters(source)?;
    let mut events = Events {
        parser: Parser::new_from_str(source),
        source,
    };
    let mut root = None;
    loop {
        match events.next()? {
            (Event::StreamEnd, _) => return root.ok_or_else(empty_file),
            (Event::DocumentStart(_), span) if root.is_some() => {
                let hint = "keep one manifest per file";
                return Err(Complaint::new("a second document starts here", hint).at(span, ""));
            }
            (Event::DocumentStart(_), _) => {
                let start = events.next()?;
                root = Some(events.node(start, 0)?).filter(|node| !node.is_null());
            }
            _ => {}
        }
    }
}

/// What is wrong with a file that says nothing.
fn empty_file() -> Problem {
    let hint = "`demo-gen init` writes a manifest to start from";
    Complaint::new("the manifest is empty", hint).at(place(1, 1), "")
}

/// A place in a file that is not known to be YAML: `line` and `column` count from 1.
pub(super) fn place(line: usize, column: usize) -> Span {
    Span::empty(Marker::new(0, line, column - 1))
}

/// Characters that end lines in one version of YAML and not in the next.
const DISPUTED_LINE_ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The parser ends silently at a NUL, and no control character belongs in a manifest.
fn refuse_control_characters(source: &str) -> Result<(), Problem> {
    let is_refused = |char: char| {
        char.is_control() && !matches!(char, '\n' | '\t') || DISPUTED_LINE_ENDS.contains(&char)
    };
    for (line, text) in source.split('\n').enumerate() {
        if let Some(column) = text.chars().position(is_refused) {
            let complaint = Complaint::new(
                "a control character, which does not belong in YAML",
                "delete it, or save the manifest as plain UTF-8 text",
            );
            return Err(complaint.at(place(line + 1, column + 1), ""));
        }
    }
    Ok(())
}

struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    source: &'a str,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        let event = self.parser.next_event();
        let event = event.expect("the stream's end is the last thing that is asked for");
        event.map_err(|error| syntax_problem(&error, self.source))
    }

    /// The node that begins with this event.
    fn node(&mut self, start: (Event<'a>, Span), depth: usize) -> Result<Node, Problem> {
        let (event, span) = start;
        if depth > MOST_DEPTH {
            let hint = "no key of a manifest lies so deep";
            return Err(Complaint::new("nested too deeply", hint).at(span, ""));
        }
        let (tag, value) = match event {
            Event::Scalar(text, style, _, tag) => {
                let text = text.into_owned();
                let quoted = style != ScalarStyle::Plain;
                (tag, (span, Value::Scalar { text, quoted }))
            }
            Event::SequenceStart(_, tag) => (tag, self.list(span, depth)?),
            Event::MappingStart(_, tag) => (tag, self.map(span, depth)?),
            Event::Alias(_) => {
                let hint = "write the value out where it is needed";
                return Err(Complaint::new("aliases are not used here", hint).at(span, ""));
            }
            _ => {
                let complaint = Complaint::new("not valid YAML", "a value is missing here");
                return Err(complaint.at(span, ""));
            }
        };
        if tag.is_some() {
            let hint = "leave the tag (`!…`) out";
            return Err(Complaint::new("tags are not used here", hint).at(span, ""));
        }
        let (span, value) = value;
        Ok(Node { span, value })
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<(Span, Value), Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    return Ok((Span::new(start.start, end.end), Value::List(items)));
                }
                item => items.push(self.node(item, depth + 1)?),
            }
        }
    }

    fn map(&mut self, start: Span, depth: usize) -> Result<(Span, Value), Problem> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, end) => {
                    return Ok((Span::new(start.start, end.end), Value::Map(entries)));
                }
                key => self.node(key, depth + 1)?,
            };
            let Value::Scalar { text, .. } = key.value else {
                let hint = "a key is a single word, such as `seed`";
                let complaint = Complaint::new(format!("{} as a key", key.kind()), hint);
                return Err(complaint.at(key.span, ""));
            };
            let span = key.span;
            let value = self.next()?;
            entries.push((Key { span, text }, self.node(value, depth + 1)?));
        }
    }
}

/// What usually leads to a complaint of the parser.
const SYNTAX_HINTS: &[(&str, &str)] = &[
    (
        "mapping values are not allowed",
        "put quotes around a text that contains `: `, and check the indentation",
    ),
    (
        "simple key",
        "a key is followed by `:` and a space; check the indentation",
    ),
    ("quoted scalar", "a quotation mark is not closed"),
    ("flow", "a bracket or brace is not closed"),
    ("recursion limit", "no key of a manifest lies so deep"),
    (
        "unknown anchor",
        "aliases are not used here; write the value out",
    ),
];

fn syntax_problem(error: &ScanError, source: &str) -> Problem {
    let mark = *error.marker();
    let line = source.split('\n').nth(mark.line().saturating_sub(1));
    let indentation = line.map(|line| line.len() - line.trim_start().len());
    let indented_by_tab = line
        .zip(indentation)
        .is_some_and(|(line, indentation)| line[..indentation].contains('\t'));
    let known = SYNTAX_HINTS
        .iter()
        .find(|(part, _)| error.info().contains(part));
    let hint = match known {
        _ if indented_by_tab => Some("YAML is indented with spaces; this line has a tab"),
        Some((_, hint)) => Some(*hint),
        None => None,
    };
    let complaint = Complaint {
        message: format!("not valid YAML: {}", error.info()),
        hint: hint.map(str::to_owned),
    };
    complaint.at(Span::empty(mark), "")
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// Line and column of the value at a path.
    #[track_caller]
    fn check(path: &str, expect: Option<(usize, usize)>) {
        let yaml = "fields:\n  Event: {a.b: 1}\nstories:\n  assign:\n  - {shape: new}\n  - shape: won\n    \
                    opportunity: x\n";
        let span = parse(yaml).unwrap().find(path);
        let place = span.map(|span| (span.start.line(), span.start.col() + 1));
        assert_eq!(place, expect, "{path}");
    }

    #[test]
    fn values_are_found_by_their_paths() {
        check("fields.Event.a.b", Some((2, 16)));
        check("stories.assign[0]", Some((5, 5)));
        check("stories.assign[1]", Some((6, 5)));
        check("stories.assign[1].opportunity", Some((7, 18)));
        for nowhere in [
            "fields.Task",
            "stories.assign[2]",
            "stories.assign[x]",
            "stories[0]",
        ] {
            check(nowhere, None);
        }
    }
}
