//! Saved plans: the header on the first line, then a line for each deal's pins and each change.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::header::FORMAT;
use super::{Builder, Error, Header, Plan};
use crate::model::change::Change;
use crate::model::id::RootId;
use crate::model::pins::RootPins;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Plan(Box<Header>),
    Pins(RootId, RootPins),
    Change(Box<Change>),
    /// BLAKE3 of all lines before it: a plan is carried out as it was reviewed, or not at all.
    Digest(String),
}

/// What every format of a plan begins with.
#[derive(Deserialize)]
struct FirstLine {
    plan: Format,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Plan {
    /// Writes the plan; the file appears whole or not at all.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::File {
            doing: "write",
            path: path.display().to_string(),
            source,
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file =
            tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        let mut writer = BufWriter::new(file);
        let mut digest = blake3::Hasher::new();
        let mut write = |line: &Line| {
            let text = serde_json::to_string(line).expect("a plan is plain data");
            digest.update(text.as_bytes());
            writeln!(writer, "{text}").map_err(failed)
        };
        write(&Line::Plan(Box::new(self.header.clone())))?;
        for (root, pins) in &self.pins {
            write(&Line::Pins(*root, pins.clone()))?;
        }
        for change in self.changes() {
            write(&Line::Change(Box::new(change?)))?;
        }
        let digest = Line::Digest(digest.finalize().to_hex().to_string());
        let text = serde_json::to_string(&digest).expect("a plan is plain data");
        writeln!(writer, "{text}").map_err(failed)?;
        let file = writer
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Reads a saved plan; anything unexpected in it is an error.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let not_a_plan = |reason: String| Error::NotAPlan {
            path: name.clone(),
            reason,
        };
        let failed = |source| Error::File {
            doing: "read",
            path: name.clone(),
            source,
        };
        let mut lines = Lines {
            lines: BufReader::new(File::open(path).map_err(failed)?).lines(),
            digest: blake3::Hasher::new(),
        };
        let mut next = |number: usize| match lines.next(number) {
            Ok(line) => Ok(line),
            Err(Unreadable::Not(reason)) => Err(not_a_plan(reason)),
            Err(Unreadable::Io(source)) => Err(failed(source)),
        };
        let Some(Line::Plan(header)) = next(1)? else {
            return Err(not_a_plan(
                "its first line is not a plan's header".to_owned(),
            ));
        };
        let mut builder = Builder::new()?;
        let mut pins = std::collections::BTreeMap::new();
        for number in 2.. {
            match next(number)? {
                None => return Err(not_a_plan("it is incomplete".to_owned())),
                Some(Line::Digest(_)) => match next(number + 1)? {
                    None => break,
                    Some(_) => {
                        let after = number + 1;
                        return Err(not_a_plan(format!(
                            "line {after}: it goes on behind its end"
                        )));
                    }
                },
                Some(Line::Plan(_)) => {
                    return Err(not_a_plan(format!("line {number}: a second header")));
                }
                Some(Line::Pins(root, root_pins)) => drop(pins.insert(root, root_pins)),
                Some(Line::Change(change)) => builder.push(&change)?,
            }
        }
        if *builder.counts() != header.counts {
            return Err(not_a_plan("it is incomplete".to_owned()));
        }
        builder.finish(*header, pins)
    }
}

/// The lines of a file, and the digest of those that were read.
struct Lines {
    lines: std::io::Lines<BufReader<File>>,
    digest: blake3::Hasher,
}

/// Why a line cannot be taken.
enum Unreadable {
    Not(String),
    Io(std::io::Error),
}

impl Lines {
    fn next(&mut self, number: usize) -> Result<Option<Line>, Unreadable> {
        let Some(line) = self.lines.next() else {
            return Ok(None);
        };
        let line = line.map_err(Unreadable::Io)?;
        if number == 1
            && let Ok(FirstLine { plan }) = serde_json::from_str(&line)
            && plan.format != FORMAT
        {
            return Err(Unreadable::Not(format!(
                "its format is {}, this version reads {FORMAT}; save it again with `demo-gen plan --out`",
                plan.format
            )));
        }
        let parsed = serde_json::from_str(&line)
            .map_err(|error| Unreadable::Not(format!("line {number}: {error}")))?;
        match &parsed {
            Line::Digest(told) if *told != self.digest.finalize().to_hex().as_str() => Err(
                Unreadable::Not("it was changed after it was saved".to_owned()),
            ),
            _ => {
                self.digest.update(line.as_bytes());
                Ok(Some(parsed))
            }
        }
    }
}

impl Header {
    /// The format that this version writes.
    pub(crate) const FORMAT: u32 = FORMAT;
}
