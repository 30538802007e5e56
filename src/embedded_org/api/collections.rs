//! sObject Collections: up to 200 records a call, each with a result of its own.

use serde_json::{Map, Value, json};

use super::describe::object;
use super::{ApiError, Call, Context, Reply, undone_where};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows::{self, Upserted, named};
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;

const MOST_WRITTEN: usize = 200;
/// Runs of records of one type in a row.
const MOST_CHUNKS: usize = 10;

/// What became of one record.
enum Outcome {
    Saved(String),
    Upserted {
        id: String,
        created: bool,
    },
    /// The id of a record that was to be changed is told, one that was to be made has none.
    Failed {
        id: Option<String>,
        error: ApiError,
    },
}

/// `POST /composite/sobjects`
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = Request::read(call)?;
    let session = &context.session;
    write(session, &request, |record| {
        let object = type_of(session, record)?;
        if let Some(key) = record.keys().find(|key| key.eq_ignore_ascii_case("Id")) {
            return Err(ApiError::of_record(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "cannot specify Id in an insert call",
                &[key],
            ));
        }
        rows::create(session, object, record).map(Outcome::Saved)
    })
}

/// `PATCH /composite/sobjects`
pub(super) fn update(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = Request::read(call)?;
    let session = &context.session;
    write(session, &request, |record| {
        let object = type_of(session, record)?;
        let mut record = record.clone();
        let id = named::take_id(&mut record, object)?;
        rows::update(session, object, id.as_str(), &record)?;
        Ok(Outcome::Saved(id.into()))
    })
}

/// `PATCH /composite/sobjects/{X}/{field}`
pub(super) fn upsert(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = Request::read(call)?;
    let session = &context.session;
    let object = object(session, call)?;
    let key_field = call.argument("field");
    let repeated = named::repeated_keys(&request.records, key_field);
    write(session, &request, |record| {
        let named = type_of(session, record)?;
        if named.name != object.name {
            let message = format!("record type {} does not match {}", named.name, object.name);
            return Err(ApiError::of_record("INVALID_TYPE", message, &[]));
        }
        let mut record = record.clone();
        let key = named::take_key(&mut record, key_field)?;
        named::refuse_repeated(&repeated, key_field, &key)?;
        match rows::upsert(session, object, (key_field, &key), &record)? {
            Upserted::Created(id) => Ok(Outcome::Upserted { id, created: true }),
            Upserted::Updated(id) => Ok(Outcome::Upserted { id, created: false }),
            Upserted::Ambiguous(ids) => Err(named::ambiguous(key_field, &ids)),
        }
    })
}

/// `DELETE /composite/sobjects?ids=`
pub(super) fn delete(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let ids = call.parameter("ids").unwrap_or_default();
    let records = ids
        .split(',')
        .filter(|id| !id.is_empty())
        .map(|id| Map::from_iter([("id".to_owned(), json!(id.trim()))]))
        .collect();
    let request = Request {
        all_or_none: call.is_set("allOrNone"),
        records,
    };
    request.check_size()?;
    let session = &context.session;
    write(session, &request, |record| {
        let text = record["id"].as_str().unwrap_or_default();
        let id = RecordId::parse(text).ok_or_else(|| ApiError::malformed_id(text))?;
        rows::delete(session, &id)?;
        Ok(Outcome::Saved(id.into()))
    })
}

/// The body of a write.
struct Request {
    all_or_none: bool,
    records: Vec<Map<String, Value>>,
}

impl Request {
    fn read(call: &Call) -> Result<Self, ApiError> {
        let mut body = call.json_object()?;
        let Some(Value::Array(records)) = body.remove("records") else {
            return Err(ApiError::json_parser("records must be a list"));
        };
        let records = records
            .into_iter()
            .map(|record| match record {
                Value::Object(record) => Ok(record),
                _ => Err(ApiError::json_parser("a record must be an object")),
            })
            .collect::<Result<_, _>>()?;
        let request = Self {
            all_or_none: body
                .get("allOrNone")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            records,
        };
        request.check_size()?;
        request.check_chunks()?;
        Ok(request)
    }

