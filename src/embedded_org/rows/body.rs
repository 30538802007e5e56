//! Reading the body of a save: names to fields, JSON to values, and nothing that may not be written.

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use super::{ApiError, Session, find_by_key};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows::upsert::Matched;
use crate::embedded_org::schema::{Field, Flag, Kind, Object, Reference};
use crate::embedded_org::time::{date_text, datetime_text, parse_date, parse_datetime};

/// What a body asks for, by the place of the field: values, and lists of ids, which no column holds.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) values: Vec<(usize, Value)>,
    pub(super) lists: Vec<(usize, Vec<RecordId>)>,
}

impl Given {
    pub(super) fn has(&self, object: &Object, field: &str) -> bool {
        let index = object.index(field);
        self.values.iter().any(|(at, _)| Some(*at) == index)
    }

    /// A list such as `EventWhoIds`, where the body has it.
    pub(super) fn list(&self, object: &Object, field: &str) -> Option<&[RecordId]> {
        let index = object.index(field);
        let list = self.lists.iter().find(|(at, _)| Some(*at) == index);
        list.map(|(_, ids)| ids.as_slice())
    }
}

/// Reads a body for create (`Flag::Createable`) or update (`Flag::Updateable`).
pub(super) fn read(
    session: &Session<'_>,
    object: &Object,
    body: &Map<String, Json>,
    access: Flag,
) -> Result<Given, ApiError> {
    let mut given = Given::default();
    let mut refused = Vec::new();
    for (key, json) in body {
        if key == "attributes" {
            continue;
        }
        let visible = object
            .field(key)
            .and_then(|field| Some((field, object.index(key)?)));
        let Some((field, index)) = visible else {
            let (index, id) = parent_by_key(session, object, key, json)?;
            given.values.push((index, Value::Text(id)));
            continue;
        };
        if !field.is(access) {
            refused.push(field.name.as_str());
        } else if field.kind == Kind::IdList {
            given.lists.push((index, read_ids(field, json)?));
        } else {
            given.values.push((index, read_value(field, json)?));
        }
    }
    if refused.is_empty() {
        Ok(given)
    } else {
        Err(ApiError::not_writable(&refused))
    }
}

/// A parent named by an external id: `"Account": {"Demo_Key__c": "…"}`.
fn parent_by_key(
    session: &Session<'_>,
    object: &Object,
    key: &str,
    json: &Json,
) -> Result<(usize, String), ApiError> {
    let unknown = || ApiError::no_such_column(key, &object.name);
    let (field, reference) = object.relationship(key).ok_or_else(unknown)?;
    let parent = json.as_object().ok_or_else(unknown)?;
    let named = parent
        .get("attributes")
        .and_then(|attributes| attributes["type"].as_str());
    let mut keys = parent.iter().filter(|(name, _)| *name != "attributes");
    let (Some((key_field, value)), None) = (keys.next(), keys.next()) else {
        return Err(ApiError::of_field(
            "INVALID_FIELD",
            field,
            "exactly one external ID field is needed to find the parent",
        ));
    };
    let target = parent_object(session, reference, named).ok_or_else(unknown)?;
    let value = value.as_str().unwrap_or_default();
    match find_by_key(session, target, key_field, value)? {
        Matched::One(id) => {
            let index = object.index(&field.name).ok_or_else(unknown)?;
            Ok((index, id))
        }
        Matched::None | Matched::Many(_) => Err(ApiError::of_record(
            "INVALID_FIELD",
            format!(
                "Foreign key external ID: {value} not found for field {key_field} in entity {}",
                target.name
            ),
            &[],
        )),
    }
}

fn parent_object<'s>(
    session: &Session<'s>,
    reference: &Reference,
    named: Option<&str>,
) -> Option<&'s Object> {
    let name = match (named, reference.to.as_slice()) {
        (Some(name), targets) => targets
            .iter()
            .find(|target| target.eq_ignore_ascii_case(name))?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    session.schema.object(name)
}

fn read_ids(field: &Field, json: &Json) -> Result<Vec<RecordId>, ApiError> {
    if json.is_null() {
        return Ok(Vec::new());
    }
    let list = json
        .as_array()
        .ok_or_else(|| cannot_deserialize("list", json))?;
    list.iter()
        .map(|item| {
            let text = item.as_str().unwrap_or_default();
            RecordId::parse(text).ok_or_else(|| wrong_id(field, text))
        })
        .collect()
}

/// Whether a value is not of the type of its field.
pub(crate) fn refuses(field: &Field, json: &Json) -> bool {
    read_value(field, json).is_err_and(|error| error.code == "JSON_PARSER_ERROR")
}

