//! The mails around a meeting: what asks for it, and what follows from it.

use super::super::super::story::{buyer, latest, reach};
use super::super::super::text::catalogue::Phase;
use super::super::meetings::Meeting;
use super::super::moment::{EVENING, Moment, writing_time};
use super::super::{Direction, Held, Kind, Party, When, phase_at};
use super::sent::{Planned, sent};
use super::{Message, Talk, Writer};
use crate::model::address::Path;
use crate::model::shape::Shape;

/// The draws of the mails around a meeting, among the meeting's own, by purpose.
const INVITED: usize = 8;
const INVITE_DAY: usize = 9;
const INVITE_MINUTE: usize = 10;
const RECAPPED: usize = 11;
const RECAP_WAIT: usize = 12;
const ANSWER: usize = 13;
const PREPARED: usize = 14;
const PREPARED_MINUTE: usize = 15;
const CASE: usize = 16;
const CASE_DAY: usize = 17;
const CASE_MINUTE: usize = 18;

impl Writer<'_> {
    /// The mails around a meeting that is held at the least counts.
    pub(super) fn around(&mut self, meeting: &Meeting) {
        let draws = &meeting.draws;
        if let Some(mail) = self.after(meeting).filter(|_| draws.chance(RECAPPED, 850)) {
            self.exchange(meeting, &mail);
        }
        if let Some(mail) = self.preparation(meeting) {
            self.exchange(meeting, &mail);
        }
        if let Some(mail) = self.case(meeting).filter(|_| draws.chance(CASE, 700)) {
            self.exchange(meeting, &mail);
        }
        if let Some(mail) = self.before(meeting).filter(|_| draws.chance(INVITED, 700)) {
            self.exchange(meeting, &mail);
        }
    }

    /// A mail of ours around a meeting, and perhaps its answer.
    fn exchange(&mut self, meeting: &Meeting, mail: &Mail) {
        if self.is_full() {
            return;
        }
        let mut balance = self.balance;
        balance.count(Direction::Outbound);
        let is_answered = balance.wants_reply() && mail.leaves_time();
        let Some((asked, when)) = self.ask(meeting, mail, is_answered) else {
            return;
        };
        if self.is_full() {
            self.leave_unsaid(Direction::Inbound);
        } else {
            self.attached((meeting, mail), when, Some(asked));
        }
    }

    /// The mails around a meeting beyond the least count: all of them, or none.
    pub(super) fn extra(&mut self, meeting: &Meeting, room: &mut u32) {
        let step = &self.timeline.steps[meeting.step];
        let held = match step.kind {
            Kind::Meeting(Held::Yes) => true,
            Kind::Meeting(Held::Cancelled) => false,
            _ => return,
        };
        if step.core || !meeting.draws.chance(RECAPPED, 850) {
            return;
        }
        let (before, Some(after)) = (self.before(meeting), self.after(meeting)) else {
            return;
        };
        let unit = unit_of(self.source.pins.shape);
        let mails = unit.invite + unit.accepted + 1 + unit.answered;
        let answers = [
            (unit.accepted + u32::from(!held && unit.answered > 0)).min(unit.invite),
            u32::from(held) * unit.answered,
        ];
        let is_in_balance =
            (unit.invite == 0 || before.is_some()) && (answers[1] == 0 || after.leaves_time());
        if mails > *room || !is_in_balance {
            return;
        }
        *room -= mails;
        let mails = [before.filter(|_| unit.invite > 0), Some(after)];
        for (mail, answered) in mails.into_iter().zip(answers) {
            let Some(mail) = mail else { continue };
            if let Some((asked, when)) = self.ask(meeting, &mail, answered > 0) {
                self.attached((meeting, &mail), when, Some(asked));
            }
        }
    }

    /// Writes a mail of ours; gives its step and when its answer is written, if there is one.
    fn ask(&mut self, meeting: &Meeting, mail: &Mail, is_answered: bool) -> Option<(usize, When)> {
        let whens = self.whens(meeting, mail, is_answered);
        let asked = self.attached((meeting, mail), whens[0], None);
        Some((asked, *whens.get(1)?))
    }

    /// When a mail is sent, and its answer.
    fn whens(&self, meeting: &Meeting, mail: &Mail, is_answered: bool) -> Vec<When> {
        let asked = Planned {
            direction: Direction::Outbound,
            at: mail.at,
            wait: None,
        };
        let answered =
            is_answered.then(|| self.reply(&mail.talk, mail.at, meeting.draws.unit(ANSWER)));
        let messages: Vec<_> = [asked].into_iter().chain(answered).collect();
        let held = &self.timeline.steps[meeting.step].when;
        let not_before = mail
            .follows
            .then_some(held.at + i64::from(held.minutes) * 60);
        sent(
            self.between(mail.talk.people, mail.days, not_before),
            &messages,
        )
    }

    /// When and with whom a meeting with the economic buyer is prepared: with the champion, in the
    /// working days before.
    fn preparation(&self, meeting: &Meeting) -> Option<Mail> {
        let talk = self.talk(meeting);
        let people = self.committee.champion_of(talk.people)?;
        let is_cancelled = self.timeline.steps[meeting.step].kind == Kind::Meeting(Held::Cancelled);
        let draws = &meeting.draws;
        let first = reach(self.source.pins).first;
        let day = meeting.start.day.min(0) - 2 - draws.below(PREPARED, 3) as i32;
        let at = Moment {
            day,
            minute: writing_time(draws.unit(PREPARED_MINUTE)),
        };
        let talk = Talk { people, ..talk };
        (!is_cancelled && day >= first).then(|| self.ahead(meeting, ("prep", at), talk))
    }

    /// When the economic buyer gets the business case, with a copy to the champion: in the working
    /// days after meeting us, before contracts are spoken of.
    fn case(&self, meeting: &Meeting) -> Option<Mail> {
        let pins = self.source.pins;
        let held = self.timeline.steps[meeting.step].kind == Kind::Meeting(Held::Yes);
        let talk = self.talk(meeting);
        let champion = self.committee.champion_of(talk.people)?;
        let people = Party {
            main: Some(buyer(pins)? as u8),
            others: champion.main.map_or(0, |place| 1 << place),
        };
        let draws = &meeting.draws;
        let day = meeting.start.day + 1 + draws.below(CASE_DAY, 3) as i32;
        let last = latest(pins, meeting.start.day);
        let is_time = (Phase::Evaluation..Phase::Closing).contains(&phase_at(pins, day));
        (held && is_time && day <= last).then(|| Mail {
            name: "business-case",
            at: Moment {
                day,
                minute: writing_time(draws.unit(CASE_MINUTE)),
            },
            talk: Talk { people, ..talk },
            days: (meeting.start.day, last),
            follows: true,
        })
    }

    /// When the meeting is asked for: some working days before, if the story had begun.
    fn before(&self, meeting: &Meeting) -> Option<Mail> {
        let draws = &meeting.draws;
        let wait = 2 + draws.below(INVITE_DAY, 9) as i32;
        let first = reach(self.source.pins).first;
        let day = match meeting.start.day {
            // What is to come was agreed in the last days, and not in an at-risk deal's silence.
            1.. => (-2 - wait / 4).max(i32::from(self.source.pins.first)),
            day if day - 2 < first => return None,
            day => (day - wait).max(first),
        };
        let talk = self.talk(meeting);
        // Whoever prepares a meeting that he is invited to has to know of it.
        let preparation = self.preparation(meeting);
        let preparation = preparation.filter(|mail| mail.talk.people.main == talk.people.main);
        let day = preparation.map_or(day, |mail| day.min(mail.at.day - 1).max(first));
        let minute = writing_time(draws.unit(INVITE_MINUTE));
        let at = Moment { day, minute };
        Some(self.ahead(meeting, ("invite", at), talk))
    }

    /// A mail before a meeting, which is answered before it as well.
    fn ahead(&self, meeting: &Meeting, (name, at): (&'static str, Moment), talk: Talk) -> Mail {
        Mail {
            name,
            at,
            talk,
            days: (
                i32::from(self.source.pins.first),
                (meeting.start.day - 1).min(latest(self.source.pins, at.day)),
            ),
            follows: false,
        }
    }

    /// What is written after the meeting, and when: the same day, or the next morning.
    fn after(&self, meeting: &Meeting) -> Option<Mail> {
        let step = &self.timeline.steps[meeting.step];
        let name = match step.kind {
            Kind::Meeting(Held::Cancelled) => "reschedule",
            Kind::Meeting(Held::Yes) if step.phase == Phase::Evaluation && step.colleague => {
                "follow-up"
            }
            Kind::Meeting(Held::Yes) => "recap",
            _ => return None,
        };
        let day = meeting.start.day;
        let last = latest(self.source.pins, day);
        Some(Mail {
            name,
            at: follows_at(meeting, last),
            talk: self.talk(meeting),
            days: (day, last),
            follows: true,
        })
    }

    fn talk(&self, meeting: &Meeting) -> Talk {
        let step = &self.timeline.steps[meeting.step];
        Talk {
            number: step.number,
            topic: (step.topic, step.round),
            phase: step.phase,
            people: self.committee.informed(step.people),
        }
    }

    /// Adds a mail of ours, or the customer's answer to what was asked in a step.
    fn attached(
        &mut self,
        (meeting, mail): (&Meeting, &Mail),
        when: When,
        asked: Option<usize>,
    ) -> usize {
        let name = mail.name;
        let path = self.timeline.steps[meeting.step].path.as_str();
        let (direction, path) = match asked {
            None => (Direction::Outbound, Path::joined(&[path, "/", name])),
            Some(_) => (
                Direction::Inbound,
                Path::joined(&[path, "/", name, "/reply"]),
            ),
        };
        let message = Message {
            path,
            when,
            direction,
            place: u8::from(asked.is_some()),
            about: asked.or(Some(meeting.step)),
        };
        self.mail(&mail.talk, message)
    }
}

