//! Many rows as one job of the Bulk API: its intent, its rows, and what becomes of them.
//!
//! The job's id is recorded before its rows are uploaded. From the moment it is closed the org
//! works by itself, whether we live or not; the next run picks it up where this one ends.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::watch;

use super::item::Item;
use super::outcome::{ATTEMPTS, Taken};
use super::queue::Batch;
use super::row::{One, is_duplicate};
use super::{Dispatcher, Error};
use crate::model::capabilities::KEY_FIELD;
use crate::model::change::Change;
use crate::model::event::{Event, Stopped};
use crate::model::order::Step;
use crate::model::value::Datum;
use crate::org::{self, IngestJob, JobId, JobState, Operation, Org, Upload};
use crate::refresh::{self, Settled, Waited};
use crate::state::{Intent, IntentId, Settlement};

/// Bytes of an upload. It is held in memory, as are its results; the org would take 100 MB.
const MOST_BYTES: usize = 10 << 20;

/// So many results are recorded at once.
const ROWS_AT_ONCE: usize = 1_000;

/// A job that was opened. The intent's rows and the items are in the same order.
pub(super) struct Opened {
    id: JobId,
    /// None before it is recorded.
    intent_id: Option<IntentId>,
    intent: Intent,
    items: Vec<Item>,
    /// What the upload had no room for.
    left_over: Vec<Item>,
}

impl Opened {
    pub(super) fn id(&self) -> &JobId {
        &self.id
    }
}

/// A job before its rows are sent.
struct Load {
    upload: Upload,
    opened: Opened,
}

/// How a job ended, or how far it came.
pub(super) enum Ended {
    /// The org has done what it does.
    Job(IngestJob),
    /// It was never begun, so it has done nothing.
    NotBegun(org::Error),
    /// It may be running.
    Lost(org::Error),
    /// It is not over, and makes no progress.
    Hangs,
}

/// Uploads, lets the job begin, and waits for its end; aborts it where the user wants to stop.
pub(super) async fn run(
    org: &Org,
    (id, csv): (&JobId, Vec<u8>),
    patience: Duration,
    mut interrupted: watch::Receiver<bool>,
) -> Ended {
    if let Err(error) = org.upload(id, csv).await {
        // It can only be aborted now; where even that fails it goes away by itself.
        let _ = org.abort_job(id).await;
        return Ended::NotBegun(error);
    }
    if let Err(error) = org.close_job(id).await {
        return Ended::Lost(error);
    }
    let stop = async {
        // Where nobody is left who could interrupt, nobody does.
        if interrupted.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = refresh::ended(org, id, patience) => ended,
        () = stop => match org.abort_job(id).await {
            Ok(_) => refresh::ended(org, id, patience).await,
            Err(error) => Err(error),
        },
    };
    match ended {
        Ok(Waited::Ended(job)) => Ended::Job(job),
        Ok(Waited::Hangs(_)) => Ended::Hangs,
        Err(error) => Ended::Lost(error),
    }
}

