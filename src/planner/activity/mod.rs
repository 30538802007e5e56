//! Activities: records of the steps of a deal's story. A file a kind.

pub(super) mod calls;
mod email_message;
pub(super) mod emails;
pub(super) mod meetings;
pub(super) mod peopleai;
pub(super) mod todos;

use super::Deal;
use super::timeline::Step;
use crate::model::person::Person;

/// Activities have no more fields than this, unless the manifest adds some.
const MOST_FIELDS: usize = 12;

/// Whom a step is with.
fn main(deal: &Deal, step: &Step) -> Option<Person> {
    let place = step.people.main?;
    deal.pins.cast[usize::from(place)].person
}
