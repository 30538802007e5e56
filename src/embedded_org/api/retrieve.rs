//! Many records by id in one call.

use rusqlite::OptionalExtension as _;
use serde_json::Value;

use super::collections::too_many;
use super::describe::object;
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::soql::{self, Page};

const MOST_RETRIEVED: usize = 2000;

/// `GET /composite/sobjects/{X}?ids=&fields=`
pub(super) fn by_query(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let list = |name| {
        let text = call.parameter(name).unwrap_or_default();
        text.split(',')
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect()
    };
    let (ids, fields) = (list("ids"), list("fields"));
    retrieve_records(context, call, (ids, fields))
}

/// `POST /composite/sobjects/{X}`
pub(super) fn posted(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let body = call.json_object()?;
    let list = |name: &str| {
        let items = body.get(name).and_then(Value::as_array);
        let items = items.ok_or_else(|| ApiError::json_parser(format!("{name} must be a list")))?;
        let text = |item: &Value| item.as_str().map(str::to_owned);
        let texts: Option<Vec<String>> = items.iter().map(text).collect();
        texts.ok_or_else(|| ApiError::json_parser(format!("{name} must be a list of texts")))
    };
    let (ids, fields) = (list("ids")?, list("fields")?);
    retrieve_records(context, call, (ids, fields))
}

/// Records in the order of their ids, null where there is none.
fn retrieve_records(
    context: &mut Context<'_>,
    call: &Call,
    (ids, fields): (Vec<String>, Vec<String>),
) -> Result<Reply, ApiError> {
    let session = &context.session;
    let object = object(session, call)?;
    if ids.len() > MOST_RETRIEVED {
        return Err(too_many(MOST_RETRIEVED));
    }
    if fields.is_empty() || ids.is_empty() {
        let message = "both ids and fields must be given";
        return Err(ApiError::new(400, "MISSING_ARGUMENT", message));
    }
    let plan = soql::plan_of_fields(session, object, &fields)?;
    let mut rows: Vec<Option<i64>> = Vec::with_capacity(ids.len());
    let sql = format!(
        "SELECT rowid FROM \"{}\" WHERE Id = ?1 AND NOT IsDeleted",
        object.name
    );
    let mut statement = session.db.prepare_cached(&sql)?;
    for text in &ids {
        let row = match RecordId::parse(text) {
            Some(id) if !session.faults().hides(object) => statement
                .query_row([id.as_str()], |row| row.get(0))
                .optional()?,
            _ => None,
        };
        rows.push(row);
    }
    let present: Vec<i64> = rows.iter().flatten().copied().collect();
    let page = Page {
        session,
        path: &call.version_path(),
    };
    let mut records = soql::records(&page, &plan, &present)?.into_iter();
    let mut body = Vec::with_capacity(rows.len() * 128);
    body.push(b'[');
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        let record = row.and_then(|_| records.next());
        body.extend(record.unwrap_or_else(|| b"null".to_vec()));
    }
    body.push(b']');
    Ok(Reply::text(200, body))
}
