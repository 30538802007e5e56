//! Create and update.

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use super::body::{self, Given};
use super::record::{Record, find, insert, write_changes};
use super::{
    ApiError, Session, address, check, contact_role, duplicate, email_message, event, invitee,
    opportunity, permission, relation, task,
};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::{Flag, Kind, Object};
use crate::embedded_org::time::{datetime_text, parse_datetime};

/// A save under way, as the rules of an sObject see it.
pub(super) struct Save<'a, 's> {
    pub(super) session: &'a Session<'s>,
    pub(super) record: Record<'s>,
    /// The record as it was; none while it is created.
    pub(super) before: Option<Record<'s>>,
    pub(super) given: Given,
}

impl Save<'_, '_> {
    pub(super) fn gave(&self, field: &str) -> bool {
        self.given.has(self.record.object, field)
    }

    /// A list of ids that the request gave.
    pub(super) fn list(&self, field: &str) -> Option<&[RecordId]> {
        self.given.list(self.record.object, field)
    }

    /// Whether the save sets a field to another value than it had.
    pub(super) fn changes(&self, field: &str) -> bool {
        self.before
            .as_ref()
            .is_none_or(|before| before.get(field) != self.record.get(field))
    }
}

pub(super) type Rule = fn(&mut Save<'_, '_>) -> Result<(), ApiError>;

/// What an sObject derives or refuses before it is written.
pub(super) const BEFORE: &[(&str, Rule)] = &[
    ("Event", event::before_save),
    ("Task", task::before_save),
    ("Opportunity", opportunity::before_save),
    ("Account", address::before_save),
    ("Contact", address::before_save),
    ("Lead", address::before_save),
    ("EventRelation", invitee::before_save),
    ("TaskRelation", invitee::before_save),
    ("EmailMessage", email_message::before_save),
    ("EmailMessageRelation", email_message::before_relation),
    ("PermissionSet", permission::before_set),
    ("PermissionSetAssignment", permission::before_assignment),
    ("ObjectPermissions", permission::before_object),
    ("FieldPermissions", permission::before_field),
];

/// What the platform makes once it is written.
const AFTER: &[(&str, Rule)] = &[
    ("Event", event::after_save),
    ("Task", relation::after_save),
    ("Opportunity", opportunity::after_save),
    ("Contact", relation::after_contact_save),
    ("OpportunityContactRole", contact_role::after_save),
    ("EventRelation", invitee::after_save),
    ("TaskRelation", invitee::after_save),
    ("EmailMessage", email_message::after_save),
    ("PermissionSetAssignment", permission::after_save),
    ("ObjectPermissions", permission::after_save),
    ("FieldPermissions", permission::after_save),
];

/// Creates a record from a request's body and gives its id.
pub(crate) fn create(
    session: &Session<'_>,
    object: &Object,
    body: &Map<String, Json>,
) -> Result<String, ApiError> {
    if !object.allows('C') {
        return Err(ApiError::not_supported(object, "create"));
    }
    session.write_to(object)?;
    session.faults().check(object, Some(body))?;
    let altered = session.faults().altered(object, body);
    let body = altered.as_ref().unwrap_or(body);
    // The schema outlives the request; the object is looked up in it, so that records can refer to it.
    let object = session.schema.known(&object.name);
    let given = body::read(session, object, body, Flag::Createable)?;
    let mut record = Record::empty(object);
    set_defaults(session, &mut record);
    for (index, value) in &given.values {
        if *value != Value::Null {
            record.values[*index].clone_from(value);
        }
    }
    let mut save = Save {
        session,
        record,
        before: None,
        given,
    };
    run(BEFORE, &mut save)?;
    check::check(session, &save.record, &save.given)?;
    duplicate::check(session, &save.record)?;
    let id = session.next_id(object)?;
    set_created(session, &mut save.record, &id)?;
    insert(session, &save.record)?;
    run(AFTER, &mut save)?;
    Ok(id.into())
}

