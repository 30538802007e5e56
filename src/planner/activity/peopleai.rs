//! What activities tell People.ai beside their own fields: which way they went, and between which
//! e-mail addresses. It goes into fields of the org's own that the manifest names.

use super::super::Deal;
use super::super::timeline::{Direction, Kind, Step};
use super::main;
use super::meetings::colleague;
use crate::manifest::Attribute;
use crate::model::address::Path;
use crate::model::object::Object;
use crate::model::person::Correspondent;
use crate::model::value::{FieldName, Value};

/// Adds what the record of this step is to tell.
pub(in crate::planner) fn add(
    deal: &Deal,
    path: &Path,
    object: Object,
    fields: &mut Vec<(FieldName, Value)>,
) {
    let named = &deal.planner.situation.manifest.peopleai.fields;
    if named.is_empty() || !matches!(object, Object::Event | Object::Task) {
        return;
    }
    if let Some(step) = deal.timeline.step(path.as_str()) {
        let told = named.iter();
        let told =
            told.map(|(attribute, name)| (name.clone().into(), value(deal, step, *attribute)));
        fields.extend(told);
    }
}

fn value(deal: &Deal, step: &Step, attribute: Attribute) -> Value {
    let direction = match step.kind {
        Kind::Mail(direction, _) | Kind::Call(direction) => Some(direction),
        Kind::Meeting(_) | Kind::Todo => None,
    };
    let ours = || vec![Correspondent::User(step.owner)];
    match (attribute, direction) {
        (Attribute::Direction, Some(Direction::Inbound)) => Value::Word("Inbound".into()),
        (Attribute::Direction, Some(Direction::Outbound)) => Value::Word("Outbound".into()),
        (Attribute::From, Some(Direction::Outbound))
        | (Attribute::To, Some(Direction::Inbound)) => listed(ours()),
        (Attribute::From, Some(Direction::Inbound)) => listed(
            main(deal, step)
                .map(Correspondent::Person)
                .into_iter()
                .collect(),
        ),
        (Attribute::To, Some(Direction::Outbound)) => listed(theirs(deal, step)),
        (Attribute::Participants, _) if step.kind != Kind::Todo => {
            let colleague = colleague(deal, step).map(Correspondent::User);
            let colleague = colleague.into_iter().collect();
            listed([ours(), colleague, theirs(deal, step)].concat())
        }
        (Attribute::Direction | Attribute::From | Attribute::To | Attribute::Participants, _) => {
            Value::Null
        }
    }
}

/// Everybody of the customer's who takes part.
fn theirs(deal: &Deal, step: &Step) -> Vec<Correspondent> {
    let places = step.people.places();
    let people = places.filter_map(|place| deal.pins.cast[place].person);
    people.map(Correspondent::Person).collect()
}

fn listed(people: Vec<Correspondent>) -> Value {
    match people.is_empty() {
        true => Value::Null,
        false => Value::EmailAddresses(people),
    }
}
