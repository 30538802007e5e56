//! Bulk API 1.0: jobs of many batches, as JSON, XML or CSV.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use serde_json::{Map, Value, json};

use super::async_forms::{Form, batch_info, body, job_info, problem};
use super::{ApiError, Call, Context, Reply, versions};
use crate::embedded_org::bulk::{
    self, Api, Batch, BatchState, ConcurrencyMode, ContentType, Dialect, Job, JobState, Operation,
    Order, Problem,
};

type Answer = Result<Reply, Problem>;

/// `POST /job`
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, version| {
        let job = bulk::open(&context.session, order(&body(call)?, version)?)?;
        Ok(info(context, call, &job)?.with_status(201))
    })
}

/// `GET /job/{job}`
pub(super) fn get(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        info(context, call, &find(context, call)?)
    })
}

/// `POST /job/{job}`: closes or aborts.
pub(super) fn change(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let mut job = find(context, call)?;
        let body = body(call)?;
        let word = text(&body, "state").unwrap_or_default();
        let state = JobState::parse(word).ok_or_else(|| {
            Problem::new(
                bulk::INVALID_JOB,
                format!("'{word}' is not a state of a job"),
            )
        })?;
        bulk::change(&context.session, &mut job, state)?;
        info(context, call, &job)
    })
}

/// `POST /job/{job}/batch`
pub(super) fn add_batch(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let job = find(context, call)?;
        let batch = bulk::add_batch(&context.session, &job, call.body())?;
        context.jobs.wake();
        Ok(Form::of(call, &job).reply(201, "batchInfo", batch_info(&batch)))
    })
}

/// `GET /job/{job}/batch`
pub(super) fn list_batches(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let job = find(context, call)?;
        let batches = bulk::batches(context.session.db, &job.id)?;
        let infos = batches.iter().map(batch_info).collect();
        Ok(Form::of(call, &job).list("batchInfoList", "batchInfo", infos))
    })
}

/// `GET /job/{job}/batch/{batch}`
pub(super) fn get_batch(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let (job, batch) = find_batch(context, call)?;
        Ok(Form::of(call, &job).reply(200, "batchInfo", batch_info(&batch)))
    })
}

/// `GET /job/{job}/batch/{batch}/request`
pub(super) fn request(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let (job, batch) = find_batch(context, call)?;
        let body = bulk::request(context.session.db, &batch)?;
        Ok(Reply::of(200, media_type(&job), body))
    })
}

/// `GET /job/{job}/batch/{batch}/result`: what became of the rows, or the ids of what a query found.
pub(super) fn result(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let (job, batch) = find_ended_batch(context, call)?;
        if job.order.operation.is_query() {
            let ids = vec![json!(result_id(&batch))];
            return Ok(Form::of_content(&job).list("result-list", "result", ids));
        }
        let body = bulk::batch_results(context.session.db, &job, &batch)?;
        Ok(Reply::of(200, media_type(&job), body))
    })
}

/// `GET /job/{job}/batch/{batch}/result/{result}`: what a query found.
pub(super) fn found(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    answer(context, call, |context, call, _| {
        let (job, batch) = find_ended_batch(context, call)?;
        if call.argument("result") != result_id(&batch) || !job.order.operation.is_query() {
            let message = format!("There is no result {}", call.argument("result"));
            return Err(Problem::new(bulk::INVALID_BATCH, message));
        }
        let body = bulk::found(context.session.db, &job, &batch)?;
        Ok(Reply::of(200, media_type(&job), body))
    })
}

/// Checks session and version, which are this API's own, and gives problems its own form.
fn answer(
    context: &mut Context<'_>,
    call: &Call,
    handle: impl FnOnce(&mut Context<'_>, &Call, u32) -> Answer,
) -> Result<Reply, ApiError> {
    let session = call.header("x-sfdc-session").unwrap_or_default();
    let answered = if context.tokens.accept(session) {
        versions::number(call.argument("async_version"))
            .ok_or_else(|| {
                let message = format!("Invalid API version: {}", call.argument("async_version"));
                Problem::new(bulk::INVALID_VERSION, message)
            })
            .and_then(|version| handle(context, call, version))
    } else {
        Err(Problem::new(bulk::INVALID_SESSION, "Invalid session id"))
    };
    Ok(answered.unwrap_or_else(|refused| problem(call, &refused)))
}

fn order(body: &Map<String, Value>, version: u32) -> Result<Order, Problem> {
    let operation = text(body, "operation").unwrap_or_default();
    let operation = Operation::parse(operation).ok_or_else(|| {
        Problem::new(
            bulk::INVALID_OPERATION,
            format!("Unknown operation: {operation}"),
        )
    })?;
    let content_type = match text(body, "contentType") {
        None => ContentType::Xml,
        Some(word) => ContentType::parse(word).ok_or_else(|| {
            Problem::new(
                bulk::INVALID_JOB,
                format!("Content type is not supported: {word}"),
            )
        })?,
    };
    // One client sends the mode as the number of a constant.
    let is_serial = text(body, "concurrencyMode") == Some("Serial")
        || body.get("concurrencyMode").and_then(Value::as_u64) == Some(1);
    Ok(Order {
        api: Api::Classic,
        operation,
        object: text(body, "object").unwrap_or_default().to_owned(),
        external_id: text(body, "externalIdFieldName").map(str::to_owned),
        content_type,
        dialect: Dialect::PLAIN,
        concurrency: match is_serial {
            true => ConcurrencyMode::Serial,
            false => ConcurrencyMode::Parallel,
        },
        version,
    })
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

fn find(context: &Context<'_>, call: &Call) -> Result<Job, Problem> {
    let id = call.argument("job");
    bulk::job(context.session.db, id)?
        .filter(|job| job.order.api == Api::Classic)
        .ok_or_else(|| {
            Problem::new(
                bulk::INVALID_JOB,
                format!("Unable to find job with id: {id}"),
            )
        })
}

fn find_batch(context: &Context<'_>, call: &Call) -> Result<(Job, Batch), Problem> {
    let job = find(context, call)?;
    let id = call.argument("batch");
    let batch = bulk::batch(context.session.db, id)?.filter(|batch| batch.job == job.id);
    let batch = batch.ok_or_else(|| {
        Problem::new(
            bulk::INVALID_BATCH,
            format!("Unable to find batch with id: {id}"),
        )
    })?;
    Ok((job, batch))
}

fn find_ended_batch(context: &Context<'_>, call: &Call) -> Result<(Job, Batch), Problem> {
    let (job, batch) = find_batch(context, call)?;
    match batch.state {
        BatchState::Completed | BatchState::Failed => Ok((job, batch)),
        BatchState::Queued | BatchState::InProgress | BatchState::NotProcessed => {
            let message = format!("Batch not completed: {}", batch.state.word());
            Err(Problem::new(bulk::INVALID_BATCH, message))
        }
    }
}

fn info(context: &Context<'_>, call: &Call, job: &Job) -> Answer {
    let batches = bulk::batches(context.session.db, &job.id)?;
    Ok(Form::of(call, job).reply(200, "jobInfo", job_info(job, &batches)))
}

/// A query leaves one result, which has the number of its batch.
fn result_id(batch: &Batch) -> String {
    let id = crate::embedded_org::ids::RecordId::parse(&format!("752{}", &batch.id[3..15]));
    id.map(String::from).unwrap_or_default()
}

fn media_type(job: &Job) -> &'static str {
    match job.order.content_type {
        ContentType::Csv => "text/csv; charset=UTF-8",
        ContentType::Json => "application/json; charset=UTF-8",
        ContentType::Xml => "application/xml",
    }
}
