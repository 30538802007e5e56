//! What became of our records, told by what has changed since the last refresh.
//!
//! Kinds of which that is not certain are read whole: so few records are missing or too many,
//! the last refresh is too long ago or was another user's, or the org refuses a question.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use super::inquiry::{Inquiry, suspects};
use super::live::{OwnedFields, Proof, live_among};
use super::window;
use crate::diff::{Policies, is_as_held};
use crate::model::address::Address;
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::recorded::{Live, Row};
use crate::org::Org;
use crate::state::{self, Notes, State};

/// What differs from what was recorded.
#[derive(Debug, Default)]
pub(crate) struct Deviations {
    /// When the org was asked, by its own clock, in seconds since 1970.
    at: Option<i64>,
    /// Of each kind whose changes are known: the changed records. All of another kind are read.
    kinds: BTreeMap<Object, BTreeMap<RecordId, Live>>,
    notes: Notes,
}

impl Deviations {
    /// Nothing is known, so everything is read.
    pub(crate) fn unknown(org: &Org) -> Self {
        Self {
            at: org.server_time().map(jiff::Timestamp::as_second),
            ..Self::default()
        }
    }

    /// When the org was asked; nothing where records of the kinds that are managed had to be read
    /// and not all of them were.
    pub(crate) fn asked_at(&self, managed: &BTreeMap<Object, u64>, all_read: bool) -> Option<i64> {
        let known = managed.keys().all(|object| self.kinds.contains_key(object));
        self.at.filter(|_| known || all_read)
    }

    /// What was seen of records that were looked up.
    pub(crate) fn notes(&self) -> &Notes {
        &self.notes
    }

    /// What the org holds for each row, in their order.
    pub(crate) async fn live(
        &self,
        org: &Org,
        proof: &Proof<'_>,
        owned: &dyn Fn() -> OwnedFields,
        rows: &[(RootId, &Row)],
    ) -> Result<Vec<Live>, Error> {
        let known = |row: &Row| {
            let changed = self.kinds.get(&row.object)?;
            Some(changed.get(&row.id).cloned().unwrap_or(Live::Unchanged))
        };
        let mut live: Vec<_> = rows.iter().map(|(_, row)| known(row)).collect();
        let asked = rows.iter().zip(&live).filter(|(_, live)| live.is_none());
        let asked: Vec<_> = asked.map(|(row, _)| *row).collect();
        if !asked.is_empty() {
            let ours = proved(rows, live.iter().map(Option::as_ref));
            let told = live_among(org, proof, &owned(), &asked, ours).await?;
            let places = live.iter_mut().filter(|live| live.is_none());
            for (place, told) in places.zip(told) {
                *place = Some(told);
            }
        }
        Ok(live.into_iter().flatten().collect())
    }
}

/// The records that are known to be ours: what is part of them is ours too.
pub(crate) fn proved<'a>(
    rows: &[(RootId, &Row)],
    live: impl Iterator<Item = Option<&'a Live>>,
) -> BTreeSet<(Object, RecordId)> {
    let is_ours = |live: &Option<&Live>| matches!(live, Some(Live::Unchanged | Live::Ours(_)));
    let ours = rows.iter().zip(live).filter(|(_, live)| is_ours(live));
    ours.map(|((_, row), _)| (row.object, row.id)).collect()
}

/// Notes what was seen of a row: the stamp at which it is as recorded, or that it is not.
pub(crate) fn note(notes: &mut Notes, root: RootId, row: &Row, live: &Live) {
    match live {
        Live::NotRead | Live::Unchanged => {}
        Live::Gone | Live::NotOurs => {
            notes.deviating.insert(row.id, None);
        }
        Live::Ours(live) => {
            let as_held = is_as_held(&Policies::default(), None, row, live);
            match live.stamp.filter(|_| as_held) {
                None => {
                    notes.deviating.insert(row.id, live.stamp);
                }
                Some(stamp) if row.stamp != Some(stamp) => {
                    let path = row.path.clone();
                    notes.agreed.push((Address { root, path }, stamp));
                }
                Some(_) => {}
            }
        }
    }
}

