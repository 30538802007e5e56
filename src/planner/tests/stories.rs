//! Stories hold what their shapes promise.

use proptest::prelude::*;

use super::*;
use crate::model::shape::Shape;
use crate::planner::story::{broken, class, inputs};

/// A world with the shapes of its deals, and what is broken of each.
fn check_all(world: &World) -> Result<BTreeMap<Shape, u32>, TestCaseError> {
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let mut shapes: BTreeMap<Shape, u32> = BTreeMap::new();
    for (root, pins) in &planner.stories.pins {
        let timeline = planner.timeline(*root).expect("covered");
        let inputs = inputs(&timeline, pins, world.anchor);
        let broken = broken(pins.shape, &inputs);
        *shapes.entry(pins.shape).or_default() += 1;
        if !broken.is_empty() {
            let steps: Vec<_> = timeline
                .steps
                .iter()
                .map(|step| {
                    let (path, kind, day) = (&step.path, step.kind, step.when.day);
                    let (main, others) = (step.people.main, step.people.others);
                    format!(
                        "{day} {path} {kind:?} {main:?}+{others:b} core {}",
                        step.core
                    )
                })
                .collect();
            return Err(TestCaseError::fail(format!(
                "{root} {} {broken:?} {:?} {inputs:?} executives {:b} engaged {:b}\n{}",
                pins.shape,
                class(&inputs),
                pins.executives,
                pins.engaged,
                steps.join("\n")
            )));
        }
    }
    Ok(shapes)
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn every_shape_that_is_given_holds_its_rules(world in worlds()) {
        check_all(&world)?;
    }
}

#[test]
fn all_shapes_are_told() {
    let mut world = plain_world(400);
    for number in 0..400 {
        world.deal(number).probability = (number % 10 * 10) as f64;
        world.deal(number).amount = Some((number * 1_000) as f64);
        world.deal(number).closed = number % 5 == 0;
    }
    let shapes = check_all(&world).unwrap_or_else(|error| panic!("{error}"));
    for shape in Shape::ALL {
        assert!(
            shapes.get(&shape).is_some_and(|deals| *deals >= 3),
            "{shapes:?}"
        );
    }
}
