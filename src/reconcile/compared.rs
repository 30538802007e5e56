//! A root compared: what the org holds of its rows, and the changes that follow.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::pass::Pass;
use super::reader::Gathered;
use super::seen::Seen;
use super::{steps, texts};
use crate::diff::{self, Context, Root};
use crate::model::address::Path;
use crate::model::change::Change;
use crate::model::record::Desired;
use crate::model::recorded::{Live, Row};
use crate::scope::Narrowed;

/// A root with what the org holds of its rows.
pub(super) struct Compared {
    pub(super) one: Gathered,
    pub(super) live: Vec<Live>,
    /// Its changes, where they are known already.
    pub(super) changes: Option<Narrowed>,
}

impl Pass<'_> {
    /// The roots with what the org holds of them: of what changed, and of what is to be changed,
    /// with its values.
    pub(super) async fn compared(
        &self,
        roots: Vec<Gathered>,
        seen: &Seen,
    ) -> anyhow::Result<Vec<Compared>> {
        let mut live = self.reader.live(&roots).await?;
        let (mut closer, mut known, mut first) = (Vec::new(), Vec::new(), 0);
        for one in &roots {
            let of_root = &live[first..first + one.rows.len()];
            let changes = of_root
                .contains(&Live::Unchanged)
                .then(|| self.changes(one, of_root, seen));
            let inside = changes.as_ref().map(|changes| &*changes.inside);
            let unread = Self::unread(one, of_root, inside.unwrap_or_default());
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

    /// The changes of a root: of a deal those that are in scope.
    pub(super) fn changes(&self, one: &Gathered, live: &[Live], seen: &Seen) -> Narrowed {
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
            upgrades_texts: request.options.upgrade_texts,
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
            false => changes.into(),
            true => {
                let scope = &request.options.scope;
                scope.narrow(changes, self.name(one.root), &seen.beside)
            }
        }
    }
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
