//! Lays the meetings of all stories, and looks whether those that are told for the first time find
//! room and hold what their shapes stand for; one that does not is told as something less.

use std::collections::{BTreeMap, BTreeSet};

use super::super::calendar::{Laid, Tense, lay};
use super::super::desks::Desks;
use super::super::overlaps::overlaps;
use super::super::people::people;
use super::super::{Situation, tell};
use super::rules::{Broken, broken, inputs};
use super::volumes::meetings_needed;
use super::{Because, Fallen, Stories, mix, pin, uninvited};
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;
use crate::model::pins::{Marks, Pins, Slot};

/// After so many times of weakening what does not hold, it stays. A shape has at most four weaker
/// ones, and what falls can push others, but they are few.
const ROUNDS: usize = 6;

/// Tells all fresh stories, weakens those that do not hold, and says what had to give.
pub(in crate::planner) fn settle(situation: &Situation, desks: &Desks, stories: &mut Stories) {
    let (_, mut roomless) = lay_anew(situation, stories);
    let mut unsure = stories.fresh.clone();
    for round in 0..=ROUNDS {
        let mut weakened = BTreeSet::new();
        for (root, short) in short(situation, desks, (&unsure, &roomless), stories) {
            stories.broken.remove(&root);
            if round < ROUNDS && weaken(situation, root, &short, stories) {
                weakened.insert(root);
            } else if !short.broken.is_empty() {
                stories.broken.insert(root, short.broken);
            }
        }
        if weakened.is_empty() {
            break;
        }
        make_people_anew(situation, &weakened, stories);
        (unsure, roomless) = lay_anew(situation, stories);
        unsure.append(&mut weakened);
    }
    stories.overlaps = overlaps(situation, &stories.pins);
    stories.uninvited = uninvited(situation, stories);
}

/// How many meetings that a story needs found no room.
type Roomless = BTreeMap<(RootId, Tense), u32>;

/// Lays all meetings, those of fresh stories as though they had never lain anywhere: what a story
/// could do without must not stand in the way of what a weakened one needs. Says which of the fresh
/// stories have meetings elsewhere than before, and which have no room.
fn lay_anew(situation: &Situation, stories: &mut Stories) -> (BTreeSet<RootId>, Roomless) {
    let Stories { fresh, pins, .. } = stories;
    let mut take = |root: &RootId| {
        let pins = pins.get_mut(root).expect("fresh stories are pinned");
        (*root, take_places(pins))
    };
    let before: Vec<_> = fresh.iter().map(&mut take).collect();
    let Laid {
        calendars,
        mut roomless,
    } = lay(situation, &by_creation(situation.inventory), pins);
    roomless.retain(|(root, _), _| fresh.contains(root));
    let is_elsewhere = |(root, (past, future, held)): &(RootId, Places)| {
        let now = &pins[root];
        (past, future, held) != (&now.past, &now.future, &now.held)
    };
    let moved = before.into_iter().filter(is_elsewhere);
    let moved = moved.map(|(root, _)| root).collect();
    stories.calendars = calendars;
    (moved, roomless)
}

/// The slots of the past and of the future, and which are held.
type Places = (Vec<Slot>, Vec<Slot>, Marks);

fn take_places(pins: &mut Pins) -> Places {
    (
        std::mem::take(&mut pins.past),
        std::mem::take(&mut pins.future),
        std::mem::take(&mut pins.held),
    )
}

/// What a story lacks: rules that it does not hold, and room for its meetings, by their tense.
struct Short {
    broken: Vec<Broken>,
    roomless: BTreeMap<Tense, u32>,
}

/// The stories that lack something, of those that are unsure or have no room.
fn short(
    situation: &Situation,
    desks: &Desks,
    (unsure, roomless): (&BTreeSet<RootId>, &Roomless),
    stories: &Stories,
) -> Vec<(RootId, Short)> {
    let without_room = roomless.keys().map(|(root, _)| *root).collect();
    let judged = unsure.union(&without_room).map(|root| {
        let of = [Tense::Past, Tense::Future].into_iter();
        let short = Short {
            broken: broken_rules(situation, desks, (*root, stories)),
            roomless: of
                .filter_map(|tense| Some((tense, *roomless.get(&(*root, tense))?)))
                .collect(),
        };
        (*root, short)
    });
    judged.collect()
}

fn broken_rules(
    situation: &Situation,
    desks: &Desks,
    (root, stories): (RootId, &Stories),
) -> Vec<Broken> {
    let pins = &stories.pins[&root];
    let (timeline, _) = tell(situation, (root, pins), desks);
    broken(pins.shape, &inputs(&timeline, pins, situation.anchor))
}

/// Gives the deal a weaker shape, if there is one that may hold. For want of room, one that needs
/// fewer meetings: any other would find no more of it.
fn weaken(situation: &Situation, root: RootId, short: &Short, stories: &mut Stories) -> bool {
    let Short { broken, roomless } = short;
    let opportunity = &situation.inventory.opportunities[&root];
    let pins = stories
        .pins
        .get_mut(&root)
        .expect("fresh stories are pinned");
    let needed = |shape, tense| {
        let room = -i32::from(pins.first);
        meetings_needed(&situation.manifest.activity, (shape, room as u32), tense)
    };
    let needs_fewer = |shape| {
        let mut tenses = roomless.keys();
        tenses.any(|tense| needed(shape, *tense) < needed(pins.shape, *tense))
    };
    let may_do = |shape| !broken.is_empty() || needs_fewer(shape);
    let Some(weaker) = mix::weaker(situation, (opportunity, pins), may_do) else {
        return false;
    };
    let from = std::mem::replace(&mut pins.shape, weaker);
    pin::cast_anew(situation, root, pins);
    let because = if broken.is_empty() {
        Because::NoRoom(roomless.values().sum())
    } else {
        let broken: Vec<_> = broken.iter().map(Broken::to_string).collect();
        Because::Unfit(format!("comes to {}", broken.join(", ")))
    };
    let fallen = Fallen { from, because };
    stories.fallen.entry(root).or_insert(fallen);
    true
}

/// Decides again whom we make at the accounts of these deals.
fn make_people_anew(situation: &Situation, roots: &BTreeSet<RootId>, stories: &mut Stories) {
    let account = |root: &RootId| situation.inventory.opportunities[root].account;
    let accounts: BTreeSet<AccountId> = roots.iter().filter_map(account).collect();
    let is_there = |root: &RootId| account(root).is_some_and(|id| accounts.contains(&id));
    let told = stories.pins.iter().filter(|(root, _)| is_there(root));
    stories.people.retain(|id, _| !accounts.contains(id));
    let of = (&stories.labels, &stories.people);
    let anew = people(situation, of, told.map(|(_, pins)| pins));
    stories.people.extend(anew);
}
