//! Phone calls: Tasks of subtype Call, which People.ai reads without any set-up.

use super::super::timeline::{Direction, Kind, Step};
use super::super::{Deal, field, person_or_null, text};
use super::main;
use crate::draw::RootDraw;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// Makes the deal's calls.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    for (number, step) in deal.timeline.steps.iter().enumerate() {
        if let Kind::Call(direction) = step.kind {
            let fields = task(deal, (number, step), direction);
            deal.add(records, step.path.clone(), Object::Task, fields);
        }
    }
}

fn task(
    deal: &Deal,
    (number, step): (usize, &Step),
    direction: Direction,
) -> Vec<(FieldName, Value)> {
    let direction = match direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    };
    let seconds = i64::from(step.when.minutes) * 60;
    let mut fields = vec![
        field("Subject", text::subject(deal, number)),
        field("ActivityDate", Value::Day(step.when.day)),
        field("Status", Value::Word("Completed".into())),
        field("Priority", Value::Word("Normal".into())),
        field("TaskSubtype", Value::Word("Call".into())),
        field("CallType", Value::Word(direction.into())),
        field("CallDurationInSeconds", Value::Tenths(seconds * 10)),
        field("OwnerId", Value::Id(step.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(main(deal, step))),
    ];
    if let Some(body) = text::body(deal, number) {
        fields.push(field("Description", body));
    }
    fields
}
