//! Stories hold what their shapes promise.

use proptest::prelude::*;

use super::*;
use crate::model::person::Person;
use crate::model::shape::Shape;
use crate::planner::story::{Class, broken, buyer, class, inputs};
use crate::planner::timeline::topic::{REDLINED, Topic};
use crate::planner::timeline::{Direction, Held, Kind, Step};

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

    #[test]
    fn most_of_a_long_past_lies_in_its_last_twelve_weeks(
        world in worlds(),
        past_days in 85..300u32,
    ) {
        let mut world = world;
        world.settings.past_days = past_days;
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        for (root, pins) in &planner.stories.pins {
            let timeline = planner.timeline(*root).expect("covered");
            let end = pins.ends.base(world.anchor).day().number();
            let past = timeline.steps.iter().filter(|step| !step.is_to_come());
            let ages: Vec<_> = past.map(|step| end - step.when.day.number()).collect();
            let old = ages.iter().filter(|age| **age > 12 * 7).count();
            prop_assert!(old * 10 <= ages.len() * 3, "{root} {} {ages:?}", pins.shape);
        }
    }

    #[test]
    fn nobody_of_the_customers_writes_or_calls_before_having_to_do_with_us(world in worlds()) {
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        for root in planner.stories.pins.keys() {
            let timeline = planner.timeline(*root).expect("covered");
            for step in &timeline.steps {
                let is_inbound = matches!(
                    step.kind,
                    Kind::Mail(Direction::Inbound, _) | Kind::Call(Direction::Inbound)
                );
                // What ends a deal may be all that there is of it.
                if !is_inbound || step.topic.facts().phase.is_none() {
                    continue;
                }
                let Some(main) = step.people.main.map(usize::from) else {
                    continue;
                };
                let mut before = timeline.steps.iter().filter(|other| other.when.at < step.when.at);
                let is_known = before.any(|other| other.people.places().any(|place| place == main));
                prop_assert!(is_known, "{root} {}", step.path);
            }
        }
    }
}

