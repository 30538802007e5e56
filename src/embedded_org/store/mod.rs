//! The org's one `SQLite` file: opening it, its shape, and one transaction a request.
//!
//! A table per sObject, a column per stored field, named as the API names them. The file also keeps who
//! may sign in, the custom fields and objects declared to the org, and the running numbers of its ids.

mod declared;
mod lock;
mod table;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use super::bulk;
use super::error::Error;
use super::features::Features;
use super::schema::{OUR_FIELDS, OUR_OBJECTS, Object, Schema};
pub(crate) use declared::declared_schema;
pub(crate) use lock::{Lock, sibling};
pub(crate) use table::{build, create_temporary, drop_field, drop_object, rebuild_field};

/// `DGor`, so that a file of another program is not taken for ours.
const APPLICATION_ID: i64 = 0x4447_6f72;
/// Raised when the shape of the file itself changes; new fields of a standard object only add columns.
const FORMAT: i64 = 2;

/// An open data file.
pub(crate) struct Store {
    connection: Connection,
    schema: Schema,
    /// Who sees of the schema what permission sets show; without one all is seen.
    user_id: Option<String>,
    path: PathBuf,
}

impl Store {
    /// Makes a new, empty file; with our fields and objects unless bare.
    pub(crate) fn create(path: &Path, bare: bool, features: Features) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| Error::Io {
                action: "create the folder",
                path: folder.to_owned(),
                source,
            })?;
        }
        probe_writable(path)?;
        let of = |source| database_error(path, source);
        let connection = Connection::open(path).map_err(of)?;
        configure(&connection).map_err(of)?;
        connection
            .execute_batch(&format!(
                "BEGIN; {TABLES} {DEFINITIONS} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; COMMIT;"
            ))
            .map_err(of)?;
        let mut store = Self {
            connection,
            schema: Schema::of(features),
            user_id: None,
            path: path.to_owned(),
        };
        store.write_setting("bare", if bare { "true" } else { "false" })?;
        store.write_setting("features", &features.to_string())?;
        if !bare {
            store.declare_ours()?;
        }
        store.build_tables()?;
        Ok(store)
    }

    /// Opens a file that holds an org.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::NoOrg {
                path: path.to_owned(),
            });
        }
        probe_writable(path)?;
        let of = |source| database_error(path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(of)?;
        check_format(&connection, path)?;
        configure(&connection).map_err(of)?;
        connection
            .execute_batch(&format!("{DEFINITIONS} PRAGMA user_version = {FORMAT};"))
            .map_err(of)?;
        let schema = declared_schema(&connection).map_err(of)?;
        let store = Self {
            connection,
            schema,
            user_id: None,
            path: path.to_owned(),
        };
        store.build_tables()?;
        Ok(store)
    }

    pub(crate) fn features(&self) -> Features {
        self.schema.features()
    }

    /// Another connection to the same file, for long reads that keep nobody from writing.
    pub(crate) fn reader(&self) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 10000;")?;
        Ok(Self {
            connection,
            schema: self.schema.clone(),
            user_id: self.user_id.clone(),
            path: self.path.clone(),
        })
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Shows from now on no more of the schema than this user sees.
    pub(crate) fn show_to(&mut self, user_id: &str) -> Result<(), Error> {
        self.user_id = Some(user_id.to_owned());
        self.reload_schema().map_err(|source| self.error(source))
    }

    /// Reads anew what fields and objects there are, and who sees them.
    pub(crate) fn reload_schema(&mut self) -> rusqlite::Result<()> {
        self.schema = declared_schema(&self.connection)?;
        if let Some(user_id) = &self.user_id {
            let grants = declared::grants_of(&self.connection, user_id)?;
            self.schema.restrict(&grants);
        }
        Ok(())
    }

    /// Begins a transaction; the schema comes along, since both are parts of one value.
    pub(crate) fn begin(&mut self) -> rusqlite::Result<(Transaction<'_>, &Schema)> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok((transaction, &self.schema))
    }

    /// Begins a transaction that only reads.
    pub(crate) fn begin_read(&mut self) -> rusqlite::Result<(Transaction<'_>, &Schema)> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Deferred)?;
        Ok((transaction, &self.schema))
    }

    /// Declares a custom field, in the notation of the schema.
    pub(crate) fn declare_field(&mut self, object: &str, line: &str) -> Result<(), Error> {
        self.schema
            .add_field(object, line)
            .expect("who declares a field writes it in the notation");
        self.execute(
            "INSERT INTO _custom_field (object, line) VALUES (?1, ?2)",
            [object, line],
        )
    }

    fn declare_ours(&mut self) -> Result<(), Error> {
        for table in OUR_OBJECTS {
            let object = Object::from_table(table).expect("our tables are in the notation");
            self.schema.add(object);
            self.execute(
                "INSERT INTO _custom_object (name, label, label_plural, key_prefix, fields) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                [
                    table.name,
                    table.label,
                    table.label_plural,
                    table.key_prefix,
                    table.fields,
                ],
            )?;
        }
        OUR_FIELDS
            .iter()
            .try_for_each(|(object, line)| self.declare_field(object, line))
    }

    /// Makes the tables and columns that the schema has and the file has not.
    pub(crate) fn build_tables(&self) -> Result<(), Error> {
        table::build(&self.connection, &self.schema)
            .and_then(|()| self.connection.execute_batch(bulk::TABLES))
            .map_err(|source| database_error(&self.path, source))
    }

    /// A fact about the org, such as a secret for signing in.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        self.connection
            .query_row(
                "SELECT value FROM _setting WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|source| database_error(&self.path, source))
    }

    pub(crate) fn write_setting(&self, name: &str, value: &str) -> Result<(), Error> {
        self.execute(
            "INSERT OR REPLACE INTO _setting (name, value) VALUES (?1, ?2)",
            [name, value],
        )
    }

    /// Moves what the log holds into the file, so that the file alone is the org.
    pub(crate) fn checkpoint(&self) -> Result<(), Error> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|source| database_error(&self.path, source))
    }

    /// An error of the file, naming it.
    pub(crate) fn error(&self, source: rusqlite::Error) -> Error {
        database_error(&self.path, source)
    }

    fn execute(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<(), Error> {
        self.connection
            .execute(sql, parameters)
            .map(|_| ())
            .map_err(|source| database_error(&self.path, source))
    }
}

