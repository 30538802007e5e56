//! What state and org know of a managed record.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::address::Path;
use super::id::RecordId;
use super::loan::Lent;
use super::object::Object;
use super::value::{FieldName, Want};

/// One recorded record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) path: Path,
    pub(crate) object: Object,
    pub(crate) id: RecordId,
    pub(crate) generation: u32,
    /// The number of the run that created it.
    pub(crate) run: i64,
    /// When it was created, by the org's clock, in seconds since 1970.
    pub(crate) created: i64,
    /// The recipe that we last fulfilled.
    pub(crate) want: Want,
    /// The org's `SystemModstamp` in milliseconds since 1970; none before it was read back.
    pub(crate) stamp: Option<i64>,
    pub(crate) held: Held,
    /// Of a loan, its fields.
    pub(crate) lent: Vec<Lent>,
}

impl Row {
    /// What stands in for a loan that is not in state yet: its record is there, and is read along
    /// with those that are.
    pub(crate) fn of_new_loan(path: Path, object: Object, lender: RecordId) -> Self {
        Self {
            path,
            object,
            id: lender,
            generation: 1,
            run: 0,
            created: 0,
            want: Want(0),
            stamp: None,
            held: Held::default(),
            lent: Vec::new(),
        }
    }

    /// Runs are numbered from 1.
    pub(crate) fn is_in_state(&self) -> bool {
        self.run > 0
    }

    /// Whether a loan was ever written as it was wanted.
    pub(crate) fn was_fulfilled(&self) -> bool {
        self.want != Want(0)
    }
}

/// For each owned field a short hash of what the org gave back; empty before it was read back.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Held(pub(crate) Vec<(FieldName, u32)>);

impl Held {
    pub(crate) fn get(&self, field: &str) -> Option<u32> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, hash)| *hash)
    }
}

/// A recorded record as the org holds it now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Live {
    /// The org was not asked.
    NotRead,
    /// Its stamp tells that it is as it was recorded; its values were not read.
    Unchanged,
    Gone,
    /// It is there, but nothing proves it to be ours.
    NotOurs,
    Ours(LiveRecord),
}

/// What the org holds in a record of ours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LiveRecord {
    pub(crate) id: RecordId,
    pub(crate) stamp: Option<i64>,
    pub(crate) fields: serde_json::Map<String, serde_json::Value>,
}

/// A refresh after which it was known of every managed record whether it was as recorded. What
/// changes later shows by its stamp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// When it began, by the org's clock, in seconds since 1970.
    pub(crate) at: i64,
    /// The Salesforce user who saw it all; another one may see less.
    pub(crate) user: String,
    /// Of each kind that was counted in the org: how many are not ours or not recorded.
    pub(crate) others: BTreeMap<Object, u64>,
}

/// What state knows of all records of a kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) total: u64,
    /// All of them were made by runs that write keys.
    pub(crate) keyed: bool,
    /// Those that were not as recorded when they were last read, or were never read.
    pub(crate) doubtful: BTreeSet<RecordId>,
    /// The stamps of those that changed of late, in milliseconds since 1970, sorted.
    pub(crate) recent: Vec<i64>,
}

/// Records that carry our pack's key and that state does not know, by the letters of their
/// address; with them their parts that can carry none, by [`super::key::part_letters`].
pub(crate) type Found = BTreeMap<String, FoundRecord>;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundRecord {
    pub(crate) object: Object,
    pub(crate) generation: u32,
    pub(crate) live: LiveRecord,
}
