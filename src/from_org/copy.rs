//! The org without us, as a folder in the layout of Salesforce's Data Export.
//!
//! It holds what planning depends on and no more: no phone numbers, no postal addresses of people,
//! no descriptions, and nobody's activities.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value as Json;

use crate::model::inventory::Inventory;
use crate::org::{Fields, Org, Retrieve, Scope, soql};

/// An object that is copied.
struct Sheet {
    object: &'static str,
    fields: &'static [&'static str],
    rows: Rows,
}

/// Which records of an object are copied.
enum Rows {
    All,
    /// Those of the inventory.
    Named(fn(&Inventory) -> Vec<&str>),
    /// Those whose field names an opportunity of the inventory.
    OfDeals(&'static str),
}

/// What refers comes after what it refers to.
const SHEETS: &[Sheet] = &[
    Sheet {
        object: "Organization",
        fields: &[
            "Id",
            "Name",
            "OrganizationType",
            "TimeZoneSidKey",
            "DefaultLocaleSidKey",
            "LanguageLocaleKey",
        ],
        rows: Rows::All,
    },
    Sheet {
        object: "Profile",
        fields: &["Id", "Name"],
        rows: Rows::All,
    },
    Sheet {
        object: "User",
        fields: &[
            "Id",
            "Username",
            "LastName",
            "FirstName",
            "Email",
            "Alias",
            "IsActive",
            "ProfileId",
            "UserType",
            "TimeZoneSidKey",
            "LocaleSidKey",
            "LanguageLocaleKey",
            "EmailEncodingKey",
            "ManagerId",
            "Title",
            "Department",
            "CreatedDate",
        ],
        rows: Rows::Named(|inventory| inventory.users.keys().map(|id| id.0.as_str()).collect()),
    },
    Sheet {
        object: "OpportunityStage",
        fields: &[
            "Id",
            "MasterLabel",
            "ApiName",
            "IsActive",
            "SortOrder",
            "IsClosed",
            "IsWon",
            "DefaultProbability",
            "ForecastCategory",
            "ForecastCategoryName",
        ],
        rows: Rows::All,
    },
    Sheet {
        object: "TaskStatus",
        fields: &[
            "Id",
            "MasterLabel",
            "ApiName",
            "SortOrder",
            "IsDefault",
            "IsClosed",
        ],
        rows: Rows::All,
    },
    Sheet {
        object: "Account",
        fields: &[
            "Id",
            "Name",
            "Type",
            "ParentId",
            "BillingCity",
            "BillingState",
            "BillingCountry",
            "Website",
            "Industry",
            "AnnualRevenue",
            "NumberOfEmployees",
            "OwnerId",
            "CreatedDate",
        ],
        rows: Rows::Named(|inventory| inventory.accounts.keys().map(|id| id.0.as_str()).collect()),
    },
    Sheet {
        object: "Contact",
        fields: &[
            "Id",
            "AccountId",
            "LastName",
            "FirstName",
            "Email",
            "Title",
            "Department",
            "ReportsToId",
            "OwnerId",
            "CreatedDate",
        ],
        rows: Rows::Named(|inventory| {
            let contacts = inventory.contacts.values().flat_map(|of_one| of_one.keys());
            contacts.map(|id| id.0.as_str()).collect()
        }),
    },
    Sheet {
        object: "Opportunity",
        fields: &[
            "Id",
            "AccountId",
            "Name",
            "StageName",
            "Amount",
            "Probability",
            "CloseDate",
            "Type",
            "NextStep",
            "LeadSource",
            "IsClosed",
            "IsWon",
            "ForecastCategoryName",
            "OwnerId",
            "CreatedDate",
        ],
        rows: Rows::Named(|inventory| {
            let deals = inventory.opportunities.keys();
            deals.map(|id| id.0.as_str()).collect()
        }),
    },
    Sheet {
        object: "OpportunityContactRole",
        fields: &[
            "Id",
            "OpportunityId",
            "ContactId",
            "Role",
            "IsPrimary",
            "CreatedDate",
        ],
        rows: Rows::OfDeals("OpportunityId"),
    },
];

/// Writes what the inventory names, and what it depends on, into the folder; how many records of
/// each object there are.
pub(crate) async fn copy(
    org: &Org,
    inventory: &Inventory,
    folder: &Path,
) -> anyhow::Result<Vec<(&'static str, u64)>> {
    let names: Vec<_> = SHEETS.iter().map(|sheet| sheet.object).collect();
    let described = org
        .describe(&names)
        .await
        .context("reading what the org has")?;
    let mut sheets = Vec::new();
    for sheet in SHEETS {
        let Some(Some(describe)) = described.get(sheet.object) else {
            continue;
        };
        let fields = sheet.fields.iter().copied();
        let fields: Vec<_> = fields
            .filter(|name| describe.field(name).is_some())
            .collect();
        let rows = read(org, sheet, &fields, inventory).await;
        let rows = rows.with_context(|| format!("reading {}", sheet.object))?;
        sheets.push((sheet.object, fields, rows));
    }
    let known: BTreeSet<String> = sheets
        .iter()
        .flat_map(|(_, _, rows)| rows)
        .filter_map(|row| row.get("Id")?.as_str().map(str::to_owned))
        .collect();
    let mut counts = Vec::new();
    for (object, fields, rows) in &sheets {
        let path = folder.join(format!("{object}.csv"));
        let written = write(&path, fields, rows, &known);
        written.with_context(|| format!("writing {}", path.display()))?;
        counts.push((*object, rows.len() as u64));
    }
    Ok(counts)
}

async fn read(
    org: &Org,
    sheet: &Sheet,
    fields: &[&str],
    inventory: &Inventory,
) -> Result<Vec<Fields>, crate::org::Error> {
    let select = format!("SELECT {} FROM {}", fields.join(", "), sheet.object);
    let queries = match &sheet.rows {
        Rows::All => vec![select],
        Rows::OfDeals(field) => {
            let deals = inventory.opportunities.keys().map(|id| id.0.as_str());
            let deals: Vec<_> = deals.collect();
            soql::in_lists(&format!("{select} WHERE {field} IN"), &deals, "")
        }
        Rows::Named(ids) => {
            let request = Retrieve {
                object: sheet.object,
                fields,
                ids: &ids(inventory),
            };
            let found = org.retrieve(&[request]).await?;
            return Ok(found.into_iter().flatten().flatten().collect());
        }
    };
    let mut rows = Vec::new();
    for query in queries {
        rows.extend(org.query(query, Scope::Query).all::<Fields>().await?);
    }
    Ok(rows)
}

/// A reference to a record that is not copied is left empty.
fn write(
    path: &Path,
    fields: &[&str],
    rows: &[Fields],
    known: &BTreeSet<String>,
) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(fields)?;
    for row in rows {
        let values = fields.iter().map(|name| match row.get(*name) {
            Some(Json::String(text)) if name.ends_with("Id") && !known.contains(text) => {
                String::new()
            }
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => String::new(),
            Some(other) => other.to_string(),
        });
        csv.write_record(values)?;
    }
    csv.flush().map_err(csv::Error::from)
}
