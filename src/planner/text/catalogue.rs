//! The phases that a deal passes through.

/// How far a deal has come when something happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Opening,
    Discovery,
    Evaluation,
    Proposal,
    Closing,
}

pub(crate) const PHASES: usize = 5;

impl Phase {
    /// The phase at a position in percent.
    pub(crate) fn at(percent: u8) -> Self {
        match percent {
            0..20 => Self::Opening,
            20..40 => Self::Discovery,
            40..60 => Self::Evaluation,
            60..80 => Self::Proposal,
            _ => Self::Closing,
        }
    }
}
