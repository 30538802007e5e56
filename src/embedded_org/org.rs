//! An open org: its file, who may sign in, and what lives only while it is served.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::api::Cursors;
use super::auth::{self, Credentials};
use super::bulk::Jobs;
use super::company;
use super::error::Error;
use super::faults::Faults;
use super::features::Features;
use super::ids::RecordId;
use super::session::{Facts, Session};
use super::store::{Lock, Store, sibling};
use super::time::zone;
use super::tokens::Tokens;
use crate::clock::Clock;

/// An org open for serving.
pub(crate) struct Org {
    pub(crate) store: Store,
    pub(crate) facts: Facts,
    pub(crate) credentials: Credentials,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Clock,
    pub(crate) cursors: Cursors,
    pub(crate) jobs: Jobs,
    pub(crate) faults: Faults,
    /// API calls since it was opened.
    pub(crate) calls: u64,
}

impl Org {
    /// Opens the org of a data file.
    pub(crate) fn open(data: &Path, token: Option<String>, clock: Clock) -> Result<Self, Error> {
        let mut store = Store::open(data)?;
        let facts = read_facts(&mut store)?;
        store.show_to(&facts.user_id)?;
        let credentials = auth::read(&store, &facts.username, token)?;
        Ok(Self {
            store,
            facts,
            tokens: Tokens::new(credentials.access_token.clone()),
            credentials,
            clock,
            cursors: Cursors::starting_at(clock.now().as_millisecond() as u64),
            jobs: Jobs::new(),
            faults: Faults::default(),
            calls: 0,
        })
    }
}

/// Makes a new org with the sample company, in place of what the file held.
pub(crate) fn create(
    data: &Path,
    lock: &Lock,
    kind: (bool, Features),
    clock: Clock,
) -> Result<(), Error> {
    let now = clock.now();
    replace(data, lock, kind, |store| {
        let org_id = auth::new_org_id(now);
        fill(store, &founder(&org_id), now, company::fill).map_err(|error| Error::Sample {
            problem: error.message,
        })?;
        auth::make(store, &org_id, now)
    })
}

/// Whether a data file that is about to be replaced holds a bare org, and its features. A file that is
/// not ours is no file to replace; one that is damaged is.
pub(crate) fn kind(data: &Path) -> Result<(bool, Features), Error> {
    if !data.exists() {
        return Ok((false, Features::default()));
    }
    let read = |store: Store| Ok((store.setting("bare")?, store.features()));
    match Store::open(data).and_then(read) {
        Ok((bare, features)) => Ok((bare.as_deref() == Some("true"), features)),
        Err(Error::Damaged { .. } | Error::Database { .. }) => Ok((false, Features::default())),
        Err(error) => Err(error),
    }
}

/// Builds a new data file aside and puts it in the place of the old one when it is whole.
pub(crate) fn replace<T>(
    data: &Path,
    _lock: &Lock,
    (bare, features): (bool, Features),
    fill: impl FnOnce(&mut Store) -> Result<T, Error>,
) -> Result<T, Error> {
    let fresh = sibling(data, "new");
    remove_file_and_logs(&fresh)?;
    let mut store = Store::create(&fresh, bare, features)?;
    let filled = fill(&mut store).inspect_err(|_| {
        let _ = remove_file_and_logs(&fresh);
    })?;
    store.checkpoint()?;
    drop(store);
    // A log left over from the old file would be replayed into the new one.
    remove_logs(data)?;
    std::fs::rename(&fresh, data).map_err(|source| Error::Io {
        action: "write to",
        path: data.to_owned(),
        source,
    })?;
    Ok(filled)
}

/// Fills a new file in one transaction, as the user that is about to exist.
pub(crate) fn fill<T, E: From<rusqlite::Error>>(
    store: &mut Store,
    facts: &Facts,
    now: Timestamp,
    fill: impl FnOnce(&Session<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let (transaction, schema) = store.begin()?;
    let session = Session::new(&transaction, schema, facts, now);
    let filled = fill(&session)?;
    session.keep_numbers()?;
    transaction.commit()?;
    Ok(filled)
}

/// Who fills a new org: its first user, whose id is always the same.
pub(crate) fn founder(org_id: &str) -> Facts {
    Facts {
        org_id: org_id.to_owned(),
        user_id: RecordId::from_number("005", 1).into(),
        username: String::new(),
        time_zone: zone("UTC"),
    }
}

/// The organization, and the user that signs in: the first active system administrator.
fn read_facts(store: &mut Store) -> Result<Facts, Error> {
    let read = |store: &mut Store| -> rusqlite::Result<Facts> {
        let (transaction, _) = store.begin_read()?;
        let org_id = transaction.query_row(
            "SELECT Id FROM Organization WHERE NOT IsDeleted ORDER BY Id LIMIT 1",
            [],
            |row| row.get(0),
        )?;
        transaction.query_row(
            "SELECT u.Id, u.Username, u.TimeZoneSidKey FROM \"User\" u JOIN Profile p ON p.Id = u.ProfileId \
             WHERE u.IsActive AND p.Name = 'System Administrator' ORDER BY u.CreatedDate, u.Id LIMIT 1",
            [],
            |row| {
                Ok(Facts {
                    org_id,
                    user_id: row.get(0)?,
                    username: row.get(1)?,
                    time_zone: zone(&row.get::<_, String>(2)?),
                })
            },
        )
    };
    read(store).map_err(|source| store.error(source))
}

fn remove_file_and_logs(path: &Path) -> Result<(), Error> {
    remove_logs(path)?;
    remove(path.to_owned())
}

fn remove_logs(path: &Path) -> Result<(), Error> {
    remove(suffixed(path, "-wal"))?;
    remove(suffixed(path, "-shm"))
}

fn remove(file: PathBuf) -> Result<(), Error> {
    match std::fs::remove_file(&file) {
        Ok(()) => Ok(()),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::Io {
            action: "replace",
            path: file,
            source,
        }),
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
