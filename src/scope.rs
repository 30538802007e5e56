//! The scope of a run: options narrow what is compared and written, never what is desired.

use std::collections::BTreeSet;

use wildmatch::WildMatch;

use crate::model::address::Address;
use crate::model::change::{Action, Change};
use crate::model::value::Datum;

/// Which addresses a run may touch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) target: Vec<WildMatch>,
    pub(crate) exclude: Vec<WildMatch>,
}

impl Scope {
    pub(crate) fn new(target: &[String], exclude: &[String]) -> Self {
        let compile = |globs: &[String]| globs.iter().map(|glob| WildMatch::new(glob)).collect();
        Self {
            target: compile(target),
            exclude: compile(exclude),
        }
    }

    /// Whether nothing is left out.
    pub(crate) fn is_everything(&self) -> bool {
        self.target.is_empty() && self.exclude.is_empty()
    }

    /// The changes of one root that are in scope, in their order. A change takes along what it
    /// refers to; a delete takes along what is part of what goes.
    pub(crate) fn narrow(&self, changes: Vec<Change>, name: &str) -> Vec<Change> {
        if self.is_everything() {
            return changes;
        }
        let mut chosen: BTreeSet<Address> = changes
            .iter()
            .filter(|change| self.contains(&change.address, name))
            .map(|change| change.address.clone())
            .collect();
        loop {
            let before = chosen.len();
            for change in &changes {
                take_along(change, &changes, &mut chosen);
            }
            if chosen.len() == before {
                break;
            }
        }
        changes
            .into_iter()
            .filter(|change| chosen.contains(&change.address))
            .collect()
    }

    fn contains(&self, address: &Address, name: &str) -> bool {
        let text = address.to_string();
        let root = address.root.0.as_str();
        let hit =
            |glob: &WildMatch| glob.matches(&text) || glob.matches(root) || glob.matches(name);
        let targeted = self.target.is_empty() || self.target.iter().any(hit);
        targeted && !self.exclude.iter().any(hit)
    }
}

fn take_along(change: &Change, changes: &[Change], chosen: &mut BTreeSet<Address>) {
    let goes = |change: &Change| matches!(change.action, Action::Delete | Action::Replace);
    if goes(change) {
        let parent = changes
            .iter()
            .find(|parent| goes(parent) && is_part(&change.address, &parent.address));
        if parent.is_some_and(|parent| chosen.contains(&parent.address)) {
            chosen.insert(change.address.clone());
        }
    }
    if chosen.contains(&change.address) {
        for field in &change.fields {
            if let Datum::Ref(address) = &field.after {
                chosen.insert(address.clone());
            }
        }
    }
}

fn is_part(child: &Address, parent: &Address) -> bool {
    let rest = child.path.as_str().strip_prefix(parent.path.as_str());
    child.root == parent.root && rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether one of the manifest's globs protects the address from going.
pub(crate) fn is_protected(globs: &[WildMatch], change: &Change) -> bool {
    let goes = matches!(change.action, Action::Delete | Action::Replace);
    let address = change.address.to_string();
    goes && globs.iter().any(|glob| glob.matches(&address))
}
