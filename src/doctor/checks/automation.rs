//! What the org's own automation will do with our records.

use super::{Judgement, good, note, some_of, unseen, warning};
use crate::doctor::sight::{Question, Sight, text};

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

pub(super) fn triggers(sight: &Sight) -> Judgement {
    running(sight, Question::Triggers, ("TableEnumOrId", "Name"))
}

pub(super) fn flows(sight: &Sight) -> Judgement {
    let names = ("TriggerObjectOrEvent.QualifiedApiName", "Label");
    running(sight, Question::Flows, names)
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

fn running(sight: &Sight, question: Question, names: (&str, &str)) -> Judgement {
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
