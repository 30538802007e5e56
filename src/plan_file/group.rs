//! Groups: thousands of alike changes as one thing to review.

use std::collections::BTreeMap;

use crate::model::change::{Action, Change, Reason};
use crate::model::day::Day;
use crate::model::id::RootId;
use crate::model::object::Object;

/// How many changes of a group are shown, and how many where nothing should be overlooked.
const SAMPLES: usize = 3;
const SAMPLES_OF_LOSS: usize = 20;

/// What makes changes alike. The order is the order of review: losses and drift first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    harmless: bool,
    pub(crate) action: Action,
    pub(crate) reason: Reason,
    pub(crate) object: Object,
    /// What people call one such record, and several.
    pub(crate) label: (&'static str, &'static str),
}

/// Alike changes.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) key: GroupKey,
    pub(crate) count: u64,
    /// How many deals they belong to.
    pub(crate) roots: u64,
    pub(crate) first_day: Option<Day>,
    pub(crate) last_day: Option<Day>,
    /// How many of the changes touch each field; for updates.
    pub(crate) fields: BTreeMap<String, u64>,
    /// Some of them, of different deals where there are enough.
    pub(crate) samples: Vec<Change>,
    last_root: Option<RootId>,
}

/// The groups while changes come in.
#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<GroupKey, Group>);

impl GroupKey {
    fn of(change: &Change) -> Self {
        let loses = matches!(
            change.action,
            Action::Delete | Action::Replace | Action::Forget
        );
        Self {
            harmless: !loses && change.reason != Reason::Drift,
            action: change.action,
            reason: change.reason,
            object: change.object,
            label: change.object.label(&change.address.path),
        }
    }

    fn samples(self) -> usize {
        if self.harmless {
            SAMPLES
        } else {
            SAMPLES_OF_LOSS
        }
    }
}

impl Groups {
    pub(super) fn add(&mut self, change: &Change) {
        // A note in state is nothing to review.
        if change.action == Action::Record {
            return;
        }
        let key = GroupKey::of(change);
        let group = self.0.entry(key).or_insert_with(|| Group::new(key));
        group.count += 1;
        group.first_day = group.first_day.into_iter().chain(change.day).min();
        group.last_day = group.last_day.into_iter().chain(change.day).max();
        let new_root = group.last_root != Some(change.address.root);
        if new_root {
            group.roots += 1;
            group.last_root = Some(change.address.root);
        }
        // A record of another kind has other fields.
        if change.instead_of.is_none()
            && matches!(
                change.action,
                Action::Update | Action::Replace | Action::Adopt
            )
        {
            for field in change.fields.iter().filter(|field| {
                change.action == Action::Update || field.before != Some(after(field))
            }) {
                *group.fields.entry(field.name.to_string()).or_default() += 1;
            }
        }
        let wanted = group.samples.len() < key.samples();
        if wanted && (new_root || !key.harmless || group.samples.is_empty()) {
            group.samples.push(change.clone());
        }
    }

    pub(super) fn finish(self) -> Vec<Group> {
        self.0.into_values().collect()
    }
}

fn after(field: &crate::model::change::FieldChange) -> serde_json::Value {
    match &field.after {
        crate::model::value::Datum::Json(json) => json.clone(),
        crate::model::value::Datum::Ref(address) => serde_json::Value::String(address.to_string()),
        // Nothing in the org is like what is not written yet.
        crate::model::value::Datum::Draft(draft) => {
            serde_json::Value::String(draft.hash.to_string())
        }
        crate::model::value::Datum::Refs(addresses) => {
            addresses.iter().map(ToString::to_string).collect()
        }
        crate::model::value::Datum::People(people) => {
            people.iter().map(ToString::to_string).collect()
        }
    }
}

impl Group {
    fn new(key: GroupKey) -> Self {
        Self {
            key,
            count: 0,
            roots: 0,
            first_day: None,
            last_day: None,
            fields: BTreeMap::new(),
            samples: Vec::new(),
            last_root: None,
        }
    }
}
