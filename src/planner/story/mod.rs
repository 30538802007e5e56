//! The story of each deal: what is decided once and then pinned.
//!
//! Runs once over all covered opportunities, in the order of their creation, before any record
//! is planned, because the meetings of one owner compete across deals. What a story then comes to,
//! step by step, is told by `timeline`.

mod colleagues;
mod means;
mod mix;
mod pin;
mod places;
mod rules;
mod settle;
mod volumes;

pub(super) use places::{
    Asked, asked, bumps, call_day, farewell, introduces, kick_off, latest, reach, thread_day,
};
#[cfg(test)]
pub(super) use rules::Class;
pub(crate) use rules::{Broken, Inputs};
pub(super) use rules::{What, broken, class};
pub(super) use rules::{buyer, champion, inputs};
pub(super) use settle::settle;
pub(super) use volumes::{Counts, counts};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::activity::meetings::may_be_invited;
use super::calendar::{Calendars, block_hours};
use super::loan;
use super::people::{Labels, People, people};
use super::timeline::slots::Dealt;
use super::{Situation, accounts};
use crate::manifest::Misfit;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;
use crate::model::pins::{Grid, Pins};
use crate::model::shape::Shape;
use colleagues::Colleagues;

/// What came of pinning all stories.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    /// Every covered opportunity that gets records.
    pub(crate) pins: BTreeMap<RootId, Pins>,
    /// The people whom they need and their accounts have not, by account.
    pub(crate) people: People,
    /// What stands for each account in domains.
    pub(super) labels: Labels,
    /// The org, where accounts are made under it.
    pub(crate) org: Option<RootId>,
    /// What accounts lend.
    pub(crate) lent: loan::Accounts,
    /// Opportunities that get none, because nobody active stands in for their owner.
    pub(crate) skipped: BTreeSet<RootId>,
    /// Young deals whose activities reach back to before they were created.
    pub(crate) predating: BTreeSet<RootId>,
    /// Deals that were told for the first time, or anew.
    pub(crate) fresh: BTreeSet<RootId>,
    /// Deals that keep the shape that they were told with, and that the manifest gives another.
    pub(crate) outdated: BTreeSet<RootId>,
    /// Deals that are told already, and that the manifest gives a shape which they can never have:
    /// why not.
    pub(crate) contradicted: BTreeMap<RootId, String>,
    /// The manifest's assignments that name no deal, by their numbers.
    pub(crate) idle: Vec<usize>,
    /// Deals whose shape could not be what it was to be.
    pub(crate) fallen: BTreeMap<RootId, Fallen>,
    /// Deals whose stories do not hold what their shapes stand for.
    pub(crate) broken: BTreeMap<RootId, Vec<Broken>>,
    /// What the manifest says of stories and cannot be told.
    pub(crate) misfits: Vec<Misfit>,
    /// What their slots for meetings are about, and with whom.
    pub(super) dealt: BTreeMap<RootId, Box<[Dealt]>>,
    /// What came of laying the meetings into everybody's calendars.
    pub(crate) calendars: Calendars,
    /// By deal, how many meetings lie on another one of their owner.
    pub(crate) overlaps: BTreeMap<RootId, u32>,
    /// People who could only be invited to meetings and are not, as their addresses are real.
    pub(crate) uninvited: u64,
}

/// A deal that is told as less than it was to be, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fallen {
    /// What it was to be.
    pub(crate) from: Shape,
    pub(crate) because: Because,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Because {
    /// What it lacks, such as `needs 5 people, and its account has 2`, or what it did not hold.
    Unfit(String),
    /// So many of the meetings that it needed found no room in calendars.
    NoRoom(u32),
}

/// What is said of the shape.
impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(why) => f.write_str(why),
            Self::NoRoom(1) => f.write_str("finds no room for one of its meetings"),
            Self::NoRoom(count) => write!(f, "finds no room for {count} of its meetings"),
        }
    }
}

impl Stories {
    /// Whether the root is a deal that is told, or an account that is planned.
    pub(crate) fn covers(&self, root: RootId) -> bool {
        let is_account = |account| self.covers_account(account);
        self.org == Some(root)
            || self.pins.contains_key(&root)
            || root.account().is_some_and(is_account)
    }

    /// Forgets what there is to say of other deals than these, which are in order; all of them were
    /// told, as they share people's calendars.
    pub(crate) fn speak_of(&mut self, deals: &[RootId]) {
        let is_meant = |deal: &RootId| deals.binary_search(deal).is_ok();
        self.predating.retain(is_meant);
        self.outdated.retain(is_meant);
        self.contradicted.retain(|deal, _| is_meant(deal));
        self.fallen.retain(|deal, _| is_meant(deal));
        self.broken.retain(|deal, _| is_meant(deal));
        self.calendars.clashes.retain(|deal, _| is_meant(deal));
        self.calendars.apart.retain(|deal, _| is_meant(deal));
        self.overlaps.retain(|deal, _| is_meant(deal));
    }

    /// Whether people are added to the account, or it lends something.
    pub(crate) fn covers_account(&self, account: AccountId) -> bool {
        self.people.contains_key(&account) || self.lent.contains_key(&account)
    }
}

/// Decides what is not pinned yet, and keeps the rest.
pub(super) fn stories(situation: &Situation) -> Stories {
    let order = by_creation(situation.inventory);
    let grid = grid(situation);
    let fixed = mix::fixed(situation, &order);
    let colleagues = Colleagues::of(situation.inventory);
    let mut stories = Stories::default();
    // In the order of ids, in which the map of all pins is built without gaps.
    let mut told = Vec::with_capacity(order.len());
    for root in situation.inventory.opportunities.keys() {
        let Some(pinned) = pin::pin(situation, *root, grid, fixed.get(root).copied()) else {
            stories.skipped.insert(*root);
            continue;
        };
        let pin::Pinned {
            mut pins,
            is_fresh,
            fallen,
            misfit,
        } = pinned;
        stories.misfits.extend(misfit);
        if is_fresh {
            let story_key = &situation.inventory.opportunities[root].story_key;
            pins.colleague = colleagues.choose(story_key, pins.next_owner);
            stories.fresh.insert(*root);
        } else if let Some(why) = mix::contradiction(situation, *root, &pins) {
            stories.contradicted.insert(*root, why);
        } else if mix::is_outdated(situation, *root, &pins) {
            stories.outdated.insert(*root);
        }
        if pin::predates(situation, *root, &pins) {
            stories.predating.insert(*root);
        }
        stories.fallen.extend(fallen.map(|fallen| (*root, fallen)));
        told.push((*root, pins));
    }
    stories.pins = told.into_iter().collect();
    stories.idle = mix::idle(situation, &order);
    stories.labels = Labels::of(situation.inventory, &order);
    stories.people = people(
        situation,
        (&stories.labels, &People::new()),
        order.iter().filter_map(|root| stories.pins.get(root)),
    );
    stories.org = accounts::org(situation);
    stories.lent = loan::accounts(situation, &stories.labels, stories.pins.keys());
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
        let of_deal = (opportunity, &stories.people);
        people.extend(cast.filter(|person| !may_be_invited(situation, of_deal, *person)));
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
