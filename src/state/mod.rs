//! Recorded state: one SQLite file per pack and org.
//!
//! It holds what was sent and what the org gave back, as hashes; the pins; and, before each
//! call that writes to the org, what that call is about to do. It holds the names of deals and people that planning
//! needs, but no text that was written to a record, and never a secret.

mod intents;
mod lock;
mod meta;
mod refreshed;
mod rows;
mod runs;
mod schema;

pub(crate) use intents::{Intent, IntentId, IntentRow, Settlement};
pub(crate) use lock::Holder;
pub(crate) use meta::Meta;
pub(crate) use refreshed::Notes;
pub(crate) use runs::{FailedChange, Opening, Run, RunStatus};

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::model::id::RecordId;

/// An open state, locked against other processes for as long as it lives.
pub(crate) struct State {
    db: Connection,
    meta: Meta,
    shapes: rows::Shapes,
    /// Released by the operating system whatever happens to us.
    _lock: Option<File>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the state is in use by {holder}")]
    Locked { holder: Holder },
    #[error("the state file {} cannot be read: {reason}", path.display())]
    Corrupt { path: PathBuf, reason: String },
    #[error("the state file {} belongs to the org {found}, not to {expected}", path.display())]
    OtherOrg {
        path: PathBuf,
        found: String,
        expected: String,
    },
    #[error("the state file {} was written by a newer demo-gen (format {found}, known {known})", path.display())]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("this manifest already has state in this org under the name {found:?}, in {}", path.display())]
    Renamed { path: PathBuf, found: String },
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the state cannot be {doing}: {source}")]
    Database {
        doing: &'static str,
        source: rusqlite::Error,
    },
}

impl Error {
    /// What a person can do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Locked { .. } => {
                Some("Wait until it is done, or end that process; its lock goes with it.")
            }
            Self::Corrupt { .. } => Some(
                "Nothing was changed. Put a backup in its place, or move the file away and take the \
                 records over with `--adopt` (where the org has Demo_Key__c).",
            ),
            Self::OtherOrg { .. } => {
                Some("The file was copied from another org's folder; move it back.")
            }
            Self::Newer { .. } => Some("Use that version of demo-gen."),
            Self::Renamed { .. } => Some(
                "Go back to the old `run.name`, or run `demo-gen destroy` under it first; its records \
                 carry the old name's key.",
            ),
            Self::Io { .. } | Self::Database { .. } => None,
        }
    }
}

/// Names what was being done when SQLite failed.
trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, Error> {
        self.map_err(|source| Error::Database { doing, source })
    }
}

/// Whose state it is, and where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// `.demo-gen` beside the manifest.
    pub(crate) folder: &'a Path,
    pub(crate) org: RecordId,
    /// `run.name`.
    pub(crate) pack: &'a str,
    /// The manifest's file name: it may not have two packs in one org.
    pub(crate) manifest: &'a str,
}

impl Place<'_> {
    pub(crate) fn file(&self) -> PathBuf {
        self.org_folder().join(format!("{}.sqlite", self.pack))
    }

    fn org_folder(&self) -> PathBuf {
        self.folder.join(self.org.as_str())
    }
}

impl State {
    /// Opens the state for a run that writes; creates it where there is none.
    pub(crate) fn open(place: Place, holder: &Holder) -> Result<Self, Error> {
        let file = place.file();
        if !file.exists() {
            meta::refuse_second_name(place)?;
        }
        create_folder(&place.org_folder())?;
        let lock = lock::take(&file.with_extension("lock"), holder)?;
        let db = connect(&file)?;
        Self::set_up(db, place, Some(lock))
    }

    /// Opens the state for a run that only looks: where there is none, an empty one in memory.
    pub(crate) fn peek(place: Place, holder: &Holder) -> Result<Self, Error> {
        if place.file().exists() {
            return Self::open(place, holder);
        }
        meta::refuse_second_name(place)?;
        let db = Connection::open_in_memory().doing("opened")?;
        Self::set_up(db, place, None)
    }

    /// Opens the state to look at it beside a run that may be under way; `None` where there is none.
    pub(crate) fn look(place: Place) -> Result<Option<Self>, Error> {
        let file = place.file();
        if !file.exists() {
            return Ok(None);
        }
        let db = connect(&file)?;
        Self::set_up(db, place, None).map(Some)
    }

    fn set_up(mut db: Connection, place: Place, lock: Option<File>) -> Result<Self, Error> {
        let file = place.file();
        schema::migrate(&mut db, &file)?;
        let meta = meta::load_or_create(&mut db, place)?;
        let shapes = rows::Shapes::load(&db)?;
        Ok(Self {
            db,
            meta,
            shapes,
            _lock: lock,
        })
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }
}

/// Other orgs in which this pack has state, by id: a new org starts afresh, and that is said.
pub(crate) fn other_orgs(place: Place) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(place.folder) else {
        return Vec::new();
    };
    let file = format!("{}.sqlite", place.pack);
    let mut orgs: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join(&file).exists())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|org| org != place.org.as_str())
        .collect();
    orgs.sort();
    orgs
}

fn create_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|source| Error::Io {
        doing: "create the folder",
        path: folder.to_owned(),
        source,
    })
}

/// Durable at every commit: what is recorded must survive a power cut right after it.
fn connect(file: &Path) -> Result<Connection, Error> {
    let corrupt = |error: rusqlite::Error| Error::Corrupt {
        path: file.to_owned(),
        reason: error.to_string(),
    };
    let db = Connection::open(file).map_err(corrupt)?;
    db.pragma_update(None, "journal_mode", "WAL")
        .map_err(corrupt)?;
    db.pragma_update(None, "synchronous", "FULL")
        .map_err(corrupt)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

#[cfg(test)]
mod tests;
