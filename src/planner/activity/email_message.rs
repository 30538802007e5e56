//! Emails as records of their own: `EmailMessage`s, with who wrote them and to whom, when, and what
//! they answer. To create one sends nothing.

use super::super::timeline::{Direction, Kind, Step};
use super::super::{Deal, field, person, text};
use super::main;
use crate::model::key::address_letters;
use crate::model::person::{Correspondent, Person};
use crate::model::value::{FieldName, Value};

/// The values of `Status`.
const READ: &str = "1";
const REPLIED: &str = "2";
const SENT: &str = "3";

/// The fields of the mail with this number among the steps.
pub(super) fn fields(deal: &Deal, number: usize, direction: Direction) -> Vec<(FieldName, Value)> {
    let step = &deal.timeline.steps[number];
    let answered = match answered(deal, step) {
        Some(before) => Value::Ref(deal.address(&before.path)),
        None => Value::Null,
    };
    let status = match direction {
        Direction::Outbound => SENT,
        Direction::Inbound if is_replied(deal, number) => REPLIED,
        Direction::Inbound => READ,
    };
    let mut fields = vec![
        field("Subject", text::subject(deal, number)),
        field("Incoming", Value::Bool(direction == Direction::Inbound)),
        field("Status", Value::Word(status.into())),
        field("MessageDate", Value::Instant(step.when.at)),
        field("RelatedToId", Value::Id(deal.root.0)),
        field("MessageIdentifier", identifier(deal, step)),
        field("ThreadIdentifier", identifier(deal, first_of(deal, step))),
        field("ReplyToEmailMessageId", answered),
    ];
    fields.extend(people(deal, step, direction));
    if let Some(body) = text::body(deal, number) {
        fields.push(field("TextBody", body));
    }
    fields
}

/// Who wrote it and to whom. They are named by their ids, so that the org relates the email to them.
fn people(deal: &Deal, step: &Step, direction: Direction) -> [(FieldName, Value); 5] {
    let theirs = main(deal, step);
    let ours = step.owner;
    let (from_id, from, to) = match direction {
        Direction::Outbound => (
            Value::Id(ours.0),
            Some(Correspondent::User(ours)),
            listed(theirs.into_iter().collect()),
        ),
        Direction::Inbound => (
            theirs.map_or(Value::Null, person),
            theirs.map(Correspondent::Person),
            Value::Users(vec![ours]),
        ),
    };
    let of_sender = |value: fn(Correspondent) -> Value| from.map_or(Value::Null, value);
    let copied = step.people.places();
    let copied = copied.filter(|place| step.people.main.map(usize::from) != Some(*place));
    let copied = copied.filter_map(|place| deal.pins.cast[place].person);
    [
        field("FromId", from_id),
        field("FromName", of_sender(Value::Name)),
        field("FromAddress", of_sender(Value::EmailAddress)),
        field("ToIds", to),
        field("CcIds", listed(copied.collect())),
    ]
}

fn listed(mut people: Vec<Person>) -> Value {
    people.sort_unstable();
    match people.is_empty() {
        true => Value::Null,
        false => Value::People(people),
    }
}

/// The message that this one answers.
fn answered<'a>(deal: &'a Deal, step: &Step) -> Option<&'a Step> {
    let Kind::Mail(_, 1..) = step.kind else {
        return None;
    };
    let before = &deal.timeline.steps[step.about?];
    matches!(before.kind, Kind::Mail(..)).then_some(before)
}

/// The message that its thread began with.
fn first_of<'a>(deal: &'a Deal, step: &'a Step) -> &'a Step {
    let back = std::iter::successors(Some(step), |step| answered(deal, step));
    back.last().unwrap_or(step)
}

/// Whether we answered, at the least counts: a raised maximum changes nothing that is there.
fn is_replied(deal: &Deal, number: usize) -> bool {
    let later = deal.timeline.steps.iter().skip(number + 1);
    let mut answers = later.filter(|step| matches!(step.kind, Kind::Mail(_, 1..)));
    answers.any(|step| step.core && step.about == Some(number))
}

/// What the message is known by among mail servers, at a domain where there is none.
fn identifier(deal: &Deal, step: &Step) -> Value {
    let letters = address_letters(&deal.address(&step.path));
    Value::Word(format!("<{letters}@demo-gen.invalid>").into())
}
