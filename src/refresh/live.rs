//! What became of our records: read by id, with proof that they are ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Error, timestamp};
use crate::diff::fields::hash;
use crate::model::address::Address;
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::id::{RecordId, RootId};
use crate::model::key;
use crate::model::object::{Facts, OBJECTS, Object};
use crate::model::recorded::{Held, Live, LiveRecord, Row};
use crate::model::value::FieldName;
use crate::org::{Fields, Org, Retrieve};
use crate::state::{Run, State};

/// Which fields of each kind we own: those we want now and those we wrote before.
pub(crate) type OwnedFields = BTreeMap<Object, BTreeSet<FieldName>>;

/// What proves a record to be ours.
pub(crate) struct Proof<'a> {
    pub(crate) capabilities: &'a Capabilities,
    /// The pack's part of its keys.
    pub(crate) pack: &'a str,
    /// All runs that could have made records, by number.
    pub(crate) runs: &'a BTreeMap<i64, Run>,
}

/// Clocks, and the time between an intent and the record, may differ by so many seconds.
const CLOCK_SLACK: i64 = 300;

/// What is asked for of one kind of record.
struct Ask<'a> {
    facts: &'static Facts,
    /// Which of the rows are of this kind.
    places: Vec<usize>,
    ids: Vec<&'a str>,
    fields: Vec<&'a str>,
}

/// What the org holds for each row, in their order.
pub(crate) async fn live(
    org: &Org,
    proof: &Proof<'_>,
    owned: &OwnedFields,
    rows: &[(RootId, &Row)],
) -> Result<Vec<Live>, Error> {
    let mut live = vec![Live::Gone; rows.len()];
    let asks: Vec<_> = OBJECTS
        .iter()
        .filter_map(|facts| ask(facts, proof, owned, rows))
        .collect();
    if asks.is_empty() {
        return Ok(live);
    }
    let requests: Vec<_> = asks
        .iter()
        .map(
            |Ask {
                 facts, ids, fields, ..
             }| Retrieve {
                object: facts.api_name,
                fields,
                ids,
            },
        )
        .collect();
    let replies = org.retrieve(&requests).await?;
    // Parents come before their parts, so what a part belongs to is known by then.
    let mut ours = BTreeSet::new();
    for (ask, records) in asks.iter().zip(replies) {
        for (&place, fields) in ask.places.iter().zip(records) {
            let Some(fields) = fields else { continue };
            live[place] = judge(proof, rows[place], fields, &mut ours);
        }
    }
    Ok(live)
}

/// `None` where there is nothing to ask: no such rows, or an object that is gone or hidden, and
/// its records with it.
fn ask<'a>(
    facts: &'static Facts,
    proof: &Proof<'a>,
    owned: &'a OwnedFields,
    rows: &[(RootId, &'a Row)],
) -> Option<Ask<'a>> {
    let shown = &proof.capabilities.objects.get(&facts.object)?.readable;
    let places: Vec<_> = (0..rows.len())
        .filter(|&place| rows[place].1.object == facts.object)
        .collect();
    let always = [
        "Id",
        "SystemModstamp",
        "CreatedDate",
        "CreatedById",
        KEY_FIELD,
        facts.parent,
    ];
    let wanted = owned
        .get(&facts.object)
        .into_iter()
        .flatten()
        .map(AsRef::as_ref);
    let fields: BTreeSet<&str> = wanted
        .chain(always)
        .filter(|name| shown.contains(*name))
        .collect();
    let ask = Ask {
        facts,
        ids: places
            .iter()
            .map(|&place| rows[place].1.id.as_str())
            .collect(),
        places,
        fields: fields.into_iter().collect(),
    };
    (!ask.places.is_empty()).then_some(ask)
}

fn judge(
    proof: &Proof,
    (root, row): (RootId, &Row),
    fields: Fields,
    ours: &mut BTreeSet<(Object, RecordId)>,
) -> Live {
    if !is_ours(proof, (root, row), &fields, ours) {
        return Live::NotOurs;
    }
    ours.insert((row.object, row.id));
    Live::Ours(LiveRecord {
        id: row.id,
        stamp: stamp(&fields),
        fields,
    })
}

