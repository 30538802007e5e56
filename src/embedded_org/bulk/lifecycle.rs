//! What a client does with a job: opens it, uploads, closes or aborts, deletes.

use super::job::{Api, Batch, BatchState, ContentType, Job, JobState, Operation, Order};
use super::pieces::{self, Role};
use super::problem::{
    CLIENT_INPUT, FEATURE_NOT_ENABLED, INVALID_ENTITY, INVALID_JOB, INVALID_JOB_STATE, Problem,
};
use super::{ApiError, queries, records, store};
use crate::embedded_org::schema::{Flag, Object};
use crate::embedded_org::session::Session;

/// The most bytes of a job of Bulk API 2.0: 150 MB once they are in base64.
const MOST_BYTES: usize = 150 * 1024 * 1024 / 4 * 3;
/// The most bytes of a batch of Bulk API 1.0.
const MOST_BYTES_OF_BATCH: usize = 10 * 1024 * 1024;

/// Opens a job that rows are uploaded to, or that batches of queries are added to.
pub(crate) fn open(session: &Session<'_>, order: Order) -> Result<Job, Problem> {
    let object = session.schema.object(&order.object).ok_or_else(|| {
        let message = format!("Unable to find object: {}", order.object);
        Problem::new(INVALID_ENTITY, message)
    })?;
    check(&order, object)?;
    let order = Order {
        object: object.name.clone(),
        ..order
    };
    Ok(store::add_job(session, order, JobState::Open)?)
}

fn check(order: &Order, object: &Object) -> Result<(), Problem> {
    let access = match order.operation {
        Operation::Insert => "C",
        Operation::Update => "U",
        Operation::Upsert => "CU",
        Operation::Delete => "D",
        Operation::HardDelete => {
            let message = "hardDelete operation requires special user profile permission, please contact your \
                           system administrator";
            return Err(Problem::new(FEATURE_NOT_ENABLED, message));
        }
        Operation::Query | Operation::QueryAll => "",
    };
    if !access.chars().all(|letter| object.allows(letter)) {
        let message = format!(
            "Entity '{}' is not supported by the Bulk API for {}",
            object.name,
            order.operation.word()
        );
        return Err(Problem::new(INVALID_ENTITY, message));
    }
    if order.operation != Operation::Upsert {
        return Ok(());
    }
    let Some(key) = order.external_id.as_deref().filter(|key| !key.is_empty()) else {
        let message = format!(
            "External ID was blank for {}. An External ID must be specified for upsert.",
            object.name
        );
        return Err(Problem::new(INVALID_JOB, message));
    };
    let is_key = object
        .field(key)
        .is_some_and(|field| field.is(Flag::ExternalId) || field.is(Flag::IdLookup));
    if is_key {
        return Ok(());
    }
    let message = format!(
        "Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field for {}",
        object.name
    );
    Err(Problem::new(INVALID_JOB, message))
}

/// Opens a query job of Bulk API 2.0, which is at once complete.
pub(crate) fn open_query(session: &Session<'_>, order: Order, soql: &str) -> Result<Job, ApiError> {
    let object = queries::check(session, order.operation, soql)?;
    let order = Order { object, ..order };
    let job = store::add_job(session, order, JobState::UploadComplete)?;
    let batch = store::add_batch(session, &job)?;
    pieces::append(session.db, (&batch.id, Role::Request), soql.as_bytes())?;
    Ok(job)
}

/// Takes the data of a job of Bulk API 2.0, once.
pub(crate) fn upload(session: &Session<'_>, job: &Job, data: &[u8]) -> Result<(), Problem> {
    expect_state(job, &[JobState::Open])?;
    if !store::batches(session.db, &job.id)?.is_empty() {
        let message = format!(
            "Found multiple contents for job: <{}>, please 'Close' / 'Abort' / 'Delete' the current Job then \
             create a new Job and make sure you only do 'PUT' once on a given Job.",
            job.id
        );
        return Err(Problem::new(INVALID_JOB_STATE, message));
    }
    if data.len() > MOST_BYTES {
        let message = "The data of a job can have 150 MB at most, encoded in base64";
        return Err(Problem::new(CLIENT_INPUT, message));
    }
    let batch = store::add_batch(session, job)?;
    Ok(pieces::append(
        session.db,
        (&batch.id, Role::Request),
        data,
    )?)
}

