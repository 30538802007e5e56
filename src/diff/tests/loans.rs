//! Fields of a record that is not ours: lent, kept, and given back.

use serde_json::Value as Json;

use super::{Case, Fields, LENT, Replacing, as_stored, desired, hash, held, id, live};
use crate::diff::Policies;
use crate::model::loan::Lent;
use crate::model::object::Object;
use crate::model::recorded::{Held, Live, Row};
use crate::model::value::Want;

const OLD: Fields = &[("CloseDate", "2026-10-05"), ("NextStep", "")];
const WANTED: Fields = &[("CloseDate", "2026-12-01"), ("NextStep", "Demo")];
const MOVED: Fields = &[("CloseDate", "2026-12-08"), ("NextStep", "Demo")];
const THEIRS: Fields = &[("CloseDate", "2027-03-01"), ("NextStep", "Demo")];

fn noted(old: Fields, ours: Fields) -> Vec<Lent> {
    let lent =
        |((field, old), (_, ours)): (&(&'static str, &'static str), &(_, &'static str))| Lent {
            field: (*field).into(),
            old: Some(as_stored(old)),
            ours: vec![hash(&as_stored(ours))],
        };
    old.iter().zip(ours).map(lent).collect()
}

impl Case {
    /// The record is there, and nothing of it was lent.
    fn there(mut self, now: Fields) -> Self {
        let mut row = Row::of_new_loan(super::Path::new(LENT), Object::OpportunityLoan, id(LENT));
        row.stamp = Some(1);
        self.recorded
            .insert(LENT, (row, Live::Ours(live(LENT, now))));
        self
    }

    /// It lent these fields, and holds what we wrote.
    fn lent(self, old: Fields, ours: Fields) -> Self {
        let mut case = self.made(LENT, ours, held(ours), Live::Ours(live(LENT, ours)));
        let (row, _) = case.recorded.get_mut(LENT).unwrap();
        row.lent = noted(old, ours);
        case
    }

    /// The run was killed between noting the loan and reading it back.
    fn never_read_back(mut self) -> Self {
        let (row, _) = self.recorded.get_mut(LENT).unwrap();
        (row.held, row.want) = (Held::default(), Want(0));
        self
    }

    /// What the record gets back, by field.
    fn books(&self) -> Vec<(String, Option<Json>, usize)> {
        let changes = self.changes();
        let lent = changes.iter().flat_map(|change| change.lent.clone());
        lent.map(|lent| (lent.field.into_owned(), lent.old, lent.ours.len()))
            .collect()
    }
}

#[test]
fn fields_are_lent_with_what_they_held() {
    let case = Case::new().wants(LENT, WANTED).there(OLD);
    let old = |field: &str, old: &'static str, ours| (field.to_owned(), Some(as_stored(old)), ours);
    assert_eq!(
        case.books(),
        [old("CloseDate", "2026-10-05", 1), old("NextStep", "", 1)]
    );
    case.check(&["~ New loan 1 CloseDate=2026-10-05>2026-12-01 NextStep=null>Demo"]);
}

#[test]
fn what_the_record_holds_already_is_noted_all_the_same() {
    let case = Case::new().wants(LENT, WANTED).there(WANTED);
    assert_eq!(case.books().len(), 2);
    case.check(&["! AlreadyRight loan 1"]);
}

#[test]
fn what_is_lent_stays() {
    Case::new().wants(LENT, WANTED).lent(OLD, WANTED).check(&[]);
}

#[test]
fn what_moves_keeps_what_was_there_at_first() {
    let case = Case::new().wants(LENT, MOVED).lent(OLD, WANTED);
    let old = |field: &str, old: &'static str, ours| (field.to_owned(), Some(as_stored(old)), ours);
    assert_eq!(
        case.books(),
        [old("CloseDate", "2026-10-05", 2), old("NextStep", "", 1)]
    );
    case.check(&["~ ManifestChanged loan 1 CloseDate=2026-12-01>2026-12-08"]);
}

#[test]
fn what_others_change_is_set_back_unless_they_may() {
    let drifted = || {
        let case = Case::new().wants(LENT, WANTED).lent(OLD, WANTED);
        case.now_holds(LENT, THEIRS)
    };
    drifted().check(&["~ Drift loan 1 CloseDate=2027-03-01>2026-12-01"]);
    let mut ignored = drifted();
    ignored.policies = Policies::new(&["Opportunity.CloseDate".to_owned()], &[]);
    ignored.check(&[]);
}

#[test]
fn what_is_wanted_no_more_is_given_back() {
    Case::new()
        .lent(OLD, WANTED)
        .check(&["~ NoLongerWanted loan 1 CloseDate=2026-12-01>2026-10-05 NextStep=Demo>null"]);
    let one = Case::new()
        .wants(LENT, &[("NextStep", "Demo")])
        .lent(OLD, WANTED);
    assert_eq!(one.books().len(), 1);
    one.check(&["~ ManifestChanged loan 1 CloseDate=2026-12-01>2026-10-05"]);
}

#[test]
fn what_others_changed_is_not_given_back() {
    Case::new()
        .lent(OLD, WANTED)
        .now_holds(LENT, THEIRS)
        .check(&["~ NoLongerWanted loan 1 NextStep=Demo>null"]);
    let all = &[("CloseDate", "2027-03-01"), ("NextStep", "Call")];
    Case::new()
        .lent(OLD, WANTED)
        .now_holds(LENT, all)
        .check(&[". LeftToOthers loan 1"]);
    Case::new()
        .lent(OLD, WANTED)
        .now_holds(LENT, OLD)
        .check(&[". AlreadyRight loan 1"]);
}

#[test]
fn after_a_crash_it_is_given_back_whether_it_was_written_or_not() {
    Case::new()
        .lent(OLD, WANTED)
        .never_read_back()
        .check(&["~ NoLongerWanted loan 1 CloseDate=2026-12-01>2026-10-05 NextStep=Demo>null"]);
    Case::new()
        .lent(OLD, WANTED)
        .never_read_back()
        .now_holds(LENT, OLD)
        .check(&[". AlreadyRight loan 1"]);
    let again = Case::new().wants(LENT, WANTED).lent(OLD, WANTED);
    again
        .never_read_back()
        .now_holds(LENT, OLD)
        .check(&["~ New loan 1 CloseDate=2026-10-05>2026-12-01 NextStep=null>Demo"]);
}

#[test]
fn a_record_that_is_gone_is_forgotten_and_never_made() {
    let gone = |case: Case| case.now(LENT, Live::Gone);
    gone(Case::new().wants(LENT, WANTED).there(OLD)).check(&[]);
    gone(Case::new().wants(LENT, WANTED).lent(OLD, WANTED)).check(&[". AlreadyGone loan 1"]);
    gone(Case::new().lent(OLD, WANTED)).check(&[". AlreadyGone loan 1"]);
}

#[test]
fn nothing_is_lent_of_which_nobody_knows_what_it_holds() {
    let unread = |case: Case| case.now(LENT, Live::NotRead);
    unread(Case::new().wants(LENT, WANTED).there(OLD)).check(&[]);
    unread(Case::new().wants(LENT, MOVED).lent(OLD, WANTED))
        .check(&["~ ManifestChanged loan 1 CloseDate=2026-12-08"]);
    unread(Case::new().lent(OLD, WANTED))
        .check(&["~ NoLongerWanted loan 1 CloseDate=2026-10-05 NextStep=null"]);
}

#[test]
fn with_a_lost_state_it_is_not_known_what_is_given_back() {
    let mut case = Case::new().wants(LENT, MOVED).there(WANTED);
    case.adopting = true;
    assert!(case.books().iter().all(|(_, old, _)| old.is_none()));
    let mut later = Case::new().lent(OLD, WANTED);
    let (row, _) = later.recorded.get_mut(LENT).unwrap();
    row.lent.iter_mut().for_each(|lent| lent.old = None);
    later.check(&[". LeftToOthers loan 1"]);
}

#[test]
fn a_loan_is_never_replaced() {
    let mut case = Case::new().wants(LENT, MOVED).lent(OLD, WANTED);
    case.anchor_moved = true;
    case.replacing = Replacing {
        on_reanchor: true,
        on_rematch: true,
    };
    case.check(&["~ AnchorMoved loan 1 CloseDate=2026-12-01>2026-12-08"]);
    assert_eq!(desired(LENT, MOVED).lender, Some(id(LENT)));
}
