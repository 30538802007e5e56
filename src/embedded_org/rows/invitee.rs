//! Relations made through the API: invitees of an event, and further contacts of an activity.

use rusqlite::OptionalExtension as _;

use super::record::{Record, change_where, find, object_of};
use super::relation::junction;
use super::save::Save;
use super::{ApiError, Session, event};

/// Settles what the row is, and refuses a second row for the same record.
pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_some() {
        return Ok(());
    }
    let Some(related) = save.record.text("RelationId").map(str::to_owned) else {
        return Ok(());
    };
    let target = object_of(save.session.schema, &related).map(|object| object.name.as_str());
    let is_what = !matches!(target, Some("Contact" | "User"));
    if is_what || save.record.flag("IsWhat") {
        // The one record an activity is about is its WhatId.
        return Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            "Relation ID: only contacts and users can be added; set WhatId instead",
            &["RelationId"],
        ));
    }
    refuse_duplicate(save, &related)?;
    if target == Some("Contact") {
        let contact = find(save.session, save.session.schema.known("Contact"), &related)?;
        let account = contact.and_then(|contact| contact.text("AccountId").map(str::to_owned));
        save.record.set("AccountId", account);
    }
    if save.record.object.name == "EventRelation" {
        settle_flags(save, target == Some("User"))?;
    }
    Ok(())
}

/// A row without flags is an invitee; a user can be nothing else.
fn settle_flags(save: &mut Save<'_, '_>, is_user: bool) -> Result<(), ApiError> {
    if !save.gave("IsInvitee") && !save.record.flag("IsParent") {
        save.record.set("IsInvitee", 1);
    }
    let (invitee, parent) = (save.record.flag("IsInvitee"), save.record.flag("IsParent"));
    if (is_user && parent) || !(invitee || parent) {
        return Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            "Invitee: a relation is an invitee, or a contact of the event",
            &["IsInvitee"],
        ));
    }
    Ok(())
}

fn refuse_duplicate(save: &Save<'_, '_>, related: &str) -> Result<(), ApiError> {
    let junction = junction(&save.record.object.name);
    let field = format!("{}Id", junction.activity);
    let activity = save.record.text(&field).unwrap_or_default();
    let sql = format!(
        "SELECT Id FROM {} WHERE {field} = ?1 AND RelationId = ?2 AND NOT IsDeleted",
        junction.object
    );
    let found: Option<String> = save
        .session
        .db
        .prepare_cached(&sql)?
        .query_row([activity, related], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => {
            let message = format!(
                "duplicate value found: RelationId duplicates value on record with id: {id}"
            );
            Err(ApiError::of_record("DUPLICATE_VALUE", message, &[]))
        }
        None => Ok(()),
    }
}

/// An invited user gets a copy of the event; the first contact of an activity becomes its `WhoId`.
pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_some() {
        return Ok(());
    }
    let session = save.session;
    let activity = activity_of(session, &save.record)?;
    let related = save.record.text("RelationId").unwrap_or_default();
    let id = activity.get("Id");
    let invited = save.record.object.name == "EventRelation" && save.record.flag("IsInvitee");
    if invited {
        let change = (
            "IsGroupEvent = 1, GroupEventType = '1'",
            "Id = ?2 AND NOT IsGroupEvent",
        );
        change_where(session, "Event", change, &[id])?;
        if related.starts_with("005") && activity.text("OwnerId") != Some(related) {
            event::invite(session, &activity, related)?;
        }
    }
    let is_who = related.starts_with("003") && (!invited || save.record.flag("IsParent"));
    if is_who && activity.is_null("WhoId") {
        let who = save.record.get("RelationId");
        change_where(
            session,
            &activity.object.name,
            ("WhoId = ?2", "Id = ?3"),
            &[who, id],
        )?;
    }
    Ok(())
}

/// Once a relation is deleted: the invitee's copy goes, and another contact becomes the `WhoId`.
pub(super) fn after_delete(session: &Session<'_>, relation: &Record<'_>) -> Result<(), ApiError> {
    let activity = activity_of(session, relation)?;
    let related = relation.text("RelationId").unwrap_or_default();
    if activity.flag("IsDeleted") {
        return Ok(());
    }
    let id = activity.get("Id");
    if related.starts_with("005") {
        let change = "IsDeleted = 1, WhatId = NULL";
        let copies = "ParentEventId = ?2 AND OwnerId = ?3 AND NOT IsDeleted";
        let user = relation.get("RelationId");
        change_where(session, "Event", (change, copies), &[id, user])?;
    }
    let junction = junction(&relation.object.name);
    let change = if activity.text("WhatId") == Some(related) {
        "WhatId = NULL".to_owned()
    } else if activity.text("WhoId") == Some(related) {
        format!(
            "WhoId = (SELECT RelationId FROM {} WHERE {}Id = ?2 AND RelationId LIKE '003%' AND NOT IsWhat \
             AND NOT IsDeleted ORDER BY Id LIMIT 1)",
            junction.object, junction.activity
        )
    } else {
        return Ok(());
    };
    change_where(session, &activity.object.name, (&change, "Id = ?2"), &[id])?;
    Ok(())
}

fn activity_of<'s>(session: &Session<'s>, relation: &Record<'_>) -> Result<Record<'s>, ApiError> {
    let junction = junction(&relation.object.name);
    let object = session.schema.known(junction.activity);
    let id = relation
        .text(&format!("{}Id", junction.activity))
        .unwrap_or_default();
    find(session, object, id)?.ok_or_else(ApiError::invalid_cross_reference)
}
