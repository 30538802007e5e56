//! Saving the rows of a chunk, by the rules that every other save goes by.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ApiError;
use super::columns::{Column, body};
use super::job::{Operation, Order};
use super::outcome::{Outcome, RowError};
use super::rows::Row;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows::{self, Upserted, named};
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;

/// Saves the rows of one chunk; an error is the server's, and undoes the chunk.
pub(super) fn save_all(
    session: &Session<'_>,
    order: &Order,
    columns: &[Column],
    rows: Vec<Row>,
) -> Result<Vec<Outcome>, ApiError> {
    let object = session.schema.object(&order.object);
    let object = object.ok_or_else(|| ApiError::no_such_type(&order.object))?;
    let records: Vec<Map<String, Value>> = rows
        .into_iter()
        .map(|row| match row {
            Row::Texts(texts) => body(columns, &texts),
            Row::Record(record) => record,
        })
        .collect();
    let repeated = match &order.external_id {
        Some(field) => named::repeated_keys(&records, field),
        None => BTreeMap::new(),
    };
    records
        .into_iter()
        .map(|record| save(session, (order, object), &repeated, record))
        .collect()
}

fn save(
    session: &Session<'_>,
    (order, object): (&Order, &Object),
    repeated: &BTreeMap<String, usize>,
    mut record: Map<String, Value>,
) -> Result<Outcome, ApiError> {
    let changes = session.db.total_changes();
    let given = named::id_of(&record).map(|(_, id)| id.to_owned());
    let saved = match order.operation {
        Operation::Insert => insert(session, object, &record),
        Operation::Update => update(session, object, &mut record),
        Operation::Upsert => {
            let field = order.external_id.as_deref().unwrap_or("Id");
            upsert(session, (object, field), repeated, &mut record)
        }
        Operation::Delete | Operation::HardDelete => delete(session, object, &mut record),
        Operation::Query | Operation::QueryAll => Err(ApiError::not_found()),
    };
    match saved {
        Ok((id, created)) => Ok(Outcome {
            id: Some(id),
            created,
            error: None,
        }),
        // Rules refuse before they write. If one did not, nothing of the chunk may stay.
        Err(error)
            if error.code == "UNKNOWN_EXCEPTION" || session.db.total_changes() != changes =>
        {
            Err(error)
        }
        Err(error) => Ok(Outcome {
            id: given.filter(|_| order.operation != Operation::Insert),
            created: false,
            error: Some(RowError::of(of_row(object, &record, error))),
        }),
    }
}

type Saved = Result<(String, bool), ApiError>;

fn insert(session: &Session<'_>, object: &Object, record: &Map<String, Value>) -> Saved {
    if let Some((key, _)) = named::id_of(record) {
        return Err(ApiError::of_record(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "cannot specify Id in an insert call",
            &[key],
        ));
    }
    rows::create(session, object, record).map(|id| (id, true))
}

fn update(session: &Session<'_>, object: &Object, record: &mut Map<String, Value>) -> Saved {
    let id = named::take_id(record, object)?;
    rows::update(session, object, id.as_str(), record)?;
    Ok((id.into(), false))
}

fn upsert(
    session: &Session<'_>,
    (object, field): (&Object, &str),
    repeated: &BTreeMap<String, usize>,
    record: &mut Map<String, Value>,
) -> Saved {
    // Without an id, an upsert by id is an insert.
    if field.eq_ignore_ascii_case("Id") && named::id_of(record).is_none() {
        return insert(session, object, record);
    }
    let key = named::take_key(record, field)?;
    named::refuse_repeated(repeated, field, &key)?;
    match rows::upsert(session, object, (field, &key), record)? {
        Upserted::Created(id) => Ok((id, true)),
        Upserted::Updated(id) => Ok((id, false)),
        Upserted::Ambiguous(ids) => Err(named::ambiguous(field, &ids)),
    }
}

fn delete(session: &Session<'_>, object: &Object, record: &mut Map<String, Value>) -> Saved {
    let id: RecordId = named::take_id(record, object)?;
    rows::delete(session, &id)?;
    Ok((id.into(), false))
}

/// The parser of JSON does not say which field it could not read; a row's error does.
fn of_row(object: &Object, record: &Map<String, Value>, error: ApiError) -> ApiError {
    if error.code != "JSON_PARSER_ERROR" {
        return error;
    }
    let found = record.iter().find_map(|(name, value)| {
        let field = object.field(name)?;
        rows::refuses(field, value).then_some((field, value))
    });
    match found {
        Some((field, value)) => {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let problem = format!("value not of required type: {value}");
            ApiError::of_field("INVALID_TYPE_ON_FIELD_IN_RECORD", field, &problem)
        }
        None => error,
    }
}
