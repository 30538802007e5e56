//! Queries and their pages.

use super::{ApiError, Call, Context, Cursors, Reply};
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Page, Plan, Visibility};

const LARGEST_PAGE: usize = 2000;
const SMALLEST_PAGE: usize = 200;

/// `GET /query?q=`
pub(super) fn query(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    run_in(&context.session, context.cursors, call, Visibility::Live)
}

/// `GET /queryAll?q=`
pub(super) fn query_all(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    run_in(&context.session, context.cursors, call, Visibility::All)
}

/// Runs the query of a call over the schema of a session.
pub(super) fn run_in(
    session: &Session<'_>,
    cursors: &mut Cursors,
    call: &Call,
    visibility: Visibility,
) -> Result<Reply, ApiError> {
    if let Some(text) = call.parameter("explain") {
        return Ok(Reply::json(200, &soql::explain(session, text)?));
    }
    let text = call.parameter("q").ok_or_else(|| {
        ApiError::new(
            400,
            "MALFORMED_QUERY",
            "SOQL query parameter 'q' is required",
        )
    })?;
    if call.is_set("columns") {
        return Ok(Reply::json(200, &soql::columns(session, text)?));
    }
    let plan = soql::plan(session, text, visibility)?;
    if let Some(body) = soql::whole(session, &plan)? {
        return Ok(Reply::text(200, body));
    }
    let Plan::Records(records) = plan else {
        return Err(ApiError::not_found());
    };
    let rows = soql::row_ids(session, &records)?;
    let size = page_size(call.header("sforce-query-options"));
    let first = &rows[..rows.len().min(size)];
    let page = Page {
        session,
        path: &call.api_path(),
    };
    let written = soql::records(&page, &records, first)?;
    let total = rows.len();
    let next = (total > size).then(|| {
        let locator = cursors.open(records, rows, size);
        format!("{}/query/{locator}-{size}", call.version_path())
    });
    Ok(Reply::text(200, result(total, &written, next.as_deref())))
}

/// `GET /query/{locator}`
pub(super) fn next_page(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let invalid = || ApiError::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    let (locator, offset) = call
        .argument("locator")
        .split_once('-')
        .and_then(|(locator, offset)| Some((locator, offset.parse::<usize>().ok()?)))
        .ok_or_else(invalid)?;
    let cursor = context.cursors.get(locator).ok_or_else(invalid)?;
    let total = cursor.rows.len();
    let end = total.min(offset.saturating_add(cursor.page));
    let rows = cursor.rows.get(offset..end).ok_or_else(invalid)?;
    let page = Page {
        session: &context.session,
        path: &call.version_path(),
    };
    let written = soql::records(&page, &cursor.records, rows)?;
    let next = (end < total).then(|| format!("{}/query/{locator}-{end}", call.version_path()));
    Ok(Reply::text(200, result(total, &written, next.as_deref())))
}

/// The body of a page of records.
pub(super) fn result(total: usize, records: &[Vec<u8>], next: Option<&str>) -> Vec<u8> {
    let mut body = format!("{{\"totalSize\":{total},\"done\":{}", next.is_none()).into_bytes();
    if let Some(next) = next {
        body.extend(format!(",\"nextRecordsUrl\":\"{next}\"").as_bytes());
    }
    body.extend(b",\"records\":[");
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend(record);
    }
    body.extend(b"]}");
    body
}

/// `Sforce-Query-Options: batchSize=500`
fn page_size(options: Option<&str>) -> usize {
    let wanted = options.and_then(|options| {
        let (name, size) = options.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("batchSize")
            .then(|| size.trim().parse().ok())?
    });
    wanted.map_or(LARGEST_PAGE, |size: usize| {
        size.clamp(SMALLEST_PAGE, LARGEST_PAGE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_size_is_a_bounded_wish() {
        for (options, expect) in [
            (None, 2000),
            (Some("batchSize=500"), 500),
            (Some("batchsize = 1"), 200),
            (Some("batchSize=9999"), 2000),
            (Some("nonsense"), 2000),
        ] {
            assert_eq!(page_size(options), expect, "{options:?}");
        }
    }
}
