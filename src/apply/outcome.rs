//! What becomes of a call: recorded, tried again, settled, or given up.

use std::collections::BTreeSet;

use super::batch::{Prepared, Reply};
use super::queue::{Batch, Item};
use super::{Dispatcher, Error};
use crate::model::address::Address;
use crate::model::change::{Action, Change};
use crate::model::event::{Event, Failure, Stopped};
use crate::model::id::RecordId;
use crate::model::order::Step;
use crate::model::recorded::{Held, Row};
use crate::model::value::FieldName;
use crate::org::{self, Kind, RowError};
use crate::refresh::{self, Settled, Written};
use crate::state::{FailedChange, Settlement};

/// A row lock, or a lost reply, is tried so often.
const ATTEMPTS: u8 = 5;

/// So many changes that only state sees are noted at once.
const NOTES: usize = 10_000;

/// Codes of refusals that may pass when the same is sent again.
const PASSING: &[&str] = &[
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "REQUEST_LIMIT_EXCEEDED",
    "UNKNOWN_EXCEPTION",
];

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
        }
    }

    /// Takes in what a call came back with.
    pub(super) async fn land(
        &mut self,
        batch: Batch,
        prepared: &Prepared,
        reply: Result<Reply, org::Error>,
    ) -> Result<(), Error> {
        match reply {
            Ok(sent) => self.take_rows(&batch, prepared, sent).await,
            Err(error) => match (error.kind(), batch.step) {
                (Kind::Lost, Step::Create) => self.take_lost(&batch, prepared, &error).await,
                (Kind::RequestLimit, _) => self.take_stop(&batch, prepared, Stopped::ApiBudget),
                _ => self.take_stop(&batch, prepared, Stopped::Lost(error.to_string())),
            },
        }
    }

    /// Nothing was written, or nothing that would be written twice; the run ends.
    fn take_stop(&mut self, batch: &Batch, prepared: &Prepared, why: Stopped) -> Result<(), Error> {
        self.settle(prepared, &Settlement::default())?;
        self.queue
            .done(batch, &prepared.items, self.job.plan.entries());
        // Of several calls that fail for the same reason the first one tells it.
        self.outcome.stopped.get_or_insert(why);
        Ok(())
    }

    async fn take_rows(
        &mut self,
        batch: &Batch,
        prepared: &Prepared,
        sent: Reply,
    ) -> Result<(), Error> {
        let duplicates = sent.rows.iter().any(|row| is_duplicate(row.as_ref().err()));
        // A key that is taken was taken by us, in a call whose reply was lost.
        let settled = match duplicates && batch.step == Step::Create {
            true => {
                refresh::settle_one(self.job.org, self.job.state, prepared.at, &prepared.intent)
                    .await?
            }
            false => Settled::default(),
        };
        let mut settlement = Settlement::default();
        let mut again = Vec::new();
        let at = sent.at.as_second();
        for (number, row) in sent.rows.into_iter().enumerate() {
            let item = prepared.items[number];
            let made = settled.made.get(number).copied().flatten();
            match row {
                Ok(ok) => match RecordId::parse(&ok.id) {
                    Ok(id) => self.take_done(prepared, number, (id, at), &mut settlement)?,
                    Err(error) => {
                        self.fail(
                            &prepared.changes[number],
                            unreadable(&error),
                            &mut settlement,
                        );
                    }
                },
                Err(error) if batch.step == Step::Delete && error.is_gone() => {
                    let id = prepared.changes[number]
                        .id
                        .expect("what is deleted was there");
                    self.take_done(prepared, number, (id, at), &mut settlement)?;
                }
                Err(error) if is_duplicate(Some(&error)) && made.is_some() => {
                    let made = made.expect("just seen");
                    self.take_done(prepared, number, made, &mut settlement)?;
                }
                Err(error) if is_duplicate(Some(&error)) && item.attempt < ATTEMPTS => {
                    // Nobody holds the key, so a record in the recycle bin does: take the next one.
                    let used = prepared.intent.rows[number].generation;
                    self.job.state.raise_generation_floor(used + 1)?;
                    again.push(item);
                }
                Err(error) if PASSING.contains(&&*error.code) && item.attempt < ATTEMPTS => {
                    again.push(item);
                }
                Err(error) => self.fail(&prepared.changes[number], error, &mut settlement),
            }
        }
        self.settle(prepared, &settlement)?;
        self.progress((prepared.items.len() - again.len()) as u64);
        self.queue.done(batch, &again, self.job.plan.entries());
        Ok(())
    }

    /// The reply of a create was lost: what it made is looked up, and sent again only when it is
    /// certain that it cannot arrive any more.
    async fn take_lost(
        &mut self,
        batch: &Batch,
        prepared: &Prepared,
        error: &org::Error,
    ) -> Result<(), Error> {
        (self.job.events)(Event::Notice(format!(
            "a reply was lost, looking up what was made: {error}"
        )));
        let settled =
            refresh::settle_one(self.job.org, self.job.state, prepared.at, &prepared.intent).await;
        let settled = match settled {
            Ok(settled) => settled,
            // The intent stays open; the next run settles it.
            Err(error) => {
                self.leave_open(batch, prepared);
                self.outcome
                    .stopped
                    .get_or_insert(Stopped::Lost(error.to_string()));
                return Ok(());
            }
        };
        if settled.may_arrive && self.job.options.settle_after > 0 {
            self.leave_open(batch, prepared);
            return Ok(());
        }
        let mut settlement = Settlement::default();
        let mut again = Vec::new();
        for (number, made) in settled.made.iter().enumerate() {
            let item: Item = prepared.items[number];
            match made {
                Some(made) => self.take_done(prepared, number, *made, &mut settlement)?,
                None if item.attempt < ATTEMPTS => again.push(item),
                None => self.fail(&prepared.changes[number], lost(error), &mut settlement),
            }
        }
        self.settle(prepared, &settlement)?;
        self.progress((prepared.items.len() - again.len()) as u64);
        self.queue.done(batch, &again, self.job.plan.entries());
        Ok(())
    }

    fn leave_open(&mut self, batch: &Batch, prepared: &Prepared) {
        self.outcome.unresolved += prepared.items.len() as u64;
        self.outcome.not_tried += self.queue.abandon(batch) as u64;
    }

    fn settle(&mut self, prepared: &Prepared, settlement: &Settlement) -> Result<(), Error> {
        Ok(self
            .job
            .state
            .settle(self.job.run, prepared.intent_id, settlement)?)
    }

    fn take_done(
        &mut self,
        prepared: &Prepared,
        number: usize,
        (id, at): (RecordId, i64),
        settlement: &mut Settlement,
    ) -> Result<(), Error> {
        let change = &prepared.changes[number];
        let row = &prepared.intent.rows[number];
        let root = change.address.root;
        let mut names: Vec<FieldName> = change
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect();
        match prepared.items[number].step {
            Step::Delete => {
                settlement.removed.push(change.address.clone());
                self.job.state.raise_generation_floor(row.generation + 1)?;
                self.outcome.done.destroy += 1;
            }
            Step::Create => {
                let row = refresh::recorded(&prepared.intent, row, self.job.run, (id, at));
                settlement.put.push((root, row));
                self.outcome.done.add += 1;
            }
            Step::Update => {
                if let Some(row) = self.job.state.row_at(&change.address)? {
                    names.extend(row.held.0.iter().map(|(name, _)| name.clone()));
                    settlement.put.push((
                        root,
                        Row {
                            want: change.want.unwrap_or(row.want),
                            ..row
                        },
                    ));
                }
                self.outcome.done.change += 1;
            }
        }
        // A replacement is told once, when its new record is there.
        let half = change.action == Action::Replace && prepared.items[number].step == Step::Delete;
        if !half {
            (self.job.events)(done_event(change, Some(id)));
        }
        if prepared.items[number].step != Step::Delete {
            let names: BTreeSet<_> = names.into_iter().collect();
            let names = names.into_iter().collect();
            self.written
                .entry(change.object)
                .or_default()
                .push(Written {
                    address: change.address.clone(),
                    object: change.object,
                    id,
                    fields: names,
                });
        }
        Ok(())
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
        let retryable = PASSING.contains(&&*error.code);
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

fn done_event(change: &Change, id: Option<RecordId>) -> Event {
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

fn is_duplicate(error: Option<&RowError>) -> bool {
    error.is_some_and(|error| error.code == "DUPLICATE_VALUE")
}

fn unreadable(error: &dyn std::fmt::Display) -> RowError {
    RowError {
        code: "UNREADABLE_REPLY".to_owned(),
        message: error.to_string(),
        fields: Vec::new(),
    }
}

fn lost(error: &org::Error) -> RowError {
    RowError {
        code: "REPLY_LOST".to_owned(),
        message: error.to_string(),
        fields: Vec::new(),
    }
}
