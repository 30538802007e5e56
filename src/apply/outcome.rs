//! What becomes of a call: recorded, tried again, settled, or given up.

use std::collections::BTreeSet;

use super::batch::{Prepared, Reply};
use super::circuit;
use super::item::{Item, Kind};
use super::queue::Batch;
use super::row::{One, is_duplicate};
use super::{Dispatcher, Error};
use crate::model::event::{Event, Halted, Stopped};
use crate::model::id::RecordId;
use crate::model::order::Step;
use crate::model::status_code::{Reach, reach};
use crate::org::{self, RowError};
use crate::refresh::{self, Holder, Settled};
use crate::state::Settlement;

/// A row lock, or a lost reply, is tried so often.
pub(super) const ATTEMPTS: u8 = 5;

/// What the rows of a call come to.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) settlement: Settlement,
    pub(super) again: Vec<Item>,
    /// Why rows failed for good.
    pub(super) refused: Vec<RowError>,
    /// Changes of which nothing more is sent, because their first half failed.
    pub(super) broken: BTreeSet<u32>,
}

/// Whether everything in the call was done, so that it stops nothing.
pub(super) fn is_clean(reply: &Result<Reply, org::Error>) -> bool {
    let rows = |sent: &Reply| sent.rows.iter().all(Result::is_ok);
    reply.as_ref().is_ok_and(rows)
}

