//! Our people around the deals: who owns them.

use super::{Judgement, good, note, unseen, warning};
use crate::doctor::sight::{Question, Sight, is_true, text};
use crate::listing::{counted, some_of};
use crate::manifest::CalendarSync;
use crate::org::Fields;

pub(super) fn owners(sight: &Sight) -> Judgement {
    let rows = match sight.rows(Question::Owners) {
        Ok(rows) => rows,
        Err(why) => return unseen(why),
    };
    let gone = rows.iter().filter(|row| !is_true(row, "IsActive"));
    let gone: Vec<_> = gone
        .filter_map(|row| text(row, "Name"))
        .map(str::to_owned)
        .collect();
    match (rows.is_empty(), gone.is_empty()) {
        (true, _) => Judgement::Nothing,
        (false, true) => good(format!(
            "{}, all active",
            counted(rows.len() as u64, "owner", "owners")
        )),
        (false, false) => warning(
            format!("not active any more: {}", some_of(&gone)),
            "`activity.owner_fallback` says who stands in; their deals may be given to somebody else in Salesforce.",
        ),
    }
}

/// A sandbox refresh ends every address in `.invalid`, and People.ai knows users by theirs.
pub(super) fn owners_emails(sight: &Sight) -> Judgement {
    let rows = sight.rows(Question::Owners).unwrap_or_default();
    let is_void = |email: &str| email.to_ascii_lowercase().ends_with(".invalid");
    let void = rows
        .iter()
        .filter_map(|row| text(row, "Email"))
        .filter(|email| is_void(email));
    let void: Vec<_> = void.map(str::to_owned).collect();
    match (rows.is_empty(), void.is_empty()) {
        (true, _) => Judgement::Nothing,
        (false, true) => good("none ends in .invalid"),
        (false, false) => warning(
            format!(
                "{} in .invalid: {}",
                counted(void.len() as u64, "address", "addresses"),
                some_of(&void)
            ),
            "A refreshed sandbox does this. Give the owners their addresses back, or People.ai will not know them.",
        ),
    }
}

/// What is put into a synchronised calendar is seen outside, and mailed to whoever is invited.
pub(super) fn calendar_sync(sight: &Sight) -> Judgement {
    let users = match &sight.synchronised {
        Ok(users) => users,
        Err(why) => return unseen(why),
    };
    let owners = sight.rows(Question::Owners).unwrap_or_default();
    let is_synchronised = |row: &&Fields| {
        let id = text(row, "Id").unwrap_or_default();
        users.iter().any(|user| user.0.as_str() == id)
    };
    let names = owners.iter().filter(is_synchronised);
    let names: Vec<_> = names
        .filter_map(|row| text(row, "Name"))
        .map(str::to_owned)
        .collect();
    match (names.is_empty(), sight.manifest.salesforce.calendar_sync) {
        (true, _) => good("no owner has Einstein Activity Capture; Lightning Sync cannot be seen"),
        (false, Some(CalendarSync::Accepted)) => note(format!("accepted, for {}", some_of(&names))),
        (false, None) => warning(
            format!("the calendars of {} are synchronised", some_of(&names)),
            "Future meetings show there: say `salesforce.calendar_sync: accepted` if that is meant.",
        ),
    }
}
