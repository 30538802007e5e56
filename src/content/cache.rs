//! What models wrote, by the hash of what they were asked: `.demo-gen/content.sqlite`, beside the
//! states of all packs and orgs of a manifest's folder.
//!
//! Texts are kept as they came, with their placeholders, so nothing personal is in the file. That a
//! text failed is kept too: the offline text stands in for it until `--generate` asks again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value as Json;

use crate::model::prompt::{Draft, Kind, PromptHash};

/// The cache, open.
pub(crate) struct Cache {
    db: Connection,
}

/// What is known of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    /// The texts of all its parts.
    Written(Vec<String>),
    /// The offline text stands in, for this reason.
    Failed(String),
    Nothing,
}

/// One prompt with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) hash: PromptHash,
    pub(crate) kind: Kind,
    pub(crate) model: String,
    /// Texts; or why there are none.
    pub(crate) result: Result<Vec<String>, String>,
    pub(crate) tokens: u64,
    /// In seconds since 1970.
    pub(crate) at: i64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the texts in {} cannot be {doing}: {source}", path.display())]
    Database {
        doing: &'static str,
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("{} was written by a newer demo-gen", path.display())]
    Newer { path: PathBuf },
    #[error("cannot create the folder {}: {source}", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
}

const FILE: &str = "content.sqlite";

