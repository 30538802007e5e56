//! The tables, and how an older file becomes a newer one.

use std::path::Path;

use rusqlite::Connection;

use super::{Doing as _, Error};

/// `dgen`: tells our files from other SQLite files.
const APPLICATION_ID: i64 = 0x6467_656e;

/// One step per format; a file of format n has had the first n.
const STEPS: &[&str] = &["
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- Which fields a row owns, separated by commas: almost all rows of a kind own the same ones.
    CREATE TABLE shapes (number INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
    CREATE TABLE roots (number INTEGER PRIMARY KEY, root TEXT NOT NULL UNIQUE, pins TEXT);
    CREATE TABLE records (
        root INTEGER NOT NULL REFERENCES roots,
        path TEXT NOT NULL,
        object INTEGER NOT NULL,
        id TEXT NOT NULL,
        generation INTEGER NOT NULL,
        run INTEGER NOT NULL REFERENCES runs,
        created INTEGER NOT NULL,
        want INTEGER NOT NULL,
        stamp INTEGER,
        held BLOB NOT NULL,
        PRIMARY KEY (root, path)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        command TEXT NOT NULL,
        user TEXT NOT NULL,
        keyed INTEGER NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        finished INTEGER,
        counts TEXT
    );
    CREATE TABLE intents (
        number INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        at INTEGER NOT NULL,
        body TEXT NOT NULL
    );
    CREATE TABLE failures (
        run INTEGER NOT NULL REFERENCES runs,
        address TEXT NOT NULL,
        action TEXT NOT NULL,
        code TEXT NOT NULL,
        message TEXT NOT NULL
    );
    CREATE TABLE snapshot (name TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
", "
    -- Records that were not as recorded when they were last read, with the stamp they had then.
    CREATE TABLE deviations (id TEXT PRIMARY KEY, stamp INTEGER) WITHOUT ROWID;
",
    // The Bulk API job that an intent is carried out by.
    "ALTER TABLE intents ADD COLUMN job TEXT",
    // Of a loan, its fields with what they held before; null for records that we made.
    "ALTER TABLE records ADD COLUMN lent TEXT",
    // Accounts have pins as well as deals, so pins say which they are.
    "UPDATE roots SET pins = '{\"deal\":' || pins || '}' WHERE pins IS NOT NULL",
];

/// Brings the file to the newest format; a newer or a foreign file is left alone.
pub(super) fn migrate(db: &mut Connection, file: &Path) -> Result<(), Error> {
    let corrupt = |reason: String| Error::Corrupt {
        path: file.to_owned(),
        reason,
    };
    let number = |name: &str| -> Result<i64, Error> {
        db.pragma_query_value(None, name, |row| row.get(0))
            .map_err(|error| corrupt(error.to_string()))
    };
    let (id, format) = (number("application_id")?, number("user_version")?);
    let tables: i64 = db
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .map_err(|error| corrupt(error.to_string()))?;
    if id != APPLICATION_ID && tables > 0 {
        return Err(corrupt("it is not a state of demo-gen".to_owned()));
    }
    let known = STEPS.len() as i64;
    if format > known {
        return Err(Error::Newer {
            path: file.to_owned(),
            found: format,
            known,
        });
    }
    let step = db.transaction().doing("migrated")?;
    for sql in &STEPS[format as usize..] {
        step.execute_batch(sql).doing("migrated")?;
    }
    step.pragma_update(None, "application_id", APPLICATION_ID)
        .doing("migrated")?;
    step.pragma_update(None, "user_version", known)
        .doing("migrated")?;
    step.commit().doing("migrated")
}