/// A mail of ours around a meeting.
struct Mail {
    /// What its path ends in.
    name: &'static str,
    at: Moment,
    talk: Talk,
    /// The days that it and its answer may lie on.
    days: (i32, i32),
    /// It is written once the meeting is over.
    follows: bool,
}

impl Mail {
    /// Whether an answer may take until the next working day, wherever it is written.
    fn leaves_time(&self) -> bool {
        self.at.day < self.days.1
    }
}

/// The mails around a meeting beyond the least count, as many of each.
struct Unit {
    invite: u32,
    accepted: u32,
    answered: u32,
}

/// When we write after a meeting: within the working day, the next one's morning where there is one
/// and the first is over; else in what is left of it.
fn follows_at(meeting: &Meeting, last: i32) -> Moment {
    let unit = meeting.draws.unit(RECAP_WAIT);
    let Moment { day, minute } = meeting.start;
    let over = minute + meeting.minutes;
    let wait = 30 + (unit * 90.0) as u32;
    let is_late = over + wait >= EVENING;
    let waits = unit < 0.4;
    if (waits || is_late) && day < last {
        let morning = if waits { unit / 0.4 } else { unit };
        return Moment {
            day: day + 1,
            minute: writing_time(morning * 0.3),
        };
    }
    let left = f64::from(EVENING.saturating_sub(over + 1));
    let wait = match is_late && left > 0.0 {
        true => (unit * left) as u32 + 1,
        false => wait,
    };
    Moment {
        day,
        minute: over + wait,
    }
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
