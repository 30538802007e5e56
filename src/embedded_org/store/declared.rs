//! What fields and objects an org has beside the standard ones, and what a user is allowed of them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Map, Value};

use crate::embedded_org::features::Features;
use crate::embedded_org::schema::{
    CustomField, CustomObject, Flag, Grants, Object, ObjectGrant, Schema, Table,
};

/// The standard schema, what the org was made with, and what was made in it since.
pub(crate) fn declared_schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut schema = Schema::of(features(connection)?);
    add_objects(connection, &mut schema)?;
    add_defined_objects(connection, &mut schema)?;
    add_fields(connection, &mut schema)?;
    add_defined_fields(connection, &mut schema)?;
    Ok(schema)
}

/// The features of the org in a file.
fn features(connection: &Connection) -> rusqlite::Result<Features> {
    let sql = "SELECT value FROM _setting WHERE name = 'features'";
    let names = connection.query_row(sql, [], |row| row.get::<_, String>(0));
    let names = names.optional()?;
    Ok(names.map_or_else(Features::default, |names| Features::parse(&names)))
}

fn add_objects(connection: &Connection, schema: &mut Schema) -> rusqlite::Result<()> {
    let mut objects = connection
        .prepare("SELECT name, label, label_plural, key_prefix, fields FROM _custom_object")?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        let object = Object::from_table(&Table {
            name: text(0)?,
            label: text(1)?,
            label_plural: text(2)?,
            key_prefix: text(3)?,
            access: "CUD",
            fields: text(4)?,
        });
        schema.add(object.map_err(bad_declaration)?);
    }
    Ok(())
}

fn add_fields(connection: &Connection, schema: &mut Schema) -> rusqlite::Result<()> {
    let mut fields = connection.prepare("SELECT object, line FROM _custom_field ORDER BY rowid")?;
    let mut rows = fields.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        schema
            .add_field(text(0)?, text(1)?)
            .map_err(bad_declaration)?;
    }
    Ok(())
}

fn add_defined_objects(connection: &Connection, schema: &mut Schema) -> rusqlite::Result<()> {
    let mut objects = connection
        .prepare("SELECT name, key_prefix, definition FROM _metadata_object ORDER BY id")?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let (name, key_prefix, definition): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let is_detail = definition.contains("\"ControlledByParent\"");
        let definition = CustomObject::read(read_json(&definition)?, is_detail);
        schema.add(
            definition
                .map_err(bad_declaration)?
                .object(&name, &key_prefix),
        );
    }
    Ok(())
}

fn add_defined_fields(connection: &Connection, schema: &mut Schema) -> rusqlite::Result<()> {
    let mut fields = connection.prepare(
        "SELECT object, name, definition, seen_by_all FROM _metadata_field ORDER BY rowid",
    )?;
    let mut rows = fields.query([])?;
    while let Some(row) = rows.next()? {
        let (object, name, definition): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let definition = CustomField::read(read_json(&definition)?).map_err(bad_declaration)?;
        let mut field = definition.field(&name);
        if !row.get::<_, bool>(3)? {
            field.flags.set(Flag::Granted);
        }
        schema.put_field(&object, &field).map_err(bad_declaration)?;
    }
    Ok(())
}

/// What the permission sets of a user allow together.
pub(super) fn grants_of(connection: &Connection, user_id: &str) -> rusqlite::Result<Grants> {
    Ok(Grants {
        objects: object_grants(connection, user_id)?,
        fields: field_grants(connection, user_id)?,
    })
}

fn object_grants(
    connection: &Connection,
    user_id: &str,
) -> rusqlite::Result<BTreeMap<String, ObjectGrant>> {
    connection
        .prepare(
            "SELECT p.SobjectType, max(p.PermissionsCreate), max(p.PermissionsEdit), max(p.PermissionsDelete) \
             FROM ObjectPermissions p JOIN PermissionSetAssignment a ON a.PermissionSetId = p.ParentId \
             WHERE a.AssigneeId = ?1 AND p.PermissionsRead GROUP BY p.SobjectType",
        )?
        .query_map([user_id], |row| {
            let mut access = String::new();
            for (column, letter) in [(1, 'C'), (2, 'U'), (3, 'D')] {
                if row.get::<_, bool>(column)? {
                    access.push(letter);
                }
            }
            Ok((row.get(0)?, ObjectGrant { access }))
        })?
        .collect()
}

fn field_grants(
    connection: &Connection,
    user_id: &str,
) -> rusqlite::Result<BTreeMap<String, bool>> {
    connection
        .prepare(
            "SELECT p.Field, max(p.PermissionsEdit) FROM FieldPermissions p \
             JOIN PermissionSetAssignment a ON a.PermissionSetId = p.ParentId \
             WHERE a.AssigneeId = ?1 AND p.PermissionsRead GROUP BY p.Field",
        )?
        .query_map([user_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn read_json(text: &str) -> rusqlite::Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| bad_declaration(error.to_string()))
}

fn bad_declaration(problem: String) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(problem.into())
}
