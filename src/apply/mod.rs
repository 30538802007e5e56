//! Carrying out a plan. Nothing is decided here.
//!
//! The dispatcher owns state and events; calls run beside each other and report back to it.
//! Before each call an intent is recorded, after it the result, both durably, once per call.

// What may be sent next, and when there is no use in more. Pure.
mod circuit;
mod cost;
mod item;
mod line;
mod queue;

// A call, from the last look at its records to what becomes of it.
mod batch;
mod bounds;
mod check;
mod email_tasks;
mod job;
mod loan;
mod notes;
mod outcome;
mod row;

pub(crate) mod lease;
pub(crate) mod pack;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::content;
use crate::model::event::{Event, Outcome};
use crate::model::object::Object;
use crate::model::value::FieldName;
use crate::org::{self, Org};
use crate::plan_file::{self, Plan};
use crate::refresh;
use crate::state::{self, State};

use batch::{Prepared, Reply};
use check::Looks;
use job::{Ended, Opened};
use queue::{Batch, Queue, Sizes};

pub(crate) use bounds::MaxFailures;
pub(crate) use cost::{ROWS_PER_JOB, Way, calls};

/// How a plan is to be carried out.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Calls in flight at once.
    pub(crate) concurrency: usize,
    /// How long is waited for what may still come.
    pub(crate) patience: refresh::Patience,
    /// Stop after more failures than this.
    pub(crate) max_failures: Option<MaxFailures>,
    /// Stop before more calls than this.
    pub(crate) api_budget: Option<u64>,
    /// Stop when so many percent of the org's daily calls are used up, by whomever.
    pub(crate) api_share: u64,
    /// From so many changes of a kind on they go by jobs.
    pub(crate) bulk_threshold: usize,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    State(#[from] state::Error),
    #[error(transparent)]
    Plan(#[from] plan_file::Error),
    #[error(transparent)]
    Refresh(#[from] refresh::Error),
    #[error(transparent)]
    Content(#[from] content::Error),
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
    /// What language models wrote.
    pub(crate) texts: &'a content::Cache,
    /// Without it nothing more is written, where the org has leases.
    pub(crate) lease: Option<&'a lease::Lease>,
    /// Set when the user wants to stop.
    pub(crate) interrupted: watch::Receiver<bool>,
    pub(crate) events: &'a mut dyn FnMut(Event),
}

/// The job under way.
struct Dispatcher<'a> {
    job: Job<'a>,
    queue: Queue,
    looks: Looks,
    outcome: Outcome,
    /// Written and not yet read back.
    written: BTreeMap<Object, Vec<refresh::Written>>,
    /// Which fields records have that were written.
    field_sets: BTreeSet<Arc<[FieldName]>>,
    /// Lines that are to be left alone for a while, and how often they were held by others.
    rests: Vec<(BTreeSet<u32>, u8)>,
    /// Calls in flight.
    calling: usize,
    /// Groups of lines that rest.
    resting: usize,
    /// What was written is being read back.
    reading: bool,
    /// Calls made before the first one of ours, and of ours those that were begun.
    calls_before: u64,
    launched: u64,
    done: u64,
    total: u64,
}

/// What was waited for.
enum Landed {
    /// A call came back.
    Call(Box<(Batch, Prepared, Result<Reply, org::Error>)>),
    /// A job of the Bulk API has ended.
    Job(Box<(Batch, Opened, Ended)>),
    /// What was written was read back.
    ReadBack(Result<Vec<refresh::Note>, refresh::Error>),
    /// These lines have rested.
    Rested(BTreeSet<u32>),
}

/// Who was held off by others comes back after so long, and twice as long each time.
const FIRST_REST: Duration = Duration::from_millis(500);

/// Carries out all changes of the plan.
pub(crate) async fn apply(job: Job<'_>) -> Result<Outcome, Error> {
    let kinds = job.plan.header.estimate.kinds.iter();
    let by_jobs = kinds.filter(|kind| kind.by_jobs);
    let sizes = Sizes {
        call: org::ROWS_PER_CALL,
        job: ROWS_PER_JOB,
        by_jobs: by_jobs.map(|kind| (kind.step, kind.object)).collect(),
        least_job: cost::least_job(job.options.bulk_threshold),
    };
    let queue = Queue::new(job.plan.entries(), job.plan.locks(), sizes);
    let mut dispatcher = Dispatcher {
        looks: Looks::none(job.plan.entries().len()),
        total: queue.left() as u64,
        calls_before: job.org.calls(),
        job,
        queue,
        outcome: Outcome::default(),
        written: BTreeMap::new(),
        field_sets: BTreeSet::new(),
        rests: Vec::new(),
        calling: 0,
        resting: 0,
        reading: false,
        launched: 0,
        done: 0,
    };
    dispatcher.note_in_state()?;
    dispatcher.run().await?;
    dispatcher.read_back_rest().await?;
    let mut outcome = dispatcher.outcome;
    outcome.not_tried += dispatcher.queue.left() as u64;
    outcome.calls = dispatcher.job.org.calls();
    Ok(outcome)
}

impl Dispatcher<'_> {
    async fn run(&mut self) -> Result<(), Error> {
        let mut flying: JoinSet<Landed> = JoinSet::new();
        loop {
            self.send(&mut flying).await?;
            if self.calling == 0 && !self.reading && self.outcome.stopped.is_some() {
                // Nothing is waited for that would not be sent anyway.
                return Ok(());
            }
            let Some(landed) = flying.join_next().await else {
                return Ok(());
            };
            match landed.expect("a call does not panic") {
                Landed::ReadBack(notes) => {
                    self.reading = false;
                    self.note_held(notes)?;
                }
                Landed::Rested(lines) => {
                    self.resting -= 1;
                    self.queue.wake(&lines);
                }
                Landed::Call(call) => {
                    let (batch, prepared, reply) = *call;
                    self.calling -= 1;
                    if self.calling > 0 && outcome::is_clean(&reply) {
                        // The org is not kept waiting while results are recorded.
                        self.send(&mut flying).await?;
                    }
                    self.land(batch, &prepared, reply).await?;
                }
                Landed::Job(job) => {
                    let (batch, opened, ended) = *job;
                    self.calling -= 1;
                    self.land_job(&batch, opened, ended).await?;
                }
            }
            for (lines, times) in self.rests.drain(..) {
                self.resting += 1;
                let rest = FIRST_REST * 2u32.pow(u32::from(times) - 1);
                flying.spawn(async move {
                    tokio::time::sleep(rest).await;
                    Landed::Rested(lines)
                });
            }
            self.read_back(&mut flying);
        }
    }

    /// Launches as many calls as may go now.
    async fn send(&mut self, flying: &mut JoinSet<Landed>) -> Result<(), Error> {
        while self.calling < self.room() && self.may_go_on() {
            // Lines that rest come back, and may fill a call up then.
            let more_comes = self.calling + self.resting > 0;
            let Some(batch) = self.queue.next(more_comes) else {
                break;
            };
            self.launch(flying, batch).await?;
        }
        Ok(())
    }

    /// How many calls may be under way: as many as are allowed, and as the org can bear.
    fn room(&self) -> usize {
        let bearable = self.job.org.in_flight_limit();
        self.job.options.concurrency.min(bearable).max(1)
    }

    /// Looks at what the call would touch, records the intent, and sends the call.
    async fn launch(
        &mut self,
        flying: &mut JoinSet<Landed>,
        mut batch: Batch,
    ) -> Result<(), Error> {
        self.look(&mut batch).await?;
        if batch.way == Way::Bulk {
            return self.launch_job(flying, batch).await;
        }
        let prepared = self.prepare(&batch)?;
        if prepared.is_empty() {
            self.queue.done(&batch, &[], self.job.plan.entries());
            self.try_again(&batch, 0);
            return Ok(());
        }
        let org = self.job.org.clone();
        self.calling += 1;
        self.launched += 1;
        flying.spawn(async move {
            let reply = prepared.send(&org).await;
            Landed::Call(Box::new((batch, prepared, reply)))
        });
        Ok(())
    }

    async fn launch_job(
        &mut self,
        flying: &mut JoinSet<Landed>,
        batch: Batch,
    ) -> Result<(), Error> {
        let Some((opened, csv)) = self.open_job(&batch).await? else {
            return Ok(());
        };
        let org = self.job.org.clone();
        let interrupted = self.job.interrupted.clone();
        let patience = self.job.options.patience.job;
        self.calling += 1;
        flying.spawn(async move {
            let ended = job::run(&org, (opened.id(), csv), patience, interrupted).await;
            Landed::Job(Box::new((batch, opened, ended)))
        });
        Ok(())
    }

    /// Reads back what was written as soon as it fills a call, beside the calls that write.
    fn read_back(&mut self, flying: &mut JoinSet<Landed>) {
        if self.reading || !self.fills_a_call() {
            return;
        }
        let written = self.take_lots();
        let org = self.job.org.clone();
        self.reading = true;
        flying.spawn(async move { Landed::ReadBack(refresh::read_back(&org, &written).await) });
    }

    /// Reads back all that is left of what was written.
    async fn read_back_rest(&mut self) -> Result<(), Error> {
        while self.fills_a_call() {
            let written = self.take_lots();
            let notes = refresh::read_back(self.job.org, &written).await;
            self.note_held(notes)?;
        }
        let rest = std::mem::take(&mut self.written);
        let rest: Vec<_> = rest.into_values().flatten().collect();
        let notes = refresh::read_back(self.job.org, &rest).await;
        self.note_held(notes)
    }

    fn fills_a_call(&self) -> bool {
        let lots = self.written.values();
        let lots: usize = lots.map(|rows| rows.len() / org::RECORDS_PER_LOT).sum();
        lots >= cost::LOTS_PER_READ_BACK
    }

    /// A call of what was written, in whole lots, so that none goes out half empty while more is to
    /// come.
    fn take_lots(&mut self) -> Vec<refresh::Written> {
        let mut written = Vec::new();
        let mut room = cost::LOTS_PER_READ_BACK;
        for rows in self.written.values_mut() {
            let lots = room.min(rows.len() / org::RECORDS_PER_LOT);
            written.extend(rows.drain(..lots * org::RECORDS_PER_LOT));
            room -= lots;
        }
        written
    }

    fn note_held(
        &mut self,
        notes: Result<Vec<refresh::Note>, refresh::Error>,
    ) -> Result<(), Error> {
        match notes {
            Ok(notes) => self.job.state.note_held(&notes)?,
            Err(error) => {
                // Nothing is lost: the next refresh reads what this one could not.
                let notice = format!("what was written could not be read back: {error}");
                (self.job.events)(Event::Notice(notice));
            }
        }
        Ok(())
    }

    fn progress(&mut self, done: u64) {
        if done == 0 {
            return;
        }
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
