//! The pass over all roots: planned, read and compared some hundred at a time.

use std::collections::BTreeMap;

use anyhow::Context as _;
use wildmatch::WildMatch;

use super::compared::Compared;
use super::ground::Ground;
use super::reader::{Gathered, Reader, add_desired};
use super::seen::Seen;
use super::{hierarchy, selection, steps};
use crate::diff::{self, Policies};
use crate::model::change::Change;
use crate::model::id::{AccountId, RootId};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Row};
use crate::org::RECORDS_PER_LOT;
use crate::plan_file::Builder;
use crate::planner::Planner;
use crate::refresh::{self, OwnedFields, Proof};
use crate::scope::{self, Narrowed};

/// So many roots are held at once, and about so many of their recorded records.
pub(super) const ROOTS: usize = 500;
const ROWS: usize = 2 * RECORDS_PER_LOT;

/// The records of so many deals name all fields that there are.
const SAMPLE: usize = 50;

/// What the pass works with beside its ground.
pub(super) struct Pass<'a> {
    pub(super) ground: &'a Ground<'a>,
    /// Without one everything is to go.
    pub(super) planner: Option<&'a Planner<'a>>,
    /// The accounts of roots that the inventory does not hold.
    pub(super) accounts: BTreeMap<RootId, AccountId>,
    pub(super) reader: Reader<'a>,
    protect: Vec<WildMatch>,
    /// The digest of the manifest.
    pub(super) manifest: String,
    pub(super) policies: Policies,
    /// Of a destroy: only rows of this run, and their parts.
    pub(super) only_run: Option<i64>,
    /// Records of ours that state does not know.
    pub(super) found: Found,
}

/// Compares all the roots, and gives every change in scope to the builder.
///
/// Where the org turns out to hold records of ours that state does not know, all is compared
/// once more: these are adopted, or go.
pub(super) async fn compare(
    ground: &Ground<'_>,
    planner: Option<&Planner<'_>>,
    roots: &[RootId],
    accounts: BTreeMap<RootId, AccountId>,
) -> anyhow::Result<(Builder, Seen)> {
    let Ground {
        org,
        state,
        request,
        surroundings,
        ..
    } = ground;
    let runs = state.runs_by_number().context("reading the state")?;
    let proof = Proof {
        capabilities: &surroundings.capabilities,
        pack: &state.meta().key_prefix,
        runs: &runs,
    };
    let mut sample = Vec::new();
    if let Some(planner) = planner {
        for root in selection::sample(roots, SAMPLE) {
            planner.plan(*root, &mut sample);
        }
    }
    let refresh = request.options.refresh;
    let counts = &surroundings.counts;
    let mut pass = Pass {
        ground,
        planner,
        accounts,
        reader: Reader::open((org, state), proof, counts, refresh, &sample).await?,
        protect: steps::protect(request),
        manifest: request.manifest_digest(),
        policies: steps::policies(request),
        only_run: steps::only_run(state, request)?,
        found: Found::new(),
    };
    let (builder, seen) = pass.run(roots).await?;
    let unknown = ground.unknown_kinds(&seen)?;
    if unknown.is_empty() || !pass.looks_for_unknown() {
        return Ok((builder, seen));
    }
    pass.found = pass.find(&unknown, &sample).await?;
    pass.run(roots).await
}

