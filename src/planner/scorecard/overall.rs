//! A scorecard as a whole: its points, its rating, and what to do next.

use std::borrow::Cow;

use super::{Answer, Card, pack};
use crate::model::shape::Shape;
use crate::model::value::{FieldName, Value};

use super::super::{Deal, field};

/// The earlier tool's weights of confidence and coverage.
const CONFIDENCE_WEIGHT: f64 = 0.7;
const COVERAGE_WEIGHT: f64 = 0.3;

/// What can be told of all answers together.
pub(super) struct Totals {
    /// In tenths of a point.
    pub(super) points: i64,
    coverage: f64,
    confidence: f64,
}

pub(super) fn fields(deal: &Deal, card: &Card) -> Vec<(FieldName, Value)> {
    let framework = card.by.framework;
    let totals = totals(card);
    let points = totals.points;
    let is_complete = card.answers.iter().all(|answer| answer.given.is_some());
    let status = if is_complete {
        "Complete"
    } else {
        "In Progress"
    };
    let day = deal.pins.ends.base(deal.planner.situation.anchor).day();
    vec![
        field("Opportunity__c", Value::Id(deal.root.0)),
        field("Framework__c", Value::Word(framework.name.as_str().into())),
        field(
            "Template_Version__c",
            Value::Word(card.by.version.as_str().into()),
        ),
        field("Total_Score__c", Value::Tenths(points)),
        field("Max_Score__c", Value::Tenths(framework.most())),
        field("Percent__c", Value::Tenths(totals.percent())),
        field("Rating__c", Value::Word(framework.rating(points).into())),
        field("As_Of_Date__c", Value::Day(day)),
        field("Status__c", Value::Word(status.into())),
        field(
            "Summary__c",
            Value::Word(summary(deal, card, &totals).into()),
        ),
        field("Demo_Pack__c", pack(deal)),
    ]
}

impl Totals {
    /// The overall score in tenths of a percent.
    pub(super) fn percent(&self) -> i64 {
        let share = CONFIDENCE_WEIGHT * self.confidence + COVERAGE_WEIGHT * self.coverage;
        (share * 1000.0).round() as i64
    }
}

pub(super) fn totals(card: &Card) -> Totals {
    let points = |answer: &Answer| {
        let score = answer.given.map_or(0, |given| given.score);
        i64::from(score) * answer.element.weight()
    };
    let given = card.answers.iter().filter_map(|answer| answer.given);
    let confidences: Vec<f64> = given
        .map(|given| given.finding.support.confidence)
        .collect();
    let count = confidences.len() as f64;
    Totals {
        points: card.answers.iter().map(points).sum(),
        coverage: count / card.answers.len() as f64,
        // The sum of no floats is -0.
        confidence: confidences.iter().fold(0.0, |sum, one| sum + one) / count.max(1.0),
    }
}

/// What is known, what is weak, what is open, and of a deal that is open what to do about it.
pub(super) fn summary(deal: &Deal, card: &Card, totals: &Totals) -> String {
    let Totals {
        points,
        coverage,
        confidence,
    } = totals;
    let percent = |share: f64| (share * 100.0).round_ties_even() as i64;
    let mut summary = format!(
        "{} of {} points. Coverage {} %, confidence {} %.",
        in_points(*points),
        in_points(card.by.framework.most()),
        percent(*coverage),
        percent(*confidence)
    );
    let is = |status: &'static str| {
        move |answer: &Answer| answer.given.is_some_and(|given| given.status == status)
    };
    list(&mut summary, "Strong", card, is("Green"));
    list(&mut summary, "Weak", card, is("Red"));
    list(&mut summary, "Still open", card, |answer| {
        answer.given.is_none()
    });
    let shape = deal.pins.shape;
    if !shape.is_closed() {
        summary.extend([" Next: ", &next_step(card, shape), "."]);
    }
    summary
}

/// Adds the names of the elements for which it holds, if there are any.
fn list(summary: &mut String, what: &str, card: &Card, is: impl Fn(&Answer) -> bool) {
    let answers = card.answers.iter().filter(|answer| is(answer));
    let names: Vec<_> = answers.map(|answer| answer.element.name.as_str()).collect();
    if !names.is_empty() {
        summary.extend([" ", what, ": ", &names.join(", "), "."]);
    }
}

/// `18.5`, `27`.
pub(super) fn in_points(tenths: i64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        _ => format!("{:.1}", tenths as f64 / 10.0),
    }
}

/// What to do about an element that is open or weak, by its key.
const NEXT_STEPS: &[(&str, &str)] = &[
    ("pain", "find out what breaks today, and what it costs"),
    (
        "challenges",
        "find out what they have tried, and why it failed",
    ),
    ("need", "agree on the first use case"),
    (
        "situation",
        "go through the present tools and teams with whoever owns them",
    ),
    (
        "metrics",
        "agree on the number that has to move, and from where to where",
    ),
    ("impact", "put a figure on what it changes"),
    (
        "champion",
        "give the champion something to win, and test what they do for it",
    ),
    (
        "economic_buyer",
        "get time with the economic buyer, through the champion",
    ),
    ("authority", "draw up who signs and who may stop it"),
    (
        "decision_criteria",
        "get the criteria in writing, and shape two of them",
    ),
    (
        "decision",
        "get the way to a decision in writing, with its criteria",
    ),
    ("decision_process", "agree on dated steps to a decision"),
    (
        "competition",
        "ask who else is considered, and what would make them win",
    ),
    ("budget", "find the budget line, and whose it is"),
    ("money", "find out where the money comes from"),
    ("prioritisation", "learn what it competes with this year"),
    ("critical_event", "tie the date to an event of theirs"),
    ("timeline", "count back from their date what must begin now"),
    (
        "paper_process",
        "start security and legal review now, and ask who signs",
    ),
];

/// What to do about the first element that is open, or else about the weakest; where who sold for us
/// has left, to find somebody else.
fn next_step(card: &Card, shape: Shape) -> Cow<'static, str> {
    if shape == Shape::ChampionLeft {
        return "find out who takes over from the champion, and win them".into();
    }
    let by_strength = |answer: &&Answer| {
        let strength = answer.given.map_or(-1.0, |given| given.finding.strength);
        (strength * 1e6) as i64 * 1_000 + i64::from(answer.element.learned)
    };
    let is_green = |answer: &&Answer| answer.given.is_some_and(|given| given.status == "Green");
    let gaps = card.answers.iter().filter(|answer| !is_green(answer));
    let Some(gap) = gaps.min_by_key(by_strength) else {
        return "confirm every answer with the customer".into();
    };
    let known = NEXT_STEPS.iter().find(|(key, _)| *key == gap.element.key);
    match known {
        Some((_, step)) => (*step).into(),
        None => format!("find out more about {}", gap.element.name).into(),
    }
}
