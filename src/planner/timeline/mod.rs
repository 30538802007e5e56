//! The timeline of a deal: everything that happened around it and is planned, as values.
//!
//! It is told once, by `story`; activities, scorecards, texts and `plan --explain` all read it, so
//! that they agree. Nothing here knows of records.

mod calls;
mod committee;
mod dealer;
mod directions;
mod mails;
mod meetings;
mod moment;
pub(super) mod slots;
mod todos;
pub(super) mod topic;

use crate::draw::RootDraw;
use crate::manifest::Activity;
use crate::model::address::Path;
use crate::model::day::{BusinessDay, Day};
use crate::model::id::UserId;
use crate::model::pins::Pins;

use super::desks::At;
use super::evidence::Support;
use super::story::Counts;
use super::text::catalogue::Phase;
use super::zone::Zone;
use slots::Dealt;
use topic::Topic;

/// What a timeline is told from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) activity: &'a Activity,
    pub(super) pins: &'a Pins,
    pub(super) counts: Counts,
    /// What is dealt to the slots for meetings that are used.
    pub(super) dealt: &'a [Dealt],
    /// The day that the story leads up to.
    pub(super) base: BusinessDay,
    /// Where the owner of the past is, and who holds what is to come.
    pub(super) ours: [At<'a>; 2],
    /// Where each of the cast is, as far as that is known.
    pub(super) theirs: &'a [Option<At<'a>>],
}

impl<'a> Source<'a> {
    fn desk(&self, owner: UserId) -> At<'a> {
        self.ours[usize::from(owner != self.pins.owner)]
    }

    /// Where we are, and where whom we have to do with is.
    fn desks(&self, people: Party) -> (At<'a>, At<'a>) {
        let ours = self.ours[0];
        let theirs = people
            .main
            .and_then(|place| self.theirs[usize::from(place)]);
        (ours, theirs.unwrap_or(ours))
    }
}

/// So many steps most stories have at the most.
const USUAL: usize = 32;

/// Tells the story of a deal.
pub(super) fn tell(source: Source, draw: &mut RootDraw) -> Timeline {
    let mut timeline = Timeline {
        steps: Vec::with_capacity(USUAL),
        ..Timeline::default()
    };
    let held = meetings::tell(source, draw, &mut timeline);
    let sittings = meetings::sittings(&timeline);
    mails::tell(source, draw, (&held, &sittings), &mut timeline);
    calls::tell(source, draw, &sittings, &mut timeline);
    todos::tell(source, draw, &mut timeline);
    timeline
}

/// How far the deal had come at a day, given in business days from the end of its story.
fn phase_at(pins: &Pins, day: i32) -> Phase {
    let days = -i32::from(pins.first);
    let passed = f64::from((days + day).clamp(0, days)) / f64::from(days);
    Phase::at((f64::from(pins.position) * passed) as u8)
}

/// What happened around a deal, by path.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) steps: Vec<Step>,
    /// What more would be written after a message, if the count of mails did not end its thread
    /// there: an exchange is worded as a whole, whatever the count.
    pub(super) unsaid: Option<(usize, Vec<Direction>)>,
    /// What it says of each element that the manifest's scorecards ask for, in their order.
    pub(super) supports: Vec<Option<Support>>,
}

/// One meeting, message, call or to-do.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) path: Path,
    /// The number of its slot among meetings of its tense, threads, calls or to-dos, from 1.
    pub(super) number: u8,
    pub(super) kind: Kind,
    pub(super) topic: Topic,
    /// How many meetings (or threads) of the deal's slots before this one are about the same topic:
    /// their subjects differ by it. Counted over all slots, used or not.
    pub(super) round: u8,
    /// How far the deal had come.
    pub(super) phase: Phase,
    /// It exists at the manifest's minimum counts. Only such steps are spoken of by others and
    /// cited by scorecards, so that a raised maximum rewrites nothing.
    pub(super) core: bool,
    pub(super) when: When,
    /// Who holds it, or writes or gets the message, on our side.
    pub(super) owner: UserId,
    /// Whether a colleague of the owner takes part.
    pub(super) colleague: bool,
    pub(super) people: Party,
    /// The number of the step that it follows from: of a recap the meeting, of a reply the message
    /// before it. Always an earlier one of the vector.
    pub(super) about: Option<usize>,
    /// The elements of qualification that it gives evidence for, as bits of
    /// [`topic::ELEMENTS`].
    pub(super) evidence: u32,
}

impl Step {
    /// What the paths of all messages of its exchange begin with; none for what is no mail.
    pub(super) fn thread(&self) -> Option<&str> {
        let path = self.path.as_str();
        match self.kind {
            Kind::Mail(..) if path.starts_with("thread/") => Some(path.rsplit_once('/')?.0),
            Kind::Mail(..) => Some(path.strip_suffix("/reply").unwrap_or(path)),
            Kind::Meeting(_) | Kind::Call(_) | Kind::Todo => None,
        }
    }

    pub(super) fn is_to_come(&self) -> bool {
        matches!(self.kind, Kind::Meeting(Held::Planned) | Kind::Todo)
    }
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Meeting(Held),
    /// A message of a thread: which way it goes, and its number in the thread, from 0.
    Mail(Direction, u8),
    Call(Direction),
    /// A task that is still open.
    Todo,
}

/// What became of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    /// It did not take place; no recap follows.
    Cancelled,
    /// It is to come.
    Planned,
}

/// Which way a message or a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the customer to us.
    Inbound,
    Outbound,
}

/// When a step happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    /// The day where whoever holds, writes or calls is.
    pub(super) day: Day,
    /// When it begins or is sent, in seconds since 1970-01-01T00:00:00Z.
    pub(super) at: i64,
    /// How long it takes; 0 for a message.
    pub(super) minutes: u32,
}

/// Who takes part on the customer's side, by place in the deal's cast.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Party {
    /// Whom it is held with, or who writes or is written to.
    pub(super) main: Option<u8>,
    /// The others: who attends, or is copied in. A bit each.
    pub(super) others: u32,
}

impl Party {
    /// All who take part, the main person first.
    pub(super) fn places(self) -> impl Iterator<Item = usize> {
        let main = self.main.map(usize::from);
        let mut left = self.others & !main.map_or(0, |main| 1 << main);
        let others = std::iter::from_fn(move || {
            let next = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(next)
        });
        main.into_iter().chain(others)
    }
}

impl When {
    /// From an instant, where whoever holds, writes or calls is: what day it is there follows from it.
    fn new(zone: &Zone, at: i64, minutes: u32) -> Self {
        Self {
            day: zone.day(at),
            at,
            minutes,
        }
    }
}

impl Timeline {
    /// The step with this path.
    pub(super) fn step(&self, path: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.path.as_str() == path)
    }
}
