//! Loading an org from CSV: ids and dates are kept, what follows from the rest is made anew.

use std::path::Path;

use super::columns::{Sheet, declaration, extra_fields, rows as csv_rows, sheets};
use super::numbers::continue_numbers;
use super::references;
use super::stages::add_stages_of;
use crate::clock::Clock;
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::auth;
use crate::embedded_org::company::{self, Profiles};
use crate::embedded_org::error::{CsvPlace, Error};
use crate::embedded_org::org;
use crate::embedded_org::rows::{self, Record};
use crate::embedded_org::schema::{Flag, Object};
use crate::embedded_org::session::Session;
use crate::embedded_org::store::Lock;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportSummary {
    /// The id of the org, which is new.
    pub(crate) org_id: String,
    /// sObjects and how many records of each.
    pub(crate) objects: Vec<(String, u64)>,
    /// Columns that were added to sObjects as text fields.
    pub(crate) extra_fields: Vec<(String, String)>,
    /// Files that belong to no sObject of the org.
    pub(crate) skipped: Vec<String>,
    /// The user that was added because none of the folder is an active system administrator.
    pub(crate) added_administrator: Option<String>,
}

/// Replaces what the data file holds by the folder; all of it, or nothing.
pub(crate) fn import(data: &Path, folder: &Path, clock: Clock) -> Result<ImportSummary, Error> {
    let lock = Lock::take(data)?;
    let kind = org::kind(data)?;
    let now = clock.now();
    org::replace(data, &lock, kind, |store| {
        let (sheets, skipped) = sheets(folder, store.schema())?;
        let extra = extra_fields(&sheets, store.schema())?;
        for (object, column) in &extra {
            store.declare_field(object, &declaration(column))?;
        }
        store.build_tables()?;
        let org_id = auth::new_org_id(now);
        auth::make(store, &org_id, now)?;
        let mut facts = org::founder(&org_id);
        let added = org::fill(store, &facts, now, |session| load_setup(session, &sheets))?;
        facts.user_id = added.administrator.user_id;
        let records = org::fill(store, &facts, now, |session| load_records(session, &sheets))?;
        Ok(ImportSummary {
            org_id,
            objects: [added.objects, records].concat(),
            extra_fields: extra,
            skipped,
            added_administrator: added.administrator.username,
        })
    })
}

/// sObjects and how many records of each.
type Counts = Vec<(String, u64)>;

/// The administrator of the imported org, and its username if it was added.
struct Administrator {
    user_id: String,
    username: Option<String>,
}

/// What is there before the other records are loaded.
struct Setup {
    objects: Counts,
    administrator: Administrator,
}

/// Loads the organization, profiles and users, and adds what no org can be without.
fn load_setup(session: &Session<'_>, sheets: &[Sheet]) -> Result<Setup, Failure> {
    let has = |object: &str| sheets.iter().any(|sheet| sheet.object == object);
    let profiles = if has("Profile") {
        None
    } else {
        Some(company::add_profiles(session)?)
    };
    for (object, add) in LISTS {
        if !has(object) {
            add(session)?;
        }
    }
    if !has("Organization") {
        company::add_organization(session, "Imported Org", "Developer Edition")?;
    }
    let mut objects = Vec::new();
    for sheet in sheets.iter().filter(|sheet| is_setup(&sheet.object)) {
        let count = load_sheet(session, sheet, profiles.as_ref())?;
        objects.push((sheet.object.clone(), count));
    }
    Ok(Setup {
        objects,
        administrator: administrator(session, profiles)?,
    })
}

