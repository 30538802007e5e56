//! The sample company that a new org holds: invented people and deals, with dates around the day it was
//! made. The same day makes the same company.

mod accounts;
mod activities;
mod deals;
mod setup;
mod users;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rusqlite::types::Value;

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
    let users = users::add(session, &profiles)?;
    let accounts = accounts::add_accounts(session, &users)?;
    let contacts = accounts::add_contacts(session, &accounts)?;
    let deals = deals::add(session, &users, &accounts)?;
    deals::add_contact_roles(session, &deals, &contacts)?;
    activities::add(session, &users, &deals, &contacts)
}

/// A record of the company, by field.
type Fields<'f> = &'f [(&'f str, Value)];

/// Loads a record and gives its id.
fn add(session: &Session<'_>, object: &str, fields: Fields<'_>) -> Result<String, ApiError> {
    let mut record = Record::empty(session.schema.known(object));
    for (field, value) in fields {
        record.set(field, value.clone());
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
