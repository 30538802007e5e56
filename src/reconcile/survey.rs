//! A plan with what it was made from, for those who look at the org before anything is written.

use super::planned::Planned;
use super::selection;
use crate::model::address::Address;
use crate::model::id::RootId;
use crate::model::inventory::Inventory;
use crate::model::object::{OBJECTS, Object};
use crate::model::record::Desired;
use crate::model::told::Told;
use crate::model::value::{Datum, FieldName, Value};
use crate::planner::Planner;

/// A plan, and what it rests on.
pub(crate) struct Survey {
    pub(crate) planned: Planned,
    pub(crate) inventory: Inventory,
    /// One record of each kind that the manifest asks for.
    pub(crate) samples: Vec<Sample>,
    /// The story of the deal that was asked for.
    pub(crate) explained: Option<Told>,
}

/// A record as it would be sent.
pub(crate) struct Sample {
    pub(crate) address: Address,
    pub(crate) object: Object,
    pub(crate) fields: Vec<(FieldName, Datum)>,
    /// The record that it is part of, where it is part of one.
    pub(crate) whole: Option<Box<Sample>>,
}

/// The records of so many deals show every kind that there is.
const DEALS: usize = 50;

pub(super) fn samples(planner: Option<&Planner>, roots: &[RootId]) -> Vec<Sample> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let mut samples: Vec<Sample> = Vec::new();
    for root in selection::sample(roots, DEALS) {
        let mut desired = Vec::new();
        planner.plan(*root, &mut desired);
        for facts in &OBJECTS {
            if samples.iter().any(|sample| sample.object == facts.object) {
                continue;
            }
            let first = desired.iter().find(|record| record.object == facts.object);
            samples.extend(first.map(|record| sample(planner, *root, record, &desired)));
        }
    }
    samples
}

fn sample(planner: &Planner, root: RootId, record: &Desired, all: &[Desired]) -> Sample {
    let facts = record.object.facts();
    let whole = record.fields.iter().find_map(|(name, value)| match value {
        Value::Ref(address) if name == facts.parent => Some(&address.path),
        _ => None,
    });
    let whole = whole.and_then(|path| all.iter().find(|other| other.path == *path));
    Sample {
        address: Address {
            root,
            path: record.path.clone(),
        },
        object: record.object,
        fields: planner.render(root, record),
        whole: whole.map(|whole| Box::new(sample(planner, root, whole, all))),
    }
}
