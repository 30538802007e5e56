//! What the handling of one request sees: the open transaction, the schema, the time, and who asks.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;

use super::ids::RecordId;
use super::schema::{Object, Schema};
use super::time::{date_text, datetime_text};

/// One request's view of the org.
pub(crate) struct Session<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) schema: &'a Schema,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
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

impl Session<'_> {
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
        self.db
            .prepare_cached(
                "INSERT INTO _number (prefix, last) VALUES (?1, 1) \
                 ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last",
            )?
            .query_row([sequence], |row| row.get::<_, i64>(0))
            .map(|number| number as u64)
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
