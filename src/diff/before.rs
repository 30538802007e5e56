//! What the org held before the change, as far as it was read.
//!
//! A field that is missing from what was read was not shown to us: nothing is known of it.

use serde_json::{Map, Value as Json};

use super::fields::{Canonical, hash};
use super::{Policies, Policy};
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Held, Live, LiveRecord, Row};
use crate::model::value::FieldName;

/// What is known of the values before the change.
pub(super) struct Before<'a> {
    pub(super) object: Object,
    pub(super) id: RecordId,
    pub(super) held: &'a Held,
    /// The org's stamp, as far as it is known.
    pub(super) stamp: Option<i64>,
    /// None where the org was not asked.
    pub(super) fields: Option<&'a Map<String, Json>>,
}

impl<'a> Before<'a> {
    pub(super) fn of(row: &'a Row, live: &'a Live) -> Self {
        let live = match live {
            Live::Ours(live) => Some(live),
            Live::NotRead | Live::Unchanged | Live::Gone | Live::NotOurs => None,
        };
        Self {
            object: row.object,
            id: row.id,
            held: &row.held,
            stamp: live.and_then(|live| live.stamp).or(row.stamp),
            fields: live.map(|live| &live.fields),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<Json> {
        self.fields?.get(name).cloned()
    }

    /// Whether the org holds this value; a value that is not known yet never is.
    pub(super) fn holds(&self, name: &str, wanted: Option<&Json>) -> bool {
        let Some(wanted) = wanted.map(Canonical::of) else {
            return false;
        };
        match self.fields.and_then(|fields| fields.get(name)) {
            Some(live) => Canonical::of(live) == wanted,
            None => self.held.get(name) == Some(wanted.hash()),
        }
    }

    pub(super) fn drifted(&self, name: &str) -> bool {
        let unread = self.held.0.is_empty();
        let live = self.fields.and_then(|fields| fields.get(name)).map(hash);
        live.is_some_and(|live| unread || self.held.get(name).is_some_and(|held| held != live))
    }
}

/// Whether the org holds what it gave back after our last write, in the fields that we own and
/// that others may not change.
///
/// We own what we want now and what we wrote last time: a field that is wanted no more and was
/// emptied is not ours any longer. With nothing desired every field counts. A record that was
/// never read back counts as changed, so that its values are looked at.
pub(crate) fn is_as_held(
    policies: &Policies,
    desired: Option<&Desired>,
    row: &Row,
    live: &LiveRecord,
) -> bool {
    let is_released = |name: &str, held: u32| {
        held == hash(&Json::Null) && desired.is_some_and(|desired| !is_wanted(desired, name))
    };
    let same = |(name, held): &(FieldName, u32)| {
        let live = live.fields.get(name.as_ref()).map(hash);
        live.is_none_or(|live| live == *held)
            || policies.of(row.object, name) != Policy::Enforce
            || is_released(name, *held)
    };
    !row.held.0.is_empty() && row.held.0.iter().all(same)
}

pub(super) fn is_wanted(desired: &Desired, name: &str) -> bool {
    desired.fields.iter().any(|(wanted, _)| wanted == name)
}

/// The hashes of what the org holds in these fields.
pub(super) fn held_now<'a>(
    fields: Option<&Map<String, Json>>,
    names: impl Iterator<Item = &'a FieldName>,
) -> Vec<(FieldName, u32)> {
    let held = |name: &'a FieldName| {
        let value = fields?.get(name.as_ref())?;
        Some((name.clone(), hash(value)))
    };
    names.filter_map(held).collect()
}
