//! To-dos: Tasks that are still open.

use super::super::timeline::{Kind, Step};
use super::super::{Deal, field, person_or_null, text};
use super::main;
use crate::draw::RootDraw;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// Makes the deal's to-dos.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    for (number, step) in deal.timeline.steps.iter().enumerate() {
        if step.kind == Kind::Todo {
            let fields = task(deal, number, step);
            deal.add(records, step.path.clone(), Object::Task, fields);
        }
    }
}

fn task(deal: &Deal, number: usize, step: &Step) -> Vec<(FieldName, Value)> {
    let mut fields = vec![
        field("Subject", text::subject(deal, number)),
        field("ActivityDate", Value::Day(step.when.day)),
        field("Status", Value::Word("Not Started".into())),
        field("Priority", Value::Word("Normal".into())),
        field("TaskSubtype", Value::Word("Task".into())),
        field("OwnerId", Value::Id(step.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(main(deal, step))),
    ];
    if let Some(body) = text::body(deal, number) {
        fields.push(field("Description", body));
    }
    fields
}
