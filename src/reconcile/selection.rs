//! Which opportunities a plan is about.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::ground::Ground;
use super::stop::Stop;
use crate::model::event::Event;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;
use crate::model::pins::RootPins;
use crate::planner::Planner;
use crate::refresh;

/// The roots that are compared, accounts before deals: the oldest planned deals with their
/// accounts, and all that are not planned any more.
pub(super) fn in_scope(ground: &Ground, planner: Option<&Planner>) -> Result<Vec<RootId>, Stop> {
    let mut chosen = ground.roots.clone();
    let Some(planner) = planner else {
        return Ok(chosen.into_iter().collect());
    };
    let opportunities = &ground.read.inventory.opportunities;
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
    let (planned, left_out) = planned.split_at(most.min(planned.len()));
    let accounts = |deals: &[RootId]| -> BTreeSet<RootId> {
        let deals = deals.iter().filter_map(|deal| opportunities.get(deal));
        let accounts = deals.filter_map(|deal| deal.account);
        let theirs = accounts.filter(|account| planner.stories.covers_account(*account));
        theirs.map(RootId::from).collect()
    };
    for root in left_out.iter().chain(&accounts(left_out)) {
        chosen.remove(root);
    }
    chosen.extend(planner.stories.org);
    chosen.extend(accounts(planned));
    chosen.extend(planned);
    Ok(chosen.into_iter().collect())
}

/// Some of the roots, of each kind: together they show every kind of record that there is.
pub(super) fn sample(roots: &[RootId], most: usize) -> impl Iterator<Item = &RootId> {
    let of_rank = move |rank| {
        roots
            .iter()
            .filter(move |root| root.rank() == rank)
            .take(most)
    };
    (0..=2).flat_map(of_rank)
}

/// The accounts of roots that the inventory does not tell.
pub(super) async fn accounts(
    ground: &Ground<'_>,
    in_scope: &[RootId],
) -> anyhow::Result<BTreeMap<RootId, AccountId>> {
    let known = &ground.read.inventory.opportunities;
    let unknown: BTreeSet<_> = in_scope
        .iter()
        .filter(|root| !known.contains_key(root) && root.is_deal())
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
) -> BTreeMap<RootId, RootPins> {
    let Some(planner) = planner else {
        return BTreeMap::new();
    };
    let covered = |root: &RootId| ground.covered.contains(root);
    let kept = |root: &RootId| covered(root) && in_scope.binary_search(root).is_ok();
    let is_chosen = |root: &RootId| kept(root) || touched.contains(root);
    let deals = planner.stories.pins.iter();
    let deals = deals.filter(|(root, _)| is_chosen(root));
    let deals = deals.map(|(root, pins)| (*root, RootPins::Deal(Box::new(pins.clone()))));
    let people = planner.stories.people.iter();
    let people = people.map(|(account, people)| (RootId::from(*account), people));
    let people = people.filter(|(root, _)| is_chosen(root));
    let people = people.map(|(root, people)| (root, RootPins::People(people.clone())));
    deals.chain(people).collect()
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
