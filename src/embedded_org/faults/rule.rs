//! The rules of a script: when, and what.

use std::collections::BTreeMap;

use serde_json::Value;
use wildmatch::WildMatch;

use crate::embedded_org::bulk::Told;

/// A script that is in order.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug)]
pub(super) struct Rule {
    /// What the list of rules calls it.
    pub(super) name: String,
    pub(super) when: When,
    pub(super) what: What,
}

/// Which calls a rule is for.
#[derive(Debug, Clone)]
pub(super) struct When {
    pub(super) method: Option<String>,
    /// Below the version, such as `sobjects/Event/*`, or from the root where it starts with `services/`.
    pub(super) path: WildMatch,
    pub(super) object: Option<String>,
    /// Of the calls that match so far, which.
    pub(super) calls: Calls,
    /// How often at most.
    pub(super) times: u64,
    /// How likely, between 0 and 1.
    pub(super) chance: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    Nth(u64),
    Every(u64),
    /// Both ends included.
    Between(u64, u64),
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Latency {
        ms: u64,
        jitter_ms: u64,
    },
    Status(Status),
    Refuse(&'static Refusal),
    Cut(Cut),
    ExpireSession,
    RejectRows(RejectRows),
    AlterRows(AlterRows),
    Somebody(Deed),
    /// No record of these sObjects is to be found; of none named, of any.
    SeeNothing(Vec<String>),
    /// What becomes of bulk jobs from now on.
    Bulk(Told),
}

impl What {
    /// Whether it happens to single records, also to those of bulk jobs.
    pub(super) fn is_of_rows(&self) -> bool {
        match self {
            Self::RejectRows(_) | Self::AlterRows(_) => true,
            Self::Latency { .. }
            | Self::Status(_)
            | Self::Refuse(_)
            | Self::Cut(_)
            | Self::ExpireSession
            | Self::Somebody(_)
            | Self::SeeNothing(_)
            | Self::Bulk(_) => false,
        }
    }
}

/// A reply that does not come from the API itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) retry_after: Option<u64>,
    /// An HTML page, as proxies and maintenance windows send it.
    pub(super) is_html: bool,
}

/// An error of the API for the whole call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) name: &'static str,
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// Every refusal there is.
pub(super) const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "daily_limit",
        status: 403,
        code: "REQUEST_LIMIT_EXCEEDED",
        message: "TotalRequests Limit exceeded.",
    },
    Refusal {
        name: "concurrent_limit",
        status: 403,
        code: "REQUEST_LIMIT_EXCEEDED",
        message: "ConcurrentPerOrgLongTxn Limit exceeded.",
    },
    Refusal {
        name: "api_disabled",
        status: 403,
        code: "API_DISABLED_FOR_ORG",
        message: "The REST API is not enabled for this Organization.",
    },
    Refusal {
        name: "storage_limit",
        status: 400,
        code: "STORAGE_LIMIT_EXCEEDED",
        message: "storage limit exceeded",
    },
    Refusal {
        name: "server_unavailable",
        status: 503,
        code: "SERVER_UNAVAILABLE",
        message: "We are down for maintenance.",
    },
];

/// Where the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nothing was done.
    Before,
    /// All was done, and nobody is told.
    After,
    /// All was done, and half of the reply arrives.
    Truncate,
}

/// Records that are refused one by one.
#[derive(Debug, Clone)]
pub(super) struct RejectRows {
    pub(super) error: &'static RowError,
    pub(super) message: Option<String>,
    pub(super) rows: Rows,
}

impl RejectRows {
    pub(super) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(self.error.message)
    }
}

/// Which records.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    Every(u64),
    Where(Condition),
}

/// Of the values of one field, which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Contains(String),
    Equals(Value),
}

/// An error of one record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RowError {
    pub(super) code: &'static str,
    /// Said where the script does not say something else.
    pub(super) message: &'static str,
}

/// Every error of a record there is; the first is the one of a rule with a condition.
pub(super) const ROW_ERRORS: &[RowError] = &[
    RowError {
        code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        message: "The record does not satisfy a validation rule.",
    },
    RowError {
        code: "UNABLE_TO_LOCK_ROW",
        message: "unable to obtain exclusive access to this record or 1 records",
    },
    RowError {
        code: "STORAGE_LIMIT_EXCEEDED",
        message: "storage limit exceeded",
    },
    RowError {
        code: "DUPLICATES_DETECTED",
        message: "Use one of these records?",
    },
    RowError {
        code: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        message: "A trigger failed: System.LimitException: Apex CPU time limit exceeded",
    },
    RowError {
        code: "INSUFFICIENT_ACCESS_OR_READONLY",
        message: "insufficient access rights on object id",
    },
];

/// A trigger that changes a text on its way into the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AlterRows {
    pub(super) field: String,
    pub(super) how: Alteration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Alteration {
    Trim,
    Uppercase,
    Append(String),
}

/// What somebody else does just before the call.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Edit {
        pick: Pick,
        set: BTreeMap<String, Value>,
    },
    Delete {
        pick: Pick,
    },
    Create {
        object: String,
        set: BTreeMap<String, Value>,
        /// Reference fields, and the records that they lead to.
        relate: BTreeMap<String, Pick>,
    },
}

/// One record, found by a SOQL condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) object: String,
    pub(super) condition: Option<String>,
    pub(super) which: Which,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Last,
    Any,
}
