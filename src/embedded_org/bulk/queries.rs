//! Running the query of a job: its result is kept in the file, so that it stays as it was.

use rusqlite::types::ValueRef;
use serde_json::Value;

use super::ApiError;
use super::csv_text::write_line;
use super::job::{Batch, ContentType, Dialect, Job, Operation};
use super::pieces::{self, Role};
use super::problem::{INVALID_BATCH, Problem};
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Flat, Page, Visibility};
use crate::embedded_org::time::parse_datetime;

/// Rows that are in memory at once.
const PAGE: usize = 2000;

/// Refuses a query that cannot be run in bulk, and gives the sObject that it is of.
pub(super) fn check(
    session: &Session<'_>,
    operation: Operation,
    soql: &str,
) -> Result<String, ApiError> {
    Ok(soql::plan_flat(session, soql, visibility(operation))?.object)
}

/// Runs the query of a batch and hands over what it finds, page by page, as long as that is wanted; tells
/// whether it came to the end.
pub(super) fn run(
    session: &Session<'_>,
    job: &Job,
    batch: &mut Batch,
    mut keep: impl FnMut(&[u8]) -> bool,
) -> Result<bool, Problem> {
    let text = pieces::whole(session.db, (&batch.id, Role::Request))?;
    let text = String::from_utf8_lossy(&text);
    let refused = |error: ApiError| {
        let message = format!("Failed to process query: {}: {}", error.code, error.message);
        Problem::new(INVALID_BATCH, message)
    };
    let plan = soql::plan_flat(session, &text, visibility(job.order.operation)).map_err(refused)?;
    let rows = soql::row_ids(session, &plan.records).map_err(refused)?;
    batch.columns = plan.names();
    batch.processed = rows.len() as u64;
    for page in rows.chunks(PAGE) {
        let written = match job.order.content_type {
            ContentType::Csv => csv(session, &plan, page)?,
            ContentType::Json | ContentType::Xml => {
                json_lines(session, &plan, page, job).map_err(refused)?
            }
        };
        if !keep(&written) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn visibility(operation: Operation) -> Visibility {
    if operation == Operation::QueryAll {
        Visibility::All
    } else {
        Visibility::Live
    }
}

/// Kept in the plain dialect, and read in that of the job.
fn csv(session: &Session<'_>, plan: &Flat, rows: &[i64]) -> rusqlite::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    plan.each(session, rows, |values| {
        texts.clear();
        texts.extend(values.map(|(value, form)| text(value, form)));
        write_line(&mut out, Dialect::PLAIN, texts.iter().map(String::as_str));
    })?;
    Ok(out)
}

/// A value as CSV has it: datetimes end in `Z`.
fn text(value: ValueRef<'_>, form: soql::Form) -> String {
    match (value, form) {
        (ValueRef::Null, soql::Form::Boolean) => "false".to_owned(),
        (ValueRef::Integer(number), soql::Form::Boolean) => (number != 0).to_string(),
        (ValueRef::Null | ValueRef::Blob(_), _) => String::new(),
        (ValueRef::Integer(number), _) => number.to_string(),
        (ValueRef::Real(number), _) => format!("{number:?}"),
        (ValueRef::Text(text), form) => {
            let text = String::from_utf8_lossy(text);
            match text.strip_suffix("+0000") {
                Some(at) if form == soql::Form::DateTime => format!("{at}Z"),
                _ => text.into_owned(),
            }
        }
    }
}

/// A record a line. The JSON of Bulk API 1.0 has datetimes as milliseconds since 1970.
fn json_lines(
    session: &Session<'_>,
    plan: &Flat,
    rows: &[i64],
    job: &Job,
) -> Result<Vec<u8>, ApiError> {
    let page = Page {
        session,
        path: &format!("/services/data/v{}.0", job.order.version),
    };
    let mut out = Vec::new();
    for record in soql::records(&page, &plan.records, rows)? {
        let mut record: Value = serde_json::from_slice(&record).unwrap_or_default();
        if job.order.content_type == ContentType::Json {
            for path in plan.datetimes() {
                count_milliseconds(&mut record, path);
            }
        }
        out.extend(record.to_string().into_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

fn count_milliseconds(record: &mut Value, path: &str) {
    let pointer = format!("/{}", path.replace('.', "/"));
    if let Some(value) = record.pointer_mut(&pointer)
        && let Some(at) = value.as_str().and_then(parse_datetime)
    {
        *value = at.as_millisecond().into();
    }
}
