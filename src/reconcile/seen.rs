//! What a pass sees beside the changes that it gives to the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::loans::Loans;
use crate::diff::{self, Elsewhere};
use crate::model::address::{Address, Path};
use crate::model::change::{Action, Change};
use crate::model::id::RootId;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Live, Mark, Row};
use crate::model::value::{FieldName, Value};
use crate::refresh;
use crate::scope::Beside;
use crate::state::Notes;

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) recorded: BTreeMap<Object, u64>,
    pub(super) vanished: BTreeMap<Object, u64>,
    /// Records that are there and ours.
    pub(super) ours: BTreeMap<Object, u64>,
    /// How many rows were looked at, and what the records that were read are noted for.
    pub(super) rows: u64,
    pub(super) notes: Notes,
    /// What the refresh is remembered for, where it left nothing unread.
    pub(super) refreshed: Option<(Mark, Notes)>,
    /// The questions of all scorecards, and how many of them are answered.
    pub(super) questions: u64,
    pub(super) answered: u64,
    /// Roots that something is to happen under.
    pub(super) touched: BTreeSet<RootId>,
    /// Something is named by a target, or no target is given.
    pub(super) targeted: bool,
    /// What becomes of the records of accounts, which those of deals refer to.
    pub(super) elsewhere: Elsewhere,
    /// Where a plan is narrowed: the changes of accounts, by name, until it is known which of them
    /// the deals need.
    pub(super) held_back: Vec<(String, Vec<Change>)>,
    pub(super) beside: Beside,
    /// How many changes `--target` and `--exclude` hold back.
    pub(super) outside: u64,
    /// Addresses that would have gone, and are kept.
    pub(super) protected: Vec<String>,
    pub(super) loans: Loans,
    /// What was wanted, out of what was found by key.
    claimed: BTreeSet<String>,
}

impl Seen {
    /// Counts the rows of a root, and notes how the records stand that were read.
    pub(super) fn count(&mut self, root: RootId, rows: &[Row], live: &[Live]) {
        let managed = rows.iter().zip(live).filter(|(row, _)| row.is_in_state());
        for (row, live) in managed {
            self.rows += 1;
            refresh::note(&mut self.notes, root, row, live);
            *self.recorded.entry(row.object).or_default() += 1;
            match live {
                Live::Gone => *self.vanished.entry(row.object).or_default() += 1,
                Live::Ours(_) | Live::Unchanged => *self.ours.entry(row.object).or_default() += 1,
                Live::NotRead | Live::NotOurs => {}
            }
        }
    }

    /// Notes what becomes of the records of an account.
    pub(super) fn note_elsewhere(&mut self, (root, rows): (RootId, &[Row]), changes: &[Change]) {
        let address = |path: &Path| Address {
            root,
            path: path.clone(),
        };
        let there = rows.iter().map(|row| (address(&row.path), Some(row.id)));
        self.elsewhere.extend(there);
        for change in changes {
            let address = &change.address;
            match change.action {
                Action::Create | Action::Replace => {
                    self.elsewhere.insert(address.clone(), None);
                }
                Action::Adopt => {
                    self.elsewhere.insert(address.clone(), change.id);
                }
                Action::Delete | Action::Forget => {
                    self.elsewhere.remove(address);
                }
                Action::Update | Action::Record => {}
            }
        }
    }

    pub(super) fn count_answers(&mut self, desired: &[Desired]) {
        let cites = |(name, value): &(FieldName, Value)| {
            name == "Evidence_Activity_Id__c" && *value != Value::Null
        };
        for answer in desired
            .iter()
            .filter(|record| record.object == Object::ScorecardAnswer)
        {
            self.questions += 1;
            self.answered += u64::from(answer.fields.iter().any(cites));
        }
    }

    /// Notes what was found and is wanted. Where a record of ours is known already, another one with
    /// the same place in its key is not wanted beside it.
    pub(super) fn claim(
        &mut self,
        (root, rows, live): (RootId, &[Row], &[Live]),
        desired: &[Desired],
        found: &Found,
    ) {
        if found.is_empty() {
            return;
        }
        let known = rows.iter().zip(live);
        let known = known.filter(|(_, live)| **live != Live::NotOurs);
        let known: BTreeSet<_> = known.map(|(row, _)| &row.path).collect();
        let new = desired
            .iter()
            .filter(|record| !known.contains(&record.path));
        let wanted = diff::wanted_letters(root, new, &self.elsewhere);
        let is_found = |(object, letters): (Object, String)| {
            let found = found.get(&letters)?;
            (found.object == object).then_some(letters)
        };
        self.claimed.extend(wanted.filter_map(is_found));
    }

    /// Whether something that was found by key is wanted at an address.
    pub(super) fn claims(&self, letters: &str) -> bool {
        self.claimed.contains(letters)
    }
}
