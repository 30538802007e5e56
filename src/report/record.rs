//! One change field by field: before and after.

use std::io::{self, Write};

use owo_colors::OwoColorize as _;
use serde_json::Value as Json;

use super::text::{brief, clean, quoted};
use super::{paint, text_diff};
use crate::listing::counted;
use crate::model::change::{Action, Change, FieldChange};
use crate::model::value::Datum;

/// What stands in front of a change; its fields are set in by four more columns.
const MARGIN: &str = "  ";
const FIELD_MARGIN: &str = "      ";

/// A title longer than this is cut.
const TITLE_WIDTH: usize = 60;

/// Equals signs are aligned up to this length of a name.
const NAME_WIDTH: usize = 24;

/// A text longer than this is shown by what differs in it.
const LONG_TEXT: usize = 60;

/// How much of a change is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) fields: usize,
    /// Lines of one text's difference.
    pub(super) text_lines: usize,
}

impl Bounds {
    /// Whether even long texts are shown.
    fn is_all(self) -> bool {
        self.fields == usize::MAX
    }
}

/// Shows a change with all its fields.
pub(crate) fn record(change: &Change, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let all = Bounds {
        fields: usize::MAX,
        text_lines: 40,
    };
    writeln!(out, "{}", head(change))?;
    let lines = fields(change, all, width);
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// `  + 006…/meeting/past/03  "Discovery: Acme"  2026-10-08`.
pub(super) fn head(change: &Change) -> String {
    let mut head = format!(
        "{MARGIN}{} {}",
        paint::symbol(change.action),
        paint::bold(&clean(&change.address.to_string()))
    );
    if !change.title.is_empty() {
        head = format!("{head}  {}", quoted(&change.title, TITLE_WIDTH));
    }
    if let Some(day) = change.day {
        head = format!("{head}  {day}");
    }
    if let Some(former) = change.instead_of {
        head = format!("{head}  instead of {}", former.api_name());
    }
    head
}

/// The fields of a change: of a new record what it gets, of another what differs.
pub(super) fn fields(change: &Change, bounds: Bounds, width: usize) -> Vec<String> {
    // What takes the place of a record of another kind is shown as a new one.
    let action = match change.instead_of {
        Some(_) => Action::Create,
        None => change.action,
    };
    let shown: Vec<&FieldChange> = match action {
        Action::Create => change
            .fields
            .iter()
            .filter(|field| tells(change, field) || bounds.is_all() && long_text(field).is_some())
            .collect(),
        Action::Update | Action::Replace | Action::Adopt => change
            .fields
            .iter()
            .filter(|field| differs(field))
            .collect(),
        Action::Delete | Action::Forget | Action::Record => Vec::new(),
    };
    let count = shown.len().min(bounds.fields);
    let names = shown[..count].iter().map(|field| field.name.len());
    let pad = names.max().unwrap_or_default().min(NAME_WIDTH);
    let mut lines: Vec<String> = shown[..count]
        .iter()
        .flat_map(|field| lines_of(field, action, pad, (bounds, width)))
        .collect();
    let hidden = match action {
        Action::Create => change.fields.len() - count,
        _ => shown.len() - count,
    };
    if hidden > 0 && count > 0 {
        let fields = counted(hidden as u64, "more field", "more fields");
        lines.push(format!(
            "{FIELD_MARGIN}{}",
            paint::dim(&format!("# ({fields})"))
        ));
    }
    lines
}

/// Whether a new record's field says what its title does not, at a glance.
fn tells(change: &Change, field: &FieldChange) -> bool {
    match &field.after {
        Datum::Json(Json::Null | Json::Bool(_)) => false,
        Datum::Json(Json::String(text)) => *text != change.title && text.len() <= LONG_TEXT,
        Datum::Draft(draft) => draft.text(None).is_some_and(|text| text.len() <= LONG_TEXT),
        Datum::Json(_) | Datum::Ref(_) | Datum::Refs(_) | Datum::People(_) => true,
    }
}

/// A text that takes lines of its own, and what is to be said of it.
fn long_text(field: &FieldChange) -> Option<(String, &'static str)> {
    match &field.after {
        Datum::Json(Json::String(text)) if is_long(text) => Some((text.clone(), "")),
        Datum::Draft(draft) => Some((draft.text(None).unwrap_or_default(), TO_BE_GENERATED)),
        Datum::Json(_) | Datum::Ref(_) | Datum::Refs(_) | Datum::People(_) => None,
    }
}

fn differs(field: &FieldChange) -> bool {
    match (&field.before, &field.after) {
        (Some(before), Datum::Json(after)) => before != after,
        (None, _) | (_, Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) | Datum::People(_)) => {
            true
        }
    }
}

