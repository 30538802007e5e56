//! Runs: what was done when, by whom, and how it ended.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::{Doing as _, Error, State, meta, rows};
use crate::model::change::{Action, Counts};
use crate::model::day::Day;
use crate::model::id::RootId;
use crate::model::pins::RootPins;

/// What a run writes down before it does anything.
pub(crate) struct Opening<'a> {
    pub(crate) run_id: &'a str,
    pub(crate) command: &'a str,
    /// The Salesforce user that will have created its records.
    pub(crate) user: &'a str,
    /// Whether its records carry keys.
    pub(crate) keyed: bool,
    /// By the org's clock, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) anchor: Day,
    pub(crate) seed: u64,
    pub(crate) manifest_seed: u64,
    /// The digest of the manifest.
    pub(crate) manifest: &'a str,
    pub(crate) query: &'a str,
    /// Deals that are covered no more.
    pub(crate) left: &'a BTreeSet<RootId>,
    /// The pins of the deals that this run may touch.
    pub(crate) pins: &'a BTreeMap<RootId, RootPins>,
    /// What planning needs of the org, as JSON, by name.
    pub(crate) snapshot: &'a [(&'static str, String)],
}

/// A run as it is remembered.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "`run_id` is what logs and options call it"
)]
pub(crate) struct Run {
    pub(crate) number: i64,
    pub(crate) run_id: String,
    pub(crate) command: String,
    pub(crate) user: String,
    /// Whether its records carry keys: then nothing else proves them to be ours.
    pub(crate) keyed: bool,
    pub(crate) status: RunStatus,
    pub(crate) started: i64,
    pub(crate) finished: Option<i64>,
    pub(crate) counts: Option<Counts>,
}

/// How a run stands; the words are the earlier tool's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunStatus {
    Running,
    Completed,
    Failed,
}

/// A change that the org refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FailedChange {
    pub(crate) address: String,
    pub(crate) action: Action,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl RunStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            // A run that was killed never got further.
            _ => Self::Running,
        }
    }
}

impl State {
    /// Writes down, in one transaction, what all of the run rests on. Gives the run's number.
    pub(crate) fn begin_run(&mut self, opening: &Opening) -> Result<i64, Error> {
        let serial = self.meta.serial + 1;
        let tx = self.db.transaction().doing("written")?;
        let sql = "INSERT INTO runs (run_id, command, user, status, started, keyed) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let status = RunStatus::Running.as_str();
        let Opening {
            run_id,
            command,
            user,
            at,
            keyed,
            ..
        } = opening;
        let values = params![run_id, command, user, status, at, keyed];
        tx.execute(sql, values).doing("written")?;
        let number = tx.last_insert_rowid();
        for (name, value) in [
            ("serial", serial.to_string()),
            ("anchor", opening.anchor.to_string()),
            ("seed", opening.seed.to_string()),
            ("manifest_seed", opening.manifest_seed.to_string()),
            ("applied", opening.manifest.to_owned()),
            ("query", opening.query.to_owned()),
        ] {
            meta::set(&tx, name, &value)?;
        }
        for (root, pins) in opening.pins {
            rows::ensure_root(&tx, *root)?;
            let text = serde_json::to_string(pins).expect("pins are plain data");
            let sql = "UPDATE roots SET pins = ?2 WHERE root = ?1 AND pins IS NOT ?2";
            let mut statement = tx.prepare_cached(sql).doing("written")?;
            statement
                .execute(params![root.0.as_str(), text])
                .doing("written")?;
        }
        for root in opening.left {
            let sql = "UPDATE roots SET pins = NULL WHERE root = ?1";
            tx.execute(sql, [root.0.as_str()]).doing("written")?;
        }
        for (name, body) in opening.snapshot {
            let sql = "INSERT OR REPLACE INTO snapshot VALUES (?1, ?2, ?3)";
            tx.execute(sql, params![name, opening.at, body])
                .doing("written")?;
        }
        tx.commit().doing("written")?;
        self.meta.serial = serial;
        self.meta.anchor = Some(opening.anchor);
        self.meta.seed = Some(opening.seed);
        self.meta.manifest_seed = Some(opening.manifest_seed);
        self.meta.applied = Some(opening.manifest.to_owned());
        self.meta.query = Some(opening.query.to_owned());
        Ok(number)
    }

