//! Stories hold what their shapes promise.

use proptest::prelude::*;

use super::*;
use crate::model::shape::Shape;
use crate::planner::story::{Class, broken, buyer, class, inputs};
use crate::planner::timeline::{Held, Kind};

/// What the published rules call a deal that holds the rules of its shape, where they are about it.
fn called(shape: Shape) -> Option<Class> {
    match shape {
        Shape::Accelerating => Some(Class::Accelerating),
        Shape::Healthy => Some(Class::Healthy),
        Shape::AtRisk | Shape::SingleThreaded | Shape::ChampionLeft => Some(Class::Risk),
        Shape::Stalled => Some(Class::Stalled),
        Shape::New | Shape::Won | Shape::LostToCompetitor | Shape::NoDecision => None,
    }
}

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
        let called = called(pins.shape);
        if !broken.is_empty() || called.is_some_and(|called| called != class(&inputs)) {
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

/// Gives the first deal of a world a shape and looks why it cannot have it, if it cannot.
fn check_assigned(shape: &str, edit: impl Fn(&mut World), expect: &str) {
    let mut world = plain_world(1);
    world.settings.added =
        format!("stories: {{assign: [{{opportunity: \"Deal 0\", shape: {shape}}}]}}\n");
    world.settings.email_subjects.clear();
    edit(&mut world);
    let told = world.plan();
    let messages: Vec<_> = told.misfits.iter().map(|misfit| &misfit.message).collect();
    let expect: Vec<_> = [expect]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| format!("shape {shape} of deal \"Deal 0\" {text}"))
        .collect();
    assert_eq!(messages, expect.iter().collect::<Vec<_>>(), "{shape}");
    if let Err(error) = check_all(&world) {
        panic!("{error}");
    }
}

#[test]
fn a_shape_that_the_counts_do_not_allow_says_what_it_lacks() {
    let past = |most| move |world: &mut World| world.settings.past = (0, most);
    let future = |most| move |world: &mut World| world.settings.future = (0, most);
    let emails = |most| move |world: &mut World| world.settings.emails = (0, most);
    let days = |days| move |world: &mut World| world.settings.past_days = days;
    for (shape, most, lack) in [
        ("accelerating", 4, ""),
        (
            "accelerating",
            3,
            "needs 4 past meetings, and `activity.meetings.past_max` is 3",
        ),
        (
            "healthy",
            1,
            "needs 2 past meetings, and `activity.meetings.past_max` is 1",
        ),
        ("at-risk", 2, ""),
        (
            "at-risk",
            1,
            "needs 2 past meetings, and `activity.meetings.past_max` is 1",
        ),
        ("stalled", 0, ""),
        ("single-threaded", 0, ""),
        ("champion-left", 0, ""),
    ] {
        check_assigned(shape, past(most), lack);
    }
    for (shape, most, lack) in [
        (
            "accelerating",
            1,
            "needs 2 upcoming meetings, and `activity.meetings.future_max` is 1",
        ),
        (
            "healthy",
            0,
            "needs 1 upcoming meetings, and `activity.meetings.future_max` is 0",
        ),
        ("at-risk", 0, ""),
    ] {
        check_assigned(shape, future(most), lack);
    }
    for (shape, most, lack) in [
        ("accelerating", 0, ""),
        ("healthy", 0, ""),
        (
            "healthy",
            4,
            "needs 5 emails, and `activity.emails.max` is 4",
        ),
        (
            "at-risk",
            0,
            "needs 1 emails, and `activity.emails.max` is 0",
        ),
        ("stalled", 3, ""),
        (
            "stalled",
            2,
            "needs 3 emails, and `activity.emails.max` is 2",
        ),
        (
            "stalled",
            0,
            "needs 3 emails, and `activity.emails.max` is 0",
        ),
        (
            "single-threaded",
            0,
            "needs 2 emails, and `activity.emails.max` is 0",
        ),
        (
            "champion-left",
            3,
            "needs 4 emails, and `activity.emails.max` is 3",
        ),
        ("new", 0, ""),
    ] {
        check_assigned(shape, emails(most), lack);
    }
    for (shape, past_days, lack) in [
        (
            "accelerating",
            5,
            "needs 4 business days of past, and has 3",
        ),
        ("at-risk", 21, ""),
        ("at-risk", 20, "needs 15 business days of past, and has 14"),
        (
            "champion-left",
            13,
            "needs 10 business days of past, and has 9",
        ),
        ("stalled", 30, "needs 26 business days of past, and has 20"),
    ] {
        check_assigned(shape, days(past_days), lack);
    }
}

#[test]
fn a_shape_that_the_people_do_not_allow_says_whom_it_lacks() {
    let titles = |titles: &'static [&'static str]| {
        move |world: &mut World| {
            world.settings.added += "contacts: {generate: false}\n";
            let contacts = world.inventory.contacts.values_mut();
            for contacts in contacts {
                let mut left = titles.iter();
                contacts.retain(|_, contact| match left.next() {
                    Some(title) => {
                        contact.title = Some((*title).to_owned());
                        true
                    }
                    None => false,
                });
            }
        }
    };
    for (shape, people, lack) in [
        (
            "healthy",
            &["Analyst", "CFO"][..],
            "needs 3 people, and its account has 2",
        ),
        (
            "healthy",
            &["Analyst", "Gardener", "IT Architect"],
            "needs an executive, and nobody's title at its account says so",
        ),
        (
            "single-threaded",
            &["CFO"],
            "needs 1 people who are no executives, and its account has 0",
        ),
        ("single-threaded", &["Analyst"], ""),
        (
            "champion-left",
            &["CFO", "Analyst"],
            "needs 2 people who are no executives, and its account has 1",
        ),
        ("champion-left", &["Gardener", "Analyst"], ""),
        ("at-risk", &["CFO", "VP Sales"], ""),
    ] {
        check_assigned(shape, titles(people), lack);
    }
}

#[test]
fn the_economic_buyer_cancels_on_a_deal_at_risk_and_is_not_written_to() {
    let mut world = plain_world(1);
    world.settings.added =
        "stories: {assign: [{opportunity: \"Deal 0\", shape: at-risk}]}\n".to_owned();
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let (root, pins) = planner.stories.pins.first_key_value().unwrap();
    let timeline = planner.timeline(*root).unwrap();
    let buyer = buyer(pins).unwrap();
    let with_buyer = timeline.steps.iter().filter(|step| {
        let mut places = step.people.places();
        places.any(|place| place == buyer)
    });
    let with_buyer: Vec<_> = with_buyer
        .map(|step| (step.path.as_str(), step.kind))
        .collect();
    assert_eq!(
        with_buyer,
        [("meeting/past/02", Kind::Meeting(Held::Cancelled))]
    );
}
