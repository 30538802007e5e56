//! The manifest's own subjects, bodies and answers, in place of those of the grammar.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::super::timeline::{Direction, Held, Kind, Step};
use super::super::{Deal, added};
use super::recipe::{mix, names_among};
use super::scene::Scene;
use crate::draw::{Dice, fnv1a};
use crate::manifest::template::{Meeting, Template, Templates};
use crate::manifest::{Manifest, Misfit, Wordings};
use crate::model::object::Object;
use crate::model::value::{Answer, Templated};

/// The templates of a manifest, and what was wrong with what came of them.
#[derive(Debug)]
pub(in crate::planner) struct Own<'a> {
    manifest: &'a Manifest,
    templates: Templates<'a>,
    problems: RefCell<BTreeSet<(&'static str, String)>>,
}

/// Where the answers of a scorecard stand.
const ANSWERS: &str = "scorecards.templates";

/// A template for one text: where it stands in the manifest, and how often it was used in the deal
/// before.
#[derive(Clone, Copy)]
pub(super) struct Choice<'a> {
    key: &'static str,
    template: &'a Template,
    round: usize,
}

impl<'a> Own<'a> {
    pub(in crate::planner) fn new(manifest: &'a Manifest) -> Self {
        let activity = &manifest.activity;
        let all = activity.subjects.all().into_iter();
        let all = all.chain(activity.bodies.all());
        let frameworks = manifest.scorecards.templates.iter();
        let elements = frameworks.flat_map(|framework| &framework.elements);
        let answers = elements.flat_map(|element| &element.answers);
        let templates = all.flat_map(Wordings::templates).chain(answers);
        Self {
            manifest,
            templates: Templates::new(templates),
            problems: RefCell::default(),
        }
    }

    /// What came of templates and could not be written; then the grammar's words stand there.
    pub(in crate::planner) fn misfits(&self) -> Vec<Misfit> {
        let problems = self.problems.borrow();
        let misfit = |(key, problem): &(&'static str, String)| Misfit {
            path: match *key {
                ANSWERS => ANSWERS.to_owned(),
                key => format!("activity.{key}"),
            },
            message: problem.clone(),
            hint: "the template must give a text for every record".to_owned(),
        };
        problems.iter().map(misfit).collect()
    }

    /// The template of a step's subject: each once in a deal before any comes again.
    pub(super) fn subject(&self, step: &Step, seed: u64) -> Option<Choice<'a>> {
        let subjects = &self.manifest.activity.subjects;
        let (key, wordings) = match step.kind {
            Kind::Meeting(_) => ("subjects.meetings", &subjects.meetings),
            Kind::Mail(..) => ("subjects.emails", &subjects.emails),
            Kind::Call(_) | Kind::Todo => return None,
        };
        let templates = wordings.of(step.phase as usize);
        let place = place(step);
        let count = templates.len().max(1);
        let first = Dice::of(seed, key).below(count);
        let template = templates.get((first + place) % count)?;
        let nth = place / count;
        let round = free_round(template, wordings, nth);
        Some(Choice {
            key,
            template,
            round,
        })
    }

    /// The template of a step's body, by a draw of its own. What customers write is in the grammar's
    /// words: a template speaks to the customer.
    pub(super) fn body(&self, step: &Step, seed: u64) -> Option<Choice<'a>> {
        let bodies = &self.manifest.activity.bodies;
        let (key, wordings) = match step.kind {
            Kind::Meeting(Held::Yes) => ("bodies.meetings", &bodies.meetings),
            Kind::Meeting(Held::Planned) => ("bodies.agendas", &bodies.agendas),
            Kind::Mail(Direction::Outbound, _) => ("bodies.emails", &bodies.emails),
            Kind::Call(_) => ("bodies.calls", &bodies.calls),
            Kind::Mail(Direction::Inbound, _) | Kind::Meeting(Held::Cancelled) | Kind::Todo => {
                return None;
            }
        };
        let templates = wordings.of(step.phase as usize);
        let number = Dice::of(seed, step.path.as_str()).below(templates.len().max(1));
        let template = templates.get(number)?;
        Some(Choice {
            key,
            template,
            round: 0,
        })
    }

    /// The text, and how often it came before in the deal; `None` where there is none to write.
    pub(super) fn render(
        &self,
        deal: &Deal,
        (scene, spoken): (&Scene, &Templated),
        choice: Choice,
    ) -> Option<(String, usize)> {
        let Choice {
            key,
            template,
            round,
        } = choice;
        let about = scene.meeting.or(match scene.step.kind {
            Kind::Meeting(_) => Some(scene.step),
            _ => None,
        });
        let meeting = about.map_or_else(Meeting::default, |meeting| Meeting {
            date: meeting.when.day.to_string(),
            topic: meeting.topic.facts().key.replace('-', " "),
        });
        let text = added::speak(deal, meeting, spoken, |of| {
            self.templates.render(template, of)
        });
        match text {
            Ok(text) if !text.trim().is_empty() => Some((text.trim().to_owned(), round)),
            Ok(_) => None,
            Err(problem) => {
                self.problems.borrow_mut().insert((key, problem));
                None
            }
        }
    }
}

