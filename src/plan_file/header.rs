//! The head of a plan: what it was made from, and what it is good for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::capabilities::Capabilities;
use crate::model::change::Counts;
use crate::model::day::Day;
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::order::Step;
use crate::model::told::{LookAt, StorySummary};

/// Raised when a saved plan changes its form.
pub(super) const FORMAT: u32 = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u32,
    /// The version of demo-gen that made it.
    pub(crate) version: String,
    /// The version of the time zone data that it was made with.
    pub(crate) time_zones: String,
    pub(crate) command: Command,
    pub(crate) org: OrgFacts,
    pub(crate) pack: String,
    /// The state that it was made against; another lineage or serial makes it stale.
    pub(crate) lineage: String,
    pub(crate) serial: u64,
    /// A hash of the manifest with all defaults filled in.
    pub(crate) manifest: String,
    pub(crate) anchor: Day,
    /// The anchor before, where there was one.
    pub(crate) told_at: Option<Day>,
    pub(crate) seed: u64,
    /// A hash of what chooses the opportunities.
    pub(crate) query: String,
    /// Covered once and chosen no more: what was pinned for them is dropped.
    pub(crate) left: BTreeSet<RootId>,
    pub(crate) capabilities: Capabilities,
    /// Gets the id of the run that creates a record, where the org has the field.
    pub(crate) run_tag_field: Option<String>,
    pub(crate) coverage: Coverage,
    /// What kinds of stories the deals tell.
    pub(crate) stories: Box<StorySummary>,
    /// A deal that shows them.
    #[serde(default)]
    pub(crate) look_at: Option<LookAt>,
    /// Kinds of records that the org has no place for.
    pub(crate) blocked: Vec<Blocked>,
    /// What a person should know beside the changes.
    pub(crate) notices: Vec<String>,
    pub(crate) counts: Counts,
    /// How many changes `--target` and `--exclude` hold back.
    #[serde(default)]
    pub(crate) outside: u64,
    pub(crate) estimate: Estimate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    Apply,
    Destroy,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrgFacts {
    pub(crate) id: RecordId,
    pub(crate) name: String,
    pub(crate) instance_url: String,
    pub(crate) embedded: bool,
}

/// Which opportunities the plan is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Coverage {
    /// Covered by the manifest.
    pub(crate) opportunities: u64,
    /// Of these compared by this plan.
    pub(crate) in_scope: u64,
    /// Matching, but beyond `salesforce.query.limit`.
    pub(crate) beyond_limit: u64,
    /// Covered once, not matching any more, and kept.
    pub(crate) kept: u64,
    /// Left out, because nobody active stands in for their owner.
    pub(crate) skipped: u64,
    /// Meetings that lie on another one of their owner.
    pub(crate) overlaps: u64,
    /// The questions of all scorecards, and how many of them are answered.
    pub(crate) questions: u64,
    pub(crate) answered: u64,
}

/// A kind of record that the org has no place for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Blocked {
    pub(crate) object: Object,
    pub(crate) why: String,
    pub(crate) fix: String,
}

/// What carrying the plan out will cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) calls: u64,
    pub(crate) seconds: u64,
    /// What is written, and which way it goes.
    pub(crate) kinds: Vec<KindCost>,
    /// How many texts a language model is to write, and the tokens that takes, about; no tokens
    /// where no model can be asked.
    #[serde(default)]
    pub(crate) texts: u64,
    #[serde(default)]
    pub(crate) tokens: u64,
}

/// What writing the records of one kind costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KindCost {
    pub(crate) step: Step,
    pub(crate) object: Object,
    pub(crate) records: u64,
    /// By jobs of the Bulk API instead of 200 a call.
    pub(crate) by_jobs: bool,
    pub(crate) calls: u64,
}
