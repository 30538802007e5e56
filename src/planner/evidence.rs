//! Evidence: which elements of qualification the story of a deal supports, and by which steps.
//!
//! It is decided here once for all scorecards of a deal, so that one fact serves every framework
//! that asks for it. The first framework of the manifest is looked at first: one that is added
//! behind it changes nothing in the others. What is decided is marked on the steps, whose texts
//! then speak of it, and is what scorecards cite.

use super::Situation;
use super::story::farewell;
use super::timeline::topic::{ELEMENTS, TOPICS, Topic, bit};
use super::timeline::{Direction, Held, Kind, Step, Timeline};
use crate::draw::{RootDraw, fnv1a};
use crate::manifest::Role;
use crate::manifest::framework::{Element, Framework};
use crate::model::day::BusinessDay;
use crate::model::object::Object;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// The most steps that an answer cites: their ids have to fit into one field.
pub(super) const MOST_CITED: usize = 3;

/// What the manifest's scorecards ask, with every element once.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) elements: Vec<Asks<'a>>,
    pub(super) frameworks: Vec<AskedBy<'a>>,
    coverage: f64,
    floor: f64,
    /// Whether the org can hold meetings, and emails and calls.
    held: [bool; 2],
}

/// One framework, and where in [`Asked::elements`] its own stand, in their order.
#[derive(Debug)]
pub(super) struct AskedBy<'a> {
    pub(super) framework: &'a Framework,
    pub(super) version: String,
    pub(super) elements: Vec<usize>,
}

/// One element that is asked for.
#[derive(Debug)]
pub(super) struct Asks<'a> {
    pub(super) key: &'a str,
    /// As the first framework has it that asks for it.
    pub(super) element: &'a Element,
    pub(super) about: Option<Role>,
    pub(super) learned: u32,
    /// Its bit in [`Step::evidence`]; none for one that only the user's own templates have.
    bit: u32,
    /// The topics where it comes up, as bits by their place; none where any will do.
    topics: u64,
    salt: u64,
}

/// What a story says of one element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Support {
    /// The numbers of the steps, the best first.
    steps: [u16; MOST_CITED],
    count: u8,
    /// How sure it makes us, from 0 to 1.
    pub(super) confidence: f64,
}

impl Support {
    pub(super) fn steps(&self) -> impl Iterator<Item = usize> {
        self.steps[..usize::from(self.count)]
            .iter()
            .map(|step| usize::from(*step))
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(situation: &Situation<'a>) -> Self {
        let scorecards = &situation.manifest.scorecards;
        let mut elements: Vec<Asks> = Vec::new();
        let mut frameworks = Vec::new();
        for framework in &scorecards.templates {
            let mut place = |element: &'a Element| {
                let known = elements.iter().position(|known| known.key == element.key);
                known.unwrap_or_else(|| {
                    elements.push(asks(element));
                    elements.len() - 1
                })
            };
            frameworks.push(AskedBy {
                framework,
                version: framework.version(),
                elements: framework.elements.iter().map(&mut place).collect(),
            });
        }
        Self {
            elements,
            frameworks,
            coverage: scorecards.coverage_target,
            floor: scorecards.confidence_floor,
            held: [Object::Event, Object::Task].map(|object| situation.capabilities.has(object)),
        }
    }

    /// The elements of the user's own that a step gives evidence for.
    pub(super) fn own<'s>(
        &'s self,
        timeline: &'s Timeline,
        number: usize,
    ) -> impl Iterator<Item = &'s Asks<'a>> {
        let asked = self.elements.iter().zip(&timeline.supports);
        let own = asked.filter(|(asks, _)| asks.bit == 0);
        let cites = move |support: &Support| support.steps().any(|step| step == number);
        own.filter_map(move |(asks, support)| support.filter(cites).map(|_| asks))
    }
}

/// Whether the text of a step may name another vendor: where that counts as evidence, and where a
/// deal was lost to one. Else a reader would know more of the competition than the scorecard. It
/// does not depend on what scorecards there are: a template that comes or goes words no more anew
/// than what it cites.
pub(super) fn may_name_rival(shape: Shape, step: &Step) -> bool {
    const RIVALS: u32 = bit("competition");
    shape == Shape::LostToCompetitor || step.evidence & RIVALS != 0
}

