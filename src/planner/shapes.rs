//! Which fields of a record the org has a place for.

use std::collections::BTreeMap;

use crate::model::capabilities::Capabilities;
use crate::model::object::Object;
use crate::model::value::{FieldName, Value};

/// The names that records of each kind were last made with, when the org had a place for all of
/// them: almost all records of a kind have the same fields, so looking once is enough.
#[derive(Default)]
pub(super) struct Shapes(BTreeMap<Object, Vec<FieldName>>);

impl Shapes {
    /// Leaves out fields that the org lacks.
    pub(super) fn fit(
        &mut self,
        capabilities: &Capabilities,
        object: Object,
        fields: &mut Vec<(FieldName, Value)>,
    ) {
        let names = || fields.iter().map(|(name, _)| name);
        let known = self.0.get(&object).is_some_and(|known| {
            known.len() == fields.len() && names().zip(known).all(|(name, known)| same(name, known))
        });
        if known {
            return;
        }
        if names().all(|name| capabilities.can_create(object, name)) {
            let names = names().cloned().collect();
            self.0.insert(object, names);
        } else {
            fields.retain(|(name, _)| capabilities.can_create(object, name));
        }
    }
}

/// Whether two names are equal: mostly they are the same constant, which is quicker to see.
fn same(one: &FieldName, other: &FieldName) -> bool {
    (one.as_ptr(), one.len()) == (other.as_ptr(), other.len()) || one == other
}
