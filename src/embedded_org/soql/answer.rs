//! Running a plan, and writing its records as the API's JSON.
//!
//! Records are written as text straight from the rows, so that fields keep the order of the query.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, params_from_iter};

use super::ApiError;
use super::plan::{GroupColumn, Plan, Records};
use super::select::{Columns, Entry, Form, Shape};
use crate::embedded_org::session::Session;

/// The most groups that one answer holds; groups have no cursor.
const MOST_GROUPS: usize = 2000;

/// What the records of an answer are written with.
pub(crate) struct Page<'a, 's> {
    pub(crate) session: &'a Session<'s>,
    /// The version's path, such as `/services/data/v67.0`, that record urls start with.
    pub(crate) path: &'a str,
}

/// The row numbers of all records that match, in order.
pub(crate) fn row_ids(session: &Session<'_>, records: &Records) -> Result<Vec<i64>, ApiError> {
    let ids = session
        .db
        .prepare_cached(&records.find)?
        .query_map(params_from_iter(&records.parameters), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// The records with these row numbers, each as JSON.
pub(crate) fn records(
    page: &Page<'_, '_>,
    records: &Records,
    rows: &[i64],
) -> Result<Vec<Vec<u8>>, ApiError> {
    let list = serde_json::Value::from(rows).to_string();
    let mut statement = page.session.db.prepare_cached(&records.fetch)?;
    let mut rows = statement.query([list])?;
    let mut written = Vec::new();
    while let Some(row) = rows.next()? {
        let mut out = Vec::with_capacity(256);
        write_record(page, row, &records.columns, &mut out)?;
        written.push(out);
    }
    Ok(written)
}

/// The whole answer of a query that has no cursor: a count or groups.
pub(crate) fn whole(session: &Session<'_>, plan: &Plan) -> Result<Option<Vec<u8>>, ApiError> {
    match plan {
        Plan::Records(_) => Ok(None),
        Plan::Count { sql, parameters } => {
            let count: i64 = session
                .db
                .prepare_cached(sql)?
                .query_row(params_from_iter(parameters), |row| row.get(0))?;
            Ok(Some(
                format!("{{\"totalSize\":{count},\"done\":true,\"records\":[]}}").into_bytes(),
            ))
        }
        Plan::Groups {
            sql,
            parameters,
            columns,
        } => groups(session, (sql, parameters), columns).map(Some),
    }
}

fn groups(
    session: &Session<'_>,
    (sql, parameters): (&str, &[Value]),
    columns: &[GroupColumn],
) -> Result<Vec<u8>, ApiError> {
    let mut statement = session.db.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    let mut written: Vec<Vec<u8>> = Vec::new();
    while let Some(row) = rows.next()? {
        if written.len() == MOST_GROUPS {
            return Err(ApiError::new(
                400,
                "EXCEEDED_ID_LIMIT",
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
            ));
        }
        let mut out = b"{\"attributes\":{\"type\":\"AggregateResult\"}".to_vec();
        for (index, column) in columns.iter().enumerate() {
            write_name(&mut out, &column.name);
            write_value(&mut out, row.get_ref(index)?, column.form);
        }
        out.push(b'}');
        written.push(out);
    }
    let mut body = format!(
        "{{\"totalSize\":{},\"done\":true,\"records\":[",
        written.len()
    )
    .into_bytes();
    body.extend(written.join(&b','));
    body.extend(b"]}");
    Ok(body)
}

fn write_record(
    page: &Page<'_, '_>,
    row: &Row<'_>,
    columns: &Columns,
    out: &mut Vec<u8>,
) -> Result<(), ApiError> {
    write_shape(page, row, (columns, &columns.shape), out)
}

/// Writes a record, or null where there is none.
fn write_shape(
    page: &Page<'_, '_>,
    row: &Row<'_>,
    (columns, shape): (&Columns, &Shape),
    out: &mut Vec<u8>,
) -> Result<(), ApiError> {
    let Some(id) = row.get_ref(shape.id)?.as_str_or_null().unwrap_or(None) else {
        out.extend(b"null");
        return Ok(());
    };
    let object = page
        .session
        .schema
        .object_of_prefix(&id[..3])
        .map_or("Name", |object| object.name.as_str());
    let kind = if shape.is_name { "Name" } else { object };
    out.extend(b"{\"attributes\":{\"type\":\"");
    out.extend(kind.as_bytes());
    out.extend(b"\",\"url\":\"");
    out.extend(page.path.as_bytes());
    out.extend(b"/sobjects/");
    out.extend(object.as_bytes());
    out.push(b'/');
    out.extend(id.as_bytes());
    out.extend(b"\"}");
    for entry in &shape.entries {
        match entry {
            Entry::Value { name, column, form } => {
                write_name(out, name);
                write_value(out, row.get_ref(*column)?, *form);
            }
            Entry::Parent { name, shape } => {
                write_name(out, name);
                write_shape(page, row, (columns, shape), out)?;
            }
            Entry::OneOf { name, shapes } => {
                write_name(out, name);
                let present = shapes
                    .iter()
                    .find(|shape| !matches!(row.get_ref(shape.id), Ok(ValueRef::Null)));
                match present {
                    Some(shape) => write_shape(page, row, (columns, shape), out)?,
                    None => out.extend(b"null"),
                }
            }
            Entry::Children { name, index } => {
                write_name(out, name);
                write_children(page, id, (columns, *index), out)?;
            }
        }
    }
    out.push(b'}');
    Ok(())
}

fn write_children(
    page: &Page<'_, '_>,
    parent: &str,
    (columns, index): (&Columns, usize),
    out: &mut Vec<u8>,
) -> Result<(), ApiError> {
    let children = &columns.children[index];
    let parent = Value::Text(parent.to_owned());
    let mut statement = page.session.db.prepare_cached(&children.sql)?;
    let parameters = [&parent].into_iter().chain(&children.parameters);
    let mut rows = statement.query(params_from_iter(parameters))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let mut record = Vec::new();
        write_record(page, row, &children.columns, &mut record)?;
        records.push(record);
    }
    if records.is_empty() {
        out.extend(b"null");
        return Ok(());
    }
    out.extend(
        format!(
            "{{\"totalSize\":{},\"done\":true,\"records\":[",
            records.len()
        )
        .as_bytes(),
    );
    out.extend(records.join(&b','));
    out.extend(b"]}");
    Ok(())
}

fn write_name(out: &mut Vec<u8>, name: &str) {
    out.extend(b",\"");
    out.extend(name.as_bytes());
    out.extend(b"\":");
}

fn write_value(out: &mut Vec<u8>, value: ValueRef<'_>, form: Form) {
    const WRITES: &str = "writing to memory does not fail";
    match (value, form) {
        (ValueRef::Null, Form::Boolean) => out.extend(b"false"),
        (ValueRef::Null | ValueRef::Blob(_), _) => out.extend(b"null"),
        (ValueRef::Integer(number), Form::Boolean) => {
            out.extend(if number == 0 { &b"false"[..] } else { b"true" });
        }
        (ValueRef::Integer(number), _) => serde_json::to_writer(out, &number).expect(WRITES),
        (ValueRef::Real(number), _) => serde_json::to_writer(out, &number).expect(WRITES),
        (ValueRef::Text(text), Form::Json) => out.extend(text),
        (ValueRef::Text(text), _) => {
            serde_json::to_writer(out, &String::from_utf8_lossy(text)).expect(WRITES);
        }
    }
}
