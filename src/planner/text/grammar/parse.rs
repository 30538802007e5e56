//! Reading the grammar: lines into rules, rules into the arena.

use std::collections::BTreeMap;

use crate::draw::fnv1a;

use super::super::super::timeline::topic::{ELEMENTS, TOPICS};
use super::{
    Asks, FACTS, Family, FamilyId, Grammar, Piece, Rule, RuleId, Slot, Way, member_number,
};

/// What parts the columns of a row.
const COLUMN: &str = " // ";

/// A rule as it stands in its file.
struct Source {
    name: String,
    /// By alternative, its columns.
    rows: Vec<Vec<&'static str>>,
    place: String,
}

struct Parser {
    grammar: Grammar,
    names: BTreeMap<String, RuleId>,
    families: BTreeMap<String, FamilyId>,
}

pub(super) fn parse(files: &[(&str, &'static str)]) -> Result<Grammar, String> {
    let mut sources = Vec::new();
    for (file, text) in files {
        sources.extend(rules(file, text)?);
    }
    let mut parser = Parser::declare(&sources)?;
    for source in &sources {
        let complain = |problem| format!("{}: {}: {problem}", source.place, source.name);
        parser.define(source).map_err(complain)?;
    }
    parser.settle();
    Ok(parser.grammar)
}

/// The rules of a file: a name with a colon, and indented lines below it. `;` begins a comment.
fn rules(file: &str, text: &'static str) -> Result<Vec<Source>, String> {
    let mut rules: Vec<Source> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", number + 1);
        let content = line.trim();
        if content.is_empty() || content.starts_with(';') {
            continue;
        }
        if line.starts_with(' ') {
            let rule = rules.last_mut();
            let rule = rule.ok_or_else(|| format!("{place}: an alternative of no rule"))?;
            rule.rows.push(content.split(COLUMN).collect());
        } else {
            let name = content.strip_suffix(':');
            let name = name.ok_or_else(|| format!("{place}: a name of a rule ends in a colon"))?;
            rules.push(Source {
                name: name.to_owned(),
                rows: Vec::new(),
                place,
            });
        }
    }
    Ok(rules)
}

impl Parser {
    /// Gives every rule its number, so that rules can speak of those below them.
    fn declare(sources: &[Source]) -> Result<Self, String> {
        let mut rules = Vec::new();
        let mut names = BTreeMap::new();
        for source in sources {
            let columns = source.rows.first().map_or(0, Vec::len);
            if columns == 0 || source.rows.iter().any(|row| row.len() != columns) {
                return Err(format!(
                    "{}: rows without or of unlike columns",
                    source.place
                ));
            }
            for key in keys(&source.name) {
                if names.insert(key, RuleId(rules.len() as u16)).is_some() {
                    return Err(format!("{}: {} is there twice", source.place, source.name));
                }
            }
            for column in 0..columns {
                rules.push(Rule {
                    name: source.name.clone(),
                    first: 0,
                    len: 0,
                    columns: (columns - 1 - column) as u16,
                    asks: Asks::default(),
                    key: fnv1a(source.name.as_bytes()),
                });
            }
        }
        let mut grammar = Grammar {
            rules,
            ways: Vec::new(),
            pieces: Vec::new(),
            families: Vec::new(),
            facts: FamilyId(0),
        };
        let mut families = BTreeMap::new();
        for (name, rule) in &names {
            let Some((family, key)) = name.rsplit_once('.') else {
                continue;
            };
            let Some(number) = member_number(family, key) else {
                continue;
            };
            let id = *families.entry(family.to_owned()).or_insert_with(|| {
                grammar.families.push(Family {
                    members: vec![None; TOPICS.len().max(ELEMENTS.len())],
                });
                FamilyId(grammar.families.len() as u16 - 1)
            });
            grammar.families[usize::from(id.0)].members[number] = Some(*rule);
        }
        let facts = families.get(FACTS);
        grammar.facts = *facts.ok_or("nothing is known of the elements: there is no `fact`")?;
        Ok(Self {
            grammar,
            names,
            families,
        })
    }

    fn define(&mut self, source: &Source) -> Result<(), String> {
        let key = keys(&source.name).next().expect("a name has a key");
        let first = self.names[&key];
        for column in 0..source.rows[0].len() {
            let lines: Vec<_> = source.rows.iter().map(|row| row[column]).collect();
            let number = usize::from(first.0) + column;
            self.fill(number, &lines)?;
        }
        Ok(())
    }

    /// Reads the alternatives of a rule; those within them become rules without a name.
    fn fill(&mut self, rule: usize, lines: &[&'static str]) -> Result<(), String> {
        let mut ways = Vec::new();
        for line in lines {
            let (pieces, asks) = self.pieces(line)?;
            let way = Way {
                first: self.grammar.pieces.len() as u32,
                len: pieces.len() as u32,
                asks,
            };
            self.grammar.pieces.extend(pieces);
            ways.push(way);
        }
        let of = &mut self.grammar.rules[rule];
        of.first = self.grammar.ways.len() as u32;
        of.len = ways.len() as u32;
        self.grammar.ways.extend(ways);
        Ok(())
    }

    fn pieces(&mut self, line: &'static str) -> Result<(Vec<Piece>, Asks), String> {
        let mut pieces = Vec::new();
        let mut asks = Asks::default();
        let mut rest = line;
        while let Some(at) = rest.find(['{', '[', '\\']) {
            verbatim(&mut pieces, &rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("\\n") {
                verbatim(&mut pieces, "\n");
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let end = after.find('}').ok_or("a brace is not closed")?;
                pieces.extend(self.braced(&after[..end], &mut asks)?);
                rest = &after[end + 1..];
            } else {
                let (choices, after) = choices(rest)?;
                let rule = self.grammar.rules.len();
                self.grammar.rules.push(Rule {
                    name: String::new(),
                    first: 0,
                    len: 0,
                    columns: 0,
                    asks: Asks::default(),
                    key: fnv1a(&rest.as_bytes()[..rest.len() - after.len()]),
                });
                self.fill(rule, &choices)?;
                pieces.push(Piece::Rule(RuleId(rule as u16)));
                rest = after;
            }
        }
        verbatim(&mut pieces, rest);
        Ok((pieces, asks))
    }

    /// What stands in braces; a condition is no piece.
    fn braced(&self, name: &str, asks: &mut Asks) -> Result<Option<Piece>, String> {
        let unknown = || format!("{name} is neither a slot nor a rule");
        let slot = |name| Slot::named(name).ok_or_else(unknown);
        if let Some(name) = name.strip_prefix('?') {
            asks.known |= slot(name)?.bit();
            return Ok(None);
        }
        if let Some(name) = name.strip_prefix('!') {
            asks.unknown |= slot(name)?.bit();
            return Ok(None);
        }
        if name == "points" {
            return Ok(Some(Piece::Points));
        }
        if let Some(slot) = Slot::named(name) {
            asks.known |= slot.bit();
            return Ok(Some(Piece::Slot(slot)));
        }
        let family = |name| self.families.get(name).copied().ok_or_else(unknown);
        Ok(Some(match name.split_once('@') {
            Some((name, "topic")) => Piece::Topic(family(name)?),
            Some((name, "earlier")) => {
                asks.known |= Slot::Earlier.bit();
                Piece::Earlier(family(name)?)
            }
            Some(_) => return Err(unknown()),
            None => Piece::Rule(*self.names.get(name).ok_or_else(unknown)?),
        }))
    }

    /// Hands up what rules ask for to the alternatives that speak of them, until nothing changes.
    fn settle(&mut self) {
        let grammar = &mut self.grammar;
        loop {
            let mut changed = false;
            for number in 0..grammar.ways.len() {
                let mut way = grammar.ways[number];
                for piece in grammar.pieces(way) {
                    if let Piece::Rule(rule) = piece {
                        let asks = grammar.rules[usize::from(rule.0)].asks;
                        way.asks.known |= asks.known;
                        way.asks.unknown |= asks.unknown;
                    }
                }
                grammar.ways[number] = way;
            }
            for number in 0..grammar.rules.len() {
                let ways = grammar.ways(RuleId(number as u16));
                let all =
                    |of: fn(&Asks) -> u128| ways.iter().fold(!0, |all, way| all & of(&way.asks));
                let asks = Asks {
                    known: all(|asks| asks.known),
                    unknown: all(|asks| asks.unknown),
                };
                let rule = &mut grammar.rules[number];
                changed |= rule.asks != asks;
                rule.asks = asks;
            }
            if !changed {
                return;
            }
        }
    }
}

/// `fact.{pain,challenges}` stands for a member of each name.
fn keys(name: &str) -> impl Iterator<Item = String> {
    let (family, members) = match name.split_once(".{") {
        Some((family, members)) => (Some(family), members.trim_end_matches('}')),
        None => (None, name),
    };
    let key = move |member: &str| match family {
        Some(family) => format!("{family}.{member}"),
        None => member.to_owned(),
    };
    members.split(',').map(key).collect::<Vec<_>>().into_iter()
}

fn verbatim(pieces: &mut Vec<Piece>, text: &'static str) {
    if !text.is_empty() {
        pieces.push(Piece::Verbatim(text));
    }
}

/// The alternatives in brackets at the beginning, which may hold brackets, and what follows.
fn choices(text: &'static str) -> Result<(Vec<&'static str>, &'static str), String> {
    let mut choices = Vec::new();
    let (mut depth, mut from) = (0, 1);
    for (at, char) in text.char_indices() {
        match char {
            '[' => depth += 1,
            '|' if depth == 1 => {
                choices.push(&text[from..at]);
                from = at + 1;
            }
            ']' => {
                depth -= 1;
                if depth == 0 {
                    choices.push(&text[from..at]);
                    return Ok((choices, &text[at + 1..]));
                }
            }
            _ => {}
        }
    }
    Err("a bracket is not closed".to_owned())
}