impl Dispatcher<'_> {
    /// Takes in what a call came back with.
    pub(super) async fn land(
        &mut self,
        batch: Batch,
        prepared: &Prepared,
        reply: Result<Reply, org::Error>,
    ) -> Result<(), Error> {
        let error = match reply {
            Ok(sent) => return self.take_rows(&batch, prepared, sent).await,
            Err(error) => error,
        };
        match (error.kind(), batch.step) {
            (org::Kind::Lost, Step::Create) => self.take_lost(&batch, prepared, &error).await,
            (org::Kind::Rejected(code), _) => {
                let code = code.to_owned();
                self.take_refusal(&batch, prepared, &code, &error)
            }
            _ => self.take_stop(&batch, prepared, &error),
        }
    }

    /// Nothing more is sent. Of several calls that fail for the same reason the first tells it.
    pub(super) fn stop(&mut self, error: &org::Error) {
        self.outcome
            .stopped
            .get_or_insert_with(|| match error.kind() {
                org::Kind::RequestLimit => Stopped::ApiBudget,
                _ => Stopped::Lost {
                    why: error.to_string(),
                    hint: error.hint(),
                },
            });
    }

    fn stop_settling(&mut self, error: &refresh::Error) {
        if let refresh::Error::Org(error) = error {
            return self.stop(error);
        }
        let why = error.to_string();
        let lost = Stopped::Lost { why, hint: None };
        self.outcome.stopped.get_or_insert(lost);
    }

    /// Nothing was written, or nothing that would be written twice; the run ends.
    fn take_stop(
        &mut self,
        batch: &Batch,
        prepared: &Prepared,
        error: &org::Error,
    ) -> Result<(), Error> {
        self.settle(prepared, &Settlement::default())?;
        self.queue
            .done(batch, &prepared.items, self.job.plan.entries());
        self.stop(error);
        Ok(())
    }

    /// The org refused the call as a whole: the next one of its kind would fare no better.
    fn take_refusal(
        &mut self,
        batch: &Batch,
        prepared: &Prepared,
        code: &str,
        error: &org::Error,
    ) -> Result<(), Error> {
        let mut taken = Taken::default();
        for number in 0..prepared.items.len() {
            let error = RowError {
                code: code.to_owned(),
                message: error.to_string(),
                fields: Vec::new(),
            };
            self.take_row(
                &prepared.one(number),
                (Err(error), 0),
                Holder::Unseen,
                &mut taken,
            )?;
        }
        self.settle(prepared, &taken.settlement)?;
        self.progress((prepared.items.len() - taken.again.len()) as u64);
        self.halt(batch.kind(), code);
        self.finish(batch, prepared.items.len(), taken);
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
        let mut taken = Taken::default();
        let at = sent.at.as_second();
        for (number, row) in sent.rows.into_iter().enumerate() {
            let (row, holder) = (row.map(|ok| ok.id), settled.holder(number));
            self.take_row(&prepared.one(number), (row, at), holder, &mut taken)?;
        }
        self.settle(prepared, &taken.settlement)?;
        self.progress((prepared.items.len() - taken.again.len()) as u64);
        self.finish(batch, prepared.items.len(), taken);
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
                self.stop_settling(&error);
                return Ok(());
            }
        };
        if settled.may_arrive && self.job.options.patience.create > 0 {
            self.leave_open(batch, prepared);
            return Ok(());
        }
        let mut taken = Taken::default();
        for (number, made) in settled.made.iter().enumerate() {
            let one = prepared.one(number);
            match made {
                Some(made) => self.take_done(&one, *made, &mut taken.settlement)?,
                None if one.item.attempt < ATTEMPTS => taken.again.push(one.item.again()),
                None => self.fail(one.change, lost(error), &mut taken.settlement),
            }
        }
        self.settle(prepared, &taken.settlement)?;
        self.progress((prepared.items.len() - taken.again.len()) as u64);
        self.finish(batch, prepared.items.len(), taken);
        Ok(())
    }

    fn leave_open(&mut self, batch: &Batch, prepared: &Prepared) {
        self.outcome.unresolved += prepared.items.len() as u64;
        self.outcome.not_tried += self.queue.abandon(batch) as u64;
    }

    /// Gives the lines of a call free, with what is to be sent again, and stops what the call has
    /// shown to be of no use. Of its rows so many were really sent: what refers to records that are
    /// not there is left out.
    pub(super) fn finish(&mut self, batch: &Batch, sent: usize, taken: Taken) {
        let kind = batch.kind();
        if let Some(error) = circuit::breaks(batch.is_first, sent, &taken.refused)
            && !self.queue.is_stopped(kind)
        {
            self.halt(kind, &error.code);
        }
        let entries = self.job.plan.entries();
        let dropped = self.queue.drop(&taken.broken);
        let mut again = taken.again;
        if self.queue.is_stopped(kind) {
            let late = std::mem::take(&mut again).len();
            self.outcome.not_tried += late as u64;
            self.progress(late as u64);
        }
        self.progress(dropped as u64);
        self.queue.done(batch, &again, entries);
        self.try_again(batch, sent);
        let lines = self.queue.rest(&again, entries);
        if let Some(most) = again.iter().map(|item| item.locked).max()
            && !lines.is_empty()
        {
            self.job.org.ease_off();
            self.rests.push((lines, most));
        }
    }

    /// Of a first call of which too much was left out another one is made: it has shown nothing.
    pub(super) fn try_again(&mut self, batch: &Batch, sent: usize) {
        let speaks = circuit::speak_for_all;
        if batch.is_first && speaks(batch.chosen) && !speaks(sent) {
            self.queue.try_again(batch.kind());
        }
    }

    /// Sends nothing more of the kind.
    pub(super) fn halt(&mut self, kind: Kind, code: &str) {
        let (step, object) = kind;
        let before = self.queue.left();
        let given_up = self.queue.stop(kind).len() as u64;
        let dropped = before - self.queue.left();
        self.outcome.not_tried += given_up;
        self.outcome.halted.push(Halted {
            action: step.action(),
            object,
            code: code.to_owned(),
            not_tried: given_up,
        });
        self.progress(dropped as u64);
    }

    fn settle(&mut self, prepared: &Prepared, settlement: &Settlement) -> Result<(), Error> {
        Ok(self
            .job
            .state
            .settle(self.job.run, prepared.intent_id, settlement)?)
    }

    /// Takes in one row of a reply, which came at this time; where its key is said to be taken,
    /// `holder` says by whom.
    pub(super) fn take_row(
        &mut self,
        one: &One<'_>,
        (row, at): (Result<String, RowError>, i64),
        holder: Holder,
        taken: &mut Taken,
    ) -> Result<(), Error> {
        let error = match row.map(|id| RecordId::parse(&id)) {
            Ok(Ok(id)) => return self.take_done(one, (id, at), &mut taken.settlement),
            Ok(Err(error)) => unreadable(&error),
            Err(error) => error,
        };
        let Item { step, attempt, .. } = one.item;
        let may_try = attempt < ATTEMPTS;
        if step == Step::Delete && error.is_gone() {
            let id = one.change.id.expect("what is deleted was there");
            return self.take_done(one, (id, at), &mut taken.settlement);
        }
        if is_duplicate(Some(&error)) {
            match holder {
                Holder::Ours(made) => return self.take_done(one, made, &mut taken.settlement),
                Holder::RecycleBin if may_try => {
                    let floor = one.row.generation + 1;
                    self.job.state.raise_generation_floor(floor)?;
                    taken.again.push(one.item.again());
                    return Ok(());
                }
                // With another key it would be there twice.
                Holder::RecycleBin | Holder::Unseen => {}
            }
        }
        match reach(&error.code) {
            Reach::Passing if may_try => taken.again.push(one.item.again()),
            Reach::Locked if may_try => taken.again.push(one.item.again_smaller()),
            Reach::Passing | Reach::Locked | Reach::Record | Reach::Kind => {
                if one.is_half() {
                    taken.broken.insert(one.item.entry);
                }
                taken.refused.push(error.clone());
                self.fail(one.change, error, &mut taken.settlement);
            }
        }
        Ok(())
    }
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
