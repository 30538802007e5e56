//! Intents: what a call is about to do, written down before it is sent.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::rows::{put, remove};
use super::{Doing as _, Error, FailedChange, State};
use crate::model::address::Address;
use crate::model::change::Action;
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::recorded::Row;
use crate::model::value::Want;

/// The number of an open intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IntentId(i64);

/// One call that writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// `Create`, `Update` or `Delete`.
    pub(crate) action: Action,
    pub(crate) object: Object,
    /// In the order in which they are sent.
    pub(crate) rows: Vec<IntentRow>,
    /// The id of the Bulk API job that carries it out, where one does.
    #[serde(skip)]
    pub(crate) job: Option<String>,
}

/// One record of a call, with what is needed to find it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct IntentRow {
    pub(crate) address: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    pub(crate) generation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) want: Option<Want>,
    /// Without a key: the parent's id, and what tells the record from its siblings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) told_by: Vec<serde_json::Value>,
}

/// What became of an intent; recorded in the transaction that removes it.
#[derive(Debug, Default)]
pub(crate) struct Settlement {
    pub(crate) put: Vec<(RootId, Row)>,
    pub(crate) removed: Vec<Address>,
    pub(crate) failed: Vec<FailedChange>,
}

impl State {
    /// Records, durably, what the next call is about to do. `at` is the org's time in seconds.
    pub(crate) fn open_intent(
        &mut self,
        run: i64,
        at: i64,
        intent: &Intent,
    ) -> Result<IntentId, Error> {
        let body = serde_json::to_string(intent).expect("an intent is plain data");
        let sql = "INSERT INTO intents (run, at, body, job) VALUES (?1, ?2, ?3, ?4)";
        let mut statement = self.db.prepare_cached(sql).doing("written")?;
        statement
            .execute(params![run, at, body, intent.job])
            .doing("written")?;
        Ok(IntentId(self.db.last_insert_rowid()))
    }

    /// Records what became of it, and removes it.
    pub(crate) fn settle(
        &mut self,
        run: i64,
        intent: Option<IntentId>,
        settlement: &Settlement,
    ) -> Result<(), Error> {
        let tx = self.db.transaction().doing("written")?;
        for address in &settlement.removed {
            remove(&tx, address)?;
        }
        for (root, row) in &settlement.put {
            put(&tx, &mut self.shapes, *root, row)?;
        }
        for failed in &settlement.failed {
            let sql = "INSERT INTO failures VALUES (?1, ?2, ?3, ?4, ?5)";
            let action = serde_json::to_value(failed.action).expect("an action is a word");
            let action = action.as_str().unwrap_or_default();
            let values = params![run, failed.address, action, failed.code, failed.message];
            tx.prepare_cached(sql)
                .and_then(|mut statement| statement.execute(values))
                .doing("written")?;
        }
        if let Some(IntentId(number)) = intent {
            tx.prepare_cached("DELETE FROM intents WHERE number = ?1")
                .and_then(|mut statement| statement.execute([number]))
                .doing("written")?;
        }
        tx.commit().doing("written")
    }

    /// The intents of which it is not known what became: number, run, org's time and content.
    pub(crate) fn open_intents(&self) -> Result<Vec<(IntentId, i64, i64, Intent)>, Error> {
        let sql = "SELECT number, run, at, body, job FROM intents ORDER BY number";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let mut rows = statement.query([]).doing("read")?;
        let mut intents = Vec::new();
        while let Some(row) = rows.next().doing("read")? {
            let body: String = row.get(3).doing("read")?;
            let intent: Intent =
                serde_json::from_str(&body).map_err(|error| self.broken(&error))?;
            let job = row.get(4).doing("read")?;
            let number = IntentId(row.get(0).doing("read")?);
            intents.push((
                number,
                row.get(1).doing("read")?,
                row.get(2).doing("read")?,
                Intent { job, ..intent },
            ));
        }
        Ok(intents)
    }
}
