//! The grammar: what the offline texts are made of, read once from text files.
//!
//! A file is a list of rules. A rule is a name and, below it, one alternative a line, of which one
//! is chosen. In an alternative
//! - `[one|another|]` are alternatives within it,
//! - `{slot}` is filled with what is known of the deal, and keeps the alternative from being
//!   chosen where nothing is; `{?slot}` and `{!slot}` only ask whether something is known,
//! - `{rule}` is an alternative of another rule, and `{rule@topic}` of `rule.<the topic's key>`;
//!   `{rule@earlier}` of that of an earlier meeting,
//! - `{points}` is a sentence for every element that the step gives evidence for,
//! - ` // ` parts the columns of a row, which belong together: a question and its answer,
//! - `\n` ends a line.

mod parse;

use std::fmt;

use super::super::timeline::topic::{ELEMENTS, TOPICS};
use super::slots::Slot;

/// The files of the present version of the grammar.
const FILES: &[(&str, &str)] = &[
    ("layout.txt", include_str!("layout.txt")),
    ("subjects.txt", include_str!("subjects.txt")),
    ("meetings.txt", include_str!("meetings.txt")),
    ("mails.txt", include_str!("mails.txt")),
    ("threads.txt", include_str!("threads.txt")),
    ("evidence.txt", include_str!("evidence.txt")),
    ("facts.txt", include_str!("facts.txt")),
];

/// A version of the grammar that orgs were told with.
pub(crate) struct Version {
    pub(crate) number: u16,
    files: &'static [(&'static str, &'static str)],
}

/// Without its files, which nobody wants to read in a failing test.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({})", self.number)
    }
}

/// All versions, the newest last: new deals are told with it, and others keep that of their first
/// apply. Once released a version stays as it is; the next one has the files that differ beside it.
pub(crate) const VERSIONS: &[Version] = &[Version {
    number: 1,
    files: FILES,
}];

/// All rules, in one arena.
#[derive(Debug)]
pub(super) struct Grammar {
    rules: Vec<Rule>,
    ways: Vec<Way>,
    pieces: Vec<Piece>,
    families: Vec<Family>,
    facts: FamilyId,
    /// What facts can speak of.
    known: u128,
}

/// A column of a rule: its alternatives.
#[derive(Debug)]
struct Rule {
    name: String,
    first: u32,
    len: u32,
    /// How many columns follow, as rules of their own right after this one.
    columns: u16,
    /// What all its alternatives ask for.
    asks: Asks,
    reach: Reach,
    /// The hash of its name; of alternatives within another one, of how they are written.
    key: u64,
}

/// One alternative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    first: u32,
    len: u32,
    asks: Asks,
}

/// The slots that must be known, and those that must not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asks {
    known: u128,
    unknown: u128,
}

/// What the alternatives of a rule, and of the rules in them, can speak of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reach {
    slots: u128,
    /// The families whose members for the topic, and for that of the earlier meeting, are used.
    topic: u32,
    earlier: u32,
    /// Whether it tells what there is evidence for.
    points: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Verbatim(&'static str),
    Slot(Slot),
    Rule(RuleId),
    /// The member of a family of rules for the topic, or for that of the earlier meeting.
    Topic(FamilyId),
    Earlier(FamilyId),
    Points,
}

/// The number of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RuleId(u16);

/// The number of a family of rules with one for each topic or element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FamilyId(u16);

/// Rules of one name, a member for each topic or element; some share a member.
#[derive(Debug)]
struct Family {
    members: Vec<Option<RuleId>>,
}

impl Grammar {
    pub(super) fn new(version: &Version) -> Self {
        parse::parse(version.files)
            .unwrap_or_else(|problem| panic!("the grammar is tested: {problem}"))
    }

    /// The rule with this name, which the caller knows to be there.
    pub(super) fn rule(&self, name: &str) -> RuleId {
        let found = self.find(name);
        found.unwrap_or_else(|| panic!("the rules that are asked for are tested: {name}"))
    }

    pub(super) fn find(&self, name: &str) -> Option<RuleId> {
        let found = self.rules.iter().position(|rule| rule.name == name);
        found.map(|number| RuleId(number as u16))
    }

    pub(super) fn member(&self, family: FamilyId, number: usize) -> Option<RuleId> {
        self.families[usize::from(family.0)].members[number]
    }

    /// How many alternatives a rule has.
    pub(super) fn len(&self, rule: RuleId) -> usize {
        self.rules[usize::from(rule.0)].len as usize
    }

    pub(super) fn name(&self, rule: RuleId) -> &str {
        &self.rules[usize::from(rule.0)].name
    }

    /// Another column of the same rows.
    pub(super) fn column(&self, rule: RuleId, column: u16) -> RuleId {
        debug_assert!(column <= self.rules[usize::from(rule.0)].columns);
        RuleId(rule.0 + column)
    }

    pub(super) fn ways(&self, rule: RuleId) -> &[Way] {
        let Rule { first, len, .. } = self.rules[usize::from(rule.0)];
        &self.ways[first as usize..][..len as usize]
    }

    pub(super) fn pieces(&self, way: Way) -> &[Piece] {
        &self.pieces[way.first as usize..][..way.len as usize]
    }

    /// Alike for inner alternatives that are written alike, and else another for each name.
    pub(super) fn key(&self, rule: RuleId) -> u64 {
        self.rules[usize::from(rule.0)].key
    }

    /// What is known of the elements of qualification.
    pub(super) fn facts(&self) -> FamilyId {
        self.facts
    }

    /// The slots that a rule can speak of, with its topic and that of an earlier meeting.
    pub(super) fn reach(&self, rule: RuleId, topics: (usize, usize)) -> u128 {
        let Reach {
            slots,
            topic,
            earlier,
            points,
        } = self.rules[usize::from(rule.0)].reach;
        let of = |families: u32, member: usize| {
            let used = self.families.iter().enumerate();
            let used = used.filter(move |(number, _)| families >> number & 1 == 1);
            let members = used.filter_map(move |(_, family)| family.members[member]);
            members.fold(0, |slots, rule| slots | self.reach(rule, topics))
        };
        let known = if points { self.known } else { 0 };
        slots | known | of(topic, topics.0) | of(earlier, topics.1)
    }

    /// And what facts can.
    pub(super) fn known(&self) -> u128 {
        self.known
    }

    /// Inner alternatives have no name; whichever comes up is right, however often it did.
    pub(super) fn is_named(&self, rule: RuleId) -> bool {
        !self.rules[usize::from(rule.0)].name.is_empty()
    }
}

impl Way {
    /// Whether all that it asks for holds.
    pub(super) fn fits(self, known: u128) -> bool {
        self.asks.known & !known == 0 && self.asks.unknown & known == 0
    }
}

/// The family of what is known of the elements; the members of all others are topics'.
const FACTS: &str = "fact";

/// The number of the member with this key in a family by topic, or by element.
fn member_number(family: &str, key: &str) -> Option<usize> {
    match family {
        FACTS => ELEMENTS.iter().position(|element| *element == key),
        _ => TOPICS.iter().position(|facts| facts.key == key),
    }
}

#[cfg(test)]
pub(in crate::planner) mod tests;
