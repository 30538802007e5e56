//! The rules of permission sets: what can be granted at all, each thing once, and fields of activities to
//! events and tasks alike.

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;

use super::record::{Record, insert, write_changes};
use super::save::Save;
use super::{ApiError, Session};
use crate::embedded_org::schema::{Field, Flag, Object, Schema};

/// What of an object depends on what else.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("Create", &["Read"]),
    ("Edit", &["Read"]),
    ("Delete", &["Read", "Edit"]),
    ("ViewAllRecords", &["Read"]),
    (
        "ModifyAllRecords",
        &["Read", "Edit", "Delete", "ViewAllRecords"],
    ),
];

/// Standard objects that are read with another one.
const READ_WITH: &[(&str, &str)] = &[("Contact", "Account"), ("Opportunity", "Account")];

pub(super) fn before_set(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_none() {
        save.record.set("IsCustom", 1);
    }
    refuse_second(save, &["Name"], "DUPLICATE_DEVELOPER_NAME")
}

pub(super) fn before_assignment(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_none() {
        save.record.set("IsActive", 1);
    }
    refuse_second(save, &["AssigneeId", "PermissionSetId"], "DUPLICATE_VALUE")
}

pub(super) fn before_object(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let Some(name) = save.record.text("SobjectType").map(str::to_owned) else {
        return Ok(());
    };
    grantable(save.session, &name)
        .ok_or_else(|| bad_value("Object Type Name", "SobjectType", &name))?;
    for (permission, needed) in DEPENDENCIES {
        let is_set = |permission: &str| save.record.flag(&format!("Permissions{permission}"));
        let missing = needed.iter().find(|needed| !is_set(needed));
        if let Some(missing) = missing.filter(|_| is_set(permission)) {
            let problem = format!(
                "Permission {permission} {name} depends on permission(s): {missing} {name}"
            );
            return Err(ApiError::of_record(
                "FIELD_INTEGRITY_EXCEPTION",
                problem,
                &[],
            ));
        }
    }
    check_read_with(save, &name)?;
    refuse_second(save, &["ParentId", "SobjectType"], "DUPLICATE_VALUE")
}

/// The objects that must be read by whoever reads this one: its masters, and what the platform adds.
pub(crate) fn read_with<'s>(schema: &'s Schema, name: &str) -> Vec<&'s str> {
    let mut needed: Vec<&str> = READ_WITH
        .iter()
        .filter(|(object, _)| *object == name)
        .map(|(_, needed)| *needed)
        .collect();
    let object = schema.tables().find(|object| object.name == name);
    for field in object.iter().flat_map(|object| &object.fields) {
        if let Some(reference) = field.reference().filter(|_| field.is(Flag::MasterDetail)) {
            needed.extend(reference.to.iter().map(String::as_str));
        }
    }
    needed
}

fn check_read_with(save: &Save<'_, '_>, name: &str) -> Result<(), ApiError> {
    let parent = save.record.text("ParentId").unwrap_or_default();
    for needed in read_with(save.session.schema, name) {
        let granted: i64 = save
            .session
            .db
            .prepare_cached(
                "SELECT count(*) FROM ObjectPermissions WHERE ParentId = ?1 AND SobjectType = ?2 AND PermissionsRead",
            )?
            .query_row([parent, needed], |row| row.get(0))?;
        if granted == 0 {
            let problem = format!("Permission Read {name} depends on permission(s): Read {needed}");
            return Err(ApiError::of_record(
                "FIELD_INTEGRITY_EXCEPTION",
                problem,
                &[],
            ));
        }
    }
    Ok(())
}

pub(super) fn before_field(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let text = |field| save.record.text(field).unwrap_or_default().to_owned();
    let (object, path) = (text("SobjectType"), text("Field"));
    let field = path
        .split_once('.')
        .filter(|(of, _)| *of == object)
        .and_then(|(_, name)| {
            let object = grantable(save.session, &object)?;
            Some(&object.fields[object.index(name)?])
        });
    // Standard fields are seen by all here, but many of them can be granted in other orgs.
    if !field.is_some_and(|field| field.is_permissionable() || is_optional_standard(field)) {
        return Err(bad_value("Field Name", "Field", &path));
    }
    if save.record.flag("PermissionsEdit") && !save.record.flag("PermissionsRead") {
        let problem = format!("Permission Edit {path} depends on permission(s): Read {path}");
        return Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            problem,
            &[],
        ));
    }
    refuse_second(save, &["ParentId", "Field"], "DUPLICATE_VALUE")
}

