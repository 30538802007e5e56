//! What must hold for every record before it is written, whatever its sObject.

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;

use super::body::{Given, wrong_id};
use super::record::{Presence, Record, object_of, presence};
use super::{ApiError, Session};
use crate::embedded_org::schema::{Field, Flag};

/// Checks a record about to be created, or about to be changed by what was given.
pub(super) fn check(
    session: &Session<'_>,
    record: &Record<'_>,
    given: &Given,
) -> Result<(), ApiError> {
    check_required(record)?;
    for (index, value) in &given.values {
        let field = &record.object.fields[*index];
        if let Value::Text(text) = value {
            if field.reference().is_some() {
                check_reference(session, record, field, text)?;
            }
            if field.is(Flag::Unique) {
                check_unique(session, record, field, text)?;
            }
        }
    }
    Ok(())
}

/// "Required" is what can be set, must not be null, and is not filled by the platform.
pub(super) fn check_required(record: &Record<'_>) -> Result<(), ApiError> {
    let missing: Vec<&str> = record
        .object
        .stored()
        .filter(|(index, field)| {
            let settable = field.is(Flag::Createable) || field.is(Flag::Updateable);
            settable && !field.is(Flag::Nillable) && record.values[*index] == Value::Null
        })
        .map(|(_, field)| field.name.as_str())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(ApiError::required_missing(&missing))
    }
}

fn check_reference(
    session: &Session<'_>,
    record: &Record<'_>,
    field: &Field,
    id: &str,
) -> Result<(), ApiError> {
    let reference = field.reference().expect("called for references only");
    let target = object_of(session.schema, id)
        .filter(|target| reference.to.contains(&target.name))
        .ok_or_else(|| wrong_id(field, id))?;
    match presence(session, target, id)? {
        Presence::Present => {}
        Presence::Deleted => return Err(ApiError::entity_is_deleted()),
        Presence::Absent => return Err(ApiError::invalid_cross_reference()),
    }
    if field.name == "RecordTypeId" && !is_record_type_of(session, &record.object.name, id)? {
        let problem = format!("this ID value isn't valid for the user: {id}");
        let code = "INVALID_CROSS_REFERENCE_KEY";
        return Err(ApiError::of_field(code, field, &problem));
    }
    if field.name == "OwnerId" && !is_active_user(session, id)? {
        let what = record.object.label.to_lowercase();
        let message = format!("operation performed with inactive user [{id}] as owner of {what}");
        return Err(ApiError::of_record("INACTIVE_OWNER_OR_USER", message, &[]));
    }
    if (record.object.name.as_str(), field.name.as_str()) == ("Account", "ParentId")
        && stands_above(session, record.text("Id").unwrap_or_default(), id)?
    {
        let message = "attempt to violate hierarchy constraints".to_owned();
        return Err(ApiError::of_record("CIRCULAR_DEPENDENCY", message, &[]));
    }
    Ok(())
}

/// Whether the account would be among those above itself if it came under this parent.
fn stands_above(session: &Session<'_>, account: &str, parent: &str) -> rusqlite::Result<bool> {
    // What was imported may hold circles already; `UNION` ends in them.
    let sql = "WITH RECURSIVE above(id) AS (
                   SELECT ?2
                   UNION
                   SELECT ParentId FROM Account JOIN above ON Account.Id = above.id
                   WHERE ParentId IS NOT NULL
               )
               SELECT EXISTS (SELECT 1 FROM above WHERE id = ?1)";
    session
        .db
        .prepare_cached(sql)?
        .query_row([account, parent], |row| row.get(0))
}

fn is_record_type_of(session: &Session<'_>, object: &str, id: &str) -> rusqlite::Result<bool> {
    session
        .db
        .prepare_cached("SELECT SobjectType = ?2 AND IsActive FROM RecordType WHERE Id = ?1")?
        .query_row([id, object], |row| row.get(0))
}

fn is_active_user(session: &Session<'_>, id: &str) -> rusqlite::Result<bool> {
    session
        .db
        .prepare_cached("SELECT IsActive FROM \"User\" WHERE Id = ?1")?
        .query_row([id], |row| row.get(0))
}

/// Recycled records still hold their value; a field of `Activity` is one over events and tasks.
fn check_unique(
    session: &Session<'_>,
    record: &Record<'_>,
    field: &Field,
    value: &str,
) -> Result<(), ApiError> {
    let own = record.text("Id").unwrap_or_default();
    let tables: &[&str] = match record.object.name.as_str() {
        "Event" | "Task" if field.is_custom() => &["Event", "Task"],
        name => &[name],
    };
    for table in tables {
        let sql = format!("SELECT Id FROM \"{table}\" WHERE \"{}\" = ?1", field.name);
        let found: Option<String> = session
            .db
            .prepare_cached(&sql)?
            .query_row([value], |row| row.get(0))
            .optional()?;
        if let Some(id) = found.filter(|id| id != own) {
            let message = format!(
                "duplicate value found: {} duplicates value on record with id: {id}",
                field.name
            );
            return Err(ApiError::of_record("DUPLICATE_VALUE", message, &[]));
        }
    }
    Ok(())
}
