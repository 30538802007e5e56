//! The mails around a meeting: what asks for it, and what follows from it.

use super::super::super::story::{latest, reach};
use super::super::super::text::catalogue::Phase;
use super::super::meetings::Meeting;
use super::super::moment::{Moment, writing_time};
use super::super::{Direction, Held, Kind};
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

impl Writer<'_> {
    /// The mails around a meeting that is held at the least counts.
    pub(super) fn around(&mut self, meeting: &Meeting) {
        let draws = &meeting.draws;
        let after = self.after(meeting);
        if let Some((name, at)) = after.filter(|_| draws.chance(RECAPPED, 850)) {
            self.exchange(meeting, (name, at), self.talk(meeting));
        }
        if let Some((at, talk)) = self.preparation(meeting) {
            self.exchange(meeting, ("prep", at), talk);
        }
        let before = self.before(meeting);
        if let Some(at) = before.filter(|_| draws.chance(INVITED, 700)) {
            self.exchange(meeting, ("invite", at), self.talk(meeting));
        }
    }

    /// A mail of ours around a meeting, and perhaps its answer.
    fn exchange(&mut self, meeting: &Meeting, (name, at): (&str, Moment), talk: Talk) {
        if self.is_full() {
            return;
        }
        let asked = self.attached((meeting, &talk), (name, at, Direction::Outbound), None);
        if !self.balance.wants_reply() {
            return;
        }
        if self.is_full() {
            let balance = self.balance;
            self.leave_unsaid(Direction::Inbound);
            self.balance = balance;
        } else {
            let at = self.reply(&talk, at, meeting.draws.unit(ANSWER));
            self.attached(
                (meeting, &talk),
                (name, at, Direction::Inbound),
                Some(asked),
            );
        }
    }

    /// When and with whom a meeting with the economic buyer is prepared: with the champion, in the
    /// working days before.
    fn preparation(&self, meeting: &Meeting) -> Option<(Moment, Talk)> {
        let talk = self.talk(meeting);
        let people = self.committee.champion_of(talk.people)?;
        let is_cancelled = self.timeline.steps[meeting.step].kind == Kind::Meeting(Held::Cancelled);
        let draws = &meeting.draws;
        let day = meeting.start.day - 1 - draws.below(PREPARED, 3) as i32;
        let day = if meeting.start.day > 0 { -1 } else { day };
        if is_cancelled || day < reach(self.source.pins).first {
            return None;
        }
        let minute = writing_time(draws.unit(PREPARED_MINUTE));
        Some((Moment { day, minute }, Talk { people, ..talk }))
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
            let talk = self.talk(meeting);
            let asked = self.attached((meeting, &talk), (name, at, Direction::Outbound), None);
            if answered > 0 {
                let at = self.reply(&talk, at, meeting.draws.unit(ANSWER));
                self.attached(
                    (meeting, &talk),
                    (name, at, Direction::Inbound),
                    Some(asked),
                );
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
            people: self.committee.informed(step.people),
        }
    }

    fn attached(
        &mut self,
        (meeting, talk): (&Meeting, &Talk),
        (name, at, direction): (&str, Moment, Direction),
        asked: Option<usize>,
    ) -> usize {
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
        self.mail(talk, message)
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
