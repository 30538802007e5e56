//! The mails of a story: threads of their own, and those around its meetings.
//!
//! They are told in an order that never depends on counts, and the first so many of it are there:
//! a thread, then the mails around a meeting that is held in any case, and so on. Meetings beyond
//! those bring mails of their own, in whole units that keep the balance between what comes in and
//! what goes out, as far as the manifest's maximum leaves room.

use super::super::story::{bumps, latest, reach, thread_day};
use super::super::text::catalogue::Phase;
use super::committee::Committee;
use super::dealer::Dealer;
use super::directions::Balance;
use super::meetings::Meeting;
use super::moment::{Moment, lag, writing_time};
use super::topic::Topic;
use super::{Direction, Held, Kind, Party, Source, Step, Timeline, phase_at};
use crate::draw::{Draw, RootDraw};
use crate::model::address::{Path, numbered};
use crate::model::shape::Shape;

/// The draws of a thread, by purpose.
const LENGTH: usize = 0;
const DAY: usize = 1;
const MINUTE: usize = 2;
const PERSON: usize = 3;
const TURN: usize = 4;
/// And of the wait for each of its messages, by number.
const LAG: usize = 16;

/// And those of the mails around a meeting, among the meeting's own.
const INVITED: usize = 8;
const INVITE_DAY: usize = 9;
const INVITE_MINUTE: usize = 10;
const RECAPPED: usize = 11;
const RECAP_WAIT: usize = 12;
const ANSWER: usize = 13;

/// How many of a hundred threads have one message, two, and so on.
const LENGTHS: [u32; 4] = [20, 35, 25, 20];

/// How soon we answer, in percent of how soon others do.
const OUR_LAG: u32 = 42;

struct Writer<'a> {
    source: Source<'a>,
    committee: Committee<'a>,
    balance: Balance,
    written: u32,
    timeline: &'a mut Timeline,
}

/// One exchange: a thread, or the mails around a meeting.
struct Talk {
    number: u8,
    topic: (Topic, u8),
    phase: Phase,
    people: Party,
}

/// One message of an exchange.
struct Message {
    path: Path,
    at: Moment,
    direction: Direction,
    place: u8,
    /// The step that it follows from.
    about: Option<usize>,
}

