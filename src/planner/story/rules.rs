//! What a deal's activities come to: the inputs of People.ai's published rules, the class that
//! these give, and what each shape has to hold at the anchor.
//!
//! The formula of the engagement score is not published, so a class is told by the other inputs
//! alone. When a deal entered its stage is not known either.

use std::fmt;

use super::super::timeline::topic::Topic;
use super::super::timeline::{Direction, Held, Kind, Step, Timeline};
use crate::model::day::Day;
use crate::model::pins::{Part, Pins};
use crate::model::shape::Shape;

/// What the rules read, counted over a deal's activities.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Inputs {
    /// Meetings that were held, of all and of the last 30 days, and those to come.
    pub(crate) meetings: u32,
    pub(crate) recent_meetings: u32,
    pub(crate) upcoming: u32,
    /// Meetings that did not take place; and those of them with the economic buyer, where the deal
    /// has one.
    pub(crate) cancelled: u32,
    pub(crate) buyer_cancelled: Option<u32>,
    /// Meetings, calls and mails that somebody at Director level or above took part in, and how
    /// many of them are meetings.
    pub(crate) executive_activities: u32,
    pub(crate) executive_meetings: u32,
    /// Different people of the customer's.
    pub(crate) people: u32,
    pub(crate) inbound: u32,
    pub(crate) outbound: u32,
    /// Days since anything happened, since the last meeting, and since the customer last wrote;
    /// none where it never did.
    pub(crate) silent: Option<i32>,
    pub(crate) since_meeting: Option<i32>,
    pub(crate) since_inbound: Option<i32>,
    /// The longest time in days without anything, of those that ended in the last nine days or
    /// have not ended yet.
    pub(crate) recent_gap: Option<i32>,
    /// How many of our last mails nobody has answered.
    pub(crate) unanswered: u32,
    /// How many of a hundred activities are with the one who is spoken with most.
    pub(crate) sole_contact: Option<f64>,
    /// Mails in which the champion says goodbye.
    pub(crate) farewells: u32,
}

/// What People.ai's published rules call a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Stalled,
    Risk,
    Accelerating,
    Healthy,
}

/// A rule that a story does not hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Broken {
    pub(crate) what: What,
    pub(crate) limit: Limit,
    pub(crate) is: f64,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    RecentMeetings,
    Upcoming,
    ExecutiveActivities,
    ExecutiveShare,
    People,
    ReplyRatio,
    RiskSigns,
    Silence,
    SinceMeeting,
    SinceInbound,
    SoleContact,
    Cancelled,
    BuyerCancelled,
    RecentGap,
    Unanswered,
    Farewells,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

