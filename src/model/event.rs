//! What happens during a run, as it is logged and shown.

use super::address::Address;
use super::change::Action;
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
    },
    /// A change failed; the rest goes on.
    Failed(Failure),
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
