//! Loans in state: noted before they are written, so that what a field held is never lost.

use super::batch::Prepared;
use super::{Dispatcher, Error};
use crate::model::change::Change;
use crate::model::loan;
use crate::model::recorded::{Held, Row};
use crate::model::value::FieldName;
use crate::org::Fields;
use crate::refresh::held;
use crate::state::Settlement;

impl Dispatcher<'_> {
    /// Notes, durably, what the fields of a call hold, and what they may hold once it is sent.
    pub(super) fn note_loans(&mut self, prepared: &Prepared) -> Result<(), Error> {
        let mut settlement = Settlement::default();
        for (change, body) in prepared.changes.iter().zip(&prepared.bodies) {
            let row = self.loan_sent(change, body)?;
            settlement.put.push((change.address.root, row));
        }
        Ok(self.job.state.settle(self.job.run, None, &settlement)?)
    }

    /// The loan while it is being written: with the fields that are given back, as they may not
    /// be yet.
    fn loan_sent(&self, change: &Change, body: &Fields) -> Result<Row, Error> {
        let row = self.loan_row(change)?;
        let mut lent = change.lent.clone();
        for lent in &mut lent {
            // An id may not have been known when the change was planned.
            let sent = body.get(lent.field.as_ref()).map(held);
            if let Some(sent) = sent.filter(|sent| !lent.ours.contains(sent)) {
                lent.ours.insert(0, sent);
            }
        }
        let still = row.lent.iter();
        let still = still.filter(|known| loan::of(&change.lent, &known.field).is_none());
        lent.extend(still.cloned());
        Ok(Row { lent, ..row })
    }

    /// The loan once it is written; nothing where all of it was given back.
    pub(super) fn loan_done(&self, change: &Change) -> Result<Option<Row>, Error> {
        let Some(want) = change.want else {
            return Ok(None);
        };
        let mut row = self.loan_row(change)?;
        row.lent
            .retain(|lent| loan::of(&change.lent, &lent.field).is_some());
        let is_sent = |name: &FieldName| change.fields.iter().any(|field| field.name == *name);
        let held = row.lent.iter().filter_map(|lent| {
            let held = row.held.get(&lent.field).filter(|_| !is_sent(&lent.field));
            let held = held.or_else(|| lent.ours.first().copied())?;
            Some((lent.field.clone(), held))
        });
        let held = Held(held.collect());
        Ok(Some(Row { want, held, ..row }))
    }

    /// The loan where the org already holds what is wanted.
    pub(super) fn loan_seen(&self, change: &Change) -> Result<Row, Error> {
        let row = self.loan_row(change)?;
        Ok(Row {
            want: change.want.unwrap_or(row.want),
            held: Held(change.held.clone()),
            lent: change.lent.clone(),
            ..row
        })
    }

    /// The loan as state knows it, or a new one.
    fn loan_row(&self, change: &Change) -> Result<Row, Error> {
        if let Some(row) = self.job.state.row_at(&change.address)? {
            return Ok(row);
        }
        let lender = change.id.expect("who lends is there");
        let path = change.address.path.clone();
        Ok(Row {
            run: self.job.run,
            created: self.now(),
            ..Row::of_new_loan(path, change.object, lender)
        })
    }
}