fn lines_of(
    field: &FieldChange,
    action: Action,
    pad: usize,
    (bounds, width): (Bounds, usize),
) -> Vec<String> {
    let mark = match action {
        Action::Create => paint::symbol(Action::Create),
        _ => paint::symbol(Action::Update),
    };
    let start = format!("{FIELD_MARGIN}{mark} {:pad$} =", clean(&field.name));
    let room = width.saturating_sub(FIELD_MARGIN.len() + pad + 5);
    if let (Action::Create, Some((text, note))) = (action, long_text(field)) {
        let indent = format!("{FIELD_MARGIN}    ");
        let room = width.saturating_sub(indent.len());
        let lines = wrapped(&text, room);
        let lines = lines.into_iter().map(|line| format!("{indent}{line}"));
        let first = format!("{start} {note}").trim_end().to_owned();
        return std::iter::once(first).chain(lines).collect();
    }
    if action == Action::Create {
        return vec![format!("{start} {}", datum(&field.after, room))];
    }
    if let (Some(Json::String(before)), Datum::Json(Json::String(after))) =
        (&field.before, &field.after)
        && (is_long(before) || is_long(after))
    {
        let indent = format!("{FIELD_MARGIN}    ");
        let room = width.saturating_sub(indent.len());
        let difference = text_diff::lines(before, after, room, bounds.text_lines);
        let difference = difference.into_iter().map(|line| format!("{indent}{line}"));
        return std::iter::once(start).chain(difference).collect();
    }
    let half = room.saturating_sub(4) / 2;
    let before = match &field.before {
        Some(before) => value(before, half),
        None => "(not read)".to_owned(),
    };
    let arrow = "->".yellow();
    vec![format!(
        "{start} {before} {arrow} {}",
        datum(&field.after, half)
    )]
}

/// The lines of a text, broken between words where they are too long.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut shown = String::new();
        for word in clean(line).split(' ') {
            let is_full = shown.chars().count() + word.chars().count() + 1 > width;
            if is_full && !shown.is_empty() {
                lines.push(std::mem::take(&mut shown));
            }
            if !shown.is_empty() {
                shown.push(' ');
            }
            shown.push_str(word);
        }
        lines.push(shown);
    }
    lines
}

fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > LONG_TEXT
}

/// Stands behind the offline text of a field that a language model is to write.
const TO_BE_GENERATED: &str = "(to be generated)";

fn datum(datum: &Datum, width: usize) -> String {
    match datum {
        Datum::Json(json) => value(json, width),
        Datum::Ref(address) => brief(&format!("(id of {address})"), width),
        Datum::Draft(draft) => {
            let offline = draft.text(None).unwrap_or_default();
            let room = width.saturating_sub(TO_BE_GENERATED.len() + 3);
            format!("{} {TO_BE_GENERATED}", quoted(&offline, room))
        }
        Datum::Refs(addresses) => {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            brief(&format!("(ids of {})", addresses.join(", ")), width)
        }
        Datum::People(people) => {
            let people: Vec<_> = people.iter().map(ToString::to_string).collect();
            brief(&format!("(ids of {})", people.join(", ")), width)
        }
    }
}

fn value(json: &Json, width: usize) -> String {
    match json {
        Json::String(text) => quoted(text, width.saturating_sub(2)),
        other => brief(&other.to_string(), width),
    }
}
