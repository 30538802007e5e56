//! Scorecards say no more than the activities show.

use proptest::prelude::*;

use super::*;
use crate::model::shape::Shape;

fn answers<'a>(records: &'a Records, scorecard: &'a Address) -> impl Iterator<Item = &'a Record> {
    let hit = move |(_, record): &(&Address, &Record)| {
        record.refers_to("Scorecard__c") == Some(scorecard)
    };
    of(records, Object::ScorecardAnswer)
        .filter(hit)
        .map(|(_, record)| record)
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn what_is_cited_exists_at_the_least_counts(world in worlds()) {
        let told = world.plan();
        for (address, record) in of(&told.records, Object::ScorecardAnswer) {
            let mut cited = record.cites().iter();
            prop_assert!(record.cites().len() <= 3, "{}", address);
            prop_assert!(cited.all(|cited| told.core.contains(cited) && told.records.contains_key(cited)), "{}", address);
        }
    }

    #[test]
    fn totals_are_those_of_the_answers(world in worlds()) {
        let records = world.plan().records;
        for (address, scorecard) in of(&records, Object::Scorecard) {
            let points = answers(&records, address)
                .map(|answer| answer.json("Score__c").as_f64().unwrap() * answer.json("Weight__c").as_f64().unwrap());
            let tenths = |json: f64| (json * 10.0).round() as i64;
            let total = scorecard.json("Total_Score__c").as_f64().unwrap();
            prop_assert_eq!(tenths(total), tenths(points.sum::<f64>()));
            prop_assert_eq!(scorecard.json("Max_Score__c").as_i64(), Some(27));
            prop_assert_eq!(answers(&records, address).count(), 7);
        }
    }

    #[test]
    fn an_answer_is_whole_or_open(world in worlds()) {
        for (address, answer) in of(&world.plan().records, Object::ScorecardAnswer) {
            let is_open = answer.text("Status__c") == "Unknown";
            let is_cited = !answer.cites().is_empty();
            prop_assert_ne!(is_open, is_cited, "{}", address);
            prop_assert_eq!(answer.json("Answer__c").is_null(), is_open);
            let score = answer.json("Score__c").as_i64().unwrap();
            prop_assert_eq!(score == 0, is_open);
            prop_assert!((0..=3).contains(&score));
            let confidence = answer.json("Confidence__c").as_i64().unwrap();
            let expect = if is_open { 0..=0 } else { 55..=100 };
            prop_assert!(expect.contains(&confidence), "{confidence}");
            prop_assert!(!is_open || answer.json("Contact__c").is_null());
        }
    }

    #[test]
    fn a_raised_maximum_changes_no_scorecard(mut world in worlds()) {
        // Below what its shape asks for, a deal gets more of it by a raised maximum.
        world.settings.past.1 = world.settings.past.1.max(6);
        world.settings.future.1 = world.settings.future.1.max(3);
        world.settings.emails.1 = world.settings.emails.1.max(10);
        let before = world.apply().records;
        world.settings.past.1 += 2;
        world.settings.emails.1 += 3;
        let after = world.plan().records;
        for object in [Object::Scorecard, Object::ScorecardAnswer] {
            for (address, record) in of(&before, object) {
                prop_assert_eq!(after.get(address), Some(record), "{}", address);
            }
        }
    }

    #[test]
    fn one_fact_serves_every_framework(mut world in worlds()) {
        let alone = world.apply().records;
        world.settings.templates = "meddicc, spiced, champ, meddpicc, bant";
        let records = world.plan().records;
        for (address, record) in of(&alone, Object::ScorecardAnswer).chain(of(&alone, Object::Scorecard)) {
            prop_assert_eq!(records.get(address), Some(record), "{}", address);
        }
        let mut facts = BTreeMap::new();
        for (address, answer) in of(&records, Object::ScorecardAnswer) {
            let key = (address.root, answer.text("Question_Key__c").to_owned());
            let colour = answer.text("Status__c").to_owned();
            let fact = (colour, answer.cites().to_vec(), answer.json("Confidence__c").clone());
            let first = facts.entry(key).or_insert_with(|| fact.clone());
            prop_assert_eq!(&*first, &fact, "{}", address);
        }
    }
}

