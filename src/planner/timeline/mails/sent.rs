//! When the messages of an exchange are sent: in the working time of whoever writes, each after
//! the one that it answers.
//!
//! What is written, and by whom, never depends on where people are and which days are holidays:
//! only the hours do, or a moved anchor would rewrite stories.

use super::super::super::desks::At;
use super::super::meetings::Sitting;
use super::super::moment::Moment;
use super::super::{Direction, When};
use crate::model::day::{BusinessDay, Day};

/// A message before it is known where its writer is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) direction: Direction,
    /// When it is written, if nothing is in the way.
    pub(super) at: Moment,
    /// Of an answer: after how many minutes of working time.
    pub(super) wait: Option<u32>,
}

/// What an exchange keeps to.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    pub(super) ours: At<'a>,
    pub(super) theirs: At<'a>,
    pub(super) base: BusinessDay,
    /// The first day of the story, and the last on which the exchange may go on, counted from the
    /// base.
    pub(super) days: (i32, i32),
    /// What it follows from has to be over.
    pub(super) not_before: Option<i64>,
    /// Who it is with on the customer's side.
    pub(super) with: Option<usize>,
    /// Nobody writes while he sits in one of these.
    pub(super) sittings: &'a [Sitting],
}

/// How an exchange is brought into its days: waiting for less, in percent, then beginning earlier, by
/// business days.
const TRIES: &[(u32, i32)] = &[(100, 0), (30, 0), (0, 0), (0, 1), (0, 2), (0, 3)];

/// When each message is sent.
pub(super) fn sent(between: Between, messages: &[Planned]) -> Vec<When> {
    let tries = TRIES.iter();
    let found = tries.map(|by| attempt(between, messages, *by));
    let mut found = found.filter(|whens| is_in_time(between, whens));
    found.next().unwrap_or_else(|| {
        // Somebody has to write on a holiday, or at night.
        let at_work = Between {
            ours: between.ours.always(),
            theirs: between.theirs.always(),
            ..between
        };
        let whens = attempt(at_work, messages, (0, 0));
        match is_in_time(between, &whens) {
            true => whens,
            false => at_once(between, messages),
        }
    })
}

fn is_in_time(between: Between, whens: &[When]) -> bool {
    whens.iter().all(|when| when.day <= last(between))
}

fn last(between: Between) -> Day {
    between.base.plus(between.days.1).day()
}

fn attempt(between: Between, messages: &[Planned], (percent, earlier): (u32, i32)) -> Vec<When> {
    let mut before = between.not_before;
    let mut whens = Vec::with_capacity(messages.len());
    for message in messages {
        let desk = between.desk(message.direction);
        let (day, minute) = match (message.wait, before) {
            (Some(wait), Some(before)) => {
                desk.after(before, (wait * percent / 100).max(shortest(wait)))
            }
            _ => {
                let first = between.base.plus(between.days.0).day();
                let day = (message.at.day - earlier).max(between.days.0);
                let day = desk.at_work_by(between.base.plus(day).day()).max(first);
                (day, message.at.minute)
            }
        };
        let at = desk.zone.instant(day, minute);
        let at = match before {
            Some(before) if at <= before => {
                let (day, minute) = desk.after(before, shortest(message.at.minute));
                desk.zone.instant(day, minute)
            }
            _ => at,
        };
        let after = |until| {
            let (day, minute) = desk.after(until, shortest(message.at.minute));
            desk.zone.instant(day, minute)
        };
        let at = between.free(message.direction, at, after);
        before = Some(at);
        whens.push(When::new(desk.zone, at, 0));
    }
    whens
}

/// One message after the other, whatever the hour.
fn at_once(between: Between, messages: &[Planned]) -> Vec<When> {
    let mut before = between.not_before;
    let one = |message: &Planned| {
        let day = between.base.plus(message.at.day).day();
        let zone = between.desk(message.direction).zone;
        let at = zone.instant(day, message.at.minute);
        let wait = i64::from(shortest(message.wait.unwrap_or(message.at.minute))) * 60;
        let at = before.map_or(at, |before| at.max(before + wait));
        let at = between.free(message.direction, at, |until| until + wait);
        before = Some(at);
        When::new(zone, at, 0)
    };
    messages.iter().map(one).collect()
}

/// What cannot wait is answered within minutes.
fn shortest(wait: u32) -> u32 {
    3 + wait % 17
}

impl<'a> Between<'a> {
    fn desk(self, direction: Direction) -> At<'a> {
        match direction {
            Direction::Inbound => self.theirs,
            Direction::Outbound => self.ours,
        }
    }

    /// This instant, or the first one after the meetings that the writer sits in then.
    fn free(self, direction: Direction, at: i64, after: impl Fn(i64) -> i64) -> i64 {
        let attends = |sitting: &Sitting| match direction {
            Direction::Outbound => true,
            Direction::Inbound => sitting
                .people
                .places()
                .any(|place| Some(place) == self.with),
        };
        let sits_until = |at: &i64| {
            let is_in = |sitting: &&Sitting| (sitting.from..sitting.until).contains(at);
            let mut sittings = self.sittings.iter().filter(is_in);
            sittings
                .find(|sitting| attends(sitting))
                .map(|sitting| after(sitting.until))
        };
        std::iter::successors(Some(at), sits_until)
            .last()
            .unwrap_or(at)
    }
}
