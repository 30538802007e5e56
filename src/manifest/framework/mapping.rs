//! `scorecards.mapping`: what of a scorecard goes into which field of the opportunity.

use std::fmt;

use serde::Serializer;

use super::super::names::field_name;
use super::super::problems::Complaint;
use super::super::section::Section;
use super::super::tree::Node;
use super::super::types::{ScorecardTarget, Scorecards};
use super::super::values::{not_among, text};
use super::{Framework, keys, not_asked};
use crate::model::capabilities::KEY_FIELD;

/// One field of the opportunity, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    pub(crate) what: Part,
    pub(crate) field: String,
}

/// A part of a scorecard. Of the whole ones, those of the first template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Whole(Whole),
    /// Of the element with this key.
    Of(String, Piece),
}

/// What there is of a whole scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Total,
    Percent,
    Rating,
    Summary,
}

/// What there is of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// In words; or in a field that refers to a contact, whom it is about.
    Answer,
    Status,
    Score,
    Confidence,
}

const WHOLES: &[(&str, Whole)] = &[
    ("total", Whole::Total),
    ("percent", Whole::Percent),
    ("rating", Whole::Rating),
    ("summary", Whole::Summary),
];

const PIECES: &[(&str, Piece)] = &[
    ("status", Piece::Status),
    ("score", Piece::Score),
    ("confidence", Piece::Confidence),
];

/// Reads the mapping of scorecards that go into fields.
pub(in super::super) fn mapping(
    scorecards: &mut Section,
    target: &[ScorecardTarget],
    frameworks: &[Framework],
) -> Vec<Mapped> {
    let is_wanted = target.contains(&ScorecardTarget::Fields);
    let Some(mut section) = scorecards.optional_section("mapping") else {
        if is_wanted {
            let hint = "for example `mapping: {metrics: Metrics__c, total: MEDDICC_Score__c}`";
            scorecards.complain("mapping", Complaint::new("must be given", hint));
        }
        return Vec::new();
    };
    let mapped = section.each(|what| part(what, frameworks), field);
    drop(section);
    if !is_wanted {
        let hint = "add `fields` to `scorecards.target`, or leave it out";
        scorecards.complain("mapping", Complaint::new("is not used", hint));
    }
    let twice = mapped.iter().enumerate().find(|(place, (_, field))| {
        let before = &mapped[..*place];
        before
            .iter()
            .any(|(_, other)| other.eq_ignore_ascii_case(field))
    });
    if let Some((_, (_, field))) = twice {
        let message = format!("fills {field} twice");
        scorecards.complain("mapping", Complaint::new(message, "keep one of the two"));
    }
    let mapped = mapped.into_iter();
    mapped.map(|(what, field)| Mapped { what, field }).collect()
}

fn part(name: &str, frameworks: &[Framework]) -> Result<Part, Complaint> {
    let part = Part::named(name);
    let mut known = keys(frameworks);
    let Part::Of(key, _) = &part else {
        return Ok(part);
    };
    if known.contains(&key.as_str()) {
        return Ok(part);
    }
    if let Some((element, piece)) = name.split_once('.')
        && known.contains(&element)
    {
        let pieces: Vec<_> = PIECES.iter().map(|(name, _)| *name).collect();
        return Err(not_among(piece, &pieces));
    }
    known.extend(WHOLES.iter().map(|(name, _)| *name));
    let also = "; an element also with `.status`, `.score` or `.confidence`";
    Err(not_asked(name, &known, also))
}

/// A custom field: the standard ones of an opportunity are its owner's.
fn field(node: &Node) -> Result<String, Complaint> {
    let name = field_name(&text(node)?, "Metrics__c")?;
    let lower = name.to_lowercase();
    let is_theirs = lower.starts_with("peopleai__") || name.eq_ignore_ascii_case(KEY_FIELD);
    if is_theirs || !lower.ends_with("__c") {
        let message = format!("{name} is not a field to put a scorecard in");
        return Err(Complaint::new(
            message,
            "name a custom field of your own, such as Metrics__c",
        ));
    }
    Ok(name)
}

impl Part {
    /// What stands under this name, as [`fmt::Display`] writes it.
    fn named(text: &str) -> Self {
        if let Some((_, whole)) = WHOLES.iter().find(|(name, _)| *name == text) {
            return Self::Whole(*whole);
        }
        let piece = PIECES.iter().find_map(|(name, piece)| {
            let key = text.strip_suffix(name)?.strip_suffix('.')?;
            Some((key, *piece))
        });
        let (key, piece) = piece.unwrap_or((text, Piece::Answer));
        Self::Of(key.to_owned(), piece)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => {
                let name = WHOLES.iter().find(|(_, other)| other == whole);
                f.write_str(name.map_or("", |(name, _)| name))
            }
            Self::Of(key, piece) => match PIECES.iter().find(|(_, other)| other == piece) {
                Some((name, _)) => write!(f, "{key}.{name}"),
                None => f.write_str(key),
            },
        }
    }
}

/// As a mapping of keys.
pub(in super::super) fn as_keys<S: Serializer>(
    mapped: &[Mapped],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(mapped.iter().map(|one| (one.what.to_string(), &one.field)))
}

impl Scorecards {
    /// Whether scorecards become records of our own.
    pub(crate) fn are_records(&self) -> bool {
        !self.templates.is_empty() && self.target.contains(&ScorecardTarget::Objects)
    }
}
