//! Scorecards say no more than the activities show.

use proptest::prelude::*;

use super::*;

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
            prop_assert_eq!(scorecard.json("Total_Score__c").as_f64().unwrap(), points.sum::<f64>());
            prop_assert_eq!(scorecard.json("Max_Score__c").as_f64().unwrap(), 27.0);
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
