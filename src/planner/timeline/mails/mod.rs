//! The mails of a story: threads of their own, and those around its meetings.
//!
//! They are told in an order that never depends on counts, and the first so many of it are there:
//! a thread, then the mails around a meeting that is held in any case, and so on. Meetings beyond
//! those bring mails of their own, in whole units that keep the balance between what comes in and
//! what goes out, as far as the manifest's maximum leaves room.

mod around;
mod sent;
mod threads;

use super::super::story::latest;
use super::super::text::catalogue::Phase;
use super::committee::Committee;
use super::dealer::Dealer;
use super::directions::Balance;
use super::meetings::{Meeting, Sitting};
use super::moment::{Moment, lag};
use super::topic::Topic;
use super::{Direction, Kind, Party, Source, Step, Timeline, When};
use crate::draw::RootDraw;
use crate::model::address::Path;
use crate::model::shape::Shape;
use sent::{Between, Planned};

struct Writer<'a> {
    source: Source<'a>,
    committee: Committee<'a>,
    balance: Balance,
    written: u32,
    sittings: &'a [Sitting],
    timeline: &'a mut Timeline,
}

/// One exchange: a thread, or the mails around a meeting.
#[derive(Clone, Copy)]
struct Talk {
    number: u8,
    topic: (Topic, u8),
    phase: Phase,
    people: Party,
}

/// One message of an exchange.
struct Message {
    path: Path,
    when: When,
    direction: Direction,
    place: u8,
    /// The step that it follows from.
    about: Option<usize>,
}

/// Adds the deal's mails.
pub(super) fn tell(
    source: Source,
    draw: &mut RootDraw,
    (meetings, sittings): (&[Meeting], &[Sitting]),
    timeline: &mut Timeline,
) {
    let counts = source.counts.mails;
    let mut writer = Writer {
        source,
        committee: Committee::new(source.pins),
        balance: Balance::new(source.pins.shape),
        written: 0,
        sittings,
        timeline,
    };
    let of = (source.pins.segment, source.pins.shape);
    let mut dealer = Dealer::new("mails", of);
    for number in 0.. {
        if writer.is_full() {
            break;
        }
        writer.thread(number, &mut dealer, draw);
        for meeting in meetings {
            let step = &writer.timeline.steps[meeting.step];
            if step.core && usize::from(step.number) == number + 1 {
                writer.around(meeting);
            }
        }
    }
    let mut room = counts.most.saturating_sub(counts.number);
    for meeting in meetings {
        writer.extra(meeting, &mut room);
    }
}

impl Writer<'_> {
    fn is_full(&self) -> bool {
        self.written >= self.source.counts.mails.number
    }

    /// The next message of an exchange that the count of mails has ended.
    fn leave_unsaid(&mut self, direction: Direction) {
        let Some(last) = self.timeline.steps.len().checked_sub(1) else {
            return;
        };
        let unsaid = self.timeline.unsaid.get_or_insert((last, Vec::new()));
        unsaid.1.push(direction);
    }

    /// What an exchange with these people keeps to, on these days.
    fn between(&self, people: Party, days: (i32, i32), not_before: Option<i64>) -> Between<'_> {
        let (ours, theirs) = self.source.desks(people);
        Between {
            ours,
            theirs,
            base: self.source.base,
            days,
            not_before,
            with: people.main.map(usize::from),
            sittings: self.sittings,
        }
    }

    /// The customer's answer to what was written at this moment.
    fn reply(&self, talk: &Talk, at: Moment, unit: f64) -> Planned {
        let pins = self.source.pins;
        let role = talk
            .people
            .main
            .map(|place| &*pins.cast[usize::from(place)].role);
        let percent = match role {
            Some("champion") => 60,
            Some("economic_buyer") => 250,
            Some("procurement" | "legal") => 300,
            _ => 100,
        };
        let percent = match pins.shape {
            Shape::AtRisk => percent * 2,
            Shape::Stalled => percent * 4,
            _ => percent,
        };
        self.answer(Direction::Inbound, at, lag(unit, percent))
    }

    fn answer(&self, direction: Direction, at: Moment, wait: u32) -> Planned {
        Planned {
            direction,
            at: at.later(wait, latest(self.source.pins, at.day)),
            wait: Some(wait),
        }
    }

    fn mail(&mut self, talk: &Talk, message: Message) -> usize {
        let Message {
            path,
            when,
            direction,
            place,
            about,
        } = message;
        let owner = self.source.pins.owner;
        let core = self.written < self.source.counts.mails.core;
        self.balance.count(direction);
        self.written += 1;
        self.timeline.steps.push(Step {
            path,
            number: talk.number,
            kind: Kind::Mail(direction, place),
            topic: talk.topic.0,
            round: talk.topic.1,
            phase: talk.phase,
            core,
            when,
            owner,
            colleague: false,
            people: talk.people,
            about,
            evidence: 0,
        });
        self.timeline.steps.len() - 1
    }
}
