//! The bodies of Bulk API 1.0, which are JSON or XML as the client and the job have it.

use serde_json::{Map, Value, json};

use super::{Call, Reply};
use crate::embedded_org::bulk::{self, Batch, BatchState, ContentType, Job, Problem};
use crate::embedded_org::xml;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Xml,
}

impl Form {
    /// JSON where the client says so, or the job is of JSON and the client says nothing.
    pub(super) fn of(call: &Call, job: &Job) -> Self {
        said(call).unwrap_or_else(|| Self::of_content(job))
    }

    /// What a job's own results are in; XML stands in where lists cannot be CSV.
    pub(super) fn of_content(job: &Job) -> Self {
        match job.order.content_type {
            ContentType::Json => Self::Json,
            ContentType::Xml | ContentType::Csv => Self::Xml,
        }
    }

    /// One thing, by the name of its element.
    pub(super) fn reply(self, status: u16, name: &str, members: Map<String, Value>) -> Reply {
        match self {
            Self::Json => Reply::json(status, &Value::Object(members)),
            Self::Xml => xml_reply(status, bulk::document(name, &bulk::elements(&members))),
        }
    }

    /// Things of one kind: objects in an object, or texts by themselves.
    pub(super) fn list(self, name: &str, item: &str, items: Vec<impl Into<Value>>) -> Reply {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        match self {
            Self::Json if items.iter().all(Value::is_string) && name == "result-list" => {
                Reply::json(200, &Value::Array(items))
            }
            Self::Json => Reply::json(200, &json!({ item: items })),
            Self::Xml => {
                let items: String = items
                    .iter()
                    .map(|value| match value {
                        Value::Object(members) => {
                            format!("<{item}>{}</{item}>", bulk::elements(members))
                        }
                        value => bulk::element(item, value.as_str().unwrap_or_default()),
                    })
                    .collect();
                xml_reply(200, bulk::document(name, &items))
            }
        }
    }
}

/// The form that the headers name; a batch of CSV names none.
fn said(call: &Call) -> Option<Form> {
    let of = |header| {
        let value = call.header(header)?;
        if value.contains("json") {
            Some(Form::Json)
        } else if value.contains("xml") {
            Some(Form::Xml)
        } else {
            None
        }
    };
    of("content-type").or_else(|| of("accept"))
}

/// The body of a request as members, whichever form it has.
pub(super) fn body(call: &Call) -> Result<Map<String, Value>, Problem> {
    if said(call) == Some(Form::Json) {
        return call
            .json_object()
            .map_err(|error| Problem::new(bulk::INVALID_JOB, error.message));
    }
    let root = xml::parse(call.body()).map_err(|problem| {
        Problem::new(bulk::INVALID_JOB, format!("Unable to parse Job: {problem}"))
    })?;
    let members = root.children.into_iter();
    Ok(members.map(|it| (it.name, json!(it.text.trim()))).collect())
}

/// A problem in this API's own form.
pub(super) fn problem(call: &Call, problem: &Problem) -> Reply {
    let bulk::Code(code, _) = problem.code;
    let members = Map::from_iter([
        ("exceptionCode".to_owned(), json!(code)),
        ("exceptionMessage".to_owned(), json!(problem.message)),
    ]);
    said(call).unwrap_or(Form::Xml).reply(400, "error", members)
}

/// A job as it is told, with the sums over its batches.
pub(super) fn job_info(job: &Job, batches: &[Batch]) -> Map<String, Value> {
    let count = |states: &[BatchState]| {
        batches
            .iter()
            .filter(|batch| states.contains(&batch.state))
            .count()
    };
    let sum = |of: fn(&Batch) -> u64| batches.iter().map(of).sum::<u64>();
    let order = &job.order;
    let members = json!({
        "apexProcessingTime": 0,
        "apiActiveProcessingTime": sum(|batch| batch.milliseconds),
        "apiVersion": f64::from(order.version),
        "assignmentRuleId": null,
        "concurrencyMode": order.concurrency.word(),
        "contentType": order.content_type.word(),
        "createdById": job.created_by,
        "createdDate": job.created,
        "externalIdFieldName": order.external_id,
        "fastPathEnabled": false,
        "id": job.id,
        "numberBatchesCompleted": count(&[BatchState::Completed]),
        "numberBatchesFailed": count(&[BatchState::Failed]),
        "numberBatchesInProgress": count(&[BatchState::InProgress]),
        "numberBatchesQueued": count(&[BatchState::Queued]),
        "numberBatchesTotal": batches.len(),
        "numberRecordsFailed": sum(|batch| batch.failed),
        "numberRecordsProcessed": sum(|batch| batch.processed),
        "numberRetries": 0,
        "object": order.object,
        "operation": order.operation.word(),
        "state": job.state.word(),
        "systemModstamp": job.changed,
        "totalProcessingTime": sum(|batch| batch.milliseconds),
    });
    object(members)
}

pub(super) fn batch_info(batch: &Batch) -> Map<String, Value> {
    object(json!({
        "apexProcessingTime": 0,
        "apiActiveProcessingTime": batch.milliseconds,
        "createdDate": batch.created,
        "id": batch.id,
        "jobId": batch.job,
        "numberRecordsFailed": batch.failed,
        "numberRecordsProcessed": batch.processed,
        "state": batch.state.word(),
        "stateMessage": batch.message,
        "systemModstamp": batch.changed,
        "totalProcessingTime": batch.milliseconds,
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn xml_reply(status: u16, body: Vec<u8>) -> Reply {
    Reply::of(status, "application/xml", body)
}
