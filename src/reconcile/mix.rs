//! What a plan says of deals that cannot be what the mix asks for.

use std::collections::BTreeMap;

use crate::listing::counted;
use crate::model::id::RootId;
use crate::model::inventory::Inventory;
use crate::model::shape::Shape;
use crate::model::told::Fell;
use crate::planner::{Fallen, Stories};

/// A notice for each shape that deals were to have and cannot, or have though they lack something:
/// how many, what they are told as, and the reason that most of them have.
pub(super) fn notices(inventory: &Inventory, stories: &Stories) -> Vec<String> {
    let mut weakened: BTreeMap<Shape, Vec<Weakened>> = BTreeMap::new();
    for (root, Fallen { from, because }, to) in told_as_less(stories) {
        let name = inventory.opportunities.get(&root).map(|deal| &*deal.name);
        let deal = Weakened {
            name: name.unwrap_or_default(),
            to,
            because: because.to_string(),
        };
        weakened.entry(*from).or_default().push(deal);
    }
    let shapes = Shape::ALL.iter();
    let weakened = shapes.filter_map(|from| Some((*from, weakened.get(from)?)));
    weakened.map(|(from, deals)| notice(from, deals)).collect()
}

/// The same for programs: all reasons, with one of the deals that each is true of.
pub(super) fn fallen(stories: &Stories) -> Vec<Fell> {
    let mut fallen: BTreeMap<_, Fell> = BTreeMap::new();
    for (root, Fallen { from, because }, to) in told_as_less(stories) {
        let because = because.to_string();
        let fell = fallen
            .entry((*from, to, because.clone()))
            .or_insert_with(|| Fell {
                from: *from,
                to,
                because,
                deals: 0,
                example: root,
            });
        fell.deals += 1;
    }
    fallen.into_values().collect()
}

/// The deals that are less than they were to be, and what they are.
fn told_as_less(stories: &Stories) -> impl Iterator<Item = (RootId, &Fallen, Shape)> {
    stories.fallen.iter().filter_map(|(root, fallen)| {
        let to = stories.pins.get(root)?.shape;
        // What cannot be less than it is stays that. Of how a deal ended it is said.
        let is_said = to != fallen.from || to == Shape::Won;
        is_said.then_some((*root, fallen, to))
    })
}

/// A deal that is told as less than it was to be.
struct Weakened<'a> {
    name: &'a str,
    to: Shape,
    because: String,
}

fn notice(from: Shape, deals: &[Weakened]) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for deal in deals {
        reasons.entry(&deal.because).or_default().push(deal.name);
    }
    // Of reasons that are as frequent, the first.
    let most = reasons
        .iter()
        .max_by_key(|(because, names)| (names.len(), std::cmp::Reverse(**because)));
    let (because, names) = most.expect("every deal has a reason");
    let (all, example) = (deals.len(), names[0]);
    let whom = match all {
        1 => example.to_owned(),
        _ => format!("{} of {all}, such as {example}", names.len()),
    };
    let are = if all == 1 { "is" } else { "are" };
    if deals.iter().all(|deal| deal.to == from) {
        let who = counted(all as u64, "deal", "deals");
        return format!("{who} {are} told as {from}, though the shape {because} ({whom})");
    }
    let who = counted(all as u64, "deal cannot be", "deals cannot be");
    let told = told_as(deals);
    format!("{who} {from} and {are} told as {told}: the shape {because} ({whom})")
}

/// The shapes that they have instead, with how many of each where there are several.
fn told_as(deals: &[Weakened]) -> String {
    let count = |shape: Shape| deals.iter().filter(|deal| deal.to == shape).count();
    let counts = Shape::ALL.map(|shape| (shape, count(shape)));
    let counted: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
    match counted[..] {
        [(only, _)] => only.to_string(),
        _ => {
            let named = counted
                .iter()
                .map(|(shape, count)| format!("{shape} ({count})"));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Weakened, notice};
    use crate::model::shape::Shape::{self, AtRisk, SingleThreaded, Stalled};

    #[test]
    fn the_most_frequent_reason_is_told() {
        let check = |deals: &[(&str, Shape, &str)], expect: &str| {
            let deals = deals.iter().map(|(name, to, because)| Weakened {
                name,
                to: *to,
                because: (*because).to_owned(),
            });
            assert_eq!(notice(Stalled, &deals.collect::<Vec<_>>()), expect);
        };
        let (room, mails) = (
            "needs 26 days, and there are 14",
            "needs 3 emails, and `x` is 1",
        );
        check(
            &[("Pilot", AtRisk, room)],
            "1 deal cannot be stalled and is told as at-risk: the shape needs 26 days, and there are 14 (Pilot)",
        );
        check(
            &[
                ("Pilot", AtRisk, room),
                ("Rollout", SingleThreaded, mails),
                ("Module", SingleThreaded, mails),
            ],
            "3 deals cannot be stalled and are told as at-risk (1), single-threaded (2): \
             the shape needs 3 emails, and `x` is 1 (2 of 3, such as Rollout)",
        );
        check(
            &[("Pilot", Stalled, room), ("Rollout", Stalled, room)],
            "2 deals are told as stalled, though \
             the shape needs 26 days, and there are 14 (2 of 2, such as Pilot)",
        );
        check(
            &[("Pilot", AtRisk, room), ("Rollout", AtRisk, mails)],
            "2 deals cannot be stalled and are told as at-risk: \
             the shape needs 26 days, and there are 14 (1 of 2, such as Pilot)",
        );
    }
}
