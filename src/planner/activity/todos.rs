//! To-dos: Tasks that are still open.

use super::super::Deal;
use super::super::timeline::Kind;
use super::task;
use crate::draw::RootDraw;
use crate::model::object::Object;
use crate::model::record::Desired;

/// Makes the deal's to-dos.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    for (number, step) in deal.steps() {
        if step.kind == Kind::Todo {
            let fields = task(deal, number, ("Task", "Not Started"));
            deal.add(records, step.path.clone(), Object::Task, fields);
        }
    }
}