/// The template of an answer, by a draw of its own.
pub(super) fn answer<'a>(deal: &Deal<'a>, answer: &Answer) -> Option<Choice<'a>> {
    let element = deal.planner.asked.elements[answer.asked].element;
    let number = Dice::of(deal.voice.seed, &element.key).below(element.answers.len().max(1));
    Some(Choice {
        key: ANSWERS,
        template: element.answers.get(number)?,
        round: 0,
    })
}

/// What the template of an answer speaks of beside its deal: whom it is about, or who told it, and
/// when.
pub(super) fn spoken_in_answer(deal: &Deal, answer: &Answer) -> Templated {
    let step = &deal.timeline.steps[answer.cited];
    let spoken = spoken(deal, step);
    Templated {
        kind: Object::ScorecardAnswer.facts().label.0,
        person: answer.person.or(spoken.person),
        ..spoken
    }
}

/// What the template of a step speaks of beside its deal.
pub(super) fn spoken(deal: &Deal, step: &Step) -> Templated {
    let main = step.people.main.map(usize::from);
    Templated {
        number: 0,
        recipe: 0,
        kind: kind(step),
        person: main.and_then(|place| deal.pins.cast[place].person),
        owner: step.owner,
        day: step.when.day,
    }
}

fn kind(step: &Step) -> &'static str {
    let object = match step.kind {
        Kind::Meeting(_) => Object::Event,
        Kind::Mail(..) | Kind::Call(_) | Kind::Todo => Object::Task,
    };
    object.label(&step.path).0
}

/// The hash of a template and of the names and days that it can speak of.
pub(super) fn hash(deal: &Deal, step: &Step, choice: Choice) -> u64 {
    let main = deal.voice.at(step.people.main.map(usize::from));
    let source = hash_of(deal, &spoken(deal, step), choice);
    if choice.template.is_constant() {
        return source;
    }
    [
        main.map_or(0, |main| main.hash),
        deal.voice.owner(step.owner).hash,
        deal.voice.hash,
        names_among(deal.voice, !0),
    ]
    .into_iter()
    .fold(source, mix)
}

/// The hash of a template and of what it speaks of, people by their ids.
pub(super) fn hash_of(deal: &Deal, spoken: &Templated, choice: Choice) -> u64 {
    let Choice {
        key: _,
        template,
        round,
    } = choice;
    let source = mix(fnv1a(template.source().as_bytes()), round as u64);
    if template.is_constant() {
        return source;
    }
    mix(source, added::spoken_of(deal, spoken))
}

/// The place of a step among those of its kind, in the order of slots: three meetings of the past
/// to one that is to come.
pub(super) fn place(step: &Step) -> usize {
    let number = usize::from(step.number.max(1)) - 1;
    match step.path.as_str() {
        path if path.starts_with("meeting/past/") => {
            number + (number / 3).min(super::super::calendar::FUTURE_SLOTS)
        }
        path if path.starts_with("meeting/future/") => number * 4 + 3,
        _ => number,
    }
}

/// The round that a template's `nth` use in a deal counts as: one that no other subject of the list
/// looks like already, as `Sync (2)` does beside `Sync`.
fn free_round(template: &Template, wordings: &Wordings, nth: usize) -> usize {
    let numbered = |other: &Template| {
        let number = other.source().strip_prefix(template.source())?;
        let number = number.strip_prefix(" (")?.strip_suffix(')')?;
        number.parse::<usize>().ok()?.checked_sub(1)
    };
    let taken: BTreeSet<usize> = wordings.templates().filter_map(numbered).collect();
    let mut free = (0..).filter(|round| !taken.contains(round));
    free.nth(nth).expect("there is always a next number")
}
