//! The Tooling API: the org's definitions as records, and custom fields one by one.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use serde_json::{Map, Value, json};

use super::{ApiError, Call, Context, Reply, query};
use crate::embedded_org::metadata::{self, Definitions};
use crate::embedded_org::schema::{self, CustomField, Listed, Object, Schema};
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Page};

/// `GET /tooling/query?q=`
pub(super) fn query(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let schema = Schema::tooling();
    let session = filled(context, &schema)?;
    let reply = query::run_in(&session, context.cursors, call, soql::Visibility::Live)?;
    refuse_many_definitions(call.parameter("q").unwrap_or_default(), &reply)?;
    Ok(reply)
}

/// Whole definitions, and the names that they have there, are only told of one record at a time.
fn refuse_many_definitions(soql: &str, reply: &Reply) -> Result<(), ApiError> {
    let soql = soql.to_lowercase();
    let selected = soql.split(" from ").next().unwrap_or_default();
    let is_whole = selected
        .split([' ', ','])
        .any(|field| matches!(field, "metadata" | "fullname"));
    let body = reply.body.as_deref().unwrap_or_default();
    let size = serde_json::from_slice::<Value>(body).unwrap_or_default()["totalSize"].as_u64();
    match size {
        Some(size @ 2..) if is_whole => Err(ApiError::new(
            400,
            "MALFORMED_QUERY",
            format!(
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify \
                 no more than one row for retrieval. Result size: {size}"
            ),
        )),
        _ => Ok(()),
    }
}

/// `GET /tooling/sobjects`
pub(super) fn global(_: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let all = schema::describe_global(&Schema::tooling(), &call.api_path());
    Ok(Reply::json(200, &all))
}

/// `GET /tooling/sobjects/{X}/describe`
pub(super) fn describe(_: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let schema = Schema::tooling();
    let object = object(&schema, call)?;
    let described = schema::describe(&schema, object, &call.api_path(), &Listed::default());
    Ok(Reply::json(200, &described))
}

/// `POST /tooling/sobjects/CustomField`
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let schema = Schema::tooling();
    let tooling = object(&schema, call)?;
    if tooling.name != "CustomField" {
        let message = format!("entity type {} does not support create", tooling.name);
        return Err(ApiError::of_record(
            "INVALID_TYPE_FOR_OPERATION",
            message,
            &[],
        ));
    }
    let body = call.json_object()?;
    let full_name = body
        .get("FullName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (object, name) = full_name.split_once('.').ok_or_else(|| {
        let message = "FullName must be the object and the field, such as Account.Demo_Key__c";
        ApiError::of_record("FIELD_INTEGRITY_EXCEPTION", message, &["FullName"])
    })?;
    let definition = definition(&body)?;
    let mut definitions = Definitions::open(&context.session)?;
    if definitions.has_field(object, name) {
        let message = format!(
            "There is already a field named {} on {object}.",
            definition.label()
        );
        return Err(ApiError::new(400, "DUPLICATE_DEVELOPER_NAME", message));
    }
    definitions.put_field(object, name, &definition)?;
    let id = definitions.field_id(object, name)?;
    let body = json!({"id": id, "success": true, "errors": [], "warnings": [], "infos": []});
    Ok(Reply::json(201, &body))
}

/// `GET /tooling/sobjects/{X}/{id}`
pub(super) fn get(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let schema = Schema::tooling();
    let session = filled(context, &schema)?;
    let object = object(&schema, call)?;
    let fields: Vec<String> = object.visible().map(|field| field.name.clone()).collect();
    let plan = soql::plan_of_fields(&session, object, &fields)?;
    let row = row_of(&session, object, call.argument("id"))?;
    let page = Page {
        session: &session,
        path: &call.api_path(),
    };
    let record = soql::records(&page, &plan, &[row])?.pop();
    record
        .map(|body| Reply::text(200, body))
        .ok_or_else(ApiError::not_found)
}

/// `PATCH /tooling/sobjects/CustomField/{id}`: the definition that is given is all of it.
pub(super) fn update(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (object, name) = custom_field(context, call)?;
    let definition = definition(&call.json_object()?)?;
    let mut definitions = Definitions::open(&context.session)?;
    definitions.put_field(&object, &name, &definition)?;
    Ok(Reply::no_content())
}

/// `DELETE /tooling/sobjects/CustomField/{id}`
pub(super) fn delete(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (object, name) = custom_field(context, call)?;
    Definitions::open(&context.session)?.drop_field(&object, &name)?;
    Ok(Reply::no_content())
}

/// A session in which the Tooling API's tables hold the definitions of the org.
fn filled<'a>(context: &Context<'a>, schema: &'a Schema) -> rusqlite::Result<Session<'a>> {
    let session = &context.session;
    let tooling = Session::new(session.db, schema, session.facts, session.now);
    metadata::fill(&tooling, context.automations)?;
    Ok(tooling)
}

fn object<'s>(schema: &'s Schema, call: &Call) -> Result<&'s Object, ApiError> {
    schema
        .object(call.argument("object"))
        .filter(|object| object.is_temporary())
        .ok_or_else(ApiError::not_found)
}

/// The object and the name of the custom field whose id the path has.
fn custom_field(context: &Context<'_>, call: &Call) -> Result<(String, String), ApiError> {
    let schema = Schema::tooling();
    let session = filled(context, &schema)?;
    let object = object(&schema, call)?;
    if object.name != "CustomField" {
        let message = format!("entity type {} does not support update", object.name);
        return Err(ApiError::of_record(
            "INVALID_TYPE_FOR_OPERATION",
            message,
            &[],
        ));
    }
    let row = row_of(&session, object, call.argument("id"))?;
    let full_name: String = session.db.query_row(
        "SELECT FullName FROM temp.CustomField WHERE rowid = ?1",
        [row],
        |row| row.get(0),
    )?;
    let (object, name) = full_name.split_once('.').ok_or_else(ApiError::not_found)?;
    Ok((object.to_owned(), name.to_owned()))
}

fn row_of(session: &Session<'_>, object: &Object, id: &str) -> Result<i64, ApiError> {
    use rusqlite::OptionalExtension as _;
    let sql = format!(
        "SELECT rowid FROM temp.\"{}\" WHERE Id LIKE ?1",
        object.name
    );
    session
        .db
        .prepare_cached(&sql)?
        .query_row([format!("{}%", id.get(..15).unwrap_or("-"))], |row| {
            row.get(0)
        })
        .optional()?
        .ok_or_else(ApiError::not_found)
}

fn definition(body: &Map<String, Value>) -> Result<CustomField, ApiError> {
    let Some(Value::Object(given)) = body.get("Metadata") else {
        let message = "Required fields are missing: [Metadata]";
        return Err(ApiError::of_record(
            "REQUIRED_FIELD_MISSING",
            message,
            &["Metadata"],
        ));
    };
    CustomField::read(given.clone())
        .map_err(|problem| ApiError::of_record("FIELD_INTEGRITY_EXCEPTION", problem, &[]))
}
