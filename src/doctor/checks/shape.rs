//! How this org differs from others.

use super::{Judgement, failure, good, note, warning};
use crate::doctor::sight::{Question, Sight, text};
use crate::listing::some_of;
use crate::model::object::Object;
use crate::model::value::Datum;
use crate::org::Field;

/// Stages and types that the manifest names must be the org's own.
pub(super) fn query_values(sight: &Sight) -> Judgement {
    let query = &sight.manifest.salesforce.query;
    let unknown = |field: &str, named: &[String]| -> Vec<String> {
        let field = sight.field("Opportunity", field);
        let is_known = |name: &&String| field.is_none_or(|field| field.has_value(name));
        named
            .iter()
            .filter(|name| !is_known(name))
            .cloned()
            .collect()
    };
    let mut unknown_ones = unknown("StageName", &query.stages_allowed);
    // A value that was taken out of the picklist stays with the deals that have it.
    let types = sight.rows(Question::Types).unwrap_or_default();
    let is_used = |word: &String| types.iter().any(|row| text(row, "Type") == Some(&**word));
    let types = unknown("Type", &query.opportunity_type).into_iter();
    unknown_ones.extend(types.filter(|word| !is_used(word)));
    match unknown_ones.is_empty() {
        true => good("all that the manifest names are in use"),
        false => warning(
            format!("the org does not have {}", some_of(&unknown_ones)),
            "Correct `stages_allowed` and `opportunity_type` under `salesforce.query`.",
        ),
    }
}

/// Words that we write into picklists must be in them.
pub(super) fn picklists(sight: &Sight) -> Judgement {
    let (mut refused, mut unusual) = (Vec::new(), Vec::new());
    for sample in sight.samples() {
        let Some(describe) = sight.object(sample.object.api_name()) else {
            continue;
        };
        for (name, datum) in &sample.fields {
            let (Some(field), Datum::Json(value)) = (describe.field(name), datum) else {
                continue;
            };
            let Some(word) = value.as_str().filter(|word| !is_offered(field, word)) else {
                continue;
            };
            let place = format!("{}.{name}: {word}", describe.name);
            match field.restricted_picklist {
                true => refused.push(place),
                false => unusual.push(place),
            }
        }
    }
    match (refused.is_empty(), unusual.is_empty()) {
        _ if sight.samples().is_empty() => Judgement::Nothing,
        (true, true) => good("every word that is written is offered"),
        (true, false) => warning(
            format!("not offered, and taken all the same: {}", some_of(&unusual)),
            "Add them to the picklist if they should be chosen by people too.",
        ),
        (false, _) => failure(
            format!(
                "not offered, so the org will refuse them: {}",
                some_of(&refused)
            ),
            "Let an admin add these values to the picklists.",
        ),
    }
}

fn is_offered(field: &Field, word: &str) -> bool {
    !matches!(&*field.kind, "picklist" | "multipicklist") || field.has_value(word)
}

pub(super) fn shared_activities(sight: &Sight) -> Judgement {
    match sight.field("Event", "EventWhoIds") {
        Some(_) => note("on: several people can be related to one meeting"),
        None => note("off: one contact is related to a meeting"),
    }
}

/// Emails as records of their own need Enhanced Email, and are sent by nobody but the org's own
/// automation.
pub(super) fn emails(sight: &Sight) -> Judgement {
    let email = Object::EmailMessage;
    if !sight.wanted().any(|object| object == email) || sight.undescribed().is_some() {
        return Judgement::Nothing;
    }
    if sight.object(email.api_name()).is_none() {
        return failure(
            "no EmailMessage: Enhanced Email seems to be off, or hidden from you",
            "Let an admin switch it on in Setup; or write `activity.email_object: task`.",
        );
    }
    let running = super::automation::running_on(sight, email.api_name());
    match running.is_empty() {
        true => {
            note("records of their own, each with a task by the org; creating them sends nothing")
        }
        false => warning(
            format!("active on EmailMessage: {}", some_of(&running)),
            "Creating an email sends nothing by itself; make sure that these do not mail people.",
        ),
    }
}

pub(super) fn person_accounts(sight: &Sight) -> Judgement {
    match sight.field("Account", "IsPersonAccount") {
        Some(_) => note("on: a person account's own contact is its only person"),
        None => Judgement::Nothing,
    }
}

pub(super) fn currencies(sight: &Sight) -> Judgement {
    match sight.field("Opportunity", "CurrencyIsoCode") {
        Some(_) => note("several: amounts are compared in the corporate currency"),
        None => Judgement::Nothing,
    }
}

pub(super) fn countries(sight: &Sight) -> Judgement {
    match sight.field("Account", "BillingCountryCode") {
        Some(_) => note("State and Country picklists are on: codes are used"),
        None => Judgement::Nothing,
    }
}