fn asks(element: &Element) -> Asks<'_> {
    let bit = ELEMENTS.iter().position(|key| *key == element.key);
    let bit = bit.map_or(0, |place| 1 << place);
    let fits = |facts: &&super::timeline::topic::Facts| match &element.evidence {
        Some(topics) => topics.iter().any(|topic| topic == facts.key),
        None => facts.evidence.contains(&element.key.as_str()),
    };
    let fitting = TOPICS.iter().filter(fits);
    Asks {
        key: &element.key,
        element,
        about: element.about,
        learned: element.learned,
        bit,
        topics: fitting.fold(0, |bits, facts| bits | 1 << facts.topic as u32),
        salt: fnv1a(element.key.as_bytes()),
    }
}

/// What is not known, or bad, of deals that are one-sided.
pub(super) const MISSED: &[&str] = &[
    "economic_buyer",
    "champion",
    "paper_process",
    "authority",
    "budget",
    "money",
    "decision",
];

/// Decides what supports each element, and marks the steps with what they give evidence for.
pub(super) fn plant(
    timeline: &mut Timeline,
    asked: &Asked,
    pins: &Pins,
    end: BusinessDay,
    draw: &mut RootDraw,
) {
    let supports = decide(timeline, asked, pins, end, draw);
    for (asks, support) in asked.elements.iter().zip(&supports) {
        for step in support.iter().flat_map(Support::steps) {
            timeline.steps[step].evidence |= asks.bit;
        }
    }
    timeline.supports = supports;
}

/// What supports each element that is asked for, in their order.
fn decide(
    timeline: &Timeline,
    asked: &Asked,
    pins: &Pins,
    end: BusinessDay,
    draw: &mut RootDraw,
) -> Vec<Option<Support>> {
    let witnesses = witnesses(timeline, asked.held, end);
    let mut supports = vec![None; asked.elements.len()];
    let mut decided = vec![false; asked.elements.len()];
    for AskedBy {
        framework,
        elements,
        ..
    } in &asked.frameworks
    {
        let draws = draw.at(&format!("scorecard/{}", framework.key));
        let target = asked.coverage * elements.len() as f64;
        // Rounded up or down by a draw, so that the mean over all deals is the target.
        let target = (target + draws.unit(0)).floor() as usize;
        let mut known = elements
            .iter()
            .filter(|place| supports[**place].is_some())
            .count();
        for place in in_order(asked, elements, (pins.shape, draws.seed(ORDER))) {
            if known < target && !decided[place] {
                let asks = &asked.elements[place];
                supports[place] = support(&witnesses, asks, pins, asked.floor);
                known += usize::from(supports[place].is_some());
            }
            decided[place] = true;
        }
    }
    supports
}

/// The draw of a framework that orders what is learned alike; those before it are of its coverage and
/// its score.
pub(super) const ORDER: usize = 2;

/// The elements of a framework as they come to be known; what is learned alike in an order of the
/// deal's own, by a draw.
pub(super) fn in_order(
    asked: &Asked,
    elements: &[usize],
    (shape, draw): (Shape, u64),
) -> Vec<usize> {
    let mut order = elements.to_vec();
    order.sort_by_key(|place| {
        let asks = &asked.elements[*place];
        let is_missed = is_lopsided(shape) && MISSED.contains(&asks.key);
        // Whoever lost to somebody knows to whom.
        let is_learned = shape == Shape::LostToCompetitor && asks.key == "competition";
        let turn = (asks.salt ^ draw).wrapping_mul(SPREAD);
        (is_missed, !is_learned, asks.learned, turn)
    });
    order
}

/// Whether some things are well known of deals of this shape, and others not at all.
pub(super) fn is_lopsided(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::AtRisk | Shape::SingleThreaded | Shape::ChampionLeft
    )
}

/// Spreads what differs in a few bits over all of them.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A step that can be cited.
struct Witness<'a> {
    number: usize,
    step: &'a Step,
    /// In business days.
    age: i32,
    /// It tells what we say, and not what the customer does.
    is_ours: bool,
    /// How sure it alone would make us.
    weight: f64,
    salt: u64,
}

/// What took place, and exists whatever the manifest's maximums are.
fn witnesses(timeline: &Timeline, held: [bool; 2], end: BusinessDay) -> Vec<Witness<'_>> {
    let steps = timeline.steps.iter().enumerate();
    let witnesses = steps.filter_map(|(number, step)| {
        let weight = weight(step, held)?;
        let age = end.since(step.when.day.business());
        Some(Witness {
            number,
            step,
            age,
            is_ours: is_ours(step),
            weight: weight * freshness(age),
            salt: fnv1a(step.path.as_str().as_bytes()),
        })
    });
    witnesses.collect()
}

