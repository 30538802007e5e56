//! Loans: fields of records that are not ours, lent and given back.
//!
//! What a field holds before the first write is noted, and stays noted however often it is written
//! again. It is given back only where the org still holds what we wrote. The record itself is
//! somebody else's: it is neither made nor deleted.

use serde_json::Value as Json;

use super::before::{Before, held_now, is_wanted};
use super::blank::{blank, describe};
use super::decide::{Decision, Desired as Wanted, Situation, decide};
use super::fields::hash;
use super::one::{recorded_state, why_written};
use super::root_state::{RootState, reference_moved, referenced};
use super::write::differing;
use super::{Context, Policy};
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::loan::{self, Lent};
use crate::model::record::Desired;
use crate::model::recorded::{Live, Row};
use crate::model::value::{Datum, FieldName};

/// What is to happen to a loan that the manifest asks for; a row that is not in state stands in
/// for one that is new.
pub(super) fn desired(
    context: &Context,
    state: &RootState,
    record: &Desired,
    recorded: Option<(&Row, &Live)>,
) -> Option<Change> {
    let (row, live) = recorded?;
    let is_known = |(name, _): &(FieldName, _)| loan::of(&row.lent, name).is_some();
    if *live == Live::NotRead && !record.fields.iter().all(is_known) {
        // Nothing is lent of which nobody knows what it holds.
        return None;
    }
    let reference_moved = reference_moved(state, record, Some(&row.held));
    let situation = Situation {
        desired: match row.want == record.want && !reference_moved {
            true => Wanted::Same,
            false => Wanted::Changed,
        },
        recorded: recorded_state((context.policies, Some(record)), recorded, None),
    };
    let reason = match decide(situation, state.gone_reason) {
        Decision::Write(_) if !row.was_fulfilled() => Reason::New,
        Decision::Write(reason) => why_written(context, reason, reference_moved),
        Decision::Create(reason) if row.is_in_state() => {
            return Some(forget(state, row, gone(reason)));
        }
        // There is nothing to do, or nobody who could lend anything.
        Decision::Nothing | Decision::Create(_) => return None,
        Decision::Adopt | Decision::Delete(_) | Decision::Forget(_) => {
            unreachable!("the loan is desired, and a row is there")
        }
    };
    Some(lend(context, state, (record, reason), (row, live)))
}

/// Why a loan is forgotten whose record is not there any more.
fn gone(reason: Reason) -> Reason {
    match reason {
        Reason::TakenOver => Reason::TakenOver,
        _ => Reason::AlreadyGone,
    }
}

/// Writes what differs, and gives back what is not wanted any more.
fn lend(
    context: &Context,
    state: &RootState,
    (record, reason): (&Desired, Reason),
    (row, live): (&Row, &Live),
) -> Change {
    let wanted = (context.render)(state.root, record);
    let before = Before::of(row, live);
    let policy = |name: &str| match row.was_fulfilled() {
        true => context.policies.of(record.object, name),
        false => Policy::Enforce,
    };
    let mut fields = differing(state, &wanted, (reason, &before), policy);
    fields.extend(given_back(row, live, |name| is_wanted(record, name)));
    let (action, reason) = match fields.as_slice() {
        [] => (Action::Record, Reason::AlreadyRight),
        _ => (Action::Update, reason),
    };
    let mut change = blank(state, row.path.clone(), row.object, (action, reason));
    change.id = Some(row.id);
    change.stamp = before.stamp;
    change.generation = row.generation;
    describe(&mut change, record, &wanted);
    change.held = match action {
        Action::Record => held_now(before.fields, wanted.iter().map(|(name, _)| name)),
        _ => Vec::new(),
    };
    change.fields = fields;
    let lent = wanted.into_iter();
    let lent = lent.map(|(field, after)| noted(context, state, (field, &after), (row, live)));
    change.lent = lent.collect();
    change
}

/// What is to be known of a lent field once it is written.
fn noted(
    context: &Context,
    state: &RootState,
    (field, after): (FieldName, &Datum),
    (row, live): (&Row, &Live),
) -> Lent {
    let known = loan::of(&row.lent, &field);
    let old = match known {
        Some(known) => known.old.clone(),
        None if context.adopting => None,
        None => value(live, &field).cloned(),
    };
    let sent = referenced(state, after).map(|json| hash(&json));
    let last = known.and_then(|known| known.ours.first().copied());
    let last = last.filter(|last| Some(*last) != sent);
    let ours = sent.into_iter().chain(last).collect();
    Lent { field, old, ours }
}

/// What is to happen to a loan that nothing asks for any more.
pub(super) fn undesired(state: &RootState, row: &Row, live: &Live) -> Change {
    match live {
        Live::Gone => return forget(state, row, Reason::AlreadyGone),
        Live::NotOurs => return forget(state, row, Reason::TakenOver),
        Live::NotRead | Live::Unchanged | Live::Ours(_) => {}
    }
    let fields: Vec<_> = given_back(row, live, |_| false).collect();
    if fields.is_empty() {
        let reason = match left_to_others(row, live).next() {
            Some(_) => Reason::LeftToOthers,
            None => Reason::AlreadyRight,
        };
        return forget(state, row, reason);
    }
    let why = (Action::Update, state.gone_reason);
    let mut change = blank(state, row.path.clone(), row.object, why);
    change.id = Some(row.id);
    change.stamp = Before::of(row, live).stamp;
    change.generation = row.generation;
    change.fields = fields;
    change
}

fn forget(state: &RootState, row: &Row, reason: Reason) -> Change {
    let mut change = blank(
        state,
        row.path.clone(),
        row.object,
        (Action::Forget, reason),
    );
    change.id = Some(row.id);
    change.generation = row.generation;
    change
}

/// What lent fields get back that are not wanted any more: what they held, where they still hold
/// what we wrote.
fn given_back<'a>(
    row: &'a Row,
    live: &'a Live,
    is_wanted: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = FieldChange> + 'a {
    let unwanted = row.lent.iter().filter(move |lent| !is_wanted(&lent.field));
    unwanted.filter_map(|lent| {
        let now = value(live, &lent.field);
        let is_ours = now.is_none_or(|now| is_ours(row, lent, now));
        let old = lent.old.as_ref().filter(|_| is_ours)?;
        let is_back = now.is_some_and(|now| hash(now) == hash(old));
        (!is_back).then(|| FieldChange {
            name: lent.field.clone(),
            before: now.cloned(),
            after: Datum::Json(old.clone()),
        })
    })
}

/// The lent fields that would not be given back: others wrote them since, or nobody knows what
/// they held.
pub(crate) fn left_to_others<'a>(row: &'a Row, live: &'a Live) -> impl Iterator<Item = &'a Lent> {
    let is_left = |lent: &&Lent| match (&lent.old, value(live, &lent.field)) {
        (None, _) => true,
        (Some(old), Some(now)) => hash(now) != hash(old) && !is_ours(row, lent, now),
        (Some(_), None) => false,
    };
    row.lent.iter().filter(is_left)
}

/// Whether this is what we wrote, or what the org made of it.
fn is_ours(row: &Row, lent: &Lent, now: &Json) -> bool {
    let now = hash(now);
    lent.ours.contains(&now) || row.held.get(&lent.field) == Some(now)
}

fn value<'a>(live: &'a Live, field: &str) -> Option<&'a Json> {
    match live {
        Live::Ours(live) => live.fields.get(field),
        Live::NotRead | Live::Unchanged | Live::Gone | Live::NotOurs => None,
    }
}
