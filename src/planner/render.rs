//! A value of a recipe as it is sent.

use serde_json::Value as Json;

use super::{Deal, added, correspondents, scorecard, text};
use crate::model::object::Object;
use crate::model::value::{Datum, Value};

/// The value of a field, with the texts of the deal that it belongs to.
pub(super) fn datum(name: &str, value: &Value, (deal, object): (Option<&Deal>, Object)) -> Datum {
    let json = match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Tenths(tenths) if tenths % 10 == 0 => Json::from(tenths / 10),
        Value::Tenths(tenths) => Json::from(*tenths as f64 / 10.0),
        Value::Day(day) => Json::String(day.to_string()),
        Value::Instant(second) => {
            let at = jiff::Timestamp::from_second(*second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            Json::String(at.to_string())
        }
        Value::Id(id) => Json::String(id.to_string()),
        Value::People(people) => {
            if people.iter().any(|person| person.address().is_some()) {
                return Datum::People(people.clone());
            }
            people.iter().map(ToString::to_string).collect()
        }
        Value::Users(users) => users.iter().map(|user| user.0.to_string()).collect(),
        Value::Name(who) => deal.map_or(Json::Null, |deal| correspondents::name(deal, *who).into()),
        Value::EmailAddress(who) => deal.map_or(Json::Null, |deal| {
            correspondents::address(deal, *who).into()
        }),
        Value::EmailAddresses(who) => deal.map_or(Json::Null, |deal| {
            correspondents::addresses(deal, who).into()
        }),
        Value::Ref(address) => return Datum::Ref(address.clone()),
        Value::Refs(addresses) => return Datum::Refs(addresses.clone()),
        Value::Word(word) => Json::String(word.to_string()),
        Value::Given(json) => json.clone(),
        Value::Text(text) => deal.map_or(Json::Null, |deal| {
            Json::String(text::render(deal, text, longest(deal, object, name)))
        }),
        Value::Templated(templated) => {
            deal.map_or(Json::Null, |deal| added::render(deal, object, templated))
        }
    };
    Datum::Json(json)
}

/// The most characters that the platform takes where a text of ours could have more.
pub(super) fn longest(deal: &Deal, object: Object, field: &str) -> usize {
    let added = &deal.planner.situation.capabilities.added_fields;
    let kind = || added.get(&object)?.get(field);
    match field {
        "Subject" | "NextStep" => 255,
        _ => kind().map_or(usize::MAX, scorecard::fields::longest),
    }
}
