//! Emails: Tasks of subtype Email, or records of their own where the manifest says so.

use super::super::Deal;
use super::super::timeline::Kind;
use super::{email_message, task};
use crate::draw::RootDraw;
use crate::manifest::EmailObject;
use crate::model::object::Object;
use crate::model::record::Desired;

/// Makes the deal's emails.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    let email_object = deal.planner.situation.manifest.activity.email_object;
    for (number, step) in deal.steps() {
        let Kind::Mail(direction, _) = step.kind else {
            continue;
        };
        let (object, fields) = match email_object {
            EmailObject::Task => (Object::Task, task(deal, number, ("Email", "Completed"))),
            EmailObject::EmailMessage => (
                Object::EmailMessage,
                email_message::fields(deal, number, direction),
            ),
        };
        deal.add(records, step.path.clone(), object, fields);
    }
}
