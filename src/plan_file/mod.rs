//! A plan as a value: its header, and its changes spilled to a file.
//!
//! Changes are never gathered in memory: a plan of a million changes costs an index of a few
//! bytes each. The same lines, in the same order, make up a saved plan.

mod depth;
mod group;
mod header;
mod hierarchy;
mod saved;

pub(crate) use group::Group;
pub(crate) use header::{Blocked, Command, Coverage, Estimate, Header, KindCost, OrgFacts};

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use crate::model::change::{Action, Change, Counts};
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::order::Step;
use crate::model::pins::RootPins;

use depth::Depths;
use group::Groups;
use hierarchy::Moves;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the plan cannot be spilled to the temporary folder: {0}")]
    Spill(#[source] io::Error),
    #[error("cannot {doing} the plan file {path}: {source}")]
    File {
        doing: &'static str,
        path: String,
        source: io::Error,
    },
    #[error("{path} is not a saved plan: {reason}")]
    NotAPlan { path: String, reason: String },
}

/// Takes changes in while a plan is made.
pub(crate) struct Builder {
    spill: BufWriter<File>,
    length: u64,
    entries: Vec<Entry>,
    locks: BTreeMap<RecordId, u32>,
    groups: Groups,
    counts: Counts,
    depths: Depths,
    moves: Moves,
}

/// Where a change lies in the spill, and what is needed to put it in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    offset: u64,
    length: u32,
    pub(crate) action: Action,
    /// Whether the org hears of it at all.
    pub(crate) writes: bool,
    pub(crate) object: Object,
    /// The kind of the record that goes, which a replacement may change.
    pub(crate) goes: Object,
    /// How many records of its own kind have to be made before it, one after the other; of an
    /// account that is moved, how many others are moved before.
    depth: u8,
    /// Changes with the same number lock the same account and are never in flight together.
    pub(crate) lock: u32,
}

/// A plan, complete.
pub(crate) struct Plan {
    pub(crate) header: Header,
    /// The pins that the run writes down before it begins.
    pub(crate) pins: BTreeMap<RootId, RootPins>,
    spill: File,
    entries: Vec<Entry>,
    locks: usize,
    groups: Vec<Group>,
}

impl Builder {
    pub(crate) fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(Error::Spill)?;
        Ok(Self {
            spill: BufWriter::with_capacity(1 << 16, file),
            length: 0,
            entries: Vec::new(),
            locks: BTreeMap::new(),
            groups: Groups::default(),
            counts: Counts::default(),
            depths: Depths::default(),
            moves: Moves::default(),
        })
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) fn push(&mut self, change: &Change) -> Result<(), Error> {
        let line = serde_json::to_vec(change).expect("a change is plain data");
        self.spill.write_all(&line).map_err(Error::Spill)?;
        let locked = change
            .account
            .map_or(change.address.root.0, |account| account.0);
        let next = self.locks.len() as u32;
        self.moves.note(self.entries.len(), change);
        self.entries.push(Entry {
            offset: self.length,
            length: line.len() as u32,
            action: change.action,
            writes: change.writes(),
            object: change.object,
            goes: change.instead_of.unwrap_or(change.object),
            depth: self.depths.of(change),
            lock: *self.locks.entry(locked).or_insert(next),
        });
        self.length += line.len() as u64;
        self.counts.count(change);
        self.groups.add(change);
        Ok(())
    }

    /// The plan; deletes first, otherwise in the order in which the changes came.
    pub(crate) fn finish(
        self,
        mut header: Header,
        pins: BTreeMap<RootId, RootPins>,
    ) -> Result<Plan, Error> {
        let Self {
            spill,
            mut entries,
            locks,
            groups,
            counts,
            depths: _,
            moves,
            length: _,
        } = self;
        moves.put_in_order(&mut entries);
        let spill = spill
            .into_inner()
            .map_err(|error| Error::Spill(error.into_error()))?;
        entries.sort_by_key(|entry| entry.action != Action::Delete);
        header.counts = counts;
        Ok(Plan {
            header,
            pins,
            spill,
            entries,
            locks: locks.len(),
            groups: groups.finish(),
        })
    }
}

impl Entry {
    /// The kind of the record that a step is about.
    pub(crate) fn object(&self, step: Step) -> Object {
        match step {
            Step::Delete => self.goes,
            Step::Create | Step::Update => self.object,
        }
    }

    /// How many others a step waits for; what goes stands in the order of the plan.
    pub(crate) fn depth(&self, step: Step) -> u8 {
        match step {
            Step::Delete => 0,
            Step::Create | Step::Update => self.depth,
        }
    }
}

impl Plan {
    pub(crate) fn counts(&self) -> &Counts {
        &self.header.counts
    }

    /// Alike changes, deletes and drift first.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All changes in order.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many locks there are; the entries' lock numbers are below it.
    pub(crate) fn locks(&self) -> usize {
        self.locks
    }

    /// Reads one change back.
    pub(crate) fn change(&self, entry: &Entry) -> Result<Change, Error> {
        let mut file = &self.spill;
        let mut line = vec![0; entry.length as usize];
        file.seek(SeekFrom::Start(entry.offset))
            .and_then(|_| file.read_exact(&mut line))
            .map_err(Error::Spill)?;
        serde_json::from_slice(&line).map_err(|error| Error::Spill(error.into()))
    }

    /// All changes in order, read back one by one.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Result<Change, Error>> + '_ {
        self.entries.iter().map(|entry| self.change(entry))
    }
}

#[cfg(test)]
pub(crate) mod tests;