/// Changes what the body names.
pub(crate) fn update(
    session: &Session<'_>,
    object: &Object,
    id: &str,
    body: &Map<String, Json>,
) -> Result<(), ApiError> {
    if !object.allows('U') {
        return Err(ApiError::not_supported(object, "update"));
    }
    session.write_to(object)?;
    check_seen(session, object)?;
    session.faults().check(object, Some(body))?;
    let altered = session.faults().altered(object, body);
    let body = altered.as_ref().unwrap_or(body);
    let object = session.schema.known(&object.name);
    let before = find(session, object, id)?.ok_or_else(ApiError::invalid_cross_reference)?;
    if before.flag("IsDeleted") {
        return Err(ApiError::entity_is_deleted());
    }
    let given = body::read(session, object, body, Flag::Updateable)?;
    let mut record = before.clone();
    for (index, value) in &given.values {
        record.values[*index].clone_from(value);
    }
    let mut save = Save {
        session,
        record,
        before: Some(before),
        given,
    };
    run(BEFORE, &mut save)?;
    check::check(session, &save.record, &save.given)?;
    stamp(session, &mut save.record);
    if let Some(before) = &save.before {
        write_changes(session, before, &save.record)?;
    }
    run(AFTER, &mut save)
}

pub(super) fn run(rules: &[(&str, Rule)], save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let name = save.record.object.name.as_str();
    match rules.iter().find(|(object, _)| *object == name) {
        Some((_, rule)) => rule(save),
        None => Ok(()),
    }
}

/// The values that a new record has where nothing else is given.
pub(super) fn set_defaults(session: &Session<'_>, record: &mut Record<'_>) {
    let object = record.object;
    for (index, field) in object.stored() {
        let default = match &field.kind {
            Kind::Boolean => Value::Integer(0),
            Kind::Picklist(list) => match &list.default {
                Some(value) => Value::Text(value.clone()),
                None => continue,
            },
            Kind::Reference(_) if field.name == "OwnerId" => {
                Value::Text(session.facts.user_id.clone())
            }
            _ => continue,
        };
        record.values[index] = default;
    }
}

fn set_created(
    session: &Session<'_>,
    record: &mut Record<'_>,
    id: &RecordId,
) -> Result<(), ApiError> {
    let object = record.object;
    record.set("Id", id.as_str().to_owned());
    for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        record.set(field, session.stamp());
    }
    for field in ["CreatedById", "LastModifiedById"] {
        record.set(field, session.facts.user_id.clone());
    }
    if let Some(name) = object.name_field().filter(|_| object.is_custom())
        && record.is_null(&name.name)
    {
        // A custom record without a name is called by its number, or else by its id.
        let value = match &name.auto_number {
            Some(format) => numbered(format, session.next_number(&object.name)?),
            None => id.as_str().to_owned(),
        };
        record.set(&name.name, value);
    }
    Ok(())
}

/// The number in the place that the format has for it: 7 in `SC-{0000}` is `SC-0007`. Without a place it
/// stands at the end.
fn numbered(format: &str, number: u64) -> String {
    let place = format.split_once('{').and_then(|(before, rest)| {
        let (digits, after) = rest.split_once('}')?;
        Some((before, digits.len(), after))
    });
    match place {
        Some((before, width, after)) => format!("{before}{number:0width$}{after}"),
        None => format!("{format}{number:04}"),
    }
}

/// Marks a change; the stamp always moves, so that who asks for changes since then finds it.
pub(super) fn stamp(session: &Session<'_>, record: &mut Record<'_>) {
    let now = session.stamp();
    let stamp = match record.text("SystemModstamp") {
        Some(previous) if previous >= now.as_str() => a_millisecond_later(previous),
        _ => now.clone(),
    };
    record.set("SystemModstamp", stamp);
    record.set("LastModifiedDate", now);
    record.set("LastModifiedById", session.facts.user_id.clone());
}

fn a_millisecond_later(stamp: &str) -> String {
    let later = parse_datetime(stamp)
        .and_then(|at| at.checked_add(jiff::SignedDuration::from_millis(1)).ok());
    later.map_or_else(|| stamp.to_owned(), datetime_text)
}

/// What the user does not see cannot be changed.
pub(super) fn check_seen(session: &Session<'_>, object: &Object) -> Result<(), ApiError> {
    match session.faults().hides(object) {
        true => Err(ApiError::invalid_cross_reference()),
        false => Ok(()),
    }
}