type AddList = fn(&Session<'_>) -> Result<(), ApiError>;

const LISTS: &[(&str, AddList)] = &[
    ("OpportunityStage", company::add_stages),
    ("TaskStatus", company::add_task_statuses),
    ("TaskPriority", company::add_task_priorities),
];

fn is_setup(object: &str) -> bool {
    matches!(object, "Organization" | "Profile" | "User")
}

fn administrator(
    session: &Session<'_>,
    profiles: Option<Profiles>,
) -> Result<Administrator, Failure> {
    use rusqlite::OptionalExtension as _;
    let found: Option<String> = session
        .db
        .query_row(
            "SELECT u.Id FROM \"User\" u JOIN Profile p ON p.Id = u.ProfileId \
             WHERE u.IsActive AND p.Name = 'System Administrator' ORDER BY u.CreatedDate, u.Id LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let administrator = match (found, profiles) {
        (Some(user_id), _) => Administrator {
            user_id,
            username: None,
        },
        (None, profiles) => {
            let profile = match profiles {
                Some(profiles) => profiles.administrator,
                None => company::add_profiles(session)?.administrator,
            };
            let username = company::add_administrator(session, &profile)?;
            Administrator {
                user_id: session.facts.user_id.clone(),
                username: Some(username),
            }
        }
    };
    // Where the folder does not say who made these, it was the administrator.
    for field in ["CreatedById", "LastModifiedById"] {
        for table in [
            "Organization",
            "Profile",
            "User",
            "OpportunityStage",
            "TaskStatus",
            "TaskPriority",
        ] {
            let sql = format!("UPDATE \"{table}\" SET {field} = ?1 WHERE {field} = ?2");
            session
                .db
                .execute(&sql, [&administrator.user_id, &session.facts.user_id])?;
        }
    }
    Ok(administrator)
}

/// Loads everything else, and checks that all that is referred to is there.
fn load_records(session: &Session<'_>, sheets: &[Sheet]) -> Result<Counts, Failure> {
    let has = |object: &str| sheets.iter().any(|sheet| sheet.object == object);
    let mut objects = Vec::new();
    for sheet in sheets.iter().filter(|sheet| !is_setup(&sheet.object)) {
        if sheet.object == "Opportunity" {
            add_stages_of(session, sheet)?;
        }
        let relations = format!("{}Relation", sheet.object);
        let relates = matches!(sheet.object.as_str(), "Event" | "Task") && !has(&relations);
        let count = load_sheet(session, sheet, None)?;
        if relates {
            relate_all(session, session.schema.known(&sheet.object))?;
        }
        objects.push((sheet.object.clone(), count));
    }
    references::check(session, sheets)?;
    for object in session.schema.objects() {
        continue_numbers(session, object)?;
    }
    Ok(objects)
}

fn load_sheet(
    session: &Session<'_>,
    sheet: &Sheet,
    profiles: Option<&Profiles>,
) -> Result<u64, Failure> {
    let object = session.schema.known(&sheet.object);
    let mut count = 0;
    for row in csv_rows(&sheet.path)? {
        let (line, row) = row?;
        let place = |column: Option<&str>, problem: String| CsvPlace {
            file: sheet.path.clone(),
            line,
            column: column.map(str::to_owned),
            problem,
        };
        let mut record = Record::empty(object);
        for (column, value) in sheet.columns.iter().zip(&row) {
            let Some(index) = object.index(column) else {
                continue;
            };
            let field = &object.fields[index];
            if field.is(Flag::Computed) || value.is_empty() {
                continue;
            }
            let read = rows::read_exported(field, value);
            record.values[index] =
                read.map_err(|error| bad_value(place(Some(column), error.message)))?;
        }
        complete(session, &mut record, profiles);
        check_id(session, &record).map_err(|problem| bad_value(place(Some("Id"), problem)))?;
        rows::load(session, record).map_err(|error| bad_value(place(None, error.message)))?;
        count += 1;
    }
    Ok(count)
}

/// Fills in what an org needs of its setup records and a folder may not have.
fn complete(session: &Session<'_>, record: &mut Record<'_>, profiles: Option<&Profiles>) {
    match record.object.name.as_str() {
        // The org is another one than that of the folder.
        "Organization" => record.set("Id", session.facts.org_id.clone()),
        "User" => {
            if let Some(profiles) = profiles {
                record.set("ProfileId", profiles.standard.clone());
            }
            if record.is_null("Alias") {
                let name = record.text("LastName").unwrap_or("user");
                let alias: String = name.to_lowercase().chars().take(8).collect();
                record.set("Alias", alias);
            }
            if record.is_null("Email") {
                let username = record.get("Username").clone();
                record.set("Email", username);
            }
        }
        _ => {}
    }
}

fn check_id(session: &Session<'_>, record: &Record<'_>) -> Result<(), String> {
    let id = record.text("Id").ok_or("there is no Id")?;
    if !id.starts_with(&record.object.key_prefix) {
        return Err(format!("{id} is not the Id of a {}", record.object.label));
    }
    match rows::find(session, record.object, id) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(format!("{id} is there twice")),
        Err(error) => Err(error.to_string()),
    }
}

/// Makes the relations of activities that came without them.
fn relate_all(session: &Session<'_>, object: &Object) -> Result<(), Failure> {
    let object = session.schema.known(&object.name);
    let sql = format!("SELECT Id FROM \"{}\" ORDER BY Id", object.name);
    let ids: Vec<String> = session
        .db
        .prepare(&sql)?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids {
        if let Some(activity) = rows::find(session, object, &id)? {
            rows::relate(session, &activity)?;
        }
    }
    Ok(())
}

/// An error on the way through the transaction: already ours, or of the file.
pub(super) struct Failure(pub(super) Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(source: rusqlite::Error) -> Self {
        Self(Error::Sample {
            problem: source.to_string(),
        })
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self(Error::Sample {
            problem: error.message,
        })
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

fn bad_value(place: CsvPlace) -> Failure {
    Failure(Error::Csv {
        place,
        hint: "correct the value in the file, or leave it empty, and import again",
    })
}
