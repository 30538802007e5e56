//! The rules of tasks: what the status and the priority imply.

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;

use super::save::Save;
use super::{ApiError, Session, relation};

pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    relation::settle_who(save)?;
    if save.record.text("TaskSubtype") == Some("Cadence") && save.gave("TaskSubtype") {
        return Err(ApiError::not_writable(&["TaskSubtype"]));
    }
    let high = implied(save, "TaskPriority", "IsHighPriority", "Priority")?;
    save.record.set("IsHighPriority", high);
    let closed = implied(save, "TaskStatus", "IsClosed", "Status")?;
    let was_closed = save
        .before
        .as_ref()
        .is_some_and(|before| before.flag("IsClosed"));
    save.record.set("IsClosed", closed);
    match (was_closed, closed == 1) {
        // A task is completed when it is saved so, whatever its due date.
        (false, true) if save.record.is_null("CompletedDateTime") => {
            let now = save.session.stamp();
            save.record.set("CompletedDateTime", now);
        }
        (true, false) => save.record.set("CompletedDateTime", Value::Null),
        _ => {}
    }
    relation::derive_account(save)
}

/// What the org's list says of the value of a picklist; nothing of a value outside it.
fn implied(save: &Save<'_, '_>, list: &str, column: &str, field: &str) -> Result<i64, ApiError> {
    let value = save.record.text(field).unwrap_or_default();
    let sql = format!("SELECT {column} FROM {list} WHERE MasterLabel = ?1 AND NOT IsDeleted");
    Ok(lookup(save.session, &sql, value)?.unwrap_or(0))
}

fn lookup(session: &Session<'_>, sql: &str, value: &str) -> rusqlite::Result<Option<i64>> {
    session
        .db
        .prepare_cached(sql)?
        .query_row([value], |row| row.get(0))
        .optional()
}
