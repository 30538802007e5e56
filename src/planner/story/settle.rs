//! Lays the meetings of all stories, and looks whether those that are told for the first time find
//! room and hold what their shapes stand for; one that does not is told as something less.

use std::collections::{BTreeMap, BTreeSet};

use super::super::calendar::{Room, Tense};
use super::super::desks::Desks;
use super::super::overlaps::overlaps;
use super::super::people::people;
use super::super::{Situation, tell};
use super::rules::{Broken, broken, inputs};
use super::volumes::meetings_needed;
use super::{Because, Fallen, Stories, mix, pin, uninvited};
use crate::model::id::{AccountId, RootId};
use crate::model::pins::{Marks, Pins};

/// After so many times of weakening what does not hold, it stays. A shape has at most four weaker
/// ones, and what falls can push others, but they are few.
const ROUNDS: usize = 6;

/// Tells all fresh stories, weakens those that do not hold, and says what had to give. Fresh stories
/// are laid each time as though they had never lain anywhere: what one could do without must not
/// stand in the way of what a weakened one needs.
pub(in crate::planner) fn settle(situation: &Situation, desks: &Desks, stories: &mut Stories) {
    for root in &stories.fresh {
        forget_places(pinned(&mut stories.pins, root));
    }
    let mut room = Room::new(situation, &mut stories.pins);
    let mut laid = room.settle(&mut stories.pins);
    let mut unsure = stories.fresh.clone();
    for round in 0..=ROUNDS {
        let mut weakened = BTreeSet::new();
        stories.broken.retain(|root, _| !unsure.contains(root));
        let judge = (&room, desks);
        for (root, short) in short(situation, judge, (&unsure, &laid.roomless), stories) {
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
        room.ask_anew(&weakened, &mut stories.pins);
        laid = room.settle(&mut stories.pins);
        unsure = laid.moved.intersection(&stories.fresh).copied().collect();
        unsure.append(&mut weakened);
    }
    stories.dealt = room.into_dealt();
    stories.calendars = laid.calendars;
    if laid.is_crowded {
        stories.overlaps = overlaps(situation, &stories.pins);
    }
    stories.uninvited = uninvited(situation, stories);
}

fn forget_places(pins: &mut Pins) {
    pins.past.clear();
    pins.future.clear();
    pins.held = Marks::default();
}

/// The pins of a deal that is told for the first time.
fn pinned<'a>(pins: &'a mut BTreeMap<RootId, Pins>, fresh: &RootId) -> &'a mut Pins {
    pins.get_mut(fresh).expect("fresh stories are pinned")
}

/// How many meetings that a story needs found no room.
type Roomless = BTreeMap<(RootId, Tense), u32>;

/// What a story lacks: rules that it does not hold, and room for its meetings, by their tense.
struct Short {
    broken: Vec<Broken>,
    roomless: BTreeMap<Tense, u32>,
}

/// The stories that lack something, of those that are unsure or have no room.
fn short(
    situation: &Situation,
    judge: (&Room, &Desks),
    (unsure, roomless): (&BTreeSet<RootId>, &Roomless),
    stories: &Stories,
) -> Vec<(RootId, Short)> {
    let without_room = roomless.keys().map(|(root, _)| *root);
    let without_room = without_room.filter(|root| stories.fresh.contains(root));
    let without_room = without_room.collect();
    let judged = unsure.union(&without_room).filter_map(|root| {
        let of = [Tense::Past, Tense::Future].into_iter();
        let short = Short {
            broken: broken_rules(situation, judge, (*root, stories)),
            roomless: of
                .filter_map(|tense| Some((tense, *roomless.get(&(*root, tense))?)))
                .collect(),
        };
        let lacks = !short.broken.is_empty() || !short.roomless.is_empty();
        lacks.then_some((*root, short))
    });
    judged.collect()
}

fn broken_rules(
    situation: &Situation,
    (room, desks): (&Room, &Desks),
    (root, stories): (RootId, &Stories),
) -> Vec<Broken> {
    let pins = &stories.pins[&root];
    let (timeline, _) = tell(situation, (root, pins), room.dealt(root), desks);
    broken(pins.shape, &inputs(&timeline, pins, situation.anchor))
}

/// Gives the deal a weaker shape, if there is one that may hold. For want of room, one that needs
/// fewer meetings: any other would find no more of it.
fn weaken(situation: &Situation, root: RootId, short: &Short, stories: &mut Stories) -> bool {
    let Short { broken, roomless } = short;
    let opportunity = &situation.inventory.opportunities[&root];
    let pins = pinned(&mut stories.pins, &root);
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
    forget_places(pins);
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
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|(root, _)| (situation.inventory.opportunities[*root].created, **root));
    stories.people.retain(|id, _| !accounts.contains(id));
    let of = (&stories.labels, &stories.people);
    let anew = people(situation, of, told.into_iter().map(|(_, pins)| pins));
    stories.people.extend(anew);
}