/// A record of an object with keys carries its own; a part belongs to one of ours; without keys
/// our user made it, under the same parent, in the time of the run that says so.
fn is_ours(
    proof: &Proof,
    (root, row): (RootId, &Row),
    fields: &Fields,
    ours: &BTreeSet<(Object, RecordId)>,
) -> bool {
    let facts = row.object.facts();
    let text = |name: &str| fields.get(name).and_then(Json::as_str);
    let run = proof.runs.get(&row.run);
    let keyed = run.is_some_and(|run| run.keyed) && proof.capabilities.has_key(row.object);
    if keyed {
        let address = Address {
            root,
            path: row.path.clone(),
        };
        let letters = key::address_letters(&address);
        let parsed = text(KEY_FIELD).and_then(key::parse);
        return parsed.is_some_and(|key| {
            (key.object, key.pack, key.address) == (row.object, proof.pack, &*letters)
        });
    }
    let parent = text(facts.parent).and_then(|id| RecordId::parse(id).ok());
    if let Some(whole) = facts.part_of {
        return parent.is_some_and(|id| ours.contains(&(whole, id)));
    }
    let created = text("CreatedDate").and_then(|text| timestamp(text).ok());
    let (Some(created), Some(run)) = (created, run) else {
        return false;
    };
    let created = created.as_second();
    parent == Some(root.0)
        && text("CreatedById") == Some(&run.user)
        && created.abs_diff(row.created) <= CLOCK_SLACK as u64
        && created >= run.started - CLOCK_SLACK
        && run
            .finished
            .is_none_or(|finished| created <= finished + CLOCK_SLACK)
}

pub(super) fn stamp(fields: &Fields) -> Option<i64> {
    let text = fields.get("SystemModstamp")?.as_str()?;
    timestamp(text).ok().map(jiff::Timestamp::as_millisecond)
}

/// A record that was written, with the fields that we own of it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) address: Address,
    pub(crate) object: Object,
    pub(crate) id: RecordId,
    pub(crate) fields: Vec<FieldName>,
}

/// Reads back what was written, and notes what the org made of it.
pub(crate) async fn note_held(
    org: &Org,
    state: &mut State,
    written: &[Written],
) -> Result<(), Error> {
    let of = |object| written.iter().filter(move |one| one.object == object);
    let kinds = OBJECTS
        .iter()
        .filter(|facts| of(facts.object).next().is_some());
    let kinds: Vec<_> = kinds
        .map(|facts| {
            let mut fields: BTreeSet<&str> = of(facts.object)
                .flat_map(|one| &one.fields)
                .map(AsRef::as_ref)
                .collect();
            fields.insert("SystemModstamp");
            let fields: Vec<_> = fields.into_iter().collect();
            let ids: Vec<_> = of(facts.object).map(|one| one.id.as_str()).collect();
            (facts, fields, ids)
        })
        .collect();
    let requests: Vec<_> = kinds
        .iter()
        .map(|(facts, fields, ids)| Retrieve {
            object: facts.api_name,
            fields,
            ids,
        })
        .collect();
    if requests.is_empty() {
        return Ok(());
    }
    let replies = org.retrieve(&requests).await?;
    let mut notes = Vec::with_capacity(written.len());
    for ((facts, ..), records) in kinds.iter().zip(replies) {
        for (one, fields) in of(facts.object).zip(records) {
            // What is gone again already is found by the next refresh.
            let Some(fields) = fields else { continue };
            let held = one.fields.iter().map(|name| {
                let value = fields.get(name.as_ref()).unwrap_or(&Json::Null);
                (name.clone(), hash(value))
            });
            notes.push((one.address.clone(), Held(held.collect()), stamp(&fields)));
        }
    }
    Ok(state.note_held(&notes)?)
}
