//! Describe: what there is in the org, and what one sObject is like.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use serde_json::{Value, json};

use super::recent::{MOST_RECENT, recent_records};
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::schema::{self, Listed, Object, RecordType};
use crate::embedded_org::session::Session;

/// `GET /sobjects`
pub(super) fn global(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let body = schema::describe_global(context.session.schema, &call.version_path());
    Ok(Reply::json(200, &body))
}

/// `GET /sobjects/{X}`
pub(super) fn basic(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let object = object(&context.session, call)?;
    let describe = schema::object_summary(object, &call.version_path());
    let records = recent_records(&context.session, call, &[object], MOST_RECENT)?;
    let records: Vec<Value> = records
        .iter()
        .filter_map(|record| serde_json::from_slice(record).ok())
        .collect();
    let body = json!({"objectDescribe": describe, "recentItems": records});
    Ok(Reply::json(200, &body))
}

/// `GET /sobjects/{X}/describe`
pub(super) fn describe(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let session = &context.session;
    let object = object(session, call)?;
    let listed = Listed {
        stages: stages(session)?,
        record_types: record_types(session, object)?,
    };
    let body = schema::describe(session.schema, object, &call.version_path(), &listed);
    Ok(Reply::json(200, &body))
}

fn stages(session: &Session<'_>) -> rusqlite::Result<Vec<String>> {
    session
        .db
        .prepare_cached(
            "SELECT MasterLabel FROM OpportunityStage WHERE IsActive ORDER BY SortOrder, Id",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn record_types(session: &Session<'_>, object: &Object) -> rusqlite::Result<Vec<RecordType>> {
    session
        .db
        .prepare_cached(
            "SELECT Id, Name, DeveloperName, IsActive FROM RecordType \
             WHERE SobjectType = ?1 AND NOT IsDeleted ORDER BY Name, Id",
        )?
        .query_map([&object.name], |row| {
            Ok(RecordType {
                id: row.get(0)?,
                name: row.get(1)?,
                developer_name: row.get(2)?,
                is_active: row.get(3)?,
            })
        })?
        .collect()
}

/// The sObject that the path names.
pub(super) fn object<'s>(session: &Session<'s>, call: &Call) -> Result<&'s Object, ApiError> {
    session
        .schema
        .object(call.argument("object"))
        .ok_or_else(ApiError::not_found)
}
