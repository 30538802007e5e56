//! Whether texts repeat.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figure, Org, count};

/// Shorter sentences may be anybody's.
const WORDS: usize = 6;

/// A sentence is worn out when it stands in more than so many percent of all bodies.
const MOST_PERCENT: usize = 2;

/// Few bodies say nothing about how often a sentence comes.
const ENOUGH_BODIES: usize = 1_000;

pub(super) fn figures(org: &Org) -> Vec<Figure> {
    let meetings = org.meetings.iter().map(|meeting| &meeting.row);
    let rows = meetings.chain(org.tasks.iter().map(|task| &task.row));
    let texts = rows.map(|row| row["Description"].as_str());
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    repeats(&texts)
}

/// How often bodies and sentences come again among these texts.
pub(crate) fn repeats(texts: &[&str]) -> Vec<Figure> {
    let mut seen = BTreeSet::new();
    let repeats: Vec<_> = texts
        .iter()
        .map(|text| (!seen.insert(*text), *text))
        .collect();
    let same = count("bodies that are there twice", repeats, |(again, body)| {
        again.then(|| start(body))
    });
    let bodies: Vec<_> = texts.iter().map(|text| body(text)).collect();
    vec![same, worn(&bodies)]
}

/// Sentences that stand in too many bodies.
fn worn(bodies: &[&str]) -> Figure {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for body in bodies {
        let distinct: BTreeSet<_> = sentences(body).collect();
        for sentence in distinct {
            *counts.entry(sentence).or_default() += 1;
        }
    }
    let most = (bodies.len() * MOST_PERCENT / 100).max(ENOUGH_BODIES * MOST_PERCENT / 100);
    count(
        "sentences in over 2 % of bodies",
        counts,
        |(sentence, count)| (*count > most).then(|| format!("{count} times: {sentence:?}")),
    )
}

/// The sentences of some length, but for those of a greeting or a signature, which are short.
fn sentences(body: &str) -> impl Iterator<Item = &str> {
    let ends = |end: char| matches!(end, '.' | '!' | '?' | '\n');
    let sentences = body.split(ends).map(str::trim);
    sentences.filter(|sentence| sentence.split_whitespace().count() >= WORDS)
}

/// A body without the lines that say who wrote it to whom and when.
fn body(text: &str) -> &str {
    match text.split_once("\n\n") {
        Some((head, body)) if head.starts_with("From: ") => body,
        _ => text,
    }
}

fn start(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}
