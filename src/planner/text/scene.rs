//! A scene: all that one text depends on beside its deal.

use super::super::timeline::topic::{REDLINED, Topic, bit};
use super::super::timeline::{Direction, Held, Kind, Step, Timeline};
use super::own;
use super::voice::{Someone, Voice};
use crate::draw::Dice;
use crate::model::shape::Shape;

macro_rules! sorts {
    ($($sort:ident = $layout:literal,)*) => {
        /// What sort of text it is. Its layouts are the grammar's rules of that name, short and long.
        /// New ones come last: recipes of texts count them by number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::planner) enum Sort {
            $($sort,)*
        }

        impl Sort {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$sort,)*];

            /// The names of the layouts, in the order of the enum.
            pub(super) const LAYOUTS: &[&str] = &[$($layout,)*];
        }
    };
}

sorts! {
    Held = "held",
    Agenda = "agenda",
    Cancelled = "cancelled",
    Invite = "invite",
    InviteReply = "invite.reply",
    Prep = "prep",
    PrepReply = "prep.reply",
    Recap = "recap",
    RecapReply = "recap.reply",
    FollowUp = "follow-up",
    FollowUpReply = "follow-up.reply",
    Reschedule = "reschedule",
    RescheduleReply = "reschedule.reply",
    FirstOut = "first.out",
    AnswerIn = "answer.in",
    Wrap = "wrap",
    Evasive = "evasive",
    EvasiveAnswer = "evasive.answer",
    AgainOut = "again.out",
    AgainIn = "again.in",
    AlsoOut = "also.out",
    AlsoIn = "also.in",
    Nudge = "nudge",
    Outreach = "outreach",
    Bump = "bump",
    BumpAgain = "bump.again",
    Absence = "absence",
    Farewell = "farewell",
    FarewellReply = "farewell.reply",
    ClosingOut = "closing-out",
    ClosingOutReply = "closing-out.reply",
    SignatureOut = "signature.out",
    SignatureIn = "signature.in",
    Call = "call",
    Todo = "todo",
    RedlineIn = "redline.in",
    RedlineOut = "redline.out",
    BusinessCase = "business-case",
    BusinessCaseReply = "business-case.reply",
}

/// One text: of which step, and what it refers to.
#[derive(Clone, Copy)]
pub(in crate::planner) struct Scene<'a> {
    pub(in crate::planner) sort: Sort,
    pub(in crate::planner) step: &'a Step,
    /// The step's place in its timeline.
    pub(super) number: usize,
    pub(super) voice: &'a Voice,
    /// Whom it is with on the customer's side, one of the others, and who it is on ours.
    pub(super) main: Option<&'a Someone>,
    pub(super) other: Option<&'a Someone>,
    pub(super) owner: &'a Someone,
    /// The economic buyer and the champion, where it gives evidence of them.
    pub(super) buyer: Option<&'a Someone>,
    pub(super) champion: Option<&'a Someone>,
    /// The elements that it gives evidence of and that are about `main`, as bits.
    pub(super) of_main: u32,
    /// How long what it answers had to wait.
    pub(super) wait: Option<Wait>,
    /// The meeting that a message belongs to.
    pub(in crate::planner) meeting: Option<&'a Step>,
    /// An earlier meeting, about something else.
    pub(in crate::planner) earlier: Option<&'a Step>,
}

/// How long a message had to wait for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Some hours at the most.
    Hours,
    /// To the next day.
    Usual,
    /// Longer than that.
    Days,
}

/// Elements whose evidence names the economic buyer, and the champion, as bits.
pub(super) const OF_BUYER: u32 = bit("economic_buyer") | bit("authority");
pub(super) const OF_CHAMPION: u32 = bit("champion");

impl<'a> Scene<'a> {
    pub(super) fn of(voice: &'a Voice, timeline: &'a Timeline, number: usize) -> Self {
        let step = &timeline.steps[number];
        let main = step.people.main.map(usize::from);
        let other = step.people.places().find(|place| Some(*place) != main);
        let named = |place: Option<usize>, elements| {
            let place = place.filter(|_| step.evidence & elements != 0);
            // Nobody writes of themselves, or is written to of themselves, in the third person.
            voice.at(place.filter(|place| is_internal(step.kind) || Some(*place) != main))
        };
        let of_main = |place: Option<usize>, elements| match place {
            Some(_) if place == main => step.evidence & elements,
            _ => 0,
        };
        let meeting = meeting(timeline, step);
        Self {
            sort: sort(voice, timeline, step),
            step,
            number,
            voice,
            main: voice.at(main),
            other: voice.at(other),
            owner: voice.owner(step.owner),
            buyer: named(voice.buyer, OF_BUYER),
            champion: named(voice.champion, OF_CHAMPION),
            of_main: of_main(voice.buyer, OF_BUYER) | of_main(voice.champion, OF_CHAMPION),
            wait: wait(timeline, step),
            meeting,
            earlier: earlier(timeline, step, meeting),
        }
    }

