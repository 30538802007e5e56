//! What scorecards say of elements, by how sure it is.

use super::super::Deal;
use super::render::Pen;
use super::scene::{OF_BUYER, OF_CHAMPION, Scene, turn};
use super::slots::Slot;
use super::{compose, own, spoken};
use crate::draw::Dice;
use crate::model::value::Answer;

/// An answer in words: how it was learned, what is known, and how far it can be relied on.
pub(super) fn render(deal: &Deal, answer: &Answer) -> String {
    let chosen = own::answer(deal, answer).and_then(|choice| {
        let scene = Scene::of(deal.voice, deal.timeline, answer.cited);
        let spoken = own::spoken_in_answer(deal, answer);
        deal.planner.own.render(deal, (&scene, &spoken), choice)
    });
    if let Some((text, _)) = chosen {
        return text;
    }
    let Answer {
        asked,
        element,
        sure,
        rests,
        cited,
        person: _,
    } = *answer;
    let (lexicon, voice) = (deal.lexicon(), deal.voice);
    let step = &deal.timeline.steps[cited];
    let mut words = compose::common(deal, step.topic);
    words.fixed = compose::inner(voice, step);
    let named = |place| voice.at(place).map_or("", |someone| &someone.full);
    let (buyer, champion) = about(deal, element);
    words.set(Slot::Buyer, named(buyer));
    words.set(Slot::Champion, named(champion));
    let main = step.people.main.map(usize::from);
    // What somebody does shows; nobody is asked to confirm it of themselves.
    let is_own = champion.is_some() || main.is_some() && buyer == main;
    match named(main) {
        "" => words.set(Slot::They, format!("the team at {}", voice.account)),
        name => words.set(Slot::They, name),
    }
    words.set(Slot::Day, spoken::day(step.when.day));
    let grammar = &lexicon.grammar;
    let asks = &deal.planner.asked.elements[asked];
    if element.is_none() {
        words.mention(asks);
    }
    let key = asks.key;
    let rules = if is_own {
        lexicon.sure_own
    } else {
        lexicon.sure
    };
    // What is cited says the same, as it is its turn too.
    let mut pen =
        Pen::new(grammar, &words, Dice::of(voice.seed, key)).in_turn(voice.seed, turn(step));
    pen.say(rules[usize::from(sure) - 1]);
    pen.verbatim(" ");
    match element {
        Some(element) => pen.say_of(grammar.facts(), element),
        None => pen.say_own(words.own[0]),
    }
    pen.verbatim(". ");
    pen.say(lexicon.rests[rests as usize]);
    pen.finish()
}

/// The places of the economic buyer and of the champion, where an element is about them.
pub(super) fn about(deal: &Deal, element: Option<usize>) -> (Option<usize>, Option<usize>) {
    let bit = element.map_or(0, |element| 1 << element);
    let voice = deal.voice;
    (
        voice.buyer.filter(|_| bit & OF_BUYER != 0),
        voice.champion.filter(|_| bit & OF_CHAMPION != 0),
    )
}
