//! Topics: what a step is about. A row each, from which story, texts and scorecards are made.

use super::super::text::catalogue::Phase;

/// What a meeting, thread, call or to-do is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::planner) enum Topic {
    Introduction,
    Goals,
    Exploration,
    Stakeholders,
    FirstQuestions,
    Landscape,
    TeamIntroduction,
    KickOffOfTalks,

    Discovery,
    Process,
    Interview,
    Requirements,
    Metrics,
    CurrentTools,
    Priorities,
    Constraints,

    Demo,
    DeepDive,
    Workshop,
    Integration,
    SecurityReview,
    TeamDemo,
    EvaluationPlan,
    EvaluationReview,

    BusinessCase,
    Proposal,
    ExecutiveReview,
    ReturnOnInvestment,
    RollOut,
    Pricing,
    DecisionProcess,
    Reference,

    Contract,
    Procurement,
    ClosePlan,
    FinalQuestions,
    SecuritySignOff,
    CommercialTerms,
    LaunchPlanning,
    HandOver,

    /// The project begins: after a deal is won.
    KickOff,
    /// A first mail to somebody who does not know us.
    Outreach,
    /// Nobody answers, and we ask again.
    Bump,
    /// An automatic reply: out of office, or no longer with the company.
    Absence,
    /// Somebody says goodbye, and who takes over.
    Farewell,
    /// The customer has decided for another vendor, or for none.
    ClosingOut,
    /// The order is signed.
    Signature,
}

/// What there is to know of a topic.
pub(in crate::planner) struct Facts {
    pub(in crate::planner) topic: Topic,
    /// Its name in draws and hashes; never changed.
    pub(in crate::planner) key: &'static str,
    /// When in a deal it comes up; none for those that a shape asks for.
    pub(in crate::planner) phase: Option<Phase>,
    /// Whether somebody of ours beside the owner takes part.
    pub(in crate::planner) colleague: bool,
    /// The roles that belong to it, the first before the others.
    pub(in crate::planner) roles: &'static [&'static str],
    /// The elements of [`ELEMENTS`] that it can give evidence for.
    pub(in crate::planner) evidence: &'static [&'static str],
}

/// The elements of qualification, whatever the framework. Never reordered: their places are bits.
pub(in crate::planner) const ELEMENTS: &[&str] = &[
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "pain",
    "champion",
    "competition",
    "budget",
    "authority",
    "need",
    "timeline",
    "situation",
    "impact",
    "critical_event",
    "decision",
    "goals",
    "plans",
    "challenges",
    "consequences",
    "implications",
    "money",
    "prioritisation",
];

/// The bit of an element.
pub(in crate::planner) const fn bit(element: &str) -> u32 {
    let mut place = 0;
    while !same(ELEMENTS[place].as_bytes(), element.as_bytes()) {
        place += 1;
    }
    1 << place
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

/// What both sides mark up before it is agreed.
pub(in crate::planner) const REDLINED: &[Topic] = &[Topic::Contract, Topic::CommercialTerms];

/// What takes more than two people, or something to look at: nobody takes it up on the phone.
pub(in crate::planner) const OF_A_ROOM: &[Topic] = &[
    Topic::TeamIntroduction,
    Topic::Interview,
    Topic::Demo,
    Topic::Workshop,
    Topic::TeamDemo,
    Topic::ExecutiveReview,
    Topic::HandOver,
];

const fn row(
    topic: Topic,
    key: &'static str,
    (phase, colleague): (Option<Phase>, bool),
    roles: &'static [&'static str],
    evidence: &'static [&'static str],
) -> Facts {
    Facts {
        topic,
        key,
        phase,
        colleague,
        roles,
        evidence,
    }
}

const CHAMPION: &[&str] = &["champion"];
const USERS: &[&str] = &["champion", "end_user", "influencer"];
const TECHNICAL: &[&str] = &["technical_evaluator", "champion"];
const BUYER: &[&str] = &["economic_buyer", "executive_sponsor", "champion"];
const DECIDERS: &[&str] = &["decision_maker", "economic_buyer", "champion"];
const PAPER: &[&str] = &["procurement", "legal", "champion"];

