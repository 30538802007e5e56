//! The work on a job, a chunk at a time: each is one transaction, so a server that ends leaves a job
//! exactly between two of them.

use jiff::Timestamp;

use super::job::{Api, Batch, BatchState, ContentType, Job, JobState};
use super::outcome::{self, Chunk};
use super::pieces::{self, Role};
use super::problem::{CLIENT_INPUT, Problem};
use super::search::Search;
use super::{Told, columns, rows, save, store};
use crate::embedded_org::org::Org;
use crate::embedded_org::session::Session;

/// The rows of a transaction, as on the platform.
const CHUNK: usize = 200;

/// What the worker did.
pub(super) enum Step {
    /// There was nothing to do.
    Rest,
    /// A chunk of a job, or the end of one.
    Chunk,
    /// A query is about to run, which does not need the org to itself.
    Search(Box<Search>),
}

/// Works on the oldest job that is waiting.
pub(super) fn step(org: &mut Org) -> rusqlite::Result<Step> {
    let told = org.jobs.told.clone();
    if told == Told::Hang {
        return Ok(Step::Rest);
    }
    let started = org.clock.now();
    let (transaction, schema) = org.store.begin()?;
    let session = Session::new(&transaction, schema, &org.facts, started);
    let Some((mut job, mut batch)) = store::next_batch(session.db)? else {
        return Ok(Step::Rest);
    };
    let session = session.under(org.faults.draw_rows(&job.order.object));
    let worked = match told {
        Told::Fail(message) => Err(Problem::new(CLIENT_INPUT, message)),
        Told::Work | Told::Hang => work(&session, &mut job, &mut batch),
    };
    if let Err(problem) = worked {
        drop(session);
        transaction.rollback()?;
        let (transaction, schema) = org.store.begin()?;
        let session = Session::new(&transaction, schema, &org.facts, started);
        fail(&session, &batch.id, &problem)?;
        drop(session);
        transaction.commit()?;
        return Ok(Step::Chunk);
    }
    batch.milliseconds += milliseconds(started, org.clock.now());
    store::update_batch(&session, &mut batch)?;
    session.keep_numbers()?;
    let changed = session.has_changed_schema();
    drop(session);
    transaction.commit()?;
    if changed {
        org.store.reload_schema()?;
    }
    if job.order.operation.is_query() {
        let search = Search::of(org, job, batch)?;
        return Ok(Step::Search(Box::new(search)));
    }
    Ok(Step::Chunk)
}

pub(super) fn milliseconds(from: Timestamp, to: Timestamp) -> u64 {
    to.duration_since(from).as_millis().max(0) as u64
}

fn work(session: &Session<'_>, job: &mut Job, batch: &mut Batch) -> Result<(), Problem> {
    let is_new = batch.state == BatchState::Queued;
    batch.state = BatchState::InProgress;
    if is_new && job.order.api != Api::Classic {
        store::set_job_state(session, job, JobState::InProgress, None)?;
    }
    if job.order.operation.is_query() {
        // A former server may have found a part.
        pieces::clear(session.db, (&batch.id, Role::Result))?;
        return Ok(());
    }
    if is_new && job.order.content_type == ContentType::Csv {
        (batch.columns, batch.position) = rows::header(session.db, job, batch)?;
    }
    if next_chunk(session, job, batch)? {
        complete(session, job, batch)?;
    }
    Ok(())
}

/// Ends a batch, and a job of Bulk API 2.0, whose rows are all done.
pub(super) fn complete(
    session: &Session<'_>,
    job: &mut Job,
    batch: &mut Batch,
) -> rusqlite::Result<()> {
    batch.state = BatchState::Completed;
    if job.order.api == Api::Classic {
        return Ok(());
    }
    store::set_job_state(session, job, JobState::JobComplete, None)
}

/// Saves the next rows; tells whether they were the last.
fn next_chunk(session: &Session<'_>, job: &Job, batch: &mut Batch) -> Result<bool, Problem> {
    let columns = match job.order.content_type {
        ContentType::Csv => columns::columns(session.schema, &job.order, &batch.columns)?,
        ContentType::Json | ContentType::Xml => Vec::new(),
    };
    let read = rows::read(session.db, (job, batch), batch.position, CHUNK)?;
    let count = read.rows.len();
    if count > 0 {
        let chunk = Chunk {
            position: batch.position,
            outcomes: save::save_all(session, &job.order, &columns, read.rows)?,
        };
        outcome::keep(session.db, &batch.id, batch.processed, &chunk)?;
        batch.processed += count as u64;
        batch.failed += chunk
            .outcomes
            .iter()
            .filter(|it| it.error.is_some())
            .count() as u64;
        batch.position = read.position;
    }
    Ok(count < CHUNK)
}

/// Ends a batch, and a job of Bulk API 2.0, whose data cannot be worked on.
pub(super) fn fail(session: &Session<'_>, batch: &str, problem: &Problem) -> rusqlite::Result<()> {
    let Some(mut batch) = store::batch(session.db, batch)? else {
        return Ok(());
    };
    batch.state = BatchState::Failed;
    batch.message = Some(problem.text());
    store::update_batch(session, &mut batch)?;
    match store::job(session.db, &batch.job)? {
        Some(mut job) if job.order.api != Api::Classic => {
            store::set_job_state(session, &mut job, JobState::Failed, Some(problem.text()))
        }
        Some(_) | None => Ok(()),
    }
}