    /// Who cancelled the meeting that the step is about, where that is nobody whom it speaks to.
    pub(super) fn absent(&self) -> Option<&'a Someone> {
        let meeting = self.meeting?;
        let is_cancelled = meeting.kind == Kind::Meeting(Held::Cancelled);
        let main = meeting.people.main;
        let missed = main.filter(|_| is_cancelled && self.step.people.main != main);
        self.voice.at(missed.map(usize::from))
    }

    /// The draws that all messages of a thread share.
    pub(super) fn thread(&self) -> Dice {
        thread(self.voice, self.step)
    }

    pub(super) fn is_inbound(&self) -> bool {
        matches!(
            self.step.kind,
            Kind::Mail(Direction::Inbound, _) | Kind::Call(Direction::Inbound)
        )
    }

    pub(super) fn is_internal(&self) -> bool {
        is_internal(self.step.kind)
    }
}

/// The place of a step's text among those of its kind in the deal: what can be said in several ways is
/// said in another one by each.
pub(super) fn turn(step: &Step) -> usize {
    let place = match step.kind {
        Kind::Mail(_, place) => usize::from(place),
        Kind::Meeting(_) | Kind::Call(_) | Kind::Todo => 0,
    };
    own::place(step) + 7 * place
}

/// How long the message that a step answers had to wait; an invitation answers no meeting.
fn wait(timeline: &Timeline, step: &Step) -> Option<Wait> {
    const HOUR: i64 = 3_600;
    let Kind::Mail(_, 1..) = step.kind else {
        return None;
    };
    let seconds = step.when.at - timeline.steps[step.about?].when.at;
    Some(match seconds / HOUR {
        ..5 => Wait::Hours,
        5..36 => Wait::Usual,
        _ => Wait::Days,
    })
}

/// Notes are for us; messages are read by the customer.
fn is_internal(kind: Kind) -> bool {
    !matches!(kind, Kind::Mail(..))
}

fn thread(voice: &Voice, step: &Step) -> Dice {
    let path = step.path.as_str();
    Dice::of(
        voice.seed,
        path.rsplit_once('/').map_or(path, |(thread, _)| thread),
    )
}

/// The meeting that a message, or what it answers, is about.
pub(super) fn meeting<'a>(timeline: &'a Timeline, step: &Step) -> Option<&'a Step> {
    if !matches!(step.kind, Kind::Mail(..)) {
        return None;
    }
    let abouts = std::iter::successors(step.about, |about| timeline.steps[*about].about);
    let mut steps = abouts.map(|about| &timeline.steps[about]);
    steps.find(|about| matches!(about.kind, Kind::Meeting(_)))
}

/// The last meeting before a step that exists in any case, and was about something else; of a
/// message, one at which whom it is with was present.
fn earlier<'a>(timeline: &'a Timeline, step: &Step, meeting: Option<&Step>) -> Option<&'a Step> {
    let begins = meeting.map_or(step.when.at, |meeting| meeting.when.at.min(step.when.at));
    let fits = |other: &&Step| {
        other.core
            && other.kind == Kind::Meeting(Held::Yes)
            && other.when.at < begins
            && other.when.day < step.when.day
            && other.topic != step.topic
            && (is_internal(step.kind)
                || step.people.main.is_some_and(|main| {
                    other
                        .people
                        .places()
                        .any(|place| place == usize::from(main))
                }))
    };
    let fitting = timeline.steps.iter().filter(fits);
    fitting.max_by_key(|other| other.when.at)
}

/// Which ways the messages of a thread go, up to this one.
fn chain(timeline: &Timeline, step: &Step) -> Vec<Direction> {
    let mut ways = Vec::with_capacity(4);
    let mut at = Some(step);
    while let Some(step) = at {
        let Kind::Mail(way, place) = step.kind else {
            break;
        };
        ways.push(way);
        at = step.about.map(|about| &timeline.steps[about]);
        if place == 0 {
            break;
        }
    }
    ways.reverse();
    ways
}

fn sort(voice: &Voice, timeline: &Timeline, step: &Step) -> Sort {
    match step.kind {
        Kind::Meeting(Held::Yes) => Sort::Held,
        Kind::Meeting(Held::Planned) => Sort::Agenda,
        Kind::Meeting(Held::Cancelled) => Sort::Cancelled,
        Kind::Call(_) => Sort::Call,
        Kind::Todo => Sort::Todo,
        Kind::Mail(way, place) => {
            let attached = attached(step.path.as_str());
            attached
                .or_else(|| special(step.topic, way, place))
                .unwrap_or_else(|| in_thread(voice, timeline, step))
        }
    }
}

