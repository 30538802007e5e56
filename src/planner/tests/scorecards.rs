//! Scorecards say no more than the activities show.

use proptest::prelude::*;

use super::*;
use crate::model::shape::Shape;
use crate::planner::timeline::{Direction, Kind};

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
            let said = (answer.json("Answer__c").clone(), answer.json("Confidence__c").clone());
            let fact = (colour, answer.cites().to_vec(), said);
            let first = facts.entry(key).or_insert_with(|| fact.clone());
            prop_assert_eq!(&*first, &fact, "{}", address);
        }
    }
}

/// Words in the ending of an answer, and whether they may stand there with so many steps cited and
/// something or nothing that the customer wrote.
type Claim = (&'static [&'static str], fn(usize, bool) -> bool);

#[test]
fn an_answer_claims_no_more_than_it_cites() {
    let mut world = plain_world(80);
    world.settings.templates = "meddpicc, bant, spiced";
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let records = world.plan().records;
    let claims: [Claim; 3] = [
        (&[" second ", "one source", "somebody else"], |count, _| {
            count == 1
        }),
        (
            &[
                "more than once.",
                "elsewhere",
                "hasn't put",
                "More than one",
            ],
            |count, is_written| count > 1 && !is_written,
        ),
        (
            &[
                "also in writing",
                "has written",
                "in writing on",
                "own messages",
            ],
            |count, is_written| count > 1 && is_written,
        ),
    ];
    let mut seen = [0; 3];
    for (address, answer) in of(&records, Object::ScorecardAnswer) {
        let cites = answer.cites();
        if cites.is_empty() {
            continue;
        }
        let text = answer.text("Answer__c");
        let sentences: Vec<_> = text.trim_end_matches('.').rsplitn(2, ". ").collect();
        let ending = format!(" {}.", sentences[0]);
        let timeline = planner.timeline(address.root).unwrap();
        let is_theirs = |cited: &Address| {
            let step = timeline.step(cited.path.as_str()).unwrap();
            matches!(step.kind, Kind::Mail(Direction::Inbound, _))
        };
        let is_written = cites.iter().any(is_theirs);
        for (seen, (words, holds)) in seen.iter_mut().zip(claims) {
            if words.iter().any(|word| ending.contains(word)) {
                *seen += 1;
                assert!(holds(cites.len(), is_written), "{address}: {text}");
            }
        }
    }
    assert!(seen.iter().all(|seen| *seen > 20), "{seen:?}");
    let given = of(&records, Object::ScorecardAnswer).filter(|(_, one)| !one.cites().is_empty());
    assert_eq!(seen.iter().sum::<usize>(), given.count());
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
    let records = world.plan().records;
    for (_, answer) in of(&records, Object::ScorecardAnswer) {
        assert_eq!(answer.text("Status__c"), "Unknown");
    }
    for (_, scorecard) in of(&records, Object::Scorecard) {
        let summary = scorecard.text("Summary__c");
        assert!(
            summary.contains("Coverage 0 %, confidence 0 %."),
            "{summary}"
        );
    }
    // What we write shows nothing of the customer; his answer is enough to cite, and first.
    let mut first_cited = |emails| {
        world.settings.emails = (emails, emails);
        let records = world.plan().records;
        let answers = of(&records, Object::ScorecardAnswer);
        let cited = answers.filter_map(|(_, answer)| answer.cites().first());
        cited
            .map(|address| address.path.to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(first_cited(1), BTreeSet::new());
    assert_eq!(first_cited(2), BTreeSet::from(["thread/01/02".to_owned()]));
}

/// The share of the elements that are answered.
fn coverage(records: &Records) -> f64 {
    let answers = || of(records, Object::ScorecardAnswer);
    let given = answers().filter(|(_, answer)| answer.text("Status__c") != "Unknown");
    given.count() as f64 / answers().count() as f64
}

#[test]
fn the_mean_coverage_is_the_target() {
    let mut world = plain_world(400);
    for target in [0.0, 0.35, 0.8, 1.0] {
        world.settings.coverage = target;
        let mean = coverage(&world.plan().records);
        assert!((mean - target).abs() < 0.02, "{mean} for {target}");
    }
}

#[test]
fn the_mean_coverage_is_the_target_whatever_the_mix_and_the_framework() {
    for mix in [
        "accelerating: 1",
        "healthy: 1",
        "at-risk: 1",
        "stalled: 1",
        "single-threaded: 1",
        "champion-left: 1",
        "new: 1",
        "stalled: 3, accelerating: 1",
    ] {
        for templates in ["meddpicc", "bant", "spiced, champ"] {
            let mut world = plain_world(150).with_an_owner_each();
            world.settings.templates = templates;
            world.settings.past_days = 90;
            world.settings.added = format!("stories: {{mix: {{{mix}}}}}\n");
            let mean = coverage(&world.plan().records);
            assert!(
                (mean - 0.8).abs() < 0.03,
                "{mean} for {mix} and {templates}"
            );
        }
    }
}

/// Elements that no other framework has, and one that others share.
const OWN: &str = "{name: Ours, elements: [{key: pain, name: Pain, questions: [Why?]}, \
     {key: why_now, name: Why now, questions: [Why now?]}, \
     {key: why_us, name: Why us, questions: [Why us?], evidence: [demo, reference, discovery]}]}";

/// What is cited is what a reader finds there.
#[test]
fn what_is_evidence_is_mentioned_in_the_text() {
    for level in ["light", "heavy"] {
        for templates in ["meddpicc", "bant", "spiced", "champ", OWN] {
            let mut world = plain_world(60).with_an_owner_each();
            world.settings.realism = level.to_owned();
            world.settings.templates = templates;
            world.settings.past_days = 120;
            for number in 0..60 {
                world.deal(number).probability = (number % 10 * 10) as f64;
                world.deal(number).closed = number % 7 == 0;
            }
            check_mentioned(&world, (level, templates));
        }
    }
}

#[track_caller]
fn check_mentioned(world: &World, (level, templates): (&str, &str)) {
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let records = world.plan().records;
    let (mut mentioned, mut missing) = (0, Vec::new());
    for root in world.inventory.opportunities.keys() {
        for (path, element, clauses) in planner.clauses(*root) {
            let address = Address { root: *root, path };
            let text = records[&address].text("Description").to_lowercase();
            let is_there = |clause: &String| text.contains(&clause.to_lowercase());
            match clauses.iter().any(is_there) {
                true => mentioned += 1,
                false => missing.push(format!("{address} {element}: {clauses:?} in {text:?}")),
            }
        }
    }
    assert!(mentioned > 100, "{mentioned}");
    let count = missing.len();
    missing.truncate(5);
    assert!(
        count == 0,
        "{level} {templates}: {count} of {mentioned}\n{}",
        missing.join("\n")
    );
}

/// An answer claims what the text says that it cites first, and nothing else.
#[test]
fn answers_say_what_their_first_citation_says() {
    for (templates, least) in [("meddpicc", 150), ("bant, champ, spiced", 300), (OWN, 60)] {
        let mut world = plain_world(40).with_an_owner_each();
        world.settings.templates = templates;
        world.settings.past_days = 120;
        for number in 0..40 {
            world.deal(number).closed = number % 7 == 0;
        }
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        let records = world.plan().records;
        let mut seen = BTreeMap::new();
        for (address, answer) in of(&records, Object::ScorecardAnswer) {
            let key = answer.text("Question_Key__c");
            let Some(cited) = answer.cites().first() else {
                continue;
            };
            let clauses = planner.clauses(address.root).into_iter();
            let mut clauses =
                clauses.filter(|(path, element, _)| *path == cited.path && element == key);
            let (_, _, clauses) = clauses.next().expect("what is cited is evidence");
            let text = records[cited].text("Description").to_lowercase();
            let is_there = |clause: &&String| text.contains(&clause.to_lowercase());
            let said: Vec<_> = clauses.iter().filter(is_there).collect();
            let answered = words(answer.text("Answer__c"));
            // In a message people write `we` and `you`, and an answer tells of them by name.
            let alike = |clause: &&String| {
                let words = words(clause);
                words.intersection(&answered).count() * 100 / words.len()
            };
            let best = clauses.iter().max_by_key(alike);
            let best = best.expect("there are clauses");
            assert!(
                said.contains(&best) && alike(&best) >= 60,
                "{address} says {:?}\n{cited} says {said:?}",
                answer.text("Answer__c"),
            );
            *seen.entry(key.to_owned()).or_insert(0) += 1;
        }
        let all: usize = seen.values().sum();
        assert!(all >= least, "{seen:?}");
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// An element that is called something else is spoken of by that, and nothing else changes.
#[test]
fn activities_call_an_element_what_the_template_calls_it() {
    let mut world = plain_world(40).with_an_owner_each();
    world.settings.templates = OWN;
    let before = world.apply().records;
    world.settings.templates = "{name: Ours, elements: [{key: pain, name: Pain, questions: [Why?]}, \
         {key: why_now, name: The hour, questions: [Why now?]}, \
         {key: why_us, name: Why us, questions: [Why us?], evidence: [demo, reference, discovery]}]}";
    let after = world.plan().records;
    let is_ours = |address: &&Address| address.path.as_str().starts_with("scorecard/");
    let mut renamed = 0;
    let differing = differing(&before, &after);
    for address in differing.iter().filter(|address| !is_ours(address)) {
        let [was, is] = [&before, &after].map(|records| records[address].text("Description"));
        assert_ne!(was, is, "{address} is asked for anew");
        assert_eq!(was.replace("\"Why now\"", "\"The hour\""), is, "{address}");
        renamed += 1;
    }
    assert!(renamed > 30, "{renamed}");
}

#[test]
fn a_template_words_its_answers_itself() {
    let mut world = plain_world(12);
    world.settings.templates = "{name: Ours, elements: [{key: pain, name: Pain, questions: [Why?], about: champion, \
         answers: ['{{ contact.name }} of {{ account.name }}: {{ kind }}']}, \
         {key: why_now, name: Why now, questions: [Why now?]}, \
         {key: why_us, name: Why us, questions: [Why us?]}]}";
    world.settings.coverage = 1.0;
    let told = world.apply();
    let made = told.people.values().flat_map(BTreeMap::values);
    let made: Vec<_> = made.map(|person| person.contact.full_name()).collect();
    let mut given = 0;
    for (address, answer) in of(&told.records, Object::ScorecardAnswer) {
        let key = answer.text("Question_Key__c");
        if key == "pain" && !answer.json("Answer__c").is_null() {
            let text = answer.text("Answer__c");
            assert!(
                text.ends_with(" of Acme: scorecard answer"),
                "{address}: {text}"
            );
            let is_made = made.iter().any(|name| text.starts_with(name.as_str()));
            assert!(text.contains("Person") || is_made, "{address}: {text}");
            given += 1;
        }
    }
    assert!(given > 6, "{given}");
    // Another wording of one element rewrites its answers, and nothing else.
    let before = told.records;
    world.settings.templates = "{name: Ours, elements: [{key: pain, name: Pain, questions: [Why?], \
         about: champion, answers: ['In short: {{ contact.name }}']}, \
         {key: why_now, name: Why now, questions: [Why now?]}, \
         {key: why_us, name: Why us, questions: [Why us?]}]}";
    let after = world.plan().records;
    for address in differing(&before, &after) {
        let path = address.path.as_str();
        assert!(
            ["scorecard/ours/pain", "scorecard/ours"].contains(&path),
            "{address}"
        );
    }
    assert_ne!(before, after);
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
