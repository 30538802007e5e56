//! The pass over all roots: planned, read and compared some hundred at a time.

use std::collections::BTreeMap;

use anyhow::Context as _;
use wildmatch::WildMatch;

use super::ground::Ground;
use super::request::RefreshMode;
use super::seen::Seen;
use super::steps;
use crate::diff::{self, Context, Policies, Root};
use crate::model::change::Change;
use crate::model::id::{AccountId, RootId};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Live, Row};
use crate::org::{Org, RECORDS_PER_LOT};
use crate::plan_file::Builder;
use crate::planner::Planner;
use crate::refresh::{self, OwnedFields, Proof};
use crate::scope;
use crate::state::{Run, State};

/// So many roots are held at once, and about so many of their recorded records.
const ROOTS: usize = 500;
const ROWS: usize = 2 * RECORDS_PER_LOT;

/// What the pass works with beside its ground.
pub(super) struct Pass<'a> {
    ground: &'a Ground<'a>,
    /// Without one everything is to go.
    planner: Option<&'a Planner<'a>>,
    /// The accounts of roots that the inventory does not hold.
    accounts: BTreeMap<RootId, AccountId>,
    runs: BTreeMap<i64, Run>,
    protect: Vec<WildMatch>,
    /// The digest of the manifest.
    manifest: String,
    policies: Policies,
    /// Of a destroy: only rows of this run, and their parts.
    only_run: Option<i64>,
    /// Records of ours that state does not know.
    found: Found,
}

/// One root with what is known of it.
struct Gathered {
    root: RootId,
    desired: Vec<Desired>,
    rows: Vec<Row>,
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
    let mut pass = Pass {
        ground,
        planner,
        accounts,
        runs: ground.state.runs_by_number().context("reading the state")?,
        protect: steps::protect(ground.request),
        manifest: ground.request.manifest_digest(),
        policies: steps::policies(ground.request),
        only_run: steps::only_run(ground.state, ground.request)?,
        found: Found::new(),
    };
    let (builder, seen) = pass.run(roots).await?;
    let unknown = ground.unknown_kinds(&seen.ours);
    if unknown.is_empty() || !pass.looks_for_unknown() {
        return Ok((builder, seen));
    }
    pass.found = pass.find(&unknown, roots).await?;
    pass.run(roots).await
}

