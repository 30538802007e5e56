//! Single records: create, read, update, delete, by id or by a key.

use serde_json::{Map, Value, json};

use super::describe::object;
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows::{self, Matched, Upserted, find_by_key};
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Page};

/// `POST /sobjects/{X}`
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let mut body = call.json_object()?;
    refuse_id(&mut body)?;
    let id = rows::create(&context.session, object, &body)?;
    Ok(created(
        call,
        object,
        &id,
        &json!({"id": id, "success": true, "errors": []}),
    ))
}

/// `POST /sobjects/{X}/Id`: an insert in the form of an upsert.
pub(super) fn create_by_id_key(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    if !call.argument("id").eq_ignore_ascii_case("Id") {
        let message = "HTTP Method 'POST' not allowed. Allowed are GET,HEAD,PATCH,DELETE";
        return Err(ApiError::new(405, "METHOD_NOT_ALLOWED", message));
    }
    create(context, call)
}

/// `GET /sobjects/{X}/{id}`
pub(super) fn get(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let id = record_id(object, call.argument("id"))?;
    record_reply(&context.session, call, object, &id)
}

/// `PATCH /sobjects/{X}/{id}`
pub(super) fn update(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let id = record_id(object, call.argument("id"))?;
    let mut body = call.json_object()?;
    refuse_id(&mut body)?;
    rows::update(&context.session, object, id.as_str(), &body).map_err(not_found_on_row)?;
    Ok(Reply::no_content())
}

/// `DELETE /sobjects/{X}/{id}`
pub(super) fn delete(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let id = record_id(object, call.argument("id"))?;
    rows::delete(&context.session, &id).map_err(not_found_on_row)?;
    Ok(Reply::no_content())
}

/// `GET /sobjects/{X}/{field}/{value}`, or the records behind a relationship of one record.
pub(super) fn get_by_key(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let object = object(session, call)?;
    let (field, value) = (call.argument("field"), call.argument("value"));
    if object.field(field).is_none() && RecordId::parse(field).is_some() {
        return follow(session, call, object);
    }
    match find_by_key(session, object, field, value)? {
        Matched::None => Err(ApiError::not_found()),
        Matched::One(id) => {
            let id = record_id(object, &id)?;
            record_reply(session, call, object, &id)
        }
        Matched::Many(ids) => Ok(many(call, object, &ids)),
    }
}

/// `PATCH /sobjects/{X}/{field}/{value}`
pub(super) fn upsert(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let object = object(session, call)?;
    let (field, value) = (call.argument("field"), call.argument("value"));
    let mut body = call.json_object()?;
    refuse_id(&mut body)?;
    take_key(&mut body, field, value)?;
    if call.is_set("updateOnly") && find_by_key(session, object, field, value)? == Matched::None {
        return Err(ApiError::not_found());
    }
    let reply = |id: &str, created: bool| json!({"id": id, "success": true, "errors": [], "created": created});
    Ok(
        match rows::upsert(session, object, (field, value), &body)? {
            Upserted::Created(id) => created(call, object, &id, &reply(&id, true)),
            Upserted::Updated(id) if call.version() >= 46 => Reply::json(200, &reply(&id, false)),
            Upserted::Updated(_) => Reply::no_content(),
            Upserted::Ambiguous(ids) => many(call, object, &ids),
        },
    )
}

/// `DELETE /sobjects/{X}/{field}/{value}`
pub(super) fn delete_by_key(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let object = object(session, call)?;
    match find_by_key(
        session,
        object,
        call.argument("field"),
        call.argument("value"),
    )? {
        Matched::None => Err(ApiError::not_found()),
        Matched::One(id) => {
            rows::delete(session, &record_id(object, &id)?)?;
            Ok(Reply::no_content())
        }
        Matched::Many(ids) => Ok(many(call, object, &ids)),
    }
}

/// One record, with the fields asked for or all.
fn record_reply(
    session: &Session<'_>,
    call: &Call,
    object: &Object,
    id: &RecordId,
) -> Result<Reply, ApiError> {
    let mut fields = vec!["Id".to_owned()];
    match call.parameter("fields") {
        Some(list) => fields.extend(list.split(',').map(|name| name.trim().to_owned())),
        None => fields.extend(object.visible().map(|field| field.name.clone())),
    }
    let plan = soql::plan_of_fields(session, object, &fields)?;
    let row = match live_row(session, object, id)? {
        Some((row, false)) => row,
        Some((_, true)) => return Err(ApiError::entity_is_deleted()),
        None => return Err(ApiError::not_found()),
    };
    let page = Page {
        session,
        path: &call.version_path(),
    };
    let record = soql::records(&page, &plan, &[row])?.pop();
    record
        .map(|body| Reply::text(200, body))
        .ok_or_else(ApiError::not_found)
}

