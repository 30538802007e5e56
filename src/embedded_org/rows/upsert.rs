//! Finding a record by a key of its own, and upsert.

use serde_json::{Map, Value as Json};

use super::{ApiError, Session, create, update};
use crate::embedded_org::schema::{Flag, Kind, Object};

/// The records that carry a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Matched {
    None,
    One(String),
    Many(Vec<String>),
}

/// What an upsert did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Upserted {
    Created(String),
    Updated(String),
    /// The key is carried by several records, so nothing was done.
    Ambiguous(Vec<String>),
}

/// Finds the records with this value of an external id or another lookup field.
pub(crate) fn find_by_key(
    session: &Session<'_>,
    object: &Object,
    key_field: &str,
    value: &str,
) -> Result<Matched, ApiError> {
    let field = object
        .field(key_field)
        .filter(|field| field.is(Flag::ExternalId) || field.is(Flag::IdLookup))
        .ok_or_else(|| {
            let message = format!(
                "Provided external ID field does not exist or is not accessible: {key_field}"
            );
            ApiError::new(404, "NOT_FOUND", message)
        })?;
    let value = match field.kind {
        Kind::Id => crate::embedded_org::ids::RecordId::parse(value)
            .map(String::from)
            .ok_or_else(|| ApiError::malformed_id(value))?,
        _ => value.to_owned(),
    };
    let sql = format!(
        "SELECT Id FROM \"{}\" WHERE \"{}\" = ?1 AND NOT IsDeleted ORDER BY Id",
        object.name, field.name
    );
    let mut ids: Vec<String> = session
        .db
        .prepare_cached(&sql)?
        .query_map([value], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(match ids.len() {
        0 => Matched::None,
        1 => Matched::One(ids.remove(0)),
        _ => Matched::Many(ids),
    })
}

/// Updates the record with this key, or creates one that carries it.
pub(crate) fn upsert(
    session: &Session<'_>,
    object: &Object,
    key: (&str, &str),
    body: &Map<String, Json>,
) -> Result<Upserted, ApiError> {
    let (key_field, value) = key;
    match find_by_key(session, object, key_field, value)? {
        Matched::One(id) => {
            update(session, object, &id, body)?;
            Ok(Upserted::Updated(id))
        }
        Matched::Many(ids) => Ok(Upserted::Ambiguous(ids)),
        Matched::None if key_field.eq_ignore_ascii_case("Id") => {
            Err(ApiError::invalid_cross_reference())
        }
        Matched::None => {
            let mut body = body.clone();
            body.insert(key_field.to_owned(), Json::String(value.to_owned()));
            create(session, object, &body).map(Upserted::Created)
        }
    }
}
