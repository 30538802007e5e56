//! What the org may use and has used.

use serde_json::{Value, json};

use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::bulk;

/// Calls a day.
const MOST_CALLS: u64 = 100_000;
/// Room for a million records and some.
const STORAGE_MB: u64 = 2_560;
/// What a record takes, whatever it holds.
const RECORD_KB: u64 = 2;
/// An email takes what its texts take besides.
const EMAIL_TEXTS_KB: &str = "SELECT ifnull(sum(ifnull(length(CAST(TextBody AS BLOB)), 0) \
     + ifnull(length(CAST(HtmlBody AS BLOB)), 0)), 0) / 1024 FROM EmailMessage";

/// The value of `Sforce-Limit-Info`.
pub(super) fn usage(calls: u64) -> String {
    format!("api-usage={calls}/{MOST_CALLS}")
}

/// `GET /limits`
pub(super) fn limits(context: &mut Context<'_>, _: &Call) -> Result<Reply, ApiError> {
    let mut records = 0;
    for object in context
        .session
        .schema
        .objects()
        .filter(|object| object.allows('D'))
    {
        records += count(context, &object.name, "1")?;
    }
    let texts = number(context, EMAIL_TEXTS_KB)?;
    let used = (records * RECORD_KB + texts).div_ceil(1024);
    let (batches, query_jobs) = bulk::used_today(&context.session)?;
    let left = |max: u64, used: u64| json!({"Max": max, "Remaining": max.saturating_sub(used)});
    let unused = |max: u64| left(max, 0);
    let body = json!({
        "DailyApiRequests": {"Max": MOST_CALLS, "Remaining": MOST_CALLS.saturating_sub(context.calls)},
        "DailyBulkApiBatches": left(15_000, batches),
        "DailyBulkV2QueryFileStorageMB": unused(976_562),
        "DailyBulkV2QueryJobs": left(10_000, query_jobs),
        "DataStorageMB": {"Max": STORAGE_MB, "Remaining": STORAGE_MB.saturating_sub(used)},
        "FileStorageMB": unused(1_024),
        "HourlyTimeBasedWorkflow": unused(1_000),
        "MassEmail": unused(5_000),
        "SingleEmail": unused(5_000),
    });
    Ok(Reply::json(200, &body))
}

/// `GET /limits/recordCount?sObjects=`
pub(super) fn record_count(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let wanted: Vec<&str> = match call.parameter("sObjects") {
        Some(names) => names.split(',').map(str::trim).collect(),
        None => context
            .session
            .schema
            .objects()
            .map(|object| object.name.as_str())
            .collect(),
    };
    let mut counts: Vec<Value> = Vec::new();
    for name in wanted {
        if let Some(object) = context.session.schema.object(name) {
            let count = count(context, &object.name, "NOT IsDeleted")?;
            counts.push(json!({"count": count, "name": object.name}));
        }
    }
    Ok(Reply::json(200, &json!({ "sObjects": counts })))
}

fn count(context: &Context<'_>, object: &str, which: &str) -> Result<u64, ApiError> {
    let sql = format!("SELECT count(*) FROM \"{object}\" WHERE {which}");
    number(context, &sql)
}

fn number(context: &Context<'_>, sql: &str) -> Result<u64, ApiError> {
    let number: i64 = context
        .session
        .db
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?;
    Ok(number as u64)
}
