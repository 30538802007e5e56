//! Rows: one per managed record, and one per root with its pins.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Doing as _, Error, State};
use crate::model::address::{Address, Path};
use crate::model::id::{RecordId, RootId};
use crate::model::loan::{Lent, Loans};
use crate::model::object::Object;
use crate::model::pins::RootPins;
use crate::model::recorded::{Held, Row};
use crate::model::value::{FieldName, Want};

/// The shapes of rows: which fields they own. A row names its shape and gives a hash a field.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    by_fields: BTreeMap<Vec<FieldName>, u16>,
    by_number: BTreeMap<u16, Vec<FieldName>>,
}

/// The bytes of a shape's number, and of a hash.
const SHAPE: usize = 2;
const HASH: usize = 4;

impl Shapes {
    pub(super) fn load(db: &Connection) -> Result<Self, Error> {
        let mut statement = db
            .prepare("SELECT number, fields FROM shapes")
            .doing("read")?;
        let rows = statement
            .query_map([], |row| {
                Ok((row.get::<_, u16>(0)?, row.get::<_, String>(1)?))
            })
            .doing("read")?;
        let mut shapes = Self::default();
        for row in rows {
            let (number, fields) = row.doing("read")?;
            // There are some dozens of names, and every row names ten of them: kept for good,
            // a name costs nothing to pass on.
            let fields: &'static str = fields.leak();
            let fields = fields.split(',').filter(|name| !name.is_empty());
            shapes.add(number, fields.map(Cow::Borrowed).collect());
        }
        Ok(shapes)
    }

    fn add(&mut self, number: u16, fields: Vec<FieldName>) {
        self.by_fields.insert(fields.clone(), number);
        self.by_number.insert(number, fields);
    }

    /// Packs hashes, introducing a new shape on the way.
    pub(super) fn pack(&mut self, db: &Connection, held: &Held) -> Result<Vec<u8>, Error> {
        let fields: Vec<_> = held.0.iter().map(|(name, _)| name.clone()).collect();
        let number = match self.by_fields.get(&fields) {
            Some(number) => *number,
            None => self.introduce(db, fields)?,
        };
        let mut bytes = Vec::with_capacity(SHAPE + held.0.len() * HASH);
        bytes.extend(number.to_le_bytes());
        bytes.extend(held.0.iter().flat_map(|(_, hash)| hash.to_le_bytes()));
        Ok(bytes)
    }

    fn introduce(&mut self, db: &Connection, fields: Vec<FieldName>) -> Result<u16, Error> {
        let number = self.by_number.keys().next_back().map_or(1, |last| last + 1);
        let sql = "INSERT INTO shapes VALUES (?1, ?2)";
        db.execute(sql, params![number, fields.join(",")])
            .doing("written")?;
        self.add(number, fields);
        Ok(number)
    }

    fn unpack(&self, bytes: &[u8]) -> Held {
        let Some((number, hashes)) = bytes.split_first_chunk::<SHAPE>() else {
            return Held::default();
        };
        let fields = self.by_number.get(&u16::from_le_bytes(*number));
        let hash = |chunk: &[u8]| u32::from_le_bytes(chunk.try_into().expect("four bytes of hash"));
        let hashes = hashes.chunks_exact(HASH).map(hash);
        Held(fields.into_iter().flatten().cloned().zip(hashes).collect())
    }
}

impl State {
    /// All roots that have pins or records.
    pub(crate) fn roots(&self) -> Result<BTreeMap<RootId, Option<RootPins>>, Error> {
        let mut statement = self
            .db
            .prepare("SELECT root, pins FROM roots")
            .doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut roots = BTreeMap::new();
        while let Some(row) = rows.next().doing("read")? {
            let root: String = row.get(0).doing("read")?;
            let pins: Option<String> = row.get(1).doing("read")?;
            let root = RootId(RecordId::parse(&root).map_err(|error| self.broken(&error))?);
            let pins = pins.map(|text| serde_json::from_str(&text)).transpose();
            roots.insert(root, pins.map_err(|error| self.broken(&error))?);
        }
        Ok(roots)
    }

    /// The roots that have records and pins: what is covered stays covered. One whose pins were
    /// dropped is on its way out, however much of it is still there.
    pub(crate) fn covered(&self) -> Result<BTreeSet<RootId>, Error> {
        let sql = "SELECT root FROM roots WHERE pins IS NOT NULL AND number IN (SELECT root FROM records)";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut roots = BTreeSet::new();
        while let Some(row) = rows.next().doing("read")? {
            let root: String = row.get(0).doing("read")?;
            roots.insert(RootId(
                RecordId::parse(&root).map_err(|error| self.broken(&error))?,
            ));
        }
        Ok(roots)
    }

