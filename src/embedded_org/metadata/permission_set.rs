//! Permission sets as metadata: the file says all that the set allows, and what it does not say is taken away.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::definitions::Change;
use super::deploy::not_there;
use super::package::File;
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows;
use crate::embedded_org::schema::Schema;
use crate::embedded_org::session::Session;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PermissionSet {
    label: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    object_permissions: Vec<ObjectPermission>,
    #[serde(default)]
    field_permissions: Vec<FieldPermission>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the permissions of an object are as many checkboxes"
)]
struct ObjectPermission {
    object: String,
    allow_create: bool,
    allow_read: bool,
    allow_edit: bool,
    allow_delete: bool,
    view_all_records: bool,
    modify_all_records: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FieldPermission {
    field: String,
    readable: bool,
    editable: bool,
}

/// Elements beside those that are read here.
const ALSO_KNOWN: &[&str] = &[
    "applicationVisibilities",
    "hasActivationRequired",
    "license",
    "tabSettings",
    "userPermissions",
];

/// Brings a permission set to its file; the schema is that of the deploy so far.
pub(super) fn put(session: &Session<'_>, schema: &Schema, file: &File) -> Result<Change, ApiError> {
    let mut wanted = read(&file.content)?;
    // What is needed to read an object is granted before it.
    wanted
        .object_permissions
        .sort_by_key(|it| depth(schema, &it.object));
    let own = Session::new(session.db, schema, session.facts, session.now);
    let before = snapshot(&own, &file.name)?;
    let body = object(json!({
        "Name": file.name, "Label": wanted.label, "Description": wanted.description,
    }));
    let sets = schema.known("PermissionSet");
    let id = match &before {
        Some(before) => {
            rows::update(&own, sets, &before.id, &body)?;
            before.id.clone()
        }
        None => rows::create(&own, sets, &body)?,
    };
    clear(session, &id)?;
    for permission in &wanted.object_permissions {
        put_object(&own, &id, permission)?;
    }
    for permission in wanted.field_permissions.iter().filter(|it| it.readable) {
        put_field(&own, &id, permission, &wanted.field_permissions)?;
    }
    own.keep_numbers()?;
    session.change_schema();
    let after = snapshot(&own, &file.name)?;
    Ok(match (before, after) {
        (None, _) => Change::Created,
        (Some(before), Some(after)) if before.content == after.content => Change::Unchanged,
        (Some(_), _) => Change::Changed,
    })
}

/// How many objects deep the reading of an object goes; masters are at most three deep.
fn depth(schema: &Schema, object: &str) -> usize {
    let mut depth = 0;
    let mut level = vec![object];
    while !level.is_empty() && depth < 5 {
        level = level
            .iter()
            .flat_map(|object| rows::read_with(schema, object))
            .collect();
        depth += 1;
    }
    depth
}

/// Takes a permission set away.
pub(super) fn remove(session: &Session<'_>, name: &str) -> Result<Change, ApiError> {
    let set = snapshot(session, name)?.ok_or_else(|| not_there("PermissionSet", name))?;
    let id = RecordId::parse(&set.id).ok_or_else(|| not_there("PermissionSet", name))?;
    rows::delete(session, &id)?;
    Ok(Change::Deleted)
}

fn read(content: &Map<String, Value>) -> Result<PermissionSet, ApiError> {
    let unknown = content.keys().find(|name| {
        let read = [
            "label",
            "description",
            "objectPermissions",
            "fieldPermissions",
        ];
        !read.contains(&name.as_str()) && !ALSO_KNOWN.contains(&name.as_str())
    });
    if let Some(name) = unknown {
        return Err(invalid(format!(
            "Element {{http://soap.sforce.com/2006/04/metadata}}{name} invalid at this location in type PermissionSet"
        )));
    }
    if !content.contains_key("label") {
        return Err(invalid("Required field is missing: label"));
    }
    serde_json::from_value(Value::Object(content.clone()))
        .map_err(|error| invalid(error.to_string()))
}

fn put_object(session: &Session<'_>, set: &str, it: &ObjectPermission) -> Result<(), ApiError> {
    let body = object(json!({
        "ParentId": set,
        "SobjectType": it.object,
        "PermissionsCreate": it.allow_create,
        "PermissionsRead": it.allow_read,
        "PermissionsEdit": it.allow_edit,
        "PermissionsDelete": it.allow_delete,
        "PermissionsViewAllRecords": it.view_all_records,
        "PermissionsModifyAllRecords": it.modify_all_records,
    }));
    let objects = session.schema.known("ObjectPermissions");
    match rows::create(session, objects, &body) {
        Err(error) if error.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" => {
            Err(invalid(format!(
                "In field: field - no CustomObject named {} found",
                it.object
            )))
        }
        other => other.map(|_| ()),
    }
}