/// Adds the deal's mails.
pub(super) fn tell(
    source: Source,
    draw: &mut RootDraw,
    meetings: &[Meeting],
    timeline: &mut Timeline,
) {
    let counts = source.counts.mails;
    let mut writer = Writer {
        source,
        committee: Committee::new(source.pins),
        balance: Balance::new(source.pins.shape),
        written: 0,
        timeline,
    };
    let mut dealer = Dealer::new("mails");
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

    fn thread(&mut self, number: usize, dealer: &mut Dealer, draw: &mut RootDraw) {
        let pins = self.source.pins;
        let name = numbered("thread/", number + 1);
        let draws = draw.at(&name);
        let mut at = Moment {
            day: thread_day(pins, number, draws.unit(DAY)),
            minute: writing_time(draws.unit(MINUTE)),
        };
        let phase = phase_at(pins, at.day);
        let topic = match special(pins.shape, number) {
            Some(topic) => (topic, 0),
            None => dealer.next(phase, draw),
        };
        let talk = Talk {
            number: number as u8 + 1,
            topic,
            phase,
            people: self.committee.partner(
                number,
                (topic.0, phase),
                at.day,
                (draws.unit(PERSON), draws.unit(TURN)),
            ),
        };
        let mut direction = opening(pins.shape, number);
        let mut about = None;
        let length = length(pins.shape, number, &draws);
        let mut balance = None;
        for place in 0.. {
            let is_owed = direction == Direction::Outbound && self.balance.wants_reply();
            if place >= length && (!is_owed || talk.topic.0 == Topic::Bump) {
                break;
            }
            if place > 0 {
                let unit = draws.unit(LAG + place % 8);
                let next = self.next(&talk, (at, direction), place, unit);
                let Some(next) = next else { break };
                (at, direction) = next;
            }
            if self.is_full() {
                balance.get_or_insert(self.balance);
                self.leave_unsaid(direction);
                continue;
            }
            let message = Message {
                path: Path::new(numbered(&[&name, "/"].concat(), place + 1)),
                at,
                direction,
                place: place as u8,
                about,
            };
            about = Some(self.mail(&talk, message));
        }
        // What is not said weighs nothing.
        self.balance = balance.unwrap_or(self.balance);
    }

    /// The next message of an exchange that the count of mails has ended.
    fn leave_unsaid(&mut self, direction: Direction) {
        let Some(last) = self.timeline.steps.len().checked_sub(1) else {
            return;
        };
        let unsaid = self.timeline.unsaid.get_or_insert((last, Vec::new()));
        unsaid.1.push(direction);
        self.balance.count(direction);
    }

    /// What follows in a thread, if anything does.
    fn next(
        &self,
        talk: &Talk,
        (at, direction): (Moment, Direction),
        place: usize,
        unit: f64,
    ) -> Option<(Moment, Direction)> {
        let pins = self.source.pins;
        let last = latest(pins, at.day);
        if talk.topic.0 == Topic::Bump {
            let day = *bumps(pins).get(place)?;
            let minute = writing_time(unit);
            return Some((Moment { day, minute }, Direction::Outbound));
        }
        // A customer who is in a hurry does not wait for our answer.
        let is_eager = pins.shape == Shape::Accelerating && talk.number == 1 && place == 2;
        if is_eager {
            return Some((self.reply(talk, at, unit), Direction::Inbound));
        }
        if direction == Direction::Inbound {
            return Some((at.later(lag(unit, OUR_LAG), last), Direction::Outbound));
        }
        if self.balance.wants_reply() {
            return Some((self.reply(talk, at, unit), Direction::Inbound));
        }
        // Nobody answered, so we ask again after some days.
        let day = at.day + 2 + (unit * 4.0) as i32;
        let minute = writing_time(unit);
        (day <= last).then_some((Moment { day, minute }, Direction::Outbound))
    }

    fn reply(&self, talk: &Talk, at: Moment, unit: f64) -> Moment {
        let pins = self.source.pins;
        let role = talk
            .people
            .main
            .map(|place| pins.cast[usize::from(place)].role.as_str());
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
        at.later(lag(unit, percent), latest(pins, at.day))
    }

    /// The mails around a meeting that is held at the least counts.
    fn around(&mut self, meeting: &Meeting) {
        let draws = &meeting.draws;
        let after = self.after(meeting);
        if let Some((name, at)) = after.filter(|_| draws.chance(RECAPPED, 850)) {
            self.exchange(meeting, name, at);
        }
        let before = self.before(meeting);
        if let Some(at) = before.filter(|_| draws.chance(INVITED, 700)) {
            self.exchange(meeting, "invite", at);
        }
    }

    /// A mail of ours around a meeting, and perhaps its answer.
    fn exchange(&mut self, meeting: &Meeting, name: &str, at: Moment) {
        if self.is_full() {
            return;
        }
        let asked = self.attached(meeting, (name, at, Direction::Outbound), None);
        if !self.balance.wants_reply() {
            return;
        }
        if self.is_full() {
            let balance = self.balance;
            self.leave_unsaid(Direction::Inbound);
            self.balance = balance;
        } else {
            let at = self.reply(&self.talk(meeting), at, meeting.draws.unit(ANSWER));
            self.attached(meeting, (name, at, Direction::Inbound), Some(asked));
        }
    }

    /// The mails around a meeting beyond the least count: all of them, or none.
    fn extra(&mut self, meeting: &Meeting, room: &mut u32) {
        let step = &self.timeline.steps[meeting.step];
        let held = match step.kind {
            Kind::Meeting(Held::Yes) => true,
            Kind::Meeting(Held::Cancelled) => false,
            _ => return,
        };
        if step.core || !meeting.draws.chance(RECAPPED, 850) {
            return;
        }
        let (before, Some((name, after))) = (self.before(meeting), self.after(meeting)) else {
            return;
        };
        let unit = unit_of(self.source.pins.shape);
        let mails = unit.invite + unit.accepted + 1 + unit.answered;
        if mails > *room || unit.invite > 0 && before.is_none() {
            return;
        }
        *room -= mails;
        let answers = [
            (unit.accepted + u32::from(!held && unit.answered > 0)).min(unit.invite),
            u32::from(held) * unit.answered,
        ];
        let mails = [
            ("invite", before.filter(|_| unit.invite > 0)),
            (name, Some(after)),
        ];
        for ((name, at), answered) in mails.into_iter().zip(answers) {
            let Some(at) = at else { continue };
            let asked = self.attached(meeting, (name, at, Direction::Outbound), None);
            if answered > 0 {
                let at = self.reply(&self.talk(meeting), at, meeting.draws.unit(ANSWER));
                self.attached(meeting, (name, at, Direction::Inbound), Some(asked));
            }
        }
    }

    /// When the meeting is asked for: some working days before, if the story had begun.
    fn before(&self, meeting: &Meeting) -> Option<Moment> {
        let draws = &meeting.draws;
        let wait = 2 + draws.below(INVITE_DAY, 9) as i32;
        let first = reach(self.source.pins).first;
        let day = match meeting.start.day {
            // What is to come was agreed in the last days.
            1.. => (-1 - wait / 3).max(i32::from(self.source.pins.first)),
            day if day - 2 < first => return None,
            day => (day - wait).max(first),
        };
        let minute = writing_time(draws.unit(INVITE_MINUTE));
        Some(Moment { day, minute })
    }

    /// What is written after the meeting, and when: the same day, or the next morning.
    fn after(&self, meeting: &Meeting) -> Option<(&'static str, Moment)> {
        let step = &self.timeline.steps[meeting.step];
        let name = match step.kind {
            Kind::Meeting(Held::Cancelled) => "reschedule",
            Kind::Meeting(Held::Yes) if step.phase == Phase::Evaluation && step.colleague => {
                "follow-up"
            }
            Kind::Meeting(Held::Yes) => "recap",
            _ => return None,
        };
        let unit = meeting.draws.unit(RECAP_WAIT);
        let Moment { day, minute } = meeting.start;
        let at = if unit < 0.4 && day < latest(self.source.pins, day) {
            let minute = writing_time(unit / 0.4 * 0.3);
            Moment {
                day: day + 1,
                minute,
            }
        } else {
            let minute = minute + meeting.minutes + 30 + (unit * 90.0) as u32;
            Moment { day, minute }
        };
        Some((name, at))
    }

    fn talk(&self, meeting: &Meeting) -> Talk {
        let step = &self.timeline.steps[meeting.step];
        Talk {
            number: step.number,
            topic: (step.topic, step.round),
            phase: step.phase,
            people: step.people,
        }
    }

    fn attached(
        &mut self,
        meeting: &Meeting,
        (name, at, direction): (&str, Moment, Direction),
        asked: Option<usize>,
    ) -> usize {
        let talk = self.talk(meeting);
        let path = self.timeline.steps[meeting.step].path.as_str();
        let path = match asked {
            None => [path, "/", name].concat(),
            Some(_) => [path, "/", name, "/reply"].concat(),
        };
        let message = Message {
            path: Path::new(path),
            at,
            direction,
            place: u8::from(asked.is_some()),
            about: asked.or(Some(meeting.step)),
        };
        self.mail(&talk, message)
    }

    fn mail(&mut self, talk: &Talk, message: Message) -> usize {
        let Message {
            path,
            at,
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
            when: at.when(&self.source, owner, 0),
            owner,
            colleague: false,
            people: talk.people,
            about,
            evidence: 0,
        });
        self.timeline.steps.len() - 1
    }
}

