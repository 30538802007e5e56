//! What became of our records: read by id, with proof that they are ours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Error, timestamp};
use crate::diff::fields::hash;
use crate::model::address::Address;
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::id::{RecordId, RootId};
use crate::model::key;
use crate::model::loan::LOAN;
use crate::model::object::{Facts, OBJECTS, Object};
use crate::model::recorded::{Held, Live, LiveRecord, Row};
use crate::model::value::FieldName;
use crate::org::{Fields, Org, Retrieve};
use crate::state::Run;

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
    Box::pin(live_among(org, proof, owned, rows, BTreeSet::new())).await
}

/// The same, where some records are known to be ours already.
pub(crate) async fn live_among(
    org: &Org,
    proof: &Proof<'_>,
    owned: &OwnedFields,
    rows: &[(RootId, &Row)],
    mut ours: BTreeSet<(Object, RecordId)>,
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
    if row.object.is_loan() {
        // It was never ours; but no row makes a loan of what stands elsewhere.
        let named = row.path.as_str().rsplit('/').next();
        return match row.path.as_str() {
            LOAN => row.id == root.0,
            _ => named == Some(row.id.as_str()),
        };
    }
    let text = |name: &str| fields.get(name).and_then(Json::as_str);
    let run = proof.runs.get(&row.run);
    let keyed = run.is_some_and(|run| run.keyed) && proof.capabilities.has_key(row.object);
    if keyed {
        let address = Address {
            root,
            path: row.path.clone(),
        };
        // What was found by its key alone stands at its letters, an older one below.
        let letters = match row.path.as_str().strip_prefix("key/") {
            Some(found) => found.split('/').next().unwrap_or(found).to_owned(),
            None => key::address_letters(&address),
        };
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
    (facts.parent.is_empty() || parent == Some(root.0))
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
    /// Shared with others of its kind.
    pub(crate) fields: Arc<[FieldName]>,
}

/// What the org made of a record: the hashes of its owned fields, and its stamp.
pub(crate) type Note = (Address, Held, Option<i64>);

/// What is kept in state of a value that the org holds.
pub(crate) fn held(value: &Json) -> u32 {
    hash(value)
}

/// Reads back what was written.
pub(crate) async fn read_back(org: &Org, written: &[Written]) -> Result<Vec<Note>, Error> {
    let of = |object| written.iter().filter(move |one| one.object == object);
    let kinds = OBJECTS
        .iter()
        .filter(|facts| of(facts.object).next().is_some());
    let kinds: Vec<_> = kinds
        .map(|facts| {
            let mut fields: BTreeSet<&str> = of(facts.object)
                .flat_map(|one| one.fields.iter())
                .map(AsRef::as_ref)
                .collect();
            fields.extend(["SystemModstamp", "LastModifiedById"]);
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
        return Ok(Vec::new());
    }
    let replies = org.retrieve(&requests).await?;
    let us = Json::from(&*org.identity().user_id);
    let mut notes = Vec::with_capacity(written.len());
    for ((facts, ..), records) in kinds.iter().zip(replies) {
        for (one, fields) in of(facts.object).zip(records) {
            // What is gone again already, or was saved by somebody else since, is found by the
            // next refresh: only what the org itself made of our save is to be left alone.
            let ours = |fields: &Fields| fields.get("LastModifiedById") == Some(&us);
            let Some(fields) = fields.filter(ours) else {
                continue;
            };
            let held = one.fields.iter().map(|name| {
                let value = fields.get(name.as_ref()).unwrap_or(&Json::Null);
                (name.clone(), hash(value))
            });
            notes.push((one.address.clone(), Held(held.collect()), stamp(&fields)));
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::{Proof, is_ours};
    use crate::bench::capabilities;
    use crate::model::address::{Address, Path};
    use crate::model::capabilities::{Capabilities, KEY_FIELD};
    use crate::model::id::{RecordId, RootId};
    use crate::model::key;
    use crate::model::object::Object;
    use crate::model::recorded::{Held, Row};
    use crate::model::value::Want;
    use crate::org::Fields;
    use crate::state::{Run, RunStatus};

    const ROOT: &str = "006DG0000000001YAA";
    const MEETING: &str = "00UDG0000000001";
    const USER: &str = "005DG0000000001YAA";
    const PACK: &str = "packpack";

    /// The run began at this second, and ended a minute later.
    const STARTED: i64 = 1_700_000_000;

    fn id(text: &str) -> RecordId {
        RecordId::parse(text).unwrap()
    }

    fn row(object: Object, path: &str) -> Row {
        Row {
            path: Path::new(path),
            object,
            id: id(MEETING),
            generation: 1,
            run: 1,
            created: STARTED + 10,
            want: Want(1),
            stamp: None,
            held: Held::default(),
            lent: Vec::new(),
        }
    }

    fn meeting() -> Row {
        row(Object::Event, "meeting/past/01")
    }

    fn key_of(path: &str) -> String {
        let root = RootId(id(ROOT));
        let path = Path::new(path);
        key::key(PACK, Object::Event, &Address { root, path }, 4)
    }

    /// Whether a record with these fields is proved to be the row's.
    fn proved(row: &Row, keyed: bool, fields: serde_json::Value) -> bool {
        let run = Run {
            number: 1,
            run_id: "r1".to_owned(),
            command: "apply".to_owned(),
            user: USER.to_owned(),
            keyed,
            status: RunStatus::Completed,
            started: STARTED,
            finished: Some(STARTED + 60),
            counts: None,
        };
        let without_keys = Capabilities::default();
        let with_keys = capabilities();
        let proof = Proof {
            capabilities: if keyed { &with_keys } else { &without_keys },
            pack: PACK,
            runs: &BTreeMap::from([(1, run)]),
        };
        let fields: Fields = serde_json::from_value(fields).unwrap();
        let ours = BTreeSet::from([(Object::Event, id(MEETING))]);
        is_ours(&proof, (RootId(id(ROOT)), row), &fields, &ours)
    }

    #[test]
    fn a_key_proves_its_own_record_alone() {
        let other_pack = key_of("meeting/past/01").replace(PACK, "kcapkcap");
        for (key, expect) in [
            (json!(key_of("meeting/past/01")), true),
            (json!(key_of("meeting/past/02")), false),
            (json!(other_pack), false),
            (json!("a customer's own"), false),
            (json!(null), false),
        ] {
            let fields = json!({ KEY_FIELD: key, "WhatId": ROOT, "CreatedById": USER,
                "CreatedDate": "2023-11-14T22:13:30.000+0000" });
            assert_eq!(proved(&meeting(), true, fields), expect, "{key}");
        }
    }

    #[test]
    fn without_keys_our_user_made_it_then_and_there() {
        let made = |parent: &str, user: &str, at: &str| {
            let fields = json!({ "WhatId": parent, "CreatedById": user, "CreatedDate": at });
            proved(&meeting(), false, fields)
        };
        let then = "2023-11-14T22:13:30.000+0000";
        assert!(made(ROOT, USER, then));
        assert!(made(ROOT, USER, "2023-11-14T22:16:00.000+0000"));
        assert!(!made("006DG0000000002YAA", USER, then));
        assert!(!made(ROOT, "005DG0000000002YAA", then));
        assert!(!made(ROOT, USER, "2023-11-14T23:13:30.000+0000"));
        assert!(!made(ROOT, USER, "2023-11-14T21:13:30.000+0000"));
        assert!(!made(ROOT, USER, "no date"));
        // A forged row cannot move the time of the run.
        let forged = Row {
            created: STARTED + 90_000,
            ..meeting()
        };
        let later = json!({ "WhatId": ROOT, "CreatedById": USER,
            "CreatedDate": "2023-11-15T23:13:20.000+0000" });
        assert!(!proved(&forged, false, later));
        let no_run = Row {
            run: 2,
            ..meeting()
        };
        let fields = json!({ "WhatId": ROOT, "CreatedById": USER, "CreatedDate": then });
        assert!(!proved(&no_run, false, fields));
    }

    #[test]
    fn a_part_belongs_to_one_of_ours() {
        let attendee = row(Object::EventRelation, "meeting/past/01/attendee/champion");
        for keyed in [true, false] {
            assert!(proved(&attendee, keyed, json!({ "EventId": MEETING })));
            let other = json!({ "EventId": "00UDG0000000002" });
            assert!(!proved(&attendee, keyed, other));
            assert!(!proved(&attendee, keyed, json!({})));
        }
    }
}