    /// The root's rows, in the order of their paths.
    pub(crate) fn rows(&self, root: RootId) -> Result<Vec<Row>, Error> {
        let sql = "SELECT path, object, id, generation, run, created, want, stamp, held, lent FROM records \
                   WHERE root = (SELECT number FROM roots WHERE root = ?1) ORDER BY path";
        let mut statement = self.db.prepare_cached(sql).doing("read")?;
        let mut rows = statement.query([root.0.as_str()]).doing("read")?;
        let mut read = Vec::new();
        while let Some(row) = rows.next().doing("read")? {
            read.push(self.row(row)?);
        }
        Ok(read)
    }

    /// The row at the address.
    pub(crate) fn row_at(&self, address: &Address) -> Result<Option<Row>, Error> {
        let sql = "SELECT path, object, id, generation, run, created, want, stamp, held, lent FROM records \
                   WHERE path = ?2 AND root = (SELECT number FROM roots WHERE root = ?1)";
        let mut statement = self.db.prepare_cached(sql).doing("read")?;
        let key = params![address.root.0.as_str(), address.path.as_str()];
        let mut rows = statement.query(key).doing("read")?;
        let row = rows.next().doing("read")?;
        row.map(|row| self.row(row)).transpose()
    }

    pub(super) fn row(&self, row: &rusqlite::Row) -> Result<Row, Error> {
        let object: usize = row.get::<_, i64>(1).doing("read")? as usize;
        let id = row
            .get_ref(2)
            .doing("read")?
            .as_str()
            .map_err(|error| self.broken(&error))?;
        let held = row.get_ref(8).doing("read")?;
        let path = row
            .get_ref(0)
            .doing("read")?
            .as_str()
            .map_err(|error| self.broken(&error))?;
        Ok(Row {
            path: Path::new(path),
            object: Object::from_number(object).ok_or_else(|| self.broken(&"unknown object"))?,
            id: RecordId::parse(id).map_err(|error| self.broken(&error))?,
            generation: row.get(3).doing("read")?,
            run: row.get(4).doing("read")?,
            created: row.get(5).doing("read")?,
            want: Want(row.get::<_, i64>(6).doing("read")?.cast_unsigned()),
            stamp: row.get(7).doing("read")?,
            held: self
                .shapes
                .unpack(held.as_blob().map_err(|error| self.broken(&error))?),
            lent: match row.get_ref(9).doing("read")?.as_str_or_null() {
                Ok(None) => Vec::new(),
                Ok(Some(text)) => self.lent(text)?,
                Err(error) => return Err(self.broken(&error)),
            },
        })
    }

    fn lent(&self, text: &str) -> Result<Vec<Lent>, Error> {
        serde_json::from_str(text).map_err(|error| self.broken(&error))
    }

    /// The lent fields of records that are not ours, by record.
    pub(crate) fn loans(&self) -> Result<Loans, Error> {
        let sql = "SELECT id, lent FROM records WHERE lent IS NOT NULL";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut loans = Loans::new();
        while let Some(row) = rows.next().doing("read")? {
            let id: String = row.get(0).doing("read")?;
            let id = RecordId::parse(&id).map_err(|error| self.broken(&error))?;
            let lent: String = row.get(1).doing("read")?;
            loans.entry(id).or_default().extend(self.lent(&lent)?);
        }
        Ok(loans)
    }

    /// How many records are managed, of each kind.
    pub(crate) fn count(&self) -> Result<BTreeMap<Object, u64>, Error> {
        let sql = "SELECT object, count(*) FROM records GROUP BY object";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
            .doing("read")?;
        let mut counts = BTreeMap::new();
        for row in rows {
            let (object, count) = row.doing("read")?;
            let object = Object::from_number(object as usize);
            counts.insert(
                object.ok_or_else(|| self.broken(&"unknown object"))?,
                count as u64,
            );
        }
        Ok(counts)
    }

