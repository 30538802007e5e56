//! Changes that write: the fields of a record that is created, updated, replaced or adopted.

use serde_json::Value as Json;

use super::before::{Before, held_now, is_wanted};
use super::blank::{blank, describe};
use super::fields::hash;
use super::root_state::{RootState, referenced};
use super::{Context, Policy};
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::record::Desired;
use crate::model::recorded::{FoundRecord, Held, Live, Row};
use crate::model::value::{Datum, FieldName};

pub(super) fn create(
    context: &Context,
    state: &RootState,
    record: &Desired,
    reason: Reason,
    recorded: Option<(&Row, &Live)>,
) -> Change {
    let fields = (context.render)(state.root, record);
    let mut change = blank(
        state,
        record.path.clone(),
        record.object,
        (Action::Create, reason),
    );
    let next = recorded.map_or(1, |(row, _)| row.generation + 1);
    change.generation = next.max(context.generation_floor);
    describe(&mut change, record, &fields);
    let field = |(name, after)| FieldChange {
        name,
        before: None,
        after,
    };
    change.fields = fields.into_iter().map(field).collect();
    change
}

/// An update of what differs; a replacement where the platform does not let us; a note in state
/// where nothing differs.
pub(super) fn write(
    context: &Context,
    state: &RootState,
    record: &Desired,
    (reason, generation): (Reason, u32),
    before: &Before,
) -> Change {
    let wanted = (context.render)(state.root, record);
    let policy = |name: &str| context.policies.of(record.object, name);
    let mut fields = differing(state, &wanted, (reason, before), policy);
    fields.extend(no_longer_owned(context, record, before));
    let frozen =
        |change: &FieldChange| !context.capabilities.can_update(record.object, &change.name);
    let other_kind = (before.object != record.object).then_some(before.object);
    let action = match fields.as_slice() {
        _ if other_kind.is_some() => Action::Replace,
        [] => Action::Record,
        fields if fields.iter().any(frozen) => Action::Replace,
        fields if context.replacing.asks(record.object, reason, fields) => Action::Replace,
        _ => Action::Update,
    };
    let mut change = blank(state, record.path.clone(), record.object, (action, reason));
    change.instead_of = other_kind;
    change.id = Some(before.id);
    change.stamp = before.stamp;
    change.generation = generation;
    describe(&mut change, record, &wanted);
    match action {
        Action::Replace => {
            change.generation = (generation + 1).max(context.generation_floor);
            change.fields = wanted
                .into_iter()
                .map(|(name, after)| FieldChange {
                    before: before.value(&name).filter(|_| other_kind.is_none()),
                    name,
                    after,
                })
                .collect();
        }
        Action::Record => {
            change.reason = Reason::AlreadyRight;
            change.held = held_now(before.fields, wanted.iter().map(|(name, _)| name));
        }
        _ => change.fields = fields,
    }
    change
}

/// An activity's first contact and the list of all its contacts are one thing to the platform: a
/// new `WhoId` alone takes the old one off the list. So the list goes with it.
const TOGETHER: &[(&str, &str)] = &[("WhoId", "EventWhoIds"), ("WhoId", "TaskWhoIds")];

/// The fields that do not hold what is wanted, but those that are left to others.
pub(super) fn differing(
    state: &RootState,
    wanted: &[(FieldName, Datum)],
    (reason, before): (Reason, &Before),
    policy: impl Fn(&str) -> Policy,
) -> Vec<FieldChange> {
    let only_drift = reason == Reason::Drift;
    let left_alone = |name: &str| match policy(name) {
        Policy::Enforce => false,
        Policy::Ignore => before.drifted(name),
        Policy::CreateOnly => true,
    };
    let differs = |(name, after): &(FieldName, Datum)| {
        let known = referenced(state, after);
        let held = before.holds(name, known.as_ref());
        !held && !left_alone(name) && (!only_drift || before.drifted(name))
    };
    let led = |name: &str| {
        let leader = TOGETHER.iter().find(|(_, follower)| *follower == name);
        let leader = leader.and_then(|(leader, _)| wanted.iter().find(|(name, _)| name == leader));
        leader.is_some_and(differs) && !left_alone(name)
    };
    let change = |(name, after): &(FieldName, Datum)| FieldChange {
        name: name.clone(),
        before: before.value(name),
        after: after.clone(),
    };
    let goes = |field: &&(FieldName, Datum)| differs(field) || led(&field.0);
    wanted.iter().filter(goes).map(change).collect()
}

/// Fields that we wrote last time and do not want any more are emptied. One that the org does not
/// show us any more is not ours to empty.
fn no_longer_owned(context: &Context, record: &Desired, before: &Before) -> Vec<FieldChange> {
    let is_shown = |name: &str| context.capabilities.can_read(record.object, name);
    let gone = before.held.0.iter().filter(|(name, held)| {
        let is_empty = *held == hash(&Json::Null);
        !is_empty && !is_wanted(record, name) && is_shown(name)
    });
    let empty = |(name, _): &(FieldName, u32)| FieldChange {
        name: name.clone(),
        before: before.value(name),
        after: Datum::Json(Json::Null),
    };
    gone.map(empty).collect()
}

pub(super) fn adopt(
    context: &Context,
    state: &RootState,
    record: &Desired,
    found: &FoundRecord,
) -> Change {
    let before = Before {
        object: found.object,
        id: found.live.id,
        held: &Held::default(),
        stamp: found.live.stamp,
        fields: Some(&found.live.fields),
    };
    let generation = found.generation;
    let mut change = write(
        context,
        state,
        record,
        (Reason::FoundByKey, generation),
        &before,
    );
    if change.action == Action::Replace {
        return change;
    }
    let names = record.fields.iter().map(|(name, _)| name);
    change.held = held_now(before.fields, names);
    // What is still to be sent counts as held, so that an update that never arrives shows.
    for (name, held) in &mut change.held {
        let sent = change.fields.iter().find(|field| field.name == *name);
        if let Some(field) = sent {
            *held = referenced(state, &field.after).map_or(0, |json| hash(&json));
        }
    }
    change.action = Action::Adopt;
    change.reason = Reason::FoundByKey;
    change
}