/// The number of a record's row, and whether it is deleted.
fn live_row(
    session: &Session<'_>,
    object: &Object,
    id: &RecordId,
) -> rusqlite::Result<Option<(i64, bool)>> {
    use rusqlite::OptionalExtension as _;
    if session.faults().hides(object) {
        return Ok(None);
    }
    let sql = format!(
        "SELECT rowid, IsDeleted FROM \"{}\" WHERE Id = ?1",
        object.name
    );
    session
        .db
        .prepare_cached(&sql)?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// `GET /sobjects/{X}/{id}/{Relationship}`: the parent, or the children as a query's result.
fn follow(session: &Session<'_>, call: &Call, object: &Object) -> Result<Reply, ApiError> {
    let (id, name) = (call.argument("field"), call.argument("value"));
    let id = record_id(object, id)?;
    if let Some((field, reference)) = object.relationship(name) {
        let record = rows::find(session, session.schema.known(&object.name), id.as_str())?;
        let parent = record.and_then(|record| record.text(&field.name).map(str::to_owned));
        let parent = parent
            .and_then(|parent| RecordId::parse(&parent))
            .ok_or_else(ApiError::not_found)?;
        let target = session
            .schema
            .object_of_prefix(parent.prefix())
            .filter(|target| reference.to.contains(&target.name))
            .ok_or_else(ApiError::not_found)?;
        return record_reply(session, call, target, &parent);
    }
    let (child, field, _) = session
        .schema
        .referrers(&object.name)
        .find(|(_, _, reference)| reference.children.eq_ignore_ascii_case(name))
        .ok_or_else(ApiError::not_found)?;
    let fields: Vec<String> = child.visible().map(|field| field.name.clone()).collect();
    let plan = soql::plan_of_fields(session, child, &fields)?;
    let sql = format!(
        "SELECT rowid FROM \"{}\" WHERE \"{}\" = ?1 AND NOT IsDeleted ORDER BY Id",
        child.name, field.name
    );
    let rows: Vec<i64> = session
        .db
        .prepare_cached(&sql)?
        .query_map([id.as_str()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let page = Page {
        session,
        path: &call.version_path(),
    };
    let records = soql::records(&page, &plan, &rows)?;
    Ok(Reply::text(
        200,
        super::query::result(rows.len(), &records, None),
    ))
}

/// An id of the sObject that the path names.
fn record_id(object: &Object, text: &str) -> Result<RecordId, ApiError> {
    let id = RecordId::parse(text).ok_or_else(ApiError::not_found)?;
    if id.prefix() == object.key_prefix {
        return Ok(id);
    }
    let message = format!("{} ID: id value of incorrect type: {text}", object.label);
    Err(ApiError::of_record("MALFORMED_ID", message, &["Id"]))
}

/// On the URL of a record, an unknown id is a resource that does not exist.
fn not_found_on_row(error: ApiError) -> ApiError {
    match error.code {
        "INVALID_CROSS_REFERENCE_KEY" if error.fields.as_ref().is_some_and(Vec::is_empty) => {
            ApiError::not_found()
        }
        _ => error,
    }
}

/// The id is in the URL; a body with one is refused.
fn refuse_id(body: &mut Map<String, Value>) -> Result<(), ApiError> {
    match body.keys().find(|key| key.eq_ignore_ascii_case("Id")) {
        Some(_) => Err(ApiError {
            fields: Some(vec!["Id".to_owned()]),
            ..ApiError::new(
                400,
                "INVALID_FIELD",
                "The Id field should not be specified in the sobject data.",
            )
        }),
        None => Ok(()),
    }
}

/// The body may repeat the key of the URL, if it is the same.
fn take_key(body: &mut Map<String, Value>, field: &str, value: &str) -> Result<(), ApiError> {
    let found = body
        .keys()
        .find(|key| key.eq_ignore_ascii_case(field))
        .cloned();
    let repeated = found.and_then(|key| body.remove(&key));
    match repeated {
        Some(repeated) if repeated != *value => {
            let message = format!("The {field} field should not be specified in the sobject data.");
            Err(ApiError::of_record("INVALID_FIELD", message, &[field]))
        }
        _ => Ok(()),
    }
}

fn created(call: &Call, object: &Object, id: &str, body: &Value) -> Reply {
    let location = format!("{}/sobjects/{}/{id}", call.version_path(), object.name);
    Reply::json(201, body).with_header("Location", location)
}

fn many(call: &Call, object: &Object, ids: &[String]) -> Reply {
    let urls: Vec<String> = ids
        .iter()
        .map(|id| format!("{}/sobjects/{}/{id}", call.version_path(), object.name))
        .collect();
    Reply::json(300, &json!(urls))
}