    fn check_size(&self) -> Result<(), ApiError> {
        if self.records.len() > MOST_WRITTEN {
            return Err(too_many(MOST_WRITTEN));
        }
        Ok(())
    }

    fn check_chunks(&self) -> Result<(), ApiError> {
        let mut types: Vec<&str> = self.records.iter().map(type_name).collect();
        types.dedup();
        if types.len() > MOST_CHUNKS {
            return Err(ApiError::new(
                400,
                "INVALID_INPUT",
                "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.",
            ));
        }
        Ok(())
    }
}

pub(super) fn too_many(most: usize) -> ApiError {
    let message =
        format!("record limit reached. cannot submit more than {most} records into this call");
    ApiError::new(400, "EXCEEDED_ID_LIMIT", message)
}

/// Saves record by record; what the parser of the API refuses, refuses the whole request.
fn write(
    session: &Session<'_>,
    request: &Request,
    save: impl Fn(&Map<String, Value>) -> Result<Outcome, ApiError>,
) -> Result<Reply, ApiError> {
    let save_all = || save_each(session, &request.records, save);
    // A savepoint is dear, and only needed where good records must be undone.
    let outcomes = if request.all_or_none {
        undone_where(session.db, save_all, |outcomes| {
            outcomes.iter().any(Outcome::is_failure)
        })?
    } else {
        save_all()?
    };
    let undo = request.all_or_none && outcomes.iter().any(Outcome::is_failure);
    let results: Vec<Value> = outcomes
        .into_iter()
        .map(|outcome| if undo { outcome.undone() } else { outcome })
        .map(|outcome| outcome.body())
        .collect();
    Ok(Reply::json(200, &Value::Array(results)))
}

fn save_each(
    session: &Session<'_>,
    records: &[Map<String, Value>],
    save: impl Fn(&Map<String, Value>) -> Result<Outcome, ApiError>,
) -> Result<Vec<Outcome>, ApiError> {
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let changes = session.db.total_changes();
        let outcome = match save(record) {
            Ok(outcome) => outcome,
            Err(error) if refuses_all(&error) => return Err(error),
            Err(error) if session.db.total_changes() != changes => {
                // Rules refuse before they write. If one did not, nothing of the request may stay.
                let message = format!("a record failed half-way: {}", error.message);
                return Err(ApiError::new(500, "UNKNOWN_EXCEPTION", message));
            }
            Err(error) => Outcome::Failed {
                id: named::id_of(record).map(|(_, id)| id.to_owned()),
                error,
            },
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn refuses_all(error: &ApiError) -> bool {
    matches!(error.code, "JSON_PARSER_ERROR" | "UNKNOWN_EXCEPTION")
}

fn rolled_back() -> ApiError {
    ApiError::of_record(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
        &[],
    )
}

impl Outcome {
    fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

    /// What it is after others failed: a success no more.
    fn undone(self) -> Self {
        match self {
            Self::Saved(_) | Self::Upserted { .. } => Self::Failed {
                id: None,
                error: rolled_back(),
            },
            Self::Failed { .. } => self,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Saved(id) => json!({"id": id, "success": true, "errors": []}),
            Self::Upserted { id, created } => {
                json!({"id": id, "success": true, "errors": [], "created": created})
            }
            Self::Failed { id, error } => {
                let mut body = json!({"success": false, "errors": [error.row_body()]});
                if let Some(id) = id {
                    body["id"] = json!(id);
                }
                body
            }
        }
    }
}

fn type_name(record: &Map<String, Value>) -> &str {
    let attributes = record.get("attributes");
    attributes
        .and_then(|it| it["type"].as_str())
        .unwrap_or_default()
}

fn type_of<'s>(session: &Session<'s>, record: &Map<String, Value>) -> Result<&'s Object, ApiError> {
    let name = type_name(record);
    let object = session.schema.object(name);
    object.ok_or_else(|| ApiError::no_such_type(name))
}
