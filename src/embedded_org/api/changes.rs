//! Which records were changed or deleted in a span of time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::describe::object;
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::time::{datetime_text, parse_datetime};

/// How far back deletions are told: as long as the recycle bin keeps records.
const DELETED_DAYS: i64 = 15;
const UPDATED_DAYS: i64 = 30;

/// `GET /sobjects/{X}/updated?start=&end=`
pub(super) fn updated(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let (start, end) = span(context.session.now, call, UPDATED_DAYS)?;
    let sql = format!(
        "SELECT Id FROM \"{}\" WHERE SystemModstamp >= ?1 AND SystemModstamp < ?2 AND NOT IsDeleted ORDER BY Id",
        object.name
    );
    let ids: Vec<String> = context
        .session
        .db
        .prepare_cached(&sql)?
        .query_map([&start, &end], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let body = json!({"ids": ids, "latestDateCovered": covered(context.session.now, end)});
    Ok(Reply::json(200, &body))
}

/// `GET /sobjects/{X}/deleted?start=&end=`
pub(super) fn deleted(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let now = context.session.now;
    let object = object(&context.session, call)?;
    let (start, end) = span(now, call, DELETED_DAYS)?;
    let sql = format!(
        "SELECT Id, SystemModstamp FROM \"{}\" WHERE SystemModstamp >= ?1 AND SystemModstamp < ?2 AND IsDeleted \
         ORDER BY Id",
        object.name
    );
    let records: Vec<Value> = context
        .session
        .db
        .prepare_cached(&sql)?
        .query_map([&start, &end], |row| {
            let (id, at): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(json!({"id": id, "deletedDate": at}))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let earliest = now
        .checked_sub(SignedDuration::from_hours(24 * DELETED_DAYS))
        .unwrap_or(now);
    let body = json!({
        "deletedRecords": records,
        "earliestDateAvailable": datetime_text(earliest),
        "latestDateCovered": covered(now, end),
    });
    Ok(Reply::json(200, &body))
}

/// The span asked for, in the stored form.
fn span(now: Timestamp, call: &Call, most_days: i64) -> Result<(String, String), ApiError> {
    let wrong = |message: &str| ApiError::new(400, "INVALID_REPLICATION_DATE", message);
    let at = |name: &str| {
        let text = call.parameter(name).unwrap_or_default();
        parse_datetime(text).ok_or_else(|| wrong(&format!("{name} is not a datetime: {text}")))
    };
    let (start, end) = (at("start")?, at("end")?);
    if end.duration_since(start) < SignedDuration::from_mins(1) {
        return Err(wrong(
            "endDate must be at least one minute greater than startDate",
        ));
    }
    if now.duration_since(start) > SignedDuration::from_hours(24 * most_days) {
        return Err(wrong(&format!(
            "startDate cannot be more than {most_days} days ago"
        )));
    }
    Ok((datetime_text(start), datetime_text(end)))
}

fn covered(now: Timestamp, end: String) -> String {
    end.min(datetime_text(now))
}
