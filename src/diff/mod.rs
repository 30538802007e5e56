//! The differ: one root's desired, recorded and live records side by side, and what follows.
//!
//! Pure. Desired is compared with what we last wanted, live with what the org last gave back,
//! never with each other, so a field that the org rewrites is not fought. Only where something
//! is to be written are values rendered and looked at one by one.

mod before;
mod blank;
mod decide;
pub(crate) mod fields;
mod loan;
mod one;
mod root_state;
mod write;

pub(crate) use before::is_as_held;
pub(crate) use loan::left_to_others;
pub(crate) use one::stray;

use std::collections::BTreeMap;

use crate::model::address::{Address, Path};
use crate::model::capabilities::Capabilities;
use crate::model::change::{Change, FieldChange, Reason};
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::key;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Live, Row};
use crate::model::value::{Datum, FieldName, Value};

use root_state::RootState;

/// What the differ needs beside the records.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the run"
)]
pub(crate) struct Context<'a> {
    pub(crate) capabilities: &'a Capabilities,
    /// Records with our key that state does not know.
    pub(crate) found: &'a Found,
    /// No new record gets a generation below this.
    pub(crate) generation_floor: u32,
    /// The manifest is the one that was last applied, so it is not why records change.
    pub(crate) same_manifest: bool,
    /// Texts of earlier releases are worded anew.
    pub(crate) upgrades_texts: bool,
    /// The story moved, so that is why records change.
    pub(crate) anchor_moved: bool,
    /// Records of ours under other roots.
    pub(crate) elsewhere: &'a Elsewhere,
    /// The state was lost, so that nobody knows what lent fields held before.
    pub(crate) adopting: bool,
    /// Activities that are made anew where an update would do.
    pub(crate) replacing: Replacing,
    /// Fields that others may change.
    pub(crate) policies: &'a Policies,
    /// Turns a recipe into what is sent.
    pub(crate) render: &'a Render<'a>,
    /// Whether a record's text was written anew, though its recipe is the same.
    pub(crate) is_retold: &'a dyn Fn(RootId, &Desired, &Row) -> bool,
}

/// By address the ids of records under other roots; none for one that is made now, or made anew.
pub(crate) type Elsewhere = BTreeMap<Address, Option<RecordId>>;

/// The fields of one of the root's records as they are sent.
pub(crate) type Render<'a> = dyn Fn(RootId, &Desired) -> Vec<(FieldName, Datum)> + 'a;

/// When an activity is made anew although it could be updated: who has pulled it once may not
/// look at it again.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Replacing {
    /// When it moves with the anchor.
    pub(crate) on_reanchor: bool,
    /// When it comes to be about somebody or something else.
    pub(crate) on_rematch: bool,
}

impl Replacing {
    fn asks(self, object: Object, reason: Reason, fields: &[FieldChange]) -> bool {
        let is_about = |field: &FieldChange| field.name == "WhoId" || field.name == "WhatId";
        matches!(object, Object::Event | Object::Task)
            && (self.on_reanchor && reason == Reason::AnchorMoved
                || self.on_rematch && fields.iter().any(is_about))
    }
}

/// What happens to a field that somebody else changed. Fields that are not named are set back.
#[derive(Debug, Default)]
pub(crate) struct Policies(BTreeMap<(String, String), Policy>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Set back to what is wanted.
    Enforce,
    /// Left as it was made by others, for as long as it differs from what we wrote.
    Ignore,
    /// Written when the record is created, and never again.
    CreateOnly,
}

impl Policies {
    /// Fields are named as in `Event.Location`.
    pub(crate) fn new(ignore: &[String], create_only: &[String]) -> Self {
        let named = |fields: &[String], policy| -> Vec<_> {
            let split = fields.iter().filter_map(|field| field.split_once('.'));
            let key =
                |(object, field): (&str, &str)| ((object.to_owned(), field.to_owned()), policy);
            split.map(key).collect()
        };
        let ignored = named(ignore, Policy::Ignore);
        Self(
            ignored
                .into_iter()
                .chain(named(create_only, Policy::CreateOnly))
                .collect(),
        )
    }