/// One value, by the type of its field.
pub(super) fn read_value(field: &Field, json: &Json) -> Result<Value, ApiError> {
    if json.is_null() || json.as_str().is_some_and(str::is_empty) {
        return match field.kind {
            Kind::Boolean => Err(ApiError::of_field(
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                field,
                "value not of required type: null",
            )),
            _ => Ok(Value::Null),
        };
    }
    match &field.kind {
        Kind::Boolean => read_boolean(json).map(Value::from),
        Kind::Int { digits } => read_integer(field, json, *digits),
        Kind::Double(_) | Kind::Currency(_) | Kind::Percent(_) => read_decimal(field, json),
        Kind::Date => {
            let date = json.as_str().and_then(parse_date);
            let date = date.ok_or_else(|| cannot_deserialize("date", json))?;
            Ok(Value::Text(date_text(date)))
        }
        Kind::DateTime => {
            let at = json.as_str().and_then(parse_datetime);
            let at = at.ok_or_else(|| cannot_deserialize("datetime", json))?;
            Ok(Value::Text(datetime_text(at)))
        }
        Kind::Id | Kind::Reference(_) => read_id(field, json),
        Kind::Text { .. }
        | Kind::TextArea { .. }
        | Kind::Email { .. }
        | Kind::Phone { .. }
        | Kind::Url { .. }
        | Kind::Combobox(_)
        | Kind::Picklist(_) => read_text(field, json),
        Kind::Address | Kind::IdList => Err(ApiError::not_writable(&[&field.name])),
    }
}

