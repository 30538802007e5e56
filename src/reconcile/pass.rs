//! The pass over all roots: planned, read and compared some hundred at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::request::RefreshMode;
use crate::diff::{self, Context, Policies, Root};
use crate::model::capabilities::Capabilities;
use crate::model::change::{Change, Reason};
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::Inventory;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Live, Row};
use crate::model::value::{FieldName, Value};
use crate::org::{Org, RECORDS_PER_LOT};
use crate::plan_file::Builder;
use crate::planner::Planner;
use crate::refresh::{self, OwnedFields, Proof};
use crate::scope::{self, Scope};
use crate::state::{Run, State};

/// What the pass works with.
pub(super) struct Pass<'a> {
    pub(super) org: &'a Org,
    pub(super) state: &'a State,
    pub(super) capabilities: &'a Capabilities,
    pub(super) inventory: &'a Inventory,
    /// Without one everything is to go.
    pub(super) planner: Option<&'a Planner<'a>>,
    /// The accounts of roots that the inventory does not hold.
    pub(super) accounts: &'a BTreeMap<RootId, AccountId>,
    pub(super) runs: BTreeMap<i64, Run>,
    pub(super) refresh: RefreshMode,
    pub(super) found: &'a Found,
    pub(super) anchor_moved: bool,
    pub(super) scope: &'a Scope,
    pub(super) protect: Vec<wildmatch::WildMatch>,
    pub(super) policies: Policies,
    /// Of a destroy: only rows of this run, and their parts.
    pub(super) only_run: Option<i64>,
    /// Why records of a root that is no longer planned go.
    pub(super) gone_reason: Reason,
}

/// What the pass saw beside the changes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) recorded: BTreeMap<Object, u64>,
    pub(super) vanished: BTreeMap<Object, u64>,
    /// Records that are there and ours.
    pub(super) ours: BTreeMap<Object, u64>,
    /// The questions of all scorecards, and how many of them are answered.
    pub(super) questions: u64,
    pub(super) answered: u64,
    /// Roots that something is to happen under.
    pub(super) touched: BTreeSet<RootId>,
    /// Addresses that would have gone, and are kept.
    pub(super) protected: Vec<String>,
    /// The letters of what was wanted, out of those that were found by key.
    claimed: BTreeSet<String>,
}

/// One root with what is known of it.
struct Gathered {
    root: RootId,
    desired: Vec<Desired>,
    rows: Vec<Row>,
}

impl Pass<'_> {
    /// Whether records that state does not know are this plan's business.
    pub(super) fn looks_for_unknown(&self) -> bool {
        self.refresh == RefreshMode::Full && self.only_run.is_none() && self.scope.is_everything()
    }

    /// The records of these kinds that carry our key and that state does not know.
    pub(super) async fn find(&self, kinds: &[Object], roots: &[RootId]) -> anyhow::Result<Found> {
        let mut owned = refresh::OwnedFields::new();
        if let Some(planner) = self.planner {
            let mut desired = Vec::new();
            // The records of a few deals name all fields that there are.
            for root in roots.iter().take(50) {
                planner.plan(*root, &mut desired);
            }
            for record in desired {
                let names = record.fields.into_iter().map(|(name, _)| name);
                owned.entry(record.object).or_default().extend(names);
            }
        }
        let known = self.state.ids()?;
        let pack = &self.state.meta().key_prefix;
        let found =
            refresh::found(self.org, (self.capabilities, pack), &owned, kinds, &known).await;
        found.context("looking for records of ours that the state does not know")
    }

    /// Compares all the roots, and gives every change in scope to the builder.
    pub(super) async fn run(
        &self,
        roots: &[RootId],
        builder: &mut Builder,
    ) -> anyhow::Result<Seen> {
        let mut seen = Seen::default();
        let mut gathered = Vec::new();
        let mut records = 0;
        for (number, root) in roots.iter().enumerate() {
            let one = self.gather(*root)?;
            records += one.rows.len();
            gathered.push(one);
            if records >= 2 * RECORDS_PER_LOT || gathered.len() >= 500 || number + 1 == roots.len()
            {
                self.compare(std::mem::take(&mut gathered), &mut seen, builder)
                    .await?;
                records = 0;
            }
        }
        self.strays(&mut seen, builder)?;
        Ok(seen)
    }

    fn gather(&self, root: RootId) -> anyhow::Result<Gathered> {
        let mut desired = Vec::new();
        if let Some(planner) = self.planner {
            planner.plan(root, &mut desired);
        }
        let mut rows = self.state.rows(root).context("reading the state")?;
        if let Some(run) = self.only_run {
            rows = of_run(rows, run);
        }
        Ok(Gathered {
            root,
            desired,
            rows,
        })
    }

    async fn compare(
        &self,
        roots: Vec<Gathered>,
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        let mut live = self.live(&roots).await?.into_iter();
        for Gathered {
            root,
            desired,
            rows,
        } in roots
        {
            let live: Vec<Live> = live.by_ref().take(rows.len()).collect();
            seen.count(&rows, &live);
            seen.count_answers(&desired);
            seen.claim(root, &desired, self.found);
            self.diff(root, desired, (&rows, &live), seen, builder)?;
        }
        Ok(())
    }

    async fn live(&self, roots: &[Gathered]) -> anyhow::Result<Vec<Live>> {
        let rows: Vec<(RootId, &Row)> = roots
            .iter()
            .flat_map(|one| one.rows.iter().map(|row| (one.root, row)))
            .collect();
        match self.refresh {
            RefreshMode::None => Ok(vec![Live::NotRead; rows.len()]),
            RefreshMode::Full => {
                let owned = owned(roots);
                let proof = Proof {
                    capabilities: self.capabilities,
                    pack: &self.state.meta().key_prefix,
                    runs: &self.runs,
                };
                let live = refresh::live(self.org, &proof, &owned, &rows).await;
                live.context("reading what became of the managed records")
            }
        }
    }

    fn diff(
        &self,
        root: RootId,
        desired: Vec<Desired>,
        (rows, live): (&[Row], &[Live]),
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        let deal = self.inventory.opportunities.get(&root);
        let known = || self.accounts.get(&root).copied();
        let mut changes: Vec<Change> = Vec::new();
        let render = |root, record: &Desired| match self.planner {
            Some(planner) => planner.render(root, record),
            None => Vec::new(),
        };
        let context = Context {
            capabilities: self.capabilities,
            found: self.found,
            generation_floor: self.state.meta().generation_floor,
            anchor_moved: self.anchor_moved,
            policies: &self.policies,
            render: &render,
        };
        let planned = self
            .planner
            .is_some_and(|planner| planner.stories.pins.contains_key(&root));
        let root = Root {
            id: root,
            account: deal.and_then(|deal| deal.account).or_else(known),
            desired,
            rows,
            live,
            gone_reason: if planned {
                Reason::NoLongerWanted
            } else {
                self.gone_reason
            },
        };
        diff::diff(&context, root, &mut |change| changes.push(change));
        let name = deal.map_or("", |deal| &deal.name);
        for change in self.scope.narrow(changes, name) {
            if scope::is_protected(&self.protect, &change) {
                seen.protected.push(change.address.to_string());
                continue;
            }
            seen.touched.insert(change.address.root);
            builder.push(&change)?;
        }
        Ok(())
    }

    /// What carries our key and is wanted nowhere goes.
    fn strays(&self, seen: &mut Seen, builder: &mut Builder) -> anyhow::Result<()> {
        if !self.scope.is_everything() || self.only_run.is_some() {
            return Ok(());
        }
        for (letters, record) in self.found {
            // Without a key it may as well be somebody's who works with our meeting.
            let keyed = self.capabilities.has_key(record.object);
            if keyed && !seen.claimed.contains(letters) {
                builder.push(&diff::stray(letters, record, self.gone_reason))?;
            }
        }
        Ok(())
    }
}

