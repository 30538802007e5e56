//! What every org has before anyone works in it: the organization, profiles, and the standard lists.

use rusqlite::types::Value;

use super::{add, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::features::Feature;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::session::Session;

/// The ids of the two profiles.
pub(crate) struct Profiles {
    pub(crate) administrator: String,
    pub(crate) standard: String,
}

/// A stage of the sales process.
pub(crate) struct Stage<'a> {
    pub(crate) name: &'a str,
    pub(crate) probability: f64,
    pub(crate) forecast_category: &'a str,
    pub(crate) is_closed: bool,
    pub(crate) is_won: bool,
}

/// The ten stages of a new org.
const STAGES: &[(&str, f64, &str)] = &[
    ("Prospecting", 10.0, "Pipeline"),
    ("Qualification", 10.0, "Pipeline"),
    ("Needs Analysis", 20.0, "Pipeline"),
    ("Value Proposition", 50.0, "Pipeline"),
    ("Id. Decision Makers", 60.0, "Pipeline"),
    ("Perception Analysis", 70.0, "Pipeline"),
    ("Proposal/Price Quote", 75.0, "Pipeline"),
    ("Negotiation/Review", 90.0, "Pipeline"),
    ("Closed Won", 100.0, "Closed"),
    ("Closed Lost", 0.0, "Omitted"),
];

/// Statuses of tasks: the first is the default.
const TASK_STATUSES: &[(&str, bool)] = &[
    ("Not Started", false),
    ("In Progress", false),
    ("Completed", true),
    ("Waiting on someone else", false),
    ("Deferred", false),
];

const TASK_PRIORITIES: &[&str] = &["High", "Normal", "Low"];

/// Record types of an org that uses them: sObject, name, and whether it is in use still.
const RECORD_TYPES: &[(&str, &str, bool)] = &[
    ("Event", "Customer Meeting", true),
    ("Event", "Internal Meeting", true),
    ("Event", "Trade Fair", false),
    ("Task", "Customer Email", true),
    ("Task", "Internal Task", true),
];

/// Currencies of an org that has several: how much a unit of the first one is.
const CURRENCIES: &[(&str, f64, i64)] = &[("USD", 1.0, 2), ("EUR", 0.9, 2), ("JPY", 150.0, 0)];

/// The permission set of those whose mail and calendar are captured.
const CALENDAR_SYNC: (&str, &str) = (
    "StandardEinsteinActivityCapture",
    "Standard Einstein Activity Capture",
);

/// Adds profiles, stages, statuses and priorities.
pub(crate) fn add_lists(session: &Session<'_>) -> Result<Profiles, ApiError> {
    add_record_types(session)?;
    add_currencies(session)?;
    add_duplicate_rules(session)?;
    add_stages(session)?;
    add_task_statuses(session)?;
    add_task_priorities(session)?;
    add_profiles(session)
}

pub(crate) fn add_profiles(session: &Session<'_>) -> Result<Profiles, ApiError> {
    Ok(Profiles {
        administrator: add_profile(session, "System Administrator", true)?,
        standard: add_profile(session, "Standard User", false)?,
    })
}

pub(crate) fn add_stages(session: &Session<'_>) -> Result<(), ApiError> {
    for (name, probability, category) in STAGES {
        add_stage(
            session,
            &Stage {
                name,
                probability: *probability,
                forecast_category: category,
                is_closed: name.starts_with("Closed"),
                is_won: *name == "Closed Won",
            },
        )?;
    }
    Ok(())
}

/// Adds currencies where the org has several.
fn add_currencies(session: &Session<'_>) -> Result<(), ApiError> {
    if !session.schema.has(Feature::MultiCurrency) {
        return Ok(());
    }
    for (place, (code, rate, decimals)) in CURRENCIES.iter().enumerate() {
        let fields = [
            ("IsoCode", text(code)),
            ("ConversionRate", (*rate).into()),
            ("DecimalPlaces", (*decimals).into()),
            ("IsActive", true.into()),
            ("IsCorporate", (place == 0).into()),
        ];
        add(session, "CurrencyType", &fields)?;
    }
    Ok(())
}

/// Adds the standard duplicate rules where they are in use.
fn add_duplicate_rules(session: &Session<'_>) -> Result<(), ApiError> {
    if !session.schema.has(Feature::DuplicateRules) {
        return Ok(());
    }
    for object in ["Account", "Contact", "Lead"] {
        let label = format!("Standard {object} Duplicate Rule");
        let fields = [
            ("MasterLabel", text(&label)),
            ("DeveloperName", text(&label.replace(' ', "_"))),
            ("SobjectType", text(object)),
            ("IsActive", true.into()),
        ];
        add(session, "DuplicateRule", &fields)?;
    }
    Ok(())
}