    /// The ids of all managed records.
    pub(crate) fn ids(&self) -> Result<BTreeSet<RecordId>, Error> {
        let mut statement = self.db.prepare("SELECT id FROM records").doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut ids = BTreeSet::new();
        while let Some(row) = rows.next().doing("read")? {
            let id = row
                .get_ref(0)
                .doing("read")?
                .as_str()
                .map_err(|error| self.broken(&error))?;
            ids.insert(RecordId::parse(id).map_err(|error| self.broken(&error))?);
        }
        Ok(ids)
    }

    /// The ids of the managed records of these kinds.
    pub(crate) fn ids_of(&self, objects: &[Object]) -> Result<BTreeSet<RecordId>, Error> {
        let sql = "SELECT id FROM records WHERE object = ?1";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut ids = BTreeSet::new();
        for object in objects {
            let mut rows = statement.query([object.number()]).doing("read")?;
            while let Some(row) = rows.next().doing("read")? {
                let id: String = row.get(0).doing("read")?;
                ids.insert(RecordId::parse(&id).map_err(|error| self.broken(&error))?);
            }
        }
        Ok(ids)
    }

    /// The ids at the given addresses, for what refers to them.
    pub(crate) fn id_of(&self, address: &Address) -> Result<Option<RecordId>, Error> {
        let sql = "SELECT id FROM records WHERE path = ?2 \
                   AND root = (SELECT number FROM roots WHERE root = ?1)";
        let mut statement = self.db.prepare_cached(sql).doing("read")?;
        let key = params![address.root.0.as_str(), address.path.as_str()];
        let id: Option<String> = statement
            .query_row(key, |row| row.get(0))
            .optional()
            .doing("read")?;
        id.map(|id| RecordId::parse(&id).map_err(|error| self.broken(&error)))
            .transpose()
    }

    /// Notes what the org gave back after writes, in one transaction.
    pub(crate) fn note_held(
        &mut self,
        notes: &[(Address, Held, Option<i64>)],
    ) -> Result<(), Error> {
        let tx = self.db.transaction().doing("written")?;
        {
            let sql = "UPDATE records SET held = ?3, stamp = ?4 WHERE path = ?2 \
                       AND root = (SELECT number FROM roots WHERE root = ?1)";
            let mut statement = tx.prepare_cached(sql).doing("written")?;
            for (address, held, stamp) in notes {
                let held = self.shapes.pack(&tx, held)?;
                let key = (address.root.0.as_str(), address.path.as_str());
                statement
                    .execute(params![key.0, key.1, held, stamp])
                    .doing("written")?;
            }
        }
        tx.commit().doing("written")
    }

    pub(super) fn broken(&self, reason: &dyn std::fmt::Display) -> Error {
        Error::Corrupt {
            path: self.db.path().unwrap_or_default().into(),
            reason: reason.to_string(),
        }
    }
}

/// Adds or replaces a row; its root must be there.
pub(super) fn put(
    db: &Connection,
    shapes: &mut Shapes,
    root: RootId,
    row: &Row,
) -> Result<(), Error> {
    let held = shapes.pack(db, &row.held)?;
    ensure_root(db, root)?;
    let sql = "INSERT OR REPLACE INTO records SELECT number, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 \
               FROM roots WHERE root = ?1";
    let mut statement = db.prepare_cached(sql).doing("written")?;
    let object = i64::from(row.object.number());
    let want = row.want.0.cast_signed();
    let lent = (!row.lent.is_empty())
        .then(|| serde_json::to_string(&row.lent).expect("a loan is plain data"));
    let values = params![
        root.0.as_str(),
        row.path.as_str(),
        object,
        row.id.as_str(),
        row.generation,
        row.run,
        row.created,
        want,
        row.stamp,
        held,
        lent
    ];
    statement.execute(values).doing("written")?;
    Ok(())
}

pub(super) fn ensure_root(db: &Connection, root: RootId) -> Result<(), Error> {
    let sql = "INSERT INTO roots (root) VALUES (?1) ON CONFLICT DO NOTHING";
    let mut statement = db.prepare_cached(sql).doing("written")?;
    statement.execute([root.0.as_str()]).doing("written")?;
    Ok(())
}

pub(super) fn remove(db: &Connection, address: &Address) -> Result<(), Error> {
    let sql = "DELETE FROM records WHERE path = ?2 \
               AND root = (SELECT number FROM roots WHERE root = ?1)";
    let mut statement = db.prepare_cached(sql).doing("written")?;
    let key = params![address.root.0.as_str(), address.path.as_str()];
    statement.execute(key).doing("written")?;
    Ok(())
}
