//! What the org's own automation will do with our records.

use super::{Judgement, good, note, unseen, warning};
use crate::doctor::sight::{Question, Sight, text};
use crate::listing::some_of;

const PROBE: &str = "`demo-gen doctor --probe` lets them speak without leaving anything behind.";

pub(super) fn validation_rules(sight: &Sight) -> Judgement {
    let rules = named(
        sight,
        Question::ValidationRules,
        ("EntityDefinition.QualifiedApiName", "ValidationName"),
    );
    match rules {
        Err(why) => unseen(&why),
        Ok(rules) if rules.is_empty() => good("none is active on what is written"),
        Ok(rules) => warning(format!("active: {}", some_of(&rules)), PROBE),
    }
}

const TRIGGERS: (Question, (&str, &str)) = (Question::Triggers, ("TableEnumOrId", "Name"));
const FLOWS: (Question, (&str, &str)) = (
    Question::Flows,
    ("TriggerObjectOrEvent.QualifiedApiName", "Label"),
);

pub(super) fn triggers(sight: &Sight) -> Judgement {
    running(sight, TRIGGERS)
}

pub(super) fn flows(sight: &Sight) -> Judgement {
    running(sight, FLOWS)
}

/// The triggers and flows of one object, as far as they can be seen.
pub(super) fn running_on(sight: &Sight, object: &str) -> Vec<String> {
    let named = [TRIGGERS, FLOWS].map(|(question, names)| named(sight, question, names));
    let named = named.into_iter().filter_map(Result::ok).flatten();
    let of_it = |name: &String| name.split(':').next() == Some(object);
    named.filter(of_it).collect()
}

pub(super) fn duplicate_rules(sight: &Sight) -> Judgement {
    let rules = named(
        sight,
        Question::DuplicateRules,
        ("SobjectType", "MasterLabel"),
    );
    match rules {
        Err(why) => unseen(&why),
        Ok(rules) if rules.is_empty() => good("none is active on accounts and contacts"),
        Ok(rules) => note(format!("active: {}", some_of(&rules))),
    }
}

fn running(sight: &Sight, (question, names): (Question, (&str, &str))) -> Judgement {
    match named(sight, question, names) {
        Err(why) => unseen(&why),
        Ok(found) if found.is_empty() => good("none is active on what is written"),
        Ok(found) => warning(
            format!("active: {}", some_of(&found)),
            "They may change what is written (the next plan tells) or refuse it (`doctor --probe` tells).",
        ),
    }
}

/// `Task: No calls on Sundays`, for each row.
fn named(
    sight: &Sight,
    question: Question,
    (object, name): (&str, &str),
) -> Result<Vec<String>, String> {
    let rows = sight.rows(question)?;
    let label = |row| Some(format!("{}: {}", text(row, object)?, text(row, name)?));
    Ok(rows.iter().filter_map(label).collect())
}
