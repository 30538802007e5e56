//! The only caller of the system's clock. Everything else is handed a [`Clock`].

use jiff::Timestamp;

/// Tells the time: the system's, or a fixed one where `DEMO_GEN_NOW` is set (for tests).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's clock.
    System,
    /// Always the same instant.
    Fixed(Timestamp),
}

impl Clock {
    /// The clock of this process; `DEMO_GEN_NOW` (RFC 3339, `2026-11-22T12:00:00Z`) fixes it.
    pub(crate) fn from_environment() -> Result<Self, jiff::Error> {
        match std::env::var("DEMO_GEN_NOW") {
            Ok(text) => Ok(Self::Fixed(text.parse()?)),
            Err(_) => Ok(Self::System),
        }
    }

    /// The current instant.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where time comes from"
    )]
    pub(crate) fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => at,
        }
    }
}
