//! The hash of what a text is made from: nothing is rendered to know whether it would change.

use super::super::{Deal, Situation};
use super::grammar::VERSIONS;
use super::scene::{self, Scene};
use super::voice::{Someone, Voice};
use super::{answer, own};
use crate::draw::fnv1a;
use crate::manifest::RealismLevel;
use crate::model::pins::Pins;
use crate::model::value::{Answer, Text};

/// Adds a part to a hash; the order of parts counts.
pub(super) fn mix(hash: u64, part: u64) -> u64 {
    (hash.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn mixed(parts: impl IntoIterator<Item = u64>) -> u64 {
    parts.into_iter().fold(0, mix)
}

/// What all texts of a deal depend on: its names, its draw, its shape, and what it draws on.
pub(super) fn of_deal(voice: &Voice, situation: &Situation, pins: &Pins) -> u64 {
    let manifest = situation.manifest;
    let Voice {
        deal,
        project: _,
        product,
        account,
        seller,
        bank,
        shape,
        seed,
        ..
    } = voice;
    let names = [deal, product, account, seller].map(|name| fnv1a(name.as_bytes()));
    let seller = &manifest.seller;
    let listed = seller.competitors.iter().chain(&seller.value_points);
    let listed = listed.map(|text| fnv1a(text.as_bytes()));
    let heavy = u64::from(manifest.activity.realism_level == RealismLevel::Heavy);
    let rest = [
        fnv1a(bank.as_bytes()),
        *shape as u64,
        *seed,
        u64::from(pins.generator),
        u64::from(VERSIONS[VERSIONS.len() - 1]),
        heavy,
    ];
    mixed(names.into_iter().chain(listed).chain(rest))
}

/// The hash of everything that a text of the deal can speak of.
pub(in crate::planner) fn hash(deal: &Deal, text: &Text) -> u64 {
    match text {
        Text::Subject(number) => mix(1, of_subject(deal, *number)),
        Text::Body(number) => mix(2, of_body(deal, *number)),
        Text::NextStep(number) => mix(3, of_body(deal, *number)),
        Text::Answer(answer) => mix(4, of_answer(deal, answer)),
    }
}

/// A subject names the deal, and nobody; what is attached to a meeting has the meeting's.
fn of_subject(deal: &Deal, number: usize) -> u64 {
    let step = &deal.timeline.steps[number];
    let built_in = mixed([
        deal.voice.hash,
        fnv1a(step.path.as_str().as_bytes()),
        step.topic as u64,
        u64::from(step.round),
    ]);
    let meeting = scene::meeting(deal.timeline, step);
    let named = meeting.unwrap_or(step);
    let chosen = deal.planner.lexicon.own.subject(named, deal.voice.seed);
    chosen.map_or(built_in, |choice| {
        mix(u64::from(meeting.is_some()), own::hash(deal, named, choice))
    })
}

fn of_body(deal: &Deal, number: usize) -> u64 {
    let scene = Scene::of(deal.voice, deal.timeline, number);
    let step = scene.step;
    let people = step.people.places();
    let people = people.filter_map(|place| Some(deal.voice.at(Some(place))?.hash));
    let someone = |of: Option<&Someone>| of.map_or(0, |someone| someone.hash);
    let day = |of: Option<&super::super::timeline::Step>| {
        of.map_or(0, |step| {
            mix(step.when.day.number() as u64, step.topic as u64)
        })
    };
    let parts = [
        deal.voice.hash,
        fnv1a(step.path.as_str().as_bytes()),
        scene.sort as u64,
        step.topic as u64,
        u64::from(step.round),
        step.phase as u64,
        step.when.at as u64,
        u64::from(step.colleague),
        u64::from(step.evidence),
        deal.voice.base.number() as u64,
        scene.owner.hash,
        someone(scene.buyer),
        someone(scene.champion),
        u64::from(scene.of_main),
        scene.wait.map_or(0, |wait| wait as u64 + 1),
        day(scene.meeting),
        day(scene.earlier),
    ];
    let hash = mixed(parts.into_iter().chain(people));
    let chosen = deal.planner.lexicon.own.body(step, deal.voice.seed);
    chosen.map_or(hash, |choice| mix(hash, own::hash(deal, step, choice)))
}

fn of_answer(deal: &Deal, answer: &Answer) -> u64 {
    let Answer {
        asked,
        element,
        sure,
        cited,
        person: _,
    } = answer;
    if let Some(choice) = own::answer(deal, answer) {
        let spoken = own::spoken_in_answer(deal, answer);
        let topic = deal.timeline.steps[*cited].topic as u64;
        return mix(own::hash_of(deal, &spoken, choice), topic);
    }
    let step = &deal.timeline.steps[*cited];
    let main = step.people.main.map(usize::from);
    let (buyer, champion) = answer::about(deal, *element);
    let someone = |place| deal.voice.at(place).map_or(0, |someone| someone.hash);
    mixed([
        deal.voice.hash,
        match element {
            Some(element) => *element as u64,
            None => fnv1a(deal.planner.asked.elements[*asked].key.as_bytes()),
        },
        u64::from(*sure),
        deal.voice.base.number() as u64,
        // A first indication tells neither when it was given nor by whom.
        if *sure > 1 {
            mix(step.when.day.number() as u64, someone(main))
        } else {
            0
        },
        someone(buyer),
        someone(champion),
    ])
}
