//! What becomes of one row: it is done and recorded, or it failed and is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::item::Item;
use super::{Dispatcher, Error};
use crate::model::address::Address;
use crate::model::change::{Action, Change};
use crate::model::event::{Event, Failure};
use crate::model::id::RecordId;
use crate::model::order::Step;
use crate::model::recorded::Row;
use crate::model::status_code::{Reach, reach};
use crate::model::value::FieldName;
use crate::org::RowError;
use crate::refresh::{self, Written};
use crate::state::{FailedChange, Intent, IntentRow, Settlement};

/// One row that was sent.
pub(super) struct One<'a> {
    pub(super) item: Item,
    pub(super) change: &'a Change,
    pub(super) intent: &'a Intent,
    pub(super) row: &'a IntentRow,
}

impl One<'_> {
    /// Whether this is the first half of a replacement, which is told once, when its new record
    /// is there.
    pub(super) fn is_half(&self) -> bool {
        self.change.action == Action::Replace && self.item.step == Step::Delete
    }
}

impl Dispatcher<'_> {
    pub(super) fn take_done(
        &mut self,
        one: &One<'_>,
        (id, at): (RecordId, i64),
        settlement: &mut Settlement,
    ) -> Result<(), Error> {
        let One {
            item, change, row, ..
        } = one;
        let root = change.address.root;
        let mut names: BTreeSet<FieldName> = change
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect();
        match item.step {
            Step::Delete => {
                settlement.removed.push(change.address.clone());
                self.job.state.raise_generation_floor(row.generation + 1)?;
                self.outcome.done.destroy += 1;
            }
            Step::Create => {
                let row = refresh::recorded(one.intent, row, self.job.run, (id, at));
                settlement.put.push((root, row));
                self.outcome.done.add += 1;
            }
            Step::Update if change.object.is_loan() => {
                names.clear();
                names.extend(change.lent.iter().map(|lent| lent.field.clone()));
                match self.loan_done(change)? {
                    Some(row) => settlement.put.push((root, row)),
                    None => settlement.removed.push(change.address.clone()),
                }
                self.outcome.done.change += 1;
            }
            Step::Update => {
                if let Some(row) = self.job.state.row_at(&change.address)? {
                    names.extend(row.held.0.iter().map(|(name, _)| name.clone()));
                    let want = change.want.unwrap_or(row.want);
                    settlement.put.push((root, Row { want, ..row }));
                }
                self.outcome.done.change += 1;
            }
        }
        if !one.is_half() {
            (self.job.events)(done_event(change, Some(id)));
        }
        if item.step != Step::Delete && !names.is_empty() {
            let written = Written {
                address: change.address.clone(),
                object: change.object,
                id,
                fields: self.shared(names),
            };
            self.written.entry(change.object).or_default().push(written);
        }
        Ok(())
    }

    /// The names, held once for all records that have the same ones.
    fn shared(&mut self, names: BTreeSet<FieldName>) -> Arc<[FieldName]> {
        let names: Vec<_> = names.into_iter().collect();
        if let Some(known) = self.field_sets.get(&names[..]) {
            return Arc::clone(known);
        }
        let names: Arc<[FieldName]> = names.into();
        self.field_sets.insert(Arc::clone(&names));
        names
    }

    /// Counts, records and tells of a change that failed.
    pub(super) fn fail(&mut self, change: &Change, error: RowError, settlement: &mut Settlement) {
        let entry = self.outcome.failed.entry(error.code.clone()).or_default();
        entry.0 += 1;
        if entry.1.is_empty() {
            entry.1.clone_from(&error.message);
        }
        settlement.failed.push(FailedChange {
            address: change.address.to_string(),
            action: change.action,
            code: error.code.clone(),
            message: error.message.clone(),
        });
        let retryable = matches!(reach(&error.code), Reach::Passing | Reach::Locked);
        (self.job.events)(Event::Failed(Failure {
            address: change.address.clone(),
            object: change.object,
            action: change.action,
            code: error.code,
            message: error.message,
            retryable,
        }));
    }
}

pub(super) fn done_event(change: &Change, id: Option<RecordId>) -> Event {
    let Change {
        address,
        object,
        action,
        day,
        ..
    } = change;
    Event::Done {
        address: Address::clone(address),
        object: *object,
        action: *action,
        id,
        day: *day,
    }
}

pub(super) fn is_duplicate(error: Option<&RowError>) -> bool {
    error.is_some_and(|error| error.code == "DUPLICATE_VALUE")
}
