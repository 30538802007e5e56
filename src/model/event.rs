//! What happens during a run, as it is logged and shown.

use std::collections::BTreeMap;

use serde::Serialize;

use super::address::Address;
use super::change::{Action, Counts};
use super::day::Day;
use super::id::{RecordId, RootId};
use super::object::Object;

/// Something that happened. `report` turns it into progress and log lines.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// An opportunity is covered by this run.
    Selected { opportunity: RootId, name: String },
    /// Opportunities beyond the limit were left out.
    Truncated { left_out: u64, limit: u64 },
    /// An opportunity was passed over.
    Skipped { opportunity: RootId, reason: String },
    /// A change was carried out and is recorded.
    Done {
        address: Address,
        object: Object,
        action: Action,
        id: Option<RecordId>,
        /// The day that the record is dated, for activities.
        day: Option<Day>,
    },
    /// A change failed; the rest goes on.
    Failed(Failure),
    /// A language model wrote a text; the record is the first that needs it.
    TextGenerated { address: Address, tokens: u64 },
    /// The offline text stands in for one that a model was to write.
    TextFallback { address: Address, reason: String },
    /// How far the writing of texts has come.
    Writing { done: u64, total: u64 },
    /// How far the run has come.
    Progress { done: u64, total: u64, calls: u64 },
    /// Something a person should know.
    Notice(String),
}

/// A record that could not be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(crate) address: Address,
    pub(crate) object: Object,
    pub(crate) action: Action,
    /// Salesforce's status code, such as `FIELD_CUSTOM_VALIDATION_EXCEPTION`.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) retryable: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Outcome {
    /// What was done, by the words of the closing line.
    pub(crate) done: Counts,
    /// What the org refused, by Salesforce's code: how many, and one message as an example.
    pub(crate) failed: BTreeMap<String, (u64, String)>,
    /// Kinds of which nothing more was sent, because all of it would have been refused.
    pub(crate) halted: Vec<Halted>,
    /// Changes that were not tried, because what they hang on failed or the run stopped.
    pub(crate) not_tried: u64,
    /// Records of which it is not known whether they were made; the next run settles them.
    pub(crate) unresolved: u64,
    /// Records of ours that were kept, because something that is not ours hangs on them.
    pub(crate) kept: Vec<String>,
    /// Why the run ended before its plan did.
    pub(crate) stopped: Option<Stopped>,
    /// API calls of the whole run.
    pub(crate) calls: u64,
    pub(crate) texts: Texts,
}

/// What came of the texts that a language model was to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Texts {
    pub(crate) generated: u64,
    /// The offline text stands in.
    pub(crate) fallback: u64,
    /// What asking cost, failures included.
    pub(crate) tokens: u64,
}

/// A kind of which the rest was not sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Halted {
    /// `Create`, `Update` or `Delete`.
    pub(crate) action: Action,
    pub(crate) object: Object,
    /// The refusal that the rest would have met too.
    pub(crate) code: String,
    /// Changes that were given up.
    pub(crate) not_tried: u64,
}

/// Why a run ended early. All of it can be taken up again by another apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The API budget, or the org's daily limit, is used up.
    ApiBudget,
    /// The manifest's share of the org's daily calls is used up: so many of so many are.
    ApiShare { used: u64, max: u64 },
    /// More failures than the options allow.
    TooManyFailures,
    /// The org could not be talked to any more: why, and what to do about it.
    Lost {
        why: String,
        hint: Option<&'static str>,
    },
    /// The Bulk API job with this id has made no progress for so many seconds.
    JobHangs { job: String, seconds: u64 },
}

impl Stopped {
    /// What to do about a job that makes no progress.
    pub(crate) const JOB_HANGS: &str = "The org may be busy: run again later, and it is waited for once more. Or abort the job in Setup, Bulk Data Load Jobs: what it has done is kept, and the next run does the rest. `salesforce.bulk_patience` says how long to wait.";
}

impl Outcome {
    /// Whether everything that was planned was done.
    pub(crate) fn is_complete(&self) -> bool {
        let Self {
            done: _,
            failed,
            halted,
            not_tried,
            unresolved,
            kept,
            stopped,
            calls: _,
            // An offline text is as good as another.
            texts: _,
        } = self;
        failed.is_empty()
            && halted.is_empty()
            && *not_tried == 0
            && *unresolved == 0
            && kept.is_empty()
            && stopped.is_none()
    }
}
