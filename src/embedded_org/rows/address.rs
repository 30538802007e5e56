//! The rule of addresses where countries and states are picked from lists: code and text follow each other.

use rusqlite::types::Value;

use super::ApiError;
use super::save::Save;
use crate::embedded_org::features::Feature;
use crate::embedded_org::schema::{ADDRESSES, COUNTRIES, Object, Place};

pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if !save.session.schema.has(Feature::CountryPicklists) {
        return Ok(());
    }
    let object = save.record.object.name.as_str();
    for (_, prefix) in ADDRESSES.iter().filter(|(of, _)| *of == object) {
        settle(save, prefix)?;
    }
    Ok(())
}

/// Whether this rule is the only one that records of the sObject have before they are saved.
pub(super) fn is_ruled(object: &Object) -> bool {
    ADDRESSES.iter().any(|(of, _)| *of == object.name)
}

/// The two fields of a country, or of a state.
struct Pair {
    text: String,
    code: String,
    /// What messages call it, one and many.
    noun: (&'static str, &'static str),
}

fn settle(save: &mut Save<'_, '_>, prefix: &str) -> Result<(), ApiError> {
    let pair = |name, noun| Pair {
        text: format!("{prefix}{name}"),
        code: format!("{prefix}{name}Code"),
        noun,
    };
    let country = pair("Country", ("country/territory", "countries"));
    let state = pair("State", ("state", "states"));
    let changes = |pair: &Pair| save.changes(&pair.text) || save.changes(&pair.code);
    let (country_changes, state_changes) = (changes(&country), changes(&state));
    if !country_changes && !state_changes {
        return Ok(());
    }
    let chosen = choose(save, &country, COUNTRIES)?;
    let chosen_state = match chosen {
        Some(country) => choose(save, &state, country.states)?,
        // The state goes with its country.
        None if !state_changes => None,
        None if !is_given(save, &state) => None,
        None => return Err(no_country(save, &state)),
    };
    set(save, &country, chosen);
    set(save, &state, chosen_state);
    Ok(())
}

/// Whether what is written names a place: one of both that is not written goes with the other.
fn is_given(save: &Save<'_, '_>, pair: &Pair) -> bool {
    let names = |field: &str| save.changes(field) && !save.record.is_null(field);
    names(&pair.code) || names(&pair.text)
}

/// The place of the list that a code and a text come to; of two new ones the code counts.
fn choose(
    save: &Save<'_, '_>,
    pair: &Pair,
    list: &'static [Place],
) -> Result<Option<&'static Place>, ApiError> {
    let text_changes = save.changes(&pair.text);
    let code_counts = save.changes(&pair.code) || !text_changes;
    match (save.record.text(&pair.code), save.record.text(&pair.text)) {
        (Some(code), _) if code_counts => match list.iter().find(|place| place.code == code) {
            Some(place) => Ok(Some(place)),
            None => Err(no_such_code(save, pair, code)),
        },
        (_, Some(text)) if text_changes => {
            let named = |place: &&Place| place.name.eq_ignore_ascii_case(text);
            match list.iter().find(named) {
                Some(place) => Ok(Some(place)),
                None => Err(no_such_text(save, pair)),
            }
        }
        _ => Ok(None),
    }
}

fn set(save: &mut Save<'_, '_>, pair: &Pair, place: Option<&Place>) {
    let value = |of: fn(&Place) -> &'static str| match place {
        Some(place) => Value::Text(of(place).to_owned()),
        None => Value::Null,
    };
    save.record.set(&pair.code, value(|place| place.code));
    save.record.set(&pair.text, value(|place| place.name));
}

fn no_such_code(save: &Save<'_, '_>, pair: &Pair, code: &str) -> ApiError {
    let known_elsewhere = || {
        let mut states = COUNTRIES.iter().flat_map(|country| country.states);
        states.any(|state| state.code == code)
    };
    let message = if pair.noun.0 == "state" && known_elsewhere() {
        format!(
            "The existing country/territory doesn't recognize the state value for field: {}",
            label(save, &pair.code)
        )
    } else {
        format!(
            "The {} field contains {code}, which isn't an available {}. Your administrator can add it for you.",
            pair.code, pair.noun.0
        )
    };
    wrong(message, &pair.code)
}

fn no_such_text(save: &Save<'_, '_>, pair: &Pair) -> ApiError {
    let (one, many) = pair.noun;
    let first = one.split('/').next().unwrap_or(one);
    let message = format!(
        "There's a problem with this {first}, even though it may appear correct. Please select a {one} from \
         the list of valid {many}.: {}",
        label(save, &pair.text)
    );
    wrong(message, &pair.text)
}

fn no_country(save: &Save<'_, '_>, state: &Pair) -> ApiError {
    let message = format!(
        "A country/territory must be specified before specifying a state value for field: {}",
        label(save, &state.text)
    );
    wrong(message, &state.text)
}

fn wrong(message: String, field: &str) -> ApiError {
    ApiError::of_record("FIELD_INTEGRITY_EXCEPTION", message, &[field])
}

fn label<'s>(save: &Save<'_, 's>, field: &'s str) -> &'s str {
    let object = save.record.object;
    object.field(field).map_or(field, |field| &field.label)
}