    /// Writes down how the run ended.
    pub(crate) fn finish_run(
        &mut self,
        run: i64,
        status: RunStatus,
        at: i64,
        counts: &Counts,
    ) -> Result<(), Error> {
        let counts = serde_json::to_string(counts).expect("counts are plain data");
        let sql = "UPDATE runs SET status = ?2, finished = ?3, counts = ?4 WHERE number = ?1";
        self.db
            .execute(sql, params![run, status.as_str(), at, counts])
            .doing("written")?;
        Ok(())
    }

    /// Packs the file after a run that wrote much: rows came in the order of calls, and left
    /// pages half full.
    pub(crate) fn pack(&mut self) -> Result<(), Error> {
        self.db
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
            .doing("packed")
    }

    /// After everything of ours is gone: the next apply starts a new story.
    pub(crate) fn forget_story(&mut self) -> Result<(), Error> {
        let tx = self.db.transaction().doing("written")?;
        tx.execute(
            "DELETE FROM roots WHERE number NOT IN (SELECT root FROM records)",
            [],
        )
        .doing("written")?;
        tx.execute(
            "DELETE FROM meta WHERE name IN ('anchor', 'seed', 'manifest_seed', 'query')",
            [],
        )
        .doing("written")?;
        tx.commit().doing("written")?;
        self.meta.anchor = None;
        self.meta.seed = None;
        self.meta.manifest_seed = None;
        self.meta.query = None;
        Ok(())
    }

    /// The last runs, the newest first.
    pub(crate) fn runs(&self, limit: usize) -> Result<Vec<Run>, Error> {
        let sql = "SELECT number, run_id, command, user, status, started, finished, counts, keyed \
                   FROM runs ORDER BY number DESC LIMIT ?1";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let rows = statement.query_map([limit as i64], run).doing("read")?;
        rows.collect::<rusqlite::Result<_>>().doing("read")
    }

    /// All runs, by their numbers: what proves records to be ours.
    pub(crate) fn runs_by_number(&self) -> Result<BTreeMap<i64, Run>, Error> {
        let runs = self.runs(i64::MAX as usize)?;
        Ok(runs.into_iter().map(|run| (run.number, run)).collect())
    }

    /// The run of this id.
    pub(crate) fn run(&self, run_id: &str) -> Result<Option<Run>, Error> {
        let sql = "SELECT number, run_id, command, user, status, started, finished, counts, keyed \
                   FROM runs WHERE run_id = ?1";
        self.db
            .query_row(sql, [run_id], run)
            .optional()
            .doing("read")
    }

    /// What the org refused during a run.
    pub(crate) fn failures(&self, run: i64) -> Result<Vec<FailedChange>, Error> {
        let sql =
            "SELECT address, action, code, message FROM failures WHERE run = ?1 ORDER BY address";
        let mut statement = self.db.prepare(sql).doing("read")?;
        let failed = |row: &rusqlite::Row| {
            let action: String = row.get(1)?;
            let action = serde_json::from_value(serde_json::Value::String(action));
            Ok(FailedChange {
                address: row.get(0)?,
                action: action.unwrap_or(Action::Update),
                code: row.get(2)?,
                message: row.get(3)?,
            })
        };
        let rows = statement.query_map([run], failed).doing("read")?;
        rows.collect::<rusqlite::Result<_>>().doing("read")
    }

    /// A part of the last snapshot and when it was taken, in seconds since 1970.
    pub(crate) fn snapshot(&self, name: &str) -> Result<Option<(i64, String)>, Error> {
        let sql = "SELECT at, body FROM snapshot WHERE name = ?1";
        let row = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
        self.db.query_row(sql, [name], row).optional().doing("read")
    }
}

fn run(row: &rusqlite::Row) -> rusqlite::Result<Run> {
    let counts: Option<String> = row.get(7)?;
    Ok(Run {
        number: row.get(0)?,
        run_id: row.get(1)?,
        command: row.get(2)?,
        user: row.get(3)?,
        status: RunStatus::parse(&row.get::<_, String>(4)?),
        started: row.get(5)?,
        finished: row.get(6)?,
        counts: counts.and_then(|text| serde_json::from_str(&text).ok()),
        keyed: row.get(8)?,
    })
}