/// What each shape has to hold at the anchor.
const RULES: &[(Shape, What, Limit)] = &[
    (Shape::Accelerating, What::RecentMeetings, AtLeast(4.0)),
    (Shape::Accelerating, What::Upcoming, AtLeast(2.0)),
    (Shape::Accelerating, What::ExecutiveActivities, AtLeast(3.0)),
    (Shape::Accelerating, What::People, AtLeast(5.0)),
    (Shape::Accelerating, What::ReplyRatio, AtLeast(0.7)),
    (Shape::Accelerating, What::RiskSigns, AtMost(1.0)),
    (Shape::Accelerating, What::Silence, AtMost(NOT_STALLED)),
    (Shape::Healthy, What::RecentMeetings, AtLeast(2.0)),
    (Shape::Healthy, What::RecentMeetings, AtMost(3.0)),
    (Shape::Healthy, What::Upcoming, AtLeast(1.0)),
    (Shape::Healthy, What::Upcoming, AtMost(1.0)),
    (Shape::Healthy, What::People, AtLeast(3.0)),
    (Shape::Healthy, What::ExecutiveShare, AtLeast(0.25)),
    (Shape::Healthy, What::ReplyRatio, AtLeast(0.5)),
    (Shape::Healthy, What::ReplyRatio, AtMost(0.8)),
    (Shape::Healthy, What::RiskSigns, AtMost(1.0)),
    (Shape::Healthy, What::Silence, AtMost(NOT_STALLED)),
    // Ten working days.
    (Shape::Healthy, What::RecentGap, AtMost(14.0)),
    (Shape::AtRisk, What::RiskSigns, AtLeast(2.0)),
    (Shape::AtRisk, What::People, AtMost(2.0)),
    (Shape::AtRisk, What::Silence, AtMost(10.0)),
    (Shape::AtRisk, What::RecentGap, AtLeast(12.0)),
    (Shape::AtRisk, What::RecentGap, AtMost(18.0)),
    (Shape::AtRisk, What::Cancelled, AtLeast(1.0)),
    (Shape::AtRisk, What::BuyerCancelled, AtLeast(1.0)),
    (Shape::Stalled, What::Silence, AtLeast(21.0)),
    (Shape::Stalled, What::SinceMeeting, AtLeast(31.0)),
    (Shape::Stalled, What::SinceInbound, AtLeast(31.0)),
    (Shape::Stalled, What::Upcoming, AtMost(0.0)),
    (Shape::Stalled, What::Unanswered, AtLeast(2.0)),
    (Shape::SingleThreaded, What::SoleContact, AtLeast(85.0)),
    (Shape::SingleThreaded, What::RiskSigns, AtLeast(2.0)),
    (Shape::SingleThreaded, What::Silence, AtMost(NOT_STALLED)),
    (Shape::ChampionLeft, What::SoleContact, AtLeast(50.0)),
    (Shape::ChampionLeft, What::Farewells, AtLeast(1.0)),
    // And who is there in his stead.
    (Shape::ChampionLeft, What::People, AtLeast(2.0)),
    (Shape::ChampionLeft, What::RiskSigns, AtLeast(2.0)),
    (Shape::ChampionLeft, What::Silence, AtMost(NOT_STALLED)),
    (Shape::Won, What::Upcoming, AtMost(0.0)),
    (Shape::LostToCompetitor, What::Upcoming, AtMost(0.0)),
    (Shape::NoDecision, What::Upcoming, AtMost(0.0)),
];

/// A deal that is silent for longer than so many days is stalled, whatever else is true of it.
const NOT_STALLED: f64 = 13.0;

/// Fewer mails than these say nothing of a ratio.
const RATIO_MAILS: u32 = 5;

/// Counts what the rules read.
pub(in crate::planner) fn inputs(timeline: &Timeline, pins: &Pins, anchor: Day) -> Inputs {
    let buyer = buyer(pins);
    let mut inputs = Inputs {
        buyer_cancelled: buyer.map(|_| 0),
        ..Inputs::default()
    };
    let mut days = Vec::with_capacity(timeline.steps.len());
    let mut touches = [0u32; 32];
    for step in &timeline.steps {
        let age = anchor.number() - step.when.day.number();
        let has_executive = step
            .people
            .places()
            .any(|place| pins.executives >> place & 1 == 1);
        match step.kind {
            Kind::Meeting(Held::Planned) => {
                inputs.upcoming += 1;
                continue;
            }
            Kind::Meeting(Held::Cancelled) => {
                inputs.cancelled += 1;
                let was_to_come = step.people.places().any(|place| Some(place) == buyer);
                if let Some(cancelled) = &mut inputs.buyer_cancelled {
                    *cancelled += u32::from(was_to_come);
                }
                continue;
            }
            Kind::Todo => continue,
            Kind::Meeting(Held::Yes) => {
                inputs.meetings += 1;
                inputs.recent_meetings += u32::from(age <= 30);
                inputs.executive_meetings += u32::from(has_executive);
                inputs.since_meeting = Some(earliest(inputs.since_meeting, age));
            }
            Kind::Mail(Direction::Inbound, _) => {
                inputs.inbound += 1;
                inputs.since_inbound = Some(earliest(inputs.since_inbound, age));
            }
            Kind::Call(Direction::Inbound) => {
                inputs.since_inbound = Some(earliest(inputs.since_inbound, age));
            }
            Kind::Mail(Direction::Outbound, _) => inputs.outbound += 1,
            Kind::Call(Direction::Outbound) => {}
        }
        inputs.executive_activities += u32::from(has_executive);
        for place in step.people.places() {
            touches[place] += 1;
        }
        days.push(age);
    }
    days.sort_unstable();
    inputs.silent = days.first().copied();
    inputs.recent_gap = recent_gap(&days);
    inputs.unanswered = unanswered(timeline);
    inputs.farewells = farewells(timeline, pins);
    inputs.people = touches.iter().filter(|touches| **touches > 0).count() as u32;
    let all: u32 = touches.iter().sum();
    let most = touches.iter().max().copied().unwrap_or(0);
    inputs.sole_contact = (all > 0).then(|| f64::from(most) * 100.0 / f64::from(all));
    inputs
}

