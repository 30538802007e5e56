//! A plan as a person reviews it: near sixty lines, whatever its size.

mod heading;
mod samples;
#[cfg(test)]
#[expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots this way"
)]
mod tests;

use std::io::{self, Write};

use comfy_table::CellAlignment::{Left, Right};

use super::paint;
use super::table::{self, Column};
use super::text::{clean, duration};
use crate::listing::{counted, thousands};
use crate::model::change::{Action, Counts, Reason};
use crate::model::order::Step;
use crate::plan_file::{Command, Estimate, Group, Header, KindCost, Plan};

/// What the whole output comes to at most.
const LINES: usize = 60;

/// What the table of groups comes to at most; the groups it has no room for are counted.
const TABLE_LINES: usize = 22;

/// Fields named in the table for one group.
const MOST_FIELDS: usize = 3;

/// The title and the lines around the samples: blank ones and the closing ones.
const AROUND: usize = 6;

const COLUMNS: &[Column] = &[
    ("", Left),
    ("Count", Right),
    ("Kind", Left),
    ("Why", Left),
    ("Deals", Right),
    ("Dates", Left),
    ("Fields", Left),
];

/// How a plan is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// Columns.
    pub(crate) width: usize,
    /// The command that shows what is not shown here.
    pub(crate) more: &'a str,
}

/// Shows the plan: what it is about, its groups, samples of them, and what it comes to.
pub(crate) fn plan(plan: &Plan, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let header = &plan.header;
    let heading = heading::lines(header);
    print(out, &heading)?;
    if !plan.groups().is_empty() {
        let table = group_table(plan.groups(), view.width);
        writeln!(out)?;
        print(out, &table)?;
        writeln!(out)?;
        let room = LINES.saturating_sub(heading.len() + table.len() + AROUND);
        print(out, &samples::lines(plan.groups(), view, room))?;
    }
    writeln!(out)?;
    print(out, &closing(header))
}