fn read_boolean(json: &Json) -> Result<bool, ApiError> {
    match (json.as_bool(), json.as_str()) {
        (Some(value), _) => Ok(value),
        (None, Some(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        (None, Some(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(cannot_deserialize("boolean", json)),
    }
}

/// Numbers may come as JSON texts: some clients send every value so.
fn read_number(json: &Json, kind: &str) -> Result<f64, ApiError> {
    let number = json
        .as_f64()
        .or_else(|| json.as_str().and_then(|text| text.trim().parse().ok()));
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| cannot_deserialize(kind, json))
}

fn read_integer(field: &Field, json: &Json, digits: u32) -> Result<Value, ApiError> {
    let number = read_number(json, "int")?;
    if number.fract() != 0.0 {
        return Err(cannot_deserialize("int", json));
    }
    if number.abs() >= 10_f64.powi(digits as i32) {
        return Err(out_of_range(field, number));
    }
    Ok(Value::Integer(number as i64))
}

/// Digits after the scale are rounded away, as the platform does.
fn read_decimal(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let decimal = field.kind.decimal().expect("called for decimals only");
    let number = read_number(json, "double")?;
    let unit = 10_f64.powi(decimal.scale as i32);
    let scaled = number * unit;
    let rounded = if scaled.abs() < 9e15 {
        scaled.round() / unit
    } else {
        number
    };
    if rounded.abs() >= 10_f64.powi((decimal.precision - decimal.scale) as i32) {
        return Err(out_of_range(field, number));
    }
    Ok(Value::Real(rounded))
}

fn out_of_range(field: &Field, number: f64) -> ApiError {
    ApiError::of_field(
        "NUMBER_OUTSIDE_VALID_RANGE",
        field,
        &format!("value outside of valid range on numeric field: {number}"),
    )
}

fn read_id(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let text = json
        .as_str()
        .ok_or_else(|| cannot_deserialize("string", json))?;
    let id = RecordId::parse(text).ok_or_else(|| wrong_id(field, text))?;
    Ok(Value::Text(id.into()))
}

/// What a reference answers to an id that is malformed or of another sObject.
pub(super) fn wrong_id(field: &Field, text: &str) -> ApiError {
    let problem = format!("id value of incorrect type: {text}");
    ApiError::of_field("MALFORMED_ID", field, &problem)
}

fn read_text(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let text = json
        .as_str()
        .ok_or_else(|| cannot_deserialize("string", json))?;
    let length = field.kind.length().unwrap_or(u32::MAX);
    if text.len() > length as usize && text.chars().count() > length as usize {
        let problem = format!("data value too large: {text} (max length={length})");
        return Err(ApiError::of_field("STRING_TOO_LONG", field, &problem));
    }
    match &field.kind {
        Kind::Email { .. } if !is_email(text) => Err(ApiError::of_field(
            "INVALID_EMAIL_ADDRESS",
            field,
            &format!("invalid email address: {text}"),
        )),
        Kind::Picklist(list)
            if list.restricted && !list.values.iter().any(|value| value == text) =>
        {
            let problem = format!("bad value for restricted picklist field: {text}");
            let code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
            Err(ApiError::of_field(code, field, &problem))
        }
        _ => Ok(Value::Text(text.to_owned())),
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || it == '@' || it == ',')
    };
    plain(local) && plain(domain) && domain.split('.').count() > 1 && domain.split('.').all(plain)
}

/// The JSON parser's words for a value of another type.
fn cannot_deserialize(kind: &str, json: &Json) -> ApiError {
    let token = match json {
        Json::Null => "VALUE_NULL",
        Json::Bool(true) => "VALUE_TRUE",
        Json::Bool(false) => "VALUE_FALSE",
        Json::Number(number) if number.is_f64() => "VALUE_NUMBER_FLOAT",
        Json::Number(_) => "VALUE_NUMBER_INT",
        Json::String(_) => "VALUE_STRING",
        Json::Array(_) => "START_ARRAY",
        Json::Object(_) => "START_OBJECT",
    };
    let value = match json {
        Json::String(text) => text.clone(),
        Json::Array(_) | Json::Object(_) => String::new(),
        _ => json.to_string(),
    };
    ApiError::json_parser(format!(
        "Cannot deserialize instance of {kind} from {token} value {value} or request may be missing a required field"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded_org::schema::parse_field;
    use serde_json::json;

    /// A line of the schema's notation, a JSON value, and the stored value or the error.
    fn check(line: &str, json: &Json, expect: &str) {
        let field = parse_field(line).unwrap();
        let found = match read_value(&field, json) {
            Ok(Value::Text(text)) => text,
            Ok(Value::Integer(number)) => number.to_string(),
            Ok(Value::Real(number)) => format!("{number:?}"),
            Ok(Value::Null) => "null".to_owned(),
            Ok(Value::Blob(_)) => "blob".to_owned(),
            Err(error) => format!("{} {}", error.code, error.message),
        };
        assert_eq!(found, expect, "{line} {json}");
    }

    #[test]
    fn texts() {
        let name = "FirstName | string 3 | CUN";
        check(name, &json!("abc"), "abc");
        check(name, &json!("äöü"), "äöü");
        check(name, &json!(""), "null");
        check(name, &Json::Null, "null");
        check(
            name,
            &json!("abcd"),
            "STRING_TOO_LONG First Name: data value too large: abcd (max length=3)",
        );
        check(
            name,
            &json!(5),
            "JSON_PARSER_ERROR Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or request may be missing a required field",
        );
        let email = "Email | email 80 | CUN";
        check(email, &json!("a.b@c.example"), "a.b@c.example");
        check(
            email,
            &json!("Not a real email address"),
            "INVALID_EMAIL_ADDRESS Email: invalid email address: Not a real email address",
        );
        let show = "ShowAs | restricted 40: Busy*, Free | CUND | label Show Time As";
        check(
            show,
            &json!("Foo"),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Show Time As: bad value for restricted picklist field: Foo",
        );
        check("Type | picklist 40: A | CUN", &json!("Foo"), "Foo");
    }

    #[test]
    fn numbers_and_checkboxes() {
        let amount = "Amount | currency 5.2 | CUN";
        check(amount, &json!(12), "12.0");
        check(amount, &json!("12.345"), "12.35");
        check(
            amount,
            &json!(1000),
            "NUMBER_OUTSIDE_VALID_RANGE Amount: value outside of valid range on numeric field: 1000",
        );
        check("N | int 3 | C", &json!(999), "999");
        check(
            "N | int 3 | C",
            &json!(1.5),
            "JSON_PARSER_ERROR Cannot deserialize instance of int from VALUE_NUMBER_FLOAT value 1.5 or request may be missing a required field",
        );
        check("B | boolean | C", &json!("TRUE"), "1");
        check(
            "B | boolean | C",
            &Json::Null,
            "INVALID_TYPE_ON_FIELD_IN_RECORD B: value not of required type: null",
        );
    }

    #[test]
    fn times_and_ids() {
        check("D | date | C", &json!("2026-10-05"), "2026-10-05");
        check(
            "D | date | C",
            &json!("x"),
            "JSON_PARSER_ERROR Cannot deserialize instance of date from VALUE_STRING value x or request may be missing a required field",
        );
        check(
            "D | datetime | C",
            &json!("2026-10-05T15:00:00+02:00"),
            "2026-10-05T13:00:00.000+0000",
        );
        let account = "AccountId | reference Account | CUN";
        check(account, &json!("001D000000INjVe"), "001D000000INjVeIAL");
        check(
            account,
            &json!("x"),
            "MALFORMED_ID Account ID: id value of incorrect type: x",
        );
    }
}
