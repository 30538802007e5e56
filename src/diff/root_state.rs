//! What is known of a root while its records are gone through.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use serde_json::Value as Json;

use super::Elsewhere;
use super::fields::hash;
use crate::model::address::{Address, Path};
use crate::model::change::{Action, Change, Reason};
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::record::Desired;
use crate::model::recorded::{Held, Row};
use crate::model::value::{Datum, FieldName, Value};

/// What is known of the root while its records are gone through.
pub(super) struct RootState<'a> {
    pub(super) root: RootId,
    pub(super) account: Option<AccountId>,
    pub(super) gone_reason: Reason,
    /// In the order of their paths.
    rows: &'a [Row],
    /// What is taken into state, with its id.
    adopted: BTreeMap<Path, RecordId>,
    /// What is created again or replaced: whatever refers to it is decided again.
    remade: BTreeSet<Path>,
    /// What is known of other roots, where something is.
    pub(super) elsewhere: Option<&'a Elsewhere>,
}

impl<'a> RootState<'a> {
    pub(super) fn new(
        (root, account): (RootId, Option<AccountId>),
        gone_reason: Reason,
        rows: &'a [Row],
    ) -> Self {
        debug_assert!(rows.is_sorted_by(|a, b| a.path < b.path));
        let (adopted, remade) = (BTreeMap::new(), BTreeSet::new());
        Self {
            root,
            account,
            gone_reason,
            rows,
            adopted,
            remade,
            elsewhere: None,
        }
    }

    /// Which of the rows has this path.
    pub(super) fn place(&self, path: &Path) -> Option<usize> {
        self.rows.binary_search_by(|row| row.path.cmp(path)).ok()
    }

    /// The id of the record at the address, where there is one and it stays.
    pub(super) fn id(&self, address: &Address) -> Option<RecordId> {
        if address.root != self.root {
            return self.elsewhere?.get(address).copied().flatten();
        }
        let path = &address.path;
        if self.remade.contains(path) {
            return None;
        }
        let recorded = || self.place(path).map(|place| self.rows[place].id);
        self.adopted.get(path).copied().or_else(recorded)
    }

    /// Notes what becomes of the record by this change.
    pub(super) fn note(&mut self, change: &Change) {
        let path = &change.address.path;
        match change.action {
            Action::Create | Action::Replace => {
                self.remade.insert(path.clone());
            }
            Action::Adopt => {
                let id = change.id.map(|id| (path.clone(), id));
                self.adopted.extend(id);
            }
            Action::Update | Action::Delete | Action::Forget | Action::Record => {}
        }
    }

    /// Whether the record at the address is made now, or made anew.
    fn is_remade(&self, address: &Address) -> bool {
        if address.root != self.root {
            let known = self.elsewhere.and_then(|known| known.get(address));
            return known == Some(&None);
        }
        self.remade.contains(&address.path)
    }
}

/// Whether the record refers to something that is made anew now, or was since it was written:
/// a run may have ended between the two. A reference that the org emptied is not fought over.
pub(super) fn reference_moved(state: &RootState, record: &Desired, held: Option<&Held>) -> bool {
    let moved = |(name, value): &(FieldName, Value)| {
        let reference = match value {
            Value::Ref(address) => Datum::Ref(address.clone()),
            Value::People(people) => Datum::People(people.clone()),
            Value::Refs(addresses) => Datum::Refs(addresses.clone()),
            _ => return false,
        };
        let outdated = || {
            let held = held.and_then(|held| held.get(name))?;
            let now = hash(&referenced(state, &reference)?);
            Some(held != now && held != hash(&Json::Null))
        };
        let mut references = reference.references().peekable();
        references.peek().is_some()
            && (references.any(|address| state.is_remade(&address))
                || outdated().unwrap_or_default())
    };
    record.fields.iter().any(moved)
}

/// The value with the ids that it refers to, where they are known already.
pub(super) fn referenced(state: &RootState, datum: &Datum) -> Option<Json> {
    let id = |address: &Address| Ok::<_, Infallible>(state.id(address));
    let Ok(resolved) = datum.resolve(id);
    resolved
}
