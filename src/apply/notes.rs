//! Changes that only state sees: forgotten, adopted, and already right.

use super::row::done_event;
use super::{Dispatcher, Error};
use crate::model::change::{Action, Change};
use crate::model::recorded::{Held, Row};
use crate::state::Settlement;

/// So many changes that only state sees are noted at once.
const NOTES: usize = 10_000;

impl Dispatcher<'_> {
    /// Changes that only state sees, many in one transaction.
    pub(super) fn note_in_state(&mut self) -> Result<(), Error> {
        let mut settlement = Settlement::default();
        for entry in self.job.plan.entries() {
            if !matches!(
                entry.action,
                Action::Forget | Action::Record | Action::Adopt
            ) {
                continue;
            }
            let change = self.job.plan.change(entry)?;
            let root = change.address.root;
            match change.action {
                Action::Forget => {
                    settlement.removed.push(change.address.clone());
                    self.outcome.done.forget += 1;
                }
                Action::Adopt => {
                    settlement.put.push((root, self.adopted(&change)));
                    self.outcome.done.adopt += 1;
                }
                _ => {
                    settlement
                        .put
                        .extend(self.seen(&change)?.map(|row| (root, row)));
                    self.outcome.done.record += 1;
                }
            }
            if entry.action != Action::Record {
                (self.job.events)(done_event(&change, change.id));
            }
            if settlement.put.len() + settlement.removed.len() >= NOTES {
                self.note(&mut settlement)?;
            }
        }
        self.note(&mut settlement)
    }

    fn note(&mut self, settlement: &mut Settlement) -> Result<(), Error> {
        let settlement = std::mem::take(settlement);
        if settlement.put.is_empty() && settlement.removed.is_empty() {
            return Ok(());
        }
        Ok(self.job.state.settle(self.job.run, None, &settlement)?)
    }

    /// The row of a record that already is as it should be.
    fn seen(&self, change: &Change) -> Result<Option<Row>, Error> {
        if change.object.is_loan() {
            return Ok(Some(self.loan_seen(change)?));
        }
        let Some(row) = self.job.state.row_at(&change.address)? else {
            return Ok(None);
        };
        let held = if change.held.is_empty() {
            row.held.clone()
        } else {
            Held(change.held.clone())
        };
        Ok(Some(Row {
            want: change.want.unwrap_or(row.want),
            held,
            ..row
        }))
    }

    fn adopted(&self, change: &Change) -> Row {
        Row {
            path: change.address.path.clone(),
            object: change.object,
            id: change.id.expect("what is adopted is there"),
            generation: change.generation,
            run: self.job.run,
            created: self.now(),
            want: change.want.expect("what is adopted is wanted"),
            stamp: None,
            held: Held(change.held.clone()),
            lent: Vec::new(),
        }
    }
}