fn is_optional_standard(field: &Field) -> bool {
    !field.is_custom() && field.is(Flag::Nillable) && field.is(Flag::Createable)
}

/// Whoever sees less or more of the schema does so from the next request on.
pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    save.session.change_schema();
    if save.record.object.name == "FieldPermissions" {
        mirror(save)?;
    }
    Ok(())
}

/// A field of `Activity` is one: what is granted on events is granted on tasks.
fn mirror(save: &Save<'_, '_>) -> Result<(), ApiError> {
    let Some((twin, path)) = twin_of(&save.record) else {
        return Ok(());
    };
    let parent = save.record.text("ParentId").unwrap_or_default();
    let object = save.record.object;
    let twin_id: Option<String> = twin_id(save.session, parent, &path)?;
    match twin_id
        .map(|id| super::find(save.session, object, &id))
        .transpose()?
        .flatten()
    {
        Some(before) => {
            let mut after = before.clone();
            for field in ["PermissionsRead", "PermissionsEdit"] {
                after.set(field, save.record.get(field).clone());
            }
            write_changes(save.session, &before, &after)?;
        }
        None => {
            let mut row = save.record.clone();
            row.set("Id", save.session.next_id(object)?.as_str().to_owned());
            row.set("SobjectType", twin.to_owned());
            row.set("Field", path);
            insert(save.session, &row)?;
        }
    }
    Ok(())
}

/// Takes the twin of a grant away with it.
pub(super) fn after_delete(session: &Session<'_>, record: &Record<'_>) -> Result<(), ApiError> {
    session.change_schema();
    if let Some((_, path)) = twin_of(record) {
        let parent = record.text("ParentId").unwrap_or_default();
        session.db.execute(
            "DELETE FROM FieldPermissions WHERE ParentId = ?1 AND Field = ?2",
            [parent, &path],
        )?;
    }
    Ok(())
}

/// `Task.A__c` to `Event.A__c`, and the other way around.
fn twin_of(record: &Record<'_>) -> Option<(&'static str, String)> {
    let (object, field) = record.text("Field")?.split_once('.')?;
    let twin = match object {
        "Event" => "Task",
        "Task" => "Event",
        _ => return None,
    };
    field
        .ends_with("__c")
        .then(|| (twin, format!("{twin}.{field}")))
}

fn twin_id(session: &Session<'_>, parent: &str, path: &str) -> rusqlite::Result<Option<String>> {
    session
        .db
        .prepare_cached("SELECT Id FROM FieldPermissions WHERE ParentId = ?1 AND Field = ?2")?
        .query_row([parent, path], |row| row.get(0))
        .optional()
}

fn grantable<'s>(session: &Session<'s>, name: &str) -> Option<&'s Object> {
    session.schema.tables().find(|object| {
        object.name == name && !object.is_setup() && !object.name.ends_with("Relation")
    })
}

fn bad_value(label: &str, field: &str, value: &str) -> ApiError {
    ApiError::of_record(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        format!("{label}: bad value for restricted picklist field: {value}"),
        &[field],
    )
}

/// Nothing is granted twice by one set, nor a set assigned twice to one user.
fn refuse_second(save: &Save<'_, '_>, fields: &[&str], code: &'static str) -> Result<(), ApiError> {
    let record = &save.record;
    let conditions: Vec<String> = fields
        .iter()
        .map(|field| format!("\"{field}\" = ?"))
        .collect();
    let sql = format!(
        "SELECT Id FROM \"{}\" WHERE {} AND Id <> ?",
        record.object.name,
        conditions.join(" AND ")
    );
    let own = match record.get("Id") {
        Value::Null => Value::Text(String::new()),
        id => id.clone(),
    };
    let values = fields.iter().map(|field| record.get(field)).chain([&own]);
    let found: Option<String> = save
        .session
        .db
        .prepare_cached(&sql)?
        .query_row(rusqlite::params_from_iter(values), |row| row.get(0))
        .optional()?;
    match found {
        None => Ok(()),
        Some(id) => {
            let field = fields.last().expect("a key has a field");
            let message =
                format!("duplicate value found: {field} duplicates value on record with id: {id}");
            Err(ApiError::of_record(code, message, &[]))
        }
    }
}
