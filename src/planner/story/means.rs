//! What a story can be made with: people, room and the counts of the manifest.

use std::fmt;

use super::super::Situation;
use super::super::people::{COMMITTEE, EXECUTIVE_ROLES, is_executive, makes_people};
use super::volumes::bent;
use crate::listing::counted;
use crate::manifest::Activity;
use crate::model::inventory::Opportunity;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// Business days that a silence of 30 days takes, and the last bumps before it.
pub(super) const STALLED_ROOM: i32 = 26;

/// Those of a silence of two weeks and more, and of what lies around it.
pub(super) const AT_RISK_ROOM: i32 = 15;

/// Those of a farewell, and of what lies around it.
const CHAMPION_LEFT_ROOM: i32 = 10;

/// What there is for one deal.
pub(super) struct Means<'a> {
    activity: &'a Activity,
    people: usize,
    executives: usize,
    /// Those of the people who are no executives.
    others: usize,
    /// Business days of the past.
    room: i32,
}

impl<'a> Means<'a> {
    pub(super) fn of(situation: &Situation<'a>, opportunity: &Opportunity, pins: &Pins) -> Self {
        let contacts = opportunity
            .account
            .and_then(|account| situation.inventory.contacts.get(&account));
        let contacts = || contacts.into_iter().flat_map(|contacts| contacts.values());
        let all = contacts().count();
        let executives = contacts().filter(|contact| is_executive(contact)).count();
        let others = all - executives;
        // Who is missing is made.
        let (most, most_executives) = match makes_people(situation) && opportunity.account.is_some()
        {
            true => (COMMITTEE, EXECUTIVE_ROLES.len()),
            false => (0, 0),
        };
        Self {
            activity: &situation.manifest.activity,
            people: all.max(most),
            executives: executives.max(most_executives),
            others: others.max(most - most_executives),
            room: -i32::from(pins.first),
        }
    }

    /// What is missing for the shape to hold its rules, if anything is.
    pub(super) fn lack(&self, shape: Shape) -> Option<Lack> {
        let needed = people_needed(shape);
        if self.people < needed {
            return Some(Lack::People(needed, self.people));
        }
        if matches!(shape, Shape::Accelerating | Shape::Healthy) && self.executives == 0 {
            return Some(Lack::Executive);
        }
        if self.others < others_needed(shape) {
            return Some(Lack::Others(others_needed(shape), self.others));
        }
        if self.room < room_needed(shape) {
            return Some(Lack::Room(room_needed(shape), self.room));
        }
        let bent = bent(shape, self.room as u32);
        let counts = [
            (bent.past.0, PAST),
            (bent.future.0, FUTURE),
            (bent.mails.0, MAILS),
        ];
        let lacking = |(needs, kind): (u32, Kind)| {
            let most = (kind.most)(self.activity);
            // How much is answered is not asked where nothing is written at all. The other shapes
            // are told by what is written, or by what is not answered.
            let is_of_ratio = matches!(shape, Shape::Accelerating | Shape::Healthy);
            let is_unasked = kind.key == MAILS.key && most == 0 && is_of_ratio;
            (!is_unasked && needs > most).then_some(Lack::Count(needs, kind, most))
        };
        counts.into_iter().find_map(lacking)
    }
}

/// What a shape needs and does not find.
pub(super) enum Lack {
    /// So many people, and how many there are.
    People(usize, usize),
    Executive,
    /// So many who are no executives, and how many there are.
    Others(usize, usize),
    /// Business days.
    Room(i32, i32),
    Count(u32, Kind, u32),
    /// What the shape is for, and what this deal is.
    Stage(&'static str, &'static str),
}

/// Something that the manifest allows at most so many of.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// What one is called, and several.
    what: [&'static str; 2],
    key: &'static str,
    most: fn(&Activity) -> u32,
}

const PAST: Kind = Kind {
    what: ["past meeting", "past meetings"],
    key: "activity.meetings.past_max",
    most: |activity| activity.meetings.past.max(),
};
const FUTURE: Kind = Kind {
    what: ["upcoming meeting", "upcoming meetings"],
    key: "activity.meetings.future_max",
    most: |activity| match activity.future_days {
        0 => 0,
        _ => activity.meetings.future.max(),
    },
};
const MAILS: Kind = Kind {
    what: ["email", "emails"],
    key: "activity.emails.max",
    most: |activity| activity.emails.max(),
};

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::People(needs, has) => {
                let people = counted(*needs as u64, "person", "people");
                write!(f, "needs {people}, and its account has {}", none_or(*has))
            }
            Self::Stage(of, is) => write!(f, "is for {of} deals, and this one is {is}"),
            Self::Executive => {
                f.write_str("needs an executive, and nobody's title at its account says so")
            }
            Self::Others(needs, has) => {
                let one = "person who is no executive";
                let people = counted(*needs as u64, one, "people who are no executives");
                write!(f, "needs {people}, and its account has {}", none_or(*has))
            }
            Self::Room(needs, has) => {
                let days = counted(*needs as u64, "business day", "business days");
                write!(f, "needs {days} of past, and there are {has}")
            }
            Self::Count(needs, Kind { what, key, .. }, most) => {
                let records = counted(u64::from(*needs), what[0], what[1]);
                write!(f, "needs {records}, and `{key}` is {most}")
            }
        }
    }
}

fn none_or(count: usize) -> String {
    match count {
        0 => "none".to_owned(),
        _ => count.to_string(),
    }
}

/// Why a deal can never be told so, whatever there is for it: how it ended says otherwise.
pub(super) fn belies(shape: Shape, opportunity: &Opportunity) -> Option<Lack> {
    let (of, fits) = match shape {
        Shape::Won => ("won", opportunity.is_won()),
        Shape::LostToCompetitor | Shape::NoDecision => ("lost", opportunity.is_lost()),
        _ => ("open", !opportunity.closed),
    };
    let is = match (opportunity.closed, opportunity.is_won()) {
        (false, _) => "open",
        (true, true) => "won",
        (true, false) => "lost",
    };
    (!fits).then_some(Lack::Stage(of, is))
}

/// How many business days of past a shape needs.
fn room_needed(shape: Shape) -> i32 {
    match shape {
        Shape::Accelerating => 4,
        Shape::AtRisk => AT_RISK_ROOM,
        Shape::ChampionLeft => CHAMPION_LEFT_ROOM,
        Shape::Stalled => STALLED_ROOM,
        _ => 1,
    }
}

/// How many people who are no executives a shape needs: with one who is, hanging on one contact is
/// no sign of risk.
fn others_needed(shape: Shape) -> usize {
    match shape {
        Shape::SingleThreaded => 1,
        Shape::ChampionLeft => 2,
        _ => 0,
    }
}

/// How many people the story of a shape needs at least.
pub(super) fn people_needed(shape: Shape) -> usize {
    match shape {
        Shape::Accelerating => 5,
        Shape::Healthy | Shape::Won => 3,
        Shape::ChampionLeft | Shape::LostToCompetitor | Shape::NoDecision => 2,
        Shape::AtRisk | Shape::New => 0,
        Shape::Stalled | Shape::SingleThreaded => 1,
    }
}
