//! Looks whether the stories that were told for the first time hold what their shapes stand for,
//! now that their meetings have found room; one that does not is told as something less.

use std::collections::BTreeSet;

use super::super::calendar::lay;
use super::super::desks::Desks;
use super::super::overlaps::overlaps;
use super::super::people::people;
use super::super::{Situation, tell};
use super::rules::{Broken, broken, inputs};
use super::{Fallen, Stories, mix, pin, uninvited};
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::by_creation;

/// A shape has at most so many weaker ones.
const ROUNDS: usize = 4;

/// Tells all fresh stories, weakens those that do not hold, and says what had to give.
pub(in crate::planner) fn settle(situation: &Situation, desks: &Desks, stories: &mut Stories) {
    let mut unsure: Vec<RootId> = stories.fresh.iter().copied().collect();
    for _ in 0..ROUNDS {
        let broken = unsure.iter().filter_map(|root| {
            let broken = broken_rules(situation, desks, (*root, stories));
            (!broken.is_empty()).then_some((*root, broken))
        });
        let broken: Vec<(RootId, Vec<Broken>)> = broken.collect();
        unsure.clear();
        for (root, broken) in broken {
            match weaken(situation, root, &broken, stories) {
                true => unsure.push(root),
                false => drop(stories.broken.insert(root, broken)),
            }
        }
        if unsure.is_empty() {
            break;
        }
        make_people_anew(situation, &unsure, stories);
        let order = by_creation(situation.inventory);
        stories.calendars = lay(situation, &order, &mut stories.pins);
    }
    stories.overlaps = overlaps(situation, &stories.pins);
    stories.uninvited = uninvited(situation, stories);
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

/// Decides again whom we make at the accounts of these deals.
fn make_people_anew(situation: &Situation, roots: &[RootId], stories: &mut Stories) {
    let account = |root: &RootId| situation.inventory.opportunities[root].account;
    let accounts: BTreeSet<AccountId> = roots.iter().filter_map(account).collect();
    let is_there = |root: &RootId| account(root).is_some_and(|id| accounts.contains(&id));
    let told = stories.pins.iter().filter(|(root, _)| is_there(root));
    stories.people.retain(|id, _| !accounts.contains(id));
    let of = (&stories.labels, &stories.people);
    let anew = people(situation, of, told.map(|(_, pins)| pins));
    stories.people.extend(anew);
}

/// Gives the deal a weaker shape, if there is one, and its meetings no place yet.
fn weaken(situation: &Situation, root: RootId, broken: &[Broken], stories: &mut Stories) -> bool {
    let opportunity = &situation.inventory.opportunities[&root];
    let pins = stories
        .pins
        .get_mut(&root)
        .expect("fresh stories are pinned");
    let Some(weaker) = mix::weaker(situation, opportunity, pins) else {
        return false;
    };
    let from = std::mem::replace(&mut pins.shape, weaker);
    pin::cast_anew(situation, root, pins);
    let because = broken.iter().map(Broken::to_string).collect::<Vec<_>>();
    let fallen = Fallen {
        from,
        because: format!("comes to {}", because.join(", ")),
    };
    stories.fallen.entry(root).or_insert(fallen);
    true
}
