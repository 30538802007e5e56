//! Shared Activities, where the org has them on: the relations of an event or task to its contacts and to what it is about.
//!
//! `WhoId` and `WhatId` each have a row in the junction object, which the platform makes and keeps in step.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;

use super::record::{Presence, Record, change_where, insert, presence};
use super::save::Save;
use super::{ApiError, Session};
use crate::embedded_org::features::Feature;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::Object;

/// The most contacts one activity takes.
const MOST_CONTACTS: usize = 50;

/// The junction object of an activity.
pub(super) struct Junction {
    pub(super) object: &'static str,
    pub(super) activity: &'static str,
    activity_field: &'static str,
    who_ids: &'static str,
    /// Further columns of the row of a who or a what.
    flags: &'static [&'static str],
    /// Which rows are whos, as SQL.
    is_who: &'static str,
}

const JUNCTIONS: &[Junction] = &[
    Junction {
        object: "EventRelation",
        activity: "Event",
        activity_field: "EventId",
        who_ids: "EventWhoIds",
        flags: &["IsParent"],
        is_who: "IsParent AND NOT IsWhat",
    },
    Junction {
        object: "TaskRelation",
        activity: "Task",
        activity_field: "TaskId",
        who_ids: "TaskWhoIds",
        flags: &[],
        is_who: "NOT IsWhat",
    },
];

/// The junction of an activity, or the one that is this junction object.
pub(super) fn junction(object: &str) -> &'static Junction {
    JUNCTIONS
        .iter()
        .find(|junction| junction.activity == object || junction.object == object)
        .expect("called for activities and their relations")
}

/// Makes `WhoId` and the list of contacts agree: the first of the list is the `WhoId`.
pub(super) fn settle_who(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let junction = junction(&save.record.object.name);
    let Some(ids) = save.list(junction.who_ids) else {
        return Ok(());
    };
    if ids.len() > MOST_CONTACTS {
        let message = format!("Name ID: no more than {MOST_CONTACTS} contacts can be related");
        return Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            message,
            &[junction.who_ids],
        ));
    }
    let contacts = save.session.schema.known("Contact");
    for id in ids {
        if id.prefix() != contacts.key_prefix {
            let message = format!("Name ID: id value of incorrect type: {}", id.as_str());
            return Err(ApiError::of_record(
                "MALFORMED_ID",
                message,
                &[junction.who_ids],
            ));
        }
        if presence(save.session, contacts, id.as_str())? != Presence::Present {
            return Err(ApiError::invalid_cross_reference());
        }
    }
    let who = save.record.text("WhoId");
    let keeps =
        who.is_some_and(|who| save.gave("WhoId") || ids.iter().any(|id| id.as_str() == who));
    let first = ids.first().map(|id| id.as_str().to_owned());
    if !keeps {
        save.record.set("WhoId", first);
    }
    Ok(())
}

/// The account of an activity is that of what it is about, else of its contact.
pub(super) fn derive_account(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_some() && !save.changes("WhatId") && !save.changes("WhoId") {
        return Ok(());
    }
    let account = match (save.record.text("WhatId"), save.record.text("WhoId")) {
        (Some(what), _) => account_of(save.session, what)?,
        (None, Some(who)) => account_of(save.session, who)?,
        (None, None) => None,
    };
    save.record.set("AccountId", account);
    Ok(())
}