    fn of(&self, object: Object, field: &str) -> Policy {
        if self.0.is_empty() {
            return Policy::Enforce;
        }
        let key = (object.api_name().to_owned(), field.to_owned());
        self.0.get(&key).copied().unwrap_or(Policy::Enforce)
    }
}

/// One root and all that is known of it.
pub(crate) struct Root<'a> {
    pub(crate) id: RootId,
    pub(crate) account: Option<AccountId>,
    pub(crate) desired: &'a [Desired],
    /// In the order of their paths.
    pub(crate) rows: &'a [Row],
    /// For each row, in the same order.
    pub(crate) live: &'a [Live],
    /// Why records that are no longer desired go.
    pub(crate) gone_reason: Reason,
}

/// Gives each change of the root to `sink`, parents before children.
pub(crate) fn diff(context: &Context, root: &Root, sink: &mut dyn FnMut(Change)) {
    let mut state = RootState::new((root.id, root.account), root.gone_reason, root.rows);
    state.elsewhere = Some(context.elsewhere);
    let mut desired: Vec<_> = root.desired.iter().collect();
    desired.sort_by(|a, b| (a.object, &a.path).cmp(&(b.object, &b.path)));
    parents_first(&mut desired);
    let mut wanted = vec![false; root.rows.len()];
    for record in desired {
        let place = state.place(&record.path);
        let recorded = place.map(|place| {
            wanted[place] = true;
            (&root.rows[place], &root.live[place])
        });
        if let Some(change) = one::desired(context, &mut state, record, recorded) {
            sink(change);
        }
    }
    for (place, (row, live)) in root.rows.iter().zip(root.live).enumerate() {
        if !wanted[place]
            && let Some(change) = one::undesired(&state, row, live)
        {
            sink(change);
        }
    }
}

/// Puts each account behind the one that it belongs to: their addresses do not tell.
fn parents_first(desired: &mut [&Desired]) {
    let accounts = desired.partition_point(|record| record.object <= Object::Account);
    let accounts = &mut desired[..accounts];
    let parents: BTreeMap<&Path, &Path> = accounts
        .iter()
        .filter_map(|record| {
            let follows = record.object.facts().follows?;
            let field = record.fields.iter().find(|(name, _)| name == follows);
            match field {
                Some((_, Value::Ref(address))) => Some((&record.path, &address.path)),
                _ => None,
            }
        })
        .collect();
    // No circle passes the manifest.
    let depth = |record: &&Desired| {
        let above = |path: &&Path| parents.get(*path).copied();
        std::iter::successors(Some(&record.path), above).count()
    };
    accounts.sort_by_key(depth);
}

/// What these records of a root would be found by, and of which kind, to tell what else carries our
/// key.
pub(crate) fn wanted_letters<'a>(
    root: RootId,
    desired: impl Iterator<Item = &'a Desired>,
    elsewhere: &'a Elsewhere,
) -> impl Iterator<Item = (Object, String)> {
    let id = |address: &Address| elsewhere.get(address).copied().flatten();
    desired.map(move |record| (record.object, letters(root, record, id)))
}

/// What a record that state does not know is found by. No org takes a key for an attendee: it is
/// found by its meeting, and by whom it invites, who may be one of ours.
fn letters(root: RootId, record: &Desired, id: impl Fn(&Address) -> Option<RecordId>) -> String {
    let facts = record.object.facts();
    let value = |name: &str| {
        let found = record.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value)
    };
    let other = match value(facts.told_by[0]) {
        Some(Value::Id(other)) => Some(*other),
        Some(Value::Ref(address)) => id(address),
        _ => None,
    };
    match (value(facts.parent), other) {
        (Some(Value::Ref(whole)), Some(other)) if facts.part_of.is_some() => {
            key::part_letters(&key::address_letters(whole), other.as_str())
        }
        _ => key::address_letters(&Address {
            root,
            path: record.path.clone(),
        }),
    }
}

#[cfg(test)]
mod tests;
