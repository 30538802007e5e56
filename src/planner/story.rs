//! The shape of each deal's story: what is decided once and then pinned.
//!
//! Runs once over all covered opportunities, in the order of their creation, before any record
//! is planned, because the meetings of one owner compete across deals.

use std::collections::{BTreeMap, BTreeSet};

use super::Situation;
use super::activity::meetings::may_be_invited;
use super::calendar::block_hours;
use super::lay::lay;
use super::overlaps::overlaps;
use super::owners::acting;
use super::people::{Casting, People, cast, people, roles};
use crate::draw::RootDraw;
use crate::model::day::Day;
use crate::model::id::RootId;
use crate::model::inventory::{Opportunity, by_creation};
use crate::model::pins::{Ends, Grid, Pins, Segment, Slot};

/// What came of pinning all stories.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    /// Every covered opportunity that gets records.
    pub(crate) pins: BTreeMap<RootId, Pins>,
    /// The people whom they need and their accounts have not, by account.
    pub(crate) people: People,
    /// Opportunities that get none, because nobody active stands in for their owner.
    pub(crate) skipped: BTreeSet<RootId>,
    /// How many meetings lie on another one of their owner.
    pub(crate) overlaps: u64,
    /// People who could only be invited to meetings and are not, as their addresses are real.
    pub(crate) uninvited: u64,
}

impl Stories {
    /// Whether the root is a deal that is told, or an account that people are added to.
    pub(crate) fn covers(&self, root: RootId) -> bool {
        let is_account = |account| self.people.contains_key(&account);
        self.pins.contains_key(&root) || root.account().is_some_and(is_account)
    }
}

/// Decides what is not pinned yet, and keeps the rest.
pub(super) fn stories(situation: &Situation) -> Stories {
    let order = by_creation(situation.inventory);
    let grid = grid(situation);
    let mut stories = Stories::default();
    for root in &order {
        match pin(situation, *root, grid) {
            Some(pins) => drop(stories.pins.insert(*root, pins)),
            None => drop(stories.skipped.insert(*root)),
        }
    }
    stories.people = people(situation, stories.pins.values());
    lay(situation, &order, &mut stories);
    stories.overlaps = overlaps(situation, &stories.pins);
    stories.uninvited = uninvited(situation, &stories);
    stories
}

/// Counts the people whom [`may_be_invited`] keeps out, each once.
fn uninvited(situation: &Situation, stories: &Stories) -> u64 {
    if situation.capabilities.shares_activities() {
        return 0;
    }
    let mut people = BTreeSet::new();
    for (root, pins) in &stories.pins {
        let opportunity = &situation.inventory.opportunities[root];
        let cast = pins.cast.iter().filter_map(|part| part.person);
        people.extend(
            cast.filter(|person| {
                !may_be_invited(situation, (opportunity, &stories.people), *person)
            }),
        );
    }
    people.len() as u64
}

fn grid(situation: &Situation) -> Grid {
    let activity = &situation.manifest.activity;
    // As many as fit between the story's end, whatever weekday that is, and the window's edge:
    // five a week, and of a part of a week those that no weekend can take. One at least.
    let business = |days: u32| (days as i32 / 7 * 5 + (days as i32 % 7 - 2).max(0)).max(1);
    let longest = activity.meetings.duration_minutes.iter().max();
    Grid {
        past_days: business(activity.past_days),
        future_days: business(activity.future_days),
        block_hours: block_hours(*longest.unwrap_or(&60)),
    }
}

/// The pins of one deal, its slots kept only where they still stand on what they were laid on.
fn pin(situation: &Situation, root: RootId, grid: Grid) -> Option<Pins> {
    let opportunity = &situation.inventory.opportunities[&root];
    let kept = situation
        .pins
        .get(&root)
        .filter(|_| !situation.recast.contains(&root));
    let act = |owner| {
        let fallback = &situation.manifest.activity.owner_fallback;
        acting(
            owner,
            fallback,
            situation.capabilities.running_user,
            situation.inventory,
        )
    };
    // A deal that was told is not left out again because nobody stands in for its owner.
    let next_owner = act(opportunity.owner).or(kept.map(|kept| kept.next_owner))?;
    let mut draw = RootDraw::new(situation.seed, &opportunity.story_key);
    let segment = kept.map_or_else(|| segment(opportunity.amount), |kept| kept.segment);
    let casting = Casting {
        roles: &roles(situation.manifest, segment),
        account: opportunity.account,
        inventory: situation.inventory,
        root,
        generate: situation.manifest.contacts.generate,
    };
    let Some(kept) = kept else {
        return Some(Pins {
            owner: next_owner,
            next_owner,
            segment,
            position: position(opportunity, &mut draw),
            ends: ends(opportunity, situation.anchor),
            cast: cast(&casting, &[], &mut draw),
            grid,
            past: Vec::new(),
            future: Vec::new(),
        });
    };
    // Who is not active any more still held what was held: only new records go to a stand-in.
    let is_known = situation.inventory.users.contains_key(&kept.owner);
    let owner = if is_known {
        kept.owner
    } else {
        act(kept.owner).unwrap_or(kept.owner)
    };
    let same_grid = kept.grid == grid;
    let keep = |slots: &Vec<Slot>, same: bool| {
        if same && same_grid {
            slots.clone()
        } else {
            Vec::new()
        }
    };
    Some(Pins {
        owner,
        next_owner,
        segment,
        position: kept.position,
        ends: moved(kept.ends, opportunity, situation),
        cast: cast(&casting, &kept.cast, &mut draw),
        grid,
        past: keep(&kept.past, kept.owner == owner),
        future: keep(&kept.future, kept.next_owner == next_owner),
    })
}

/// A deal that was told as open and has closed stays where it was when the anchor moves on.
fn moved(ends: Ends, opportunity: &Opportunity, situation: &Situation) -> Ends {
    match (ends, situation.told_at) {
        (Ends::AtAnchor, Some(told_at)) if opportunity.closed && told_at != situation.anchor => {
            Ends::Frozen(told_at)
        }
        _ => ends,
    }
}

fn ends(opportunity: &Opportunity, anchor: Day) -> Ends {
    if opportunity.closed {
        Ends::Closed(opportunity.close_date.min(anchor))
    } else {
        Ends::AtAnchor
    }
}

/// How far the deal has come. A lost deal's probability says nothing of it, so it is drawn.
fn position(opportunity: &Opportunity, draw: &mut RootDraw) -> u8 {
    if opportunity.closed && opportunity.probability <= 0.0 {
        return 35 + draw.at("position").below(0, 45) as u8;
    }
    opportunity.probability.clamp(0.0, 100.0) as u8
}

fn segment(amount: Option<f64>) -> Segment {
    match amount.unwrap_or(0.0) {
        amount if amount < 25_000.0 => Segment::Small,
        amount if amount < 100_000.0 => Segment::Mid,
        amount if amount < 500_000.0 => Segment::Large,
        _ => Segment::Strategic,
    }
}