fn earliest(known: Option<i32>, age: i32) -> i32 {
    known.map_or(age, |known| known.min(age))
}

/// How many mails we have written since the customer was last heard of.
fn unanswered(timeline: &Timeline) -> u32 {
    let is_heard = |kind: Kind| {
        matches!(
            kind,
            Kind::Meeting(Held::Yes)
                | Kind::Mail(Direction::Inbound, _)
                | Kind::Call(Direction::Inbound)
        )
    };
    let steps = || timeline.steps.iter();
    let heard = steps().filter(|step| is_heard(step.kind));
    let heard = heard.map(|step| step.when.at).max();
    let asked = steps().filter(|step| matches!(step.kind, Kind::Mail(Direction::Outbound, _)));
    asked.filter(|step| Some(step.when.at) > heard).count() as u32
}

/// How many mails there are in which the champion says goodbye.
fn farewells(timeline: &Timeline, pins: &Pins) -> u32 {
    let champion = champion(&pins.cast);
    let is_farewell = |step: &&Step| {
        let is_theirs = matches!(step.kind, Kind::Mail(Direction::Inbound, _));
        let writer = step.people.main.map(usize::from);
        is_theirs && step.topic == Topic::Farewell && writer == champion
    };
    timeline.steps.iter().filter(is_farewell).count() as u32
}

/// From the ages in days of all that happened, the latest first.
fn recent_gap(days: &[i32]) -> Option<i32> {
    const RECENT: i32 = 9;
    let ends = [0].into_iter().chain(days.iter().copied());
    let gaps = ends.zip(days).filter(|(end, _)| *end <= RECENT);
    gaps.map(|(end, begin)| begin - end).max()
}

/// The place of whoever holds the money, where somebody does.
pub(in crate::planner) fn buyer(pins: &Pins) -> Option<usize> {
    of_role(&pins.cast, "economic_buyer")
}

/// The place of whoever sells for us, where somebody does.
pub(in crate::planner) fn champion(cast: &[Part]) -> Option<usize> {
    of_role(cast, "champion")
}

fn of_role(cast: &[Part], role: &str) -> Option<usize> {
    cast.iter()
        .position(|part| part.role == role && part.person.is_some())
}

/// The class by the published rules, in their order.
pub(crate) fn class(inputs: &Inputs) -> Class {
    let signs = [
        inputs.upcoming >= 2,
        inputs.executive_activities >= 3,
        inputs.recent_meetings >= 4,
    ];
    let quickening = signs.into_iter().filter(|sign| *sign).count();
    match inputs {
        Inputs { silent, .. } if silent.is_none_or(|days| days >= 14) => Class::Stalled,
        _ if inputs.risk_signs() >= 2 => Class::Risk,
        _ if quickening >= 2 => Class::Accelerating,
        _ => Class::Healthy,
    }
}

