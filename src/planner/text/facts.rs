//! The facts of a deal: what its texts and scorecards agree on.
//!
//! Drawn once, by the deal's own draw, from the bank of its industry or of what is sold.

use super::super::Deal;
use super::super::timeline::topic::Topic;
use super::bank::Ware;
use super::grammar::{Grammar, RuleId};
use super::render::Pen;
use super::slots::{Slot, Words};
use super::spoken;
use crate::draw::Dice;
use crate::model::day::Day;

/// What is true of a deal, by slot.
#[derive(Debug)]
pub(super) struct Facts(Vec<(Slot, String)>);

/// Where facts come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) grammar: &'a Grammar,
    /// The deal's own draw.
    pub(super) seed: u64,
    /// The bank of the account's industry.
    pub(super) bank: &'static str,
    pub(super) ware: Ware,
    /// The competitors and value points that the manifest names.
    pub(super) competitors: &'a [String],
    pub(super) value_points: &'a [String],
    /// The day that the story leads up to: what has a date lies some weeks after it.
    pub(super) base: Day,
}

/// Rules with a bank for each industry and ware, and the slots that their columns fill.
const BANKED: &[(&str, &[Slot])] = &[
    ("pain", &[Slot::Pain, Slot::Pains, Slot::Hurt]),
    ("metric", &[Slot::Metric, Slot::From, Slot::To]),
    ("tool", &[Slot::Tool]),
    ("systems", &[Slot::System, Slot::System2]),
    ("teams", &[Slot::Team, Slot::Team2]),
    ("initiative", &[Slot::Initiative]),
    ("event", &[Slot::Event]),
    ("size", &[Slot::Size]),
    ("budget", &[Slot::Budget]),
    ("value", &[Slot::Value]),
];

/// Rules with one bank for all.
const COMMON: &[(&str, &[Slot])] = &[
    ("by", &[Slot::By]),
    ("rival", &[Slot::Rival, Slot::RivalFor, Slot::RivalLiked]),
    (
        "route",
        &[
            Slot::Check,
            Slot::Board,
            Slot::Cycle,
            Slot::Rhythm,
            Slot::LastTime,
        ],
    ),
    ("offers", &[Slot::Offers]),
    ("payback", &[Slot::Payback, Slot::PaybackHalf]),
    ("toll", &[Slot::Toll]),
    ("rest", &[Slot::Rest]),
    ("delay", &[Slot::Delay]),
    ("papers", &[Slot::Papers, Slot::Legal, Slot::Supplier]),
    ("rank", &[Slot::Projects, Slot::Rank]),
    ("effort", &[Slot::Effort, Slot::Helpers, Slot::Share]),
    (
        "trial",
        &[Slot::Trial, Slot::Testers, Slot::InFavor, Slot::Against],
    ),
    ("often", &[Slot::Often]),
    ("launch", &[Slot::Starters, Slot::Care]),
];

const CRITERIA: &[Slot] = &[Slot::Criterion1, Slot::Criterion2, Slot::Criterion3];

/// What has a date lies so many days after the story's end.
const EVENT_AFTER: (usize, usize) = (45, 100);

/// Those of a deal.
pub(super) fn of<'a>(deal: &Deal<'a>) -> &'a Facts {
    deal.voice.facts(deal.lexicon(), &deal.planner.situation)
}

impl Facts {
    pub(super) fn draw(source: Source) -> Self {
        let mut facts = Self(Vec::with_capacity(64));
        let (bank, criteria) = match source.ware {
            Ware::Software => (source.bank, "criteria.software"),
            Ware::Equipment => ("equipment", "criteria.equipment"),
            Ware::Service => ("service", "criteria.service"),
        };
        for (name, slots) in BANKED {
            facts.row(source, &format!("{name}.{bank}"), slots);
        }
        facts.row(source, criteria, CRITERIA);
        for (name, slots) in COMMON {
            facts.row(source, name, slots);
        }
        facts.named(source, Slot::Rival, source.competitors);
        facts.named(source, Slot::Value, source.value_points);
        let days = EVENT_AFTER.0 + Dice::of(source.seed, "event/day").below(EVENT_AFTER.1);
        let day = source.base.plus(days as i32).business().day();
        facts.0.push((Slot::EventDay, spoken::day(day)));
        facts
    }

    /// What is in a slot.
    pub(super) fn get(&self, slot: Slot) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == slot);
        found.map(|(_, text)| text.as_str())
    }

    /// Fills the words of a text.
    pub(super) fn fill<'a>(&'a self, words: &mut Words<'a>) {
        for (slot, text) in &self.0 {
            words.set(*slot, text.as_str());
        }
    }

    /// Draws a row of a rule, with a column for each slot.
    fn row(&mut self, source: Source, rule: &str, slots: &[Slot]) {
        let Source { grammar, seed, .. } = source;
        let rule = grammar.rule(rule);
        let mut dice = Dice::of(seed, grammar.name(rule));
        let row = dice.below(grammar.len(rule));
        for (column, slot) in slots.iter().enumerate() {
            let text = cell(
                grammar,
                grammar.column(rule, column as u16),
                row,
                dice.clone(),
            );
            // Columns draw on, so that two numbers of a row differ from deal to deal.
            dice.below(2);
            self.0.push((*slot, text));
        }
    }

    /// One of the manifest's own, where it names any.
    fn named(&mut self, source: Source, slot: Slot, names: &[String]) {
        let slot = self.0.iter_mut().find(|(of, _)| *of == slot);
        if let (Some((_, text)), Some(name)) = (slot, chosen(source.seed, names)) {
            name.clone_into(text);
        }
    }
}

/// The one of the manifest's names that a deal speaks of, if it names any.
pub(super) fn chosen(seed: u64, names: &[String]) -> Option<&str> {
    let many = std::num::NonZeroUsize::new(names.len())?;
    Some(&names[Dice::of(seed, "named").below(many.get())])
}

/// The names of all rules that facts are drawn from.
#[cfg(test)]
pub(super) fn rules() -> impl Iterator<Item = String> {
    let banks = super::bank::all().chain(["equipment", "service"]);
    let banked =
        banks.flat_map(|bank| BANKED.iter().map(move |(name, _)| format!("{name}.{bank}")));
    let criteria = [
        "criteria.software",
        "criteria.equipment",
        "criteria.service",
    ];
    let others = COMMON.iter().map(|(name, _)| *name).chain(criteria);
    banked.chain(others.map(str::to_owned))
}

/// One cell of a table of facts, which speaks of nothing else.
fn cell(grammar: &Grammar, rule: RuleId, row: usize, dice: Dice) -> String {
    let nothing = Words::new(Topic::Introduction);
    let mut pen = Pen::new(grammar, &nothing, dice).within_a_sentence();
    pen.say_row(rule, row);
    pen.finish()
}