/// Adds a batch to a job of Bulk API 1.0.
pub(crate) fn add_batch(session: &Session<'_>, job: &Job, data: &[u8]) -> Result<Batch, Problem> {
    expect_state(job, &[JobState::Open])?;
    if data.len() > MOST_BYTES_OF_BATCH {
        let message = "The data of a batch can have 10 MB at most";
        return Err(Problem::new(CLIENT_INPUT, message));
    }
    let rows = match job.order.content_type {
        _ if job.order.operation.is_query() => None,
        ContentType::Csv => None,
        ContentType::Json => Some(records::from_json(data)?),
        ContentType::Xml => Some(records::from_xml(data)?),
    };
    let batch = store::add_batch(session, job)?;
    pieces::append(session.db, (&batch.id, Role::Request), data)?;
    if let Some(rows) = rows {
        pieces::append(session.db, (&batch.id, Role::Rows), &rows)?;
    }
    Ok(batch)
}

/// Closes or aborts a job, as its API allows.
pub(crate) fn change(session: &Session<'_>, job: &mut Job, to: JobState) -> Result<(), Problem> {
    match (job.order.api, to) {
        (Api::Ingest, JobState::UploadComplete) => {
            expect_state(job, &[JobState::Open])?;
            // Without data the job fails for that, when the worker comes to it.
            if store::batches(session.db, &job.id)?.is_empty() {
                store::add_batch(session, job)?;
            }
        }
        (Api::Classic, JobState::Closed) => expect_state(job, &[JobState::Open, JobState::Closed])?,
        (Api::Ingest | Api::Query, JobState::Aborted) => {
            let under_way = [
                JobState::Open,
                JobState::UploadComplete,
                JobState::InProgress,
            ];
            expect_state(job, &under_way)?;
        }
        (Api::Classic, JobState::Aborted) => {
            expect_state(job, &[JobState::Open, JobState::Closed, JobState::Aborted])?;
        }
        _ => {
            let message = format!("The state of a job cannot be set to {}", to.word());
            return Err(Problem::new(INVALID_JOB_STATE, message));
        }
    }
    if to == JobState::Aborted {
        leave_batches(session, job)?;
    }
    Ok(store::set_job_state(session, job, to, None)?)
}

/// Marks what the worker has not finished as not to be processed.
fn leave_batches(session: &Session<'_>, job: &Job) -> rusqlite::Result<()> {
    for mut batch in store::batches(session.db, &job.id)? {
        if matches!(batch.state, BatchState::Queued | BatchState::InProgress) {
            batch.state = BatchState::NotProcessed;
            store::update_batch(session, &mut batch)?;
        }
    }
    Ok(())
}

/// Removes a job of Bulk API 2.0 that is not under way.
pub(crate) fn delete(session: &Session<'_>, job: &Job) -> Result<(), Problem> {
    let at_rest = [
        JobState::UploadComplete,
        JobState::JobComplete,
        JobState::Failed,
        JobState::Aborted,
    ];
    expect_state(job, &at_rest)?;
    Ok(store::remove_job(session.db, &job.id)?)
}

/// Refuses what a job cannot do where it stands.
pub(crate) fn expect_state(job: &Job, allowed: &[JobState]) -> Result<(), Problem> {
    if allowed.contains(&job.state) {
        return Ok(());
    }
    let message = format!("Job {} is in the state {}", job.id, job.state.word());
    Err(Problem::new(INVALID_JOB_STATE, message))
}