impl Pass<'_> {
    /// Whether records that state does not know are this plan's business.
    fn looks_for_unknown(&self) -> bool {
        self.ground.request.options.refresh.reads() && self.is_whole()
    }

    /// Whether the plan is about everything that is managed.
    fn is_whole(&self) -> bool {
        self.only_run.is_none() && self.ground.request.options.scope.is_everything()
    }

    /// The records of these kinds that carry our key and that state does not know.
    async fn find(&self, kinds: &[Object], sample: &[Desired]) -> anyhow::Result<Found> {
        let Ground {
            org,
            state,
            surroundings,
            ..
        } = self.ground;
        let mut owned = OwnedFields::new();
        add_desired(&mut owned, sample);
        let pack = (&surroundings.capabilities, &*state.meta().key_prefix);
        let found = refresh::found(org, pack, &owned, kinds, &state.ids()?).await;
        found.context("looking for records of ours that the state does not know")
    }

    fn plan(&self, root: RootId, desired: &mut Vec<Desired>) {
        if let Some(planner) = self.planner {
            planner.plan(root, desired);
        }
    }

    async fn run(&self, roots: &[RootId]) -> anyhow::Result<(Builder, Seen)> {
        let (mut builder, mut seen) = (Builder::new()?, Seen::default());
        let (mut gathered, mut records) = (Vec::new(), 0);
        let mut roots = roots.to_vec();
        roots.sort_by_key(|root| root.rank());
        let mut rank = 0;
        for root in &roots {
            // Deals refer to people, so what becomes of these is known first.
            if root.rank() > rank {
                rank = root.rank();
                self.take(std::mem::take(&mut gathered), &mut seen, &mut builder)
                    .await?;
            }
            let mut desired = Vec::new();
            self.plan(*root, &mut desired);
            let mut rows = self.ground.state.rows(*root).context("reading the state")?;
            records += rows.len();
            add_new_loans(&desired, &mut rows);
            gathered.push(Gathered {
                root: *root,
                desired,
                rows,
            });
            if records >= ROWS || gathered.len() >= ROOTS {
                self.take(std::mem::take(&mut gathered), &mut seen, &mut builder)
                    .await?;
                records = 0;
            }
        }
        self.take(gathered, &mut seen, &mut builder).await?;
        let scope = &self.ground.request.options.scope;
        let held_back = std::mem::take(&mut seen.held_back);
        // Accounts that are in scope come under others, and so on.
        while held_back.iter().fold(false, |is_news, (name, changes)| {
            let chosen = scope.narrow(changes.clone(), name, &seen.beside);
            seen.beside.refer(&chosen.inside) || is_news
        }) {}
        for (name, changes) in held_back {
            let Narrowed { inside, outside } = scope.narrow(changes, &name, &seen.beside);
            seen.outside += outside;
            self.push(inside, &mut seen, &mut builder)?;
        }
        self.strays(&seen, &mut builder)?;
        let notes = std::mem::take(&mut seen.notes);
        seen.refreshed = self.reader.refreshed(seen.rows, &seen.ours, notes)?;
        Ok((builder, seen))
    }

    async fn take(
        &self,
        roots: Vec<Gathered>,
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        for one in self.compared(roots, seen).await? {
            let Compared { one, live, changes } = one;
            seen.count(one.root, &one.rows, &live);
            seen.count_answers(&one.desired);
            seen.targeted |= self.is_targeted(&one);
            seen.claim((one.root, &one.rows, &live), &one.desired, &self.found);
            let narrowed = changes.unwrap_or_else(|| self.changes(&one, &live, seen));
            seen.outside += narrowed.outside;
            let mut changes = narrowed.inside;
            seen.loans.count(&one.rows, &live, &changes);
            if one.root.is_deal() {
                seen.beside.refer(&changes);
                self.push(changes, seen, builder)?;
                continue;
            }
            seen.note_elsewhere((one.root, &one.rows), &changes);
            let inventory = &self.ground.read.inventory;
            hierarchy::note_above(&mut changes, (self.planner, inventory));
            let scope = &self.ground.request.options.scope;
            if scope.is_everything() {
                self.push(changes, seen, builder)?;
                continue;
            }
            // Which of them are in scope depends on the deals that refer to them.
            let name = self.name(one.root).to_owned();
            seen.beside.leave_out(scope.excluded(&changes, &name));
            seen.held_back.push((name, changes));
        }
        Ok(())
    }

    /// What people call a root: the name of the opportunity, or of the account.
    pub(super) fn name(&self, root: RootId) -> &str {
        let inventory = &self.ground.read.inventory;
        let deal = inventory.opportunities.get(&root).map(|deal| &deal.name);
        let account = || Some(&inventory.accounts.get(&root.account()?)?.name);
        deal.or_else(account).map_or("", |name| name)
    }

    fn is_targeted(&self, one: &Gathered) -> bool {
        let name = self.name(one.root);
        let desired = one.desired.iter().map(|record| &record.path);
        let paths = desired.chain(one.rows.iter().map(|row| &row.path));
        self.ground
            .request
            .options
            .scope
            .targets(one.root, name, paths)
    }

    fn push(
        &self,
        changes: Vec<Change>,
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        for change in changes {
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
    fn strays(&self, seen: &Seen, builder: &mut Builder) -> anyhow::Result<()> {
        if !self.is_whole() {
            return Ok(());
        }
        let reason = steps::gone_reason(self.ground.request, false);
        for (letters, record) in &self.found {
            // Without a key it may as well be somebody's who works with our meeting.
            let keyed = self.ground.surroundings.capabilities.has_key(record.object);
            if keyed && !seen.claims(letters) {
                builder.push(&diff::stray(letters, record, reason))?;
            }
        }
        Ok(())
    }
}

/// A new loan is of a record that is there, and is read like those that are managed.
fn add_new_loans(desired: &[Desired], rows: &mut Vec<Row>) {
    for record in desired {
        let Some(lender) = record.lender else {
            continue;
        };
        if let Err(place) = rows.binary_search_by(|row| row.path.cmp(&record.path)) {
            let row = Row::of_new_loan(record.path.clone(), record.object, lender);
            rows.insert(place, row);
        }
    }
}
