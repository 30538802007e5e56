//! The manifest: the desired state, in the user's words.
//!
//! A file becomes a tree that knows where everything stands ([`tree`]), which is read key by key
//! ([`section`]) as the [`schema`] says. A [`Manifest`] comes out only where nothing is wrong, so
//! whoever holds one checks nothing again. What needs the org, such as whether a stage or a field
//! exists there, is not looked at here; nor is any file but the manifest itself and those that it
//! names.

mod accounts;
mod added;
mod bounds;
mod calendar;
pub(crate) mod framework;
mod people;
mod peopleai;
mod roles;
mod salesforce;
mod seller;
pub(crate) mod stories;
pub(crate) mod template;
mod types;
mod wordings;
mod words;

mod files;
mod reading;
mod schema;
mod section;

mod names;
mod nearest;
mod values;

mod problems;
mod secrets;
mod tree;

mod resolved;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use files::Files;
use problems::Complaint;
use reading::Reading;
use section::Section;

pub(crate) use accounts::NewAccount;
pub(crate) use bounds::Bounds;
pub(crate) use calendar::{Calendar, HolidayCalendar};
pub(crate) use peopleai::*;
pub(crate) use problems::{Problem, Problems};
pub(crate) use roles::Role;
pub(crate) use salesforce::*;
pub(crate) use template::{Template, Templates};
pub(crate) use types::*;
pub(crate) use wordings::Wordings;

/// A first manifest, with comments, for the embedded org.
pub(crate) const EXAMPLE: &str = include_str!("../../demo.example.yaml");

/// Far more than a manifest ever needs.
const MOST_BYTES: usize = 256 * 1024;

/// Why there is no manifest.
#[derive(Debug, Error)]
pub(crate) enum LoadError {
    #[error("cannot read the manifest {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Invalid(Problems),
}

/// Reads, parses and validates the manifest at `path`.
pub(crate) fn load(path: &Path) -> Result<Manifest, LoadError> {
    let bytes = fs::read(path).map_err(|source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let name = path.display().to_string();
    let manifest = match String::from_utf8(bytes) {
        Ok(source) => parse_beside(&source, &name, files_beside(path)),
        Err(error) => Err(not_utf8(
            &name,
            error.as_bytes(),
            error.utf8_error().valid_up_to(),
        )),
    };
    // The name may have lost what is not UTF-8 in it; the path has not.
    manifest
        .map(|manifest| Manifest {
            source: path.to_owned(),
            ..manifest
        })
        .map_err(LoadError::Invalid)
}

/// Parses and validates a manifest; `name` is what messages call it, and its path.
pub(crate) fn parse(source: &str, name: &str) -> Result<Manifest, Problems> {
    parse_beside(source, name, Files::default())
}

/// As [`parse`], with the files that the manifest may name.
fn parse_beside(source: &str, name: &str, files: Files) -> Result<Manifest, Problems> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    if source.len() > MOST_BYTES {
        let hint = format!("{} bytes; at most {MOST_BYTES} are read", source.len());
        let problem = Complaint::new("too large for a manifest", hint).at(tree::place(1, 1), "");
        return Err(Problems::unparsed(name, &source, problem));
    }
    let tree =
        tree::parse(&source).map_err(|problem| Problems::unparsed(name, &source, problem))?;
    let reading = Reading::with(files);
    let manifest = schema::manifest(Section::root(&tree, &reading), PathBuf::from(name));
    let of_files = reading.files().take_problems();
    let problems = reading.into_problems();
    if problems.is_empty() {
        Ok(manifest)
    } else {
        let problems = Problems::in_tree(name, &source, &tree, problems);
        Err(of_files.into_iter().fold(problems, Problems::and))
    }
}

/// The files that a manifest at `path` can name.
fn files_beside(path: &Path) -> Files {
    let folder = directory_of(path).to_owned();
    Files::new(Box::new(move |name| {
        let bytes = fs::read(folder.join(name)).map_err(|error| error.to_string())?;
        if bytes.len() > MOST_BYTES {
            return Err(format!(
                "{} bytes; at most {MOST_BYTES} are read",
                bytes.len()
            ));
        }
        String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())
    }))
}

/// What a valid manifest says that does not fit the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The key, with those above it: `fields.Event.Region__c`.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// The same kind of error as for a manifest that is invalid by itself, at the same places.
pub(crate) fn misfits(manifest: &Manifest, misfits: Vec<Misfit>) -> LoadError {
    let name = manifest.source.display().to_string();
    let source = fs::read_to_string(&manifest.source).unwrap_or_default();
    let tree = tree::parse(&source);
    let problem = |misfit: Misfit| {
        let Misfit {
            path,
            message,
            hint,
        } = misfit;
        let span = tree.as_ref().ok().and_then(|tree| tree.find(&path));
        let span = span.unwrap_or_else(|| tree::place(1, 1));
        Complaint::new(message, hint).at(span, path)
    };
    let all = misfits.into_iter().map(problem).collect();
    LoadError::Invalid(match &tree {
        Ok(tree) => Problems::in_tree(&name, &source, tree, all),
        Err(_) => Problems::without_lines(&name, all),
    })
}

fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> Problems {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    let complaint = Complaint::new("not UTF-8 text", "save the manifest as UTF-8");
    let problem = complaint.at(tree::place(line, column), "");
    Problems::unparsed(name, &String::from_utf8_lossy(bytes), problem)
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
