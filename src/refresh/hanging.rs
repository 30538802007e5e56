//! What hangs on a record of ours that is about to be deleted: others' records would go with it, or
//! lose whom they are about.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Error, record_id};
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::org::{Fields, Kind, Org, Read, Scope, soql};

/// Where other records refer to one of ours.
struct Reference {
    object: &'static str,
    /// The field that refers to it, and the one that says which record it is.
    field: &'static str,
    record: &'static str,
    condition: &'static str,
}

const fn reference(object: &'static str, field: &'static str) -> Reference {
    Reference {
        object,
        field,
        record: "Id",
        condition: "",
    }
}

/// By kind of ours. The copies of an event that its invitees have go along with it.
const REFERENCES: &[(Object, &[Reference])] = &[
    (
        Object::Account,
        &[
            reference("Contact", "AccountId"),
            reference("Opportunity", "AccountId"),
            reference("Case", "AccountId"),
            reference("Contract", "AccountId"),
            reference("Asset", "AccountId"),
            reference("Account", "ParentId"),
            reference("Task", "WhatId"),
            Reference {
                condition: " AND IsChild = FALSE",
                ..reference("Event", "WhatId")
            },
        ],
    ),
    (
        Object::Contact,
        &[
            reference("OpportunityContactRole", "ContactId"),
            reference("Case", "ContactId"),
            reference("CampaignMember", "ContactId"),
            reference("Contact", "ReportsToId"),
            reference("Task", "WhoId"),
            Reference {
                condition: " AND IsChild = FALSE",
                ..reference("Event", "WhoId")
            },
            Reference {
                record: "TaskId",
                ..reference("TaskRelation", "RelationId")
            },
            Reference {
                record: "EventId",
                ..reference("EventRelation", "RelationId")
            },
        ],
    ),
];

/// A record that refers to one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hanging {
    /// What kind of record it is; of an activity's people, the activity's.
    pub(crate) object: &'static str,
    pub(crate) id: RecordId,
}

/// Whatever refers to these records, whosever it is. What the org does not show is not seen.
pub(crate) async fn hanging(
    org: &Org,
    object: Object,
    ids: &[RecordId],
) -> Result<BTreeMap<RecordId, Vec<Hanging>>, Error> {
    let mut hanging: BTreeMap<RecordId, Vec<Hanging>> = BTreeMap::new();
    let known = REFERENCES.iter().find(|(of, _)| *of == object);
    let Some((_, references)) = known.filter(|_| !ids.is_empty()) else {
        return Ok(hanging);
    };
    let texts: Vec<_> = ids.iter().map(RecordId::as_str).collect();
    let queries = references.iter().flat_map(|reference| {
        let soql = queries(reference, &texts).into_iter();
        soql.map(move |soql| (reference, Read::Query(soql, Scope::QueryAll)))
    });
    let (asked, reads): (Vec<_>, Vec<_>) = queries.unzip();
    for (reference, told) in asked.into_iter().zip(org.read(&reads).await?) {
        let rows = match told.pages() {
            Ok(pages) => pages.all::<Fields>().await,
            Err(error) => Err(error),
        };
        let rows = match rows {
            Ok(rows) => rows,
            // Many orgs have no cases, and hide what they have from whoever makes demos.
            Err(error) if matches!(error.kind(), Kind::Rejected(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        for fields in rows {
            let text = |name: &str| fields.get(name).and_then(Json::as_str).unwrap_or_default();
            let ours = record_id(text(reference.field))?;
            let one = Hanging {
                object: reference.object.trim_end_matches("Relation"),
                id: record_id(text(reference.record))?,
            };
            let all = hanging.entry(ours).or_default();
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    Ok(hanging)
}

fn queries(reference: &Reference, ids: &[&str]) -> Vec<String> {
    let Reference {
        object,
        field,
        record,
        condition,
    } = reference;
    let select = format!("SELECT {record}, {field} FROM {object} WHERE {field} IN");
    soql::in_lists(&select, ids, &format!("AND IsDeleted = FALSE{condition}"))
}
