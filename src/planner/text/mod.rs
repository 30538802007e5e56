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

mod compose;
mod header;
mod lexicon;
mod scene;
mod spoken;
mod subject;

mod recipe;

use super::Deal;
use super::timeline::topic::ELEMENTS;
use crate::draw::Dice;
use crate::manifest::RealismLevel;
use crate::model::person::Person;
use crate::model::value::{Answer, Text, Value};

pub(super) use lexicon::Lexicon;
pub(super) use recipe::hash;
use render::Pen;
use scene::Scene;
use slots::Slot;
pub(super) use voice::Voice;

/// What a step is called.
pub(super) fn subject(_: &Deal, number: usize) -> Value {
    Value::Text(Text::Subject(number))
}

/// What is written in a step, unless the manifest wants subjects only.
pub(super) fn body(deal: &Deal, number: usize) -> Option<Value> {
    let level = deal.planner.situation.manifest.activity.realism_level;
    (level != RealismLevel::None).then_some(Value::Text(Text::Body(number)))
}

/// What a scorecard says of an element of [`ELEMENTS`], by what was learned in a step: from 1, a
/// first indication, to 3, confirmed. `None` for an element that is none.
pub(super) fn answer(
    element: &str,
    cited: usize,
    person: Option<Person>,
    sure: u8,
) -> Option<Value> {
    let element = ELEMENTS.iter().position(|key| *key == element)?;
    let sure = sure.clamp(1, 3);
    Some(Value::Text(Text::Answer(Answer {
        element,
        sure,
        cited,
        person,
    })))
}

/// The next step of a deal, after one of its steps.
#[expect(dead_code, reason = "loans write it into the opportunity")]
pub(super) fn next_step(number: usize) -> Value {
    Value::Text(Text::NextStep(number))
}

/// The text as a person reads it, with at most so many characters.
pub(super) fn render(deal: &Deal, text: &Text, most: usize) -> String {
    let text = match text {
        Text::Subject(number) => return subject::render(deal, *number, most),
        Text::Body(number) => render_body(deal, *number),
        Text::NextStep(number) => render_next_step(deal, *number),
        Text::Answer(answer) => render_answer(deal, answer),
    };
    spoken::shortened(&text, most).into_owned()
}

fn render_body(deal: &Deal, number: usize) -> String {
    let planner = deal.planner;
    let scene = Scene::of(&deal.voice, deal.timeline, number);
    let facts = deal.voice.facts(&planner.lexicon, &planner.situation);
    let heavy = planner.situation.manifest.activity.realism_level == RealismLevel::Heavy;
    if scene.is_internal() {
        let way = super::timeline::Direction::Outbound;
        return compose::compose(&planner.lexicon, &scene, (facts, way), heavy);
    }
    let opened = scene.opened(deal.timeline);
    let mut text = header::header(&scene, &planner.zones[&scene.step.owner]);
    text.push_str(&compose::compose(
        &planner.lexicon,
        &scene,
        (facts, opened),
        heavy,
    ));
    text
}

fn render_next_step(deal: &Deal, number: usize) -> String {
    let planner = deal.planner;
    let scene = Scene::of(&deal.voice, deal.timeline, number);
    let facts = deal.voice.facts(&planner.lexicon, &planner.situation);
    compose::line(&planner.lexicon, &scene, facts, "next-step")
}

fn render_answer(deal: &Deal, answer: &Answer) -> String {
    let Answer {
        element,
        sure,
        cited,
        person: _,
    } = *answer;
    let lexicon = &deal.planner.lexicon;
    let step = &deal.timeline.steps[cited];
    let facts = deal.voice.facts(lexicon, &deal.planner.situation);
    let mut words = compose::common(&deal.voice, facts, step.topic);
    let named = |place| deal.voice.at(place).map_or("", |someone| &someone.full);
    words.set(Slot::Buyer, named(deal.voice.buyer));
    words.set(Slot::Champion, named(deal.voice.champion));
    let team = format!("the team at {}", deal.voice.account);
    match named(step.people.main.map(usize::from)) {
        "" => words.set(Slot::They, team),
        name => words.set(Slot::They, name),
    }
    words.set(Slot::Day, spoken::day(step.when.day));
    let grammar = &lexicon.grammar;
    let mut dice = Dice::of(deal.voice.seed, ELEMENTS[element]);
    let rule = lexicon.sure[usize::from(sure) - 1];
    let row = dice.below(grammar.len(rule));
    let fact = grammar.member(grammar.family("fact"), element);
    let mut pen = Pen::new(grammar, &words, dice);
    pen.say_row(rule, row);
    pen.verbatim(" ");
    if let Some(fact) = fact {
        pen.say(fact);
    }
    pen.verbatim(". ");
    pen.say_row(grammar.column(rule, 1), row);
    pen.finish()
}
