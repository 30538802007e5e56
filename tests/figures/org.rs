//! What an exported org holds of a pack: read from its CSV files, not from what was planned.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::Date;

/// A row of a Data Export, by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// The records of a pack, and the org around them.
pub(crate) struct Org {
    pub(crate) meetings: Vec<Meeting>,
    /// Logged emails, calls and to-dos.
    pub(crate) tasks: Vec<Task>,
    pub(crate) answers: Vec<Row>,
    pub(crate) opportunities: BTreeMap<String, Row>,
    pub(crate) contacts: BTreeMap<String, Row>,
    pub(crate) accounts: BTreeMap<String, Row>,
    pub(crate) users: BTreeMap<String, Row>,
    /// Of all deals, whoever made them.
    pub(crate) roles: Vec<Row>,
}

/// An Event of ours.
pub(crate) struct Meeting {
    pub(crate) row: Row,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The contacts who are related or invited to it.
    pub(crate) contacts: Vec<String>,
    /// The users who hold or attend it.
    pub(crate) users: Vec<String>,
}

/// A Task of ours.
pub(crate) struct Task {
    pub(crate) row: Row,
    pub(crate) day: Option<Date>,
}

impl Org {
    /// Reads a folder that `org export` wrote.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let by_id = |name: &str| -> anyhow::Result<BTreeMap<String, Row>> {
            let rows = rows(folder, name)?.into_iter();
            Ok(rows.map(|row| (row["Id"].clone(), row)).collect())
        };
        let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mut row in rows(folder, "EventRelation")? {
            let (event, who) = (row.remove("EventId"), row.remove("RelationId"));
            if let (Some(event), Some(who)) = (event, who) {
                people.entry(event).or_default().push(who);
            }
        }
        let meeting = |row: Row| {
            let mut all = people.get(&row["Id"]).cloned().unwrap_or_default();
            all.extend([row["WhoId"].clone(), row["OwnerId"].clone()]);
            all.sort_unstable();
            all.dedup();
            let of = |prefix: &str| {
                let of = all.iter().filter(|id| id.starts_with(prefix));
                of.cloned().collect()
            };
            anyhow::Ok(Meeting {
                start: row["StartDateTime"].parse()?,
                end: row["EndDateTime"].parse()?,
                contacts: of("003"),
                users: of("005"),
                row,
            })
        };
        let task = |row: Row| {
            let day = Some(&row["ActivityDate"]).filter(|day| !day.is_empty());
            let day = day.map(|day| day.parse()).transpose()?;
            anyhow::Ok(Task { row, day })
        };
        let ours = |name: &str| -> anyhow::Result<Vec<Row>> {
            let rows = rows(folder, name)?.into_iter();
            Ok(rows.filter(is_ours).collect())
        };
        let meetings = ours("Event")?
            .into_iter()
            .filter(|row| row["IsChild"] != "true");
        Ok(Self {
            meetings: meetings.map(meeting).collect::<anyhow::Result<_>>()?,
            tasks: ours("Task")?
                .into_iter()
                .map(task)
                .collect::<anyhow::Result<_>>()?,
            answers: ours("Demo_Scorecard_Answer__c")?,
            opportunities: by_id("Opportunity")?,
            contacts: by_id("Contact")?,
            accounts: by_id("Account")?,
            users: by_id("User")?,
            roles: rows(folder, "OpportunityContactRole")?,
        })
    }

    /// The account of a contact.
    pub(crate) fn account_of(&self, contact: &str) -> Option<&Row> {
        self.accounts.get(&self.contacts.get(contact)?["AccountId"])
    }
}

fn is_ours(row: &Row) -> bool {
    row.get("Demo_Key__c").is_some_and(|key| !key.is_empty())
}

/// The rows of one file; none where the org has none of the kind.
fn rows(folder: &Path, object: &str) -> anyhow::Result<Vec<Row>> {
    let path = folder.join(format!("{object}.csv"));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let doing = || format!("reading {}", path.display());
    let mut reader = csv::Reader::from_path(&path).with_context(doing)?;
    let rows: Result<_, _> = reader.deserialize().collect();
    rows.with_context(doing)
}
