//! Which opportunities a plan is about.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::ground::Ground;
use super::stop::Stop;
use crate::model::event::Event;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;
use crate::model::pins::Pins;
use crate::planner::Planner;
use crate::refresh;

/// The roots that are compared: the oldest planned ones, and all that are not planned any more.
pub(super) fn in_scope(ground: &Ground, planner: Option<&Planner>) -> Result<Vec<RootId>, Stop> {
    let mut chosen = ground.roots.clone();
    let Some(planner) = planner else {
        return Ok(chosen.into_iter().collect());
    };
    let planned = by_creation(&ground.read.inventory)
        .into_iter()
        .filter(|root| planner.stories.pins.contains_key(root));
    let planned: Vec<_> = planned.collect();
    let most = usize::try_from(ground.request.options.max_opps).unwrap_or(usize::MAX);
    if planned.len() > most && ground.surroundings.told.is_moved() {
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
    ground: &Ground<'_>,
    in_scope: &[RootId],
) -> anyhow::Result<BTreeMap<RootId, AccountId>> {
    let known = &ground.read.inventory.opportunities;
    let unknown: BTreeSet<_> = in_scope
        .iter()
        .filter(|root| !known.contains_key(root))
        .copied()
        .collect();
    let unread = !ground.request.options.refresh.reads();
    if unknown.is_empty() || ground.covered.is_empty() || unread {
        return Ok(BTreeMap::new());
    }
    let accounts = refresh::accounts_of(ground.org, &unknown).await;
    accounts.context("reading the accounts of opportunities")
}

/// The pins that the run writes down: of deals that have a story, and of those that get one now.
pub(super) fn chosen_pins(
    ground: &Ground,
    planner: Option<&Planner>,
    in_scope: &[RootId],
    touched: &BTreeSet<RootId>,
) -> BTreeMap<RootId, Pins> {
    let covered = |root: &RootId| ground.covered.contains(root);
    let kept = |root: &RootId| covered(root) && in_scope.binary_search(root).is_ok();
    let mut pins = planner
        .map(|planner| planner.stories.pins.clone())
        .unwrap_or_default();
    pins.retain(|root, _| kept(root) || touched.contains(root));
    pins
}

/// Which opportunities the run is about.
pub(super) fn opening_events(
    ground: &Ground,
    planner: Option<&Planner>,
    in_scope: &[RootId],
) -> Vec<Event> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let deals = &ground.read.inventory.opportunities;
    let name = |root: &RootId| deals.get(root).map(|deal| deal.name.clone());
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
    let limit = u64::from(ground.request.manifest.salesforce.query.limit);
    let left_out = ground.read.beyond_limit;
    let truncated = (left_out > 0).then_some(Event::Truncated { left_out, limit });
    selected.chain(skipped).chain(truncated).collect()
}
