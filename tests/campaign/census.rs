//! What the org holds, read from its file: whose each record is, and whether it hangs on something.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// The user whom the program signs in as; everybody else is a stranger.
const US: &str = "005Em0000000001IAA";

/// What strangers edit of the company's own records.
const EDITED_BY_STRANGERS: &[&str] = &[
    "NextStep",
    "LastModifiedById",
    "LastModifiedDate",
    "SystemModstamp",
];

/// What tells our records of each sObject; its ids differ from org to org, and so those of our
/// contacts are read as their addresses.
const TOLD_BY: &[(&str, &[&str])] = &[
    ("Contact", &["Email"]),
    (
        "OpportunityContactRole",
        &["OpportunityId", "ContactId", "Role"],
    ),
    ("Event", &["WhatId", "StartDateTime", "Subject"]),
    ("Task", &["WhatId", "ActivityDate", "Subject"]),
    ("EventRelation", &["RelationId"]),
    ("TaskRelation", &["RelationId"]),
    ("Demo_Scorecard__c", &["Opportunity__c", "Total_Score__c"]),
    ("Demo_Scorecard_Answer__c", &["Question_Key__c", "Score__c"]),
];

/// Where our records name what they hang on.
const PARENTS: &[(&str, &str)] = &[
    ("Event", "WhatId"),
    ("Task", "WhatId"),
    ("EventRelation", "EventId"),
    ("TaskRelation", "TaskId"),
    ("Demo_Scorecard__c", "Opportunity__c"),
    ("Demo_Scorecard_Answer__c", "Scorecard__c"),
];

type Record = BTreeMap<String, String>;

/// How often each of our records is there, by sObject and what tells it.
pub(super) type Content = BTreeMap<(String, Vec<String>), usize>;

/// All records that are not deleted, by sObject and id.
#[derive(Debug, PartialEq)]
pub(super) struct Census(BTreeMap<(String, String), Record>);

impl Census {
    pub(super) fn read(file: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let org = Connection::open_with_flags(file, flags).unwrap();
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";
        let mut tables = org.prepare(tables).unwrap();
        let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let names: Vec<_> = names.map(|name| name.unwrap()).collect();
        let records = names.iter().flat_map(|table| records(&org, table));
        Self(records.collect())
    }

    /// Our records, which were not there before and no stranger made.
    fn ours<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (&'a str, &'a Record)> {
        self.since(before)
            .filter(|(_, record)| record.get("CreatedById").is_some_and(|by| by == US))
    }

    fn since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (&'a str, &'a Record)> {
        let is_new = |(id, _): &(&(String, String), _)| !before.0.contains_key(*id);
        self.0
            .iter()
            .filter(is_new)
            .map(|((table, _), record)| (table.as_str(), record))
    }

    /// What strangers made.
    pub(super) fn strangers(&self, before: &Self) -> Vec<(String, Record)> {
        let of_strangers =
            |(_, record): &(&str, &Record)| record.get("CreatedById").is_some_and(|by| by != US);
        self.since(before)
            .filter(of_strangers)
            .map(|(table, record)| (table.to_owned(), record.clone()))
            .collect()
    }

    /// Our records, to be compared with those of another org.
    pub(super) fn content(&self, before: &Self, measure: Measure) -> Content {
        let mut content = Content::new();
        let is_loose = measure == Measure::Loose;
        let measured = |(table, _): &(&str, _)| !is_loose || !table.ends_with("Relation");
        for (table, record) in self.ours(before).filter(measured) {
            let told_by = TOLD_BY.iter().find(|(known, _)| *known == table);
            let names = told_by.map_or(&[][..], |(_, names)| names);
            let told = names
                .iter()
                .filter(|name| !is_loose || **name != "Subject")
                .map(|name| self.address(before, &record[*name]));
            let told = (table.to_owned(), told.collect());
            *content.entry(told).or_default() += 1;
        }
        content
    }

