//! The work on a job, a chunk at a time: each is one transaction, so a server that ends leaves a job
//! exactly between two of them.

use super::job::{Api, Batch, BatchState, ContentType, Job, JobState};
use super::outcome::{self, Chunk};
use super::problem::{CLIENT_INPUT, Problem};
use super::{Told, columns, queries, rows, save, store};
use crate::embedded_org::org::Org;
use crate::embedded_org::session::Session;

/// The rows of a transaction, as on the platform.
const CHUNK: usize = 200;

/// Works on the oldest job that is waiting; tells whether there was one.
pub(super) fn step(org: &mut Org) -> rusqlite::Result<bool> {
    let told = org.jobs.told.clone();
    if told == Told::Hang {
        return Ok(false);
    }
    let started = org.clock.now();
    let (transaction, schema) = org.store.begin()?;
    let session = Session::new(&transaction, schema, &org.facts, started);
    let Some((mut job, mut batch)) = store::next_batch(session.db)? else {
        return Ok(false);
    };
    let worked = match told {
        Told::Fail(message) => Err(Problem::new(CLIENT_INPUT, message)),
        Told::Work | Told::Hang => work(&session, &mut job, &mut batch),
    };
    if let Err(problem) = worked {
        drop(session);
        transaction.rollback()?;
        return fail(org, &batch.id, &problem).map(|()| true);
    }
    let took = org.clock.now().duration_since(started).as_millis();
    batch.milliseconds += took.max(0) as u64;
    store::update_batch(&session, &mut batch)?;
    session.keep_numbers()?;
    drop(session);
    transaction.commit()?;
    Ok(true)
}

fn work(session: &Session<'_>, job: &mut Job, batch: &mut Batch) -> Result<(), Problem> {
    if batch.state == BatchState::Queued {
        batch.state = BatchState::InProgress;
        if job.order.api != Api::Classic {
            store::set_job_state(session, job, JobState::InProgress, None)?;
        }
        if !job.order.operation.is_query() && job.order.content_type == ContentType::Csv {
            (batch.columns, batch.position) = rows::header(session.db, job, batch)?;
        }
    }
    let is_done = if job.order.operation.is_query() {
        queries::run(session, job, batch)?;
        true
    } else {
        next_chunk(session, job, batch)?
    };
    if is_done {
        batch.state = BatchState::Completed;
        if job.order.api != Api::Classic {
            store::set_job_state(session, job, JobState::JobComplete, None)?;
        }
    }
    Ok(())
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
fn fail(org: &mut Org, batch: &str, problem: &Problem) -> rusqlite::Result<()> {
    let now = org.clock.now();
    let (transaction, schema) = org.store.begin()?;
    let session = Session::new(&transaction, schema, &org.facts, now);
    if let Some(mut batch) = store::batch(session.db, batch)? {
        batch.state = BatchState::Failed;
        batch.message = Some(problem.text());
        store::update_batch(&session, &mut batch)?;
        if let Some(mut job) = store::job(session.db, &batch.job)?
            && job.order.api != Api::Classic
        {
            store::set_job_state(&session, &mut job, JobState::Failed, Some(problem.text()))?;
        }
    }
    drop(session);
    transaction.commit()
}
