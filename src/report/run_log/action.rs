//! The names of what happened, as the earlier tool's logs have them, and more in their manner.

use crate::model::address::Path;
use crate::model::change::Action;
use crate::model::object::Object;

/// What a change to each kind of record is called, by what people call the record: created, updated, deleted, replaced, and
/// skipped, because it was there already.
const NAMES: &[(&str, [&str; 5])] = &[
    (
        "account",
        [
            "account_created",
            "account_updated",
            "account_deleted",
            "account_replaced",
            "account_skipped",
        ],
    ),
    (
        "contact",
        [
            "contact_created",
            "contact_updated",
            "contact_deleted",
            "contact_replaced",
            "contact_skipped",
        ],
    ),
    (
        "contact role",
        [
            "contact_role_created",
            "contact_role_updated",
            "contact_role_deleted",
            "contact_role_replaced",
            "contact_role_skipped",
        ],
    ),
    (
        "meeting",
        [
            "meeting_created",
            "meeting_updated",
            "meeting_deleted",
            "meeting_replaced",
            "meeting_skipped",
        ],
    ),
    (
        "email",
        [
            "email_created",
            "email_updated",
            "email_deleted",
            "email_replaced",
            "email_skipped",
        ],
    ),
    (
        "call",
        [
            "call_created",
            "call_updated",
            "call_deleted",
            "call_replaced",
            "call_skipped",
        ],
    ),
    (
        "to-do",
        [
            "to_do_created",
            "to_do_updated",
            "to_do_deleted",
            "to_do_replaced",
            "to_do_skipped",
        ],
    ),
    (
        "attendee",
        [
            "attendee_created",
            "attendee_updated",
            "attendee_deleted",
            "attendee_replaced",
            "attendee_skipped",
        ],
    ),
    (
        "scorecard",
        [
            "scorecard_upserted",
            "scorecard_upserted",
            "scorecard_deleted",
            "scorecard_replaced",
            "scorecard_skipped",
        ],
    ),
    (
        "scorecard answer",
        [
            "scorecard_answer_written",
            "scorecard_answer_written",
            "scorecard_answer_deleted",
            "scorecard_answer_replaced",
            "scorecard_answer_skipped",
        ],
    ),
    ("account loan", LOAN),
    ("opportunity loan", LOAN),
    ("ClosePlan answer", LOAN),
    ("ClosePlan choice", LOAN),
];

/// What is not ours is neither created nor deleted nor replaced.
const LOAN: [&str; 5] = [
    "fields_lent",
    "fields_lent",
    "fields_given_back",
    "fields_lent",
    "fields_skipped",
];

/// The name of what was done; none for a note in state about what the org no longer has.
pub(super) fn name(object: Object, path: &Path, action: Action) -> Option<&'static str> {
    let (label, _) = object.label(path);
    let (_, names) = NAMES.iter().find(|(named, _)| *named == label)?;
    match action {
        Action::Create => Some(names[0]),
        Action::Update => Some(names[1]),
        Action::Delete => Some(names[2]),
        Action::Replace => Some(names[3]),
        Action::Adopt | Action::Record => Some(names[4]),
        Action::Forget => None,
    }
}

#[cfg(test)]
mod tests {
    use super::name;
    use crate::model::address::Path;
    use crate::model::change::Action;
    use crate::model::object::OBJECTS;

    #[test]
    fn every_kind_has_its_names() {
        let paths = ["thread/01/01", "call/01", "todo/01"].map(Path::new);
        let actions = [
            Action::Create,
            Action::Update,
            Action::Delete,
            Action::Adopt,
        ];
        for facts in &OBJECTS {
            for (path, action) in paths
                .iter()
                .flat_map(|path| actions.map(|action| (path, action)))
            {
                let named = name(facts.object, path, action);
                assert!(named.is_some(), "{} {path}", facts.api_name);
            }
        }
    }
}
