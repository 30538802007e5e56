//! The values of fields: as planned (recipes), and as sent.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use super::address::Address;
use super::day::Day;
use super::id::{RecordId, UserId};
use super::person::Person;
use super::prompt::Draft;

/// The API name of a field.
pub(crate) type FieldName = Cow<'static, str>;

/// What the planner wants in a field. Texts are recipes: rendered only where they are needed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number with one decimal at most, in tenths.
    Tenths(i64),
    Day(Day),
    /// Seconds since 1970-01-01T00:00:00Z.
    Instant(i64),
    /// A record that is not ours.
    Id(RecordId),
    /// Several people, in their order.
    People(Vec<Person>),
    /// A record of ours, by its address; its id may be known only after apply.
    Ref(Address),
    Word(Cow<'static, str>),
    Text(Text),
    Templated(Templated),
}

/// A field that the manifest adds: which, and what its template speaks of beside its deal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Templated {
    /// Its number among those that the planner was given.
    pub(crate) number: usize,
    /// The hash of the template and of what it speaks of.
    pub(crate) recipe: u64,
    /// What the record is called.
    pub(crate) kind: &'static str,
    pub(crate) person: Option<Person>,
    pub(crate) owner: UserId,
    pub(crate) day: Day,
}

/// A text to be rendered. Steps are told by their number in the deal's timeline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    /// What a step is called.
    Subject(usize),
    /// What is written in it.
    Body(usize),
    /// What comes next in the deal, after a step.
    NextStep(usize),
    Answer(Answer),
}

/// What a scorecard says of an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Its number among the elements of qualification; none for one of the user's own.
    pub(crate) element: Option<usize>,
    /// From 1, a first indication, to 3, confirmed.
    pub(crate) sure: u8,
    /// The step in which it was learned.
    pub(crate) cited: usize,
    /// Whom it is about.
    pub(crate) person: Option<Person>,
}

/// A value as it is sent, known but for the ids of records that do not exist yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Datum {
    Json(serde_json::Value),
    Ref(Address),
    /// A text that a language model is still to write.
    Draft(Box<Draft>),
}

/// Reads a value that may be left out, where null is a value too.
pub(crate) fn known<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// The hash of a record's recipe: equal wants mean that nothing was asked to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Want(pub(crate) u64);
