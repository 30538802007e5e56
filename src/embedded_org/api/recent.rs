//! What the user worked on last. Who only looked at a record is not kept.

use super::search::is_searchable;
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Page};

/// As many as the platform remembers.
pub(super) const MOST_RECENT: usize = 200;

/// `GET /recent`
pub(super) fn recent(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let limit = match call.parameter("limit").map(str::parse) {
        None => MOST_RECENT,
        Some(Ok(limit)) => MOST_RECENT.min(limit),
        Some(Err(_)) => {
            let message = "limit must be a positive whole number";
            return Err(ApiError::new(400, "INVALID_QUERY_LIMIT", message));
        }
    };
    let session = &context.session;
    let objects = session.schema.objects();
    let objects: Vec<&Object> = objects.filter(|object| is_searchable(object)).collect();
    let records = recent_records(session, call, &objects, limit)?;
    let list = [b"[", records.join(&b',').as_slice(), b"]"].concat();
    Ok(Reply::text(200, list))
}

/// Of these sObjects the records that the user saved last, each as JSON.
pub(super) fn recent_records(
    session: &Session<'_>,
    call: &Call,
    objects: &[&Object],
    limit: usize,
) -> Result<Vec<Vec<u8>>, ApiError> {
    let mut last: Vec<(String, &Object, i64)> = Vec::new();
    for object in objects {
        let sql = format!(
            "SELECT LastModifiedDate, rowid FROM \"{}\" WHERE NOT IsDeleted AND LastModifiedById = ?1 \
             ORDER BY LastModifiedDate DESC, rowid LIMIT ?2",
            object.name
        );
        let mut statement = session.db.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params![session.facts.user_id, limit as i64])?;
        while let Some(row) = rows.next()? {
            last.push((row.get(0)?, object, row.get(1)?));
        }
    }
    last.sort_by(|one, other| other.0.cmp(&one.0));
    last.truncate(limit);
    let page = Page {
        session,
        path: &call.version_path(),
    };
    let mut records = Vec::new();
    for (_, object, row) in last {
        let name = object.name_field().map(|field| field.name.clone());
        let fields: Vec<String> = std::iter::once("Id".to_owned()).chain(name).collect();
        let plan = soql::plan_of_fields(session, object, &fields)?;
        records.extend(soql::records(&page, &plan, &[row])?);
    }
    Ok(records)
}