/// All topics, in the order of the enum.
pub(in crate::planner) const TOPICS: &[Facts] = {
    use Phase::{Closing, Discovery as Finding, Evaluation, Opening, Proposal as Proposing};
    use Topic as T;
    &[
        row(
            T::Introduction,
            "introduction",
            (Some(Opening), false),
            CHAMPION,
            &["situation", "champion"],
        ),
        row(
            T::Goals,
            "goals",
            (Some(Opening), false),
            CHAMPION,
            &["goals", "need", "plans"],
        ),
        row(
            T::Exploration,
            "exploration",
            (Some(Opening), false),
            CHAMPION,
            &["pain", "need", "challenges"],
        ),
        row(
            T::Stakeholders,
            "stakeholders",
            (Some(Opening), false),
            CHAMPION,
            &["authority", "champion"],
        ),
        row(
            T::FirstQuestions,
            "first-questions",
            (Some(Opening), false),
            USERS,
            &["situation", "pain"],
        ),
        row(
            T::Landscape,
            "landscape",
            (Some(Opening), false),
            CHAMPION,
            &["situation", "competition"],
        ),
        row(
            T::TeamIntroduction,
            "team-introduction",
            (Some(Opening), false),
            USERS,
            &["champion", "need"],
        ),
        row(
            T::KickOffOfTalks,
            "kick-off-of-talks",
            (Some(Opening), false),
            CHAMPION,
            &["goals", "timeline"],
        ),
        row(
            T::Discovery,
            "discovery",
            (Some(Finding), false),
            CHAMPION,
            &["pain", "metrics", "challenges", "impact"],
        ),
        row(
            T::Process,
            "process",
            (Some(Finding), false),
            USERS,
            &["pain", "situation", "challenges"],
        ),
        row(
            T::Interview,
            "interview",
            (Some(Finding), false),
            USERS,
            &["pain", "impact", "consequences"],
        ),
        row(
            T::Requirements,
            "requirements",
            (Some(Finding), false),
            TECHNICAL,
            &["decision_criteria", "need"],
        ),
        row(
            T::Metrics,
            "metrics",
            (Some(Finding), false),
            CHAMPION,
            &["metrics", "impact", "goals"],
        ),
        row(
            T::CurrentTools,
            "current-tools",
            (Some(Finding), false),
            TECHNICAL,
            &["situation", "competition"],
        ),
        row(
            T::Priorities,
            "priorities",
            (Some(Finding), false),
            BUYER,
            &["prioritisation", "critical_event", "timeline"],
        ),
        row(
            T::Constraints,
            "constraints",
            (Some(Finding), false),
            CHAMPION,
            &["budget", "money", "decision_criteria"],
        ),
        row(
            T::Demo,
            "demo",
            (Some(Evaluation), true),
            TECHNICAL,
            &["decision_criteria", "need", "champion"],
        ),
        row(
            T::DeepDive,
            "deep-dive",
            (Some(Evaluation), true),
            TECHNICAL,
            &["decision_criteria"],
        ),
        row(
            T::Workshop,
            "workshop",
            (Some(Evaluation), true),
            USERS,
            &["champion", "need", "decision_criteria"],
        ),
        row(
            T::Integration,
            "integration",
            (Some(Evaluation), true),
            TECHNICAL,
            &["decision_criteria", "situation"],
        ),
        row(
            T::SecurityReview,
            "security-review",
            (Some(Evaluation), true),
            TECHNICAL,
            &["paper_process", "decision_criteria"],
        ),
        row(
            T::TeamDemo,
            "team-demo",
            (Some(Evaluation), true),
            USERS,
            &["champion", "competition"],
        ),
        row(
            T::EvaluationPlan,
            "evaluation-plan",
            (Some(Evaluation), false),
            TECHNICAL,
            &["decision_process", "decision", "timeline"],
        ),
        row(
            T::EvaluationReview,
            "evaluation-review",
            (Some(Evaluation), false),
            CHAMPION,
            &["competition", "decision_criteria"],
        ),
        row(
            T::BusinessCase,
            "business-case",
            (Some(Proposing), false),
            BUYER,
            &["metrics", "economic_buyer", "impact", "budget", "money"],
        ),
        row(
            T::Proposal,
            "proposal",
            (Some(Proposing), false),
            BUYER,
            &["budget", "money", "competition", "decision"],
        ),
        row(
            T::ExecutiveReview,
            "executive-review",
            (Some(Proposing), true),
            BUYER,
            &[
                "economic_buyer",
                "authority",
                "consequences",
                "implications",
            ],
        ),
        row(
            T::ReturnOnInvestment,
            "return-on-investment",
            (Some(Proposing), false),
            BUYER,
            &["metrics", "impact", "implications"],
        ),
        row(
            T::RollOut,
            "roll-out",
            (Some(Proposing), true),
            TECHNICAL,
            &["plans", "timeline", "critical_event"],
        ),
        row(
            T::Pricing,
            "pricing",
            (Some(Proposing), false),
            BUYER,
            &["budget", "money", "competition"],
        ),
        row(
            T::DecisionProcess,
            "decision-process",
            (Some(Proposing), false),
            DECIDERS,
            &[
                "decision_process",
                "decision",
                "authority",
                "economic_buyer",
            ],
        ),
        row(
            T::Reference,
            "reference",
            (Some(Proposing), false),
            CHAMPION,
            &["competition", "champion"],
        ),
        row(
            T::Contract,
            "contract",
            (Some(Closing), false),
            PAPER,
            &["paper_process", "decision_process"],
        ),
        row(
            T::Procurement,
            "procurement",
            (Some(Closing), false),
            PAPER,
            &["paper_process", "budget"],
        ),
        row(
            T::ClosePlan,
            "close-plan",
            (Some(Closing), false),
            DECIDERS,
            &["decision_process", "timeline", "critical_event", "plans"],
        ),
        row(
            T::FinalQuestions,
            "final-questions",
            (Some(Closing), false),
            CHAMPION,
            &["champion", "competition"],
        ),
        row(
            T::SecuritySignOff,
            "security-sign-off",
            (Some(Closing), true),
            TECHNICAL,
            &["paper_process", "decision_criteria"],
        ),
        row(
            T::CommercialTerms,
            "commercial-terms",
            (Some(Closing), false),
            BUYER,
            &["economic_buyer", "money", "authority", "decision"],
        ),
        row(
            T::LaunchPlanning,
            "launch-planning",
            (Some(Closing), true),
            USERS,
            &["plans", "critical_event"],
        ),
        row(
            T::HandOver,
            "hand-over",
            (Some(Closing), false),
            CHAMPION,
            &["champion", "plans"],
        ),
        row(T::KickOff, "kick-off", (None, true), USERS, &[]),
        row(T::Outreach, "outreach", (None, false), CHAMPION, &["need"]),
        row(T::Bump, "bump", (None, false), CHAMPION, &[]),
        row(T::Absence, "absence", (None, false), CHAMPION, &[]),
        row(T::Farewell, "farewell", (None, false), CHAMPION, &[]),
        row(
            T::ClosingOut,
            "closing-out",
            (None, false),
            CHAMPION,
            &["competition"],
        ),
        row(
            T::Signature,
            "signature",
            (None, false),
            BUYER,
            &["paper_process", "economic_buyer"],
        ),
    ]
};

