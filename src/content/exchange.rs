//! The cache as JSON lines: taken from one machine to another, nothing is asked there.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::cache::{self, Cache, Entry};
use crate::model::prompt::{Kind, PromptHash};

/// Raised when the lines change their form.
const VERSION: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Cache(#[from] cache::Error),
    #[error("reading the texts: {0}")]
    Read(io::Error),
    #[error("line {line}: {why}")]
    Line { line: usize, why: String },
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    demo_gen_texts: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    hash: PromptHash,
    kind: Kind,
    model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    texts: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    tokens: u64,
    at: i64,
}

/// Writes all texts; how many there are.
pub(crate) fn export(entries: Vec<Entry>, out: &mut dyn Write) -> io::Result<usize> {
    let head = Head {
        demo_gen_texts: VERSION,
    };
    writeln!(out, "{}", serde_json::to_string(&head)?)?;
    let count = entries.len();
    for entry in entries {
        writeln!(out, "{}", serde_json::to_string(&Line::from(entry))?)?;
    }
    Ok(count)
}

/// Reads all lines before any text is taken: of a file that is broken nothing is.
pub(crate) fn import(cache: &Cache, from: impl BufRead) -> Result<(usize, usize), Error> {
    let mut entries = Vec::new();
    for (number, line) in from.lines().enumerate() {
        let line = line.map_err(Error::Read)?;
        let wrong = |why: String| Error::Line {
            line: number + 1,
            why,
        };
        if number == 0 {
            head(&line).map_err(wrong)?;
            continue;
        }
        let line: Line = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        entries.push(line.entry().map_err(wrong)?);
    }
    let mut taken = 0;
    for entry in &entries {
        taken += usize::from(cache.take(entry)?);
    }
    Ok((taken, entries.len()))
}

fn head(line: &str) -> Result<(), String> {
    let head: Head = serde_json::from_str(line)
        .map_err(|_| "not texts that `demo-gen content export` wrote".to_owned())?;
    match head.demo_gen_texts {
        VERSION => Ok(()),
        newer => Err(format!(
            "version {newer} of the format, where {VERSION} is known"
        )),
    }
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        let Entry {
            hash,
            kind,
            model,
            result,
            tokens,
            at,
        } = entry;
        let (texts, failure) = match result {
            Ok(texts) => (Some(texts), None),
            Err(failure) => (None, Some(failure)),
        };
        Self {
            hash,
            kind,
            model,
            texts,
            failure,
            tokens,
            at,
        }
    }
}

impl Line {
    fn entry(self) -> Result<Entry, String> {
        let Self {
            hash,
            kind,
            model,
            texts,
            failure,
            tokens,
            at,
        } = self;
        let result = match (texts, failure) {
            (Some(texts), None) if !texts.is_empty() => Ok(texts),
            (None, Some(failure)) => Err(failure),
            _ => return Err("it needs either texts or a failure".to_owned()),
        };
        Ok(Entry {
            hash,
            kind,
            model,
            result,
            tokens,
            at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::cache::tests::{failed, written};
    use super::*;
    use crate::model::prompt::tests::ASKING;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        (folder, cache)
    }

    #[test]
    fn what_is_exported_is_imported() {
        let other = Entry {
            hash: crate::model::prompt::tests::notes().hash(crate::model::prompt::Asking {
                model: "other",
                ..ASKING
            }),
            ..failed()
        };
        let entries = vec![written("Met {{person_1}}."), other];
        let mut file = Vec::new();
        assert_eq!(export(entries.clone(), &mut file).unwrap(), 2);
        let (_folder, cache) = cache();
        assert_eq!(import(&cache, file.as_slice()).unwrap(), (2, 2));
        assert_eq!(import(&cache, file.as_slice()).unwrap(), (0, 2));
        let mut sorted = entries;
        sorted.sort_by_key(|entry| entry.hash);
        assert_eq!(cache.entries().unwrap(), sorted);
    }

    #[track_caller]
    fn check(file: &str, expect: &str) {
        let (_folder, cache) = cache();
        let error = import(&cache, file.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expect);
        assert_eq!(
            cache.entries().unwrap(),
            [],
            "nothing is taken of a broken file"
        );
    }

    #[test]
    fn of_a_broken_file_nothing_is_taken() {
        let mut file = Vec::new();
        export(vec![written("Met.")], &mut file).unwrap();
        let good = String::from_utf8(file).unwrap();
        check(
            "{}",
            "line 1: not texts that `demo-gen content export` wrote",
        );
        check(
            &good.replace(r#"{"demo_gen_texts":1}"#, r#"{"demo_gen_texts":2}"#),
            "line 1: version 2 of the format, where 1 is known",
        );
        check(
            &format!(
                "{good}{}",
                good.lines().nth(1).unwrap().replace("texts", "text")
            ),
            "line 3: unknown field `text`, expected one of `hash`, `kind`, `model`, `texts`, `failure`, `tokens`, `at` at line 1 column 95",
        );
        check(
            &good.replace(r#"["Met."]"#, "[]"),
            "line 2: it needs either texts or a failure",
        );
    }
}
