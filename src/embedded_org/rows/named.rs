//! Which record a body names: by its id, or by a key of its own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ApiError;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::Object;

/// The id that a body names, and as what it writes the field.
pub(crate) fn id_of(record: &Map<String, Value>) -> Option<(&str, &str)> {
    record
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("Id"))
        .and_then(|(key, value)| Some((key.as_str(), value.as_str()?)))
}

/// Takes the id out of the body of an update.
pub(crate) fn take_id(
    record: &mut Map<String, Value>,
    object: &Object,
) -> Result<RecordId, ApiError> {
    let Some((key, text)) = id_of(record) else {
        let message = "Id not specified in an update call";
        return Err(ApiError::of_record("MISSING_ARGUMENT", message, &["Id"]));
    };
    let id = RecordId::parse(text).ok_or_else(|| ApiError::malformed_id(text))?;
    if id.prefix() != object.key_prefix {
        let message = format!("{} ID: id value of incorrect type: {text}", object.label);
        return Err(ApiError::of_record("MALFORMED_ID", message, &["Id"]));
    }
    let key = key.to_owned();
    record.remove(&key);
    Ok(id)
}

/// Takes the key out of the body of an upsert.
pub(crate) fn take_key(record: &mut Map<String, Value>, field: &str) -> Result<String, ApiError> {
    let key = record
        .keys()
        .find(|key| key.eq_ignore_ascii_case(field))
        .cloned();
    let value = key.and_then(|key| record.remove(&key));
    match value.as_ref().and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => {
            let message = format!("{field} not specified");
            Err(ApiError::of_record("MISSING_ARGUMENT", message, &[field]))
        }
    }
}

/// How often each key is named.
pub(crate) fn repeated_keys(
    records: &[Map<String, Value>],
    field: &str,
) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        let key = record
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(field));
        if let Some(text) = key.and_then(|(_, value)| value.as_str()) {
            *counts.entry(text.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// Refuses a key that several records of one call name.
pub(crate) fn refuse_repeated(
    repeated: &BTreeMap<String, usize>,
    field: &str,
    key: &str,
) -> Result<(), ApiError> {
    if repeated.get(key).is_some_and(|count| *count > 1) {
        let message = format!("Duplicate external id specified: {key}");
        return Err(ApiError::of_record("DUPLICATE_VALUE", message, &[field]));
    }
    Ok(())
}

/// What an upsert answers to a key that several records carry.
pub(crate) fn ambiguous(field: &str, ids: &[String]) -> ApiError {
    let message = format!(
        "{field}: more than one record found for external id field: [{}]",
        ids.join(", ")
    );
    ApiError::of_record("DUPLICATE_EXTERNAL_ID", message, &[field])
}