/// The rules of the shape that the story does not hold.
pub(crate) fn broken(shape: Shape, inputs: &Inputs) -> Vec<Broken> {
    let rules = RULES.iter().filter(|(of, ..)| *of == shape);
    let broken = rules.filter_map(|(_, what, limit)| {
        let is = inputs.value(*what)?;
        let holds = match limit {
            AtLeast(least) => is >= *least,
            AtMost(most) => is <= *most,
        };
        (!holds).then_some(Broken {
            what: *what,
            limit: *limit,
            is,
        })
    });
    broken.collect()
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit, is } = self;
        let (name, decimals) = what.name();
        let (word, limit) = match limit {
            AtLeast(least) => ("at least", least),
            AtMost(most) => ("at most", most),
        };
        write!(f, "{name} {is:.decimals$} ({word} {limit:.decimals$})")
    }
}

impl What {
    /// As a person reads it, and how many decimals its numbers have.
    pub(crate) fn name(self) -> (&'static str, usize) {
        match self {
            Self::RecentMeetings => ("meetings in 30 days", 0),
            Self::Upcoming => ("upcoming meetings", 0),
            Self::ExecutiveActivities => ("executive activities", 0),
            Self::ExecutiveShare => ("executive share of meetings", 2),
            Self::People => ("people", 0),
            Self::ReplyRatio => ("emails in for each out", 2),
            Self::RiskSigns => ("signs of risk", 0),
            Self::Silence => ("days silent", 0),
            Self::SinceMeeting => ("days since a meeting", 0),
            Self::SinceInbound => ("days since the customer wrote", 0),
            Self::SoleContact => ("percent with one contact", 0),
            Self::Cancelled => ("cancelled meetings", 0),
            Self::BuyerCancelled => ("cancelled meetings with the economic buyer", 0),
            Self::RecentGap => ("days of the last silence", 0),
            Self::Unanswered => ("last emails without an answer", 0),
            Self::Farewells => ("goodbyes of the champion", 0),
        }
    }
}

impl Class {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stalled => "stalled",
            Self::Risk => "risk",
            Self::Accelerating => "accelerating",
            Self::Healthy => "healthy",
        }
    }
}

impl Inputs {
    /// Inbound mails for each outbound one.
    pub(crate) fn reply_ratio(&self) -> Option<f64> {
        (self.outbound > 0).then(|| f64::from(self.inbound) / f64::from(self.outbound))
    }

    /// The share of meetings with somebody at Director level or above.
    pub(crate) fn executive_share(&self) -> Option<f64> {
        let share = || f64::from(self.executive_meetings) / f64::from(self.meetings);
        (self.meetings > 0).then(share)
    }

    /// How many of the four signs of risk there are.
    pub(crate) fn risk_signs(&self) -> u32 {
        let signs = [
            self.executive_activities == 0,
            self.reply_ratio().is_some_and(|ratio| ratio < 0.3),
            self.people < 3,
            self.executive_share().is_some_and(|share| share < 0.1),
        ];
        signs.into_iter().map(u32::from).sum()
    }

    /// What a rule is about; none where there is nothing to judge by.
    fn value(&self, what: What) -> Option<f64> {
        let enough = self.inbound + self.outbound >= RATIO_MAILS;
        match what {
            What::RecentMeetings => Some(self.recent_meetings.into()),
            What::Upcoming => Some(self.upcoming.into()),
            What::ExecutiveActivities => Some(self.executive_activities.into()),
            What::ExecutiveShare => self.executive_share(),
            What::People => Some(self.people.into()),
            What::ReplyRatio => self.reply_ratio().filter(|_| enough),
            What::RiskSigns => Some(self.risk_signs().into()),
            What::Silence => self.silent.map(f64::from),
            What::SinceMeeting => self.since_meeting.map(f64::from),
            What::SinceInbound => self.since_inbound.map(f64::from),
            What::SoleContact => self.sole_contact,
            What::Cancelled => Some(self.cancelled.into()),
            What::BuyerCancelled => self.buyer_cancelled.map(f64::from),
            What::RecentGap => self.recent_gap.map(f64::from),
            What::Unanswered => Some(self.unanswered.into()),
            What::Farewells => Some(self.farewells.into()),
        }
    }
}
