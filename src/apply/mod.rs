//! Carrying out a plan. Nothing is decided here.
//!
//! The dispatcher owns state and events; calls run beside each other and report back to it.
//! Before each call an intent is recorded, after it the result, both durably, once per call.

mod batch;
mod check;
pub(crate) mod lease;
mod outcome;
pub(crate) mod pack;
mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use crate::model::event::{Event, Outcome, Stopped};
use crate::model::object::Object;
use crate::org::{self, Org};
use crate::plan_file::{self, Plan};
use crate::refresh;
use crate::state::{self, State};

use batch::{Prepared, Reply};
use queue::{Batch, Queue};

/// How a plan is to be carried out.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Calls in flight at once.
    pub(crate) concurrency: usize,
    /// Seconds until a create that cannot be found is sent again.
    pub(crate) settle_after: i64,
    /// Stop after so many failures.
    pub(crate) max_failures: Option<u64>,
    /// Stop before more calls than this.
    pub(crate) api_budget: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    State(#[from] state::Error),
    #[error(transparent)]
    Plan(#[from] plan_file::Error),
    #[error(transparent)]
    Refresh(#[from] refresh::Error),
}

/// What carrying out needs.
pub(crate) struct Job<'a> {
    pub(crate) org: &'a Org,
    pub(crate) state: &'a mut State,
    pub(crate) plan: &'a Plan,
    /// The run's number in state, and its name.
    pub(crate) run: i64,
    pub(crate) run_id: &'a str,
    pub(crate) options: Options,
    /// Without it nothing more is written, where the org has leases.
    pub(crate) lease: Option<&'a lease::Lease>,
    /// Set when the user wants to stop.
    pub(crate) interrupted: Arc<AtomicBool>,
    pub(crate) events: &'a mut dyn FnMut(Event),
}

/// The job under way.
struct Dispatcher<'a> {
    job: Job<'a>,
    queue: Queue,
    outcome: Outcome,
    /// Written and not yet read back.
    written: BTreeMap<Object, Vec<refresh::Written>>,
    done: u64,
    total: u64,
}

/// What a call came back with, and what it was for.
type Landed = (Batch, Prepared, Result<Reply, org::Error>);

/// Carries out all changes of the plan.
pub(crate) async fn apply(job: Job<'_>) -> Result<Outcome, Error> {
    let queue = Queue::new(job.plan.entries(), job.plan.locks());
    let total = queue.left() as u64;
    let mut dispatcher = Dispatcher {
        job,
        queue,
        outcome: Outcome::default(),
        written: BTreeMap::new(),
        done: 0,
        total,
    };
    dispatcher.note_in_state()?;
    dispatcher.check_ownership().await?;
    dispatcher.run().await?;
    dispatcher.read_back(1).await?;
    let mut outcome = dispatcher.outcome;
    outcome.not_tried += dispatcher.queue.left() as u64;
    outcome.calls = dispatcher.job.org.calls();
    Ok(outcome)
}

impl Dispatcher<'_> {
    async fn run(&mut self) -> Result<(), Error> {
        let mut flying: JoinSet<Landed> = JoinSet::new();
        loop {
            while flying.len() < self.job.options.concurrency && self.may_go_on() {
                let Some(batch) = self.queue.next(org::ROWS_PER_CALL, !flying.is_empty()) else {
                    break;
                };
                self.launch(&mut flying, batch)?;
            }
            let Some(landed) = flying.join_next().await else {
                break;
            };
            let (batch, prepared, reply) = landed.expect("a call does not panic");
            self.land(batch, &prepared, reply).await?;
            let lots: usize = self
                .written
                .values()
                .map(|rows| rows.len() / org::RECORDS_PER_LOT)
                .sum();
            if lots >= org::LOTS_PER_RETRIEVE {
                self.read_back(org::RECORDS_PER_LOT).await?;
            }
        }
        Ok(())
    }

    /// Records the intent and sends the call.
    fn launch(&mut self, flying: &mut JoinSet<Landed>, batch: Batch) -> Result<(), Error> {
        let prepared = self.prepare(&batch)?;
        if prepared.is_empty() {
            self.queue.done(&batch, &[], self.job.plan.entries());
            return Ok(());
        }
        let org = self.job.org.clone();
        flying.spawn(async move {
            let reply = prepared.send(&org).await;
            (batch, prepared, reply)
        });
        Ok(())
    }

    fn may_go_on(&mut self) -> bool {
        if self.outcome.stopped.is_some() {
            return false;
        }
        let options = &self.job.options;
        let failures: u64 = self.outcome.failed.values().map(|(count, _)| count).sum();
        let stopped = if self.job.interrupted.load(Ordering::Relaxed) {
            Stopped::Interrupted
        } else if self.job.lease.is_some_and(lease::Lease::is_lost) {
            Stopped::Lost(lease::LOST.to_owned())
        } else if options.max_failures.is_some_and(|most| failures > most) {
            Stopped::TooManyFailures
        } else if options
            .api_budget
            .is_some_and(|budget| self.job.org.calls() >= budget)
        {
            Stopped::ApiBudget
        } else {
            return true;
        };
        // A budget that is used up with the last call stopped nothing.
        if self.queue.left() > 0 {
            self.outcome.stopped = Some(stopped);
        }
        false
    }

    /// Reads back what was written since the last time, in lots of at least so many records, so
    /// that no call goes out half empty while more is to come.
    async fn read_back(&mut self, least: usize) -> Result<(), Error> {
        let mut written = Vec::new();
        for rows in self.written.values_mut() {
            let whole = rows.len() - rows.len() % least;
            written.extend(rows.drain(..whole));
        }
        if let Err(error) = refresh::note_held(self.job.org, self.job.state, &written).await {
            // Nothing is lost: the next refresh reads what this one could not.
            let notice = format!("what was written could not be read back: {error}");
            (self.job.events)(Event::Notice(notice));
        }
        Ok(())
    }

    fn progress(&mut self, done: u64) {
        self.done += done;
        (self.job.events)(Event::Progress {
            done: self.done,
            total: self.total,
            calls: self.job.org.calls(),
        });
    }
}

#[cfg(test)]
mod tests;
