//! The grammar as it stands: it can be read, and no choice leads into nothing.

use std::collections::BTreeSet;

use super::super::super::timeline::topic::{ELEMENTS, TOPICS, Topic};
use super::super::scene::is_talked_about;
use super::{Grammar, Piece, RuleId, VERSIONS, Version, parse};

/// The versions that there are, and one after them in which everybody is greeted in another way.
pub(in crate::planner) fn with_a_later_one() -> &'static [Version] {
    let newest = VERSIONS.last().expect("there is a version");
    let files = newest.files.iter().map(|(name, text)| {
        let text = text.replace("  Hi {you},", "  Greetings {you},");
        (*name, &*text.leak())
    });
    let of = |version: &Version| Version {
        number: version.number,
        files: version.files,
    };
    let later = Version {
        number: newest.number + 1,
        files: files.collect::<Vec<_>>().leak(),
    };
    VERSIONS
        .iter()
        .map(of)
        .chain([later])
        .collect::<Vec<_>>()
        .leak()
}

/// The names of rules that none of these roots leads to, each asked for with these topics and with
/// any of the earlier ones.
pub(in crate::planner::text) fn unreached(
    grammar: &Grammar,
    roots: impl Iterator<Item = (RuleId, Vec<Topic>)>,
    earlier: &[Topic],
) -> Vec<String> {
    let of_topics = |(rule, topics): (RuleId, Vec<Topic>)| {
        let topics = topics.into_iter();
        topics.map(move |topic| (rule.0, topic as usize))
    };
    let mut left: Vec<(u16, usize)> = roots.flat_map(of_topics).collect();
    let mut reached = BTreeSet::new();
    while let Some((rule, topic)) = left.pop() {
        if !reached.insert((rule, topic)) {
            continue;
        }
        let ways = grammar.ways(RuleId(rule)).iter();
        for piece in ways.flat_map(|way| grammar.pieces(*way)) {
            let member = |family, number| Some((grammar.member(family, number)?.0, topic));
            match *piece {
                Piece::Verbatim(_) | Piece::Slot(_) => {}
                Piece::Rule(RuleId(rule)) => left.push((rule, topic)),
                Piece::Topic(family) => left.extend(member(family, topic)),
                Piece::Earlier(family) => {
                    let earlier = earlier.iter();
                    left.extend(earlier.filter_map(|topic| member(family, *topic as usize)));
                }
                Piece::Points => {
                    let facts = 0..ELEMENTS.len();
                    left.extend(facts.filter_map(|number| member(grammar.facts(), number)));
                }
            }
        }
    }
    // The columns of a rule have one name.
    let rules = || (0..).zip(&grammar.rules);
    let reached = |rule: u16| {
        let mut reached = reached.range((rule, 0)..(rule + 1, 0));
        reached.next().is_some()
    };
    let named = rules().filter(|(number, _)| reached(*number));
    let named: BTreeSet<_> = named.map(|(_, rule)| &rule.name).collect();
    let left = rules().filter(|(_, rule)| !named.contains(&rule.name));
    left.map(|(_, rule)| rule.name.clone()).collect()
}

#[test]
fn the_grammar_can_be_read() {
    if let Err(problem) = parse::parse(super::FILES) {
        panic!("{problem}");
    }
}

#[test]
fn every_topic_has_all_that_is_said_of_topics() {
    let grammar = Grammar::new(&VERSIONS[0]);
    let is_aimed_at = |topic: Topic| topic.is_met_about() || is_talked_about(topic);
    let all = TOPICS.iter().filter(|facts| is_aimed_at(facts.topic));
    let all = all.map(|facts| ("aim", facts));
    let met = TOPICS.iter().filter(|facts| facts.topic.is_met_about());
    let met = met.flat_map(|facts| ["note", "next"].map(|family| (family, facts)));
    for (family, facts) in all.chain(met) {
        let name = format!("{family}.{}", facts.key);
        assert!(grammar.find(&name).is_some(), "{name}");
    }
}

#[test]
fn something_is_known_of_every_element() {
    let grammar = Grammar::new(&VERSIONS[0]);
    for (number, element) in ELEMENTS.iter().enumerate() {
        assert!(
            grammar.member(grammar.facts(), number).is_some(),
            "{element}"
        );
    }
}

/// Whoever reads a copy is one too many.
#[test]
fn what_is_for_one_pair_of_eyes_asks_for_no_copy() {
    const CONFIDENTIAL: &[&str] = &["Between us", "the two of us", "Please don't send this on"];
    let lines = super::FILES.iter().flat_map(|(_, text)| text.lines());
    let mut said = 0;
    for line in lines.filter(|line| line.starts_with("  ")) {
        for words in CONFIDENTIAL {
            let Some((before, _)) = line.split_once(words) else {
                continue;
            };
            let from = before.rfind(['[', '|']).map_or(0, |at| at + 1);
            assert!(before[from..].trim().starts_with("{!other}"), "{line}");
            said += 1;
        }
    }
    assert_eq!(said, CONFIDENTIAL.len());
}