impl Pass<'_> {
    /// Whether records that state does not know are this plan's business.
    fn looks_for_unknown(&self) -> bool {
        let options = &self.ground.request.options;
        options.refresh == RefreshMode::Full && self.is_whole()
    }

    /// Whether the plan is about everything that is managed.
    fn is_whole(&self) -> bool {
        self.only_run.is_none() && self.ground.request.options.scope.is_everything()
    }

    /// The records of these kinds that carry our key and that state does not know.
    async fn find(&self, kinds: &[Object], roots: &[RootId]) -> anyhow::Result<Found> {
        let Ground {
            org,
            state,
            surroundings,
            ..
        } = self.ground;
        let mut desired = Vec::new();
        // The records of a few deals name all fields that there are.
        for root in roots.iter().take(50) {
            self.plan(*root, &mut desired);
        }
        let mut owned = OwnedFields::new();
        add_desired(&mut owned, &desired);
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
        for root in roots {
            let mut desired = Vec::new();
            self.plan(*root, &mut desired);
            let rows = self.ground.state.rows(*root).context("reading the state")?;
            records += rows.len();
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
        self.strays(&seen, &mut builder)?;
        Ok((builder, seen))
    }

    async fn take(
        &self,
        roots: Vec<Gathered>,
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        let mut live = self.live(&roots).await?.into_iter();
        for mut one in roots {
            let mut live: Vec<Live> = live.by_ref().take(one.rows.len()).collect();
            if let Some(run) = self.only_run {
                (one.rows, live) = of_run(one.rows, live, run);
            }
            seen.count(&one.rows, &live);
            seen.count_answers(&one.desired);
            seen.targeted |= self.is_targeted(&one);
            seen.claim(one.root, &one.desired, &self.found);
            self.diff(one, &live, seen, builder)?;
        }
        Ok(())
    }

    fn is_targeted(&self, one: &Gathered) -> bool {
        let deal = self.ground.read.inventory.opportunities.get(&one.root);
        let name = deal.map_or("", |deal| &deal.name);
        let desired = one.desired.iter().map(|record| &record.path);
        let paths = desired.chain(one.rows.iter().map(|row| &row.path));
        self.ground
            .request
            .options
            .scope
            .targets(one.root, name, paths)
    }

    async fn live(&self, roots: &[Gathered]) -> anyhow::Result<Vec<Live>> {
        let Ground {
            org,
            state,
            request,
            surroundings,
            ..
        } = self.ground;
        let rows = rows(roots);
        match request.options.refresh {
            RefreshMode::None => Ok(vec![Live::NotRead; rows.len()]),
            RefreshMode::Full => {
                let proof = Proof {
                    capabilities: &surroundings.capabilities,
                    pack: &state.meta().key_prefix,
                    runs: &self.runs,
                };
                let live = refresh::live(org, &proof, &owned(roots), &rows).await;
                live.context("reading what became of the managed records")
            }
        }
    }

    fn diff(
        &self,
        one: Gathered,
        live: &[Live],
        seen: &mut Seen,
        builder: &mut Builder,
    ) -> anyhow::Result<()> {
        let Gathered {
            root,
            desired,
            rows,
        } = one;
        let Ground {
            state,
            request,
            surroundings,
            read,
            ..
        } = self.ground;
        let deal = read.inventory.opportunities.get(&root);
        let known = || self.accounts.get(&root).copied();
        let render = |root, record: &Desired| match self.planner {
            Some(planner) => planner.render(root, record),
            None => Vec::new(),
        };
        let context = Context {
            capabilities: &surroundings.capabilities,
            found: &self.found,
            generation_floor: state.meta().generation_floor,
            same_manifest: state.meta().applied.as_deref() == Some(&*self.manifest),
            anchor_moved: surroundings.told.is_moved(),
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
            rows: &rows,
            live,
            gone_reason: steps::gone_reason(request, planned),
        };
        let mut changes: Vec<Change> = Vec::new();
        diff::diff(&context, root, &mut |change| changes.push(change));
        let name = deal.map_or("", |deal| &deal.name);
        for change in request.options.scope.narrow(changes, name) {
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

/// Reads all managed records and counts what others did to them: changed, and gone.
pub(super) async fn drift(
    org: &Org,
    state: &State,
    (proof, policies): (&Proof<'_>, &Policies),
) -> anyhow::Result<(u64, u64)> {
    let (mut changed, mut gone) = (0, 0);
    let roots: Vec<_> = state.roots()?.into_keys().collect();
    for roots in roots.chunks(ROOTS) {
        let mut gathered = Vec::new();
        for root in roots {
            gathered.push(Gathered {
                root: *root,
                desired: Vec::new(),
                rows: state.rows(*root)?,
            });
        }
        let rows = rows(&gathered);
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

fn rows(roots: &[Gathered]) -> Vec<(RootId, &Row)> {
    let mut all = Vec::new();
    for one in roots {
        all.extend(one.rows.iter().map(|row| (one.root, row)));
    }
    all
}

/// The rows of a run, and the parts of what it created, each with what the org holds.
fn of_run(rows: Vec<Row>, live: Vec<Live>, run: i64) -> (Vec<Row>, Vec<Live>) {
    let made = rows.iter().filter(|row| row.run == run);
    let made: Vec<_> = made.map(|row| format!("{}/", row.path)).collect();
    let is_part = |row: &Row| {
        let under = |whole: &String| row.path.as_str().starts_with(whole);
        row.object.facts().part_of.is_some() && made.iter().any(under)
    };
    let pairs = rows.into_iter().zip(live);
    pairs
        .filter(|(row, _)| row.run == run || is_part(row))
        .unzip()
}

/// The fields that we want now or wrote before.
fn owned(roots: &[Gathered]) -> OwnedFields {
    let mut owned = OwnedFields::new();
    for one in roots {
        add_desired(&mut owned, &one.desired);
        for row in &one.rows {
            let fields = owned.entry(row.object).or_default();
            for (name, _) in &row.held.0 {
                if !fields.contains(name) {
                    fields.insert(name.clone());
                }
            }
        }
    }
    owned
}

fn add_desired(owned: &mut OwnedFields, desired: &[Desired]) {
    for record in desired {
        let fields = owned.entry(record.object).or_default();
        for (name, _) in &record.fields {
            if !fields.contains(name) {
                fields.insert(name.clone());
            }
        }
    }
}
