//! MEDDICC, as the earlier tool asked it.

/// One element of a qualification framework.
pub(super) struct Element {
    /// Framework-independent, so that one fact about a deal serves several frameworks.
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) question: &'static str,
    /// The role whose holder the answer names.
    pub(super) about: Option<&'static str>,
    /// How early in a deal it is usually known: 0 is first.
    pub(super) learned: usize,
}

/// The most that one answer can score: unknown, identified, validated, confirmed.
pub(super) const MAX_SCORE: u32 = 3;

/// The elements in the order of the scorecard.
pub(super) const ELEMENTS: [Element; 7] = [
    Element {
        key: "metrics",
        name: "Metrics",
        question: "Which number moves, from what to what, and by when?",
        about: None,
        learned: 1,
    },
    Element {
        key: "economic_buyer",
        name: "Economic Buyer",
        question: "Who can release the money, and what do they need from it?",
        about: Some("economic_buyer"),
        learned: 4,
    },
    Element {
        key: "decision_criteria",
        name: "Decision Criteria",
        question: "Which technical, commercial and vendor tests are written down?",
        about: None,
        learned: 3,
    },
    Element {
        key: "decision_process",
        name: "Decision Process",
        question: "Which steps and people lie between now and a yes?",
        about: Some("decision_maker"),
        learned: 5,
    },
    Element {
        key: "pain",
        name: "Identify Pain",
        question: "What breaks today, for whom, and how often?",
        about: None,
        learned: 0,
    },
    Element {
        key: "champion",
        name: "Champion",
        question: "Who sells for us when we are absent?",
        about: Some("champion"),
        learned: 2,
    },
    Element {
        key: "competition",
        name: "Competition",
        question: "Who else is considered, including doing nothing?",
        about: Some("champion"),
        learned: 6,
    },
];
