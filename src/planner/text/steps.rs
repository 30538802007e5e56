//! The texts of a deal's steps.

use super::super::Deal;
use super::super::calendar::FUTURE_SLOTS;
use super::super::timeline::{Direction, Held, Kind, Step};
use super::catalogue::{Pool, Subjects};
use crate::draw::fnv1a;
use crate::manifest::RealismLevel;
use crate::model::person::Person;
use crate::model::value::{Text, Value};

/// How many topics each phase has, and subjects with them.
const EACH: usize = 8;

/// What a step is called.
pub(in crate::planner) fn subject(deal: &Deal, number: usize) -> Value {
    let step = &deal.timeline.steps[number];
    let catalogue = &deal.planner.catalogue;
    let (subjects, reply) = match step.kind {
        Kind::Meeting(_) => (&catalogue.meeting_subjects, false),
        Kind::Mail(_, place) => {
            let is_attached = step.path.as_str().starts_with("meeting/");
            let subjects = if is_attached {
                &catalogue.meeting_subjects
            } else {
                &catalogue.email_subjects
            };
            (subjects, is_attached || place > 0)
        }
        Kind::Call(_) | Kind::Todo => (&catalogue.email_subjects, false),
    };
    let (template, nth) = match subjects {
        Subjects::ByPhase(pools) => {
            let place = step.topic as usize % EACH;
            (
                pools[step.phase as usize].template(place),
                usize::from(step.round),
            )
        }
        Subjects::Own(pool) => {
            let place = place(step);
            (pool.template(place % pool.len()), place / pool.len())
        }
    };
    Value::Text(Text {
        template,
        person: None,
        day: None,
        reply,
        round: catalogue.round(template, nth),
    })
}

/// What is written in a step, unless the manifest wants subjects only.
pub(in crate::planner) fn body(deal: &Deal, number: usize) -> Option<Value> {
    if deal.planner.situation.manifest.activity.realism_level == RealismLevel::None {
        return None;
    }
    let step = &deal.timeline.steps[number];
    let catalogue = &deal.planner.catalogue;
    let pool: Pool = match step.kind {
        Kind::Meeting(Held::Planned) => catalogue.planned(step.phase),
        Kind::Meeting(Held::Yes | Held::Cancelled) => catalogue.held(step.phase),
        Kind::Mail(Direction::Inbound, _) => catalogue.replies(step.phase),
        Kind::Mail(Direction::Outbound, _) | Kind::Call(_) | Kind::Todo => {
            catalogue.mails(step.phase)
        }
    };
    let path = step.path.as_str();
    let (thread, place) = path.rsplit_once('/').unwrap_or((path, ""));
    let first = fnv1a(thread.as_bytes()) as usize % pool.len();
    let place = place.parse::<usize>().unwrap_or(1);
    Some(Value::Text(Text {
        template: pool.template((first + place) % pool.len()),
        person: main(deal, step),
        day: None,
        reply: false,
        round: 0,
    }))
}

/// Whom a step is with.
fn main(deal: &Deal, step: &Step) -> Option<Person> {
    let place = step.people.main?;
    deal.pins.cast[usize::from(place)].person
}

/// The place of the step's slot among all slots of its kind, in the order of dealing.
fn place(step: &Step) -> usize {
    let number = usize::from(step.number) - 1;
    match step.path.as_str() {
        path if path.starts_with("meeting/past/") => number + (number / 3).min(FUTURE_SLOTS),
        path if path.starts_with("meeting/future/") => number * 4 + 3,
        _ => number,
    }
}
