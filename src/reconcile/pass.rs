//! The pass over all roots: planned, read and compared some hundred at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use wildmatch::WildMatch;

use super::ground::Ground;
use super::reader::{Gathered, Reader, add_desired};
use super::seen::Seen;
use super::{selection, steps, texts};
use crate::diff::{self, Context, Policies, Root};
use crate::model::address::Path;
use crate::model::change::Change;
use crate::model::id::{AccountId, RootId};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Live, Row};
use crate::org::RECORDS_PER_LOT;
use crate::plan_file::Builder;
use crate::planner::Planner;
use crate::refresh::{self, OwnedFields, Proof};
use crate::scope;
use crate::state::State;

/// So many roots are held at once, and about so many of their recorded records.
const ROOTS: usize = 500;
const ROWS: usize = 2 * RECORDS_PER_LOT;

/// The records of so many deals name all fields that there are.
const SAMPLE: usize = 50;

/// What the pass works with beside its ground.
pub(super) struct Pass<'a> {
    ground: &'a Ground<'a>,
    /// Without one everything is to go.
    planner: Option<&'a Planner<'a>>,
    /// The accounts of roots that the inventory does not hold.
    accounts: BTreeMap<RootId, AccountId>,
    reader: Reader<'a>,
    protect: Vec<WildMatch>,
    /// The digest of the manifest.
    manifest: String,
    policies: Policies,
    /// Of a destroy: only rows of this run, and their parts.
    only_run: Option<i64>,
    /// Records of ours that state does not know.
    found: Found,
}

/// A root with what the org holds of its rows.
struct Compared {
    one: Gathered,
    live: Vec<Live>,
    /// Its changes, where they are known already.
    changes: Option<Vec<Change>>,
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
        for (name, changes) in std::mem::take(&mut seen.held_back) {
            let scope = &self.ground.request.options.scope;
            let changes = scope.narrow(changes, &name, &seen.beside);
            self.push(changes, &mut seen, &mut builder)?;
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
            let changes = changes.unwrap_or_else(|| self.changes(&one, &live, seen));
            seen.loans.count(&one.rows, &live, &changes);
            if one.root.is_deal() {
                seen.beside.refer(&changes);
                self.push(changes, seen, builder)?;
                continue;
            }
            seen.note_elsewhere((one.root, &one.rows), &changes);
            for address in changes.iter().flat_map(scope::references) {
                builder.wait_for(one.root, address.root);
            }
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
    fn name(&self, root: RootId) -> &str {
        let inventory = &self.ground.read.inventory;
        let deal = inventory.opportunities.get(&root).map(|deal| &deal.name);
        let account = || Some(&inventory.accounts.get(&root.account()?)?.name);
        deal.or_else(account).map_or("", |name| name)
    }

    /// The roots with what the org holds of them: of what changed, and of what is to be changed,
    /// with its values.
    async fn compared(&self, roots: Vec<Gathered>, seen: &Seen) -> anyhow::Result<Vec<Compared>> {
        let mut live = self.reader.live(&roots).await?;
        let (mut closer, mut known, mut first) = (Vec::new(), Vec::new(), 0);
        for one in &roots {
            let of_root = &live[first..first + one.rows.len()];
            let changes = of_root
                .contains(&Live::Unchanged)
                .then(|| self.changes(one, of_root, seen));
            let unread = Self::unread(one, of_root, changes.as_deref().unwrap_or_default());
            known.push(changes.filter(|_| unread.is_empty()));
            closer.extend(unread.into_iter().map(|place| first + place));
            first += one.rows.len();
        }
        self.reader.look_closer(&roots, &mut live, &closer).await?;
        let mut live = live.into_iter();
        let compared = roots.into_iter().zip(known).map(|(mut one, changes)| {
            let mut live: Vec<Live> = live.by_ref().take(one.rows.len()).collect();
            if let Some(run) = self.only_run {
                (one.rows, live) = of_run(one.rows, live, run);
            }
            let changes = changes.filter(|_| self.only_run.is_none());
            Compared { one, live, changes }
        });
        Ok(compared.collect())
    }

    /// The places of the rows that are to be changed and were not read; with a part, also what it
    /// is part of, which proves whose it is.
    fn unread(one: &Gathered, live: &[Live], changes: &[Change]) -> Vec<usize> {
        let place = |path: &Path| one.rows.binary_search_by(|row| row.path.cmp(path)).ok();
        let mut places = BTreeSet::new();
        for changed in changes
            .iter()
            .filter_map(|change| place(&change.address.path))
        {
            let whole = one.rows[changed].path.ancestors().find_map(|path| {
                let part_of = one.rows[changed].object.facts().part_of;
                place(&path).filter(|place| Some(one.rows[*place].object) == part_of)
            });
            let whole = whole.filter(|whole| live[*whole] == Live::Unchanged);
            if live[changed] == Live::Unchanged || whole.is_some() {
                places.insert(changed);
            }
            places.extend(whole);
        }
        places.into_iter().collect()
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

    /// The changes of a root: of a deal those that are in scope.
    fn changes(&self, one: &Gathered, live: &[Live], seen: &Seen) -> Vec<Change> {
        let Ground {
            state,
            request,
            surroundings,
            read,
            ..
        } = self.ground;
        let deal = read.inventory.opportunities.get(&one.root);
        let known = || self.accounts.get(&one.root).copied();
        let rendered = |root, record: &Desired| match self.planner {
            Some(planner) => planner.render(root, record),
            None => Vec::new(),
        };
        let texts = self.ground.texts;
        let render = |root, record: &Desired| texts::known(texts, request, rendered(root, record));
        let is_retold = |root, record: &Desired, row: &Row| {
            request.options.generate && texts::is_retold(texts, row, &rendered(root, record))
        };
        let context = Context {
            capabilities: &surroundings.capabilities,
            found: &self.found,
            generation_floor: state.meta().generation_floor,
            same_manifest: state.meta().applied.as_deref() == Some(&*self.manifest),
            anchor_moved: surroundings.told.is_moved(),
            elsewhere: &seen.elsewhere,
            adopting: self.ground.takes_over(),
            replacing: steps::replacing(request),
            policies: &self.policies,
            render: &render,
            is_retold: &is_retold,
        };
        let planned = self
            .planner
            .is_some_and(|planner| planner.stories.covers(one.root));
        let own = one.root.account();
        let root = Root {
            id: one.root,
            account: own.or_else(|| deal?.account).or_else(known),
            desired: &one.desired,
            rows: &one.rows,
            live,
            gone_reason: steps::gone_reason(request, planned),
        };
        let mut changes = Vec::new();
        diff::diff(&context, &root, &mut |change| changes.push(change));
        match one.root.is_deal() {
            false => changes,
            true => {
                let scope = &request.options.scope;
                scope.narrow(changes, self.name(one.root), &seen.beside)
            }
        }
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

/// Counts what others did to the managed records: changed, and gone.
pub(super) async fn drift(
    reader: &Reader<'_>,
    state: &State,
    policies: &Policies,
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
        let live = reader.live(&gathered).await?;
        let rows = gathered.iter().flat_map(|one| &one.rows);
        for (row, live) in rows.zip(&live) {
            match live {
                Live::Gone => gone += 1,
                Live::NotOurs => changed += 1,
                Live::Ours(live) => {
                    changed += u64::from(!diff::is_as_held(policies, None, row, live));
                }
                Live::NotRead | Live::Unchanged => {}
            }
        }
    }
    Ok((changed, gone))
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
