//! How managed records are read: by what has changed, and closer where something is to happen.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::request::RefreshMode;
use crate::model::id::RootId;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Live, Mark, Row};
use crate::org::Org;
use crate::refresh::{self, Deviations, Inquiry, OwnedFields, Proof};
use crate::state::{Notes, State};

/// One root with what is known of it.
pub(super) struct Gathered {
    pub(super) root: RootId,
    pub(super) desired: Vec<Desired>,
    pub(super) rows: Vec<Row>,
}

/// What the records are read with.
pub(super) struct Reader<'a> {
    org: &'a Org,
    state: &'a State,
    proof: Proof<'a>,
    /// By kind: how many of the pack's records there are in the org.
    counts: &'a BTreeMap<Object, u64>,
    /// What has changed; none where the org is not read.
    deviations: Option<Deviations>,
}

impl<'a> Reader<'a> {
    /// Asks what has changed, if that is to be asked. Of the desired records only the names of
    /// their fields count.
    pub(super) async fn open(
        (org, state): (&'a Org, &'a State),
        proof: Proof<'a>,
        counts: &'a BTreeMap<Object, u64>,
        refresh: RefreshMode,
        desired: &[Desired],
    ) -> anyhow::Result<Self> {
        let deviations = match refresh {
            RefreshMode::None => None,
            RefreshMode::Full => Some(Deviations::unknown(org)),
            RefreshMode::Changed => {
                let mut owned = OwnedFields::new();
                add_desired(&mut owned, desired);
                let inquiry = Inquiry {
                    org,
                    state,
                    proof: &proof,
                    owned,
                    counts,
                };
                let asked = refresh::deviations(&inquiry).await;
                Some(asked.context("asking what has changed of the managed records")?)
            }
        };
        Ok(Self {
            org,
            state,
            proof,
            counts,
            deviations,
        })
    }

    /// What the org holds for each row of the roots, in their order.
    pub(super) async fn live(&self, roots: &[Gathered]) -> anyhow::Result<Vec<Live>> {
        let rows = rows(roots);
        let Some(deviations) = &self.deviations else {
            return Ok(vec![Live::NotRead; rows.len()]);
        };
        let owned = || owned(roots);
        let live = deviations.live(self.org, &self.proof, &owned, &rows);
        live.await
            .context("reading what became of the managed records")
    }

    /// Reads rows, by their places, of which it was only known that they are unchanged.
    pub(super) async fn look_closer(
        &self,
        roots: &[Gathered],
        live: &mut [Live],
        places: &[usize],
    ) -> anyhow::Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let (all, owned) = (rows(roots), owned(roots));
        for place in places {
            live[*place] = Live::NotRead;
        }
        let ours = refresh::proved(&all, live.iter().map(Some));
        let asked: Vec<_> = places.iter().map(|place| all[*place]).collect();
        let told = refresh::live_among(self.org, &self.proof, &owned, &asked, ours);
        let told = told.await.context("reading what is to be changed")?;
        for (place, told) in places.iter().zip(told) {
            live[*place] = told;
        }
        Ok(())
    }

    /// What this refresh is remembered for, where it left nothing unread: so many rows were
    /// looked at, so many of each kind are there, and these were noted.
    pub(super) fn refreshed(
        &self,
        rows: u64,
        there: &BTreeMap<Object, u64>,
        mut notes: Notes,
    ) -> anyhow::Result<Option<(Mark, Notes)>> {
        let Some(deviations) = &self.deviations else {
            return Ok(None);
        };
        let managed = self.state.count().context("reading the state")?;
        let all_read = managed.values().sum::<u64>() == rows;
        let Some(at) = deviations.asked_at(&managed, all_read) else {
            return Ok(None);
        };
        let beside = |(object, count): (&Object, &u64)| {
            let there = there.get(object).copied().unwrap_or(0);
            Some((*object, count.checked_sub(there)?))
        };
        let others = match &self.state.meta().mark {
            // The counts came out, so nothing is new but what was looked up.
            Some(mark) if !all_read => mark.others.clone(),
            _ => self.counts.iter().filter_map(beside).collect(),
        };
        let Notes { agreed, deviating } = deviations.notes().clone();
        notes.agreed.extend(agreed);
        notes.deviating.extend(deviating);
        let user = self.org.identity().user_id.clone();
        Ok(Some((Mark { at, user, others }, notes)))
    }
}

pub(super) fn rows(roots: &[Gathered]) -> Vec<(RootId, &Row)> {
    let mut all = Vec::new();
    for one in roots {
        all.extend(one.rows.iter().map(|row| (one.root, row)));
    }
    all
}

/// The fields that we want now or wrote before.
pub(super) fn owned(roots: &[Gathered]) -> OwnedFields {
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

pub(super) fn add_desired(owned: &mut OwnedFields, desired: &[Desired]) {
    for record in desired {
        let fields = owned.entry(record.object).or_default();
        for (name, _) in &record.fields {
            if !fields.contains(name) {
                fields.insert(name.clone());
            }
        }
    }
}
