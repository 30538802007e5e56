//! What holds for the whole pack: whose it is, where it stands, what it was last told.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{Doing as _, Error, Place, State};
use crate::model::day::Day;
use crate::model::key;
use crate::model::recorded::Mark;

/// The pack's own facts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meta {
    /// Tells this state from any other, also from one of the same pack made anew.
    pub(crate) lineage: String,
    /// Rises with every run that writes; a saved plan is for one serial.
    pub(crate) serial: u64,
    /// The pack's part of every key.
    pub(crate) key_prefix: String,
    pub(crate) anchor: Option<Day>,
    pub(crate) seed: Option<u64>,
    /// What the manifest said at that time; `--seed` may have said something else.
    pub(crate) manifest_seed: Option<u64>,
    /// The digest of the manifest that was last applied.
    pub(crate) applied: Option<String>,
    /// The digest of the query that chose the opportunities.
    pub(crate) query: Option<String>,
    /// The lowest generation that a new record may have: no key is ever used twice.
    pub(crate) generation_floor: u32,
    /// The last refresh that left nothing unread.
    pub(crate) mark: Option<Mark>,
    pub(crate) org: String,
    pub(crate) pack: String,
}

/// A manifest keeps its name in an org: under another one its records would be left behind.
pub(super) fn refuse_second_name(place: Place) -> Result<(), Error> {
    let Ok(entries) = std::fs::read_dir(place.org_folder()) else {
        return Ok(());
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path
            .extension()
            .is_none_or(|extension| extension != "sqlite")
        {
            continue;
        }
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let Ok(db) = Connection::open_with_flags(&path, flags) else {
            continue;
        };
        let value = |name: &str| {
            let sql = "SELECT value FROM meta WHERE name = ?1";
            db.query_row(sql, [name], |row| row.get::<_, String>(0))
                .ok()
        };
        let records: i64 = db
            .query_row("SELECT count(*) FROM records", [], |row| row.get(0))
            .unwrap_or(0);
        if records > 0 && value("manifest").as_deref() == Some(place.manifest) {
            let found = value("pack").unwrap_or_default();
            return Err(Error::Renamed { path, found });
        }
    }
    Ok(())
}

pub(super) fn load_or_create(db: &mut Connection, place: Place) -> Result<Meta, Error> {
    let values = read(db)?;
    if values.is_empty() {
        create(db, place)?;
        return load_or_create(db, place);
    }
    let corrupt = |name: &str| Error::Corrupt {
        path: place.file(),
        reason: format!("its {name} is missing or unreadable"),
    };
    let text = |name: &str| values.get(name).cloned().ok_or_else(|| corrupt(name));
    let org = text("org")?;
    if org != place.org.as_str() {
        let expected = place.org.to_string();
        return Err(Error::OtherOrg {
            path: place.file(),
            found: org,
            expected,
        });
    }
    let anchor = values.get("anchor").map(|date| {
        let date = date.parse().map_err(|_| corrupt("anchor"))?;
        Ok(Day::from_date(date))
    });
    let number = |name: &'static str| {
        let value = values.get(name);
        value
            .map(|value| value.parse().map_err(|_| corrupt(name)))
            .transpose()
    };
    Ok(Meta {
        lineage: text("lineage")?,
        serial: text("serial")?.parse().map_err(|_| corrupt("serial"))?,
        key_prefix: text("key_prefix")?,
        anchor: anchor.transpose()?,
        seed: number("seed")?,
        manifest_seed: number("manifest_seed")?,
        applied: values.get("applied").cloned(),
        query: values.get("query").cloned(),
        generation_floor: text("generation_floor")?
            .parse()
            .map_err(|_| corrupt("generation"))?,
        // What another version wrote there is as good as none: everything is read then.
        mark: values
            .get("mark")
            .and_then(|mark| serde_json::from_str(mark).ok()),
        org,
        pack: text("pack")?,
    })
}

fn read(db: &Connection) -> Result<BTreeMap<String, String>, Error> {
    let mut statement = db.prepare("SELECT name, value FROM meta").doing("read")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .doing("read")?;
    rows.collect::<rusqlite::Result<_>>().doing("read")
}

fn create(db: &mut Connection, place: Place) -> Result<(), Error> {
    let lineage: String = db
        .query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))
        .doing("created")?;
    let prefix = key::pack_prefix(place.pack);
    let tx = db.transaction().doing("created")?;
    for (name, value) in [
        ("lineage", lineage.as_str()),
        ("serial", "0"),
        ("generation_floor", "1"),
        ("key_prefix", &prefix),
        ("org", place.org.as_str()),
        ("pack", place.pack),
        ("manifest", place.manifest),
    ] {
        set(&tx, name, value)?;
    }
    tx.commit().doing("created")
}

pub(super) fn set(db: &Connection, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2";
    db.prepare_cached(sql)
        .and_then(|mut statement| statement.execute(params![name, value]))
        .doing("written")?;
    Ok(())
}

impl State {
    /// No key of a generation below this is used any more.
    pub(crate) fn raise_generation_floor(&mut self, floor: u32) -> Result<(), Error> {
        if floor > self.meta.generation_floor {
            set(&self.db, "generation_floor", &floor.to_string())?;
            self.meta.generation_floor = floor;
        }
        Ok(())
    }
}