impl Seen {
    fn count(&mut self, rows: &[Row], live: &[Live]) {
        for (row, live) in rows.iter().zip(live) {
            *self.recorded.entry(row.object).or_default() += 1;
            match live {
                Live::Gone => *self.vanished.entry(row.object).or_default() += 1,
                Live::Ours(_) => *self.ours.entry(row.object).or_default() += 1,
                Live::NotRead | Live::NotOurs => {}
            }
        }
    }

    fn count_answers(&mut self, desired: &[Desired]) {
        let answers = desired
            .iter()
            .filter(|record| record.object == Object::ScorecardAnswer);
        for answer in answers {
            let cites = |(name, value): &(FieldName, Value)| {
                name == "Evidence_Activity_Id__c" && *value != Value::Null
            };
            self.questions += 1;
            self.answered += u64::from(answer.fields.iter().any(cites));
        }
    }

    fn claim(&mut self, root: RootId, desired: &[Desired], found: &Found) {
        if !found.is_empty() {
            let wanted = diff::wanted_letters(root, desired);
            self.claimed
                .extend(wanted.filter(|letters| found.contains_key(letters)));
        }
    }
}

/// Reads all managed records and counts what others did to them: changed, and gone.
pub(super) async fn drift(
    org: &Org,
    state: &State,
    (proof, policies): (&Proof<'_>, &Policies),
) -> anyhow::Result<(u64, u64)> {
    let (mut changed, mut gone) = (0, 0);
    let roots: Vec<_> = state.roots()?.into_keys().collect();
    for roots in roots.chunks(500) {
        let mut gathered = Vec::new();
        for root in roots {
            gathered.push(Gathered {
                root: *root,
                desired: Vec::new(),
                rows: state.rows(*root)?,
            });
        }
        let rows: Vec<_> = gathered
            .iter()
            .flat_map(|one| one.rows.iter().map(|row| (one.root, row)))
            .collect();
        let live = refresh::live(org, proof, &owned(&gathered), &rows).await?;
        for ((_, row), live) in rows.iter().zip(&live) {
            match live {
                Live::Gone => gone += 1,
                Live::NotOurs => changed += 1,
                Live::Ours(live) => {
                    changed += u64::from(!diff::is_as_held(policies, None, row, live));
                }
                Live::NotRead => {}
            }
        }
    }
    Ok((changed, gone))
}

/// The rows of a run, and the parts of what it created.
fn of_run(rows: Vec<Row>, run: i64) -> Vec<Row> {
    let paths: Vec<_> = rows
        .iter()
        .filter(|row| row.run == run)
        .map(|row| row.path.clone())
        .collect();
    let part = |row: &Row| {
        let under = |path: &crate::model::address::Path| {
            row.path
                .as_str()
                .strip_prefix(path.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        row.object.facts().part_of.is_some() && paths.iter().any(under)
    };
    rows.into_iter()
        .filter(|row| row.run == run || part(row))
        .collect()
}

/// The fields that we want now or wrote before.
fn owned(roots: &[Gathered]) -> OwnedFields {
    let mut owned = OwnedFields::new();
    for one in roots {
        for row in &one.rows {
            let fields = owned.entry(row.object).or_default();
            for (name, _) in &row.held.0 {
                if !fields.contains(name) {
                    fields.insert(name.clone());
                }
            }
        }
        for record in &one.desired {
            let fields = owned.entry(record.object).or_default();
            for (name, _) in &record.fields {
                if !fields.contains(name) {
                    fields.insert(name.clone());
                }
            }
        }
    }
    owned
}