#[test]
fn all_shapes_are_told() {
    let mut world = plain_world(400).with_an_owner_each().with_an_account_each();
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

/// Whoever is missing, and whatever a deal is named to be: it is told as it ended.
#[test]
fn a_deal_is_told_as_it_ended() {
    let assigned = ["won", "lost-to-competitor", "no-decision", "healthy"];
    let assigned = assigned
        .map(|shape| format!("stories: {{assign: [{{opportunity: \"*\", shape: {shape}}}]}}\n"));
    for people in 0..4 {
        for stories in assigned.iter().chain([&String::new()]) {
            let mut world = plain_world(20);
            world.settings.added = format!("contacts: {{generate: false}}\n{stories}");
            for contacts in world.inventory.contacts.values_mut() {
                while contacts.len() > people {
                    contacts.pop_last();
                }
            }
            for number in 0..20 {
                let deal = world.deal(number);
                deal.closed = true;
                deal.won = Some(number % 2 == 0);
                // What its owner left there says nothing.
                deal.probability = if number % 3 == 0 { 0.0 } else { 90.0 };
            }
            let told = world.plan();
            for (root, pins) in &told.pins {
                let won = world.inventory.opportunities[root].is_won();
                let is_lost = matches!(pins.shape, Shape::LostToCompetitor | Shape::NoDecision);
                assert_eq!(
                    (pins.shape == Shape::Won, is_lost),
                    (won, !won),
                    "{root} {stories}"
                );
            }
        }
    }
}

#[test]
fn a_won_deal_says_what_its_story_lacks() {
    let mut world = plain_world(1);
    world.settings.added = "contacts: {generate: false}\n".to_owned();
    let contacts = world.inventory.contacts.values_mut().next();
    contacts.expect("it has an account").pop_last();
    for (people, expect) in [
        (3, None),
        (2, Some("needs 3 people, and its account has 2")),
        (0, Some("needs 3 people, and its account has none")),
    ] {
        let deal = world.deal(0);
        (deal.closed, deal.won) = (true, Some(true));
        for contacts in world.inventory.contacts.values_mut() {
            while contacts.len() > people {
                contacts.pop_last();
            }
        }
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        let fallen = planner.stories.fallen.values();
        let because: Vec<_> = fallen.map(|fallen| fallen.because.to_string()).collect();
        assert_eq!(because, expect.into_iter().collect::<Vec<_>>());
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
fn a_shape_that_has_too_few_meetings_says_what_it_lacks() {
    let past = |most| move |world: &mut World| world.settings.past = (0, most);
    let future = |most| move |world: &mut World| world.settings.future = (0, most);
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
            "needs 1 upcoming meeting, and `activity.meetings.future_max` is 0",
        ),
        ("at-risk", 0, ""),
    ] {
        check_assigned(shape, future(most), lack);
    }
}

#[test]
fn a_shape_that_has_too_few_emails_says_what_it_lacks() {
    let emails = |most| move |world: &mut World| world.settings.emails = (0, most);
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
            "needs 1 email, and `activity.emails.max` is 0",
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
            "needs 1 email, and `activity.emails.max` is 0",
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
}

#[test]
fn a_shape_that_has_too_few_days_says_what_it_lacks() {
    let days = |days| move |world: &mut World| world.settings.past_days = days;
    for (shape, past_days, lack) in [
        (
            "accelerating",
            5,
            "needs 4 business days of past, and there are 3",
        ),
        ("at-risk", 21, ""),
        (
            "at-risk",
            20,
            "needs 15 business days of past, and there are 14",
        ),
        (
            "champion-left",
            13,
            "needs 10 business days of past, and there are 9",
        ),
        (
            "stalled",
            30,
            "needs 26 business days of past, and there are 20",
        ),
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
                        contact.title = Some((*title).into());
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
            "needs 1 person who is no executive, and its account has none",
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

/// All steps of twenty deals of one shape, deal by deal.
fn steps_of(shape: &str, edit: impl Fn(&mut World)) -> Vec<Vec<Step>> {
    let mut world = plain_world(20).with_an_owner_each().with_an_account_each();
    world.settings.added =
        format!("stories: {{assign: [{{opportunity: \"Deal *\", shape: {shape}}}]}}\n");
    edit(&mut world);
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let told = |pins: (&RootId, &Pins)| {
        assert_eq!(pins.1.shape.as_str(), shape);
        planner.timeline(*pins.0).unwrap().steps.clone()
    };
    planner.stories.pins.iter().map(told).collect()
}

#[test]
fn nothing_is_heard_in_an_at_risk_deals_silence() {
    let end = day("2026-11-20").business();
    for steps in steps_of("at-risk", |world| world.settings.emails = (12, 40)) {
        for step in steps {
            let before = step.when.day.business().since(end);
            assert!(!(-13..-4).contains(&before), "{} {before}", step.path);
        }
    }
}

#[test]
fn what_is_planned_lies_before_the_deal_closes() {
    for (shape, least) in [("accelerating", 2), ("healthy", 1), ("single-threaded", 1)] {
        // From a Friday on: no business day before the Monday after it.
        for (days, is_bound) in [(-9, false), (0, false), (2, false), (6, true), (12, true)] {
            let mut close_date = day("2026-11-20").plus(days);
            let mut deals = steps_of(shape, |world| {
                for deal in world.inventory.opportunities.values_mut() {
                    deal.close_date = close_date;
                }
            });
            if !is_bound {
                close_date = Day::from_number(i32::MAX);
            }
            for steps in &mut deals {
                steps.retain(Step::is_to_come);
                let meetings = steps.iter().filter(|step| step.kind != Kind::Todo);
                assert!(meetings.count() >= least, "{shape} {days}");
                for step in steps {
                    assert!(step.when.day <= close_date, "{shape} {days} {}", step.path);
                }
            }
        }
    }
}

#[test]
fn a_deal_does_not_go_back_to_what_came_before() {
    for shape in ["healthy", "stalled"] {
        let deals = steps_of(shape, |world| {
            for deal in world.inventory.opportunities.values_mut() {
                deal.probability = 90.0;
            }
        });
        for steps in deals {
            let begins = |step: &&Step| {
                let path = step.path.as_str();
                matches!(step.kind, Kind::Meeting(_)) || path.ends_with("/01")
            };
            let mut begun: Vec<_> = steps.iter().filter(begins).collect();
            begun.sort_by_key(|step| step.when.at);
            for pair in begun.windows(2) {
                let [one, next] = [pair[0], pair[1]];
                assert!(
                    one.phase <= next.phase,
                    "{shape} {} {}",
                    one.path,
                    next.path
                );
            }
        }
    }
}

#[test]
fn a_start_is_planned_only_where_the_deal_goes_well() {
    let plans_a_start = |step: &Step| matches!(step.topic, Topic::LaunchPlanning | Topic::HandOver);
    for (shape, is_sure) in [
        ("accelerating", true),
        ("single-threaded", false),
        ("champion-left", false),
        ("stalled", false),
    ] {
        let deals = steps_of(shape, |world| {
            for deal in world.inventory.opportunities.values_mut() {
                deal.probability = 90.0;
            }
        });
        let steps = || deals.iter().flatten();
        assert_eq!(steps().any(plans_a_start), is_sure, "{shape}");
        // What is not won yet was handed over to nobody.
        let is_past =
            |step: &Step| !step.path.as_str().contains("future/") && step.kind != Kind::Todo;
        let mut past = steps().filter(|step| is_past(step));
        assert!(past.all(|step| step.topic != Topic::HandOver), "{shape}");
    }
}

#[test]
fn the_economic_buyer_gets_the_business_case_after_a_meeting() {
    let mut cases = 0;
    for steps in steps_of("accelerating", |world| world.settings.emails = (40, 40)) {
        for step in &steps {
            if !step.path.as_str().ends_with("/business-case") {
                continue;
            }
            let meeting = &steps[step.about.unwrap()];
            let told = format!("{} {}", meeting.path, step.path);
            assert_eq!(meeting.kind, Kind::Meeting(Held::Yes), "{told}");
            assert!(step.when.day > meeting.when.day, "{told}");
            let buyer = usize::from(step.people.main.unwrap());
            assert!(
                meeting.people.places().any(|place| place == buyer),
                "{told}"
            );
            let contracts = steps.iter().filter(|step| step.topic == Topic::Contract);
            let mut contracts = contracts.filter(|step| step.people.main.is_some());
            assert!(contracts.all(|one| one.when.day >= step.when.day), "{told}");
            cases += 1;
        }
    }
    assert!(cases > 5, "{cases}");
}

#[test]
fn what_both_sides_mark_up_goes_through_a_second_round() {
    let deals = steps_of("accelerating", |world| {
        world.settings.emails = (40, 40);
        for deal in world.inventory.opportunities.values_mut() {
            deal.probability = 95.0;
        }
    });
    let mut rounds = 0;
    for steps in &deals {
        // The thread that the count of mails ends is left as it is.
        let threads = || {
            steps
                .iter()
                .filter(|step| step.path.as_str().starts_with("thread/"))
        };
        let last = threads().map(|step| step.number).max();
        let of_draft = |step: &&Step| REDLINED.contains(&step.topic) && Some(step.number) != last;
        let drafts: Vec<_> = threads().filter(of_draft).collect();
        for thread in drafts.chunk_by(|one, next| one.number == next.number) {
            let answered = thread.last().unwrap().kind;
            let is_left = matches!(answered, Kind::Mail(Direction::Inbound, _));
            assert!(!is_left || thread.len() >= 5, "{}", thread[0].path);
            rounds += usize::from(thread.len() >= 5);
        }
    }
    assert!(rounds > 2, "{rounds}");
}

#[test]
fn a_won_deal_kicks_off_once_it_is_closed() {
    let close = |days: i32| {
        steps_of("won", |world| {
            for deal in world.inventory.opportunities.values_mut() {
                deal.closed = true;
                deal.close_date = world.anchor.plus(-days);
            }
        })
    };
    let kick_off = |steps: &[Step]| {
        let found = steps.iter().find(|step| step.topic == Topic::KickOff);
        found.map(|step| (step.kind, step.when.day))
    };
    for steps in close(14) {
        let (kind, day) = kick_off(&steps).unwrap();
        assert_eq!(kind, Kind::Meeting(Held::Yes));
        assert!(
            day > super::day("2026-11-06") && day < super::day("2026-11-20"),
            "{day}"
        );
    }
    for steps in close(1) {
        assert_eq!(kick_off(&steps), None);
    }
}

#[test]
fn nobody_is_introduced_to_whom_they_have_met() {
    for shape in ["accelerating", "healthy"] {
        let all = steps_of(shape, |world| world.settings.past = (2, 12));
        let mut topics = all.iter().flatten().map(|step| step.topic);
        assert!(!topics.any(|topic| topic == Topic::Introduction), "{shape}");
    }
    for number in 0..20 {
        let mut world = plain_world(1);
        world.settings.added =
            "stories: {assign: [{opportunity: \"Deal 0\", shape: new}]}\n".to_owned();
        world.settings.past = (2, 2);
        world.deal(0).story_key = format!("deal {number}");
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        let steps = planner.timeline(root_id(0)).unwrap().steps.clone();
        let meetings = steps
            .iter()
            .filter(|step| step.kind == Kind::Meeting(Held::Yes));
        let first = meetings.min_by_key(|step| step.when.at).unwrap();
        assert_eq!(first.topic, Topic::Introduction, "{number} {}", first.path);
    }
}

#[test]
fn deals_that_are_younger_than_their_stories_are_told_of() {
    let mut world = plain_world(2);
    for (number, created) in ["2026-11-10T09:00:00Z", "2026-01-10T09:00:00Z"]
        .into_iter()
        .enumerate()
    {
        world.deal(number).created = created.parse().unwrap();
    }
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    assert_eq!(planner.stories.predating, BTreeSet::from([root_id(0)]));
}

#[test]
fn the_champion_prepares_what_the_economic_buyer_comes_to() {
    let mut prepared = 0;
    for steps in steps_of("accelerating", |world| world.settings.emails = (40, 40)) {
        for (number, step) in steps.iter().enumerate() {
            if step.path.as_str().ends_with("/prep") {
                let meeting = &steps[step.about.unwrap()];
                assert!(step.when.at < meeting.when.at, "{number} {}", step.path);
                assert!(
                    meeting
                        .people
                        .places()
                        .any(|place| Some(place as u8) != step.people.main)
                );
                prepared += 1;
            }
        }
    }
    assert!(prepared >= 20, "{prepared}");
}

#[test]
fn mails_to_others_are_copied_to_the_champion_and_to_whom_they_concern() {
    let all = steps_of("healthy", |world| world.settings.emails = (40, 40));
    let opens = |step: &&Step| {
        step.kind == Kind::Mail(Direction::Outbound, 0) && step.path.as_str().starts_with("thread/")
    };
    let threads: Vec<_> = all.iter().flatten().filter(opens).collect();
    let copied = threads.iter().filter(|step| step.people.others > 0).count();
    assert!(
        (threads.len() / 5..threads.len() * 4 / 5).contains(&copied),
        "{copied} of {}",
        threads.len()
    );
}

#[test]
fn a_champion_who_leaves_is_out_of_office_before() {
    for steps in steps_of("champion-left", |world| world.settings.emails = (30, 30)) {
        let of = |topic| steps.iter().find(|step| step.topic == topic).unwrap();
        let (absence, farewell) = (of(Topic::Absence), of(Topic::Farewell));
        assert_eq!(absence.kind, Kind::Mail(Direction::Inbound, 0));
        assert_eq!(absence.people, farewell.people);
        assert!(absence.when.at < farewell.when.at);
    }
}

#[test]
fn a_champion_who_has_left_is_not_met_any_more() {
    let mut others = 0;
    for steps in steps_of("champion-left", |world| world.settings.emails = (30, 30)) {
        let farewell = steps.iter().find(|step| step.topic == Topic::Farewell);
        let farewell = farewell.expect("somebody leaves");
        let champion = farewell.people.main.map(usize::from);
        let later = steps
            .iter()
            .filter(|step| step.when.day > farewell.when.day && step.topic != Topic::Farewell);
        for step in later {
            let mut people = step.people.places();
            assert!(!people.any(|place| Some(place) == champion), "{step:?}");
            others += 1;
        }
    }
    assert!(others > 20, "{others}");
}

/// A mix is for deals that are told for the first time: others keep their shapes, and these are
/// what is counted. Those that the mix leaves out now are told of.
#[test]
fn a_changed_mix_leaves_told_deals_as_they_are() {
    let mut world = plain_world(60).with_an_owner_each().with_an_account_each();
    let counted = |world: &World| {
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        for root in world.inventory.opportunities.keys() {
            planner.plan(*root, &mut Vec::new());
        }
        let shaped = planner.shaped().into_iter();
        let counted: BTreeMap<_, _> = shaped.map(|of| (of.shape, of.deals)).collect();
        (counted, planner.stories.outdated.len() as u64)
    };
    world.settings.added = "stories: {mix: {healthy: 1, stalled: 1}}\n".to_owned();
    world.apply();
    let (told, outdated) = counted(&world);
    assert!(told[&Shape::Healthy] > 10 && told[&Shape::Stalled] > 10 && outdated == 0);
    for (mix, outdated) in [
        ("healthy: 1, stalled: 99", 0),
        ("healthy: 1, accelerating: 1", told[&Shape::Stalled]),
        (
            "accelerating: 1",
            told[&Shape::Healthy] + told[&Shape::Stalled],
        ),
    ] {
        world.settings.added = format!("stories: {{mix: {{{mix}}}}}\n");
        assert_eq!(counted(&world), (told.clone(), outdated), "{mix}");
    }
    world.recast = world.inventory.opportunities.keys().copied().collect();
    assert_eq!(counted(&world), ([(Shape::Accelerating, 60)].into(), 0));
}

/// Who leaves of these people, where the manifest names these roles: the title, or what nobody of
/// the account is.
fn check_farewell(titles: &[&str], (roles, generate): (&[&'static str], bool), expect: &str) {
    let mut world = plain_world(1);
    world.settings.roles = roles.to_vec();
    world.settings.templates = "";
    world.settings.added = format!(
        "contacts: {{generate: {generate}}}\n\
         stories: {{assign: [{{opportunity: \"Deal 0\", shape: champion-left}}]}}\n"
    );
    for contacts in world.inventory.contacts.values_mut() {
        let some = contacts.values().next().cloned().expect("somebody");
        let contact = |(number, title): (usize, &&str)| {
            let title = Some((*title).into());
            let contact = Contact {
                title,
                ..some.clone()
            };
            (ContactId(id("003", 700 + number)), contact)
        };
        *contacts = titles.iter().enumerate().map(contact).collect();
    }
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let (root, pins) = planner.stories.pins.first_key_value().expect("one deal");
    let timeline = planner.timeline(*root).expect("covered");
    let mut mails = timeline.steps.iter();
    let farewell = mails.find(|step| step.topic == Topic::Farewell);
    let told = match farewell {
        None => planner.stories.fallen[root].because.to_string(),
        Some(step) => {
            let part = &pins.cast[usize::from(step.people.main.expect("somebody leaves"))];
            assert_eq!(part.role, "champion", "{titles:?} {roles:?}");
            match part.person.expect("he is there") {
                Person::Made(..) => "made".into(),
                Person::Contact(id) => {
                    let mut contacts = world.inventory.contacts.values();
                    let contact = contacts.find_map(|contacts| contacts.get(&id));
                    let title = contact.and_then(|contact| contact.title.as_deref());
                    title.expect("all have one").to_owned()
                }
            }
        }
    };
    assert_eq!(told, expect, "{titles:?} {roles:?}");
    if let Err(error) = check_all(&world) {
        panic!("{titles:?} {roles:?}: {error}");
    }
}

#[test]
fn who_says_goodbye_is_the_champion_and_no_executive() {
    const USUAL: &[&str] = &["champion", "economic_buyer", "technical_evaluator"];
    let all = ["Director, Operations", "CFO", "CTO", "Analyst", "Gardener"];
    check_farewell(&all, (USUAL, false), "Gardener");
    check_farewell(&all, (USUAL, true), "Gardener");
    check_farewell(&all[..3], (USUAL, true), "made");
    check_farewell(
        &all[..4],
        (USUAL, false),
        "needs 2 people who are no executives, and its account has 1",
    );
    // Wherever the manifest names the part, and whoever else the other titles would suit.
    let last = &["end_user", "procurement", "legal", "champion"];
    check_farewell(&all, (last, false), "Gardener");
}

#[test]
fn where_nobody_sells_for_us_or_takes_over_no_champion_leaves() {
    let staff = ["Analyst", "Gardener", "Legal Counsel"];
    check_farewell(
        &staff,
        (&["legal", "end_user"], true),
        "comes to goodbyes of the champion 0 (at least 1)",
    );
    check_farewell(
        &["CFO", "Analyst", "Gardener"],
        (&["champion", "economic_buyer"], true),
        "comes to people 1 (at least 2)",
    );
}

/// A deal that was told so, then closed so or left open, and is given another shape.
fn check_contradicted(told: &str, won: Option<bool>, given: &str, expect: &[&str]) {
    let mut world = plain_world(1);
    let stories =
        |shape| format!("stories: {{assign: [{{opportunity: \"Deal 0\", shape: {shape}}}]}}\n");
    world.settings.added = stories(told);
    let deal = world.deal(0);
    let is_told_closed = ["won", "no-decision"].contains(&told);
    (deal.closed, deal.won) = (is_told_closed, won.filter(|_| is_told_closed));
    world.apply();
    let deal = world.deal(0);
    (deal.closed, deal.won) = (won.is_some(), won);
    world.settings.added = stories(given);
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let said: Vec<_> = planner.stories.contradicted.values().collect();
    assert_eq!(said, expect, "{told} {given}");
    assert!(planner.misfits().is_empty(), "{told} {given}");
}

#[test]
fn a_shape_that_a_told_deal_can_never_have_is_said() {
    let (won, lost) = (Some(true), Some(false));
    let is_won = "is for lost deals, and this one is won";
    check_contradicted(
        "won",
        won,
        "no-decision",
        &[&format!("no-decision {is_won}")],
    );
    check_contradicted("no-decision", lost, "lost-to-competitor", &[]);
    check_contradicted(
        "healthy",
        None,
        "won",
        &["won is for won deals, and this one is open"],
    );
    check_contradicted(
        "healthy",
        won,
        "stalled",
        &["stalled is for open deals, and this one is won"],
    );
    // As it was told, whatever has become of it since.
    check_contradicted("stalled", lost, "stalled", &[]);
    check_contradicted("healthy", None, "stalled", &[]);
}
