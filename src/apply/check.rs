//! The last look before a record is written: it must still be ours, and the one that was planned.
//!
//! A plan may be hours old, or may not have read the org at all, and a long run gets old itself.
//! So what a call is about to change or delete is looked at shortly before, thousands of records
//! at once. What is not ours any more is left as it is, dropped from state, and reported; what
//! somebody changed meanwhile is left for the next plan to show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::queue::Batch;
use super::{Dispatcher, Error};
use crate::model::change::{Action, Change};
use crate::model::id::RootId;
use crate::model::loan::{self, Lent};
use crate::model::order::Step;
use crate::model::recorded::{Held, Row};
use crate::model::value::Want;
use crate::org::{LOTS_PER_RETRIEVE, RECORDS_PER_LOT, RowError};
use crate::refresh::{self, Hanging, Meanwhile, Planned, Proof};
use crate::state::Settlement;

/// So many records are looked at in one call; what they are part of is looked at too.
const AT_ONCE: usize = RECORDS_PER_LOT * LOTS_PER_RETRIEVE / 2;

/// For so many seconds a look is as good as a new one.
const FRESH: i64 = 120;

/// Of each change, by its number in the plan, when its record was last looked at, by the org's
/// clock in seconds since 1970.
pub(super) struct Looks(Vec<i64>);

/// The changes of one root that touch records which are there, by their number in the plan.
type Touched = BTreeMap<RootId, Vec<(u32, Change)>>;

impl Looks {
    const NEVER: i64 = i64::MIN;
    /// Its record is being written, or was.
    const SENT: i64 = i64::MAX;

    pub(super) fn none(changes: usize) -> Self {
        Self(vec![Self::NEVER; changes])
    }

    fn is_stale(&self, number: u32, now: i64) -> bool {
        self.0[number as usize] < now.saturating_sub(FRESH)
    }
}

