//! What the org holds of ours that state does not know.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use super::live::{OwnedFields, stamp};
use super::{Error, record_id, timestamp};
use crate::model::capabilities::{Capabilities, KEY_FIELD, PACK_OBJECT};
use crate::model::day::Day;
use crate::model::id::{RecordId, RootId};
use crate::model::key;
use crate::model::object::Object;
use crate::model::recorded::{Found, FoundRecord, LiveRecord};
use crate::org::{Fields, Org, Scope, soql};

/// The pack's own record in the org.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct PackRow {
    #[serde(rename = "Id")]
    pub(crate) id: String,
    #[serde(rename = "Anchor__c")]
    anchor: Option<String>,
    #[serde(rename = "Seed__c")]
    seed: Option<f64>,
    #[serde(rename = "Lineage__c")]
    pub(crate) lineage: Option<String>,
    #[serde(rename = "Last_Run_At__c")]
    last_run_at: Option<String>,
    #[serde(rename = "Applied_By__c")]
    applied_by: Option<String>,
    #[serde(rename = "Applied_From__c")]
    applied_from: Option<String>,
    #[serde(rename = "Last_Run__c")]
    pub(crate) last_run: Option<String>,
    #[serde(rename = "Lease_Owner__c")]
    pub(crate) lease_owner: Option<String>,
    #[serde(rename = "Lease_Until__c")]
    lease_until: Option<String>,
}

impl PackRow {
    pub(crate) fn anchor(&self) -> Option<Day> {
        self.anchor.as_deref()?.parse().ok().map(Day::from_date)
    }

    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed.map(|seed| seed as u64)
    }

    /// Until when another machine may be at work on the pack, by the org's clock.
    pub(crate) fn lease_until(&self) -> Option<Timestamp> {
        timestamp(self.lease_until.as_deref()?).ok()
    }

    /// Who applied the pack last, from where, and when.
    pub(crate) fn applied(&self) -> String {
        let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        format!(
            "by {} from {} at {}",
            told(&self.applied_by),
            told(&self.applied_from),
            told(&self.last_run_at)
        )
    }
}

/// The pack's row, where the org has the object and the pack was applied.
pub(crate) async fn pack_row(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
) -> Result<Option<PackRow>, Error> {
    if !capabilities.pack_object {
        return Ok(None);
    }
    let rows = org.query(of_pack(pack), Scope::Query).all().await?;
    Ok(rows.into_iter().next())
}

/// The query for the pack's row.
pub(super) fn of_pack(pack: &str) -> String {
    format!(
        "SELECT Id, Anchor__c, Seed__c, Lineage__c, Last_Run__c, Last_Run_At__c, Applied_By__c, \
         Applied_From__c, Lease_Owner__c, Lease_Until__c FROM {PACK_OBJECT} WHERE Name = {}",
        soql::literal(pack)
    )
}

pub(super) fn condition(object: Object, pack: &str) -> String {
    format!(
        "{KEY_FIELD} LIKE {}",
        soql::like_prefix(&key::beginning(pack, object))
    )
}

/// All records of these kinds that carry the pack's key and are not among the known ids, and
/// their parts that can carry none.
pub(crate) async fn found(
    org: &Org,
    (capabilities, pack): (&Capabilities, &str),
    owned: &OwnedFields,
    objects: &[Object],
    known: &BTreeSet<RecordId>,
) -> Result<Found, Error> {
    let mut found = Found::new();
    for &object in objects {
        let fields = fields(capabilities, owned, (object, KEY_FIELD));
        let condition = condition(object, pack);
        let soql = format!(
            "SELECT {fields} FROM {} WHERE {condition} AND IsDeleted = FALSE",
            object.api_name()
        );
        let mut pages = org.query(soql, Scope::QueryAll);
        while let Some(page) = pages.next::<Fields>().await? {
            for fields in page {
                take(&mut found, object, fields, known)?;
            }
        }
    }
    let shown = capabilities.objects.keys().copied();
    for object in shown.filter(|object| !capabilities.has_key(*object)) {
        let fields = fields(capabilities, owned, (object, object.facts().parent));
        parts(org, object, &fields, &mut found).await?;
    }
    Ok(found)
}

