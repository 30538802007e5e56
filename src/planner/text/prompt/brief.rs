//! A prompt while it is put together: facts, and places for what the model must not know.

use std::borrow::Cow;

use super::super::super::Deal;
use super::super::super::timeline::topic::ELEMENTS;
use super::super::super::timeline::{Held, Kind as StepKind, Step};
use super::super::facts;
use super::super::scene::Scene;
use super::super::slots::Slot;
use super::super::spoken;
use super::impersonal::impersonal;
use super::thread::Thread;
use super::told;
use crate::manifest::RealismLevel;
use crate::model::prompt::{Kind, Place, Prompt};
use crate::model::value::Answer;

/// The version of the instructions that new texts are asked with.
const VERSION: u32 = 1;

/// More people than these are not told apart in one text.
const MOST_PEOPLE: usize = 4;

pub(super) struct Brief<'a> {
    deal: &'a Deal<'a>,
    facts: Vec<(Cow<'static, str>, String)>,
    places: Vec<Place>,
    fills: Vec<(Cow<'static, str>, String)>,
}

/// A prompt with what its places stand for.
pub(super) struct Brought {
    pub(super) prompt: Prompt,
    pub(super) fills: Vec<(Cow<'static, str>, String)>,
}

/// Whether a text that does not speak of it is of no use.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Need {
    Must,
    May,
}

impl<'a> Brief<'a> {
    pub(super) fn new(deal: &'a Deal<'a>) -> Self {
        let mut brief = Self {
            deal,
            facts: Vec::new(),
            places: Vec::new(),
            fills: Vec::new(),
        };
        brief.fact("deal", &deal.voice.deal);
        brief.fact("what is sold", &deal.voice.product);
        if let Some(industry) = &deal.pins.industry {
            brief.fact("industry of the customer", industry);
        }
        brief.fact("how it is going", told::shape(deal.pins.shape));
        brief
    }

    /// Notes of a meeting or a call, or an agenda.
    pub(super) fn of_meeting(mut self, kind: Kind, number: usize) -> Brought {
        let deal = self.deal;
        let scene = Scene::of(deal.voice, deal.timeline, number);
        self.tell_step(scene.step);
        match scene.step.kind {
            StepKind::Meeting(Held::Cancelled) => {
                self.fact("what happened", "it was cancelled at short notice");
            }
            StepKind::Call(way) => {
                self.fact("what it was", &format!("a phone call {}", told::way(way)));
            }
            StepKind::Meeting(Held::Yes | Held::Planned) | StepKind::Mail(..) | StepKind::Todo => {}
        }
        self.tell_evidence(scene.step.evidence);
        self.tell_own(number);
        self.place("owner", ("the salesperson", &scene.owner.full), Need::May);
        self.tell_people(scene.step, Need::Must);
        self.tell_companies();
        self.tell_days(&scene);
        self.finish(kind, 1)
    }

    /// All messages of a thread.
    pub(super) fn of_thread(mut self, thread: &Thread) -> Brought {
        let deal = self.deal;
        let scene = Scene::of(deal.voice, deal.timeline, thread.messages[0]);
        self.tell_step(scene.step);
        self.fact("how the thread begins", told::opening(scene.sort));
        for (number, way) in (1..).zip(&thread.ways) {
            self.fact(format!("message {number}"), told::way(*way));
        }
        let steps = thread.messages.iter();
        let steps = steps.map(|number| &deal.timeline.steps[*number]);
        // What is not there at any count must not be spoken of.
        let core = steps.filter(|step| step.core);
        self.tell_evidence(core.fold(0, |bits, step| bits | step.evidence));
        for number in &thread.messages {
            self.tell_own(*number);
        }
        let owner = scene.owner;
        let first = ("the salesperson, by first name", &*owner.first);
        self.place("owner_first", first, Need::Must);
        self.place("owner", ("the salesperson", &owner.full), Need::May);
        self.tell_first_name(scene.step);
        self.tell_people(scene.step, Need::May);
        self.tell_companies();
        self.tell_days(&scene);
        self.finish(Kind::EmailThread, thread.ways.len() as u8)
    }

    pub(super) fn of_next_step(mut self, number: usize) -> Brought {
        let deal = self.deal;
        let step = &deal.timeline.steps[number];
        self.fact("what comes next", told::happening(step.kind));
        self.fact("topic", &told::topic(step.topic));
        self.tell_people(step, Need::May);
        let day = spoken::day(step.when.day);
        self.place("day", ("the day of it", &day), Need::May);
        self.finish(Kind::NextStep, 1)
    }

    pub(super) fn of_answer(mut self, answer: &Answer) -> Brought {
        let deal = self.deal;
        let Answer {
            asked,
            element,
            sure,
            rests,
            cited,
            person,
        } = answer;
        let asks = deal.planner.asked.elements[*asked].element;
        self.fact("element", &asks.name);
        self.fact("question", &asks.question());
        if let Some(element) = *element {
            self.fact("what it asks for", &ELEMENTS[element].replace('_', " "));
            self.tell_element(element);
        }
        self.fact("how sure", told::sure(*sure));
        self.fact("what it rests on", told::rests(*rests));
        let step = &deal.timeline.steps[*cited];
        let (in_what, topic) = (told::happening(step.kind), told::topic(step.topic));
        self.fact("learned in", &format!("{in_what} about {topic}"));
        let cast = &deal.pins.cast;
        let about =
            person.and_then(|about| cast.iter().position(|part| part.person == Some(about)));
        if let Some(place) = about {
            self.tell_person(1, place, Need::Must);
        }
        self.tell_companies();
        self.finish(Kind::ScorecardAnswer, 1)
    }

    fn fact(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        let value = impersonal(self.deal, value);
        self.facts.push((name.into(), value));
    }

    fn place(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        (what, value): (&str, &str),
        need: Need,
    ) {
        let name = name.into();
        self.places.push(Place {
            name: name.clone(),
            what: what.to_owned(),
            needed: need == Need::Must,
        });
        self.fills.push((name, value.to_owned()));
    }

    fn tell_step(&mut self, step: &Step) {
        let level = self.deal.planner.situation.manifest.activity.realism_level;
        let length = match level {
            RealismLevel::Heavy => "full",
            RealismLevel::Light | RealismLevel::None => "short",
        };
        self.fact("length", length);
        self.fact("stage of the deal", told::phase(step.phase));
        self.fact("topic", &told::topic(step.topic));
        if step.round > 0 {
            let before = format!("it was the topic {} times before", step.round);
            self.fact("history", &before);
        }
    }

    fn tell_evidence(&mut self, evidence: u32) {
        for element in (0..ELEMENTS.len()).filter(|bit| evidence >> bit & 1 == 1) {
            self.tell_element(element);
        }
    }

    /// The elements of the user's own that a step gives evidence for, each once: those are steps that
    /// there are at any count.
    fn tell_own(&mut self, number: usize) {
        let deal = self.deal;
        for asks in deal.planner.asked.own(deal.timeline, number) {
            let told = impersonal(deal, &asks.element.name);
            let is_told =
                |(name, value): &(Cow<str>, String)| name == "spoken of" && *value == told;
            if !self.facts.iter().any(is_told) {
                self.fact("spoken of", &asks.element.name);
            }
        }
    }

    /// What the deal's facts say of an element of qualification, each once.
    fn tell_element(&mut self, element: usize) {
        let deal = self.deal;
        let facts = facts::of(deal);
        let table = told::ELEMENT_FACTS.iter();
        let known = table.filter(|(key, _)| *key == ELEMENTS[element]);
        for (name, slot) in known.flat_map(|(_, known)| *known) {
            let is_told = self.facts.iter().any(|(told, _)| told == name);
            let Some(value) = facts.get(*slot).filter(|_| !is_told) else {
                continue;
            };
            self.fact(*name, value);
            if *slot == Slot::Event {
                let day = facts.get(Slot::EventDay).unwrap_or_default();
                self.place("event_day", ("the day of that event", day), Need::May);
            }
        }
    }

    /// The customer's people, whom the step is with before the others.
    fn tell_people(&mut self, step: &Step, main: Need) {
        for (number, place) in (1..).zip(step.people.places().take(MOST_PEOPLE)) {
            let is_main = step.people.main.map(usize::from) == Some(place);
            let need = if is_main { main } else { Need::May };
            self.tell_person(number, place, need);
        }
    }

    fn tell_person(&mut self, number: usize, place: usize, need: Need) {
        let deal = self.deal;
        if let Some(someone) = deal.voice.at(Some(place)) {
            let role = format!("the customer's {}", role(deal, place));
            self.place(format!("person_{number}"), (&role, &someone.full), need);
        }
    }

    /// How whom a thread is with is addressed.
    fn tell_first_name(&mut self, step: &Step) {
        let deal = self.deal;
        let Some(main) = step.people.main.map(usize::from) else {
            return;
        };
        if let Some(someone) = deal.voice.at(Some(main)) {
            let role = format!("the customer's {}, by first name", role(deal, main));
            self.place("person_1_first", (&role, &someone.first), Need::Must);
        }
    }

    fn tell_companies(&mut self) {
        let voice = self.deal.voice;
        self.place(
            "account",
            ("the customer's company", &voice.account),
            Need::May,
        );
        self.place("seller", ("our company", &voice.seller), Need::May);
    }

    /// The days that a text may refer to.
    fn tell_days(&mut self, scene: &Scene) {
        for (name, step, what) in [
            (
                "meeting_day",
                scene.meeting,
                "the meeting that this is about",
            ),
            ("earlier_day", scene.earlier, "an earlier meeting"),
        ] {
            let Some(step) = step else { continue };
            let what = format!("the day of {what}: {}", told::topic(step.topic));
            let day = spoken::day(step.when.day);
            self.place(name, (&what, &day), Need::May);
        }
    }

    fn finish(self, kind: Kind, parts: u8) -> Brought {
        let Self {
            deal,
            facts,
            places,
            fills,
        } = self;
        let sends = deal.planner.situation.manifest.llm.send_amounts;
        let amount = deal.opportunity.amount.filter(|_| sends);
        let passing = amount.map(|amount| ("amount of the deal".into(), amount.to_string()));
        let prompt = Prompt {
            kind,
            version: VERSION,
            facts,
            passing: passing.into_iter().collect(),
            places,
            parts,
        };
        Brought { prompt, fills }
    }
}

fn role(deal: &Deal, place: usize) -> String {
    deal.pins.cast[place].role.replace('_', " ")
}