/// A field of activities is only granted where the file has it for events and for tasks.
fn put_field(
    session: &Session<'_>,
    set: &str,
    it: &FieldPermission,
    all: &[FieldPermission],
) -> Result<(), ApiError> {
    let (object_name, name) = it.field.split_once('.').unwrap_or((&it.field, ""));
    let targets: &[&str] = match object_name {
        "Activity" => &["Event"],
        "Event" => {
            let twin = format!("Task.{name}");
            if name.ends_with("__c") && !all.iter().any(|it| it.field == twin && it.readable) {
                return Ok(());
            }
            &["Event"]
        }
        // The grant on events made this one.
        "Task" if name.ends_with("__c") => return check_field(session, "Task", &it.field, name),
        other => &[other],
    };
    for target in targets {
        check_field(session, target, &it.field, name)?;
        let body = object(json!({
            "ParentId": set,
            "SobjectType": target,
            "Field": format!("{target}.{name}"),
            "PermissionsRead": true,
            "PermissionsEdit": it.editable,
        }));
        let grants = session.schema.known("FieldPermissions");
        match rows::create(session, grants, &body) {
            Err(error) if error.code == "DUPLICATE_VALUE" => {}
            other => other.map(|_| ())?,
        }
    }
    Ok(())
}

fn check_field(
    session: &Session<'_>,
    object: &str,
    path: &str,
    name: &str,
) -> Result<(), ApiError> {
    let field = session
        .schema
        .object(object)
        .and_then(|object| Some(&object.fields[object.index(name)?]));
    match field {
        None => Err(invalid(format!(
            "In field: field - no CustomField named {path} found"
        ))),
        Some(field) if field.is_custom() && !field.is_permissionable() => Err(invalid(format!(
            "You cannot deploy to a required field: {path}"
        ))),
        Some(_) => Ok(()),
    }
}

/// What a permission set holds, to tell whether a deploy changed it.
struct Snapshot {
    id: String,
    content: Vec<String>,
}

fn snapshot(session: &Session<'_>, name: &str) -> Result<Option<Snapshot>, ApiError> {
    use rusqlite::OptionalExtension as _;
    let found: Option<(String, String)> = session
        .db
        .prepare_cached(
            "SELECT Id, Label || ifnull(Description, '') FROM PermissionSet WHERE Name = ?1",
        )?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, head)) = found else {
        return Ok(None);
    };
    let mut content = vec![head];
    for sql in [
        "SELECT SobjectType || PermissionsCreate || PermissionsRead || PermissionsEdit || PermissionsDelete \
         || PermissionsViewAllRecords || PermissionsModifyAllRecords FROM ObjectPermissions \
         WHERE ParentId = ?1 ORDER BY SobjectType",
        "SELECT Field || PermissionsRead || PermissionsEdit FROM FieldPermissions WHERE ParentId = ?1 ORDER BY Field",
    ] {
        let mut statement = session.db.prepare_cached(sql)?;
        for row in statement.query_map([&id], |row| row.get(0))? {
            content.push(row?);
        }
    }
    Ok(Some(Snapshot { id, content }))
}

fn clear(session: &Session<'_>, id: &str) -> rusqlite::Result<()> {
    for table in ["ObjectPermissions", "FieldPermissions"] {
        let sql = format!("DELETE FROM {table} WHERE ParentId = ?1");
        session.db.execute(&sql, [id])?;
    }
    Ok(())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn invalid(problem: impl Into<String>) -> ApiError {
    ApiError::new(400, "FIELD_INTEGRITY_EXCEPTION", problem)
}