/// What the thread with this number, from 0, is about where the shape says so.
fn special(shape: Shape, number: usize) -> Option<Topic> {
    match (shape, number) {
        (Shape::Stalled, 0) => Some(Topic::Bump),
        (Shape::ChampionLeft, 0) => Some(Topic::Farewell),
        (Shape::ChampionLeft, 1) => Some(Topic::Outreach),
        (Shape::Won, 0) => Some(Topic::Signature),
        (Shape::LostToCompetitor | Shape::NoDecision, 0) => Some(Topic::ClosingOut),
        (Shape::New, 0) => Some(Topic::Outreach),
        _ => None,
    }
}

/// Who writes first: the customer, to say goodbye or to close out.
fn opening(shape: Shape, number: usize) -> Direction {
    match (shape, number) {
        (Shape::ChampionLeft | Shape::LostToCompetitor | Shape::NoDecision, 0) => {
            Direction::Inbound
        }
        _ => Direction::Outbound,
    }
}

/// How many messages a thread has at the most.
fn length(shape: Shape, number: usize, draws: &Draw) -> usize {
    match (shape, number) {
        (Shape::Stalled, 0) => 4,
        (Shape::Accelerating, 0) => 3,
        (_, 0) => 2,
        _ => draws.weighted(LENGTH, &LENGTHS) + 1,
    }
}

/// The mails around a meeting beyond the least count, as many of each.
struct Unit {
    invite: u32,
    accepted: u32,
    answered: u32,
}

/// Out of balance by itself, no unit could be added to what is in balance.
fn unit_of(shape: Shape) -> Unit {
    let (invite, accepted, answered) = match shape {
        Shape::Accelerating => (1, 1, 1),
        Shape::Healthy | Shape::SingleThreaded | Shape::New => (1, 0, 1),
        Shape::Won | Shape::LostToCompetitor | Shape::NoDecision => (1, 0, 1),
        Shape::AtRisk | Shape::Stalled | Shape::ChampionLeft => (0, 0, 0),
    };
    Unit {
        invite,
        accepted,
        answered,
    }
}
