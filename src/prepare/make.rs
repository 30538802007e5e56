//! Making what an org lacks, and letting the running user see it.

use std::time::Duration;

use serde_json::json;

use super::component::Component;
use super::deploy::{Progress, Waits, deploy};
use super::error::Error;
use super::look::{Look, look, standings};
use super::package::{Content, Files, constructive};
use super::standing::Standing;
use super::table::PERMISSION_SET;
use crate::org::{Kind, Org};

/// An org shows new fields within seconds, as a rule.
const LONGEST_LAG: Duration = Duration::from_secs(5 * 60);

/// The package that makes what is missing there.
pub(crate) fn package(found: &Look, api_version: &str) -> Files {
    let differs = |standing: &Standing| matches!(standing, Standing::Differs(_));
    let granted: Vec<_> = found
        .standings
        .iter()
        .filter(|(_, standing)| !differs(standing))
        .map(|(component, _)| component)
        .collect();
    let content = Content {
        made: &found.of(&Standing::Missing),
        granted: &granted,
        kept: &found.granted,
    };
    constructive(&content, api_version)
}

/// Deploys what is missing, assigns the permission set to the running user, and waits until the
/// org shows all of it. Gives what was found in the end.
pub(crate) async fn make(
    org: &Org,
    found: &Look,
    api_version: &str,
    progress: &mut dyn FnMut(Progress),
) -> Result<Look, Error> {
    deploy(org, &package(found, api_version), progress).await?;
    let components: Vec<_> = found
        .standings
        .iter()
        .map(|(component, _)| component.clone())
        .collect();
    assign(org, &components).await?;
    wait_until_shown(org, &components, progress).await?;
    Ok(look(org, &components).await?)
}

async fn assign(org: &Org, components: &[Component]) -> Result<(), Error> {
    let found = look(org, components).await?;
    let user = &org.identity().user_id;
    let Some(set) = &found.permission_set else {
        return Err(Error::NoPermissionSet(PERMISSION_SET));
    };
    if found.is_assigned_to(user) {
        return Ok(());
    }
    let fields = json!({"AssigneeId": user, "PermissionSetId": set});
    let fields = fields.as_object().expect("an object was written down");
    let sent = org
        .create("PermissionSetAssignment", std::slice::from_ref(fields))
        .await;
    let rows = match sent {
        // If it was made after all, describe will show it.
        Err(error) if error.kind() == Kind::Lost => return Ok(()),
        sent => sent?.rows,
    };
    match rows.into_iter().next() {
        Some(Err(error)) if error.code != "DUPLICATE_VALUE" => Err(Error::Assignment(error)),
        _ => Ok(()),
    }
}

async fn wait_until_shown(
    org: &Org,
    components: &[Component],
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Error> {
    let mut waits = Waits::new(LONGEST_LAG);
    loop {
        let waiting: Vec<_> = standings(org, components)
            .await?
            .into_iter()
            .filter(|(_, standing)| matches!(standing, Standing::Missing | Standing::Hidden))
            .map(|(component, _)| component.full_name())
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        progress(Progress::Waiting {
            left: waiting.len(),
        });
        if !waits.wait().await {
            let minutes = waits.minutes();
            return Err(Error::NotShown { minutes, waiting });
        }
    }
}
