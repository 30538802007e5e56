//! The lexicon: the grammar with the rules that texts begin from.

use super::super::timeline::topic::{TOPICS, Topic};
use super::super::timeline::{Kind, Step};
use super::grammar::{Grammar, RuleId, Version};
use super::scene::{Scene, Sort, is_talked_about};
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
    /// How an answer begins, by how sure it is, less one.
    pub(super) sure: [RuleId; 3],
    /// The same, of what is said about whom it was learned from.
    pub(super) sure_own: [RuleId; 3],
    /// How it ends, by what it rests on.
    pub(super) rests: [RuleId; Rests::COUNT],
    /// By topic, where it has any: what we ask, and what meetings and threads are called.
    talks: Vec<Option<RuleId>>,
    meeting_subjects: Vec<Option<RuleId>>,
    thread_subjects: Vec<Option<RuleId>>,
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
        let of_topics = |family: &str, has: fn(Topic) -> bool| -> Vec<Option<RuleId>> {
            let named = TOPICS.iter().map(|facts| {
                has(facts.topic).then(|| grammar.rule(&format!("{family}.{}", facts.key)))
            });
            named.collect()
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
            sure: ["sure.1", "sure.2", "sure.3"].map(rule),
            sure_own: ["sure.own.1", "sure.own.2", "sure.own.3"].map(rule),
            rests: ["rests.1", "rests.2", "rests.3"].map(rule),
            talks: of_topics("talk", is_talked_about),
            meeting_subjects: of_topics("subject", Topic::is_met_about),
            thread_subjects: of_topics("thread", Topic::is_written_about),
            call_subject: rule("call.subject"),
            todo_subject: rule("todo.subject"),
            seen: rule("point.seen"),
            in_closing: rule("point.closing"),
            frames: ["point.notes", "point.out", "point.in"].map(rule),
            grammar,
        }
    }

    pub(super) fn talk(&self, topic: Topic) -> RuleId {
        self.talks[topic as usize].expect("such threads are talked about")
    }

    /// The slots that a body can speak of, with its topic and that of an earlier meeting.
    pub(super) fn reach(&self, scene: &Scene, heavy: bool, topics: (usize, usize)) -> u128 {
        let grammar = &self.grammar;
        let layout = self.layouts[scene.sort as usize][usize::from(heavy)];
        let slots = grammar.reach(layout, topics);
        // What a thread says is a column of the topic's rows.
        let said = [(Slot::Ask, 0), (Slot::Answer, 1), (Slot::Wrap, 2)];
        let said = said.iter().filter(|(slot, _)| slots & slot.bit() != 0);
        let columns = said.map(|(_, column)| grammar.column(self.talk(scene.step.topic), *column));
        columns.fold(slots, |slots, rule| slots | grammar.reach(rule, topics))
    }

    /// The rule of what a step is called by itself.
    pub(super) fn subject(&self, step: &Step) -> RuleId {
        let topic = step.topic as usize;
        let subject = match step.kind {
            Kind::Meeting(_) => self.meeting_subjects[topic],
            Kind::Mail(..) => self.thread_subjects[topic],
            Kind::Call(_) => Some(self.call_subject),
            Kind::Todo => Some(self.todo_subject),
        };
        subject.expect("a topic is of such steps")
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

#[cfg(test)]
mod tests {
    use super::super::super::timeline::topic::{REDLINED, TOPICS, Topic};
    use super::super::grammar::VERSIONS;
    use super::super::grammar::tests::unreached;
    use super::super::scene::{Sort, is_talked_about};
    use super::super::{facts, subject};
    use super::Lexicon;

    fn topics(is: impl Fn(Topic) -> bool) -> Vec<Topic> {
        let topics = TOPICS.iter().map(|facts| facts.topic);
        topics.filter(|topic| is(*topic)).collect()
    }

    #[test]
    fn every_version_has_what_is_asked_for() {
        for version in VERSIONS {
            Lexicon::new(version);
        }
    }

    #[test]
    fn no_rule_is_there_that_nothing_asks_for() {
        let lexicon = Lexicon::new(VERSIONS.last().unwrap());
        let Lexicon {
            grammar,
            layouts,
            hello,
            hello_reply,
            bye,
            bye_reply,
            sure,
            sure_own,
            rests,
            talks,
            meeting_subjects,
            thread_subjects,
            call_subject,
            todo_subject,
            frames,
            seen,
            in_closing,
        } = &lexicon;
        let by_name = |name: &str| grammar.rule(name);
        let general = [hello, hello_reply, bye, bye_reply, seen, in_closing].map(|rule| *rule);
        let general = general
            .into_iter()
            .chain([*sure, *sure_own, *rests, *frames].concat())
            .chain(subject::TITLES.iter().map(|(_, name)| by_name(name)))
            .chain(facts::rules().map(|name| by_name(&name)))
            .map(|rule| (rule, topics(|_| true)));
        let one_by_one = [talks, meeting_subjects, thread_subjects].into_iter();
        let one_by_one = one_by_one.flat_map(|rules| TOPICS.iter().zip(rules));
        let one_by_one = one_by_one.filter_map(|(facts, rule)| Some(((*rule)?, vec![facts.topic])));
        let layouts = Sort::ALL.iter().zip(layouts);
        let layouts = layouts.flat_map(|(sort, rules)| rules.map(|rule| (rule, told_as(*sort))));
        let roots = general
            .chain(one_by_one)
            .chain(layouts)
            .chain([*call_subject, *todo_subject].map(|rule| (rule, topics(Topic::is_dealt))))
            .chain([(by_name("next-step"), topics(Topic::is_met_about))])
            // Answers cite whatever there is.
            .chain([(by_name("known.other"), topics(|_| true))]);
        let left = unreached(grammar, roots, &topics(Topic::is_met_about));
        assert!(left.is_empty(), "{left:?}");
    }

    /// The topics of texts of a sort.
    fn told_as(sort: Sort) -> Vec<Topic> {
        use Sort as S;
        match sort {
            S::Held
            | S::Agenda
            | S::Cancelled
            | S::Invite
            | S::InviteReply
            | S::Prep
            | S::PrepReply
            | S::BusinessCase
            | S::BusinessCaseReply
            | S::Recap
            | S::RecapReply
            | S::FollowUp
            | S::FollowUpReply
            | S::Reschedule
            | S::RescheduleReply => topics(Topic::is_met_about),
            S::FirstOut
            | S::AnswerIn
            | S::Wrap
            | S::Evasive
            | S::EvasiveAnswer
            | S::AgainOut
            | S::AgainIn
            | S::AlsoOut
            | S::AlsoIn
            | S::Nudge => topics(is_talked_about),
            S::RedlineIn | S::RedlineOut => REDLINED.to_vec(),
            S::Outreach => vec![Topic::Outreach],
            S::Bump | S::BumpAgain => vec![Topic::Bump],
            S::Absence => vec![Topic::Absence],
            S::Farewell | S::FarewellReply => vec![Topic::Farewell],
            S::ClosingOut | S::ClosingOutReply => vec![Topic::ClosingOut],
            S::SignatureOut | S::SignatureIn => vec![Topic::Signature],
            S::Call => topics(Topic::is_called_about),
            S::Todo => topics(Topic::is_dealt),
        }
    }
}