/// Mails around a meeting, by what their paths end in.
fn attached(path: &str) -> Option<Sort> {
    const ENDS: &[(&str, Sort)] = &[
        ("/invite", Sort::Invite),
        ("/invite/reply", Sort::InviteReply),
        ("/prep", Sort::Prep),
        ("/prep/reply", Sort::PrepReply),
        ("/business-case", Sort::BusinessCase),
        ("/business-case/reply", Sort::BusinessCaseReply),
        ("/recap", Sort::Recap),
        ("/recap/reply", Sort::RecapReply),
        ("/follow-up", Sort::FollowUp),
        ("/follow-up/reply", Sort::FollowUpReply),
        ("/reschedule", Sort::Reschedule),
        ("/reschedule/reply", Sort::RescheduleReply),
    ];
    let found = ENDS.iter().find(|(end, _)| path.ends_with(end));
    found.map(|(_, sort)| *sort)
}

/// Whether threads about it, sooner or later, are a question and its answer.
pub(super) fn is_talked_about(topic: Topic) -> bool {
    let follows = |place| special(topic, Direction::Outbound, place).is_none();
    topic.is_written_about() && (1..3).any(follows)
}

/// The messages of threads that a shape asks for. Those that the customer opens have no others.
fn special(topic: Topic, way: Direction, place: u8) -> Option<Sort> {
    let sort = match (topic, way, place) {
        (Topic::Outreach, Direction::Outbound, 0) => Sort::Outreach,
        (Topic::Bump, Direction::Outbound, 0) => Sort::Bump,
        (Topic::Bump, Direction::Outbound, _) => Sort::BumpAgain,
        (Topic::Bump, Direction::Inbound, _) => Sort::Evasive,
        (Topic::Absence, ..) => Sort::Absence,
        (Topic::Farewell, Direction::Inbound, _) => Sort::Farewell,
        (Topic::Farewell, Direction::Outbound, _) => Sort::FarewellReply,
        (Topic::ClosingOut, Direction::Inbound, _) => Sort::ClosingOut,
        (Topic::ClosingOut, Direction::Outbound, _) => Sort::ClosingOutReply,
        (Topic::Signature, Direction::Outbound, 0) => Sort::SignatureOut,
        (Topic::Signature, Direction::Inbound, 1) => Sort::SignatureIn,
        _ => return None,
    };
    Some(sort)
}

/// A thread has a question of ours, an answer to it, and what we make of that; who is not answered
/// asks again, and whoever does not want to answer evades.
fn in_thread(voice: &Voice, timeline: &Timeline, step: &Step) -> Sort {
    let ways = chain(timeline, step);
    let is_redlined = REDLINED.contains(&step.topic);
    let evades = thread(voice, step).below(100) < evasive(voice.shape);
    let mut sort = Sort::FirstOut;
    for pair in ways.windows(2) {
        sort = match (sort, pair[1]) {
            (Sort::FirstOut | Sort::Nudge, Direction::Outbound) => Sort::Nudge,
            (Sort::FirstOut | Sort::Nudge, Direction::Inbound) if evades => Sort::Evasive,
            (Sort::FirstOut | Sort::Nudge, Direction::Inbound) => Sort::AnswerIn,
            (Sort::EvasiveAnswer, Direction::Outbound) => Sort::Nudge,
            (Sort::Evasive, Direction::Outbound) => Sort::EvasiveAnswer,
            (Sort::Evasive | Sort::EvasiveAnswer, Direction::Inbound) => Sort::Evasive,
            (Sort::AnswerIn, Direction::Outbound) => Sort::Wrap,
            // What both sides mark up goes through a second round.
            (Sort::Wrap, Direction::Inbound) if is_redlined => Sort::RedlineIn,
            (Sort::RedlineIn, Direction::Outbound) => Sort::RedlineOut,
            // Who writes twice in a row has something to add.
            (_, Direction::Outbound) if pair[0] == pair[1] => Sort::AlsoOut,
            (_, Direction::Inbound) if pair[0] == pair[1] => Sort::AlsoIn,
            (_, Direction::Outbound) => Sort::AgainOut,
            (_, Direction::Inbound) => Sort::AgainIn,
        };
    }
    sort
}

/// In how many of a hundred threads the customer's answer is none.
fn evasive(shape: Shape) -> usize {
    match shape {
        Shape::Stalled => 70,
        Shape::AtRisk => 60,
        Shape::NoDecision => 40,
        Shape::LostToCompetitor => 30,
        Shape::ChampionLeft => 20,
        Shape::Accelerating | Shape::Healthy | Shape::SingleThreaded | Shape::Won | Shape::New => 0,
    }
}
