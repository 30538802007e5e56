//! A record in memory: the values of one row, by the fields of its sObject.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, params_from_iter};

use crate::embedded_org::schema::{Kind, Object, Schema};
use crate::embedded_org::session::Session;

/// The values of a record, in the order of its sObject's fields; null where a field is computed.
#[derive(Debug, Clone)]
pub(crate) struct Record<'s> {
    pub(crate) object: &'s Object,
    pub(crate) values: Vec<Value>,
}

impl<'s> Record<'s> {
    pub(crate) fn empty(object: &'s Object) -> Self {
        Self {
            object,
            values: vec![Value::Null; object.fields.len()],
        }
    }

    /// The value of a field; null where the sObject has no such field.
    pub(crate) fn get(&self, field: &str) -> &Value {
        match self.object.index(field) {
            Some(index) => &self.values[index],
            None => &Value::Null,
        }
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        match self.get(field) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn integer(&self, field: &str) -> Option<i64> {
        match self.get(field) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A checkbox; one that was never set is not checked.
    pub(crate) fn flag(&self, field: &str) -> bool {
        self.integer(field) == Some(1)
    }

    pub(crate) fn is_null(&self, field: &str) -> bool {
        matches!(self.get(field), Value::Null)
    }

    /// Sets a field that the sObject has.
    pub(crate) fn set(&mut self, field: &str, value: impl Into<Value>) {
        let index = self
            .object
            .index(field)
            .expect("rules name fields of their own sObject");
        self.values[index] = value.into();
    }

    pub(crate) fn id(&self) -> &str {
        self.text("Id").expect("a saved record has an id")
    }
}

/// The record with this id, deleted or not.
pub(crate) fn find<'s>(
    session: &Session<'s>,
    object: &'s Object,
    id: &str,
) -> rusqlite::Result<Option<Record<'s>>> {
    session
        .db
        .prepare_cached(object.select_sql())?
        .query_row([id], |row| {
            let mut record = Record::empty(object);
            for (column, (index, _)) in object.stored().enumerate() {
                record.values[index] = row.get(column)?;
            }
            Ok(record)
        })
        .optional()
}

/// Writes a new row as it is.
pub(crate) fn insert(session: &Session<'_>, record: &Record<'_>) -> rusqlite::Result<()> {
    let object = record.object;
    let values = object.stored().map(|(index, field)| {
        let value = &record.values[index];
        // A checkbox is never null.
        match (value, &field.kind) {
            (Value::Null, Kind::Boolean) => &Value::Integer(0),
            _ => value,
        }
    });
    session
        .db
        .prepare_cached(object.insert_sql())?
        .execute(params_from_iter(values))
        .map(|_| ())
}

/// Writes what differs from the row as it was.
pub(super) fn write_changes(
    session: &Session<'_>,
    before: &Record<'_>,
    after: &Record<'_>,
) -> rusqlite::Result<()> {
    let changed: Vec<(&str, &Value)> = after
        .object
        .stored()
        .filter(|(index, _)| before.values[*index] != after.values[*index])
        .map(|(index, field)| (field.name.as_str(), &after.values[index]))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let assignments: Vec<String> = changed
        .iter()
        .map(|(name, _)| format!("\"{name}\" = ?"))
        .collect();
    let sql = format!(
        "UPDATE \"{}\" SET {} WHERE Id = ?",
        after.object.name,
        assignments.join(", ")
    );
    let id = Value::Text(after.id().to_owned());
    let values = changed.iter().map(|(_, value)| *value).chain([&id]);
    session
        .db
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))
        .map(|_| ())
}

/// The stamp of a change made by SQL: now, but always later than the row's own.
const NEXT_STAMP: &str = "CASE WHEN SystemModstamp < ?1 THEN ?1 ELSE \
     strftime('%Y-%m-%dT%H:%M:%f', substr(SystemModstamp, 1, 23), '+0.001 seconds') || '+0000' END";

/// Changes the rows that a condition finds, and moves their stamp. In the SQL `?1` is the present; the
/// given parameters start at `?2`.
pub(super) fn change_where(
    session: &Session<'_>,
    table: &str,
    (change, condition): (&str, &str),
    parameters: &[&Value],
) -> rusqlite::Result<()> {
    let sql =
        format!("UPDATE \"{table}\" SET {change}, SystemModstamp = {NEXT_STAMP} WHERE {condition}");
    let now = Value::Text(session.stamp());
    let parameters = [&now].into_iter().chain(parameters.iter().copied());
    session
        .db
        .prepare_cached(&sql)?
        .execute(params_from_iter(parameters))
        .map(|_| ())
}

/// What is behind an id that a record refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    Deleted,
    Absent,
}

/// Whether the record with this id is there.
pub(super) fn presence(
    session: &Session<'_>,
    object: &Object,
    id: &str,
) -> rusqlite::Result<Presence> {
    let sql = format!("SELECT IsDeleted FROM \"{}\" WHERE Id = ?1", object.name);
    let deleted = session
        .db
        .prepare_cached(&sql)?
        .query_row([id], |row| row.get::<_, bool>(0))
        .optional()?;
    Ok(match deleted {
        Some(false) => Presence::Present,
        Some(true) => Presence::Deleted,
        None => Presence::Absent,
    })
}

/// The sObject that an id belongs to.
pub(super) fn object_of<'s>(schema: &'s Schema, id: &str) -> Option<&'s Object> {
    schema.object_of_prefix(id.get(..3)?)
}
