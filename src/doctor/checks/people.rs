//! The people around the deals: who owns them, and whom People.ai can match.

use std::collections::{BTreeMap, BTreeSet};

use super::{Judgement, counted, good, note, some_of, unseen, warning};
use crate::doctor::sight::{Question, Sight, is_true, text};
use crate::manifest::CalendarSync;
use crate::model::email::domain_of_website;
use crate::model::inventory::Inventory;
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
        (false, true) => good(format!("{}, all active", counted(rows.len(), "owner"))),
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
                counted(void.len(), "address"),
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

/// An activity without people is ignored by People.ai.
pub(super) fn contacts(sight: &Sight) -> Judgement {
    let Some(Inventory {
        opportunities,
        contacts,
        ..
    }) = sight.inventory()
    else {
        return Judgement::Nothing;
    };
    let without_account = opportunities.values().filter(|deal| deal.account.is_none());
    let without_account = without_account.count();
    let accounts: BTreeSet<_> = opportunities
        .values()
        .filter_map(|deal| deal.account)
        .collect();
    let people = |account| contacts.get(account).map_or(0, BTreeMap::len);
    let empty = accounts
        .iter()
        .filter(|account| people(account) == 0)
        .count();
    let total: usize = accounts.iter().map(people).sum();
    let mut found = format!(
        "{} on {}",
        counted(total, "contact"),
        counted(accounts.len(), "account")
    );
    if without_account == 0 && empty == 0 {
        return good(found);
    }
    if empty > 0 {
        found = format!("{found}, {empty} of them without any");
    }
    if without_account > 0 {
        found = format!(
            "{found}; {} without an account",
            counted(without_account, "deal")
        );
    }
    warning(
        found,
        "People.ai ignores activities without people: give these deals an account with contacts.",
    )
}

/// People.ai finds an account by the domain of its website.
pub(super) fn domains(sight: &Sight) -> Judgement {
    let (websites, emails) = match (sight.rows(Question::Websites), sight.rows(Question::Emails)) {
        (Ok(websites), Ok(emails)) => (websites, emails),
        (Err(why), _) | (_, Err(why)) => return unseen(why),
    };
    if websites.is_empty() {
        return Judgement::Nothing;
    }
    let hosts: BTreeMap<_, _> = websites
        .iter()
        .filter_map(|row| Some((text(row, "Id")?, domain_of_website(text(row, "Website")?)?)))
        .collect();
    let without = websites.len() - hosts.len();
    let strangers = emails.iter().filter(|row| {
        let domain = text(row, "Email").and_then(|email| email.rsplit_once('@'));
        let host = text(row, "AccountId").and_then(|id| hosts.get(id));
        matches!((domain, host), (Some((_, domain)), Some(host)) if !belongs(domain, host))
    });
    let strangers = strangers.count();
    let silent = emails
        .iter()
        .filter(|row| text(row, "Email").is_none())
        .count();
    let mut found = Vec::new();
    for (count, what) in [
        (without, "of the accounts have no website"),
        (
            strangers,
            "of the contacts' addresses are not of their account's domain",
        ),
        (silent, "of the contacts have no address"),
    ] {
        if count > 0 {
            found.push(format!("{count} {what}"));
        }
    }
    match found.is_empty() {
        true => good("contacts' addresses are of their accounts' domains"),
        false => warning(
            found.join("; "),
            "People.ai matches people and accounts by these; fill them in Salesforce.",
        ),
    }
}

fn belongs(domain: &str, host: &str) -> bool {
    let domain = domain.trim().to_ascii_lowercase();
    domain == host
        || domain
            .strip_suffix(host)
            .is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::belongs;

    #[test]
    fn sub_domains_belong_and_look_alikes_do_not() {
        for (domain, expect) in [
            ("acme.example", true),
            ("Mail.ACME.example", true),
            ("notacme.example", false),
            ("example", false),
        ] {
            assert_eq!(belongs(domain, "acme.example"), expect, "{domain}");
        }
    }
}
