//! The lexicon: the grammar with the rules that texts begin from.

use super::super::timeline::topic::{TOPICS, Topic};
use super::grammar::{Grammar, RuleId};
use super::own::Own;
use super::scene::{Scene, Sort};
use crate::manifest::Manifest;

/// A grammar and its entries, by number instead of by name.
#[derive(Debug)]
pub(in crate::planner) struct Lexicon<'a> {
    /// The manifest's own words.
    pub(in crate::planner) own: Own<'a>,
    pub(super) grammar: Grammar,
    /// By [`Sort`], the short and the long one.
    pub(super) layouts: Vec<[RuleId; 2]>,
    pub(super) hello: RuleId,
    pub(super) hello_reply: RuleId,
    pub(super) bye: RuleId,
    pub(super) bye_reply: RuleId,
    /// What the customer asks, by phase.
    pub(super) queries: [RuleId; 5],
    /// How an answer begins and ends, by how sure it is, less one.
    pub(super) sure: [RuleId; 3],
    /// The same, of what is said about whom it was learned from.
    pub(super) sure_own: [RuleId; 3],
    /// By topic: what we ask, and what meetings and threads are called.
    talks: Vec<RuleId>,
    pub(super) meeting_subjects: Vec<RuleId>,
    pub(super) thread_subjects: Vec<RuleId>,
    /// How a sentence about an element begins: in notes, in messages of ours, and in others; and in
    /// notes about whoever they are with.
    frames: [RuleId; 3],
    seen: RuleId,
}

impl<'a> Lexicon<'a> {
    pub(in crate::planner) fn new(manifest: &'a Manifest) -> Self {
        let grammar = Grammar::new();
        let rule = |name: &str| grammar.rule(name);
        let of_topics = |family: &str| -> Vec<RuleId> {
            let name = |key: &str| grammar.rule(&format!("{family}.{key}"));
            TOPICS.iter().map(|facts| name(facts.key)).collect()
        };
        let layouts = Sort::LAYOUTS.iter();
        Self {
            own: Own::new(manifest),
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
            talks: of_topics("talk"),
            meeting_subjects: of_topics("subject"),
            thread_subjects: of_topics("thread"),
            seen: rule("point.seen"),
            frames: ["point.notes", "point.out", "point.in"].map(rule),
            grammar,
        }
    }

    pub(super) fn talk(&self, topic: Topic) -> RuleId {
        self.talks[topic as usize]
    }

    /// How a sentence about an element begins in a text, and one about whom it is with.
    pub(super) fn frames(&self, scene: &Scene) -> [RuleId; 2] {
        let [notes, out, of_customer] = self.frames;
        match scene.is_inbound() {
            _ if scene.is_internal() => [notes, self.seen],
            true => [of_customer, of_customer],
            false => [out, out],
        }
    }
}
