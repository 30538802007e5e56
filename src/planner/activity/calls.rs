//! Phone calls: Tasks of subtype Call, which People.ai reads without any set-up.

use super::super::timeline::{Direction, Kind};
use super::super::{Deal, field};
use super::task;
use crate::draw::RootDraw;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// Makes the deal's calls.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    for (number, step) in deal.steps() {
        if let Kind::Call(direction) = step.kind {
            let fields = call(deal, number, direction);
            deal.add(records, step.path.clone(), Object::Task, fields);
        }
    }
}

fn call(deal: &Deal, number: usize, direction: Direction) -> Vec<(FieldName, Value)> {
    let direction = match direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    };
    let seconds = i64::from(deal.timeline.steps[number].when.minutes) * 60;
    let mut fields = task(deal, number, ("Call", "Completed"));
    fields.push(field("CallType", Value::Word(direction.into())));
    fields.push(field("CallDurationInSeconds", Value::Tenths(seconds * 10)));
    fields
}
