//! What a query is like, without running it for its records: its columns, and what it would cost.

use serde_json::{Value, json};

use super::parser::parse;
use super::plan::{GroupColumn, Plan, Visibility, plan};
use super::scope::no_such_object;
use super::select::{Columns, Entry, Form, Shape};
use super::{ApiError, answer};
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;

/// What a record read by an index costs, as a share of one read in passing.
const INDEX_COST: f64 = 3.0;

/// The columns of a query, as a table of its records would have them.
pub(crate) fn columns(session: &Session<'_>, query: &str) -> Result<Value, ApiError> {
    let planned = plan(session, query, Visibility::Live)?;
    let object = object(session, query)?;
    let columns = match &planned {
        Plan::Records(records) => of_shape(&records.columns, &records.columns.shape),
        Plan::Count { .. } => Vec::new(),
        Plan::Groups { columns, .. } => columns.iter().map(of_group).collect(),
    };
    let selects_id = columns.iter().any(|column| column["columnName"] == "Id");
    Ok(json!({
        "columnMetadata": columns,
        "entityName": object.name,
        "groupBy": matches!(planned, Plan::Groups { .. }),
        "idSelected": selects_id,
        "keyPrefix": object.key_prefix,
    }))
}

/// How a query would be carried out: by an index or over the whole table, and at what cost.
pub(crate) fn explain(session: &Session<'_>, query: &str) -> Result<Value, ApiError> {
    let planned = plan(session, query, Visibility::Live)?;
    let object = object(session, query)?;
    let sql = format!(
        "SELECT count(*) FROM \"{}\" WHERE NOT IsDeleted",
        object.name
    );
    let all: i64 = session
        .db
        .prepare_cached(&sql)?
        .query_row([], |row| row.get(0))?;
    let found = match &planned {
        Plan::Records(records) => answer::row_ids(session, records)?.len(),
        Plan::Count { .. } | Plan::Groups { .. } => all as usize,
    };
    let share = found as f64 / (all as f64).max(1.0);
    let by_index = share * INDEX_COST < 1.0;
    let plan = json!({
        "cardinality": found,
        "fields": [],
        "leadingOperationType": if by_index { "Index" } else { "TableScan" },
        "notes": [],
        "relativeCost": if by_index { share * INDEX_COST } else { 1.0 },
        "sobjectCardinality": all,
        "sobjectType": object.name,
    });
    Ok(json!({"plans": [plan], "sourceQuery": query}))
}

fn object<'s>(session: &Session<'s>, query: &str) -> Result<&'s Object, ApiError> {
    parse(query)
        .and_then(|parsed| {
            let object = session.schema.object(&parsed.from.text);
            object.ok_or_else(|| no_such_object(&parsed.from))
        })
        .map_err(|error| error.into_api_error(query))
}

/// What a function makes is shown by how it is written.
fn of_group(group: &GroupColumn) -> Value {
    let mut column = column(&group.name, (group.call.is_some(), group.form), &[]);
    if let Some(call) = &group.call {
        column["displayName"] = json!(call);
    }
    column
}

fn of_shape(columns: &Columns, shape: &Shape) -> Vec<Value> {
    let entries = shape.entries.iter();
    entries
        .map(|entry| match entry {
            Entry::Value { name, form, .. } => column(name, (false, *form), &[]),
            Entry::Parent { name, shape } => {
                column(name, (false, Form::Plain), &of_shape(columns, shape))
            }
            Entry::OneOf { name, shapes } => {
                let mut joined: Vec<Value> = Vec::new();
                for each in shapes.iter().flat_map(|shape| of_shape(columns, shape)) {
                    if !joined.contains(&each) {
                        joined.push(each);
                    }
                }
                column(name, (false, Form::Plain), &joined)
            }
            // What stands in a list of its own is told as an aggregate.
            Entry::Children { name, index } => {
                let children = &columns.children[*index].columns;
                let joined = of_shape(children, &children.shape);
                column(name, (true, Form::Plain), &joined)
            }
        })
        .collect()
}

fn column(name: &str, (is_aggregate, form): (bool, Form), joined: &[Value]) -> Value {
    json!({
        "aggregate": is_aggregate,
        "booleanType": form == Form::Boolean,
        "columnName": name,
        "custom": name.ends_with("__c"),
        "displayName": name,
        "foreignKeyName": null,
        "joinColumns": joined,
    })
}
