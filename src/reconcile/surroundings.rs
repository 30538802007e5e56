//! What holds around a plan: what the org can do, and what it knows of the pack.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::request::{RefreshMode, Request};
use super::stop::Stop;
use super::told::{Told, told};
use crate::guard::Refusal;
use crate::manifest::IdempotencyMode;
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::object::Object;
use crate::org::Org;
use crate::plan_file::Command;
use crate::refresh::{self, Read};
use crate::state::State;

/// What holds around the plan: what the org can do, and what it knows of the pack.
pub(super) struct Surroundings {
    pub(super) capabilities: Capabilities,
    pub(super) has_default_exclusion: bool,
    pub(super) told: Told,
    /// A hash of what chooses the opportunities.
    pub(super) query: String,
    /// By kind: how many records in the org carry the pack's key.
    keyed: BTreeMap<Object, u64>,
}

impl Surroundings {
    /// Kinds of which the org holds more of ours than state knows.
    pub(super) fn unknown_kinds(&self, ours: &BTreeMap<Object, u64>) -> Vec<Object> {
        let known = |object: &Object| ours.get(object).copied().unwrap_or(0);
        let kinds = self
            .keyed
            .iter()
            .filter(|(object, count)| **count > known(object));
        kinds.map(|(object, _)| *object).collect()
    }
}

pub(super) async fn surroundings(
    org: &Org,
    state: &State,
    request: &Request<'_>,
) -> anyhow::Result<Surroundings> {
    let manifest = request.manifest;
    let (capabilities, has_default_exclusion) = match request.options.refresh {
        RefreshMode::Full => refresh::capabilities(org, manifest)
            .await
            .context("reading what the org can hold")?,
        RefreshMode::None => from_snapshot(state, "capabilities")?,
    };
    if manifest.run.idempotency_mode == Some(IdempotencyMode::Tag)
        && !capabilities.has_key(Object::Event)
    {
        return Err(Stop::Impossible {
            why: format!("`idempotency_mode: tag` needs the field {KEY_FIELD} on Event and Task, which this org does not have"),
            hint: "Let an admin create it, or use `idempotency_mode: external_state`.",
        }
        .into());
    }
    let (mut pack, mut keyed) = (None, BTreeMap::new());
    if request.options.refresh == RefreshMode::Full {
        let prefix = &state.meta().key_prefix;
        pack = refresh::pack_row(org, &capabilities, &manifest.run.name).await?;
        keyed = refresh::carries_keys(org, &capabilities, prefix).await?;
        refuse_lost_state(state, request, pack.as_ref(), &keyed)?;
    }
    let told = told(org, request, state.meta(), pack.as_ref())?;
    let query = refresh::query_digest(&manifest.salesforce.query, has_default_exclusion);
    Ok(Surroundings {
        capabilities,
        has_default_exclusion,
        told,
        query,
        keyed,
    })
}

pub(super) fn from_snapshot<T: serde::de::DeserializeOwned>(
    state: &State,
    name: &str,
) -> anyhow::Result<T> {
    let Some((_, body)) = state.snapshot(name)? else {
        return Err(Stop::Impossible {
            why: "`--refresh none` plans on what the last apply read, and there was no apply yet"
                .to_owned(),
            hint: "Run it once with `--refresh full`.",
        }
        .into());
    };
    serde_json::from_str(&body).context("reading the snapshot of the org in the state")
}

/// Where the org holds the pack and state does not, or another state's, someone else applied it.
fn refuse_lost_state(
    state: &State,
    request: &Request,
    pack: Option<&refresh::PackRow>,
    keyed: &BTreeMap<Object, u64>,
) -> Result<(), Stop> {
    let records: u64 = keyed.values().sum();
    let fresh = state.meta().serial == 0;
    let other = pack.is_some_and(|pack| pack.lineage.as_ref() != Some(&state.meta().lineage));
    let lost = if fresh {
        pack.is_some() || records > 0
    } else {
        other
    };
    if !lost || request.options.adopt {
        return Ok(());
    }
    let by = pack.map_or(String::new(), |pack| {
        let unknown = || "?".to_owned();
        let who = pack.applied_by.clone().unwrap_or_else(unknown);
        let host = pack.applied_from.clone().unwrap_or_else(unknown);
        let when = pack.last_run_at.clone().unwrap_or_else(unknown);
        format!(", last applied by {who} from {host} at {when}")
    });
    let name = &request.manifest.run.name;
    Err(Stop::Refused(vec![Refusal {
        why: format!("the org already holds the pack {name:?} ({records} records{by}), which this state does not know"),
        lift: "`--adopt` takes it over; or bring its state back, or give the manifest another `run.name`".to_owned(),
    }]))
}

/// What the next plan without refresh rests on; nothing where the org was not read for it.
pub(super) fn snapshot(
    request: &Request,
    surroundings: &Surroundings,
    read: Read,
) -> Vec<(&'static str, String)> {
    if request.command == Command::Destroy || request.options.refresh == RefreshMode::None {
        return Vec::new();
    }
    let capabilities = (
        &surroundings.capabilities,
        surroundings.has_default_exclusion,
    );
    let json = |value: serde_json::Result<String>| value.expect("inventories are plain data");
    vec![
        ("inventory", json(serde_json::to_string(&read.inventory))),
        ("capabilities", json(serde_json::to_string(&capabilities))),
    ]
}
