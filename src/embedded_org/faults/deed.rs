//! What somebody else does in the org while a client is at work.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

use super::drawn::Drawn;
use super::rule::{Deed, Pick, Which};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::org::Org;
use crate::embedded_org::rows;
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::{Facts, Session};
use crate::embedded_org::soql::{self, Plan, Visibility};

/// Does the deeds of a call, in a transaction of their own.
pub(crate) fn act(org: &mut Org, drawn: &Drawn) -> Result<(), ApiError> {
    if drawn.deeds.is_empty() {
        return Ok(());
    }
    let now = org.clock.now();
    let facts = org.facts.clone();
    let (transaction, schema) = org.store.begin()?;
    let facts = colleague(&transaction, facts)?;
    let session = Session::new(&transaction, schema, &facts, now);
    for (rule, deed, number) in &drawn.deeds {
        session.forget_writes();
        do_one(&session, deed, *number).map_err(|error| {
            let message = format!("fault `{rule}`: {}", error.message);
            ApiError::new(500, "UNKNOWN_EXCEPTION", message)
        })?;
    }
    session.keep_numbers()?;
    transaction.commit()?;
    Ok(())
}

/// Another active user, where there is one.
fn colleague(db: &rusqlite::Connection, facts: Facts) -> rusqlite::Result<Facts> {
    let found: Option<String> = db
        .prepare_cached("SELECT Id FROM \"User\" WHERE IsActive AND Id <> ?1 ORDER BY Id LIMIT 1")?
        .query_row([&facts.user_id], |row| row.get(0))
        .optional()?;
    Ok(match found {
        Some(user_id) => Facts { user_id, ..facts },
        None => facts,
    })
}

/// Where no record is found, there is nothing to do.
fn do_one(session: &Session<'_>, deed: &Deed, number: u64) -> Result<(), ApiError> {
    match deed {
        Deed::Edit { pick, set } => match find(session, pick, number)? {
            Some(id) => {
                let object = object_of(session, &pick.object)?;
                rows::update(session, object, id.as_str(), &body(set))
            }
            None => Ok(()),
        },
        Deed::Delete { pick } => match find(session, pick, number)? {
            Some(id) => rows::delete(session, &id),
            None => Ok(()),
        },
        Deed::Create {
            object,
            set,
            relate,
        } => {
            let mut body = body(set);
            for (field, pick) in relate {
                let Some(id) = find(session, pick, number)? else {
                    return Ok(());
                };
                body.insert(field.clone(), Value::String(id.into()));
            }
            rows::create(session, object_of(session, object)?, &body).map(|_| ())
        }
    }
}

fn find(session: &Session<'_>, pick: &Pick, number: u64) -> Result<Option<RecordId>, ApiError> {
    let condition = match &pick.condition {
        Some(condition) => format!(" WHERE {condition}"),
        None => String::new(),
    };
    let query = format!("SELECT Id FROM {}{condition} ORDER BY Id", pick.object);
    let Plan::Records(records) = soql::plan(session, &query, Visibility::Live)? else {
        return Ok(None);
    };
    let rows = soql::row_ids(session, &records)?;
    let row = match pick.which {
        Which::First => rows.first(),
        Which::Last => rows.last(),
        Which::Any => rows.get((number % rows.len().max(1) as u64) as usize),
    };
    let Some(row) = row else {
        return Ok(None);
    };
    let object = object_of(session, &pick.object)?;
    let sql = format!("SELECT Id FROM \"{}\" WHERE rowid = ?1", object.name);
    let id: String = session
        .db
        .prepare_cached(&sql)?
        .query_row([row], |row| row.get(0))?;
    Ok(RecordId::parse(&id))
}

fn object_of<'s>(session: &Session<'s>, name: &str) -> Result<&'s Object, ApiError> {
    let object = session.schema.object(name);
    object.ok_or_else(|| ApiError::no_such_type(name))
}

fn body(set: &BTreeMap<String, Value>) -> Map<String, Value> {
    set.iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
