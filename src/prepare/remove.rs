//! Taking away what was made.

use serde::Deserialize;

use super::component::Component;
use super::deploy::{Progress, deploy};
use super::error::Error;
use super::look::Look;
use super::package::{Files, destructive};
use super::standing::Standing;
use super::table::{OBJECTS, PERMISSION_SET};
use crate::model::capabilities::{KEY_FIELD, PACK_OBJECT};
use crate::org::{Org, ROWS_PER_CALL, Scope};

/// What hangs on what would go.
#[derive(Debug, Default)]
pub(crate) struct Stakes {
    /// By sObject: records that would go along with their object.
    pub(crate) records: Vec<(&'static str, u64)>,
    /// By sObject: records that would lose their key, and stay.
    pub(crate) keys: Vec<(&'static str, u64)>,
    /// Packs that were applied and not destroyed.
    pub(crate) packs: Vec<String>,
}

/// What is there and would go.
pub(crate) fn going(found: &Look) -> Vec<&Component> {
    let there = |standing: &Standing| matches!(standing, Standing::Ready | Standing::Hidden);
    let going = found
        .standings
        .iter()
        .filter(|(_, standing)| there(standing));
    going.map(|(component, _)| component).collect()
}

/// Counts what hangs on it, as far as we may see it.
pub(crate) async fn stakes(org: &Org, found: &Look) -> Result<Stakes, Error> {
    let ready = found.of(&Standing::Ready);
    let is_ready = |name: &str| ready.iter().any(|component| component.full_name() == name);
    let mut queries = Vec::new();
    for object in OBJECTS {
        let key = format!("{}.{KEY_FIELD}", object.name);
        for &name in object.shown_as {
            match object.own.is_some() {
                true if is_ready(name) => {
                    queries.push((name, true, format!("SELECT COUNT() FROM {name}")));
                }
                false if is_ready(&key) => {
                    let soql = format!("SELECT COUNT() FROM {name} WHERE {KEY_FIELD} != null");
                    queries.push((name, false, soql));
                }
                true | false => {}
            }
        }
    }
    let soql: Vec<_> = queries.iter().map(|(.., soql)| soql.clone()).collect();
    let counts = org.counts(&soql, Scope::Query).await?;
    let mut stakes = Stakes::default();
    for ((name, is_own, _), count) in queries.into_iter().zip(counts) {
        match is_own {
            _ if count == 0 => {}
            true => stakes.records.push((name, count)),
            false => stakes.keys.push((name, count)),
        }
    }
    if is_ready(PACK_OBJECT) {
        let soql = format!("SELECT Name FROM {PACK_OBJECT} ORDER BY Name");
        let packs: Vec<Named> = org.query(soql, Scope::Query).all().await?;
        stakes.packs = packs.into_iter().map(|pack| pack.name).collect();
    }
    Ok(stakes)
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Name")]
    name: String,
}

/// The package that takes away what is there.
pub(crate) fn removal(found: &Look, api_version: &str) -> Files {
    let permission_set = found.has_permission_set().then_some(PERMISSION_SET);
    destructive(&going(found), permission_set, api_version)
}

/// Takes the permission set from everybody who has it, as nothing that is assigned can be deleted,
/// and deploys the removal.
pub(crate) async fn remove(
    org: &Org,
    found: &Look,
    api_version: &str,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Error> {
    let ids: Vec<_> = found
        .assignments
        .iter()
        .map(|assignment| &*assignment.id)
        .collect();
    for ids in ids.chunks(ROWS_PER_CALL) {
        let rows = org.delete(ids).await?.rows;
        let refused = rows.into_iter().filter_map(Result::err);
        if let Some(error) = refused.into_iter().find(|error| !error.is_gone()) {
            return Err(Error::Unassignment(error));
        }
    }
    deploy(org, &removal(found, api_version), progress).await
}