    /// The address of the contact of ours that has this id; anything else is left as it is.
    fn address(&self, before: &Self, value: &str) -> String {
        let contact = ("Contact".to_owned(), value.to_owned());
        match self.0.get(&contact) {
            Some(made) if !before.0.contains_key(&contact) => made["Email"].clone(),
            _ => value.to_owned(),
        }
    }

    /// Our records that those of strangers refer to, as [`content`](Self::content) tells them.
    pub(super) fn clung_to(&self, before: &Self) -> Content {
        let of_strangers = self.strangers(before);
        let named: BTreeSet<_> = of_strangers
            .iter()
            .flat_map(|(_, record)| record.values())
            .collect();
        let clung = |((table, id), record): (&(String, String), &Record)| {
            let is_old = before.0.contains_key(&(table.clone(), id.clone()));
            let is_clung =
                named.contains(id) && record.get("CreatedById").is_some_and(|by| by == US);
            (is_old || is_clung).then(|| ((table.clone(), id.clone()), record.clone()))
        };
        Self(self.0.iter().filter_map(clung).collect()).content(before, Measure::Exact)
    }

    /// What is wrong with our records by themselves.
    pub(super) fn faults(&self, before: &Self) -> Vec<String> {
        let ids: BTreeSet<&str> = self.0.keys().map(|(_, id)| id.as_str()).collect();
        let mut keys = BTreeSet::new();
        let mut faults = Vec::new();
        for (table, record) in self.ours(before) {
            let parent = PARENTS.iter().find(|(of, _)| *of == table);
            if let Some((_, parent)) = parent
                && !ids.contains(record[*parent].as_str())
            {
                faults.push(format!("an orphan: {table} {record:?}"));
            }
            let key = record.get("Demo_Key__c").filter(|key| !key.is_empty());
            if let Some(key) = key
                && !keys.insert(key)
            {
                faults.push(format!("a key twice: {table} {record:?}"));
            }
        }
        faults
    }

    /// What became of the company's own records that no stranger did.
    pub(super) fn losses(&self, before: &Self) -> Vec<String> {
        let mut losses = Vec::new();
        for (id, was) in &before.0 {
            let Some(is) = self.0.get(id) else {
                losses.push(format!("gone: {id:?} {was:?}"));
                continue;
            };
            let changed: Vec<_> = was.keys().filter(|name| was[*name] != is[*name]).collect();
            let is_strangers = |name: &&String| EDITED_BY_STRANGERS.contains(&name.as_str());
            if !changed.is_empty()
                && (is.get("LastModifiedById").is_none_or(|by| by == US)
                    || !changed.iter().all(is_strangers))
            {
                losses.push(format!("changed in {changed:?}: {id:?} {is:?}"));
            }
        }
        losses
    }
}

/// How closely our records are compared with those of a clean run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Exact,
    /// Without subjects, which a trigger may have changed for good, and without people, whom a
    /// plan may not have seen.
    Loose,
}

/// Of what there is another number here than after a clean run.
pub(super) fn differences(clean: &Content, here: &Content) -> Vec<String> {
    let all: BTreeSet<_> = clean.keys().chain(here.keys()).collect();
    let difference = |told| {
        let count = |content: &Content| content.get(told).copied().unwrap_or(0);
        let (clean, here) = (count(clean), count(here));
        (clean != here).then(|| format!("{told:?}: {here} here, {clean} after a clean run"))
    };
    all.into_iter().filter_map(difference).collect()
}

fn records(org: &Connection, table: &str) -> Vec<((String, String), Record)> {
    let mut select = org.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let names: Vec<String> = select.column_names().map(str::to_owned).collect();
    let rows = select.query_map([], |row| {
        let value = |(place, name): (usize, &String)| Ok((name.clone(), text(row.get(place)?)));
        names
            .iter()
            .enumerate()
            .map(value)
            .collect::<Result<Record, _>>()
    });
    let records = rows.unwrap().map(|record| record.unwrap());
    records
        .filter(|record| record.get("IsDeleted").is_none_or(|deleted| deleted == "0"))
        .map(|record| ((table.to_owned(), record["Id"].clone()), record))
        .collect()
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}