/// Gives these users a synchronised calendar, where the org has such.
pub(super) fn add_calendar_sync<'a>(
    session: &Session<'_>,
    users: impl Iterator<Item = &'a str>,
) -> Result<(), ApiError> {
    if !session.schema.has(Feature::CalendarSync) {
        return Ok(());
    }
    let (name, label) = CALENDAR_SYNC;
    let set = add(
        session,
        "PermissionSet",
        &[("Name", text(name)), ("Label", text(label))],
    )?;
    for user in users {
        let fields = [("AssigneeId", text(user)), ("PermissionSetId", text(&set))];
        add(session, "PermissionSetAssignment", &fields)?;
    }
    Ok(())
}

/// Adds record types where the org has them.
fn add_record_types(session: &Session<'_>) -> Result<(), ApiError> {
    if !session.schema.has(Feature::RecordTypes) {
        return Ok(());
    }
    for (object, name, is_active) in RECORD_TYPES {
        let fields = [
            ("Name", text(name)),
            ("DeveloperName", text(&name.replace(' ', "_"))),
            ("SobjectType", text(object)),
            ("IsActive", (*is_active).into()),
        ];
        add(session, "RecordType", &fields)?;
    }
    Ok(())
}

pub(crate) fn add_task_statuses(session: &Session<'_>) -> Result<(), ApiError> {
    for (order, (status, is_closed)) in (1_i64..).zip(TASK_STATUSES) {
        let fields = [
            ("MasterLabel", text(status)),
            ("ApiName", text(status)),
            ("SortOrder", order.into()),
            ("IsDefault", (order == 1).into()),
            ("IsClosed", (*is_closed).into()),
        ];
        add(session, "TaskStatus", &fields)?;
    }
    Ok(())
}

pub(crate) fn add_task_priorities(session: &Session<'_>) -> Result<(), ApiError> {
    for (order, priority) in (1_i64..).zip(TASK_PRIORITIES) {
        let fields = [
            ("MasterLabel", text(priority)),
            ("ApiName", text(priority)),
            ("SortOrder", order.into()),
            ("IsDefault", (*priority == "Normal").into()),
            ("IsHighPriority", (*priority == "High").into()),
        ];
        add(session, "TaskPriority", &fields)?;
    }
    Ok(())
}

fn add_profile(session: &Session<'_>, name: &str, may_all: bool) -> Result<String, ApiError> {
    let fields = [
        ("Name", text(name)),
        ("PermissionsModifyAllData", may_all.into()),
        ("PermissionsViewAllData", may_all.into()),
        ("PermissionsApiEnabled", true.into()),
    ];
    add(session, "Profile", &fields)
}

/// Adds a stage after those there are.
pub(crate) fn add_stage(session: &Session<'_>, stage: &Stage<'_>) -> Result<(), ApiError> {
    let order: i64 = session.db.query_row(
        "SELECT ifnull(max(SortOrder), 0) + 1 FROM OpportunityStage",
        [],
        |row| row.get(0),
    )?;
    let category = match stage.forecast_category {
        "Best Case" => "BestCase",
        "Commit" => "Forecast",
        other => other,
    };
    let fields = [
        ("MasterLabel", text(stage.name)),
        ("ApiName", text(stage.name)),
        ("IsActive", true.into()),
        ("SortOrder", order.into()),
        ("IsClosed", stage.is_closed.into()),
        ("IsWon", stage.is_won.into()),
        ("ForecastCategory", text(category)),
        ("ForecastCategoryName", text(stage.forecast_category)),
        ("DefaultProbability", stage.probability.into()),
    ];
    add(session, "OpportunityStage", &fields).map(|_| ())
}

/// Adds the one row of the organization, with the id of this org.
pub(crate) fn add_organization(
    session: &Session<'_>,
    name: &str,
    edition: &str,
) -> Result<(), ApiError> {
    let fields = [
        ("Id", text(&session.facts.org_id)),
        ("Name", text(name)),
        ("OrganizationType", text(edition)),
        ("InstanceName", text("EMB1")),
        ("TimeZoneSidKey", text("America/New_York")),
        ("FiscalYearStartMonth", 1_i64.into()),
        ("DefaultAccountAccess", text("Edit")),
        ("DefaultContactAccess", text("ControlledByParent")),
        ("DefaultOpportunityAccess", text("Edit")),
    ];
    add(session, "Organization", &fields).map(|_| ())
}

/// Adds the user that signs in to an imported org which has no administrator.
pub(crate) fn add_administrator(session: &Session<'_>, profile: &str) -> Result<String, ApiError> {
    let username = "administrator@embedded-org.example";
    let fields: [(&str, Value); 8] = [
        ("Id", text(RecordId::from_number("005", 1).as_str())),
        ("FirstName", text("Org")),
        ("LastName", text("Administrator")),
        ("Username", text(username)),
        ("Email", text(username)),
        ("Alias", text("admin")),
        ("IsActive", true.into()),
        ("ProfileId", text(profile)),
    ];
    add(session, "User", &fields)?;
    Ok(username.to_owned())
}
