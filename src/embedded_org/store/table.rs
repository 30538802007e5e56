//! The tables of sObjects, made from the schema.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rusqlite::Connection;

use crate::embedded_org::schema::{Field, Flag, Kind, Object, Schema};

/// Makes missing tables, columns and indexes, all or none.
pub(crate) fn build(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    let mut sql = String::from("SAVEPOINT build;\n");
    for object in schema.tables() {
        let present = columns_of(connection, &object.name)?;
        if present.is_empty() {
            create_table(&mut sql, object, "TABLE");
        } else {
            for (_, field) in object.stored() {
                if !present.contains(&field.name) {
                    let _ = writeln!(
                        sql,
                        "ALTER TABLE \"{}\" ADD COLUMN {};",
                        object.name,
                        column(field)
                    );
                }
            }
        }
        create_indexes(&mut sql, object);
    }
    sql.push_str("RELEASE build;");
    connection.execute_batch(&sql)
}

/// Makes the table of an sObject for the time of a request; what was in it goes.
pub(crate) fn create_temporary(connection: &Connection, object: &Object) -> rusqlite::Result<()> {
    let mut sql = format!("DROP TABLE IF EXISTS temp.\"{}\";\n", object.name);
    create_table(&mut sql, object, "TEMP TABLE");
    connection.execute_batch(&sql)
}

/// Takes the table of an sObject away, with all records.
pub(crate) fn drop_object(connection: &Connection, object: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DROP TABLE \"{object}\";"))
}

/// Takes a column away, with all values.
pub(crate) fn drop_field(
    connection: &Connection,
    object: &str,
    field: &str,
) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "DROP INDEX IF EXISTS \"{object}.{field}\"; ALTER TABLE \"{object}\" DROP COLUMN \"{field}\";"
    ))
}

/// Makes a column anew as its field is now, and keeps the values.
pub(crate) fn rebuild_field(
    connection: &Connection,
    object: &str,
    field: &Field,
) -> rusqlite::Result<()> {
    let name = &field.name;
    connection.execute_batch(&format!(
        "DROP INDEX IF EXISTS \"{object}.{name}\"; ALTER TABLE \"{object}\" RENAME COLUMN \"{name}\" TO \"_former\"; \
         ALTER TABLE \"{object}\" ADD COLUMN {}; UPDATE \"{object}\" SET \"{name}\" = \"_former\"; \
         ALTER TABLE \"{object}\" DROP COLUMN \"_former\";",
        column(field)
    ))
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    connection
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect()
}

fn create_table(sql: &mut String, object: &Object, kind: &str) {
    let columns: Vec<String> = object.stored().map(|(_, field)| column(field)).collect();
    let _ = writeln!(
        sql,
        "CREATE {kind} \"{}\" ({});",
        object.name,
        columns.join(", ")
    );
}

fn column(field: &Field) -> String {
    let name = &field.name;
    match &field.kind {
        Kind::Id => format!("\"{name}\" TEXT PRIMARY KEY NOT NULL"),
        Kind::Boolean => format!("\"{name}\" INTEGER NOT NULL DEFAULT 0"),
        Kind::Int { .. } => format!("\"{name}\" INTEGER"),
        Kind::Double(_) | Kind::Currency(_) | Kind::Percent(_) => format!("\"{name}\" REAL"),
        kind if kind.is_text() && !field.is(Flag::CaseSensitive) => {
            // SOQL compares texts without regard to case.
            format!("\"{name}\" TEXT COLLATE NOCASE")
        }
        _ => format!("\"{name}\" TEXT"),
    }
}

/// Indexes what parents are found by, keys, and the stamp by which changes are asked for.
fn create_indexes(sql: &mut String, object: &Object) {
    for (_, field) in object.stored() {
        let is_parent = field
            .reference()
            .is_some_and(|reference| reference.to.iter().any(|target| target != "User"));
        let is_key = field.is(Flag::ExternalId) || field.is(Flag::IdLookup);
        let wanted = is_parent || is_key || field.name == "SystemModstamp";
        if wanted && field.kind != Kind::Id {
            let unique = if field.is(Flag::Unique) {
                "UNIQUE "
            } else {
                ""
            };
            let _ = writeln!(
                sql,
                "CREATE {unique}INDEX IF NOT EXISTS \"{0}.{1}\" ON \"{0}\" (\"{1}\");",
                object.name, field.name
            );
        }
    }
}
