//! Shapes: what kind of story a deal tells.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a deal has been going. Given at its first telling, and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// Much is going on, with executives, and more is planned.
    Accelerating,
    /// Steady, with several people.
    Healthy,
    /// One-sided, with few people and nobody who decides.
    AtRisk,
    /// Silent for weeks; the last mails went unanswered.
    Stalled,
    /// All hangs on one contact.
    SingleThreaded,
    /// The one who sold for us has left.
    ChampionLeft,
    Won,
    LostToCompetitor,
    /// Lost, because nothing was decided.
    NoDecision,
    /// Just begun.
    New,
}

impl Shape {
    /// All shapes, as a plan lists them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Accelerating,
        Self::Healthy,
        Self::AtRisk,
        Self::Stalled,
        Self::SingleThreaded,
        Self::ChampionLeft,
        Self::New,
        Self::Won,
        Self::LostToCompetitor,
        Self::NoDecision,
    ];

    /// As the manifest names it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accelerating => "accelerating",
            Self::Healthy => "healthy",
            Self::AtRisk => "at-risk",
            Self::Stalled => "stalled",
            Self::SingleThreaded => "single-threaded",
            Self::ChampionLeft => "champion-left",
            Self::Won => "won",
            Self::LostToCompetitor => "lost-to-competitor",
            Self::NoDecision => "no-decision",
            Self::New => "new",
        }
    }

    /// Whether only deals that are closed have it.
    pub(crate) fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::LostToCompetitor | Self::NoDecision)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn shapes_are_written_as_the_manifest_names_them() {
        for shape in Shape::ALL {
            let json = serde_json::to_string(&shape).unwrap();
            assert_eq!(json, format!("\"{shape}\""));
        }
    }
}