/// Asks what has changed since the last refresh.
pub(crate) async fn deviations(inquiry: &Inquiry<'_>) -> Result<Deviations, Error> {
    let mut found = Deviations::unknown(inquiry.org);
    let mark = inquiry.state.meta().mark.as_ref();
    let user = &inquiry.org.identity().user_id;
    let Some((mark, now)) = mark
        .zip(found.at)
        .filter(|(mark, now)| window::holds(mark, *now, user))
    else {
        return Ok(found);
    };
    let asked = suspects(inquiry, mark).await?;
    let ids = asked.values().flat_map(|(_, suspects)| suspects).copied();
    let rows = with_wholes(inquiry.state, &ids.collect())?;
    let live = look_up(inquiry, &rows).await?;
    for (object, (known, _)) in asked {
        let of_kind = rows.iter().zip(&live);
        let of_kind = of_kind.filter(|((_, row), _)| row.object == object);
        let changed: BTreeMap<_, _> = of_kind
            .map(|((_, row), live)| (row.id, live.clone()))
            .collect();
        let is_there = |live: &&Live| matches!(live, Live::Ours(_));
        let lost = changed.len() - changed.values().filter(is_there).count();
        let others = mark.others.get(&object);
        let expected = others.map(|others| others + known.total - lost as u64);
        let whole = object.facts().part_of;
        // A part is proved by its whole.
        let whole_is_known = whole.is_none_or(|whole| found.kinds.contains_key(&whole));
        if whole_is_known && inquiry.counts.get(&object) == expected.as_ref() {
            found.kinds.insert(object, changed);
        }
    }
    for ((root, row), live) in rows.iter().zip(&live) {
        note(&mut found.notes, *root, row, live);
    }
    found.at = Some(now);
    Ok(found)
}

/// What the org holds of these records.
async fn look_up(inquiry: &Inquiry<'_>, rows: &[(RootId, Row)]) -> Result<Vec<Live>, Error> {
    let mut owned = inquiry.owned.clone();
    for (_, row) in rows {
        let fields = owned.entry(row.object).or_default();
        fields.extend(row.held.0.iter().map(|(name, _)| name.clone()));
    }
    let rows: Vec<_> = rows.iter().map(|(root, row)| (*root, row)).collect();
    live_among(inquiry.org, inquiry.proof, &owned, &rows, BTreeSet::new()).await
}

/// The managed ones of these records, and what they are part of, which proves whose they are.
fn with_wholes(
    state: &State,
    ids: &BTreeSet<RecordId>,
) -> Result<Vec<(RootId, Row)>, state::Error> {
    let mut rows: BTreeMap<_, _> = state
        .rows_of(ids)?
        .into_iter()
        .map(|(root, row)| ((root, row.path.clone()), row))
        .collect();
    let parts: Vec<_> = rows
        .iter()
        .map(|((root, _), row)| whole_of(state, *root, row))
        .collect::<Result<_, _>>()?;
    for (root, whole) in parts.into_iter().flatten() {
        rows.insert((root, whole.path.clone()), whole);
    }
    let rows = rows.into_iter();
    Ok(rows.map(|((root, _), row)| (root, row)).collect())
}

/// The row of the record that this one is part of.
fn whole_of(state: &State, root: RootId, row: &Row) -> Result<Option<(RootId, Row)>, state::Error> {
    let Some(whole) = row.object.facts().part_of else {
        return Ok(None);
    };
    for path in row.path.ancestors() {
        let above = state.row_at(&Address { root, path })?;
        if let Some(row) = above.filter(|row| row.object == whole) {
            return Ok(Some((root, row)));
        }
    }
    Ok(None)
}
