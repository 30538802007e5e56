//! Which opportunities a plan is about.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::request::{RefreshMode, Request};
use super::stop::Stop;
use super::surroundings::{Surroundings, from_snapshot};
use crate::manifest::OnLeave;
use crate::model::event::Event;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;
use crate::model::pins::Pins;
use crate::org::Org;
use crate::plan_file::Command;
use crate::planner::Planner;
use crate::refresh::{self, InventoryRequest, Read};
use crate::state::State;

pub(super) async fn inventory(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    surroundings: &Surroundings,
    covered: &BTreeSet<RootId>,
) -> anyhow::Result<Read> {
    if request.command == Command::Destroy {
        return Ok(Read::default());
    }
    if request.options.refresh == RefreshMode::None {
        let inventory = from_snapshot(state, "inventory")?;
        return Ok(Read {
            inventory,
            ..Read::default()
        });
    }
    let query = &request.manifest.salesforce.query;
    let edited = state
        .meta()
        .query
        .as_ref()
        .is_some_and(|digest| *digest != surroundings.query);
    let wanted = InventoryRequest {
        manifest: request.manifest,
        has_default_exclusion: surroundings.has_default_exclusion,
        covered,
        keep_leaving: !edited && query.on_leave == OnLeave::Keep,
    };
    let read = refresh::inventory(org, &wanted).await;
    let read = read.context("reading the org's opportunities")?;
    if read.inventory.opportunities.is_empty() && covered.is_empty() {
        let counts = refresh::filter_counts(org, query, surroundings.has_default_exclusion).await?;
        return Err(Stop::NothingSelected(counts).into());
    }
    Ok(read)
}

/// The roots that are compared: the oldest planned ones, and all that are not planned any more.
pub(super) fn in_scope(
    request: &Request,
    surroundings: &Surroundings,
    read: &Read,
    planner: Option<&Planner>,
    roots: &BTreeMap<RootId, Option<Pins>>,
) -> Result<Vec<RootId>, Stop> {
    let mut chosen: BTreeSet<RootId> = roots.keys().copied().collect();
    let Some(planner) = planner else {
        return Ok(chosen.into_iter().collect());
    };
    let planned = by_creation(&read.inventory)
        .into_iter()
        .filter(|root| planner.stories.pins.contains_key(root));
    let planned: Vec<_> = planned.collect();
    let most = usize::try_from(request.options.max_opps).unwrap_or(usize::MAX);
    let moved = surroundings
        .told
        .told_at
        .is_some_and(|at| at != surroundings.told.anchor);
    if planned.len() > most && moved {
        return Err(Stop::Usage(format!(
            "the anchor moves all {} opportunities, and --max-opps is {most}: raise it, so that the story moves as one",
            planned.len()
        )));
    }
    for left_out in planned.iter().skip(most) {
        chosen.remove(left_out);
    }
    chosen.extend(planned.into_iter().take(most));
    Ok(chosen.into_iter().collect())
}

/// The accounts of roots that the inventory does not tell.
pub(super) async fn accounts(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    in_scope: &[RootId],
    read: &Read,
) -> anyhow::Result<BTreeMap<RootId, AccountId>> {
    let unknown: BTreeSet<_> = in_scope
        .iter()
        .filter(|root| !read.inventory.opportunities.contains_key(root))
        .copied()
        .collect();
    if unknown.is_empty()
        || request.options.refresh == RefreshMode::None
        || state.count()?.is_empty()
    {
        return Ok(BTreeMap::new());
    }
    refresh::accounts_of(org, &unknown)
        .await
        .context("reading the accounts of opportunities")
}

/// The pins that the run writes down: of deals that have a story, and of those that get one now.
pub(super) fn chosen_pins(
    planner: Option<Planner>,
    (covered, in_scope): (&BTreeSet<RootId>, &[RootId]),
    touched: &BTreeSet<RootId>,
) -> BTreeMap<RootId, Pins> {
    let kept = |root: &RootId| covered.contains(root) && in_scope.binary_search(root).is_ok();
    let mut pins = planner
        .map(|planner| planner.stories.pins)
        .unwrap_or_default();
    pins.retain(|root, _| kept(root) || touched.contains(root));
    pins
}

/// Which opportunities the run is about.
pub(super) fn opening_events(
    request: &Request,
    read: &Read,
    planner: Option<&Planner>,
    in_scope: &[RootId],
) -> Vec<Event> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let name = |root: &RootId| {
        read.inventory
            .opportunities
            .get(root)
            .map(|deal| deal.name.clone())
    };
    let covered = in_scope
        .iter()
        .filter(|root| planner.stories.pins.contains_key(root));
    let selected = covered.filter_map(|root| {
        Some(Event::Selected {
            opportunity: *root,
            name: name(root)?,
        })
    });
    let skipped = planner.stories.skipped.iter().map(|root| Event::Skipped {
        opportunity: *root,
        reason: "its owner is not active, and nobody stands in".to_owned(),
    });
    let limit = u64::from(request.manifest.salesforce.query.limit);
    let left_out = read.beyond_limit;
    let truncated = (left_out > 0).then_some(Event::Truncated { left_out, limit });
    selected.chain(skipped).chain(truncated).collect()
}
