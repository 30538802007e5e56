//! A plan with what it was made from, for those who look at the org before anything is written.

use super::customers::Customers;
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
    pub(crate) customers: Customers,
    /// The story of the deal that was asked for.
    pub(crate) explained: Option<Told>,
}

/// A record as it would be sent.
pub(crate) struct Sample {
    pub(crate) address: Address,
    pub(crate) object: Object,
    pub(crate) fields: Vec<(FieldName, Datum)>,
    /// The records of ours that it cannot be without: what it is part of, and whom it relates.
    pub(crate) needs: Vec<Sample>,
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
    let is_needed = |name: &str| name == facts.parent || facts.told_by.contains(&name);
    let needed = record
        .fields
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Ref(address) if is_needed(name) => needed(planner, address, (root, all)),
            _ => None,
        });
    Sample {
        address: Address {
            root,
            path: record.path.clone(),
        },
        object: record.object,
        fields: planner.render(root, record),
        needs: needed.collect(),
    }
}

/// The record at the address, which may be another root's, as a contact is its account's.
fn needed(
    planner: &Planner,
    address: &Address,
    (root, all): (RootId, &[Desired]),
) -> Option<Sample> {
    if address.root == root {
        let record = all.iter().find(|other| other.path == address.path)?;
        return Some(sample(planner, root, record, all));
    }
    let mut others = Vec::new();
    planner.plan(address.root, &mut others);
    let record = others.iter().find(|other| other.path == address.path)?;
    Some(sample(planner, address.root, record, &others))
}