fn print(out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn group_table(groups: &[Group], width: usize) -> Vec<String> {
    let rows: Vec<_> = groups.iter().take(TABLE_LINES).map(row).collect();
    // A narrow terminal breaks rows, so that fewer of them fit.
    let (count, mut lines) = (1..=rows.len())
        .rev()
        .map(|count| (count, table::lines(COLUMNS, &rows[..count], width)))
        .find(|(count, lines)| lines.len() <= TABLE_LINES || *count == 1)
        .expect("there is at least one group");
    for (number, line) in lines.iter_mut().enumerate() {
        *line = match number {
            0 => paint::dim(line),
            _ => painted(line, groups),
        };
    }
    let hidden = &groups[count..];
    if !hidden.is_empty() {
        let changes: u64 = hidden.iter().map(|group| group.count).sum();
        let groups = counted(hidden.len() as u64, "more group", "more groups");
        let text = format!("  ({groups} of {})", counted(changes, "change", "changes"));
        lines.push(paint::dim(&text));
    }
    lines
}

/// The line with its mark in colour. The table is laid out before, as colours have no width.
fn painted(line: &str, groups: &[Group]) -> String {
    let (indent, rest) = line.split_at(usize::from(table::INDENT).min(line.len()));
    let mark = groups
        .iter()
        .map(|group| group.key.action)
        .find_map(|action| {
            let rest = rest.strip_prefix(action.symbol())?;
            rest.starts_with(' ').then_some((action, rest))
        });
    match mark {
        Some((action, rest)) => format!("{indent}{}{rest}", paint::symbol(action)),
        None => line.to_owned(),
    }
}

fn row(group: &Group) -> Vec<String> {
    let (one, many) = group.key.label;
    let dates = match (group.first_day, group.last_day) {
        (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
        (Some(day), _) | (None, Some(day)) => day.to_string(),
        (None, None) => String::new(),
    };
    vec![
        group.key.action.symbol().to_owned(),
        thousands(group.count),
        if group.count == 1 { one } else { many }.to_owned(),
        why(group),
        thousands(group.roots),
        dates,
        fields(group),
    ]
}

/// What becomes of a loan is in the reason, as it is an update either way.
fn why(group: &Group) -> String {
    let key = group.key;
    let words = key.reason.words();
    let is_loan = key.object.is_loan() && key.action == Action::Update;
    match key.reason {
        Reason::New if is_loan => "lent".to_owned(),
        reason if is_loan && reason.is_going() => format!("given back: {words}"),
        _ => words.to_owned(),
    }
}

/// The fields that most of the changes touch: `Subject 212, Description 40, +2`.
fn fields(group: &Group) -> String {
    let mut fields: Vec<_> = group.fields.iter().collect();
    fields.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
    let mut shown: Vec<_> = fields
        .iter()
        .take(MOST_FIELDS)
        .map(|(name, count)| format!("{} {}", clean(name), thousands(**count)))
        .collect();
    if fields.len() > MOST_FIELDS {
        shown.push(format!("+{}", fields.len() - MOST_FIELDS));
    }
    shown.join(", ")
}

/// What the plan comes to, in the words that tools look for.
fn closing(header: &Header) -> Vec<String> {
    let counts = &header.counts;
    let mut lines = Vec::new();
    if counts.record > 0 {
        let records = counted(counts.record, "record", "records");
        lines.push(paint::dim(&format!(
            "{records} already right in the org; only state takes note."
        )));
    }
    if counts.is_empty() {
        let rest = match (header.outside, header.command) {
            (1.., _) => &held_back(header.outside),
            (0, Command::Apply) => "Your org matches the manifest.",
            (0, Command::Destroy) => "No objects need to be destroyed.",
        };
        lines.push(format!("{} {rest}", paint::good("No changes.")));
        return lines;
    }
    lines.push(format!("{} {}", paint::bold("Plan:"), tally(counts)));
    lines.extend(cost(&header.estimate));
    lines
}

fn held_back(outside: u64) -> String {
    let changes = counted(outside, "change is", "changes are");
    format!("{changes} held back by --target or --exclude.")
}

/// Calls and time, and which way the kinds go, where there is more than one.
fn cost(estimate: &Estimate) -> Vec<String> {
    let calls = counted(estimate.calls, "API call", "API calls");
    let time = duration(estimate.seconds);
    let mut lines = vec![format!("Takes about {calls} and {time}.")];
    if estimate.tokens > 0 {
        let texts = counted(estimate.texts, "text", "texts");
        let tokens = thousands(estimate.tokens.next_multiple_of(100));
        lines.push(format!("{texts} to generate, about {tokens} tokens."));
    }
    let (by_jobs, by_calls): (Vec<_>, Vec<_>) =
        estimate.kinds.iter().partition(|kind| kind.by_jobs);
    if by_jobs.is_empty() {
        return lines;
    }
    let way = |name: &str, kinds: &[&KindCost]| {
        let calls = kinds.iter().map(|kind| kind.calls).sum();
        let kinds: Vec<_> = kinds.iter().map(|kind| kind_of_work(kind)).collect();
        let calls = counted(calls, "call", "calls");
        format!("  {name}: {} ({calls})", kinds.join(", "))
    };
    lines.push(way("By Bulk API jobs", &by_jobs));
    if !by_calls.is_empty() {
        lines.push(way("200 a call", &by_calls));
    }
    lines
}

/// `40,000 emails to add`.
fn kind_of_work(kind: &KindCost) -> String {
    let (one, many) = kind.object.facts().label;
    let todo = match kind.step {
        Step::Create => "add",
        Step::Update => "change",
        Step::Delete => "destroy",
    };
    format!("{} to {todo}", counted(kind.records, one, many))
}

/// Plain numbers: this line is read by programs too.
fn tally(counts: &Counts) -> String {
    let Counts {
        add,
        change,
        destroy,
        adopt,
        forget,
        record: _,
    } = counts;
    let mut tally = format!("{add} to add, {change} to change, {destroy} to destroy");
    if *adopt > 0 {
        tally = format!("{adopt} to adopt, {tally}");
    }
    if *forget > 0 {
        tally = format!("{tally}, {forget} to forget");
    }
    tally + "."
}
