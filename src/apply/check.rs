//! The last look before anything is written: what is to be updated or deleted must still be ours.
//!
//! A plan may be hours old, or may not have read the org at all. What proves not to be ours any
//! more is left as it is, dropped from state, and reported.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dispatcher, Error};
use crate::model::change::{Action, Change};
use crate::model::id::RootId;
use crate::model::recorded::{Held, Live, Row};
use crate::model::value::Want;
use crate::org::{LOTS_PER_RETRIEVE, RECORDS_PER_LOT, RowError};
use crate::refresh::{self, OwnedFields, Proof};
use crate::state::Settlement;

/// So many records are looked at in one call.
const AT_ONCE: usize = RECORDS_PER_LOT * LOTS_PER_RETRIEVE / 2;

/// What becomes of a record that is not ours any more, as failures are reported.
const NOT_OURS: &str = "NOT_OURS";

/// The changes of one root that touch records which are there, by their number in the plan.
type Touched = BTreeMap<RootId, Vec<(u32, Change)>>;

impl Dispatcher<'_> {
    /// Takes every change out of the queue whose record is not ours any more.
    pub(super) async fn check_ownership(&mut self) -> Result<(), Error> {
        let mut touched = Touched::new();
        let mut count = 0;
        for (number, entry) in self.job.plan.entries().iter().enumerate() {
            if !entry.writes || entry.action == Action::Create {
                continue;
            }
            let change = self.job.plan.change(entry)?;
            touched
                .entry(change.address.root)
                .or_default()
                .push((number as u32, change));
            count += 1;
            if count >= AT_ONCE {
                self.check(std::mem::take(&mut touched)).await?;
                count = 0;
            }
        }
        self.check(touched).await
    }

    async fn check(&mut self, touched: Touched) -> Result<(), Error> {
        let mut rows = Vec::new();
        for (root, changes) in &touched {
            rows.extend(
                self.rows(*root, changes)?
                    .into_iter()
                    .map(|row| (*root, row)),
            );
        }
        let runs = self.job.state.runs_by_number()?;
        let proof = Proof {
            capabilities: &self.job.plan.header.capabilities,
            pack: &self.job.state.meta().key_prefix,
            runs: &runs,
        };
        let borrowed: Vec<_> = rows.iter().map(|(root, row)| (*root, row)).collect();
        let live = refresh::live(self.job.org, &proof, &OwnedFields::new(), &borrowed).await?;
        let foreign: BTreeSet<_> = borrowed
            .iter()
            .zip(&live)
            .filter(|(_, live)| **live == Live::NotOurs)
            .map(|((root, row), _)| (*root, row.path.clone()))
            .collect();
        let (mut settlement, mut dropped) = (Settlement::default(), BTreeSet::new());
        for (number, change) in touched.into_values().flatten() {
            if foreign.contains(&(change.address.root, change.address.path.clone())) {
                dropped.insert(number);
                settlement.removed.push(change.address.clone());
                self.fail(&change, not_ours(), &mut settlement);
            }
        }
        if dropped.is_empty() {
            return Ok(());
        }
        let dropped = self.queue.drop(&dropped);
        self.progress(dropped as u64);
        Ok(self.job.state.settle(self.job.run, None, &settlement)?)
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
        let strays = changes.iter().filter_map(|(_, change)| self.stray(change));
        let strays: Vec<_> = strays.collect();
        rows.retain(touches);
        rows.extend(strays);
        Ok(rows)
    }

    /// A record that was found by its key has no row; its key has to prove it all the same.
    fn stray(&self, change: &Change) -> Option<Row> {
        let path = change.address.path.clone();
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
        })
    }
}

fn not_ours() -> RowError {
    RowError {
        code: NOT_OURS.to_owned(),
        message: "it is not ours any more, and was left as it is".to_owned(),
        fields: Vec::new(),
    }
}
