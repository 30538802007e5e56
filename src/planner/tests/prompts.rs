//! What a language model is asked for.

use proptest::prelude::*;

use super::*;
use crate::model::prompt::{Draft, Kind};

const MODEL: &str = "llm: {enabled: true}\nopportunities: {keep_fresh: [NextStep]}\n";

/// The texts that a model is to write.
fn drafts(records: &Records) -> BTreeMap<(&Address, &str), &Draft> {
    let fields = records.iter().flat_map(|(address, record)| {
        let fields = record.fields.iter();
        fields.map(move |(name, datum)| ((address, name.as_str()), datum))
    });
    let drafts = fields.filter_map(|(field, datum)| match datum {
        Datum::Draft(draft) => Some((field, &**draft)),
        Datum::Json(_) | Datum::Ref(_) | Datum::Refs(_) | Datum::People(_) => None,
    });
    drafts.collect()
}

/// What a template of the user's own asks for is told where it is evidence, by its name.
#[test]
fn a_model_is_told_what_the_users_own_elements_are_called() {
    let mut world = plain_world(20).with_an_owner_each();
    MODEL.clone_into(&mut world.settings.added);
    world.settings.templates =
        "{name: Ours, elements: [{key: why_now, name: Why now, questions: [Why now?]}]}";
    world.settings.coverage = 1.0;
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let records = world.plan().records;
    let mut told = 0;
    for (address, answer) in of(&records, Object::ScorecardAnswer) {
        for cited in answer.cites() {
            let texts = planner.clauses(address.root).into_iter();
            let mut texts = texts.filter(|(path, ..)| *path == cited.path);
            assert!(texts.any(|(_, element, _)| element == "why_now"), "{cited}");
        }
    }
    for ((address, field), draft) in drafts(&records) {
        let facts = &draft.prompt.facts;
        let is_told = facts
            .iter()
            .any(|(name, value)| name == "spoken of" && value == "Why now");
        told += usize::from(is_told);
        assert!(field == "Description" || !is_told, "{address} {field}");
    }
    assert!(told > 20, "{told}");
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn a_raised_maximum_asks_for_no_other_text(mut world in worlds(), more in 1..6u32) {
        MODEL.clone_into(&mut world.settings.added);
        // Without mails nothing is asked of them; with some, each shape asks for its own.
        world.settings.emails.1 = world.settings.emails.1.max(1);
        let before = world.apply();
        world.settings.past.1 += more;
        world.settings.future.1 = (world.settings.future.1 + more).min(8);
        world.settings.emails.1 += more;
        let after = world.plan();
        let after_drafts = drafts(&after.records);
        for ((address, field), draft) in drafts(&before.records) {
            let now = after_drafts.get(&(address, field));
            prop_assert_eq!(now.map(|now| now.hash), Some(draft.hash), "{} {}", address, field);
            prop_assert_eq!(after.records[address].want, before.records[address].want);
        }
    }

    #[test]
    fn a_moved_anchor_asks_for_no_other_next_step(mut world in worlds(), weeks in 1..5i32) {
        // A holiday may let another meeting be the next one.
        let calendar = "calendar: {public_holidays: false, quiet_days: false}\n";
        world.settings.added = format!("{MODEL}{calendar}");
        let before = world.apply();
        world.anchor = world.anchor.plus(7 * weeks);
        let after = world.plan();
        let hashes = |told: &Told| -> BTreeMap<Address, _> {
            let drafts = drafts(&told.records).into_iter();
            let drafts = drafts.filter(|((_, field), _)| *field == "NextStep");
            drafts.map(|((address, _), draft)| (address.clone(), draft.hash)).collect()
        };
        let after = hashes(&after);
        for (address, hash) in hashes(&before) {
            prop_assert!(after.get(&address).is_none_or(|now| *now == hash), "{}", address);
        }
    }
}

/// Deals that lend their next steps, with the meeting that each tells of: the first that is planned
/// whatever the maximum is.
fn next_steps(told: &Told) -> Vec<(&Record, jiff::Zoned)> {
    let loans = of(&told.records, Object::OpportunityLoan);
    let next = loans.map(|(address, loan)| {
        let meetings = of(&told.records, Object::Event).filter(|(meeting, _)| {
            let is_planned = meeting.path.as_str().starts_with("meeting/future/");
            meeting.root == address.root && is_planned && told.core.contains(meeting)
        });
        let starts = meetings.map(|(_, meeting)| meeting.text("StartDateTime"));
        let start: Timestamp = starts.min().expect("one is planned").parse().unwrap();
        // The owner's.
        let start = start.in_tz("America/Los_Angeles").unwrap();
        (loan, start)
    });
    next.collect()
}

#[test]
fn the_next_step_is_the_next_meeting_that_is_planned() {
    let mut world = plain_world(12);
    "opportunities: {keep_fresh: [NextStep]}\n".clone_into(&mut world.settings.added);
    let told = world.plan();
    let steps = next_steps(&told);
    assert!(steps.len() > 5, "{}", steps.len());
    let mut said = BTreeSet::new();
    for (loan, start) in steps {
        let step = loan.text("NextStep");
        let day = start.strftime("%-d %B").to_string();
        assert!(step.contains(&day), "{day}: {step}");
        assert!(step.len() <= 255 && !step.ends_with('.'), "{step}");
        said.insert(step.to_owned());
    }
    assert!(said.len() > 4, "{said:#?}");
}

#[test]
fn a_model_is_asked_for_the_next_step_in_as_many_characters_as_it_may_have() {
    let mut world = plain_world(12);
    MODEL.clone_into(&mut world.settings.added);
    let told = world.plan();
    let drafts = drafts(&told.records);
    let steps: Vec<_> = drafts
        .iter()
        .filter(|((_, field), _)| *field == "NextStep")
        .map(|(_, draft)| draft)
        .collect();
    assert!(steps.len() > 5, "{}", steps.len());
    for draft in steps {
        assert_eq!((draft.prompt.kind, draft.most), (Kind::NextStep, Some(255)));
        let long = "Meet {{account}} about it ".repeat(40);
        let text = draft.text(Some(&long)).unwrap();
        assert!(text.chars().count() <= 255 && text.ends_with('…'), "{text}");
    }
    assert!(
        drafts.len() > 100,
        "meetings and mails are asked for as well"
    );
}
