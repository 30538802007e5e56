//! What a deal's story has come to, for people to read: its shape, what People.ai's rules make of
//! it, and all its steps in the order of time.

use super::Deal;
use super::story::{Broken, Class, Inputs, broken, class, inputs};
use super::timeline::{Direction, Held, Kind, Step};
use crate::model::address::Path;
use crate::model::day::Day;
use crate::model::id::UserId;
use crate::model::person::Person;
use crate::model::shape::Shape;

/// The story of one deal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) shape: Shape,
    pub(crate) inputs: Inputs,
    /// None for a deal that is closed: the rules are about open ones.
    pub(crate) class: Option<Class>,
    /// What the shape stands for and the story does not hold.
    pub(crate) broken: Vec<Broken>,
    /// In the order of time.
    pub(crate) steps: Vec<ToldStep>,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToldStep {
    pub(crate) path: Path,
    /// Such as `meeting` or `email from the customer`.
    pub(crate) kind: &'static str,
    pub(crate) day: Day,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub(crate) at: i64,
    /// 0 for a message.
    pub(crate) minutes: u32,
    pub(crate) owner: UserId,
    /// Who of ours comes along.
    pub(crate) colleague: Option<UserId>,
    /// With their roles, the main person first.
    pub(crate) people: Vec<(String, Person)>,
}

pub(super) fn told(deal: &Deal) -> Told {
    let inputs = inputs(deal.timeline, deal.pins, deal.planner.situation.anchor);
    let steps = deal.timeline.steps.iter();
    let mut steps: Vec<_> = steps.map(|step| told_step(deal, step)).collect();
    steps.sort_by_key(|step| step.at);
    let shape = deal.pins.shape;
    Told {
        shape,
        class: (!shape.is_closed()).then(|| class(&inputs)),
        broken: broken(shape, &inputs),
        inputs,
        steps,
    }
}

fn told_step(deal: &Deal, step: &Step) -> ToldStep {
    let people = step.people.places().filter_map(|place| {
        let part = &deal.pins.cast[place];
        Some((part.role.clone(), part.person?))
    });
    ToldStep {
        path: step.path.clone(),
        kind: kind(step.kind),
        day: step.when.day,
        at: step.when.at,
        minutes: step.when.minutes,
        owner: step.owner,
        colleague: deal.pins.colleague.filter(|_| step.colleague),
        people: people.collect(),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Meeting(Held::Yes) => "meeting",
        Kind::Meeting(Held::Cancelled) => "meeting, cancelled",
        Kind::Meeting(Held::Planned) => "meeting, planned",
        Kind::Mail(Direction::Inbound, _) => "email from the customer",
        Kind::Mail(Direction::Outbound, _) => "email",
        Kind::Call(Direction::Inbound) => "call from the customer",
        Kind::Call(Direction::Outbound) => "call",
        Kind::Todo => "to do",
    }
}
