//! What is managed and how the last runs went.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use comfy_table::CellAlignment::{Left, Right};
use jiff::Timestamp;
use serde::Serialize;

use super::json::{self, FORMAT_VERSION};
use super::paint;
use super::table::{self, Column};
use super::text::{brief, clean};
use crate::listing::{counted, thousands};
use crate::model::change::{Action, Counts};
use crate::model::day::Day;
use crate::model::object::{OBJECTS, Object};
use crate::plan_file::OrgFacts;
use crate::state::{FailedChange, Run, RunStatus};

/// More failures than these are counted.
const MOST_FAILURES: usize = 20;

const MESSAGE_WIDTH: usize = 160;

const RUNS: &[Column] = &[
    ("Run", Left),
    ("Command", Left),
    ("Started", Left),
    ("Status", Left),
    ("Added", Right),
    ("Changed", Right),
    ("Destroyed", Right),
];

const FAILURES: &[Column] = &[
    ("", Left),
    ("Address", Left),
    ("Code", Left),
    ("Message", Left),
];

/// A pack in an org.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status<'a> {
    pub(crate) org: &'a OrgFacts,
    pub(crate) pack: &'a str,
    pub(crate) anchor: Option<Day>,
    pub(crate) seed: Option<u64>,
    pub(crate) opportunities: u64,
    pub(crate) managed: &'a BTreeMap<Object, u64>,
    /// The newest first.
    pub(crate) runs: &'a [Run],
    /// Of the newest run.
    pub(crate) failures: &'a [FailedChange],
    /// Calls of which it is not known whether they arrived.
    pub(crate) open_intents: u64,
    /// None where the org was not asked.
    pub(crate) drift: Option<Drift>,
    pub(crate) quota: Option<Quota>,
}

/// What others did to our records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Drift {
    pub(crate) changed: u64,
    pub(crate) gone: u64,
}

/// API calls of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Quota {
    pub(crate) used: u64,
    pub(crate) max: u64,
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunDetails<'a> {
    pub(crate) run: &'a Run,
    pub(crate) failures: &'a [FailedChange],
    /// Its log, where it is still there.
    pub(crate) log: Option<&'a Path>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Status {
        format_version: &'static str,
        org: &'a OrgFacts,
        pack: &'a str,
        anchor: Option<Day>,
        seed: Option<u64>,
        opportunities: u64,
        managed: &'a BTreeMap<Object, u64>,
        runs: Vec<RunLine<'a>>,
        failures: Vec<FailureLine<'a>>,
        open_intents: u64,
        drift: Option<Drift>,
        api_calls: Option<Quota>,
    },
    Run {
        format_version: &'static str,
        run: RunLine<'a>,
        failures: Vec<FailureLine<'a>>,
        log: Option<&'a Path>,
    },
}

#[derive(Serialize)]
struct RunLine<'a> {
    run_id: &'a str,
    command: &'a str,
    user: &'a str,
    status: RunStatus,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    counts: Option<Counts>,
}

#[derive(Serialize)]
struct FailureLine<'a> {
    address: &'a str,
    action: Action,
    code: &'a str,
    message: &'a str,
}

/// Shows a pack.
pub(crate) fn status(status: &Status, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let org = status.org;
    let (pack, name) = (brief(status.pack, 80), brief(&org.name, 80));
    writeln!(
        out,
        "{} in {} ({})",
        paint::bold(&pack),
        paint::bold(&name),
        org.id
    )?;
    for line in facts(status) {
        writeln!(out, "  {line}")?;
    }
    if !status.runs.is_empty() {
        writeln!(out)?;
        let rows: Vec<_> = status.runs.iter().map(run_row).collect();
        print_table(RUNS, &rows, width, out)?;
    }
    print_failures(status.failures, width, out)
}

/// Shows one run.
pub(crate) fn run(details: &RunDetails, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let run = details.run;
    print_table(RUNS, &[run_row(run)], width, out)?;
    writeln!(out)?;
    writeln!(out, "  By     {}", clean(&run.user))?;
    match run.finished {
        Some(finished) => writeln!(out, "  Ended  {}", time(finished))?,
        None => writeln!(
            out,
            "  Ended  not yet, or it was killed; the next apply settles it"
        )?,
    }
    if let Some(log) = details.log {
        writeln!(out, "  Log    {}", clean(&log.display().to_string()))?;
    }
    print_failures(details.failures, width, out)
}

/// A pack for a program.
pub(crate) fn status_json(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    let line = Line::Status {
        format_version: FORMAT_VERSION,
        org: status.org,
        pack: status.pack,
        anchor: status.anchor,
        seed: status.seed,
        opportunities: status.opportunities,
        managed: status.managed,
        runs: status.runs.iter().map(run_line).collect(),
        failures: status.failures.iter().map(failure_line).collect(),
        open_intents: status.open_intents,
        drift: status.drift,
        api_calls: status.quota,
    };
    json::write(&line, out)
}

