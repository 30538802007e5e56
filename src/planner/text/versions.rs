//! The versions of the grammar: which of them a deal is told with.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Situation, Stories};
use super::Lexicon;
use super::grammar::{VERSIONS, Version};

/// The versions that there are, and whether deals are to move to the newest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grammars {
    /// The newest last.
    pub(in crate::planner) versions: &'static [Version],
    pub(in crate::planner) upgrade: bool,
}

impl Grammars {
    /// Deals keep the version that told them first.
    pub(crate) fn keep() -> Self {
        Self {
            versions: VERSIONS,
            upgrade: false,
        }
    }

    /// All are told with the newest.
    pub(crate) fn upgrade() -> Self {
        Self {
            upgrade: true,
            ..Self::keep()
        }
    }

    /// The version that new deals are told with.
    pub(in crate::planner) fn newest(self) -> u16 {
        let newest = self.versions.last();
        newest.expect("there is a version").number
    }

    /// The version for a deal that was told with this one.
    pub(in crate::planner) fn kept(self, number: u16) -> u16 {
        let is_known = self.versions.iter().any(|known| known.number == number);
        if self.upgrade || !is_known {
            self.newest()
        } else {
            number
        }
    }
}

/// The words that deals are told with, by version.
pub(in crate::planner) fn lexicons(
    situation: &Situation,
    stories: &Stories,
) -> BTreeMap<u16, Lexicon> {
    let used: BTreeSet<u16> = stories.pins.values().map(|pins| pins.grammar).collect();
    let versions = situation.grammars.versions.iter();
    versions
        .filter(|version| used.contains(&version.number))
        .map(|version| (version.number, Lexicon::new(version)))
        .collect()
}
