//! The rules of emails: who is on one, what may be changed once it is sent, and the task that the
//! platform makes for it.

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;
use serde_json::{Map, Value as Json, json};

use super::record::{Record, change_where, insert, object_of, write_changes};
use super::save::{Save, create};
use super::{ApiError, Session, relation};
use crate::embedded_org::features::Feature;
use crate::embedded_org::schema::Flag;
use crate::embedded_org::time::{date_text, parse_datetime};

/// The values of `Status` that rules speak of.
const NEW: &str = "0";
const READ: &str = "1";
const DRAFT: &str = "5";

/// What the task of an email can hold of it.
const LONGEST_TASK_SUBJECT: usize = 255;
const LONGEST_TASK_DESCRIPTION: usize = 32_000;

/// A way in which somebody is on an email: the kind of relation, the field of addresses, and the list
/// of ids; the sender is one, and no list.
struct Way {
    kind: &'static str,
    addresses: &'static str,
    ids: Option<&'static str>,
}

const WAYS: [Way; 4] = [
    Way {
        kind: "FromAddress",
        addresses: "FromAddress",
        ids: None,
    },
    Way {
        kind: "ToAddress",
        addresses: "ToAddress",
        ids: Some("ToIds"),
    },
    Way {
        kind: "CcAddress",
        addresses: "CcAddress",
        ids: Some("CcIds"),
    },
    Way {
        kind: "BccAddress",
        addresses: "BccAddress",
        ids: Some("BccIds"),
    },
];

pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    refuse_edits_of_sent(save)?;
    let subject = save.record.text("Subject").unwrap_or_default();
    let name = start_of(subject, 255);
    save.record.set("Name", name);
    Ok(())
}

pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    for way in &WAYS {
        relate(save, way)?;
    }
    // An update makes the task anew where somebody deleted it.
    if save.record.text("Status") != Some(DRAFT) && save.record.is_null("ActivityId") {
        make_task(save)?;
    }
    Ok(())
}

/// A relation leads to a record, and tells its kind, or to an address.
pub(super) fn before_relation(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.record.is_null("RelationId") && save.record.is_null("RelationAddress") {
        return Err(ApiError::required_missing(&["RelationAddress"]));
    }
    let related = save.record.text("RelationId");
    let target = related.and_then(|id| object_of(save.session.schema, id));
    let kind = target.map(|object| object.name.clone());
    save.record.set("RelationObjectType", kind);
    Ok(())
}

/// The task that goes when an email is deleted.
pub(super) fn task_of(session: &Session<'_>, email: &str) -> rusqlite::Result<Option<String>> {
    if session.schema.has(Feature::EmailTasksStay) {
        return Ok(None);
    }
    session
        .db
        .prepare_cached(
            "SELECT t.Id FROM EmailMessage e JOIN Task t ON t.Id = e.ActivityId \
             WHERE e.Id = ?1 AND NOT t.IsDeleted",
        )?
        .query_row([email], |row| row.get(0))
        .optional()
}

/// Of an email that is no draft only custom fields and its visibility can be changed, of a new one that
/// it was read, and of one that a client manages also what it relates to.
fn refuse_edits_of_sent(save: &Save<'_, '_>) -> Result<(), ApiError> {
    let Some(before) = &save.before else {
        return Ok(());
    };
    if before.text("Status") == Some(DRAFT) {
        return Ok(());
    }
    let is_read = before.text("Status") == Some(NEW) && save.record.text("Status") == Some(READ);
    let fields = &save.record.object.fields;
    let values = save.given.values.iter().map(|(index, _)| *index);
    let lists = save.given.lists.iter().map(|(index, _)| *index);
    let refused = values.chain(lists).any(|index| {
        let field = &fields[index];
        let editable = match field.name.as_str() {
            "IsExternallyVisible" => true,
            "Status" => is_read,
            "RelatedToId" | "ToIds" | "CcIds" | "BccIds" => before.flag("IsClientManaged"),
            _ => field.is(Flag::Custom),
        };
        !editable
    });
    if refused {
        let message = "insufficient access rights on object id";
        return Err(ApiError::of_record(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            message,
            &[],
        ));
    }
    Ok(())
}