/// One run for a program.
pub(crate) fn run_json(details: &RunDetails, out: &mut dyn Write) -> io::Result<()> {
    let line = Line::Run {
        format_version: FORMAT_VERSION,
        run: run_line(details.run),
        failures: details.failures.iter().map(failure_line).collect(),
        log: details.log,
    };
    json::write(&line, out)
}

fn facts(status: &Status) -> Vec<String> {
    let deals = counted(status.opportunities, "opportunity", "opportunities");
    let kinds = OBJECTS.iter().filter_map(|facts| {
        let count = status.managed.get(&facts.object).copied().unwrap_or(0);
        (count > 0).then(|| counted(count, facts.label.0, facts.label.1))
    });
    let kinds: Vec<_> = kinds.collect();
    let mut facts = match (status.anchor, status.seed) {
        (Some(anchor), Some(seed)) => vec![format!("{deals}, anchor {anchor}, seed {seed}")],
        _ => vec!["Nothing has been applied yet.".to_owned()],
    };
    if !kinds.is_empty() {
        facts.push(format!("Managed: {}", kinds.join(", ")));
    }
    if let Some(Drift { changed, gone }) = status.drift {
        facts.push(match changed + gone {
            0 => "Nothing was changed outside of demo-gen.".to_owned(),
            _ => format!(
                "Outside of demo-gen: {} changed, {} deleted",
                counted(changed, "record", "records"),
                thousands(gone)
            ),
        });
    }
    if status.open_intents > 0 {
        let calls = counted(status.open_intents, "call", "calls");
        let text = format!("{calls} without a reply; the next apply settles what became of them.");
        facts.push(paint::caution(&text));
    }
    if let Some(Quota { used, max }) = status.quota {
        let share = used * 100 / max.max(1);
        let (used, max) = (thousands(used), thousands(max));
        facts.push(format!("API calls of the day: {used} of {max} ({share} %)"));
    }
    facts
}

fn run_row(run: &Run) -> Vec<String> {
    let count = |of: fn(&Counts) -> u64| {
        run.counts
            .as_ref()
            .map_or_else(String::new, |counts| thousands(of(counts)))
    };
    let status = match run.status {
        RunStatus::Running => "not finished",
        RunStatus::Completed | RunStatus::Failed => run.status.as_str(),
    };
    vec![
        brief(&run.run_id, 40),
        brief(&run.command, 40),
        time(run.started),
        status.to_owned(),
        count(|counts| counts.add),
        count(|counts| counts.change),
        count(|counts| counts.destroy),
    ]
}

fn run_line(run: &Run) -> RunLine<'_> {
    RunLine {
        run_id: &run.run_id,
        command: &run.command,
        user: &run.user,
        status: run.status,
        started_at: Timestamp::from_second(run.started).ok(),
        finished_at: run.finished.and_then(|at| Timestamp::from_second(at).ok()),
        counts: run.counts,
    }
}

fn failure_line(failure: &FailedChange) -> FailureLine<'_> {
    let FailedChange {
        address,
        action,
        code,
        message,
    } = failure;
    FailureLine {
        address,
        action: *action,
        code,
        message,
    }
}

fn print_failures(failures: &[FailedChange], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    let shown = &failures[..failures.len().min(MOST_FAILURES)];
    let rows: Vec<_> = shown
        .iter()
        .map(|failure| {
            vec![
                failure.action.symbol().to_owned(),
                brief(&failure.address, MESSAGE_WIDTH),
                brief(&failure.code, MESSAGE_WIDTH),
                brief(&failure.message, MESSAGE_WIDTH),
            ]
        })
        .collect();
    let count = counted(failures.len() as u64, "change failed", "changes failed");
    writeln!(out, "\n{}", paint::bad(&format!("{count}:")))?;
    print_table(FAILURES, &rows, width, out)?;
    if failures.len() > shown.len() {
        let more = format!("  ({} more in errors.jsonl)", failures.len() - shown.len());
        writeln!(out, "{}", paint::dim(&more))?;
    }
    Ok(())
}