/// Tables that are not sObjects; no sObject's name starts with an underscore.
const TABLES: &str = "
CREATE TABLE _setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE _number (prefix TEXT PRIMARY KEY NOT NULL, last INTEGER NOT NULL);
CREATE TABLE _custom_object (name TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL, label_plural TEXT NOT NULL,
    key_prefix TEXT NOT NULL, fields TEXT NOT NULL);
CREATE TABLE _custom_field (object TEXT NOT NULL, line TEXT NOT NULL);
";

/// What was made through the Metadata and the Tooling API, in files of the first format too.
const DEFINITIONS: &str = "
CREATE TABLE IF NOT EXISTS _metadata_object (name TEXT PRIMARY KEY NOT NULL, id TEXT NOT NULL,
    key_prefix TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _metadata_field (object TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
    definition TEXT NOT NULL, seen_by_all INTEGER NOT NULL, PRIMARY KEY (object, name));
CREATE TABLE IF NOT EXISTS _deploy_request (id TEXT PRIMARY KEY NOT NULL, options TEXT NOT NULL, zip BLOB NOT NULL,
    status TEXT NOT NULL, created TEXT NOT NULL, completed TEXT, details TEXT);
";

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // With write-ahead logging a power cut can lose the last transactions, never the file. A log of up to
    // 64 MB lets a page that many requests touch be copied into the file once for all of them.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -16384; PRAGMA busy_timeout = 10000; PRAGMA wal_autocheckpoint = 16384;",
    )?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(())
}

fn check_format(connection: &Connection, path: &Path) -> Result<(), Error> {
    let pragma = |name| {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
            .map_err(|source| database_error(path, source))
    };
    if pragma("application_id")? != APPLICATION_ID {
        return Err(Error::NotOurs {
            path: path.to_owned(),
        });
    }
    let found = pragma("user_version")?;
    if found > FORMAT {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        });
    }
    Ok(())
}

/// `SQLite` opens a read-only file without a word and fails later; this fails now, naming the cause.
fn probe_writable(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    // The file holds what one signs in to the org with.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(|source| Error::Io {
        action: "write to",
        path: path.to_owned(),
        source,
    })
}

fn database_error(path: &Path, source: rusqlite::Error) -> Error {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => Error::NotOurs {
            path: path.to_owned(),
        },
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => Error::Damaged {
            path: path.to_owned(),
            source,
        },
        _ => Error::Database {
            path: path.to_owned(),
            source,
        },
    }
}
