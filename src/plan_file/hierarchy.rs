//! Accounts that come under another parent: whoever comes to stand above them goes first, so that no
//! circle is made on the way, which the org would refuse.

use std::collections::BTreeMap;

use super::Entry;
use crate::model::address::Address;
use crate::model::change::{Action, Change};
use crate::model::object::Object;

/// The accounts that are made or moved.
#[derive(Debug, Default)]
pub(super) struct Moves(Vec<Move>);

#[derive(Debug)]
struct Move {
    /// The number of its change.
    entry: usize,
    account: Address,
    above: Vec<Address>,
}

impl Moves {
    pub(super) fn note(&mut self, entry: usize, change: &Change) {
        // One that is made may be what others come under.
        let is_made = change.object == Object::Account && change.action == Action::Create;
        if is_made || change.moves_account() {
            self.0.push(Move {
                entry,
                account: change.address.clone(),
                above: change.above.clone(),
            });
        }
    }

    /// Puts accounts into the line of those that they come to stand under, and behind them.
    pub(super) fn put_in_order(mut self, entries: &mut [Entry]) {
        // Whoever stands above has fewer above.
        self.0.sort_by_key(|one| one.above.len());
        let mut lines = Lines::default();
        let mut moved: BTreeMap<Address, usize> = BTreeMap::new();
        for one in self.0 {
            let mut depth = 0;
            for number in one.above.iter().filter_map(|above| moved.get(above)) {
                let above = entries[*number];
                lines.join(entries[one.entry].lock, above.lock);
                if above.action != Action::Create {
                    depth = depth.max(above.depth.saturating_add(1));
                }
            }
            if entries[one.entry].action != Action::Create {
                entries[one.entry].depth = depth;
            }
            moved.insert(one.account, one.entry);
        }
        for entry in entries {
            entry.lock = lines.of(entry.lock);
        }
    }
}

/// Lines that were joined, by number.
#[derive(Debug, Default)]
struct Lines(BTreeMap<u32, u32>);

impl Lines {
    fn of(&self, mut line: u32) -> u32 {
        while let Some(joined) = self.0.get(&line) {
            line = *joined;
        }
        line
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.of(one), self.of(other));
        if one != other {
            self.0.insert(one, other);
        }
    }
}
