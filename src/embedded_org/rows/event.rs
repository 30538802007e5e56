//! The rules of events: a start with an end or a duration, and all that follows from them.

use rusqlite::types::Value;

use super::ApiError;
use super::record::{insert, write_changes};
use super::relation;
use super::save::{Save, stamp};
use crate::embedded_org::schema::Flag;
use crate::embedded_org::time::{datetime_text, parse_date, parse_datetime, plus_minutes};

const DAY: i64 = 24 * 60;

/// Fields in which an invitee's copy follows its event.
const SHARED_WITH_CHILDREN: &[&str] = &[
    "Subject",
    "WhoId",
    "WhatId",
    "AccountId",
    "Location",
    "IsAllDayEvent",
    "StartDateTime",
    "EndDateTime",
    "ActivityDateTime",
    "ActivityDate",
    "DurationInMinutes",
    "EndDate",
    "Description",
    "Type",
    "IsPrivate",
];

pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    relation::settle_who(save)?;
    refuse_child_edits(save)?;
    derive_times(save)?;
    if save.record.is_null("EventSubtype") {
        save.record.set("EventSubtype", "Event".to_owned());
    }
    if save.record.is_null("GroupEventType") {
        save.record.set("GroupEventType", "0".to_owned());
    }
    let related = !save.record.is_null("WhatId") || !save.record.is_null("WhoId");
    if save.record.flag("IsPrivate") && related {
        return Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            "Private: a private event cannot be related to other records",
            &["IsPrivate"],
        ));
    }
    relation::derive_account(save)
}

pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    relation::after_save(save)?;
    if save.record.flag("IsGroupEvent") {
        update_children(save)?;
    }
    Ok(())
}

/// Of an invitee's copy only the reminder can be changed.
fn refuse_child_edits(save: &Save<'_, '_>) -> Result<(), ApiError> {
    if save.before.is_none() || !save.record.flag("IsChild") {
        return Ok(());
    }
    let fields = &save.record.object.fields;
    let refused: Vec<&str> = save
        .given
        .values
        .iter()
        .map(|(index, _)| fields[*index].name.as_str())
        .filter(|name| !matches!(*name, "IsReminderSet" | "ReminderDateTime"))
        .collect();
    if refused.is_empty() {
        Ok(())
    } else {
        Err(ApiError::not_writable(&refused))
    }
}

fn derive_times(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let start = start_of(save)?;
    let minutes = duration_of(save, &start)?;
    let all_day = save.record.flag("IsAllDayEvent");
    let start_at = parse_datetime(&start).expect("the start is in the stored form");
    // The end of an all-day event is the midnight that its last day starts with.
    let to_end = if all_day { minutes - DAY } else { minutes };
    let end = plus_minutes(start_at, to_end)
        .map(datetime_text)
        .ok_or_else(|| duration_error(save))?;
    let record = &mut save.record;
    record.set("ActivityDate", start[..10].to_owned());
    record.set("ActivityDateTime", start.clone());
    record.set("StartDateTime", start);
    record.set("EndDate", end[..10].to_owned());
    record.set("EndDateTime", end);
    record.set("DurationInMinutes", minutes);
    Ok(())
}

/// The start, from any of the fields that mirror it; they must agree.
fn start_of(save: &Save<'_, '_>) -> Result<String, ApiError> {
    let record = &save.record;
    let given = |field| save.gave(field).then(|| record.text(field)).flatten();
    let (start, mirror, date) = (
        given("StartDateTime"),
        given("ActivityDateTime"),
        given("ActivityDate"),
    );
    let all_day = record.flag("IsAllDayEvent");
    let start = match (start.or(mirror), date) {
        (Some(at), _) => at.to_owned(),
        (None, Some(date)) if all_day => midnight(date),
        (None, _) if save.gave("StartDateTime") || save.before.is_none() => {
            return Err(ApiError::required_missing(&["StartDateTime"]));
        }
        (None, _) => record.text("StartDateTime").unwrap_or_default().to_owned(),
    };
    let start = if all_day {
        midnight(&start[..10])
    } else {
        start
    };
    let agrees = mirror.is_none_or(|at| all_day || at == start)
        && date.is_none_or(|date| start.starts_with(date));
    if agrees {
        Ok(start)
    } else {
        Err(ApiError::of_record(
            "FIELD_INTEGRITY_EXCEPTION",
            "Due Date Time must equal Start Date Time or be null",
            &["ActivityDateTime"],
        ))
    }
}

