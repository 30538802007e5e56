//! Which records can only be made after others of their own kind, as a reply after the message that
//! it answers.

use std::collections::BTreeMap;

use crate::model::address::Path;
use crate::model::change::Change;
use crate::model::id::RootId;
use crate::model::order::{Step, steps};
use crate::model::value::Datum;

/// How deep the records hang that are made under the root whose changes are coming in.
#[derive(Debug, Default)]
pub(super) struct Depths {
    root: Option<RootId>,
    of: BTreeMap<Path, u8>,
}

impl Depths {
    /// How many records of its own kind have to be made before this one, one after the other. What
    /// it follows comes before it in the plan.
    pub(super) fn of(&mut self, change: &Change) -> u8 {
        let Some(follows) = change.object.facts().follows else {
            return 0;
        };
        if !steps(change.action).contains(&Step::Create) {
            return 0;
        }
        let root = Some(change.address.root);
        if self.root != root {
            (self.root, self.of) = (root, BTreeMap::new());
        }
        let field = change.fields.iter().find(|field| field.name == follows);
        let before = match field.map(|field| &field.after) {
            Some(Datum::Ref(address)) if Some(address.root) == root => self.of.get(&address.path),
            _ => None,
        };
        let depth = before.map_or(0, |depth| depth.saturating_add(1));
        self.of.insert(change.address.path.clone(), depth);
        depth
    }
}
