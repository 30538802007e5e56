//! The deals of the sample company, who is involved in them, and what its people already have in their
//! calendars, which is not ours to touch.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::people::AddedAccount;
use super::{Ids, add, date, day, morning, read, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::session::Session;
use crate::embedded_org::time::{datetime_text, zone};

pub(super) const OPPORTUNITIES: &str = include_str!("opportunities.csv");
const CONTACT_ROLES: &str = include_str!("contact_roles.csv");
const EVENTS: &str = include_str!("events.csv");
const TASKS: &str = include_str!("tasks.csv");

#[derive(Deserialize)]
pub(super) struct Opportunity {
    account: String,
    owner: String,
    pub(super) name: String,
    r#type: String,
    lead_source: String,
    pub(super) stage: String,
    amount: f64,
    pub(super) created_days_ago: i64,
    pub(super) closes_in_days: i64,
    /// Kept out of demos, where the org has the field for it.
    omitted: bool,
}

#[derive(Deserialize)]
struct ContactRole {
    opportunity: String,
    contact: String,
    role: String,
    primary: bool,
}

#[derive(Deserialize)]
struct Event {
    opportunity: String,
    contact: String,
    owner: String,
    subject: String,
    in_days: i64,
    /// In the owner's time zone.
    hour: i8,
}

#[derive(Deserialize)]
struct Task {
    opportunity: String,
    contact: String,
    owner: String,
    subject: String,
    status: String,
    due_in_days: i64,
}

/// Adds the opportunities.
pub(super) fn add_opportunities(
    session: &Session<'_>,
    users: &Ids,
    accounts: &BTreeMap<String, AddedAccount>,
) -> Result<Ids, ApiError> {
    let object = session.schema.known("Opportunity");
    let can_omit = object.field("Omitted_from_Demo__c").is_some();
    let mut ids = Ids(BTreeMap::new());
    for deal in read::<Opportunity>(OPPORTUNITIES) {
        let account = accounts
            .get(&deal.account)
            .expect("deals are with accounts of the sample company");
        let mut fields = vec![
            ("Name", text(&deal.name)),
            ("AccountId", text(&account.id)),
            ("OwnerId", users.value(&deal.owner)),
            ("StageName", text(&deal.stage)),
            ("Amount", deal.amount.into()),
            ("Type", text(&deal.r#type)),
            ("LeadSource", text(&deal.lead_source)),
            ("CloseDate", date(session, deal.closes_in_days)),
            ("CreatedDate", morning(session, -deal.created_days_ago)),
        ];
        if can_omit {
            fields.push(("Omitted_from_Demo__c", deal.omitted.into()));
        }
        let id = add(session, "Opportunity", &fields)?;
        ids.0.insert(deal.name, id);
    }
    Ok(ids)
}

/// Adds the contact roles.
pub(super) fn add_contact_roles(
    session: &Session<'_>,
    opportunities: &Ids,
    contacts: &Ids,
) -> Result<(), ApiError> {
    for role in read::<ContactRole>(CONTACT_ROLES) {
        let fields = [
            ("OpportunityId", opportunities.value(&role.opportunity)),
            ("ContactId", contacts.value(&role.contact)),
            ("Role", text(&role.role)),
            ("IsPrimary", role.primary.into()),
            ("CreatedDate", morning(session, -18)),
        ];
        add(session, "OpportunityContactRole", &fields)?;
    }
    Ok(())
}

/// What activities name.
pub(super) struct Names<'a> {
    pub(super) users: &'a Ids,
    pub(super) contacts: &'a Ids,
    pub(super) opportunities: &'a Ids,
}

/// Adds a few meetings.
pub(super) fn add_events(session: &Session<'_>, names: &Names<'_>) -> Result<(), ApiError> {
    for event in read::<Event>(EVENTS) {
        let owner = names.users.of(&event.owner);
        let key: String = session
            .db
            .prepare_cached("SELECT TimeZoneSidKey FROM \"User\" WHERE Id = ?1")?
            .query_row([owner], |row| row.get(0))?;
        let local = day(session, event.in_days).at(event.hour, 0, 0, 0);
        let start = zone(&key)
            .to_ambiguous_zoned(local)
            .compatible()
            .map_or(session.now, |start| start.timestamp());
        let fields = [
            ("Subject", text(&event.subject)),
            ("WhatId", names.opportunities.value(&event.opportunity)),
            ("WhoId", names.contacts.value(&event.contact)),
            ("OwnerId", text(owner)),
            ("StartDateTime", text(&datetime_text(start))),
            ("DurationInMinutes", 30_i64.into()),
            ("CreatedById", text(owner)),
            ("CreatedDate", morning(session, event.in_days.min(0) - 4)),
        ];
        add(session, "Event", &fields)?;
    }
    Ok(())
}

/// Adds a few things to do.
pub(super) fn add_tasks(session: &Session<'_>, names: &Names<'_>) -> Result<(), ApiError> {
    for task in read::<Task>(TASKS) {
        let owner = names.users.of(&task.owner);
        let fields = [
            ("Subject", text(&task.subject)),
            ("WhatId", names.opportunities.value(&task.opportunity)),
            ("WhoId", names.contacts.value(&task.contact)),
            ("OwnerId", text(owner)),
            ("Status", text(&task.status)),
            ("ActivityDate", date(session, task.due_in_days)),
            ("CreatedById", text(owner)),
            ("CreatedDate", morning(session, task.due_in_days.min(0) - 3)),
        ];
        add(session, "Task", &fields)?;
    }
    Ok(())
}