/// The duration, given or from the end; an update that moves only the start keeps it.
fn duration_of(save: &Save<'_, '_>, start: &str) -> Result<i64, ApiError> {
    let record = &save.record;
    let all_day = record.flag("IsAllDayEvent");
    let given_end = save
        .gave("EndDateTime")
        .then(|| record.text("EndDateTime"))
        .flatten();
    let from_end = given_end.map(|end| {
        let end = if all_day {
            midnight(&end[..10])
        } else {
            end.to_owned()
        };
        minutes_between(start, &end) + if all_day { DAY } else { 0 }
    });
    let duration = record.integer("DurationInMinutes");
    let given_duration = duration.filter(|_| save.gave("DurationInMinutes"));
    let minutes = match (given_duration, from_end) {
        (Some(minutes), Some(from_end)) if minutes != from_end => return Err(duration_error(save)),
        (Some(minutes), _) => minutes,
        (None, Some(from_end)) => from_end,
        (None, None) if all_day => duration
            .filter(|minutes| *minutes > 0 && minutes % DAY == 0)
            .unwrap_or(DAY),
        (None, None) if save.before.is_some() && !save.gave("EndDateTime") => duration.unwrap_or(0),
        (None, None) => return Err(ApiError::required_missing(&["EndDateTime"])),
    };
    if (0..=DAY).contains(&minutes) {
        Ok(minutes)
    } else {
        Err(duration_error(save))
    }
}

/// Told on the end where no duration was sent.
fn duration_error(save: &Save<'_, '_>) -> ApiError {
    let field = if save.gave("DurationInMinutes") {
        "DurationInMinutes"
    } else {
        "EndDateTime"
    };
    ApiError::of_record(
        "FIELD_INTEGRITY_EXCEPTION",
        "Duration must be between 0 and 1440 minutes: Duration",
        &[field],
    )
}

fn minutes_between(start: &str, end: &str) -> i64 {
    match (parse_datetime(start), parse_datetime(end)) {
        (Some(start), Some(end)) => end.duration_since(start).as_secs().div_euclid(60),
        _ => -1,
    }
}

fn midnight(date: &str) -> String {
    debug_assert!(parse_date(date).is_some(), "dates are in the stored form");
    format!("{date}T00:00:00.000+0000")
}

fn update_children(save: &Save<'_, '_>) -> Result<(), ApiError> {
    for mut child in children(save)? {
        let before = child.clone();
        for field in SHARED_WITH_CHILDREN {
            child.set(field, save.record.get(field).clone());
        }
        if child.values != before.values {
            stamp(save.session, &mut child);
            write_changes(save.session, &before, &child)?;
        }
    }
    Ok(())
}

fn children<'s>(save: &Save<'_, 's>) -> Result<Vec<super::Record<'s>>, ApiError> {
    let ids: Vec<String> = save
        .session
        .db
        .prepare_cached("SELECT Id FROM Event WHERE ParentEventId = ?1 AND NOT IsDeleted")?
        .query_map([save.record.id()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut children = Vec::new();
    for id in ids {
        children.extend(super::find(save.session, save.record.object, &id)?);
    }
    Ok(children)
}

/// Puts a copy of an event into the calendar of an invited user.
pub(super) fn invite(
    session: &super::Session<'_>,
    event: &super::Record<'_>,
    user: &str,
) -> Result<(), ApiError> {
    let mut child = event.clone();
    for (index, field) in event.object.stored() {
        // The copy is the platform's: it carries no field that someone set to know the event by.
        if field.is(Flag::Custom) {
            child.values[index] = Value::Null;
        }
    }
    let id = session.next_id(event.object)?;
    child.set("Id", id.as_str().to_owned());
    child.set("OwnerId", user.to_owned());
    child.set("IsChild", 1);
    child.set("IsGroupEvent", 1);
    child.set("ParentEventId", event.id().to_owned());
    for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        child.set(field, session.stamp());
    }
    insert(session, &child)?;
    Ok(())
}
