//! sObject Tree: records with their children in one call, made whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::describe::object;
use super::{ApiError, Call, Context, Reply, undone_where};
use crate::embedded_org::rows;
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;

const MOST_RECORDS: usize = 200;
const MOST_TYPES: usize = 5;
const DEEPEST: usize = 5;

/// A record of the tree, after its parent.
struct Node<'s> {
    object: &'s Object,
    reference_id: String,
    fields: Map<String, Value>,
    /// The place of the parent among the nodes, and the field that refers to it.
    parent: Option<(usize, &'s str)>,
}

/// What became of a record.
type Made = Result<String, ApiError>;

/// `POST /composite/tree/{X}`
pub(super) fn tree(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let root = object(session, call)?;
    let body = call.json_object()?;
    let mut nodes = Vec::new();
    let records = body.get("records").unwrap_or(&Value::Null);
    gather(session, (root, None), records, (&mut nodes, 1))?;
    check(&nodes)?;
    let failed = |made: &Vec<Made>| made.iter().any(Result::is_err);
    let made = undone_where(session.db, || Ok(create(session, &nodes)), failed)?;
    let has_errors = failed(&made);
    let results: Vec<Value> = nodes
        .iter()
        .zip(made)
        .filter_map(|(node, made)| result(&node.reference_id, made, has_errors))
        .collect();
    let status = if has_errors { 400 } else { 201 };
    let body = json!({"hasErrors": has_errors, "results": results});
    Ok(Reply::json(status, &body))
}

/// Where nothing stayed, only the errors are told.
fn result(reference_id: &str, made: Made, has_errors: bool) -> Option<Value> {
    match made {
        Ok(id) => (!has_errors).then(|| json!({"referenceId": reference_id, "id": id})),
        Err(error) => Some(json!({"referenceId": reference_id, "errors": [error.row_body()]})),
    }
}

/// Creates the records in order; those under one that failed are not tried.
fn create(session: &Session<'_>, nodes: &[Node<'_>]) -> Vec<Made> {
    let mut ids: BTreeMap<usize, String> = BTreeMap::new();
    let mut made = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let mut fields = node.fields.clone();
        if let Some((parent, field)) = node.parent {
            let Some(id) = ids.get(&parent) else {
                made.push(Err(parent_failed()));
                continue;
            };
            fields.insert(field.to_owned(), json!(id));
        }
        let result = rows::create(session, node.object, &fields);
        if let Ok(id) = &result {
            ids.insert(index, id.clone());
        }
        made.push(result);
    }
    made
}

fn parent_failed() -> ApiError {
    let message = "The record was not created, because its parent was not.";
    ApiError::of_record("PROCESSING_HALTED", message, &[])
}

/// Takes a list of records apart, parents before their children.
fn gather<'s>(
    session: &Session<'s>,
    (object, parent): (&'s Object, Option<(usize, &'s str)>),
    records: &Value,
    (nodes, depth): (&mut Vec<Node<'s>>, usize),
) -> Result<(), ApiError> {
    if depth > DEEPEST {
        return Err(invalid(format!("the tree is deeper than {DEEPEST} levels")));
    }
    let records = records
        .as_array()
        .ok_or_else(|| ApiError::json_parser("records must be a list"))?;
    for record in records {
        let record = record
            .as_object()
            .ok_or_else(|| ApiError::json_parser("a record must be an object"))?;
        let reference_id = attributes(record, object)?;
        let (children, fields): (Map<String, Value>, Map<String, Value>) = record
            .clone()
            .into_iter()
            .filter(|(name, _)| name != "attributes")
            .partition(|(_, value)| value.get("records").is_some());
        let index = nodes.len();
        nodes.push(Node {
            object,
            reference_id,
            fields,
            parent,
        });
        for (name, list) in &children {
            let (child, field, _) = session
                .schema
                .referrers(&object.name)
                .find(|(_, _, reference)| {
                    !reference.children.is_empty() && reference.children.eq_ignore_ascii_case(name)
                })
                .ok_or_else(|| ApiError::no_such_column(name, &object.name))?;
            let place = (child, Some((index, field.name.as_str())));
            gather(session, place, &list["records"], (nodes, depth + 1))?;
        }
    }
    Ok(())
}

/// The reference id of a record, which must be of the type that its place asks for.
fn attributes(record: &Map<String, Value>, object: &Object) -> Result<String, ApiError> {
    let attributes = record.get("attributes").unwrap_or(&Value::Null);
    let kind = attributes["type"].as_str().unwrap_or_default();
    let reference_id = attributes["referenceId"].as_str().unwrap_or_default();
    if !kind.eq_ignore_ascii_case(&object.name) {
        return Err(invalid(format!(
            "Include an attributes property with the type {} in each record, not '{kind}'.",
            object.name
        )));
    }
    if reference_id.is_empty() {
        return Err(invalid(
            "Include a reference ID for each record in the request.".to_owned(),
        ));
    }
    Ok(reference_id.to_owned())
}

fn check(nodes: &[Node<'_>]) -> Result<(), ApiError> {
    let types: BTreeSet<&str> = nodes.iter().map(|node| node.object.name.as_str()).collect();
    let mut known = BTreeSet::new();
    let repeated = nodes.iter().find(|node| !known.insert(&node.reference_id));
    if nodes.is_empty() {
        Err(invalid("the request has no records".to_owned()))
    } else if nodes.len() > MOST_RECORDS {
        Err(invalid(format!(
            "The request has more than {MOST_RECORDS} records."
        )))
    } else if types.len() > MOST_TYPES {
        Err(invalid(format!(
            "The request has records of more than {MOST_TYPES} types."
        )))
    } else if let Some(node) = repeated {
        Err(invalid(format!(
            "Duplicate ReferenceId provided in the request: {}",
            node.reference_id
        )))
    } else {
        Ok(())
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::new(400, "INVALID_INPUT", message)
}
