//! Bulk API 2.0: jobs that query.

use serde_json::Value;

use super::jobs::{self, csv, find, full, opened};
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::bulk::{self, Api, JobState, Operation, Problem};

const OPERATIONS: &[Operation] = &[Operation::Query, Operation::QueryAll];
/// Rows on a page where the client does not say.
const PAGE: usize = 50_000;

/// `POST /jobs/query`
pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let body = call.json_object()?;
    let order = jobs::order(call, Api::Query, &body, OPERATIONS)?;
    let soql = body
        .get("query")
        .and_then(Value::as_str)
        .ok_or_else(|| Problem::new(bulk::INVALID_JOB, "a query job needs a query"))?;
    let job = bulk::open_query(&context.session, order, soql)?;
    context.jobs.wake();
    Ok(Reply::json(200, &opened(&job)))
}

/// `PATCH /jobs/query/{job}`
pub(super) fn change(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, _) = find(context, call, Api::Query)?;
    super::jobs_ingest::change_state(context, call, job)
}

/// `GET /jobs/query/{job}`
pub(super) fn get(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, batch) = find(context, call, Api::Query)?;
    Ok(Reply::json(200, &full(&job, batch.as_ref())))
}

/// `DELETE /jobs/query/{job}`
pub(super) fn delete(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, _) = find(context, call, Api::Query)?;
    bulk::delete(&context.session, &job)?;
    Ok(Reply::no_content())
}

/// `GET /jobs/query`
pub(super) fn list(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    jobs::list(context, call, (Api::Query, "query"))
}

/// `GET /jobs/query/{job}/results`
pub(super) fn results(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (job, batch) = find(context, call, Api::Query)?;
    if job.order.version != call.version() {
        let message = format!(
            "the job was created with version {}.0 of the API",
            job.order.version
        );
        return Err(ApiError::new(409, "INVALIDVERSION", message));
    }
    bulk::expect_state(&job, &[JobState::JobComplete])?;
    let batch = batch.ok_or_else(ApiError::not_found)?;
    let most = match call.parameter("maxRecords") {
        None => PAGE,
        Some(number) => number
            .parse()
            .ok()
            .filter(|most| *most > 0)
            .ok_or_else(|| {
                ApiError::new(
                    400,
                    "INVALID_QUERY_PARAMETER",
                    format!("maxRecords is no number: {number}"),
                )
            })?,
    };
    let locator = call
        .parameter("locator")
        .filter(|locator| !locator.is_empty());
    let page = bulk::page(context.session.db, (&job, &batch), locator, most)?
        .ok_or_else(|| ApiError::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))?;
    let bulk::Page {
        csv: rows,
        records,
        next,
    } = page;
    // Clients wait for the word at the end, not for the header to be missing.
    let next = next.unwrap_or_else(|| "null".to_owned());
    Ok(csv(rows)
        .with_header("Sforce-NumberOfRecords", records.to_string())
        .with_header("Sforce-Locator", next))
}
