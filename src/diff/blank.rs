//! A change before its fields: which record, what happens to it and why, and what people call it.

use serde_json::Value as Json;

use super::root_state::RootState;
use crate::model::address::{Address, Path};
use crate::model::change::{Action, Change, Reason};
use crate::model::day::Day;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{Datum, FieldName};

/// A change of the record at the path, of which nothing else is known yet.
pub(super) fn blank(
    state: &RootState,
    path: Path,
    object: Object,
    (action, reason): (Action, Reason),
) -> Change {
    Change {
        address: Address {
            root: state.root,
            path,
        },
        object,
        action,
        reason,
        instead_of: None,
        id: None,
        stamp: None,
        generation: 1,
        account: state.account,
        want: None,
        fields: Vec::new(),
        held: Vec::new(),
        lent: Vec::new(),
        above: Vec::new(),
        title: String::new(),
        day: None,
    }
}

/// Says in the change what is wanted, and what people call it.
pub(super) fn describe(change: &mut Change, record: &Desired, fields: &[(FieldName, Datum)]) {
    let json = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        match found {
            Some((_, Datum::Json(json))) => Some(json),
            _ => None,
        }
    };
    change.want = Some(record.want);
    change.title = title(record.object, json);
    change.day = day(json);
}

pub(super) fn title<'a>(object: Object, field: impl Fn(&str) -> Option<&'a Json>) -> String {
    let texts = object.facts().title.iter();
    let texts = texts.filter_map(|name| field(name)?.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

pub(super) fn day<'a>(field: impl Fn(&str) -> Option<&'a Json>) -> Option<Day> {
    let mut names = ["ActivityDate", "StartDateTime", "MessageDate"].into_iter();
    let text = names.find_map(field)?.as_str()?;
    text.get(..10)?.parse().ok().map(Day::from_date)
}
