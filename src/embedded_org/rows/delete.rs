//! Deleting: into the recycle bin, with what belongs to the record.

use rusqlite::types::Value;

use super::record::{Presence, Record, change_where, find, object_of, presence};
use super::save::check_seen;
use super::{ApiError, Session, email_message, invitee, permission};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::{Field, Object, OnDelete};

/// Deletes a record, as the API is asked to.
pub(crate) fn delete(session: &Session<'_>, id: &RecordId) -> Result<(), ApiError> {
    let object = object_of(session.schema, id.as_str())
        .ok_or_else(|| ApiError::malformed_id(id.as_str()))?;
    if !object.allows('D') {
        return Err(ApiError::not_supported(object, "delete"));
    }
    session.write_to(object)?;
    check_seen(session, object)?;
    session.faults().check(object, None)?;
    match presence(session, object, id.as_str())? {
        Presence::Present => {}
        Presence::Deleted => return Err(ApiError::entity_is_deleted()),
        Presence::Absent => return Err(ApiError::invalid_cross_reference()),
    }
    if object.name == "Account" {
        refuse_with_won_deals(session, id.as_str())?;
    }
    if object.name == "PermissionSet" {
        refuse_assigned(session, id.as_str())?;
    }
    let last = match object.name.as_str() {
        "EventRelation" | "TaskRelation" => find(session, object, id.as_str())?,
        _ if object.is_permission() => find(session, object, id.as_str())?,
        _ => None,
    };
    remove(session, object, id.as_str())?;
    match last {
        Some(permission) if object.is_permission() => {
            permission::after_delete(session, &permission)
        }
        Some(relation) => invitee::after_delete(session, &relation),
        None => Ok(()),
    }
}

/// A permission set that someone has stays.
fn refuse_assigned(session: &Session<'_>, id: &str) -> Result<(), ApiError> {
    let assigned: i64 = session
        .db
        .prepare_cached("SELECT count(*) FROM PermissionSetAssignment WHERE PermissionSetId = ?1")?
        .query_row([id], |row| row.get(0))?;
    if assigned == 0 {
        return Ok(());
    }
    let message = "You can't delete this permission set while it is assigned to users";
    Err(ApiError::of_record("DELETE_FAILED", message, &[]))
}

/// An account with won deals of other people stays.
fn refuse_with_won_deals(session: &Session<'_>, account: &str) -> Result<(), ApiError> {
    let mut statement = session.db.prepare_cached(
        "SELECT a.Name, o.Name FROM Opportunity o JOIN Account a ON a.Id = o.AccountId \
         WHERE o.AccountId = ?1 AND o.IsWon AND NOT o.IsDeleted AND o.OwnerId <> ?2 ORDER BY o.Id LIMIT 1",
    )?;
    let mut rows = statement.query([account, &session.facts.user_id])?;
    match rows.next()? {
        Some(row) => {
            let (account, deal): (String, String) = (row.get(0)?, row.get(1)?);
            let message = format!(
                "Your attempt to delete {account} could not be completed because it is associated with the \
                 following closed won opportunities.: {deal}"
            );
            Err(ApiError::of_record("DELETE_FAILED", message, &[]))
        }
        None => Ok(()),
    }
}

/// Marks a record deleted, and deals with whatever refers to it. Permissions have no recycle bin.
fn remove(session: &Session<'_>, object: &Object, id: &str) -> Result<(), ApiError> {
    if object.is_permission() {
        let sql = format!("DELETE FROM \"{}\" WHERE Id = ?1", object.name);
        session.db.prepare_cached(&sql)?.execute([id])?;
        return remove_from_referrers(session, object, id);
    }
    // A deleted event lets go of what it was about.
    let also = if object.name == "Event" {
        ", WhatId = NULL"
    } else {
        ""
    };
    let change = format!("IsDeleted = 1, LastModifiedDate = ?1, LastModifiedById = ?2{also}");
    let user = Value::Text(session.facts.user_id.clone());
    let record = Value::Text(id.to_owned());
    change_where(
        session,
        &object.name,
        (&change, "Id = ?3"),
        &[&user, &record],
    )?;
    if object.name == "EmailMessage"
        && let Some(task) = email_message::task_of(session, id)?
    {
        remove(session, session.schema.known("Task"), &task)?;
    }
    remove_from_referrers(session, object, id)
}

fn remove_from_referrers(session: &Session<'_>, object: &Object, id: &str) -> Result<(), ApiError> {
    for (child, field, reference) in session.schema.referrers(&object.name) {
        for row in rows_referring(session, child, field, id)? {
            match fate(session, child, field, &row, reference.on_delete)? {
                OnDelete::Cascade => remove(session, child, &row)?,
                OnDelete::Clear => clear(session, child, field, &row)?,
            }
        }
    }
    Ok(())
}

fn rows_referring(
    session: &Session<'_>,
    child: &Object,
    field: &Field,
    id: &str,
) -> rusqlite::Result<Vec<String>> {
    let sql = format!(
        "SELECT Id FROM \"{}\" WHERE \"{}\" = ?1 AND NOT IsDeleted ORDER BY Id",
        child.name, field.name
    );
    session
        .db
        .prepare_cached(&sql)?
        .query_map([id], |row| row.get(0))?
        .collect()
}

/// An activity of which the deleted contact was all there was goes along; another keeps its `WhatId`.
fn fate(
    session: &Session<'_>,
    child: &Object,
    field: &Field,
    row: &str,
    declared: OnDelete,
) -> Result<OnDelete, ApiError> {
    if field.name != "WhoId" {
        return Ok(declared);
    }
    let activity: Option<Record<'_>> = find(session, session.schema.known(&child.name), row)?;
    let alone = activity.is_some_and(|activity| activity.is_null("WhatId"));
    Ok(if alone {
        OnDelete::Cascade
    } else {
        OnDelete::Clear
    })
}

fn clear(session: &Session<'_>, child: &Object, field: &Field, row: &str) -> rusqlite::Result<()> {
    let change = format!("\"{}\" = NULL", field.name);
    let row = Value::Text(row.to_owned());
    change_where(session, &child.name, (&change, "Id = ?2"), &[&row])
}
