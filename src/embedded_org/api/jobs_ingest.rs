//! Bulk API 2.0: jobs that save rows of CSV.

use serde_json::Value;

use super::jobs::{self, brief, csv, find, full, opened};
use super::{ApiError, Call, Context, Reply, multipart};
use crate::embedded_org::bulk::{self, Api, Batch, Job, JobState, Operation, Problem};

const OPERATIONS: &[Operation] = &[
    Operation::Insert,
    Operation::Update,
    Operation::Upsert,
    Operation::Delete,
    Operation::HardDelete,
];
/// The most characters of data that may come along with the request for a job.
const MOST_INLINE: usize = 100_000;

/// `POST /jobs/ingest`; a small job may bring its data along, and is then closed at once.
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let Some(parts) = multipart::parts(call) else {
        let order = jobs::order(call, Api::Ingest, &call.json_object()?, OPERATIONS)?;
        let job = bulk::open(session, order)?;
        return Ok(Reply::json(200, &opened(&job)));
    };
    let part = |name: &str| {
        let found = parts.iter().find(|part| part.name == name);
        found.map(|part| part.body).ok_or_else(|| {
            let message = format!("the part {name} is missing");
            ApiError::from(Problem::new(bulk::CLIENT_INPUT, message))
        })
    };
    let body = call
        .part("POST", "/", part("job")?.to_vec())?
        .json_object()?;
    let order = jobs::order(call, Api::Ingest, &body, OPERATIONS)?;
    let content = part("content")?;
    if String::from_utf8_lossy(content).chars().count() > MOST_INLINE {
        let message =
            format!("a job in one request can have {MOST_INLINE} characters of data at most");
        return Err(Problem::new(bulk::CLIENT_INPUT, message).into());
    }
    let mut job = bulk::open(session, order)?;
    bulk::upload(session, &job, content)?;
    bulk::change(session, &mut job, JobState::UploadComplete)?;
    context.jobs.wake();
    Ok(Reply::json(200, &opened(&job)))
}

/// `PUT /jobs/ingest/{job}/batches`
pub(super) fn upload(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, _) = find(context, call, Api::Ingest)?;
    bulk::upload(&context.session, &job, call.body())?;
    Ok(Reply::created())
}

/// `PATCH /jobs/ingest/{job}`
pub(super) fn change(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, _) = find(context, call, Api::Ingest)?;
    change_state(context, call, job)
}

/// Sets the state that a body names.
pub(super) fn change_state(
    context: &Context<'_>,
    call: &Call,
    mut job: Job,
) -> Result<Reply, ApiError> {
    let body = call.json_object()?;
    let word = body
        .get("state")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let state = JobState::parse(word).ok_or_else(|| {
        let message = format!("'{word}' is not a state of a job");
        Problem::new(bulk::INVALID_JOB, message)
    })?;
    bulk::change(&context.session, &mut job, state)?;
    context.jobs.wake();
    Ok(Reply::json(200, &brief(&job)))
}

/// `GET /jobs/ingest/{job}`
pub(super) fn get(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, batch) = find(context, call, Api::Ingest)?;
    Ok(Reply::json(200, &full(&job, batch.as_ref())))
}

/// `DELETE /jobs/ingest/{job}`
pub(super) fn delete(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, _) = find(context, call, Api::Ingest)?;
    bulk::delete(&context.session, &job)?;
    Ok(Reply::no_content())
}

/// `GET /jobs/ingest`
pub(super) fn list(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    jobs::list(context, call, (Api::Ingest, "ingest"))
}

/// `GET /jobs/ingest/{job}/{results}`: one of three lists of rows, its name in any case.
pub(super) fn results(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    type Rows = fn(&rusqlite::Connection, &Job, &Batch) -> Result<Vec<u8>, Problem>;
    const RESULTS: &[(&str, Rows)] = &[
        ("successfulResults", bulk::successful),
        ("failedResults", bulk::failed),
        ("unprocessedRecords", bulk::unprocessed),
    ];
    let name = call.argument("results");
    let (_, rows) = RESULTS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .ok_or_else(ApiError::not_found)?;
    let (job, batch) = find(context, call, Api::Ingest)?;
    let ended = [JobState::JobComplete, JobState::Failed, JobState::Aborted];
    bulk::expect_state(&job, &ended)?;
    let rows = match batch {
        Some(batch) => rows(context.session.db, &job, &batch)?,
        // The job was aborted before it had any.
        None => Vec::new(),
    };
    Ok(csv(rows))
}
