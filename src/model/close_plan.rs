//! ClosePlan: the scorecards that its package keeps of deals, as far as we answer them.

use serde::{Deserialize, Serialize};

use super::id::RecordId;

/// One question of a deal's scorecard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) id: RecordId,
    pub(crate) text: String,
    /// The name of the category that it stands in.
    pub(crate) category: String,
    pub(crate) mode: Mode,
    /// Whether a choice is explained in words.
    pub(crate) has_text: bool,
    pub(crate) choices: Vec<Choice>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    Text,
    RichText,
    #[serde(rename = "Yes-No")]
    YesNo,
    Answers,
    /// By a field of another record, which is not the scorecard's.
    Field,
}

/// One of the answers that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: RecordId,
    pub(crate) points: f64,
}

/// What the package of this org calls the ways from an answer to its deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ways {
    /// The field of a question that names its deal.
    pub(crate) to_deal: String,
    /// The field of a choice that names its question.
    pub(crate) to_question: String,
}
