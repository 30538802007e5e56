//! What the last refresh saw: when it was, at which stamps records were as recorded, and which
//! were not.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::{Doing as _, Error, State, meta};
use crate::model::address::Address;
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::recorded::{Known, Mark, Row};

/// What a refresh notes of the records that it read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Notes {
    /// As recorded, at another stamp than the recorded one.
    pub(crate) agreed: Vec<(Address, i64)>,
    /// Not as recorded, with their stamp; without one where they are gone.
    pub(crate) deviating: BTreeMap<RecordId, Option<i64>>,
}

impl State {
    /// What is known of each kind, with the stamps from `since` on.
    pub(crate) fn known(&self, since: i64) -> Result<BTreeMap<Object, Known>, Error> {
        let deviations = self.deviations()?;
        let mut known: BTreeMap<Object, Known> = BTreeMap::new();
        let sql = "SELECT object, id, stamp, keyed FROM records JOIN runs ON number = run";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        while let Some(row) = rows.next().doing("read")? {
            let object: i64 = row.get(0).doing("read")?;
            let object = Object::from_number(object as usize);
            let stamp: Option<i64> = row.get(2).doing("read")?;
            let keyed: bool = row.get(3).doing("read")?;
            let kind = known
                .entry(object.ok_or_else(|| self.broken(&"unknown object"))?)
                .or_insert_with(|| Known {
                    keyed: true,
                    ..Known::default()
                });
            kind.total += 1;
            kind.keyed &= keyed;
            let mut seen = stamp;
            if stamp.is_none() || !deviations.is_empty() {
                let id = self.id(row.get_ref(1).doing("read")?)?;
                if let Some(then) = deviations.get(&id) {
                    seen = seen.max(*then);
                }
                if stamp.is_none() || deviations.contains_key(&id) {
                    kind.doubtful.insert(id);
                }
            }
            kind.recent.extend(seen.filter(|stamp| *stamp >= since));
        }
        for kind in known.values_mut() {
            kind.recent.sort_unstable();
        }
        Ok(known)
    }

    /// The rows of these records, as far as they are managed.
    pub(crate) fn rows_of(&self, ids: &BTreeSet<RecordId>) -> Result<Vec<(RootId, Row)>, Error> {
        let sql = "SELECT path, object, id, generation, run, created, want, stamp, held, lent, roots.root \
                   FROM records JOIN roots ON number = records.root";
        let mut found = Vec::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        while let Some(row) = rows.next().doing("read")? {
            if ids.contains(&self.id(row.get_ref(2).doing("read")?)?) {
                let root = RootId(self.id(row.get_ref(10).doing("read")?)?);
                found.push((root, self.row(row)?));
            }
        }
        Ok(found)
    }

    /// The stamps at which these records were last seen, as far as they are managed.
    pub(crate) fn stamps_of(
        &self,
        ids: &BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Option<i64>>, Error> {
        let mut found = BTreeMap::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let deviations = self.deviations()?;
        let sql = "SELECT id, stamp FROM records";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        while let Some(row) = rows.next().doing("read")? {
            let id = self.id(row.get_ref(0).doing("read")?)?;
            if ids.contains(&id) {
                let stamp: Option<i64> = row.get(1).doing("read")?;
                let then = deviations.get(&id).copied().flatten();
                found.insert(id, stamp.max(then));
            }
        }
        Ok(found)
    }

    /// Notes, in one transaction, what a refresh that left nothing unread has seen.
    pub(crate) fn note_refresh(&mut self, mark: Mark, notes: &Notes) -> Result<(), Error> {
        let tx = self.db.transaction().doing("written")?;
        {
            let sql = "UPDATE records SET stamp = ?3 WHERE path = ?2 \
                       AND root = (SELECT number FROM roots WHERE root = ?1)";
            let mut statement = tx.prepare_cached(sql).doing("written")?;
            for (address, stamp) in &notes.agreed {
                let key = (address.root.0.as_str(), address.path.as_str());
                statement
                    .execute(params![key.0, key.1, stamp])
                    .doing("written")?;
            }
            tx.execute("DELETE FROM deviations", []).doing("written")?;
            let sql = "INSERT INTO deviations VALUES (?1, ?2)";
            let mut statement = tx.prepare_cached(sql).doing("written")?;
            for (id, stamp) in &notes.deviating {
                statement
                    .execute(params![id.as_str(), stamp])
                    .doing("written")?;
            }
        }
        let text = serde_json::to_string(&mark).expect("a mark is plain data");
        meta::set(&tx, "mark", &text)?;
        tx.commit().doing("written")?;
        self.meta.mark = Some(mark);
        Ok(())
    }

    fn deviations(&self) -> Result<BTreeMap<RecordId, Option<i64>>, Error> {
        let sql = "SELECT id, stamp FROM deviations";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut deviations = BTreeMap::new();
        while let Some(row) = rows.next().doing("read")? {
            let id = self.id(row.get_ref(0).doing("read")?)?;
            deviations.insert(id, row.get(1).doing("read")?);
        }
        Ok(deviations)
    }

    fn id(&self, text: rusqlite::types::ValueRef) -> Result<RecordId, Error> {
        let text = text.as_str().map_err(|error| self.broken(&error))?;
        RecordId::parse(text).map_err(|error| self.broken(&error))
    }
}