/// How sure a step makes us of what is said in it; nothing for one where nothing is.
fn weight(step: &Step, held: [bool; 2]) -> Option<f64> {
    if !step.core || matches!(step.topic, Topic::Bump | Topic::Absence) {
        return None;
    }
    let is_about_time = |part: &str| matches!(part, "invite" | "reschedule");
    match step.kind {
        Kind::Meeting(Held::Yes) => held[0].then_some(0.75),
        Kind::Call(_) => held[1].then_some(0.65),
        Kind::Mail(..) if step.path.as_str().split('/').any(is_about_time) => None,
        Kind::Mail(..) => held[1].then_some(0.6),
        Kind::Meeting(Held::Cancelled | Held::Planned) | Kind::Todo => None,
    }
}

/// Whether it is a mail of ours that tells of no meeting: what was said there, the customer said.
fn is_ours(step: &Step) -> bool {
    let path = step.path.as_str();
    let tells = path.ends_with("/recap") || path.ends_with("/follow-up");
    matches!(step.kind, Kind::Mail(Direction::Outbound, _)) && !tells
}

/// What is left of it after so many business days.
fn freshness(age: i32) -> f64 {
    match age {
        ..=10 => 1.0,
        11..=22 => 0.95,
        23..=44 => 0.88,
        45..=65 => 0.8,
        _ => 0.7,
    }
}

/// What a step counts that is about something else, where the element was but mentioned.
const MENTIONED: f64 = 0.85;

/// The steps that support an element, as many as it takes to be sure enough; none where that is
/// more than can be cited.
fn support(witnesses: &[Witness], asks: &Asks, pins: &Pins, floor: f64) -> Option<Support> {
    let person = asks.about.and_then(|role| place(pins, role));
    // Who has left does nothing for us any more.
    let is_of_champion = asks.about == Some(Role::Champion);
    let left = (pins.shape == Shape::ChampionLeft && is_of_champion).then(|| farewell(pins));
    let mut found: Vec<_> = witnesses
        .iter()
        .filter(|one| left.is_none_or(|left| one.age >= -left))
        .filter_map(|one| Some((suits(one, asks, person)?, one)))
        .collect();
    found.sort_by_key(|((rank, salt, _), _)| (std::cmp::Reverse(*rank), *salt));
    // The first is what the answer's words go by: something that the customer said.
    let theirs = found.iter().position(|(_, one)| !one.is_ours)?;
    found[..=theirs].rotate_right(1);
    let ((_, salt, _), first) = found[0];
    let wanted = 1
        + (salt >> 32) as usize
            % if is_lopsided(pins.shape) {
                2
            } else {
                MOST_CITED
            };
    let mut support = Support {
        steps: [0; MOST_CITED],
        count: 0,
        confidence: 0.0,
    };
    let mut threads = [None; MOST_CITED];
    for ((rank, _, weight), one) in found {
        let count = usize::from(support.count);
        let is_sure = count > 0 && support.confidence >= floor;
        // What was but mentioned is cited only where it has to be.
        if count == MOST_CITED || is_sure && (count >= wanted || rank < FITS) {
            break;
        }
        // Nobody says the same twice in one exchange, and we say nothing before the customer has.
        let thread = one.step.thread();
        let is_repeated = thread.is_some() && threads.contains(&thread);
        let is_early = one.is_ours && one.step.when.at < first.step.when.at;
        if is_repeated || is_early {
            continue;
        }
        threads[count] = thread;
        support.steps[count] = one.number as u16;
        support.count += 1;
        support.confidence = 1.0 - (1.0 - support.confidence) * (1.0 - weight);
    }
    (support.count > 0 && support.confidence >= floor).then_some(support)
}

/// The rank of a step that is about the element, and more.
const FITS: u8 = 8;

/// How well a step suits, with a hash for those that suit alike, and what it weighs.
fn suits(one: &Witness, asks: &Asks, person: Option<usize>) -> Option<(u8, u64, f64)> {
    let Witness {
        step, weight, salt, ..
    } = one;
    let is_about = asks.topics == 0 || asks.topics >> step.topic as u32 & 1 == 1;
    let is_talk = !matches!(step.kind, Kind::Mail(..));
    if !is_about && step.topic.facts().phase.is_none() {
        return None;
    }
    let is_with = person.is_some_and(|person| step.people.places().any(|place| place == person));
    let rank = u8::from(is_about) * FITS + u8::from(is_with) * 2 + u8::from(is_talk);
    let weight = if is_about {
        *weight
    } else {
        weight * MENTIONED
    };
    let salt = (salt ^ asks.salt).wrapping_mul(SPREAD);
    Some((rank, salt, weight))
}

/// The place of a role in the cast, whoever plays it: who leaves the account changes no score.
pub(super) fn place(pins: &Pins, role: Role) -> Option<usize> {
    pins.cast.iter().position(|part| part.role == role.as_str())
}