#[test]
fn the_topics_that_a_template_can_name_are_those_that_there_are() {
    let topics = crate::planner::timeline::topic::TOPICS.iter();
    let keys: Vec<_> = topics.map(|facts| facts.key).collect();
    assert_eq!(keys, crate::manifest::framework::TOPICS);
}

#[test]
fn a_deal_at_risk_is_lopsided() {
    let mut world = plain_world(60);
    let told = world.apply();
    let status = |root: RootId, key: &str| {
        let address = format!("{root}/scorecard/meddicc/{key}");
        let answer = &told.records[&address.parse::<Address>().unwrap()];
        answer.text("Status__c").to_owned()
    };
    let of_shape = |shape| {
        let pins = told
            .pins
            .iter()
            .filter(move |(_, pins)| pins.shape == shape);
        pins.map(|(root, _)| *root).collect::<Vec<_>>()
    };
    let at_risk = of_shape(Shape::AtRisk);
    assert!(!at_risk.is_empty());
    for root in at_risk {
        assert_eq!(
            [status(root, "pain"), status(root, "metrics")],
            ["Green", "Green"]
        );
        for key in ["economic_buyer", "champion"] {
            assert!(
                ["Red", "Unknown"].contains(&&*status(root, key)),
                "{root} {key}"
            );
        }
    }
    // Two thirds of the way, a healthy deal has all but green lights.
    for root in of_shape(Shape::Healthy) {
        let is_red = |key: &&str| status(root, key) == "Red";
        assert!(
            !["pain", "metrics", "champion"].iter().any(is_red),
            "{root}"
        );
    }
}

/// The share of the points of each open deal follows its shape.
#[test]
fn better_shapes_score_better() {
    let mut world = plain_world(120);
    let told = world.apply();
    let mut sums: BTreeMap<Shape, (f64, f64)> = BTreeMap::new();
    for (address, card) in of(&told.records, Object::Scorecard) {
        let shape = told.pins[&address.root].shape;
        let [points, most] =
            ["Total_Score__c", "Max_Score__c"].map(|name| card.json(name).as_f64().unwrap());
        let sum = sums.entry(shape).or_default();
        *sum = (sum.0 + points / most, sum.1 + 1.0);
    }
    let mean = |shape| sums[&shape].0 / sums[&shape].1;
    let order = [
        Shape::Stalled,
        Shape::AtRisk,
        Shape::Healthy,
        Shape::Accelerating,
    ];
    for pair in order.windows(2) {
        assert!(mean(pair[0]) < mean(pair[1]), "{sums:?}");
    }
}

#[test]
fn without_activities_nothing_is_answered() {
    let mut world = plain_world(3);
    world.settings.past = (0, 0);
    world.settings.emails = (0, 0);
    for (_, answer) in of(&world.plan().records, Object::ScorecardAnswer) {
        assert_eq!(answer.text("Status__c"), "Unknown");
    }
    // One email is enough to cite.
    world.settings.emails = (1, 1);
    let records = world.plan().records;
    let cited = of(&records, Object::ScorecardAnswer).flat_map(|(_, answer)| answer.cites());
    let paths: BTreeSet<_> = cited.map(|address| address.path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["thread/01/01"]));
}

#[test]
fn the_mean_coverage_is_the_target() {
    let mut world = plain_world(400);
    for target in [0.0, 0.35, 0.8, 1.0] {
        world.settings.coverage = target;
        let records = world.plan().records;
        let answered = of(&records, Object::ScorecardAnswer)
            .filter(|(_, answer)| answer.text("Status__c") != "Unknown")
            .count();
        let mean = answered as f64 / (400.0 * 7.0);
        assert!((mean - target).abs() < 0.02, "{mean} for {target}");
    }
}

#[test]
fn elements_are_learned_in_their_order() {
    let mut world = plain_world(40);
    world.settings.coverage = 0.5;
    let records = world.plan().records;
    let known = |deal: usize, key: &str| {
        let address = format!("{}/scorecard/meddicc/{key}", root_id(deal));
        records[&address.parse::<Address>().unwrap()].text("Status__c") != "Unknown"
    };
    for deal in 0..40 {
        assert!(known(deal, "pain") && !known(deal, "competition"));
    }
}
