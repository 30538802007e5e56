//! The look at records right before they are written: each must still be the one that was planned.
//!
//! Stamps are read first, which is little. Only of what was saved since it was planned are the
//! values read, and only a field that we own, or the key, makes a conflict of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Error;
use super::live::{OwnedFields, Proof, live};
use crate::diff::fields::hash;
use crate::model::change::Change;
use crate::model::id::RootId;
use crate::model::recorded::{Live, LiveRecord, Row};
use crate::model::value::Datum;
use crate::org::Org;

/// A record that is about to be written.
pub(crate) struct Planned<'a> {
    pub(crate) root: RootId,
    pub(crate) row: &'a Row,
    /// None for what is only read because it proves its parts to be ours.
    pub(crate) change: Option<&'a Change>,
}

/// What became of a record since it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// Nothing that matters to the change; or it is gone, which the org will say itself.
    AsPlanned,
    /// It is not ours any more.
    NotOurs,
    /// Somebody changed these fields, which we own.
    Changed(Vec<String>),
}

/// What became of each, in their order.
pub(crate) async fn meanwhile(
    org: &Org,
    proof: &Proof<'_>,
    planned: &[Planned<'_>],
) -> Result<Vec<Meanwhile>, Error> {
    let rows: Vec<_> = planned.iter().map(|one| (one.root, one.row)).collect();
    let stamps = live(org, proof, &OwnedFields::new(), &rows).await?;
    let found = stamps.iter().map(|live| match live {
        Live::NotOurs => Meanwhile::NotOurs,
        Live::NotRead | Live::Unchanged | Live::Gone | Live::Ours(_) => Meanwhile::AsPlanned,
    });
    let mut found: Vec<_> = found.collect();
    let saved: BTreeSet<usize> = (0..planned.len())
        .filter(|&place| was_saved(&planned[place], &stamps[place]))
        .collect();
    if saved.is_empty() {
        return Ok(found);
    }
    // What proves them is read along with them.
    let places: Vec<usize> = (0..planned.len())
        .filter(|place| saved.contains(place) || planned[*place].change.is_none())
        .collect();
    let rows: Vec<_> = places.iter().map(|&place| rows[place]).collect();
    let owned = owned(saved.iter().map(|&place| &planned[place]));
    let values = live(org, proof, &owned, &rows).await?;
    for (place, live) in places.into_iter().zip(values) {
        let Planned { row, change, .. } = planned[place];
        match (live, change) {
            (Live::NotOurs, _) => found[place] = Meanwhile::NotOurs,
            (Live::Ours(live), Some(change)) if saved.contains(&place) => {
                let changed = changed(change, row, &live);
                if !changed.is_empty() {
                    found[place] = Meanwhile::Changed(changed);
                }
            }
            (Live::Ours(_) | Live::Unchanged | Live::Gone | Live::NotRead, _) => {}
        }
    }
    Ok(found)
}

/// Whether the record was saved since it was planned, or may have been.
fn was_saved(planned: &Planned, live: &Live) -> bool {
    match (planned.change, live) {
        (Some(change), Live::Ours(live)) => change.stamp.is_none() || change.stamp != live.stamp,
        _ => false,
    }
}

/// The fields that we own of these.
fn owned<'a>(planned: impl Iterator<Item = &'a Planned<'a>>) -> OwnedFields {
    let mut owned = OwnedFields::new();
    for Planned { row, change, .. } in planned {
        let fields = owned.entry(row.object).or_default();
        fields.extend(row.held.0.iter().map(|(name, _)| name.clone()));
        let written = change.iter().flat_map(|change| &change.fields);
        fields.extend(written.map(|field| field.name.clone()));
    }
    owned
}

/// The owned fields that hold neither what the plan saw, nor what it writes. What nobody knows
/// of a field cannot have changed.
fn changed(change: &Change, row: &Row, live: &LiveRecord) -> Vec<String> {
    let seen = row.held.0.iter().map(|(name, held)| (name.as_ref(), *held));
    let mut seen: BTreeMap<&str, u32> = seen.collect();
    let mut wanted = BTreeMap::new();
    for field in &change.fields {
        if let Some(before) = &field.before {
            seen.insert(&field.name, hash(before));
        }
        if let Datum::Json(after) = &field.after {
            wanted.insert(field.name.as_ref(), hash(after));
        }
    }
    let is_changed = |(name, seen): &(&str, u32)| {
        let now = live
            .fields
            .get(*name)
            .map_or(*seen, |value: &Json| hash(value));
        now != *seen && wanted.get(name) != Some(&now)
    };
    let changed = seen.into_iter().filter(is_changed);
    changed.map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::changed;
    use crate::diff::fields::hash;
    use crate::model::address::Path;
    use crate::model::change::{Action, Change, FieldChange, Reason};
    use crate::model::id::RecordId;
    use crate::model::object::Object;
    use crate::model::recorded::{Held, LiveRecord, Row};
    use crate::model::value::{Datum, Want};

    const ID: &str = "00UDG0000000001";

    /// A record whose Subject was recorded as `a` and whose Location as `x`; the plan saw `before`
    /// in its Subject and makes it `b`.
    #[track_caller]
    fn check(before: Option<&str>, now: &Json, expect: &[&str]) {
        let id = RecordId::parse(ID).unwrap();
        let held = [("Subject", "a"), ("Location", "x")];
        let held = held.map(|(name, value)| (name.into(), hash(&json!(value))));
        let row = Row {
            path: Path::new("meeting/past/01"),
            object: Object::Event,
            id,
            generation: 1,
            run: 1,
            created: 0,
            want: Want(1),
            stamp: None,
            held: Held(held.to_vec()),
            lent: Vec::new(),
        };
        let change = Change {
            address: "006DG0000000001YAA/meeting/past/01".parse().unwrap(),
            object: Object::Event,
            action: Action::Update,
            reason: Reason::ManifestChanged,
            instead_of: None,
            id: Some(id),
            stamp: None,
            generation: 1,
            account: None,
            want: None,
            fields: vec![FieldChange {
                name: "Subject".into(),
                before: before.map(Json::from),
                after: Datum::Json("b".into()),
            }],
            held: Vec::new(),
            lent: Vec::new(),
            above: Vec::new(),
            title: String::new(),
            day: None,
        };
        let live = LiveRecord {
            id,
            stamp: None,
            fields: serde_json::from_value(now.clone()).unwrap(),
        };
        assert_eq!(changed(&change, &row, &live), expect, "{before:?} {now}");
    }

    #[test]
    fn only_what_nobody_planned_for_is_a_change() {
        check(None, &json!({"Subject": "a", "Location": "x"}), &[]);
        check(
            None,
            &json!({"Subject": "c", "Location": "x"}),
            &["Subject"],
        );
        check(
            None,
            &json!({"Subject": "a", "Location": "y"}),
            &["Location"],
        );
        check(None, &json!({"Subject": "b", "Location": "x"}), &[]);
        check(None, &json!({"Priority": "High"}), &[]);
        // The plan saw a drifted value, and was reviewed with it.
        check(Some("c"), &json!({"Subject": "c", "Location": "x"}), &[]);
        check(
            Some("c"),
            &json!({"Subject": "a", "Location": "x"}),
            &["Subject"],
        );
    }
}
