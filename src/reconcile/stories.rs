//! What a plan says of the stories that it tells: shapes that the manifest gives and no deal gets,
//! and deals that are younger than what is told of them.

use super::ground::Ground;
use crate::listing::{counted, some_of};
use crate::manifest::stories::Assignment;
use crate::model::inventory::Inventory;
use crate::planner::Planner;

pub(super) fn notices(ground: &Ground, planner: Option<&Planner>) -> Vec<String> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let assign = &ground.request.manifest.stories.assign;
    let idle = planner.stories.idle.iter();
    let idle = idle.map(|number| names_no_deal(*number, &assign[*number]));
    idle.chain(outdated(ground, planner))
        .chain(contradicted(&ground.read.inventory, planner))
        .chain(predating(&ground.read.inventory, planner))
        .collect()
}

fn names_no_deal(number: usize, assignment: &Assignment) -> String {
    let named = match &assignment.opportunity {
        Some(opportunity) => format!(" ({opportunity:?})"),
        None => String::new(),
    };
    format!("`stories.assign[{number}]`{named} names no opportunity of this plan")
}

/// Shapes are decided at the first telling.
fn outdated(ground: &Ground, planner: &Planner) -> Option<String> {
    let outdated = &planner.stories.outdated;
    let keep = counted(
        outdated.len() as u64,
        "deal keeps the shape that it was told with",
        "deals keep the shapes that they were told with",
    );
    let deals = &ground.read.inventory.opportunities;
    let name = |root| {
        let shape = planner.stories.pins[root].shape;
        format!("{} ({shape})", deals[root].name)
    };
    let names = some_of(&outdated.iter().map(name).collect::<Vec<_>>());
    (!outdated.is_empty()).then(|| format!(
        "{keep}, though `stories` now says otherwise: {names} (`--recast` tells the deals anew that it names)"
    ))
}

/// What a `--recast` of these deals would be refused for.
fn contradicted(inventory: &Inventory, planner: &Planner) -> Option<String> {
    let deals = planner.stories.contradicted.iter();
    let named = deals.filter_map(|(root, why)| {
        let deal = inventory.opportunities.get(root)?;
        Some(format!("{} ({why})", deal.name))
    });
    let named: Vec<_> = named.collect();
    let cannot = counted(
        named.len() as u64,
        "deal cannot have the shape that `stories.assign` gives it, and keeps its own",
        "deals cannot have the shapes that `stories.assign` gives them, and keep their own",
    );
    (!named.is_empty()).then(|| format!("{cannot}: {}", some_of(&named)))
}

/// Which deals are told from a day on which they had not been created: in a fresh org all are young.
fn predating(inventory: &Inventory, planner: &Planner) -> Option<String> {
    let deals = planner.stories.predating.iter();
    let deals = deals.filter_map(|deal| inventory.opportunities.get(deal));
    let names: Vec<_> = deals.map(|deal| &*deal.name).collect();
    let young = counted(
        names.len() as u64,
        "deal is so young that activities may lie before it was created",
        "deals are so young that activities may lie before they were created",
    );
    (!names.is_empty()).then(|| format!("{young}: {}", some_of(&names)))
}
