//! The values of fields: as planned (recipes), and as sent.

use std::borrow::Cow;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize};

use super::address::Address;
use super::day::Day;
use super::id::{RecordId, UserId};
use super::person::{Correspondent, Person};
use super::prompt::Draft;

/// The API name of a field.
pub(crate) type FieldName = Cow<'static, str>;

/// What the planner wants in a field. Texts are recipes: rendered only where they are needed. What
/// is large and seldom is boxed: a plan moves millions of values.
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
    Users(Vec<UserId>),
    /// The name of somebody who writes, as the org has it when the record is made.
    Name(Correspondent),
    /// And the address he writes from.
    EmailAddress(Correspondent),
    /// The addresses of several, in one text.
    EmailAddresses(Vec<Correspondent>),
    /// A record of ours, by its address; its id may be known only after apply.
    Ref(Address),
    /// Several records of ours, in a text that names them all.
    Refs(Vec<Address>),
    Word(CompactString),
    Text(Text),
    Templated(Box<Templated>),
    /// What a template of the manifest gave, where it speaks of no deal.
    Given(serde_json::Value),
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
    Answer(Box<Answer>),
}

/// What a scorecard says of an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Its number among all that the manifest's scorecards ask.
    pub(crate) asked: usize,
    /// Its number among the elements of qualification; none for one of the user's own.
    pub(crate) element: Option<usize>,
    /// From 1, a first indication, to 3, plain.
    pub(crate) sure: u8,
    pub(crate) rests: Rests,
    /// The step in which it was learned.
    pub(crate) cited: usize,
    /// Whom it is about.
    pub(crate) person: Option<Person>,
}

/// What an answer rests on: it claims no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rests {
    OneSource,
    Several,
    /// Several, and the customer wrote at least one of them.
    Written,
}

impl Rests {
    pub(crate) const COUNT: usize = 3;
}

/// A value as it is sent, known but for the ids of records that do not exist yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Datum {
    Json(serde_json::Value),
    Ref(Address),
    /// A text that a language model is still to write.
    Draft(Box<Draft>),
    /// Several people, of whom some are ours.
    People(Vec<Person>),
    /// Several records of ours, in one text: their ids with semicolons between them.
    Refs(Vec<Address>),
}

impl Datum {
    /// The records of ours whose ids it stands for.
    pub(crate) fn references(&self) -> impl Iterator<Item = Address> {
        let (records, people) = match self {
            Self::Json(_) | Self::Draft(_) => (&[][..], &[][..]),
            Self::Ref(address) => (std::slice::from_ref(address), &[][..]),
            Self::People(people) => (&[][..], people.as_slice()),
            Self::Refs(addresses) => (addresses.as_slice(), &[][..]),
        };
        let people = people.iter().filter_map(|person| person.address());
        records.iter().cloned().chain(people)
    }

    /// The value with the ids in place of the addresses; nothing where one is not known, or where
    /// the text is still to be written.
    pub(crate) fn resolve<E>(
        &self,
        id: impl Fn(&Address) -> Result<Option<RecordId>, E>,
    ) -> Result<Option<serde_json::Value>, E> {
        let text = |id: RecordId| serde_json::Value::String(id.to_string());
        match self {
            Self::Json(json) => Ok(Some(json.clone())),
            Self::Draft(_) => Ok(None),
            Self::Ref(address) => Ok(id(address)?.map(text)),
            Self::People(people) => {
                let id = |person: &Person| match (person, person.address()) {
                    (Person::Contact(contact), _) => Ok(Some(contact.0)),
                    (Person::Made(..), Some(address)) => id(&address),
                    (Person::Made(..), None) => Ok(None),
                };
                let ids = people
                    .iter()
                    .map(id)
                    .collect::<Result<Option<Vec<_>>, E>>()?;
                Ok(ids.map(|ids| ids.into_iter().map(text).collect()))
            }
            Self::Refs(addresses) => {
                let ids = addresses
                    .iter()
                    .map(id)
                    .collect::<Result<Option<Vec<_>>, E>>()?;
                Ok(ids.map(|ids| {
                    let ids: Vec<_> = ids.iter().map(RecordId::to_string).collect();
                    serde_json::Value::String(ids.join(";"))
                }))
            }
        }
    }
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