/// Texts refer to meetings that there are at any count: others may have been held since.
#[test]
fn no_text_says_that_an_earlier_meeting_was_the_last() {
    const CLAIMS: &[&str] = &[
        "since {earlier}",
        "left off",
        "where we",
        "the last ",
        "picking up",
        "following up",
        "next step on {project} after",
        "haven't covered",
    ];
    let lines = super::FILES.iter().flat_map(|(_, text)| text.lines());
    let mut refer = 0;
    for line in lines.filter(|line| line.contains("{earlier}")) {
        let said = line.to_lowercase();
        let claim = CLAIMS.iter().find(|claim| said.contains(**claim));
        assert!(claim.is_none(), "{claim:?}: {line}");
        refer += 1;
    }
    assert!(refer > 10, "{refer}");
}

/// Words that stand before the unit of a figure, or are one.
const FIGURES: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

fn has_figure(text: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_alphanumeric());
    let is_figure = |word: &str| {
        FIGURES.contains(&word) || word.starts_with(|first: char| first.is_ascii_digit())
    };
    words.any(is_figure) || text.contains(" one in ")
}

/// Two clauses of one deal would each draw their own: figures are facts of the deal, in slots.
#[test]
fn no_clause_about_an_element_draws_a_figure() {
    let mut clauses = 0;
    let mut is_fact = false;
    for line in include_str!("evidence.txt").lines() {
        if !line.starts_with("  ") {
            is_fact = line.starts_with("fact.") || line.is_empty() && is_fact;
            continue;
        }
        let drawn = line.split('[').skip(1).map(|rest| rest.split(']').next());
        for drawn in drawn.flatten().filter(|_| is_fact) {
            assert!(!has_figure(drawn), "{line}");
            clauses += 1;
        }
    }
    assert!(clauses > 10, "{clauses}");
}

/// How much and how long are told by the metric: a pain that told it, too, would gainsay it.
#[test]
fn no_pain_measures_what_a_metric_measures() {
    const UNITS: &[&str] = &[
        "percent", "minutes", "hours", "days", "nights", "weeks", "months",
    ];
    let mut rule = "";
    let mut pains = 0;
    for line in include_str!("facts.txt").lines() {
        if let Some(name) = line.strip_suffix(':') {
            rule = name;
        } else if line.starts_with("  ") && rule.starts_with("pain.") {
            let clause = line.split(" // ").next().unwrap_or_default();
            let measured = UNITS.iter().any(|unit| clause.contains(unit)) && has_figure(clause);
            assert!(!measured && !clause.contains(" one in "), "{rule}: {line}");
            pains += 1;
        }
    }
    assert!(pains > 60, "{pains}");
}

#[test]
fn no_two_topics_share_a_subject() {
    for family in ["subject", "thread"] {
        let mut seen = std::collections::BTreeMap::new();
        let rules = include_str!("subjects.txt")
            .split("\n\n")
            .flat_map(str::lines);
        let mut rule = "";
        for line in rules {
            if let Some(name) = line.strip_suffix(':') {
                rule = name;
            } else if line.starts_with("  ") && rule.starts_with(family) {
                let other = seen.insert(line, rule);
                assert!(other.is_none(), "{rule} and {other:?}: {line}");
            }
        }
        assert!(seen.len() > TOPICS.len());
    }
}

#[test]
fn subjects_carry_the_opportunitys_own_words() {
    let mut rule = "";
    for line in include_str!("subjects.txt").lines() {
        if let Some(name) = line.strip_suffix(':') {
            rule = name;
        } else if line.starts_with("  ") && !rule.starts_with("title.") {
            assert!(line.contains("{project}"), "{rule}: {line}");
        }
    }
}

/// Where a meeting takes place is drawn: by video, by phone, or at either side's office.
#[test]
fn no_subject_of_a_meeting_says_where_it_is() {
    let mut rule = "";
    for line in include_str!("subjects.txt").lines() {
        if let Some(name) = line.strip_suffix(':') {
            rule = name;
        } else if line.starts_with("  ") && rule.starts_with("subject.") {
            let mut words = line.split(|char: char| !char.is_alphanumeric());
            let is_place = |word: &str| ["call", "visit", "phone", "video"].contains(&word);
            assert!(!words.any(is_place), "{rule}: {line}");
        }
    }
}

/// What is drawn as `one` is not followed by a plural.
#[test]
fn one_of_something_is_singular() {
    for (file, text) in super::FILES {
        for line in text.lines() {
            let mut drawn = line.match_indices("[one|");
            let is_plural = drawn.any(|(at, _)| {
                let after = line[at..].split_once("] ").map_or("", |(_, after)| after);
                let mut next = after.split(|char: char| !char.is_alphanumeric());
                next.next().is_some_and(|noun| noun.ends_with('s'))
            });
            assert!(!is_plural, "{file}: {line}");
        }
    }
}
