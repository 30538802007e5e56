//! Duplicate rules: a new record that looks like another is refused, unless the request says to save it
//! all the same.

use rusqlite::{OptionalExtension as _, params_from_iter};
use serde_json::{Value, json};

use super::record::Record;
use super::{ApiError, Session};

/// What the matching rule of an sObject is called, and fields that are alike in look-alikes: all of one
/// of these lists.
const MATCHING: &[(&str, &str, &[&[&str]])] = &[
    ("Account", "Standard_Account_Match_Rule_v1_0", &[&["Name"]]),
    (
        "Contact",
        "Standard_Contact_Match_Rule_v1_1",
        &[&["Email"], &["AccountId", "FirstName", "LastName"]],
    ),
    (
        "Lead",
        "Standard_Lead_Match_Rule_v1_0",
        &[&["Email"], &["Company", "FirstName", "LastName"]],
    ),
];

/// Refuses a new record that an active rule takes for a duplicate.
pub(super) fn check(session: &Session<'_>, record: &Record<'_>) -> Result<(), ApiError> {
    let object = record.object.name.as_str();
    let Some((_, matching, ways)) = MATCHING.iter().find(|(of, ..)| *of == object) else {
        return Ok(());
    };
    if session.saves_duplicates() {
        return Ok(());
    }
    let Some(rule) = active_rule(session, object)? else {
        return Ok(());
    };
    for way in *ways {
        let alike = look_alikes(session, record, way)?;
        if !alike.is_empty() {
            let result = result(object, (&rule, matching), &alike);
            return Err(ApiError::duplicates_detected(result));
        }
    }
    Ok(())
}

fn active_rule(session: &Session<'_>, object: &str) -> rusqlite::Result<Option<String>> {
    session
        .db
        .prepare_cached(
            "SELECT DeveloperName FROM DuplicateRule WHERE IsActive AND SobjectType = ?1 LIMIT 1",
        )?
        .query_row([object], |row| row.get(0))
        .optional()
}

/// Some records in which these fields are the same; none where the new one lacks any of them.
fn look_alikes(
    session: &Session<'_>,
    record: &Record<'_>,
    fields: &[&str],
) -> rusqlite::Result<Vec<String>> {
    let values: Option<Vec<&str>> = fields.iter().map(|field| record.text(field)).collect();
    let Some(values) = values else {
        return Ok(Vec::new());
    };
    let alike = fields
        .iter()
        .map(|field| format!("\"{field}\" = ? COLLATE NOCASE"));
    let sql = format!(
        "SELECT Id FROM \"{}\" WHERE NOT IsDeleted AND {} ORDER BY Id LIMIT 10",
        record.object.name,
        alike.collect::<Vec<_>>().join(" AND ")
    );
    session
        .db
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), |row| row.get(0))?
        .collect()
}

/// What the API tells of the records that were found.
fn result(object: &str, (rule, matching): (&str, &str), alike: &[String]) -> Value {
    let records = alike.iter().map(|id| {
        json!({
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": object}, "Id": id},
        })
    });
    json!({
        "allowSave": true,
        "duplicateRule": rule,
        "duplicateRuleEntityType": object,
        "errorMessage": "Use one of these records?",
        "matchResults": [{
            "entityType": object,
            "errors": [],
            "matchEngine": "ExactMatchEngine",
            "matchRecords": records.collect::<Vec<_>>(),
            "rule": matching,
            "size": alike.len(),
            "success": true,
        }],
    })
}
