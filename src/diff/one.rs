//! One address: the decision carried into a change with its fields.

use super::before::{Before, is_as_held};
use super::blank::{blank, entitle};
use super::decide::{Decision, Desired as Wanted, Recorded, Situation, decide};
use super::root_state::{RootState, reference_moved};
use super::write::{adopt, create, write};
use super::{Context, Policies, letters, loan};
use crate::model::address::Path;
use crate::model::change::{Action, Change, Reason};
use crate::model::id::RootId;
use crate::model::record::Desired;
use crate::model::recorded::{FoundRecord, Live, Row};

/// What is to happen to a record that the manifest asks for.
pub(super) fn desired(
    context: &Context,
    state: &mut RootState<'_>,
    record: &Desired,
    recorded: Option<(&Row, &Live)>,
) -> Option<Change> {
    if record.object.is_loan() {
        return loan::desired(context, state, record, recorded);
    }
    let found = match recorded {
        None | Some((_, Live::NotOurs)) if !context.found.is_empty() => {
            let letters = letters(state.root, record, |address| state.id(address));
            let found = context.found.get(&letters);
            // What is of another kind is not what is wanted, and goes.
            found.filter(|found| found.object == record.object)
        }
        _ => None,
    };
    // A row that names what is not ours does not stand in the way of the record that is.
    let recorded = recorded.filter(|_| found.is_none());
    let held = recorded.map(|(row, _)| &row.held);
    let reference_moved = reference_moved(state, record, held);
    let is_changed = |row: &Row| row.want != record.want || reference_moved;
    let is_retold = |row: &Row| (context.is_retold)(state.root, record, row);
    let situation = Situation {
        desired: match recorded {
            Some((row, _)) if is_changed(row) || is_retold(row) => Wanted::Changed,
            _ => Wanted::Same,
        },
        recorded: recorded_state((context.policies, Some(record)), recorded, found),
    };
    let decision = decide(situation, state.gone_reason);
    let generation = recorded.map_or(1, |(row, _)| row.generation);
    let change = match decision {
        Decision::Nothing => return None,
        Decision::Create(reason) => create(context, state, record, reason, recorded),
        Decision::Write(reason) => {
            let is_same = recorded.is_some_and(|(row, _)| !is_changed(row));
            let same_want = recorded.is_some_and(|(row, _)| row.want == record.want);
            let reason = match reason {
                Reason::ManifestChanged if is_same => Reason::Retold,
                // What is wanted otherwise itself is not so because of another.
                reason => why_written(context, reason, reference_moved && same_want),
            };
            let (row, live) = recorded.expect("only recorded records are written again");
            let before = Before::of(row, live);
            write(context, state, record, (reason, generation), &before)
        }
        Decision::Adopt => adopt(
            context,
            state,
            record,
            found.expect("adopted because found"),
        ),
        Decision::Delete(_) | Decision::Forget(_) => unreachable!("the record is desired"),
    };
    state.note(&change);
    Some(change)
}

/// Why a record is written again, as far as it is known.
pub(super) fn why_written(context: &Context, reason: Reason, reference_moved: bool) -> Reason {
    match reason {
        Reason::ManifestChanged if reference_moved => Reason::ReferenceChanged,
        Reason::ManifestChanged if context.anchor_moved => Reason::AnchorMoved,
        Reason::ManifestChanged if context.same_manifest && context.upgrades_texts => {
            Reason::TextsUpgraded
        }
        Reason::ManifestChanged if context.same_manifest => Reason::OrgChanged,
        reason => reason,
    }
}

/// What is to happen to a recorded record that nothing asks for.
pub(super) fn undesired(state: &RootState, row: &Row, live: &Live) -> Option<Change> {
    if row.object.is_loan() {
        return Some(loan::undesired(state, row, live));
    }
    let situation = Situation {
        desired: Wanted::No,
        recorded: recorded_state((&Policies::default(), None), Some((row, live)), None),
    };
    let (action, reason) = match decide(situation, state.gone_reason) {
        Decision::Delete(reason) => (Action::Delete, reason),
        Decision::Forget(reason) => (Action::Forget, reason),
        Decision::Nothing | Decision::Create(_) | Decision::Write(_) | Decision::Adopt => {
            return None;
        }
    };
    let Before { fields, stamp, .. } = Before::of(row, live);
    let mut change = blank(state, row.path.clone(), row.object, (action, reason));
    change.id = Some(row.id);
    change.stamp = stamp;
    change.generation = row.generation;
    entitle(&mut change, |name| fields?.get(name));
    Some(change)
}

/// A record of our pack that is at no address: it goes. Its own id stands for the root.
pub(crate) fn stray(letters: &str, found: &FoundRecord, reason: Reason) -> Change {
    let state = RootState::new((RootId(found.live.id), None), reason, &[]);
    let path = Path::new(format!("key/{letters}"));
    let mut change = blank(&state, path, found.object, (Action::Delete, reason));
    change.id = Some(found.live.id);
    change.stamp = found.live.stamp;
    change.generation = found.generation;
    entitle(&mut change, |name| found.live.fields.get(name));
    change
}

pub(super) fn recorded_state(
    (policies, desired): (&Policies, Option<&Desired>),
    recorded: Option<(&Row, &Live)>,
    found: Option<&FoundRecord>,
) -> Recorded {
    match recorded {
        None if found.is_some() => Recorded::Found,
        None => Recorded::No,
        Some((_, Live::NotRead)) => Recorded::NotRead,
        Some((_, Live::Unchanged)) => Recorded::AsHeld,
        Some((_, Live::Gone)) => Recorded::Gone,
        Some((_, Live::NotOurs)) => Recorded::NotOurs,
        Some((row, Live::Ours(live))) if is_as_held(policies, desired, row, live) => {
            Recorded::AsHeld
        }
        Some((_, Live::Ours(_))) => Recorded::Drifted,
    }
}
