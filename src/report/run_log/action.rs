//! The names of what happened, as the earlier tool's logs have them, and more in their manner.

use crate::model::change::Action;
use crate::model::object::Object;

/// What a change to each kind of record is called: created, updated, deleted, replaced, and
/// skipped, because it was there already.
const NAMES: &[(Object, [&str; 5])] = &[
    (
        Object::Account,
        [
            "account_created",
            "account_updated",
            "account_deleted",
            "account_replaced",
            "account_skipped",
        ],
    ),
    (
        Object::Contact,
        [
            "contact_created",
            "contact_updated",
            "contact_deleted",
            "contact_replaced",
            "contact_skipped",
        ],
    ),
    (
        Object::OpportunityContactRole,
        [
            "contact_role_created",
            "contact_role_updated",
            "contact_role_deleted",
            "contact_role_replaced",
            "contact_role_skipped",
        ],
    ),
    (
        Object::Event,
        [
            "meeting_created",
            "meeting_updated",
            "meeting_deleted",
            "meeting_replaced",
            "meeting_skipped",
        ],
    ),
    (
        Object::Task,
        [
            "email_created",
            "email_updated",
            "email_deleted",
            "email_replaced",
            "email_skipped",
        ],
    ),
    (
        Object::EmailMessage,
        [
            "email_created",
            "email_updated",
            "email_deleted",
            "email_replaced",
            "email_skipped",
        ],
    ),
    (
        Object::EventRelation,
        [
            "attendee_created",
            "attendee_updated",
            "attendee_deleted",
            "attendee_replaced",
            "attendee_skipped",
        ],
    ),
    (
        Object::Scorecard,
        [
            "scorecard_upserted",
            "scorecard_upserted",
            "scorecard_deleted",
            "scorecard_replaced",
            "scorecard_skipped",
        ],
    ),
    (
        Object::ScorecardAnswer,
        [
            "scorecard_answer_written",
            "scorecard_answer_written",
            "scorecard_answer_deleted",
            "scorecard_answer_replaced",
            "scorecard_answer_skipped",
        ],
    ),
    (Object::AccountLoan, LOAN),
    (Object::OpportunityLoan, LOAN),
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
pub(super) fn name(object: Object, action: Action) -> Option<&'static str> {
    let (_, names) = NAMES.iter().find(|(named, _)| *named == object)?;
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
    use crate::model::change::Action;
    use crate::model::object::OBJECTS;

    #[test]
    fn every_kind_has_its_names() {
        for facts in &OBJECTS {
            for action in [
                Action::Create,
                Action::Update,
                Action::Delete,
                Action::Adopt,
            ] {
                assert!(name(facts.object, action).is_some(), "{}", facts.api_name);
            }
        }
    }
}
