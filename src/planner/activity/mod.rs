//! Activities: records of the steps of a deal's story. A file a kind.

pub(super) mod calls;
mod email_message;
pub(super) mod emails;
pub(super) mod meetings;
pub(super) mod peopleai;
pub(super) mod todos;

use super::timeline::Step;
use super::{Deal, field, person_or_null, text};
use crate::model::person::Person;
use crate::model::value::{FieldName, Value};

/// The fields that the task of every step has, which is of this subtype and has come so far.
fn task(
    deal: &Deal,
    number: usize,
    (subtype, status): (&'static str, &'static str),
) -> Vec<(FieldName, Value)> {
    let step = &deal.timeline.steps[number];
    let mut fields = Vec::with_capacity(MOST_FIELDS);
    fields.extend([
        field("Subject", text::subject(deal, number)),
        field("ActivityDate", Value::Day(step.when.day)),
        field("Status", Value::Word(status.into())),
        field("Priority", Value::Word("Normal".into())),
        field("TaskSubtype", Value::Word(subtype.into())),
        field("OwnerId", Value::Id(step.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(main(deal, step))),
    ]);
    if let Some(body) = text::body(deal, number) {
        fields.push(field("Description", body));
    }
    fields
}

/// Activities have no more fields than this, unless the manifest adds some.
const MOST_FIELDS: usize = 12;

/// Whom a step is with.
fn main(deal: &Deal, step: &Step) -> Option<Person> {
    let place = step.people.main?;
    deal.pins.cast[usize::from(place)].person
}
