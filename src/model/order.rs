//! The order of work: deletes first, children before parents; then parents before children.

use serde::{Deserialize, Serialize};

use super::change::Action;
use super::object::{OBJECTS, Object};

/// What one change asks of the org, one step at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Delete,
    Create,
    Update,
}

/// The steps of an action; what only state does has none.
pub(crate) fn steps(action: Action) -> &'static [Step] {
    match action {
        Action::Delete => &[Step::Delete],
        Action::Replace => &[Step::Delete, Step::Create],
        Action::Create => &[Step::Create],
        Action::Update | Action::Adopt => &[Step::Update],
        Action::Forget | Action::Record => &[],
    }
}

impl Step {
    /// The action that consists of this step alone.
    pub(crate) fn action(self) -> Action {
        match self {
            Self::Delete => Action::Delete,
            Self::Create => Action::Create,
            Self::Update => Action::Update,
        }
    }
}

/// Where a step stands in the work of one lock: lower comes first.
pub(crate) fn rank(step: Step, object: Object) -> u8 {
    let (count, number) = (OBJECTS.len() as u8, object.place() as u8);
    match step {
        // Accounts come under each other, whosoever they are: how deep each stands puts them in order.
        Step::Update if object == Object::Account => rank(step, Object::AccountLoan),
        Step::Delete => count - number,
        Step::Create | Step::Update => count + 1 + number,
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, rank};
    use crate::model::object::Object;

    #[test]
    fn children_go_before_and_come_after_their_parents() {
        let order = [
            (Step::Delete, Object::ScorecardAnswer),
            (Step::Delete, Object::Scorecard),
            (Step::Delete, Object::EventRelation),
            (Step::Delete, Object::Event),
            (Step::Create, Object::Account),
            (Step::Update, Object::Account),
            (Step::Update, Object::AccountLoan),
            (Step::Create, Object::Contact),
            (Step::Create, Object::OpportunityContactRole),
            (Step::Create, Object::Event),
            (Step::Create, Object::EventRelation),
            (Step::Create, Object::Scorecard),
            (Step::Update, Object::ScorecardAnswer),
        ];
        let ranks = order.map(|(step, object)| rank(step, object));
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}
