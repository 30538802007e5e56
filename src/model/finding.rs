//! What a check of the org came to.

use serde::Serialize;

/// One line of what `doctor` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) check: &'static str,
    pub(crate) verdict: Verdict,
    /// What was seen.
    pub(crate) found: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) advice: String,
}

/// How much it matters, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Good,
    /// Worth knowing.
    Note,
    /// This user cannot see it, or the org does not tell.
    Unseen,
    /// Apply will work, but something will not be as one would wish.
    Warning,
    /// Apply will fail.
    Failure,
}

impl Verdict {
    /// How many there are; the highest is the last.
    pub(crate) const ALL: [Self; 5] = [
        Self::Good,
        Self::Note,
        Self::Unseen,
        Self::Warning,
        Self::Failure,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Unseen => "not seen",
            Self::Warning => "warning",
            Self::Failure => "fails",
        }
    }
}