impl Dispatcher<'_> {
    /// Takes everything out of the batch, and out of the queue, that is not what was planned.
    pub(super) async fn look(&mut self, batch: &mut Batch) -> Result<(), Error> {
        if batch.step == Step::Create {
            return Ok(());
        }
        let now = self.now();
        let numbers: Vec<u32> = batch.items.iter().map(|item| item.entry).collect();
        for stale in self.stale(&numbers, now).chunks(AT_ONCE) {
            let dropped = self.look_at(stale, now).await?;
            let before = batch.items.len();
            batch.items.retain(|item| !dropped.contains(&item.entry));
            let dropped = self.queue.drop(&dropped) + before - batch.items.len();
            self.progress(dropped as u64);
        }
        for number in numbers {
            self.looks.0[number as usize] = Looks::SENT;
        }
        if batch.step == Step::Delete {
            self.keep_what_is_used(batch).await?;
        }
        Ok(())
    }

    /// Takes out of a batch of deletes whatever others' records hang on: it is kept, and told of.
    async fn keep_what_is_used(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let mut changes = BTreeMap::new();
        for item in &batch.items {
            let change = self.change_of(*item)?;
            changes.extend(change.id.map(|id| (id, (item.entry, change))));
        }
        let ids: Vec<_> = changes.keys().copied().collect();
        let hanging = refresh::hanging(self.job.org, batch.object, &ids).await?;
        let others = hanging.values().flatten().map(|one| one.id);
        let managed = self.job.state.stamps_of(&others.collect())?;
        let loans = self.job.state.loans()?;
        let is_ours = |one: &Hanging| {
            let lent = loans.get(&one.id);
            managed.contains_key(&one.id) && lent.is_none_or(|lent| had_no_parent(lent))
        };
        let mut settlement = Settlement::default();
        let mut kept = BTreeSet::new();
        for (id, (entry, change)) in &changes {
            let all = hanging.get(id).into_iter().flatten();
            let others: Vec<_> = all.filter(|one| !is_ours(one)).collect();
            if !others.is_empty() {
                kept.insert(*entry);
                self.fail(change, in_use(&others), &mut settlement);
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        batch.items.retain(|item| !kept.contains(&item.entry));
        let dropped = self.queue.drop(&kept) + kept.len();
        self.progress(dropped as u64);
        Ok(self.job.state.settle(self.job.run, None, &settlement)?)
    }

    /// Those of the batch that were not looked at lately, and with them as many of what follows
    /// as one call takes; nothing where all of the batch is fresh.
    fn stale(&self, batch: &[u32], now: i64) -> Vec<u32> {
        let is_stale = |number: &u32| self.looks.is_stale(*number, now);
        let mut stale: BTreeSet<u32> = batch.iter().copied().filter(is_stale).collect();
        if stale.is_empty() {
            return Vec::new();
        }
        let entries = self.job.plan.entries();
        let touching = (0..entries.len() as u32).filter(|&number| {
            let entry = &entries[number as usize];
            entry.writes && entry.action != Action::Create
        });
        for number in touching.filter(is_stale) {
            if stale.len() >= AT_ONCE {
                break;
            }
            stale.insert(number);
        }
        stale.into_iter().collect()
    }

    /// Looks at the records of these changes; gives the changes that are not made.
    async fn look_at(&mut self, numbers: &[u32], now: i64) -> Result<BTreeSet<u32>, Error> {
        let mut touched = Touched::new();
        for &number in numbers {
            let change = self
                .job
                .plan
                .change(&self.job.plan.entries()[number as usize])?;
            let root = change.address.root;
            touched.entry(root).or_default().push((number, change));
            self.looks.0[number as usize] = now;
        }
        let mut rows = Vec::new();
        for (root, changes) in &touched {
            let of_root = self.rows(*root, changes)?;
            rows.extend(of_root.into_iter().map(|row| (*root, row)));
        }
        let by_address: BTreeMap<_, _> = touched
            .values()
            .flatten()
            .map(|(number, change)| {
                let address = (change.address.root, &change.address.path);
                (address, (*number, change))
            })
            .collect();
        let change_of = |root: RootId, row: &Row| by_address.get(&(root, &row.path)).copied();
        let planned: Vec<_> = rows
            .iter()
            .map(|(root, row)| Planned {
                root: *root,
                row,
                change: change_of(*root, row).map(|(_, change)| change),
            })
            .collect();
        let runs = self.job.state.runs_by_number()?;
        let proof = Proof {
            capabilities: &self.job.plan.header.capabilities,
            pack: &self.job.state.meta().key_prefix,
            runs: &runs,
        };
        let found = refresh::meanwhile(self.job.org, &proof, &planned).await?;
        let mut settlement = Settlement::default();
        let mut dropped = BTreeSet::new();
        for ((root, row), meanwhile) in rows.iter().zip(found) {
            let Some((number, change)) = change_of(*root, row) else {
                continue;
            };
            let error = match meanwhile {
                Meanwhile::AsPlanned => continue,
                Meanwhile::NotOurs => {
                    settlement.removed.push(change.address.clone());
                    not_ours()
                }
                Meanwhile::Changed(fields) => changed(fields),
            };
            dropped.insert(number);
            self.fail(change, error, &mut settlement);
        }
        self.job.state.settle(self.job.run, None, &settlement)?;
        Ok(dropped)
    }

    /// The rows of what is touched, and of what that is part of: it proves the parts.
    fn rows(&self, root: RootId, changes: &[(u32, Change)]) -> Result<Vec<Row>, Error> {
        let touches = |row: &Row| {
            let part_of_it = |change: &Change| {
                let rest = change.address.path.as_str().strip_prefix(row.path.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            changes.iter().any(|(_, change)| part_of_it(change))
        };
        let mut rows = self.job.state.rows(root)?;
        let has_row = |change: &Change| rows.iter().any(|row| row.path == change.address.path);
        let rowless = changes.iter().filter(|(_, change)| !has_row(change));
        let strays: Vec<_> = rowless
            .filter_map(|(_, change)| self.stray(change))
            .collect();
        rows.retain(touches);
        rows.extend(strays);
        Ok(rows)
    }

    /// A record that was found by its key has no row; its key has to prove it all the same. Nor has
    /// a new loan one.
    fn stray(&self, change: &Change) -> Option<Row> {
        let path = change.address.path.clone();
        if change.object.is_loan() {
            return Some(Row::of_new_loan(path, change.object, change.id?));
        }
        path.as_str().starts_with("key/").then_some(Row {
            path,
            object: change.object,
            id: change.id?,
            generation: change.generation,
            run: self.job.run,
            created: 0,
            want: Want(0),
            stamp: None,
            held: Held::default(),
            lent: Vec::new(),
        })
    }
}

/// Whether it is an account that is linked to one of ours by us alone, and loses nothing when that
/// goes. Whoever else lends something is somebody else's record.
fn had_no_parent(lent: &[Lent]) -> bool {
    let parent = loan::of(lent, "ParentId");
    parent.is_some_and(|parent| parent.old == Some(Json::Null))
}

fn in_use(others: &[&Hanging]) -> RowError {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in others {
        *counts.entry(one.object).or_default() += 1;
    }
    let counts = counts
        .iter()
        .map(|(object, count)| format!("{count} {object}"));
    let counts: Vec<_> = counts.collect();
    RowError {
        code: "IN_USE".to_owned(),
        message: format!(
            "kept, because others' records refer to it: {}",
            counts.join(", ")
        ),
        fields: Vec::new(),
    }
}

fn not_ours() -> RowError {
    RowError {
        code: "NOT_OURS".to_owned(),
        message: "it is not ours any more, and was left as it is".to_owned(),
        fields: Vec::new(),
    }
}

fn changed(fields: Vec<String>) -> RowError {
    RowError {
        code: "CHANGED_MEANWHILE".to_owned(),
        message: format!(
            "somebody changed {} after the plan was made",
            fields.join(", ")
        ),
        fields,
    }
}
