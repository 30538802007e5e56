//! One address: the decision carried into a change with its fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::before::{Before, held_now, is_as_held, is_wanted};
use super::decide::{Decision, Desired as Wanted, Recorded, Situation, decide};
use super::fields::hash;
use super::{Context, Elsewhere, Policies, Policy, letters, loan, referenced};
use crate::model::address::{Address, Path};
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::day::Day;
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{FoundRecord, Held, Live, Row};
use crate::model::value::{Datum, FieldName, Value};

/// What is known of the root while its records are gone through.
pub(super) struct RootState<'a> {
    pub(super) root: RootId,
    account: Option<AccountId>,
    pub(super) gone_reason: Reason,
    /// In the order of their paths.
    rows: &'a [Row],
    /// What is taken into state, with its id.
    adopted: BTreeMap<Path, RecordId>,
    /// What is created again or replaced: whatever refers to it is decided again.
    remade: BTreeSet<Path>,
    /// What is known of other roots, where something is.
    pub(super) elsewhere: Option<&'a Elsewhere>,
}

impl<'a> RootState<'a> {
    pub(super) fn new(
        (root, account): (RootId, Option<AccountId>),
        gone_reason: Reason,
        rows: &'a [Row],
    ) -> Self {
        debug_assert!(rows.is_sorted_by(|a, b| a.path < b.path));
        let (adopted, remade) = (BTreeMap::new(), BTreeSet::new());
        Self {
            root,
            account,
            gone_reason,
            rows,
            adopted,
            remade,
            elsewhere: None,
        }
    }

    /// Which of the rows has this path.
    pub(super) fn place(&self, path: &Path) -> Option<usize> {
        self.rows.binary_search_by(|row| row.path.cmp(path)).ok()
    }

    /// The id of the record at the address, where there is one and it stays.
    pub(super) fn id(&self, address: &Address) -> Option<RecordId> {
        if address.root != self.root {
            return self.elsewhere?.get(address).copied().flatten();
        }
        let path = &address.path;
        if self.remade.contains(path) {
            return None;
        }
        let recorded = || self.place(path).map(|place| self.rows[place].id);
        self.adopted.get(path).copied().or_else(recorded)
    }

    /// Whether the record at the address is made now, or made anew.
    fn is_remade(&self, address: &Address) -> bool {
        if address.root != self.root {
            let known = self.elsewhere.and_then(|known| known.get(address));
            return known == Some(&None);
        }
        self.remade.contains(&address.path)
    }
}

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
            let letters = letters(state.root, record);
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
    if matches!(change.action, Action::Create | Action::Replace) {
        state.remade.insert(record.path.clone());
    }
    if change.action == Action::Adopt {
        state
            .adopted
            .extend(change.id.map(|id| (record.path.clone(), id)));
    }
    Some(change)
}

/// Why a record is written again, as far as it is known.
pub(super) fn why_written(context: &Context, reason: Reason, reference_moved: bool) -> Reason {
    match reason {
        Reason::ManifestChanged if reference_moved => Reason::ReferenceChanged,
        Reason::ManifestChanged if context.anchor_moved => Reason::AnchorMoved,
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
    change.title = title(row.object, |name| {
        fields.and_then(|fields| fields.get(name))
    });
    change.day = day(|name| fields.and_then(|fields| fields.get(name)));
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
    change.title = title(found.object, |name| found.live.fields.get(name));
    change.day = day(|name| found.live.fields.get(name));
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

/// Whether the record refers to something that is made anew now, or was since it was written:
/// a run may have ended between the two. A reference that the org emptied is not fought over.
pub(super) fn reference_moved(state: &RootState, record: &Desired, held: Option<&Held>) -> bool {
    let moved = |(name, value): &(FieldName, Value)| {
        let reference = match value {
            Value::Ref(address) => Datum::Ref(address.clone()),
            Value::People(people) => Datum::People(people.clone()),
            Value::Refs(addresses) => Datum::Refs(addresses.clone()),
            _ => return false,
        };
        let outdated = || {
            let held = held.and_then(|held| held.get(name))?;
            let now = hash(&referenced(state, &reference)?);
            Some(held != now && held != hash(&Json::Null))
        };
        let mut references = reference.references().peekable();
        references.peek().is_some()
            && (references.any(|address| state.is_remade(&address))
                || outdated().unwrap_or_default())
    };
    record.fields.iter().any(moved)
}

fn create(
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
fn write(
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

fn adopt(context: &Context, state: &RootState, record: &Desired, found: &FoundRecord) -> Change {
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

pub(super) fn blank(
    state: &RootState,
    path: Path,
    object: Object,
    (action, reason): (Action, Reason),
) -> Change {
    Change {
        address: Address {
            root: state.root,
            path,
        },
        object,
        action,
        reason,
        instead_of: None,
        id: None,
        stamp: None,
        generation: 1,
        account: state.account,
        want: None,
        fields: Vec::new(),
        held: Vec::new(),
        lent: Vec::new(),
        title: String::new(),
        day: None,
    }
}

pub(super) fn describe(change: &mut Change, record: &Desired, fields: &[(FieldName, Datum)]) {
    let json = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        match found {
            Some((_, Datum::Json(json))) => Some(json),
            _ => None,
        }
    };
    change.want = Some(record.want);
    change.title = title(record.object, json);
    change.day = day(json);
}

fn title<'a>(object: Object, field: impl Fn(&str) -> Option<&'a Json>) -> String {
    let texts = object.facts().title.iter();
    let texts = texts.filter_map(|name| field(name)?.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

fn day<'a>(field: impl Fn(&str) -> Option<&'a Json>) -> Option<Day> {
    let mut names = ["ActivityDate", "StartDateTime", "MessageDate"].into_iter();
    let text = names.find_map(field)?.as_str()?;
    text.get(..10)?.parse().ok().map(Day::from_date)
}
