//! Scorecards in fields of the opportunity, where the manifest maps them to some.

use super::super::{Deal, person_or_null};
use super::{Answer, Card, cards, holder, overall, words};
use crate::draw::RootDraw;
use crate::manifest::framework::{Mapped, Part, Piece, Whole};
use crate::model::field_kind::FieldKind;
use crate::model::object::Object;
use crate::model::value::{FieldName, Value};

/// The fields that the opportunity lends for its scorecards, with what they are to hold.
pub(in crate::planner) fn lent(deal: &Deal, draw: &mut RootDraw) -> Vec<(FieldName, Value)> {
    let situation = &deal.planner.situation;
    let mapping = &situation.manifest.scorecards.mapping;
    let kinds = situation
        .capabilities
        .added_fields
        .get(&Object::OpportunityLoan);
    let Some(kinds) = kinds.filter(|_| !mapping.is_empty()) else {
        return Vec::new();
    };
    let findings = super::findings_of(deal, draw);
    let cards = cards(deal, &findings);
    let lent = mapping.iter().filter_map(|Mapped { what, field: name }| {
        let kind = kinds.get(name)?;
        let value = match what {
            Part::Whole(whole) => whole_value(deal, (cards.first()?, *whole), kind),
            Part::Of(key, piece) => {
                let mut answers = cards.iter().flat_map(|card| &card.answers);
                let answer = answers.find(|answer| answer.element.key == *key)?;
                piece_value(deal, (answer, *piece), kind)
            }
        };
        Some((name.clone().into(), value))
    });
    lent.collect()
}

fn whole_value(deal: &Deal, (card, whole): (&Card, Whole), kind: &FieldKind) -> Value {
    let totals = overall::totals(card);
    match whole {
        Whole::Total => number(totals.points, kind),
        Whole::Percent => number(totals.percent(), kind),
        Whole::Rating => {
            let rating = card.by.framework.rating(totals.points);
            Value::Word(rating.into())
        }
        Whole::Summary => text(overall::summary(deal, card, &totals), kind),
    }
}

fn piece_value(deal: &Deal, (answer, piece): (&Answer, Piece), kind: &FieldKind) -> Value {
    let Some(given) = answer.given else {
        return match (piece, kind) {
            (Piece::Status, FieldKind::Text { .. }) => Value::Word("Unknown".into()),
            (Piece::Score, _) => number(0, kind),
            _ => Value::Null,
        };
    };
    match piece {
        Piece::Answer if *kind == FieldKind::Reference => {
            person_or_null(holder(deal, answer.element))
        }
        Piece::Answer => {
            let cited: Vec<usize> = given.finding.support.steps().collect();
            words(deal, answer.element, (given.status, &cited))
        }
        Piece::Status => Value::Word(given.status.into()),
        Piece::Score => number(i64::from(given.score) * 10, kind),
        Piece::Confidence => number(
            (given.finding.support.confidence * 100.0).round() as i64 * 10,
            kind,
        ),
    }
}

/// A number of tenths, in the form that the field takes.
fn number(tenths: i64, kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Whole => Value::Tenths((tenths + 5) / 10 * 10),
        FieldKind::Text { .. } => Value::Word(overall::in_points(tenths).into()),
        _ => Value::Tenths(tenths),
    }
}

/// As much of a text as fits.
fn text(text: String, kind: &FieldKind) -> Value {
    let most = longest(kind);
    let is_short = text.chars().count() <= most;
    let shown: String = if is_short {
        text
    } else {
        text.chars().take(most).collect()
    };
    Value::Word(shown.into())
}

/// The most characters that a field holds.
pub(in crate::planner) fn longest(kind: &FieldKind) -> usize {
    match kind {
        FieldKind::Text { most: most @ 1.. } => *most as usize,
        _ => usize::MAX,
    }
}