/// Brings the relations of one way in step with the email.
fn relate(save: &Save<'_, '_>, way: &Way) -> Result<(), ApiError> {
    let given = way.ids.and_then(|field| save.list(field));
    let sender_changed = way.ids.is_none() && save.changes("FromId");
    if given.is_none() && !save.changes(way.addresses) && !sender_changed {
        return Ok(());
    }
    let ids: Vec<String> = match (way.ids, given) {
        (None, _) => save
            .record
            .text("FromId")
            .map(str::to_owned)
            .into_iter()
            .collect(),
        (Some(_), Some(given)) => given.iter().map(|id| id.as_str().to_owned()).collect(),
        (Some(_), None) => related(save, way.kind)?,
    };
    let kind = Value::Text(way.kind.to_owned());
    change_where(
        save.session,
        "EmailMessageRelation",
        (
            "IsDeleted = 1",
            "EmailMessageId = ?2 AND RelationType = ?3 AND NOT IsDeleted",
        ),
        &[save.record.get("Id"), &kind],
    )?;
    let addresses = save.record.text(way.addresses).unwrap_or_default();
    let mut addresses = addresses
        .split([';', ','])
        .map(str::trim)
        .filter(|it| !it.is_empty());
    for id in &ids {
        let address = match way.ids {
            None => addresses.next().map(str::to_owned),
            Some(_) => None,
        };
        add_relation(save, way.kind, (Some(id), address))?;
    }
    for address in addresses {
        add_relation(save, way.kind, (None, Some(address.to_owned())))?;
    }
    Ok(())
}

/// Who is on the email in this way already.
fn related(save: &Save<'_, '_>, kind: &str) -> rusqlite::Result<Vec<String>> {
    save.session
        .db
        .prepare_cached(
            "SELECT RelationId FROM EmailMessageRelation WHERE EmailMessageId = ?1 AND RelationType = ?2 \
             AND RelationId IS NOT NULL AND NOT IsDeleted ORDER BY Id",
        )?
        .query_map([save.record.id(), kind], |row| row.get(0))?
        .collect()
}

/// Relates the email to a person of the org, or to an address that is nobody's.
fn add_relation(
    save: &Save<'_, '_>,
    kind: &str,
    (person, address): (Option<&String>, Option<String>),
) -> Result<(), ApiError> {
    let session = save.session;
    let mut row = Record::empty(session.schema.known("EmailMessageRelation"));
    row.set("Id", session.next_id(row.object)?.as_str().to_owned());
    row.set("EmailMessageId", save.record.id().to_owned());
    row.set("RelationType", kind.to_owned());
    row.set("RelationAddress", address);
    if let Some(id) = person {
        let object = object_of(session.schema, id)
            .filter(|object| matches!(object.name.as_str(), "Contact" | "Lead" | "User"))
            .ok_or_else(|| ApiError::malformed_id(id))?;
        let sql = format!(
            "SELECT Email FROM \"{}\" WHERE Id = ?1 AND NOT IsDeleted",
            object.name
        );
        let found = session
            .db
            .prepare_cached(&sql)?
            .query_row([id], |row| row.get::<_, Option<String>>(0))
            .optional()?;
        let own_address = found.ok_or_else(ApiError::invalid_cross_reference)?;
        row.set("RelationId", id.clone());
        row.set("RelationObjectType", object.name.clone());
        if row.is_null("RelationAddress") {
            row.set("RelationAddress", own_address);
        }
    }
    for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        row.set(field, session.stamp());
    }
    for field in ["CreatedById", "LastModifiedById"] {
        row.set(field, session.facts.user_id.clone());
    }
    insert(session, &row)?;
    Ok(())
}

/// An email that is no draft is logged as a completed task, on what it relates to and with its contacts.
fn make_task(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let (session, email) = (save.session, &save.record);
    let day = match email.text("MessageDate").and_then(parse_datetime) {
        Some(at) => session.facts.time_zone.to_datetime(at).date(),
        None => session.today(),
    };
    let text = |field, most| start_of(email.text(field).unwrap_or_default(), most);
    let mut body = Map::new();
    let mut set = |field: &str, value: Json| body.insert(field.to_owned(), value);
    set("Subject", json!(text("Subject", LONGEST_TASK_SUBJECT)));
    set(
        "Description",
        json!(text("TextBody", LONGEST_TASK_DESCRIPTION)),
    );
    set("Status", json!("Completed"));
    set("TaskSubtype", json!("Email"));
    set("ActivityDate", json!(date_text(day)));
    set("WhatId", json!(email.text("RelatedToId")));
    let contacts = contacts(save)?;
    if relation::is_shared(session) {
        set("TaskWhoIds", json!(contacts));
    } else {
        set("WhoId", json!(contacts.first()));
    }
    let task = create(session, session.schema.known("Task"), &body)?;
    let before = save.record.clone();
    save.record.set("ActivityId", task);
    write_changes(session, &before, &save.record)?;
    Ok(())
}

/// The contacts on an email: of one that came in the sender first, else those it went to.
fn contacts(save: &Save<'_, '_>) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT RelationId FROM EmailMessageRelation WHERE EmailMessageId = ?1 \
         AND RelationObjectType = 'Contact' AND NOT IsDeleted GROUP BY RelationId \
         ORDER BY min((RelationType = 'FromAddress') <> ?2), min(Id) LIMIT 50";
    let incoming = save.record.flag("Incoming");
    save.session
        .db
        .prepare_cached(sql)?
        .query_map((save.record.id(), incoming), |row| row.get(0))?
        .collect()
}

fn start_of(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
