//! What the checks of an org came to.

use std::io::{self, Write};

use comfy_table::CellAlignment::Left;
use serde::Serialize;

use super::json::{self, FORMAT_VERSION};
use super::paint;
use super::table::{self, Column};
use super::text::brief;
use crate::listing::counted;
use crate::model::finding::{Finding, Verdict};

const COLUMNS: &[Column] = &[
    ("", Left),
    ("Check", Left),
    ("Found", Left),
    ("What to do", Left),
];

/// Longer texts are cut.
const WIDTH: usize = 400;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Doctor {
        format_version: &'static str,
        /// Whether apply can be expected to work.
        fit: bool,
        findings: &'a [Finding],
    },
}

/// The table, and a last line that says whether apply can be expected to work.
pub(crate) fn findings(findings: &[Finding], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            vec![
                finding.verdict.word().to_owned(),
                finding.check.to_owned(),
                brief(&finding.found, WIDTH),
                brief(&finding.advice, WIDTH),
            ]
        })
        .collect();
    for (number, line) in table::lines(COLUMNS, &rows, width).iter().enumerate() {
        match number {
            0 => writeln!(out, "{}", paint::dim(line))?,
            _ => writeln!(out, "{}", coloured(line))?,
        }
    }
    writeln!(out, "\n{}", closing(findings))
}

pub(crate) fn findings_json(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let line = Line::Doctor {
        format_version: FORMAT_VERSION,
        fit: !findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Failure),
        findings,
    };
    json::write(&line, out)
}

/// The line with its first word in the colour of what it means.
fn coloured(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    // Lines that go on the one before begin further right.
    if indent.len() > usize::from(table::INDENT) {
        return line.to_owned();
    }
    let of = |verdict: &Verdict| text.starts_with(verdict.word());
    let Some(verdict) = Verdict::ALL.into_iter().find(of) else {
        return line.to_owned();
    };
    let word = verdict.word();
    let rest = &text[word.len()..];
    let word = match verdict {
        Verdict::Good => paint::good(word),
        Verdict::Note => word.to_owned(),
        Verdict::Unseen => paint::dim(word),
        Verdict::Warning => paint::caution(word),
        Verdict::Failure => paint::bad(word),
    };
    format!("{indent}{word}{rest}")
}

fn closing(findings: &[Finding]) -> String {
    let count = |verdict| {
        let alike = findings.iter().filter(|finding| finding.verdict == verdict);
        alike.count() as u64
    };
    match (count(Verdict::Failure), count(Verdict::Warning)) {
        (0, 0) => paint::good("Nothing speaks against applying."),
        (0, warnings) => {
            let warnings = counted(warnings, "warning", "warnings");
            format!("{} {warnings} to look at.", paint::good("Apply will work."))
        }
        (failures, _) => paint::bad(&format!(
            "Apply will fail: {} in the way.",
            counted(failures, "thing is", "things are")
        )),
    }
}