/// Raised when the table changes its form.
const FORMAT: i64 = 1;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS texts (
        hash BLOB PRIMARY KEY,
        kind TEXT NOT NULL,
        model TEXT NOT NULL,
        -- A JSON array with the text of each part; null where the model failed.
        texts TEXT,
        failure TEXT,
        tokens INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// Another run may be writing.
const PATIENCE: Duration = Duration::from_secs(10);

impl Cache {
    /// Opens the cache to write to it; creates it where there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Folder {
            path: folder.to_owned(),
            source,
        })?;
        let path = folder.join(FILE);
        Self::set_up(Connection::open(&path), &path)
    }

    /// Opens the cache to look at it: where there is none, an empty one in memory.
    pub(crate) fn peek(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        match path.exists() {
            true => Self::set_up(Connection::open(&path), &path),
            false => Self::set_up(Connection::open_in_memory(), &path),
        }
    }

    fn set_up(db: rusqlite::Result<Connection>, path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Database {
            doing: "opened",
            path: path.to_owned(),
            source,
        };
        let db = db.map_err(failed)?;
        db.busy_timeout(PATIENCE).map_err(failed)?;
        let format: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(failed)?;
        if format > FORMAT {
            let path = path.to_owned();
            return Err(Error::Newer { path });
        }
        if format < FORMAT {
            // A text that is lost with the power is asked for again: that is no reason to wait for
            // the disk after each.
            db.pragma_update(None, "journal_mode", "WAL")
                .map_err(failed)?;
            db.execute_batch(TABLE).map_err(failed)?;
            db.pragma_update(None, "user_version", FORMAT)
                .map_err(failed)?;
        }
        db.pragma_update(None, "synchronous", "NORMAL")
            .map_err(failed)?;
        Ok(Self { db })
    }

    pub(crate) fn known(&self, hash: PromptHash) -> Result<Known, Error> {
        let mut find = self
            .db
            .prepare_cached("SELECT texts, failure FROM texts WHERE hash = ?1")
            .map_err(|source| self.failed("read", source))?;
        let found = find
            .query_row([hash.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(|source| self.failed("read", source))?;
        Ok(match found {
            None => Known::Nothing,
            Some((texts, failure)) => match result(texts, failure) {
                Ok(texts) => Known::Written(texts),
                Err(why) => Known::Failed(why),
            },
        })
    }

    /// The value of a draft as far as it is known: what a model wrote, or what stands in for it.
    pub(crate) fn json(&self, draft: &Draft) -> Result<Json, Error> {
        let known = self.known(draft.hash)?;
        Ok(known.json(draft).unwrap_or_else(|| draft.stand_in()))
    }

    /// Keeps what another cache knows, unless a text is there already. Whether it was kept.
    pub(super) fn take(&self, entry: &Entry) -> Result<bool, Error> {
        match (self.known(entry.hash)?, &entry.result) {
            (Known::Written(_), _) | (Known::Failed(_), Err(_)) => Ok(false),
            (Known::Failed(_) | Known::Nothing, _) => {
                self.put(entry)?;
                Ok(true)
            }
        }
    }

    /// Keeps what came of a prompt, in place of what came of it before.
    pub(crate) fn put(&self, entry: &Entry) -> Result<(), Error> {
        let Entry {
            hash,
            kind,
            model,
            result,
            tokens,
            at,
        } = entry;
        let texts = result.as_ref().ok();
        let texts = texts.map(|texts| serde_json::to_string(texts).expect("texts are plain data"));
        let failure = result.as_ref().err();
        let row = params![
            hash.as_bytes(),
            kind.name(),
            model,
            texts,
            failure,
            i64::try_from(*tokens).unwrap_or(i64::MAX),
            at
        ];
        self.db
            .prepare_cached("INSERT OR REPLACE INTO texts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .and_then(|mut put| put.execute(row))
            .map(drop)
            .map_err(|source| self.failed("written", source))
    }

    /// All that is kept, by hash.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, Error> {
        let read = || -> rusqlite::Result<Vec<Entry>> {
            let mut all = self.db.prepare(
                "SELECT hash, kind, model, texts, failure, tokens, at FROM texts ORDER BY hash",
            )?;
            let rows = all.query_map([], entry)?;
            // A kind that a later version knows is left out.
            rows.filter_map(Result::transpose).collect()
        };
        read().map_err(|source| self.failed("read", source))
    }

    fn failed(&self, doing: &'static str, source: rusqlite::Error) -> Error {
        Error::Database {
            doing,
            path: self.db.path().unwrap_or_default().into(),
            source,
        }
    }
}

impl Known {
    /// The value of the draft; none while it is still to be asked for.
    pub(crate) fn json(&self, draft: &Draft) -> Option<Json> {
        match self {
            Self::Written(texts) => {
                let written = texts.get(usize::from(draft.part)).map(String::as_str);
                Some(draft.text(written).map_or(Json::Null, Json::String))
            }
            Self::Failed(_) => Some(draft.stand_in()),
            Self::Nothing => None,
        }
    }
}

/// What came of a prompt, as the columns have it.
fn result(texts: Option<String>, failure: Option<String>) -> Result<Vec<String>, String> {
    let texts = texts.and_then(|texts| serde_json::from_str(&texts).ok());
    texts.ok_or_else(|| failure.unwrap_or_default())
}

fn entry(row: &rusqlite::Row) -> rusqlite::Result<Option<Entry>> {
    let (hash, kind): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
    let hash = PromptHash::from_bytes(&hash);
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
    let (Some(hash), Some(kind)) = (hash, kind) else {
        return Ok(None);
    };
    Ok(Some(Entry {
        hash,
        kind,
        model: row.get(2)?,
        result: result(row.get(3)?, row.get(4)?),
        tokens: row.get::<_, i64>(5)?.unsigned_abs(),
        at: row.get(6)?,
    }))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::prompt::tests::{ASKING, draft, notes};

    pub(in crate::content) fn written(text: &str) -> Entry {
        Entry {
            hash: notes().hash(ASKING),
            kind: notes().kind,
            model: "gpt-4.1-mini".to_owned(),
            result: Ok(vec![text.to_owned()]),
            tokens: 120,
            at: 7,
        }
    }

    pub(in crate::content) fn failed() -> Entry {
        Entry {
            result: Err("refused".to_owned()),
            ..written("")
        }
    }

    #[test]
    fn texts_are_found_again_with_their_places_filled() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let draft = draft(notes());
        assert_eq!(cache.known(draft.hash).unwrap(), Known::Nothing);
        assert_eq!(cache.json(&draft).unwrap(), "We met.");
        cache.put(&written("Met {{person_1}}.")).unwrap();
        drop(cache);
        let cache = Cache::peek(folder.path()).unwrap();
        assert_eq!(cache.json(&draft).unwrap(), "Met Ada Byron.");
        assert_eq!(cache.entries().unwrap(), [written("Met {{person_1}}.")]);
    }

    #[test]
    fn a_failure_is_kept_until_a_text_comes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let hash = failed().hash;
        cache.put(&failed()).unwrap();
        assert_eq!(
            cache.known(hash).unwrap(),
            Known::Failed("refused".to_owned())
        );
        assert_eq!(cache.json(&draft(notes())).unwrap(), "We met.");
        cache.put(&written("Met.")).unwrap();
        assert_eq!(
            cache.known(hash).unwrap(),
            Known::Written(vec!["Met.".to_owned()])
        );
    }

    #[test]
    fn a_text_is_not_given_up_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        assert!(cache.take(&failed()).unwrap());
        assert!(!cache.take(&failed()).unwrap());
        assert!(cache.take(&written("First.")).unwrap());
        assert!(!cache.take(&written("Second.")).unwrap());
        assert!(!cache.take(&failed()).unwrap());
        assert_eq!(cache.entries().unwrap(), [written("First.")]);
    }

    #[test]
    fn a_look_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::peek(folder.path()).unwrap();
        assert_eq!(cache.entries().unwrap(), []);
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        cache.db.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(
            Cache::peek(folder.path()),
            Err(Error::Newer { .. })
        ));
    }
}
