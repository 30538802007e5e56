//! The hash of what a text is made from: nothing is rendered to know whether it would change.

use super::super::evidence::{Asks, may_name_rival};
use super::super::{Deal, Situation};
use super::scene::{self, Scene};
use super::slots::Slot;
use super::voice::{Someone, Voice};
use super::{answer, facts, own};
use crate::draw::fnv1a;
use crate::manifest::{Manifest, RealismLevel};
use crate::model::pins::Pins;
use crate::model::value::{Answer, Text};

/// Adds a part to a hash; the order of parts counts.
pub(super) fn mix(hash: u64, part: u64) -> u64 {
    (hash.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn mixed(parts: impl IntoIterator<Item = u64>) -> u64 {
    parts.into_iter().fold(0, mix)
}

/// How many names there are that only some texts speak of.
pub(super) const NAMES: usize = 6;

/// What all texts of a deal depend on: what it is about, its draw, its shape, and what it draws on.
pub(super) fn of_deal(voice: &Voice, situation: &Situation, pins: &Pins) -> u64 {
    let heavy = situation.manifest.activity.realism_level == RealismLevel::Heavy;
    mixed([
        fnv1a(voice.project.as_bytes()),
        fnv1a(voice.bank.as_bytes()),
        voice.ware() as u64,
        voice.shape as u64,
        voice.seed,
        u64::from(pins.generator),
        u64::from(pins.grammar),
        u64::from(heavy),
    ])
}

/// The names that only some texts speak of: another one changes only those.
pub(super) fn names(voice: &Voice, manifest: &Manifest) -> [(Slot, u64); NAMES] {
    let seller = &manifest.seller;
    let chosen = |names| facts::chosen(voice.seed, names).unwrap_or_default();
    [
        (Slot::Deal, voice.deal.as_str()),
        (Slot::Product, &voice.product),
        (Slot::Account, &voice.account),
        (Slot::Seller, &voice.seller),
        (Slot::Rival, chosen(&seller.competitors)),
        (Slot::Value, chosen(&seller.value_points)),
    ]
    .map(|(slot, name)| (slot, fnv1a(name.as_bytes())))
}

/// The hash of the names among these slots.
pub(super) fn names_among(voice: &Voice, slots: u128) -> u64 {
    let spoken = voice
        .names
        .iter()
        .filter(|(slot, _)| slots & slot.bit() != 0);
    mixed(spoken.map(|(_, name)| *name))
}

/// The names that a body can speak of.
fn names_in_body(deal: &Deal, scene: &Scene) -> u64 {
    let lexicon = deal.lexicon();
    let topic = scene.step.topic as usize;
    let topics = (
        topic,
        scene.earlier.map_or(topic, |step| step.topic as usize),
    );
    let level = deal.planner.situation.manifest.activity.realism_level;
    let heavy = level == RealismLevel::Heavy;
    let mut slots = lexicon.reach(scene, heavy, topics);
    // Who is not known is spoken of as the account's team, or as our company.
    if scene.main.is_none() || heavy && scene.is_inbound() {
        slots |= Slot::Account.bit();
    }
    if scene.owner.first.is_empty() || heavy && !scene.is_internal() {
        slots |= Slot::Seller.bit();
    }
    if !may_name_rival(deal.voice.shape, scene.step) {
        slots &= !Slot::Rival.bit();
    }
    names_among(deal.voice, slots)
}

/// The hash of everything that a text of the deal can speak of.
pub(in crate::planner) fn hash(deal: &Deal, text: &Text) -> u64 {
    match text {
        Text::Subject(number) => mix(1, of_subject(deal, *number)),
        Text::Body(number) => mix(2, of_body(deal, *number)),
        Text::NextStep(number) => mixed([3, of_body(deal, *number), names_among(deal.voice, !0)]),
        Text::Answer(answer) => mix(4, of_answer(deal, answer)),
    }
}

/// A subject names the deal, and nobody; what is attached to a meeting has the meeting's.
fn of_subject(deal: &Deal, number: usize) -> u64 {
    let step = &deal.timeline.steps[number];
    let meeting = scene::meeting(deal.timeline, step);
    let named = meeting.unwrap_or(step);
    let slots = deal.lexicon().reach_of_subject(named);
    let built_in = mixed([
        deal.voice.hash,
        names_among(deal.voice, slots),
        fnv1a(step.path.as_str().as_bytes()),
        step.topic as u64,
        u64::from(step.round),
    ]);
    let chosen = deal.planner.own.subject(named, deal.voice.seed);
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
        names_in_body(deal, &scene),
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
        someone(scene.absent()),
        u64::from(scene.of_main),
        scene.wait.map_or(0, |wait| wait as u64 + 1),
        day(scene.meeting),
        day(scene.earlier),
    ];
    let own = deal.planner.asked.own(deal.timeline, number).map(called);
    let hash = mixed(parts.into_iter().chain(people).chain(own));
    let chosen = deal.planner.own.body(step, deal.voice.seed);
    chosen.map_or(hash, |choice| mix(hash, own::hash(deal, step, choice)))
}

/// The hash of an element of the user's own.
fn called(asks: &Asks) -> u64 {
    mix(
        fnv1a(asks.key.as_bytes()),
        fnv1a(asks.element.name.as_bytes()),
    )
}

fn of_answer(deal: &Deal, answer: &Answer) -> u64 {
    let Answer {
        asked,
        element,
        sure,
        rests,
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
    let mut slots = deal.lexicon().grammar.known();
    if main.is_none() {
        slots |= Slot::Account.bit();
    }
    mixed([
        deal.voice.hash,
        names_among(deal.voice, slots),
        match element {
            Some(element) => *element as u64,
            None => called(&deal.planner.asked.elements[*asked]),
        },
        u64::from(*sure),
        *rests as u64,
        u64::from(main.is_some() && buyer == main),
        deal.voice.base.number() as u64,
        // A first indication tells neither when it was given nor by whom.
        if *sure > 1 {
            mix(step.when.day.number() as u64, someone(main))
        } else {
            0
        },
        someone(buyer),
        someone(champion),
        // The answer says what the step says that it cites.
        scene::turn(step) as u64,
        step.topic as u64,
    ])
}
