//! Loading records as they are, with their own ids and dates: the sample company, an import.

use rusqlite::types::Value;

use super::address;
use super::body::{Given, read_value};
use super::check::check_required;
use super::record::{Record, insert};
use super::relation::{self, Role, insert_row};
use super::save::{BEFORE, Save, run, set_defaults};
use super::{ApiError, Session};
use crate::embedded_org::schema::Field;

/// Writes a record after the rules of its sObject have filled in what follows from it.
pub(crate) fn load<'s>(session: &Session<'s>, record: Record<'s>) -> Result<Record<'s>, ApiError> {
    let mut record = derived(session, record)?;
    if record.is_null("Id") {
        let id = session.next_id(record.object)?;
        record.set("Id", id.as_str().to_owned());
    }
    set_where_null(&mut record, "CreatedDate", Value::Text(session.stamp()));
    set_where_null(
        &mut record,
        "CreatedById",
        Value::Text(session.facts.user_id.clone()),
    );
    for (field, source) in [
        ("LastModifiedDate", "CreatedDate"),
        ("LastModifiedById", "CreatedById"),
        ("SystemModstamp", "LastModifiedDate"),
    ] {
        let value = record.get(source).clone();
        set_where_null(&mut record, field, value);
    }
    insert(session, &record)?;
    Ok(record)
}

/// Makes the relations that the platform keeps for the who and the what of an activity.
pub(crate) fn relate(session: &Session<'_>, activity: &Record<'_>) -> Result<(), ApiError> {
    if activity.flag("IsChild") || !relation::is_shared(session) {
        return Ok(());
    }
    let junction = relation::junction(&activity.object.name);
    let roles = [
        activity.text("WhatId").map(Role::What),
        activity.text("WhoId").map(Role::Who),
    ];
    roles
        .into_iter()
        .flatten()
        .try_for_each(|role| insert_row(session, junction, activity, role))
}

/// A value in the form of a Data Export: the API's own, or 0 and 1 for a checkbox.
pub(crate) fn read_exported(field: &Field, text: &str) -> Result<Value, ApiError> {
    let is_checkbox = field.kind == crate::embedded_org::schema::Kind::Boolean;
    let text = match text {
        "1" if is_checkbox => "true",
        "0" | "" if is_checkbox => "false",
        text => text,
    };
    read_value(field, &serde_json::Value::String(text.to_owned()))
}

fn derived<'s>(session: &Session<'s>, record: Record<'s>) -> Result<Record<'s>, ApiError> {
    let mut filled = Record::empty(record.object);
    set_defaults(session, &mut filled);
    let mut given = Given::default();
    for (index, value) in record.values.into_iter().enumerate() {
        if value != Value::Null {
            given.values.push((index, value.clone()));
            filled.values[index] = value;
        }
    }
    let mut save = Save {
        session,
        record: filled,
        before: None,
        given,
    };
    check_required(&save.record)?;
    // A relation is loaded with all its flags; its rules are for those that a request makes.
    let is_relation = save.record.object.name.ends_with("Relation");
    let ruled = if is_relation {
        Ok(())
    } else {
        run(BEFORE, &mut save)
    };
    match ruled {
        // An address from before there were lists of countries stays as it is.
        Err(_) if address::is_ruled(save.record.object) => {}
        ruled => ruled?,
    }
    Ok(save.record)
}

fn set_where_null(record: &mut Record<'_>, field: &str, value: Value) {
    if record.is_null(field) {
        record.set(field, value);
    }
}
