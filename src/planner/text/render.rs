//! Rendering: from a rule and what is in the slots to a text.

use super::grammar::{FamilyId, Grammar, Piece, RuleId, Way};
use super::slots::{Slot, Words};
use crate::draw::Dice;

/// A text as it grows.
pub(super) struct Pen<'a> {
    grammar: &'a Grammar,
    words: &'a Words<'a>,
    dice: Dice,
    text: String,
    /// The rules that were used, which alternative came first, and how many came since: in one
    /// text none comes twice before all have come.
    used: Vec<(RuleId, usize, usize)>,
    /// How a sentence about an element is framed: as what was said, or as what was seen.
    points: Option<[RuleId; 2]>,
    /// A draw of the deal, and the text's turn in it: each text begins elsewhere in a rule.
    turn: Option<(u64, usize)>,
    /// The element of the user's own that is spoken of.
    label: &'a str,
    within: bool,
    /// While what is said must be the same wherever it is said: what its inner alternatives are
    /// chosen by.
    fixed: Option<u64>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(grammar: &'a Grammar, words: &'a Words<'a>, dice: Dice) -> Self {
        Self {
            grammar,
            words,
            dice,
            text: String::with_capacity(1024),
            used: Vec::with_capacity(32),
            points: None,
            turn: None,
            label: "",
            within: false,
            fixed: None,
        }
    }

    /// With sentences about elements framed by these rules.
    pub(super) fn pointing(mut self, points: [RuleId; 2]) -> Self {
        self.points = Some(points);
        self
    }

    /// As one of many texts of a deal, which say what they have in common in turns.
    pub(super) fn in_turn(mut self, deal: u64, turn: usize) -> Self {
        self.turn = Some((deal, turn));
        self
    }

    /// Of this element of the user's own.
    #[cfg(test)]
    pub(super) fn about(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// What is said is not the beginning of a sentence.
    pub(super) fn within_a_sentence(mut self) -> Self {
        self.within = true;
        self
    }

    /// Inner alternatives come out alike wherever they are said with this draw.
    pub(super) fn fixed(mut self, by: u64) -> Self {
        self.fixed = Some(by);
        self
    }

    /// One alternative of the rule, as the dice fall.
    pub(super) fn say(&mut self, rule: RuleId) {
        if let Some(way) = self.choose(rule) {
            self.spell(way);
        }
    }

    /// The alternative with this number, whatever it asks for.
    pub(super) fn say_row(&mut self, rule: RuleId, row: usize) {
        self.spell(self.grammar.ways(rule)[row]);
    }

    /// Of the alternatives that fit, the one with this number.
    pub(super) fn say_nth(&mut self, rule: RuleId, number: usize) {
        let known = self.words.known;
        let mut ways = self.grammar.ways(rule).iter();
        if let Some(way) = ways.by_ref().filter(|way| way.fits(known)).nth(number) {
            self.spell(*way);
        }
    }

    /// How many alternatives fit.
    pub(super) fn fitting(&self, rule: RuleId) -> usize {
        let known = self.words.known;
        let ways = self.grammar.ways(rule).iter();
        ways.filter(|way| way.fits(known)).count()
    }

    /// Text that stands for itself.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.push(text, false);
    }

    /// Ends a paragraph, if what was said last did not.
    pub(super) fn paragraph(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str("\n\n");
    }

    pub(super) fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }

    fn choose(&mut self, rule: RuleId) -> Option<Way> {
        let ways = self.grammar.ways(rule);
        let known = self.words.known;
        let fitting = || ways.iter().filter(|way| way.fits(known));
        let count = fitting().count();
        if count == 0 {
            return None;
        }
        let number = if count == 1 {
            0
        } else if self.grammar.is_named(rule) {
            match self.used.iter_mut().find(|(used, _, _)| *used == rule) {
                Some((_, first, since)) => {
                    *since += 1;
                    (*first + *since) % count
                }
                None => {
                    let first = match self.turn {
                        Some((deal, turn)) => in_turn(deal ^ self.grammar.key(rule), turn, count),
                        None => self.dice.below(count),
                    };
                    self.used.push((rule, first, 0));
                    first
                }
            }
        } else {
            match self.fixed {
                Some(by) => Dice::new(by ^ self.grammar.key(rule)).below(count),
                None => self.dice.below(count),
            }
        };
        fitting().nth(number).copied()
    }

    fn spell(&mut self, way: Way) {
        let grammar = self.grammar;
        for piece in grammar.pieces(way) {
            match *piece {
                Piece::Verbatim(text) => self.push(text, true),
                Piece::Slot(Slot::Label) => self.push(self.label, false),
                Piece::Slot(slot) => {
                    let words = self.words;
                    self.push(words.get(slot), !slot.is_name());
                }
                Piece::Rule(rule) => self.say(rule),
                Piece::Topic(family) => self.say_of(family, self.words.topic as usize),
                Piece::Earlier(family) => self.say_of(family, self.words.earlier as usize),
                Piece::Points => self.points(),
            }
        }
    }

    /// What is said of a topic is a fact, and the same in all texts about it; what is said of an
    /// element in all texts of the deal.
    pub(super) fn say_of(&mut self, family: FamilyId, member: usize) {
        if let Some(rule) = self.grammar.member(family, member) {
            let is_known = family == self.grammar.facts();
            let by = if is_known {
                self.words.deal
            } else {
                self.words.fixed
            };
            let outer = self.fixed.replace(by);
            self.say(rule);
            self.fixed = outer;
        }
    }

    /// What is said of an element of the user's own: the same wherever the deal's texts say it in
    /// the same turn.
    pub(super) fn say_own(&mut self, (key, label): (u64, &'a str)) {
        let rule = self.grammar.rule("known.other");
        let (deal, turn) = self.turn.unwrap_or_default();
        let number = in_turn(deal ^ key, turn, self.fitting(rule));
        self.label = label;
        let outer = self.fixed.replace(self.words.deal);
        self.say_nth(rule, number);
        self.fixed = outer;
    }

    /// A sentence for every element that is to be mentioned.
    fn points(&mut self) {
        let Some([said, seen]) = self.points else {
            return;
        };
        let facts = self.grammar.facts();
        let mut left = self.words.evidence;
        // No two sentences in a row begin alike.
        let mut row = self.dice.below(self.grammar.len(said));
        while left != 0 {
            let element = left.trailing_zeros() as usize;
            left &= left - 1;
            // Nobody is quoted on themselves.
            let is_own = self.words.of_main >> element & 1 == 1;
            let frame = if is_own { seen } else { said };
            // A frame is what stands before the clause and what stands after it.
            row = (row + 1) % self.grammar.len(frame);
            self.frame(frame, row);
            self.say_of(facts, element);
            self.push(". ", false);
        }
        let words = self.words;
        for own in &words.own {
            row = (row + 1) % self.grammar.len(said);
            self.frame(said, row);
            self.say_own(*own);
            self.push(". ", false);
        }
    }

    fn frame(&mut self, frame: RuleId, row: usize) {
        self.push(" ", false);
        self.say_row(frame, row);
        self.push(" ", false);
    }

    /// Adds text: a sentence begins with a capital, and what was left out leaves no gap.
    fn push(&mut self, text: &str, may_capitalise: bool) {
        let mut text = text;
        match self.text.as_bytes() {
            [] => text = text.trim_start(),
            [.., b' '] => {
                text = text.trim_start_matches(' ');
                if text.starts_with('\n') {
                    self.text.truncate(self.text.trim_end_matches(' ').len());
                }
            }
            [.., b'\n', b'\n'] => text = text.trim_start_matches(['\n', ' ']),
            [.., b'\n'] => text = text.trim_start_matches(' '),
            [.., b'.'] => text = text.strip_prefix('.').unwrap_or(text),
            _ => {}
        }
        if may_capitalise && self.begins_sentence() && text.starts_with(char::is_lowercase) {
            let first = text.chars().next().map_or(0, char::len_utf8);
            self.text
                .extend(text[..first].chars().flat_map(char::to_uppercase));
            self.text.push_str(&text[first..]);
        } else {
            self.text.push_str(text);
        }
    }

    fn begins_sentence(&self) -> bool {
        match self.text.as_bytes() {
            [] => !self.within,
            [.., b'\n'] | [.., b'\n', b'-', b' '] => true,
            [.., mark, b' '] => matches!(mark, b'.' | b'?' | b'!'),
            _ => false,
        }
    }
}

/// The number of an alternative for each turn, far from that of the turn before: all come up before
/// any comes again.
fn in_turn(draw: u64, turn: usize, count: usize) -> usize {
    // One of these has no factor in common with any count that a rule has.
    let stride = [3, 5, 7, 11]
        .into_iter()
        .find(|prime| !count.is_multiple_of(*prime));
    (Dice::new(draw).below(count) + turn * stride.unwrap_or(1)) % count
}