fn print_table(
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (number, line) in table::lines(columns, rows, width).iter().enumerate() {
        match number {
            0 => writeln!(out, "{}", paint::dim(line))?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// `2026-11-22 12:00 UTC`.
fn time(second: i64) -> String {
    match Timestamp::from_second(second) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
#[expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots this way"
)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use serde_json::json;
    use snapbox::{IntoData, assert_data_eq, str};

    use super::{Drift, Quota, RunDetails, Status, run, run_json, status, status_json};
    use crate::model::change::{Action, Counts};
    use crate::model::object::Object;
    use crate::plan_file::OrgFacts;
    use crate::report::fixtures::{day, org, plain};
    use crate::state::{FailedChange, Run, RunStatus};

    fn failed() -> FailedChange {
        FailedChange {
            address: "006DG0000000001YAA/meeting/past/03".to_owned(),
            action: Action::Create,
            code: "STRING_TOO_LONG".to_owned(),
            message: "Subject\u{1b}[31m: data value too large".to_owned(),
        }
    }

    fn runs() -> Vec<Run> {
        let first = Run {
            keyed: true,
            number: 1,
            run_id: "0f3a".to_owned(),
            command: "apply".to_owned(),
            user: "005DG0000000001".to_owned(),
            status: RunStatus::Failed,
            started: 1_795_348_800,
            finished: Some(1_795_348_860),
            counts: Some(Counts {
                add: 1200,
                change: 3,
                ..Counts::default()
            }),
        };
        let killed = Run {
            number: 2,
            run_id: "77b1".to_owned(),
            status: RunStatus::Running,
            finished: None,
            counts: None,
            ..first.clone()
        };
        vec![killed, first]
    }

    fn some<'a>(
        org: &'a OrgFacts,
        managed: &'a BTreeMap<Object, u64>,
        runs: &'a [Run],
        failures: &'a [FailedChange],
    ) -> Status<'a> {
        Status {
            org,
            pack: "spring",
            anchor: Some(day("2026-11-22")),
            seed: Some(42),
            opportunities: 30,
            managed,
            runs,
            failures,
            open_intents: 1,
            drift: Some(Drift {
                changed: 2,
                gone: 1,
            }),
            quota: Some(Quota {
                used: 1500,
                max: 15000,
            }),
        }
    }

    #[track_caller]
    fn check(value: &Status, expect: impl IntoData) {
        let mut shown = Vec::new();
        status(value, 120, &mut shown).unwrap();
        assert_data_eq!(plain(&shown), expect.raw());
    }

    #[test]
    fn a_pack_with_a_past() {
        let managed = BTreeMap::from([(Object::Event, 150), (Object::Scorecard, 1)]);
        let failures = vec![failed(); 21];
        check(
            &some(&org(), &managed, &runs(), &failures),
            str![[r#"
spring in Acme Demo (00DDG00000000012AA)
  30 opportunities, anchor 2026-11-22, seed 42
  Managed: 150 meetings, 1 scorecard
  Outside of demo-gen: 2 records changed, 1 deleted
  1 call without a reply; the next apply settles what became of them.
  API calls of the day: 1,500 of 15,000 (10 %)

  Run   Command  Started               Status        Added  Changed  Destroyed
  77b1  apply    2026-11-22 12:00 UTC  not finished
  0f3a  apply    2026-11-22 12:00 UTC  failed        1,200        3          0

21 changes failed:
     Address                             Code             Message
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  (1 more in errors.jsonl)

"#]],
        );
    }

    #[test]
    fn a_pack_that_was_never_applied() {
        let (org, managed) = (org(), BTreeMap::new());
        let value = Status {
            anchor: None,
            seed: None,
            opportunities: 0,
            open_intents: 0,
            drift: None,
            quota: None,
            ..some(&org, &managed, &[], &[])
        };
        check(
            &value,
            str![[r#"
spring in Acme Demo (00DDG00000000012AA)
  Nothing has been applied yet.

"#]],
        );
    }

    #[test]
    fn one_run() {
        let (runs, failures) = (runs(), [failed()]);
        let mut shown = Vec::new();
        for one in &runs {
            let details = RunDetails {
                run: one,
                failures: &failures,
                log: Some(Path::new("runs/20261122T120000Z_spring_0f3a")),
            };
            run(&details, 120, &mut shown).unwrap();
        }
        assert_data_eq!(
            plain(&shown),
            str![[r#"
  Run   Command  Started               Status
  77b1  apply    2026-11-22 12:00 UTC  not finished

  By     005DG0000000001
  Ended  not yet, or it was killed; the next apply settles it
  Log    runs/20261122T120000Z_spring_0f3a

1 change failed:
     Address                             Code             Message
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large
  Run   Command  Started               Status  Added  Changed  Destroyed
  0f3a  apply    2026-11-22 12:00 UTC  failed  1,200        3          0

  By     005DG0000000001
  Ended  2026-11-22 12:01 UTC
  Log    runs/20261122T120000Z_spring_0f3a

1 change failed:
     Address                             Code             Message
  +  006DG0000000001YAA/meeting/past/03  STRING_TOO_LONG  Subject\u{1b}[31m: data value too large

"#]]
            .raw()
        );
    }

    #[test]
    fn the_same_for_programs() {
        let (org, runs, failures) = (org(), runs(), [failed()]);
        let managed = BTreeMap::from([(Object::ScorecardAnswer, 7)]);
        let mut out = Vec::new();
        status_json(&some(&org, &managed, &runs, &failures), &mut out).unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(shown["type"], "status");
        assert_eq!(shown["managed"], json!({"Demo_Scorecard_Answer__c": 7}));
        assert_eq!(shown["runs"][1]["started_at"], "2026-11-22T12:00:00Z");
        assert_eq!(shown["api_calls"], json!({"used": 1500, "max": 15000}));
        let details = RunDetails {
            run: &runs[0],
            failures: &failures,
            log: None,
        };
        let mut out = Vec::new();
        run_json(&details, &mut out).unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(shown["run"]["status"], "running");
        assert_eq!(shown["failures"][0]["code"], "STRING_TOO_LONG");
    }
}
