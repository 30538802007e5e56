//! Texts: what steps are called and what is written in them, and what scorecards answer.
//!
//! A text is a recipe until it is needed: [`hash`] tells whether it would change without rendering
//! it. The wording here is offline, from the [`grammar`]; texts from a language model are the
//! business of `content`.

pub(crate) mod catalogue;

mod grammar;
mod render;
mod slots;

mod bank;
mod facts;
mod project;
mod voice;

mod answer;
mod compose;
mod header;
mod lexicon;
mod own;
mod prompt;
mod scene;
mod spoken;
mod subject;

mod recipe;
mod versions;

use super::Deal;
use super::timeline::topic::ELEMENTS;
use crate::manifest::{EmailObject, RealismLevel};
use crate::model::person::Person;
use crate::model::value::{Answer, Rests, Text, Value};

#[cfg(test)]
pub(super) use compose::clauses;
#[cfg(test)]
pub(super) use grammar::tests::with_a_later_one;
pub(super) use lexicon::Lexicon;
pub(super) use own::Own;
pub(super) use prompt::{draft, hash as asked_hash};
pub(super) use recipe::hash;
use scene::Scene;
pub(super) use spoken::day as spoken;
pub(crate) use versions::Grammars;
pub(super) use versions::lexicons;
pub(super) use voice::{Voice, seller};

/// What a step is called.
pub(super) fn subject(_: &Deal, number: usize) -> Value {
    Value::Text(Text::Subject(number))
}

/// What is written in a step, unless the manifest wants subjects only.
pub(super) fn body(deal: &Deal, number: usize) -> Option<Value> {
    let level = deal.planner.situation.manifest.activity.realism_level;
    (level != RealismLevel::None).then_some(Value::Text(Text::Body(number)))
}

/// What a scorecard says of an element, by what was learned in a step: from 1, a first indication,
/// to 3, plain.
pub(super) fn answer(
    (asked, element): (usize, &str),
    cited: usize,
    person: Option<Person>,
    (sure, rests): (u8, Rests),
) -> Value {
    Value::Text(Text::Answer(Box::new(Answer {
        asked,
        element: ELEMENTS.iter().position(|key| *key == element),
        sure: sure.clamp(1, 3),
        rests,
        cited,
        person,
    })))
}

/// The next step of a deal, after one of its steps.
pub(super) fn next_step(number: usize) -> Value {
    Value::Text(Text::NextStep(number))
}

/// The text as a person reads it, with at most so many characters.
pub(super) fn render(deal: &Deal, text: &Text, most: usize) -> String {
    if let Text::Subject(number) = text {
        return subject::render(deal, *number, most);
    }
    let text = head(deal, text) + &below_head(deal, text);
    spoken::shortened(&text, most).into_owned()
}

/// The lines that stand above a text whoever writes it: who writes to whom, and when.
pub(super) fn head(deal: &Deal, text: &Text) -> String {
    let Text::Body(number) = text else {
        return String::new();
    };
    let scene = Scene::of(deal.voice, deal.timeline, *number);
    let object = deal.planner.situation.manifest.activity.email_object;
    // An email that is a record of its own has fields for that.
    if scene.is_internal() || object == EmailObject::EmailMessage {
        return String::new();
    }
    header::header(&scene, deal.zone(scene.step))
}

/// The text itself.
pub(super) fn below_head(deal: &Deal, text: &Text) -> String {
    match text {
        Text::Subject(number) => subject::render(deal, *number, usize::MAX),
        Text::Body(number) => body_of(deal, *number),
        Text::NextStep(number) => next_step_of(deal, *number),
        Text::Answer(answer) => answer::render(deal, answer),
    }
}

fn body_of(deal: &Deal, number: usize) -> String {
    let planner = deal.planner;
    let scene = Scene::of(deal.voice, deal.timeline, number);
    let own = planner.own.body(scene.step, deal.voice.seed);
    let own = own.and_then(|choice| {
        let spoken = own::spoken(deal, scene.step);
        planner.own.render(deal, (&scene, &spoken), choice)
    });
    if let Some((text, _)) = own {
        return text;
    }
    let heavy = planner.situation.manifest.activity.realism_level == RealismLevel::Heavy;
    compose::compose(deal, &scene, heavy)
}

fn next_step_of(deal: &Deal, number: usize) -> String {
    let scene = Scene::of(deal.voice, deal.timeline, number);
    compose::line(deal, &scene, "next-step")
}
