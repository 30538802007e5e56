//! What is wrong with a manifest: every problem with its place, and how they are shown.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use saphyr_parser::{Marker, Span};
use serde::Serialize;

use super::secrets;
use super::tree::Node;
use crate::listing::counted;

/// More than these are counted, not shown: they usually have one cause.
const MOST_SHOWN: usize = 50;

/// All that is wrong with one manifest, in the order of its lines. Never empty.
#[derive(Debug, Clone)]
pub(crate) struct Problems {
    /// The manifest, and then other files that it names and that have problems too.
    files: Vec<File>,
    all: Vec<Problem>,
}

/// A file that is shown where something is wrong with it.
#[derive(Debug, Clone)]
struct File {
    name: String,
    /// The file without its secrets, line by line; empty where it must not be shown.
    lines: Vec<String>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// The key, with those above it: `activity.meetings.past_min`. Empty for the file itself.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) hint: Option<Box<str>>,
    /// Which file it is in, where that is not the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<Box<str>>,
    /// Where it ends.
    #[serde(skip)]
    end: Marker,
}

/// What is wrong with a value, before it is known where the value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    pub(super) fn at(self, span: Span, path: impl Into<String>) -> Problem {
        Problem {
            line: span.start.line().max(1),
            column: span.start.col() + 1,
            path: path.into(),
            message: self.message,
            hint: self.hint.map(String::into_boxed_str),
            file: None,
            end: span.end,
        }
    }
}

impl Problems {
    /// The problems of a manifest that could be parsed into `tree`.
    pub(super) fn in_tree(name: &str, source: &str, tree: &Node, problems: Vec<Problem>) -> Self {
        let mut lines = lines(source);
        for span in secrets::values(tree) {
            mask(&mut lines, span);
        }
        Self::new(name, lines, problems)
    }

    /// The problem of a manifest that could not be parsed, so that its secrets cannot be told
    /// from the rest.
    pub(super) fn unparsed(name: &str, source: &str, problem: Problem) -> Self {
        let shown = if secrets::mentioned(source) {
            Vec::new()
        } else {
            lines(source)
        };
        Self::new(name, shown, vec![problem])
    }

    /// The problems of a manifest that cannot be shown any more.
    pub(super) fn without_lines(name: &str, problems: Vec<Problem>) -> Self {
        Self::new(name, Vec::new(), problems)
    }

    fn new(name: &str, lines: Vec<String>, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        let name = name.to_owned();
        Self {
            files: vec![File { name, lines }],
            all: problems,
        }
    }

    /// These, and then those of a file that the manifest names.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        for problem in &mut other.all {
            problem.file = other.files.first().map(|file| file.name.as_str().into());
        }
        self.files.append(&mut other.files);
        self.all.append(&mut other.all);
        self
    }

    /// In the order of their lines, the manifest's first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.all.iter()
    }

    /// For a person: each problem under the line that it stands on, and their number.
    pub(crate) fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let shown = self.all.iter().take(MOST_SHOWN);
        let shown: String = shown
            .map(|problem| self.render_one(problem, &renderer) + "\n\n")
            .collect();
        let count = counted(self.all.len() as u64, "problem", "problems");
        let cut = match self.all.len() {
            ..=MOST_SHOWN => String::new(),
            _ => format!(" (the first {MOST_SHOWN} are shown)"),
        };
        let names: Vec<_> = self.files.iter().map(|file| file.name.as_str()).collect();
        format!("{shown}{count}{cut} in {}", names.join(" and "))
    }

    fn render_one(&self, problem: &Problem, renderer: &Renderer) -> String {
        let title = match problem.path.as_str() {
            "" => problem.message.clone(),
            path => format!("{path}: {}", problem.message),
        };
        let hint = problem
            .hint
            .as_deref()
            .map(|hint| Level::HELP.message(hint));
        let in_it = |file: &&File| problem.file.as_deref() == Some(&*file.name);
        let file = self.files[1..].iter().find(in_it).unwrap_or(&self.files[0]);
        let Some(line) = file.lines.get(problem.line - 1) else {
            let place = format!("{}:{}:{}", file.name, problem.line, problem.column);
            let place = Level::NOTE.message(format!("at {place}, which may hold a secret"));
            let group = Level::ERROR.primary_title(title).element(place);
            return renderer.render(&[group.elements(hint)]);
        };
        // Only the line itself is handed over, so that showing a problem costs the same in a file
        // of any size.
        let snippet = Snippet::source(line)
            .path(&file.name)
            .line_start(problem.line)
            .annotation(AnnotationKind::Primary.span(problem.bytes_of(line)));
        let group = Level::ERROR.primary_title(title).element(snippet);
        renderer.render(&[group.elements(hint)])
    }
}

impl Problem {
    /// What to underline in the line on which the problem starts.
    fn bytes_of(&self, line: &str) -> std::ops::Range<usize> {
        let byte = |column: usize| {
            let mut bytes = line.char_indices().map(|(byte, _)| byte);
            bytes.nth(column).unwrap_or(line.len())
        };
        let start = byte(self.column - 1);
        let end = if self.end.line() == self.line {
            byte(self.end.col())
        } else {
            line.trim_end().len()
        };
        start..end.max(start)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The lines of a text whose line ends are all `\n`, also the empty one behind the last.
fn lines(source: &str) -> Vec<String> {
    source.split('\n').map(str::to_owned).collect()
}

/// Replaces what stands in the span by asterisks.
fn mask(lines: &mut [String], span: Span) {
    let start = (span.start.line(), span.start.col());
    let end = (span.end.line(), span.end.col());
    let touched = start.0.saturating_sub(1)..end.0.min(lines.len());
    for (line, number) in lines[touched].iter_mut().zip(start.0..) {
        let masked = line.chars().enumerate().map(|(column, char)| {
            let inside = (start..end).contains(&(number, column));
            if inside && !char.is_whitespace() {
                '*'
            } else {
                char
            }
        });
        *line = masked.collect();
    }
}