impl Topic {
    pub(in crate::planner) fn facts(self) -> &'static Facts {
        &TOPICS[self as usize]
    }

    /// Whether it comes up by itself: to-dos are about nothing else, and calls not even about all
    /// of it.
    pub(in crate::planner) fn is_dealt(self) -> bool {
        self.facts().phase.is_some() && self != Self::Introduction
    }

    /// Whether meetings are about it.
    pub(in crate::planner) fn is_met_about(self) -> bool {
        self.is_dealt() || matches!(self, Self::Introduction | Self::KickOff)
    }

    /// Whether calls are about it.
    #[cfg(test)]
    pub(in crate::planner) fn is_called_about(self) -> bool {
        self.is_dealt() && !OF_A_ROOM.contains(&self)
    }

    /// Whether threads are about it.
    pub(in crate::planner) fn is_written_about(self) -> bool {
        !matches!(self, Self::Introduction | Self::KickOff)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ELEMENTS, TOPICS};

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_names_what_there_is() {
        let mut keys = BTreeSet::new();
        for (number, facts) in TOPICS.iter().enumerate() {
            assert_eq!(facts.topic as usize, number);
            assert!(keys.insert(facts.key), "{}", facts.key);
            for element in facts.evidence {
                assert!(ELEMENTS.contains(element), "{element}");
            }
        }
        assert!(ELEMENTS.len() <= 32, "their places are bits of 32");
    }
}
