//! Emails: Tasks of subtype Email, or records of their own where the manifest says so.

use super::super::timeline::{Kind, Step};
use super::super::{Deal, field, person_or_null, text};
use super::{MOST_FIELDS, email_message, main};
use crate::draw::RootDraw;
use crate::manifest::EmailObject;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// Makes the deal's emails.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    let email_object = deal.planner.situation.manifest.activity.email_object;
    for (number, step) in deal.timeline.steps.iter().enumerate() {
        let Kind::Mail(direction, _) = step.kind else {
            continue;
        };
        let (object, fields) = match email_object {
            EmailObject::Task => (Object::Task, task(deal, number, step)),
            EmailObject::EmailMessage => (
                Object::EmailMessage,
                email_message::fields(deal, number, direction),
            ),
        };
        deal.add(records, step.path.clone(), object, fields);
    }
}

fn task(deal: &Deal, number: usize, step: &Step) -> Vec<(FieldName, Value)> {
    let mut fields = Vec::with_capacity(MOST_FIELDS);
    fields.extend([
        field("Subject", text::subject(deal, number)),
        field("ActivityDate", Value::Day(step.when.day)),
        field("Status", Value::Word("Completed".into())),
        field("Priority", Value::Word("Normal".into())),
        field("TaskSubtype", Value::Word("Email".into())),
        field("OwnerId", Value::Id(step.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(main(deal, step))),
    ]);
    if let Some(body) = text::body(deal, number) {
        fields.push(field("Description", body));
    }
    fields
}
