//! The words in which the story is told to a model.

use super::super::super::timeline::topic::Topic;
use super::super::super::timeline::{Direction, Kind};
use super::super::catalogue::Phase;
use super::super::scene::Sort;
use super::super::slots::Slot;
use crate::model::shape::Shape;
use crate::model::value::Rests;

/// What the deal's facts say of each element of qualification.
pub(super) const ELEMENT_FACTS: &[(&str, &[(&str, Slot)])] = &[
    ("metrics", METRIC),
    ("decision_criteria", CRITERIA),
    ("decision_process", ROUTE),
    ("paper_process", PAPERS),
    ("pain", PAIN),
    ("competition", &[("other vendor", Slot::Rival)]),
    ("budget", BUDGET),
    ("need", &[("what they like about us", Slot::Value)]),
    ("timeline", EVENT),
    ("situation", SITUATION),
    ("impact", HURT),
    ("critical_event", EVENT),
    ("goals", INITIATIVE),
    ("plans", INITIATIVE),
    ("challenges", PAIN),
    ("consequences", HURT),
    ("implications", METRIC),
    ("money", BUDGET),
    ("prioritisation", INITIATIVE),
];

const METRIC: &[(&str, Slot)] = &[
    ("number that matters", Slot::Metric),
    ("where it stands", Slot::From),
    ("where it should be", Slot::To),
];
const CRITERIA: &[(&str, Slot)] = &[
    ("criterion", Slot::Criterion1),
    ("another criterion", Slot::Criterion2),
];
const ROUTE: &[(&str, Slot)] = &[
    ("who recommends", Slot::Team),
    ("who checks that", Slot::Check),
    ("who approves", Slot::Board),
    ("how long that takes", Slot::Cycle),
];
const PAPERS: &[(&str, Slot)] = &[("how long the paperwork takes", Slot::Papers)];
const PAIN: &[(&str, Slot)] = &[("what goes wrong today", Slot::Pain)];
const HURT: &[(&str, Slot)] = &[("who suffers from it", Slot::Hurt)];
const BUDGET: &[(&str, Slot)] = &[("money comes from", Slot::Budget)];
const EVENT: &[(&str, Slot)] = &[("event that presses", Slot::Event)];
const SITUATION: &[(&str, Slot)] = &[
    ("how the work is done today", Slot::Tool),
    ("team", Slot::Team),
];
const INITIATIVE: &[(&str, Slot)] = &[("what it is part of", Slot::Initiative)];

/// `security review`.
pub(super) fn topic(topic: Topic) -> String {
    topic.facts().key.replace(['-', '_'], " ")
}

pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Opening => "opening",
        Phase::Discovery => "discovery",
        Phase::Evaluation => "evaluation",
        Phase::Proposal => "proposal",
        Phase::Closing => "closing",
    }
}

pub(super) fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Accelerating => "fast: executives take part, and much is planned",
        Shape::Healthy => "steadily, with several people",
        Shape::AtRisk => "not well: few people, and nobody who decides",
        Shape::Stalled => "it has stalled: the customer hardly answers",
        Shape::SingleThreaded => "well, but all hangs on one contact",
        Shape::ChampionLeft => "uncertain: the champion has left the company",
        Shape::Won => "it was won",
        Shape::LostToCompetitor => "it was lost to another vendor",
        Shape::NoDecision => "it was lost, because nothing was decided",
        Shape::New => "it has just begun",
    }
}

pub(super) fn way(way: Direction) -> &'static str {
    match way {
        Direction::Inbound => "from the customer to us",
        Direction::Outbound => "from us to the customer",
    }
}

pub(super) fn happening(kind: Kind) -> &'static str {
    match kind {
        Kind::Meeting(_) => "a meeting",
        Kind::Mail(..) => "an email",
        Kind::Call(_) => "a call",
        Kind::Todo => "a task",
    }
}

/// How sure an answer is, from 1 to 3.
pub(super) fn sure(sure: u8) -> &'static str {
    match sure {
        ..=1 => "there are first signs of it",
        2 => "the customer says so",
        3.. => "the customer was clear about it",
    }
}

/// What an answer rests on.
pub(super) fn rests(rests: Rests) -> &'static str {
    match rests {
        Rests::OneSource => "one source, and nothing else so far",
        Rests::Several => "several sources, and nothing that the customer wrote",
        Rests::Written => "several sources, and the customer wrote one of them",
    }
}

/// What the first message of a thread does.
pub(super) fn opening(sort: Sort) -> &'static str {
    match sort {
        Sort::Invite => "we ask for the meeting",
        Sort::Prep => "we prepare the meeting with our champion, who knows how the buyer thinks",
        Sort::BusinessCase => "we send the business case to the economic buyer, whom we have met",
        Sort::Recap => "we sum up the meeting that was held",
        Sort::FollowUp => "we follow up on the demo",
        Sort::Reschedule => "we propose another day for a meeting that was cancelled",
        Sort::Outreach => "we write to somebody who does not know us yet",
        Sort::Bump => "we ask again, because nobody answers",
        Sort::Absence => "an automatic reply: out of office",
        Sort::Farewell => "our contact says goodbye, and who takes over",
        Sort::ClosingOut => "the customer says that they have decided otherwise",
        Sort::SignatureOut => "we send the contract to be signed",
        _ => "we ask a question",
    }
}
