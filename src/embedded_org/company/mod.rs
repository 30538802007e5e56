//! The sample company that a new org holds: invented people and deals, with dates around the day it was
//! made. The same day makes the same company.
//!
//! The company itself is in the CSV files beside this one, where people and records are known by name.

mod close_plan;
mod people;
mod sales;
mod setup;

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rusqlite::types::Value;
use serde::de::DeserializeOwned;

use super::api_error::ApiError;
use super::rows::{self, Record};
use super::session::Session;
use super::time::{date_text, datetime_text, start_of_day};

pub(crate) use setup::{
    Profiles, Stage, add_administrator, add_organization, add_profiles, add_stage, add_stages,
    add_task_priorities, add_task_statuses,
};

/// Fills an empty org.
pub(crate) fn fill(session: &Session<'_>) -> Result<(), ApiError> {
    let profiles = setup::add_lists(session)?;
    add_organization(session, "Larkfield Software", "Developer Edition")?;
    let users = people::add_users(session, &profiles)?;
    setup::add_calendar_sync(session, users.0.values().map(String::as_str))?;
    let accounts = people::add_accounts(session, &users)?;
    let contacts = people::add_contacts(session, &accounts)?;
    people::add_person_account(session)?;
    let opportunities = sales::add_opportunities(session, &users, &accounts)?;
    sales::add_contact_roles(session, &opportunities, &contacts)?;
    close_plan::deploy(session, &opportunities)?;
    let names = sales::Names {
        users: &users,
        contacts: &contacts,
        opportunities: &opportunities,
    };
    sales::add_events(session, &names)?;
    sales::add_tasks(session, &names)
}

/// The ids of records by the name that the files call them.
struct Ids(BTreeMap<String, String>);

impl Ids {
    fn of(&self, name: &str) -> &str {
        self.0
            .get(name)
            .expect("the files of the sample company name only their own records")
    }

    /// The id as a value; null where the file names no one.
    fn value(&self, name: &str) -> Value {
        match name {
            "" => Value::Null,
            name => text(self.of(name)),
        }
    }
}

/// Reads a file of the company.
fn read<T: DeserializeOwned>(csv: &'static str) -> impl Iterator<Item = T> {
    csv::Reader::from_reader(csv.as_bytes())
        .into_deserialize()
        .map(|row| row.expect("the files of the sample company have the shape of their rows"))
}

/// Loads a record and gives its id.
fn add(session: &Session<'_>, object: &str, fields: &[(&str, Value)]) -> Result<String, ApiError> {
    let mut record = Record::empty(session.schema.known(object));
    for (field, value) in fields {
        record.set(field, value.clone());
    }
    // What an admin made required is filled in what was there before, too.
    if record.object.field("Channel__c").is_some() {
        record.set("Channel__c", text("Direct"));
    }
    let record = rows::load(session, record)?;
    if matches!(object, "Event" | "Task") {
        rows::relate(session, &record)?;
    }
    Ok(record.id().to_owned())
}

fn text(value: &str) -> Value {
    match value {
        "" => Value::Null,
        value => Value::Text(value.to_owned()),
    }
}

/// The day so many days from the day the org is made.
fn day(session: &Session<'_>, offset: i64) -> Date {
    session.today().saturating_add(offset.days())
}

fn date(session: &Session<'_>, offset: i64) -> Value {
    Value::Text(date_text(day(session, offset)))
}

/// A morning hour of a day, in UTC.
fn morning(session: &Session<'_>, offset: i64) -> Value {
    let start = start_of_day(day(session, offset), &jiff::tz::TimeZone::UTC);
    let at = start.saturating_add(jiff::SignedDuration::from_hours(9));
    Value::Text(datetime_text(at.unwrap_or(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_opportunities_are_near_the_start() {
        for opportunity in read::<sales::Opportunity>(sales::OPPORTUNITIES) {
            let created = opportunity.created_days_ago;
            assert!((20..=150).contains(&created), "{}", opportunity.name);
            let closed = opportunity.stage.starts_with("Closed");
            assert_eq!(
                closed,
                opportunity.closes_in_days < 0,
                "{}",
                opportunity.name
            );
        }
    }

    #[test]
    fn mail_goes_nowhere() {
        for account in read::<people::Account>(people::ACCOUNTS) {
            assert!(account.domain.ends_with(".example"), "{}", account.name);
        }
    }
}
