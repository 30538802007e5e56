//! The one deal that a plan is asked to explain, or names for a look.

use super::ground::Ground;
use super::stop::Stop;
use crate::model::id::{RecordId, RootId};
use crate::model::shape::Shape;
use crate::model::told::{LookAt, Told};
use crate::planner::Planner;

/// So many names are given where one is not known.
const EXAMPLES: usize = 3;

/// The story of the deal that was asked for, by id or name.
pub(super) fn explained(ground: &Ground, planner: Option<&Planner>) -> Result<Option<Told>, Stop> {
    let (Some(wanted), Some(planner)) = (&ground.request.options.explain, planner) else {
        return Ok(None);
    };
    let root = find(ground, planner, wanted)?;
    Ok(planner.told(root))
}

fn find(ground: &Ground, planner: &Planner, wanted: &str) -> Result<RootId, Stop> {
    let covered = &planner.stories.pins;
    if let Ok(id) = RecordId::parse(wanted)
        && covered.contains_key(&RootId(id))
    {
        return Ok(RootId(id));
    }
    let deals = &ground.read.inventory.opportunities;
    let named = deals
        .iter()
        .filter(|(root, _)| covered.contains_key(root))
        .filter(|(_, deal)| deal.name.eq_ignore_ascii_case(wanted.trim()));
    let found: Vec<_> = named.map(|(root, _)| *root).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let names = covered.keys().filter_map(|root| deals.get(root));
            let names: Vec<_> = names.map(|deal| format!("{:?}", deal.name)).collect();
            let examples = names[..names.len().min(EXAMPLES)].join(", ");
            Err(Stop::Usage(format!(
                "--explain {wanted:?}: this plan covers no opportunity of that id or name; it covers {examples} and others"
            )))
        }
        [..] => {
            let ids: Vec<_> = found.iter().map(ToString::to_string).collect();
            Err(Stop::Usage(format!(
                "--explain {wanted:?}: several opportunities have that name; give an id: {}",
                ids.join(", ")
            )))
        }
    }
}

/// A deal that shows what was told: the liveliest shape that there is.
pub(super) fn look_at(
    ground: &Ground,
    planner: Option<&Planner>,
    in_scope: &[RootId],
) -> Option<LookAt> {
    const LIVELY: [Shape; 4] = [
        Shape::Accelerating,
        Shape::Healthy,
        Shape::AtRisk,
        Shape::Won,
    ];
    let stories = &planner?.stories;
    let of_shape = |shape: Shape| {
        let mut roots = in_scope.iter();
        roots.find(|root| {
            stories
                .pins
                .get(root)
                .is_some_and(|pins| pins.shape == shape)
        })
    };
    let any = || in_scope.iter().find(|root| stories.pins.contains_key(root));
    let root = *LIVELY.into_iter().find_map(of_shape).or_else(any)?;
    Some(LookAt {
        opportunity: root,
        name: ground.read.inventory.opportunities.get(&root)?.name.clone(),
        shape: stories.pins[&root].shape,
    })
}
