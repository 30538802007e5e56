//! Why a run stops before it writes. Each has an exit code of its own.

use crate::guard::Refusal;
use crate::listing::counted;
use crate::model::event::Stopped;
use crate::refresh::{PackRow, Unsettled};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Exit 7.
    #[error("refused: {}", join(.0))]
    Refused(Vec<Refusal>),
    /// Exit 6.
    #[error("the saved plan cannot be applied: {0}")]
    Stale(String),
    /// Exit 5.
    #[error(
        "another machine is at work on the pack {pack:?}, applied {by}; its lease runs until {until}"
    )]
    Leased {
        pack: String,
        by: String,
        until: String,
    },
    /// Exit 3.
    #[error("{}", unsettled(.0))]
    Unsettled(Unsettled),
    /// Exit 1.
    #[error("no opportunity matches the manifest's query\n{}", counts(.0))]
    NothingSelected(Vec<(String, u64)>),
    /// Exit 64.
    #[error("{0}")]
    Usage(String),
    /// Exit 1.
    #[error("{why}")]
    Impossible { why: String, hint: &'static str },
}

impl Stop {
    /// What a person can do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusals) => {
                let lifts: Vec<_> = refusals
                    .iter()
                    .map(|refusal| refusal.lift.clone())
                    .collect();
                Some(lifts.join("; "))
            }
            Self::Stale(_) => Some("Make a new plan with `demo-gen plan --out FILE`.".to_owned()),
            Self::Leased { until, .. } => Some(format!(
                "Wait until it is done. If it has died, its lease ends by itself at {until}; \
                 the same machine can go on at once."
            )),
            Self::Unsettled(Unsettled::MayArrive { .. }) => {
                Some("Run the same command again then; nothing is sent twice.".to_owned())
            }
            Self::Unsettled(Unsettled::Hangs(_)) => Some(Stopped::JOB_HANGS.to_owned()),
            Self::NothingSelected(_) => Some(
                "Loosen or remove a filter under `salesforce.query` that leaves nothing."
                    .to_owned(),
            ),
            Self::Usage(_) => None,
            Self::Impossible { hint, .. } => Some((*hint).to_owned()),
        }
    }
}

impl Stop {
    /// Somebody else's lease, by the entry of the pack.
    pub(super) fn leased(pack: &str, row: &PackRow) -> Self {
        let until = row.lease_until();
        Self::Leased {
            pack: pack.to_owned(),
            by: row.applied(),
            until: until.map_or_else(|| "?".to_owned(), |until| until.to_string()),
        }
    }
}

fn unsettled(left: &Unsettled) -> String {
    match left {
        Unsettled::MayArrive { records, seconds } => format!(
            "{} of an interrupted call may still arrive; that can be settled in {seconds} s",
            counted(*records, "record", "records")
        ),
        Unsettled::Hangs(job) => {
            format!("the Bulk API job {job} of an interrupted run makes no progress")
        }
    }
}

fn join(refusals: &[Refusal]) -> String {
    let whys: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    whys.join("; ")
}

/// What each filter leaves on its own, one to a line.
fn counts(counts: &[(String, u64)]) -> String {
    let line = |(name, count): &(String, u64)| format!("  {name}: {count}");
    let lines: Vec<_> = counts.iter().map(line).collect();
    lines.join("\n")
}
