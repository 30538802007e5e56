//! What the handling of one request sees: the open transaction, the schema, the time, and who asks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _};

use super::api_error::ApiError;
use super::faults::RowFaults;
use super::ids::RecordId;
use super::schema::{Object, Schema};
use super::time::{date_text, datetime_text};

/// One request's view of the org.
pub(crate) struct Session<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) schema: &'a Schema,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
    /// The last number taken of each sequence.
    numbers: RefCell<BTreeMap<String, u64>>,
    /// Whether the request changed what fields and objects there are, or who sees them.
    schema_changed: Cell<bool>,
    /// The first sObject that the transaction wrote to.
    written: RefCell<Option<String>>,
    faults: RowFaults,
    saves_duplicates: bool,
}

/// What stays the same while the org is served.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) org_id: String,
    /// The user that signs in: an active system administrator.
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) time_zone: TimeZone,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        db: &'a Connection,
        schema: &'a Schema,
        facts: &'a Facts,
        now: Timestamp,
    ) -> Self {
        Self {
            db,
            schema,
            facts,
            now,
            numbers: RefCell::default(),
            schema_changed: Cell::new(false),
            written: RefCell::default(),
            faults: RowFaults::default(),
            saves_duplicates: false,
        }
    }

    /// The session of a request to whose records something happens.
    pub(crate) fn under(self, faults: RowFaults) -> Self {
        Self { faults, ..self }
    }

    /// The session of a request that saves look-alikes in spite of duplicate rules.
    pub(crate) fn saving_duplicates(self) -> Self {
        Self {
            saves_duplicates: true,
            ..self
        }
    }

    pub(crate) fn saves_duplicates(&self) -> bool {
        self.saves_duplicates
    }

    pub(crate) fn faults(&self) -> &RowFaults {
        &self.faults
    }

    /// Notes a write. Who may do what, and the work itself, are not changed in one transaction.
    pub(crate) fn write_to(&self, object: &Object) -> Result<(), ApiError> {
        let mut first = self.written.borrow_mut();
        match first.as_deref() {
            None => *first = Some(object.name.clone()),
            Some(name) if self.schema.known(name).is_setup() != object.is_setup() => {
                let message = format!(
                    "DML operation on setup object is not permitted after you have updated a non-setup object \
                     (or vice versa): {}, original object: {name}",
                    object.name
                );
                return Err(ApiError::of_record("MIXED_DML_OPERATION", message, &[]));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Begins another transaction within the request.
    pub(crate) fn forget_writes(&self) {
        self.written.take();
    }

    /// Notes that later requests see another schema.
    pub(crate) fn change_schema(&self) {
        self.schema_changed.set(true);
    }

    pub(crate) fn has_changed_schema(&self) -> bool {
        self.schema_changed.get()
    }

    /// The present, as it is written to records.
    pub(crate) fn stamp(&self) -> String {
        datetime_text(self.now)
    }

    /// The day in the time zone of the user.
    pub(crate) fn today(&self) -> Date {
        self.facts.time_zone.to_datetime(self.now).date()
    }

    /// The next free id of an sObject.
    pub(crate) fn next_id(&self, object: &Object) -> rusqlite::Result<RecordId> {
        let number = self.next_number(&object.key_prefix)?;
        Ok(RecordId::from_number(&object.key_prefix, number))
    }

    /// The next number of a sequence, such as the ids of a prefix or an auto-number.
    pub(crate) fn next_number(&self, sequence: &str) -> rusqlite::Result<u64> {
        let mut taken = self.numbers.borrow_mut();
        if let Some(last) = taken.get_mut(sequence) {
            *last += 1;
            return Ok(*last);
        }
        let kept: Option<i64> = self
            .db
            .prepare_cached("SELECT last FROM _number WHERE prefix = ?1")?
            .query_row([sequence], |row| row.get(0))
            .optional()?;
        let next = kept.unwrap_or(0) as u64 + 1;
        taken.insert(sequence.to_owned(), next);
        Ok(next)
    }

    /// Writes down the numbers that were taken, so that no later request takes them; comes last.
    pub(crate) fn keep_numbers(&self) -> rusqlite::Result<()> {
        let mut keep = self.db.prepare_cached(
            "INSERT INTO _number (prefix, last) VALUES (?1, ?2) \
             ON CONFLICT (prefix) DO UPDATE SET last = max(last, excluded.last)",
        )?;
        for (sequence, last) in self.numbers.take() {
            keep.execute(rusqlite::params![sequence, last as i64])?;
        }
        Ok(())
    }

    /// Goes on after a number that was loaded.
    pub(crate) fn skip_to(&self, sequence: &str, last: u64) {
        let mut taken = self.numbers.borrow_mut();
        let number = taken.entry(sequence.to_owned()).or_default();
        *number = last.max(*number);
    }

    /// Fills the dates into the SQL of a computed field, and the alias of its table.
    pub(crate) fn computed(&self, sql: &str, alias: &str) -> String {
        let today = self.today();
        let year_ago = today.saturating_sub(365.days());
        sql.replace("{t}", alias)
            .replace("{today}", &date_text(today))
            .replace("{archived}", &date_text(year_ago))
    }
}