/// The parts of this kind that belong to what was found.
async fn parts(org: &Org, object: Object, fields: &str, found: &mut Found) -> Result<(), Error> {
    let facts = object.facts();
    let wholes: BTreeMap<RecordId, String> = found
        .iter()
        .filter(|(_, record)| Some(record.object) == facts.part_of)
        .map(|(letters, record)| (record.live.id, letters.clone()))
        .collect();
    let ids: Vec<_> = wholes.keys().map(RecordId::as_str).collect();
    let select = format!(
        "SELECT {fields} FROM {} WHERE {} IN",
        object.api_name(),
        facts.parent
    );
    for soql in soql::in_lists(&select, &ids, "") {
        for fields in org.query(soql, Scope::Query).all::<Fields>().await? {
            let whole = wholes.get(&record_id(&text(&fields, facts.parent))?);
            let told_by = text(&fields, facts.told_by[0]);
            if let Some(whole) = whole {
                let letters = key::part_letters(whole, &told_by);
                found.insert(letters, record(object, 1, fields)?);
            }
        }
    }
    Ok(())
}

/// The fields to ask for: ours, and those that say which record it is.
fn fields(
    capabilities: &Capabilities,
    owned: &OwnedFields,
    (object, told_by): (Object, &str),
) -> String {
    let shown = &capabilities.objects[&object].readable;
    let wanted = owned.get(&object).into_iter().flatten().map(AsRef::as_ref);
    let always = ["Id", "SystemModstamp", told_by];
    let further = object.facts().told_by.iter().copied();
    let fields: BTreeSet<&str> = wanted
        .chain(always)
        .chain(further)
        .filter(|name| shown.contains(*name))
        .collect();
    let fields: Vec<_> = fields.into_iter().collect();
    fields.join(", ")
}

fn take(
    found: &mut Found,
    object: Object,
    fields: Fields,
    known: &BTreeSet<RecordId>,
) -> Result<(), Error> {
    let own = text(&fields, KEY_FIELD);
    let Some(parsed) = key::parse(&own).filter(|key| key.object == object) else {
        return Ok(());
    };
    if !known.contains(&record_id(&text(&fields, "Id"))?) {
        let record = record(object, parsed.generation, fields)?;
        let letters = parsed.address.to_owned();
        match found.get(&letters) {
            Some(other) if other.generation >= record.generation => {
                found.insert(older(&letters, &record), record);
            }
            _ => {
                if let Some(other) = found.insert(letters.clone(), record) {
                    found.insert(older(&letters, &other), other);
                }
            }
        }
    }
    Ok(())
}

/// What a record is found by that has the place of a younger one in its key. Nothing wants it.
fn older(letters: &str, record: &FoundRecord) -> String {
    format!("{letters}/{}", record.generation)
}

fn record(object: Object, generation: u32, mut fields: Fields) -> Result<FoundRecord, Error> {
    fields.remove("attributes");
    Ok(FoundRecord {
        object,
        generation,
        live: LiveRecord {
            id: record_id(&text(&fields, "Id"))?,
            stamp: stamp(&fields),
            fields,
        },
    })
}

fn text(fields: &Fields, name: &str) -> String {
    let text = fields.get(name).and_then(Json::as_str);
    text.unwrap_or_default().to_owned()
}

/// How many of the planned records look like ones that the org holds already: the same parent,
/// object, subject and owner. Without keys, that is all that shows an earlier apply.
pub(crate) async fn look_alikes(
    org: &Org,
    planned: &BTreeSet<(Object, RootId, String, String)>,
) -> Result<u64, Error> {
    let roots: BTreeSet<&str> = planned
        .iter()
        .map(|(_, root, ..)| root.0.as_str())
        .collect();
    let roots: Vec<_> = roots.into_iter().collect();
    let mut count = 0;
    for object in [Object::Event, Object::Task] {
        let select = format!(
            "SELECT WhatId, Subject, OwnerId FROM {} WHERE WhatId IN",
            object.api_name()
        );
        for soql in soql::in_lists(&select, &roots, "AND IsDeleted = FALSE") {
            let mut pages = org.query(soql, Scope::QueryAll);
            while let Some(page) = pages.next::<Fields>().await? {
                for fields in page {
                    let text =
                        |name: &str| fields.get(name).and_then(Json::as_str).unwrap_or_default();
                    let root = RootId(record_id(text("WhatId"))?);
                    let like = (
                        object,
                        root,
                        text("Subject").to_owned(),
                        text("OwnerId").to_owned(),
                    );
                    count += u64::from(planned.contains(&like));
                }
            }
        }
    }
    Ok(count)
}
