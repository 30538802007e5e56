//! What the org holds of ours that state does not know.

use std::collections::{BTreeMap, BTreeSet};

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
    pub(crate) last_run_at: Option<String>,
    #[serde(rename = "Applied_By__c")]
    pub(crate) applied_by: Option<String>,
    #[serde(rename = "Applied_From__c")]
    pub(crate) applied_from: Option<String>,
}

impl PackRow {
    pub(crate) fn anchor(&self) -> Option<Day> {
        self.anchor.as_deref()?.parse().ok().map(Day::from_date)
    }

    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed.map(|seed| seed as u64)
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
    let soql = format!(
        "SELECT Id, Anchor__c, Seed__c, Lineage__c, Last_Run_At__c, Applied_By__c, Applied_From__c \
         FROM {PACK_OBJECT} WHERE Pack__c = {}",
        soql::literal(pack)
    );
    Ok(org
        .query(soql, Scope::Query)
        .all()
        .await?
        .into_iter()
        .next())
}

fn keyed(capabilities: &Capabilities) -> Vec<Object> {
    let objects = capabilities.objects.keys();
    objects
        .copied()
        .filter(|object| capabilities.has_key(*object))
        .collect()
}

fn condition(object: Object, pack: &str) -> String {
    format!(
        "{KEY_FIELD} LIKE {}",
        soql::like_prefix(&key::beginning(pack, object))
    )
}

/// How many records of each kind carry the pack's key.
pub(crate) async fn carries_keys(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
) -> Result<BTreeMap<Object, u64>, Error> {
    let objects = keyed(capabilities);
    let query = |object: &Object| {
        let condition = condition(*object, pack);
        format!(
            "SELECT COUNT() FROM {} WHERE {condition} AND IsDeleted = FALSE",
            object.api_name()
        )
    };
    let queries: Vec<_> = objects.iter().map(query).collect();
    let counts = org.counts(&queries, Scope::QueryAll).await?;
    Ok(objects.into_iter().zip(counts).collect())
}

/// All records of these kinds that carry the pack's key and are not among the known ids.
pub(crate) async fn found(
    org: &Org,
    (capabilities, pack): (&Capabilities, &str),
    owned: &OwnedFields,
    objects: &[Object],
    known: &BTreeSet<RecordId>,
) -> Result<Found, Error> {
    let mut found = Found::new();
    for &object in objects {
        let shown = &capabilities.objects[&object].readable;
        let wanted = owned.get(&object).into_iter().flatten().map(AsRef::as_ref);
        let always = ["Id", "SystemModstamp", "CreatedDate", KEY_FIELD];
        let fields: BTreeSet<&str> = wanted
            .chain(always)
            .filter(|name| shown.contains(*name))
            .collect();
        let fields: Vec<_> = fields.into_iter().collect();
        let condition = condition(object, pack);
        let soql = format!(
            "SELECT {} FROM {} WHERE {condition} AND IsDeleted = FALSE",
            fields.join(", "),
            object.api_name()
        );
        let mut pages = org.query(soql, Scope::QueryAll);
        while let Some(page) = pages.next::<Fields>().await? {
            for fields in page {
                take(&mut found, object, fields, known)?;
            }
        }
    }
    Ok(found)
}

fn take(
    found: &mut Found,
    object: Object,
    mut fields: Fields,
    known: &BTreeSet<RecordId>,
) -> Result<(), Error> {
    fields.remove("attributes");
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (id, own) = (text("Id"), text(KEY_FIELD));
    let Some(parsed) = key::parse(&own).filter(|key| key.object == object) else {
        return Ok(());
    };
    let id = record_id(&id)?;
    if known.contains(&id) {
        return Ok(());
    }
    let record = FoundRecord {
        object,
        generation: parsed.generation,
        created: timestamp(&text("CreatedDate"))?.as_second(),
        live: LiveRecord {
            id,
            stamp: stamp(&fields),
            fields,
        },
    };
    found.insert(parsed.address.to_owned(), record);
    Ok(())
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