fn account_of(session: &Session<'_>, id: &str) -> rusqlite::Result<Option<String>> {
    let sql = match &id[..3] {
        "001" => return Ok(Some(id.to_owned())),
        "003" => "SELECT AccountId FROM Contact WHERE Id = ?1",
        "006" => "SELECT AccountId FROM Opportunity WHERE Id = ?1",
        _ => return Ok(None),
    };
    session
        .db
        .prepare_cached(sql)?
        .query_row([id], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

/// Without Shared Activities only invitees have rows.
pub(super) fn is_shared(session: &Session<'_>) -> bool {
    session.schema.has(Feature::SharedActivities)
}

/// Brings the junction rows in step with the activity.
pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.record.flag("IsChild") || !is_shared(save.session) {
        return Ok(());
    }
    if save.changes("WhatId") {
        sync_what(save)?;
    }
    let given = save.list(junction(&save.record.object.name).who_ids);
    if save.changes("WhoId") || given.is_some() {
        sync_whos(save)?;
    }
    Ok(())
}

fn sync_what(save: &Save<'_, '_>) -> Result<(), ApiError> {
    let junction = junction(&save.record.object.name);
    let former = save
        .before
        .as_ref()
        .and_then(|before| before.text("WhatId"));
    if let Some(former) = former {
        drop_row(save.session, junction, save.record.id(), former)?;
    }
    if let Some(what) = save.record.text("WhatId") {
        insert_row(save.session, junction, &save.record, Role::What(what))?;
    }
    Ok(())
}

fn sync_whos(save: &Save<'_, '_>) -> Result<(), ApiError> {
    let junction = junction(&save.record.object.name);
    let who = save.record.text("WhoId");
    let present = present_whos(save, junction)?;
    let mut wanted: Vec<&str> = who.into_iter().collect();
    if let Some(ids) = save.list(junction.who_ids) {
        wanted.extend(ids.iter().map(RecordId::as_str));
    } else {
        // Another WhoId takes the place of the former; the further contacts stay.
        let former = save.before.as_ref().and_then(|before| before.text("WhoId"));
        let others = present.iter().map(String::as_str);
        wanted.extend(others.filter(|id| Some(*id) != former));
    }
    let keep: BTreeSet<&str> = wanted.iter().copied().collect();
    for id in present.iter().filter(|id| !keep.contains(id.as_str())) {
        drop_row(save.session, junction, save.record.id(), id)?;
    }
    let mut done: BTreeSet<&str> = present.iter().map(String::as_str).collect();
    for id in wanted {
        if done.insert(id) {
            insert_row(save.session, junction, &save.record, Role::Who(id))?;
        }
    }
    Ok(())
}

fn present_whos(save: &Save<'_, '_>, junction: &Junction) -> Result<Vec<String>, ApiError> {
    if save.before.is_none() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT RelationId FROM {} WHERE {} = ?1 AND {} AND NOT IsDeleted ORDER BY Id",
        junction.object, junction.activity_field, junction.is_who
    );
    let ids = save
        .session
        .db
        .prepare_cached(&sql)?
        .query_map([save.record.id()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// In which way a record is related to an activity.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    Who(&'a str),
    What(&'a str),
}

/// Makes the row of a who or a what.
pub(super) fn insert_row(
    session: &Session<'_>,
    junction: &Junction,
    activity: &Record<'_>,
    role: Role<'_>,
) -> Result<(), ApiError> {
    let object: &Object = session.schema.known(junction.object);
    let mut row = Record::empty(object);
    let (id, is_what) = match role {
        Role::Who(id) => (id, 0),
        Role::What(id) => (id, 1),
    };
    row.set("Id", session.next_id(object)?.as_str().to_owned());
    row.set(junction.activity_field, activity.id().to_owned());
    row.set("RelationId", id.to_owned());
    row.set("AccountId", account_of(session, id)?);
    row.set("IsWhat", is_what);
    for flag in junction.flags {
        row.set(flag, 1);
    }
    if junction.object == "EventRelation" {
        row.set("Status", "New".to_owned());
    }
    for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        row.set(field, activity.get("SystemModstamp").clone());
    }
    for field in ["CreatedById", "LastModifiedById"] {
        row.set(field, activity.get("LastModifiedById").clone());
    }
    insert(session, &row)?;
    Ok(())
}

/// Takes a who or a what away; a contact that is also invited stays so.
fn drop_row(
    session: &Session<'_>,
    junction: &Junction,
    activity: &str,
    related: &str,
) -> Result<(), ApiError> {
    let change = match junction.object {
        "EventRelation" => "IsDeleted = NOT IsInvitee, IsParent = 0",
        _ => "IsDeleted = 1",
    };
    let condition = format!(
        "{} = ?2 AND RelationId = ?3 AND NOT IsDeleted",
        junction.activity_field
    );
    let ids = [activity, related].map(|id| Value::Text(id.to_owned()));
    change_where(
        session,
        junction.object,
        (change, &condition),
        &[&ids[0], &ids[1]],
    )?;
    Ok(())
}

/// Activities that only a contact relates to an account follow the contact to another.
pub(super) fn after_contact_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    follow_account(save, "WhoId = ?3 AND WhatId IS NULL AND NOT IsDeleted")
}

/// Moves activities to the account of the saved record, if that has changed.
pub(super) fn follow_account(save: &Save<'_, '_>, condition: &str) -> Result<(), ApiError> {
    if save.before.is_some() && save.changes("AccountId") {
        let parameters = [save.record.get("AccountId"), save.record.get("Id")];
        for table in ["Event", "Task"] {
            change_where(
                save.session,
                table,
                ("AccountId = ?2", condition),
                &parameters,
            )?;
        }
    }
    Ok(())
}
