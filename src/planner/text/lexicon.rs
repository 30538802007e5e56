//! The lexicon: the grammar with the rules that texts begin from.

use super::super::timeline::topic::{TOPICS, Topic};
use super::super::timeline::{Kind, Step};
use super::grammar::{Grammar, RuleId, Version};
use super::scene::{Scene, Sort};
use super::slots::Slot;
use crate::model::value::Rests;

/// A grammar and its entries, by number instead of by name.
#[derive(Debug)]
pub(in crate::planner) struct Lexicon {
    pub(super) grammar: Grammar,
    /// By [`Sort`], the short and the long one.
    pub(super) layouts: Vec<[RuleId; 2]>,
    pub(super) hello: RuleId,
    pub(super) hello_reply: RuleId,
    pub(super) bye: RuleId,
    pub(super) bye_reply: RuleId,
    /// What the customer asks, by phase.
    pub(super) queries: [RuleId; 5],
    /// How an answer begins, by how sure it is, less one.
    pub(super) sure: [RuleId; 3],
    /// The same, of what is said about whom it was learned from.
    pub(super) sure_own: [RuleId; 3],
    /// How it ends, by what it rests on.
    pub(super) rests: [RuleId; Rests::COUNT],
    /// By topic: what we ask, and what meetings and threads are called.
    talks: Vec<RuleId>,
    meeting_subjects: Vec<RuleId>,
    thread_subjects: Vec<RuleId>,
    call_subject: RuleId,
    todo_subject: RuleId,
    /// How a sentence about an element begins: in notes, in messages of ours, and in others; and in
    /// notes about whoever they are with.
    frames: [RuleId; 3],
    seen: RuleId,
    /// And in the answer to a customer who has decided.
    in_closing: RuleId,
}

impl Lexicon {
    pub(in crate::planner) fn new(version: &Version) -> Self {
        let grammar = Grammar::new(version);
        let rule = |name: &str| grammar.rule(name);
        let of_topics = |family: &str| -> Vec<RuleId> {
            let name = |key: &str| grammar.rule(&format!("{family}.{key}"));
            TOPICS.iter().map(|facts| name(facts.key)).collect()
        };
        let layouts = Sort::LAYOUTS.iter();
        Self {
            layouts: layouts
                .map(|name| ["light", "heavy"].map(|length| rule(&format!("{name}.{length}"))))
                .collect(),
            hello: rule("hello"),
            hello_reply: rule("hello.reply"),
            bye: rule("bye.first"),
            bye_reply: rule("bye.reply"),
            queries: ["opening", "discovery", "evaluation", "proposal", "closing"]
                .map(|phase| rule(&format!("query.{phase}"))),
            sure: ["sure.1", "sure.2", "sure.3"].map(rule),
            sure_own: ["sure.own.1", "sure.own.2", "sure.own.3"].map(rule),
            rests: ["rests.1", "rests.2", "rests.3"].map(rule),
            talks: of_topics("talk"),
            meeting_subjects: of_topics("subject"),
            thread_subjects: of_topics("thread"),
            call_subject: rule("call.subject"),
            todo_subject: rule("todo.subject"),
            seen: rule("point.seen"),
            in_closing: rule("point.closing"),
            frames: ["point.notes", "point.out", "point.in"].map(rule),
            grammar,
        }
    }

    pub(super) fn talk(&self, topic: Topic) -> RuleId {
        self.talks[topic as usize]
    }

    /// The slots that a body can speak of, with its topic and that of an earlier meeting.
    pub(super) fn reach(&self, scene: &Scene, heavy: bool, topics: (usize, usize)) -> u128 {
        let grammar = &self.grammar;
        let layout = self.layouts[scene.sort as usize][usize::from(heavy)];
        let slots = grammar.reach(layout, topics);
        // What a thread says is a column of the topic's rows, or of the phase's.
        let said = [(Slot::Ask, 0), (Slot::Answer, 1), (Slot::Wrap, 2)];
        let rules = [
            self.talk(scene.step.topic),
            self.queries[scene.step.phase as usize],
        ];
        let said = said.iter().filter(|(slot, _)| slots & slot.bit() != 0);
        let columns = said.flat_map(|(_, column)| rules.map(|rule| grammar.column(rule, *column)));
        columns.fold(slots, |slots, rule| slots | grammar.reach(rule, topics))
    }

    /// The rule of what a step is called by itself.
    pub(super) fn subject(&self, step: &Step) -> RuleId {
        match step.kind {
            Kind::Meeting(_) => self.meeting_subjects[step.topic as usize],
            Kind::Mail(..) => self.thread_subjects[step.topic as usize],
            Kind::Call(_) => self.call_subject,
            Kind::Todo => self.todo_subject,
        }
    }

    /// The slots that it can speak of.
    pub(super) fn reach_of_subject(&self, step: &Step) -> u128 {
        let topic = step.topic as usize;
        self.grammar.reach(self.subject(step), (topic, topic))
    }

    /// How a sentence about an element begins in a text, and one about whom it is with.
    pub(super) fn frames(&self, scene: &Scene) -> [RuleId; 2] {
        let [notes, out, of_customer] = self.frames;
        match scene.is_inbound() {
            _ if scene.is_internal() => [notes, self.seen],
            true => [of_customer, of_customer],
            false if scene.sort == Sort::ClosingOutReply => [self.in_closing; 2],
            false => [out, out],
        }
    }
}
