//! The checks: what each looks at, and what it makes of it. Pure; a check is a line in the table.

mod access;
mod automation;
mod customers;
mod people;
mod room;
mod shape;

use crate::model::finding::{Finding, Verdict};

use super::sight::Sight;

/// One line of doctor's table.
struct Check {
    name: &'static str,
    judge: fn(&Sight) -> Judgement,
}

/// What a check came to.
#[derive(Debug, PartialEq, Eq)]
enum Judgement {
    /// There is nothing to look at.
    Nothing,
    /// The verdict, what was found, and what to do.
    Found(Verdict, String, String),
}

pub(super) const LOGIN: &str = "Login";

/// All checks, in the order in which a person would look.
const CHECKS: &[Check] = &[
    Check::new(LOGIN, access::login),
    Check::new("Org", access::production),
    Check::new("API version", access::api_version),
    Check::new("Objects", access::objects),
    Check::new("Fields", access::fields),
    Check::new("Required fields", access::required_fields),
    Check::new("Key field", access::keys),
    Check::new("Pack record", access::pack),
    Check::new("Sees everything", access::powers),
    Check::new("Stages and types", shape::query_values),
    Check::new("Picklists", shape::picklists),
    Check::new("Shared Activities", shape::shared_activities),
    Check::new("Emails", shape::emails),
    Check::new("Person Accounts", shape::person_accounts),
    Check::new("Currencies", shape::currencies),
    Check::new("Countries", shape::countries),
    Check::new("Owners", people::owners),
    Check::new("Owners' emails", people::owners_emails),
    Check::new("Calendar sync", people::calendar_sync),
    Check::new("Accounts", customers::accounts),
    Check::new("Places", customers::places),
    Check::new("Contacts", customers::contacts),
    Check::new("Contacts' titles", customers::titles),
    Check::new("Contact roles", customers::roles),
    Check::new("Domains", customers::domains),
    Check::new("Made addresses", customers::made_addresses),
    Check::new("Validation rules", automation::validation_rules),
    Check::new("Triggers", automation::triggers),
    Check::new("Flows", automation::flows),
    Check::new("Duplicate rules", automation::duplicate_rules),
    Check::new("Open calls", room::open_intents),
    Check::new("API calls", room::api_calls),
    Check::new("Data storage", room::storage),
    Check::new("Plan", room::plan),
];

pub(super) fn all(sight: &Sight) -> Vec<Finding> {
    let judged = CHECKS
        .iter()
        .filter_map(|check| match (check.judge)(sight) {
            Judgement::Nothing => None,
            Judgement::Found(verdict, found, advice) => Some(Finding {
                check: check.name,
                verdict,
                found,
                advice,
            }),
        });
    judged.collect()
}

impl Check {
    const fn new(name: &'static str, judge: fn(&Sight) -> Judgement) -> Self {
        Self { name, judge }
    }
}

fn good(found: impl Into<String>) -> Judgement {
    judgement(Verdict::Good, found, "")
}

fn note(found: impl Into<String>) -> Judgement {
    judgement(Verdict::Note, found, "")
}

fn unseen(why: &str) -> Judgement {
    judgement(Verdict::Unseen, why, "")
}

fn warning(found: impl Into<String>, advice: impl Into<String>) -> Judgement {
    judgement(Verdict::Warning, found, advice)
}

fn failure(found: impl Into<String>, advice: impl Into<String>) -> Judgement {
    judgement(Verdict::Failure, found, advice)
}

fn judgement(verdict: Verdict, found: impl Into<String>, advice: impl Into<String>) -> Judgement {
    Judgement::Found(verdict, found.into(), advice.into())
}
