//! What comes up while a manifest is read: problems, and keys that nobody knows.

use std::cell::RefCell;

use saphyr_parser::Span;

use super::files::Files;
use super::nearest::nearest;
use super::problems::{Complaint, Problem};
use super::secrets;
use super::tree::{Key, Node, Value};

/// What has come up while a manifest was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    problems: RefCell<Vec<Problem>>,
    /// The path of every key that was asked for: what there is to know.
    known: RefCell<Vec<String>>,
    /// Keys that nobody asked for, with the path of their mapping.
    unknown: RefCell<Vec<(String, Key)>>,
    files: Files,
}

impl Reading {
    pub(super) fn with(files: Files) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// The files that values may name.
    pub(super) fn files(&self) -> &Files {
        &self.files
    }

    /// Somebody asks for the key at this path.
    pub(super) fn note_known(&self, path: String) {
        self.known.borrow_mut().push(path);
    }

    /// Nobody asked for this key of the mapping at the path.
    pub(super) fn note_unknown(&self, parent: String, key: Key) {
        self.unknown.borrow_mut().push((parent, key));
    }

    /// Everything that was wrong, now that all known keys have been asked for.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let known = self.known.into_inner();
        let unknown = self.unknown.into_inner();
        let unknown = unknown.iter().map(|(parent, key)| {
            let complaint = unknown_key(parent, &key.text, &known);
            complaint.at(key.span, join(parent, &key.text))
        });
        let mut problems = self.problems.into_inner();
        problems.extend(unknown);
        problems
    }

    pub(super) fn note(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// The values of a list, each read and judged alone.
    pub(super) fn items<T>(
        &self,
        node: &Node,
        path: &str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<Vec<T>> {
        let Value::List(items) = &node.value else {
            let message = format!("must be a list, not {}", node.kind());
            let complaint = Complaint::new(message, "write `[a, b]`, or one `- a` line for each");
            self.note(complaint.at(node.span, path));
            return None;
        };
        let read = |(place, item): (usize, &Node)| {
            let path = format!("{path}[{place}]");
            self.keep(parse(item), item.span, path)
        };
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    /// The value that was read; none where the complaint is noted.
    pub(super) fn keep<T>(
        &self,
        read: Result<T, Complaint>,
        span: Span,
        path: String,
    ) -> Option<T> {
        read.map_err(|complaint| self.note(complaint.at(span, path)))
            .ok()
    }
}

fn unknown_key(parent: &str, key: &str, known: &[String]) -> Complaint {
    let inside = |path: &String| match path.rsplit_once('.') {
        Some((above, key)) => (above == parent).then(|| key.to_owned()),
        None => parent.is_empty().then(|| path.clone()),
    };
    let siblings: Vec<String> = known.iter().filter_map(inside).collect();
    let siblings: Vec<&str> = siblings.iter().map(String::as_str).collect();
    if let Some(meant) = nearest(key, &siblings) {
        return Complaint::new("unknown key", format!("did you mean `{meant}`?"));
    }
    if secrets::is_secret(key) {
        return Complaint::new(
            "secrets do not belong in a manifest",
            "set it in the environment, or in an `.env` file beside the manifest: \
             SF_ACCESS_TOKEN, SF_CLIENT_SECRET, SF_PASSWORD, SF_SECURITY_TOKEN, OPENAI_API_KEY, \
             AZURE_OPENAI_API_KEY",
        );
    }
    let elsewhere = known
        .iter()
        .find(|path| path.rsplit('.').next() == Some(key));
    let hint = match elsewhere {
        Some(path) => format!("did you mean `{path}`?"),
        None => format!("known keys here: {}", siblings.join(", ")),
    };
    Complaint::new("unknown key", hint)
}

/// The path of a key.
pub(super) fn join(parent: &str, key: &str) -> String {
    match parent {
        "" => key.to_owned(),
        parent => format!("{parent}.{key}"),
    }
}
