//! What a plan says of shapes that the manifest gives and no deal gets.

use super::ground::Ground;
use crate::listing::{counted, some_of};
use crate::manifest::stories::Assignment;
use crate::planner::Planner;

pub(super) fn notices(ground: &Ground, planner: Option<&Planner>) -> Vec<String> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let assign = &ground.request.manifest.stories.assign;
    let idle = planner.stories.idle.iter();
    let idle = idle.map(|number| names_no_deal(*number, &assign[*number]));
    idle.chain(outdated(ground, planner)).collect()
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