impl Dispatcher<'_> {
    /// Opens a job for the batch, and gives it with its upload; nothing where there is none to
    /// run, and the batch is dealt with.
    pub(super) async fn open_job(
        &mut self,
        batch: &Batch,
    ) -> Result<Option<(Opened, Vec<u8>)>, Error> {
        let Some(columns) = self.columns(batch)? else {
            self.go_by_calls(batch);
            return Ok(None);
        };
        let operation = match batch.step {
            Step::Create => Operation::Insert,
            Step::Update => Operation::Update,
            Step::Delete => Operation::Delete,
        };
        let id = match self
            .job
            .org
            .open_job(batch.object.api_name(), operation)
            .await
        {
            Ok(id) => id,
            Err(error @ org::Error::Rejected { .. }) => {
                (self.job.events)(Event::Notice(format!(
                    "the org takes no Bulk API job, so records go 200 a call: {error}"
                )));
                self.go_by_calls(batch);
                return Ok(None);
            }
            Err(error) => {
                self.give_back(batch, &batch.items);
                self.stop(&error);
                return Ok(None);
            }
        };
        let Load { upload, opened } = self.load(batch, id, columns)?;
        if opened.items.is_empty() {
            // A job without rows does nothing, and goes away by itself.
            self.give_back(batch, &opened.left_over);
            return Ok(None);
        }
        let at = self.now();
        let intent = self
            .job
            .state
            .open_intent(self.job.run, at, &opened.intent)?;
        let (_, kind) = batch.object.facts().label;
        (self.job.events)(Event::Notice(format!(
            "{} {kind} go by the Bulk API, as job {}",
            opened.items.len(),
            opened.id
        )));
        let opened = Opened {
            intent_id: Some(intent),
            ..opened
        };
        Ok(Some((opened, upload.finish())))
    }

    /// Writes the rows of a job, as many as it has room for. Rows that hang on something that was
    /// never made are left out.
    fn load(&mut self, batch: &Batch, id: JobId, columns: Vec<String>) -> Result<Load, Error> {
        let mut upload = Upload::new(columns);
        let mut opened = Opened {
            intent: Intent {
                action: batch.step.action(),
                object: batch.object,
                rows: Vec::new(),
                job: Some(id.to_string()),
            },
            id,
            intent_id: None,
            items: Vec::new(),
            left_over: Vec::new(),
        };
        for (number, &item) in batch.items.iter().enumerate() {
            if upload.len() >= MOST_BYTES {
                opened.left_over = batch.items[number..].to_vec();
                break;
            }
            let change = self.change_of(item)?;
            let Some(mut body) = self.body(&change, item.step)? else {
                self.outcome.not_tried += 1;
                self.progress(1);
                continue;
            };
            let row = self.intent_row(&change, &body, item.step);
            if let Some(id) = &row.id {
                body.insert("Id".to_owned(), Json::String(id.to_string()));
            }
            upload.push(&body);
            opened.intent.rows.push(row);
            opened.items.push(item);
        }
        Ok(Load { upload, opened })
    }

    /// Takes in how a job ended.
    pub(super) async fn land_job(
        &mut self,
        batch: &Batch,
        opened: Opened,
        ended: Ended,
    ) -> Result<(), Error> {
        let error = match ended {
            Ended::Job(job) => return self.take_job(batch, opened, &job).await,
            Ended::NotBegun(error) => error,
            Ended::Lost(error) => {
                self.leave_to_org(batch, &opened);
                self.stop(&error);
                return Ok(());
            }
            Ended::Hangs => {
                self.leave_to_org(batch, &opened);
                let job = opened.id.to_string();
                let seconds = self.job.options.patience.job.as_secs();
                let hangs = Stopped::JobHangs { job, seconds };
                self.outcome.stopped.get_or_insert(hangs);
                return Ok(());
            }
        };
        let none = Settlement::default();
        self.job
            .state
            .settle(self.job.run, opened.intent_id, &none)?;
        let again = |item: &Item| {
            if item.attempt < ATTEMPTS {
                Some(item.again())
            } else {
                None
            }
        };
        let again: Option<Vec<_>> = opened.items.iter().map(again).collect();
        match (error.kind(), again) {
            (org::Kind::Lost, Some(again)) => {
                self.give_back(batch, &[again, opened.left_over].concat());
            }
            (org::Kind::Rejected(code), _) => {
                self.give_back(batch, &batch.items);
                self.halt(batch.kind(), code);
            }
            _ => {
                self.give_back(batch, &batch.items);
                self.stop(&error);
            }
        }
        Ok(())
    }

    /// The intent stays open; the next run goes on with the job.
    fn leave_to_org(&mut self, batch: &Batch, opened: &Opened) {
        self.outcome.unresolved += opened.items.len() as u64;
        self.outcome.not_tried += self.queue.abandon(batch) as u64;
    }

    /// Records what a job has done, and gives back what it left.
    async fn take_job(
        &mut self,
        batch: &Batch,
        opened: Opened,
        job: &IngestJob,
    ) -> Result<(), Error> {
        let rows = refresh::job_rows(self.job.org, job, &opened.intent).await?;
        let at = self.now();
        let duplicates = rows.iter().any(|(_, row)| is_duplicate(row.as_ref().err()));
        let settled = match duplicates && batch.step == Step::Create {
            true => refresh::settle_one(self.job.org, self.job.state, at, &opened.intent).await?,
            false => Settled::default(),
        };
        let mut taken = Taken::default();
        let mut left: BTreeSet<usize> = (0..opened.items.len()).collect();
        for (place, result) in rows {
            if !left.remove(&place) {
                continue;
            }
            let change = self.change_of(opened.items[place])?;
            let one = One {
                item: opened.items[place],
                change: &change,
                intent: &opened.intent,
                row: &opened.intent.rows[place],
            };
            self.take_row(&one, (result, at), settled.holder(place), &mut taken)?;
            if (opened.items.len() - left.len()).is_multiple_of(ROWS_AT_ONCE) {
                let settlement = std::mem::take(&mut taken.settlement);
                self.job.state.settle(self.job.run, None, &settlement)?;
                self.progress(ROWS_AT_ONCE as u64);
            }
        }
        let told = (opened.items.len() - left.len()) % ROWS_AT_ONCE;
        self.progress((told as u64).saturating_sub(taken.again.len() as u64));
        let settlement = std::mem::take(&mut taken.settlement);
        self.job
            .state
            .settle(self.job.run, opened.intent_id, &settlement)?;
        taken.again.extend(&opened.left_over);
        if !left.is_empty() {
            self.take_unprocessed(batch, job, left.len() as u64);
        }
        self.finish(batch, batch.items.len(), taken);
        Ok(())
    }

    /// Rows that an ended job did not come to: nothing became of them.
    fn take_unprocessed(&mut self, batch: &Batch, job: &IngestJob, rows: u64) {
        self.outcome.not_tried += rows;
        self.progress(rows);
        if *self.job.interrupted.borrow() {
            self.outcome.stopped.get_or_insert(Stopped::Interrupted);
            return;
        }
        let why = match (job.state, &job.error) {
            (_, Some(error)) => error.as_str(),
            (JobState::Aborted, None) => "somebody aborted it",
            _ => "the org does not say why",
        };
        let notice = format!("the Bulk API job {} ended early: {why}", job.id);
        (self.job.events)(Event::Notice(notice));
        if !self.queue.is_stopped(batch.kind()) {
            self.halt(batch.kind(), "BULK_JOB_FAILED");
        }
        if let Some(halted) = self.outcome.halted.last_mut() {
            halted.not_tried += rows;
        }
    }

    fn go_by_calls(&mut self, batch: &Batch) {
        self.queue.without_jobs(batch.kind());
        self.give_back(batch, &batch.items);
    }

    fn give_back(&mut self, batch: &Batch, items: &[Item]) {
        self.queue.done(batch, items, self.job.plan.entries());
    }

    pub(super) fn change_of(&self, item: Item) -> Result<Change, Error> {
        let entry = &self.job.plan.entries()[item.entry as usize];
        Ok(self.job.plan.change(entry)?)
    }

    /// The columns that the rows need; none where one of them holds what no column can.
    fn columns(&self, batch: &Batch) -> Result<Option<Vec<String>>, Error> {
        let mut columns = BTreeSet::new();
        if batch.step != Step::Create {
            columns.insert("Id".to_owned());
        }
        if batch.step == Step::Delete {
            return Ok(Some(columns.into_iter().collect()));
        }
        if batch.step == Step::Create {
            columns.insert(KEY_FIELD.to_owned());
            let header = &self.job.plan.header;
            let tag = header.run_tag_field.clone();
            let can_create = |field: &String| header.capabilities.can_create(batch.object, field);
            columns.extend(tag.filter(can_create));
        }
        for &item in &batch.items {
            for field in self.change_of(item)?.fields {
                match &field.after {
                    Datum::Json(json) if !org::fits_into_csv(json) => return Ok(None),
                    Datum::People(_) => return Ok(None),
                    // A create leaves empty fields out: some orgs show them as not createable.
                    Datum::Json(json) if json.is_null() && batch.step == Step::Create => {}
                    Datum::Json(_) | Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) => {
                        columns.insert(field.name.into_owned());
                    }
                }
            }
        }
        Ok(Some(columns.into_iter().collect()))
    }
}
