//! What jobs of Bulk API 2.0 have in common: their JSON, their lists, their bodies.

use serde_json::{Map, Value, json};

use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::bulk::{
    self, Api, Batch, ColumnDelimiter, ConcurrencyMode, ContentType, Dialect, Job, LineEnding,
    Operation, Order, Problem,
};

const CSV: &str = "text/csv";
/// Jobs on a page of a list.
const PAGE: usize = 1000;

/// What a body asks for, but for the sObject.
pub(super) fn order(
    call: &Call,
    api: Api,
    body: &Map<String, Value>,
    allowed: &[Operation],
) -> Result<Order, ApiError> {
    let operation = word(body, "operation", Operation::parse)?
        .filter(|operation| allowed.contains(operation))
        .ok_or_else(|| invalid(body, "operation"))?;
    let content_type = word(body, "contentType", ContentType::parse)?;
    if content_type.is_some_and(|it| it != ContentType::Csv) {
        return Err(invalid(body, "contentType"));
    }
    let delimiter = word(body, "columnDelimiter", ColumnDelimiter::parse)?;
    let line_ending = word(body, "lineEnding", LineEnding::parse)?;
    let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Order {
        api,
        operation,
        object: text("object").unwrap_or_default(),
        external_id: text("externalIdFieldName"),
        content_type: ContentType::Csv,
        dialect: Dialect {
            delimiter: delimiter.unwrap_or(Dialect::PLAIN.delimiter),
            line_ending: line_ending.unwrap_or(Dialect::PLAIN.line_ending),
        },
        concurrency: ConcurrencyMode::Parallel,
        version: call.version(),
    })
}

/// A member of a body that is one of some words, if it is there.
fn word<T>(
    body: &Map<String, Value>,
    name: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let known = value.as_str().and_then(parse);
            known.map(Some).ok_or_else(|| invalid(body, name))
        }
    }
}

fn invalid(body: &Map<String, Value>, name: &str) -> ApiError {
    let value = body.get(name).map_or("null".to_owned(), Value::to_string);
    let message = format!("{value} is not a valid {name} of this kind of job");
    Problem::new(bulk::INVALID_JOB, message).into()
}

/// The job of a path and its data, which must be of this API.
pub(super) fn find(
    context: &Context<'_>,
    call: &Call,
    api: Api,
) -> Result<(Job, Option<Batch>), ApiError> {
    let job = bulk::job(context.session.db, call.argument("job"))?
        .filter(|job| job.order.api == api)
        .ok_or_else(ApiError::not_found)?;
    let batch = bulk::batches(context.session.db, &job.id)?.pop();
    Ok((job, batch))
}

/// A job as it is told when it is opened.
pub(super) fn opened(job: &Job) -> Value {
    let mut info = brief(job);
    info["lineEnding"] = json!(job.order.dialect.line_ending.word());
    info["columnDelimiter"] = json!(job.order.dialect.delimiter.word());
    if job.order.api == Api::Ingest && job.state == bulk::JobState::Open {
        let version = job.order.version;
        let url = format!("services/data/v{version}.0/jobs/ingest/{}/batches", job.id);
        info["contentUrl"] = json!(url);
    }
    info
}

/// A job as it is told when its state is changed.
pub(super) fn brief(job: &Job) -> Value {
    let order = &job.order;
    let mut info = json!({
        "id": job.id,
        "operation": order.operation.word(),
        "object": order.object,
        "createdById": job.created_by,
        "createdDate": job.created,
        "systemModstamp": job.changed,
        "state": job.state.word(),
        "concurrencyMode": order.concurrency.word(),
        "contentType": order.content_type.word(),
        "apiVersion": f64::from(order.version),
    });
    if let Some(key) = &order.external_id {
        info["externalIdFieldName"] = json!(key);
    }
    info
}

/// A job with all that is known of it.
pub(super) fn full(job: &Job, batch: Option<&Batch>) -> Value {
    let mut info = opened(job);
    let took = batch.map_or(0, |batch| batch.milliseconds);
    let members = [
        (
            "numberRecordsProcessed",
            batch.map_or(0, |batch| batch.processed),
        ),
        ("retries", 0),
        ("totalProcessingTime", took),
    ];
    let of_ingest = [
        ("numberRecordsFailed", batch.map_or(0, |batch| batch.failed)),
        ("apiActiveProcessingTime", took),
        ("apexProcessingTime", 0),
    ];
    let is_ingest = job.order.api == Api::Ingest;
    for (name, number) in members.iter().chain(of_ingest.iter().filter(|_| is_ingest)) {
        info[*name] = json!(number);
    }
    info["jobType"] = json!(job.order.api.word());
    if let Some(error) = &job.error {
        info["errorMessage"] = json!(error);
    }
    info
}

/// `GET /jobs/{ingest|query}`, where jobs of Bulk API 1.0 are listed too.
pub(super) fn list(
    context: &Context<'_>,
    call: &Call,
    (api, path): (Api, &str),
) -> Result<Reply, ApiError> {
    let kind = call.parameter("jobType").unwrap_or_default();
    let mode = call.parameter("concurrencyMode").unwrap_or_default();
    let wanted = |job: &Job| {
        let is_query = job.order.operation.is_query();
        let is_here = job.order.api == api
            || (job.order.api == Api::Classic && is_query == (api == Api::Query));
        let is_kind = kind.is_empty() || kind.eq_ignore_ascii_case(job.order.api.word());
        let is_mode = mode.is_empty() || mode.eq_ignore_ascii_case(job.order.concurrency.word());
        is_here && is_kind && is_mode
    };
    // No job is worked on in chunks by primary key.
    let none = call.is_set("isPkChunkingEnabled");
    let from = call.parameter("queryLocator").unwrap_or_default();
    let mut jobs = bulk::jobs(
        context.session.db,
        |job| !none && wanted(job),
        from,
        PAGE + 1,
    )?;
    let next = (jobs.len() > PAGE)
        .then(|| jobs.pop())
        .flatten()
        .map(|job| {
            format!(
                "{}/jobs/{path}?queryLocator={}",
                call.version_path(),
                job.id
            )
        });
    let records: Vec<Value> = jobs
        .iter()
        .map(|job| {
            let mut info = opened(job);
            info["jobType"] = json!(job.order.api.word());
            info
        })
        .collect();
    let body = json!({"done": next.is_none(), "records": records, "nextRecordsUrl": next});
    Ok(Reply::json(200, &body))
}

pub(super) fn csv(body: Vec<u8>) -> Reply {
    Reply::of(200, CSV, body)
}
