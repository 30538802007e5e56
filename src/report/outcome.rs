//! How a run ended: what was done, what was not and why, and how to go on.

use std::collections::BTreeSet;
use std::io::{self, Write};

use comfy_table::CellAlignment::{Left, Right};

use super::paint;
use super::table::{self, Column};
use super::text::{brief, duration};
use crate::listing::{counted, thousands};
use crate::model::change::{Action, Counts};
use crate::model::event::{Halted, Outcome, Stopped, Texts};
use crate::model::status_code;
use crate::plan_file::Command;

/// More codes, or kept records, than these are counted.
const MOST_SHOWN: usize = 10;

/// An example of a message is enough to know what is wrong.
const MESSAGE_WIDTH: usize = 200;

const COLUMNS: &[Column] = &[("Failed", Right), ("Code", Left), ("For example", Left)];

/// Shows how the run ended; the last line is the one that tools look for.
pub(crate) fn outcome(
    outcome: &Outcome,
    command: Command,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for line in failures(outcome, width) {
        writeln!(out, "{line}")?;
    }
    for line in remains(outcome) {
        writeln!(out, "{line}")?;
    }
    if let Some(line) = texts(&outcome.texts) {
        writeln!(out, "{line}")?;
    }
    let done = done(&outcome.done, command);
    let done = if outcome.is_complete() {
        paint::good(&done)
    } else {
        paint::caution(&done)
    };
    writeln!(out, "\n{done}")
}

fn failures(outcome: &Outcome, width: usize) -> Vec<String> {
    if outcome.failed.is_empty() {
        return Vec::new();
    }
    let mut failed: Vec<_> = outcome.failed.iter().collect();
    failed.sort_by_key(|(code, (count, _))| (std::cmp::Reverse(*count), code.as_str()));
    let rows: Vec<_> = failed
        .iter()
        .take(MOST_SHOWN)
        .map(|(code, (count, message))| {
            vec![
                thousands(*count),
                brief(code, MESSAGE_WIDTH),
                brief(message, MESSAGE_WIDTH),
            ]
        })
        .collect();
    let mut lines = table::lines(COLUMNS, &rows, width);
    lines[0] = paint::bad(&lines[0]);
    if failed.len() > MOST_SHOWN {
        let more = (failed.len() - MOST_SHOWN) as u64;
        let codes = counted(more, "more code", "more codes");
        lines.push(paint::dim(&format!("  ({codes})")));
    }
    lines.push(String::new());
    lines
}

/// What is left, and what to do about it.
fn remains(outcome: &Outcome) -> Vec<String> {
    let given_up = outcome.halted.iter().filter(|kind| kind.not_tried > 0);
    let mut lines: Vec<_> = given_up.map(halted).collect();
    lines.extend(outcome.stopped.as_ref().map(why));
    if let Some(Stopped::Lost { hint, .. }) = outcome.stopped {
        lines.extend(hint.map(str::to_owned));
    }
    if outcome.not_tried > 0 {
        let changes = counted(outcome.not_tried, "change was", "changes were");
        lines.push(format!("{changes} not tried."));
    }
    if outcome.unresolved > 0 {
        let records = counted(outcome.unresolved, "record", "records");
        lines.push(format!(
            "Whether {records} came about is not known; the next run finds out before it writes."
        ));
    }
    if !outcome.kept.is_empty() {
        let records = counted(outcome.kept.len() as u64, "record was", "records were");
        lines.push(format!(
            "{records} kept, because something not ours hangs on them:"
        ));
        let shown = outcome.kept.iter().take(MOST_SHOWN);
        lines.extend(shown.map(|kept| format!("  {}", brief(kept, MESSAGE_WIDTH))));
        if outcome.kept.len() > MOST_SHOWN {
            let more = outcome.kept.len() - MOST_SHOWN;
            lines.push(paint::dim(&format!("  ({more} more)")));
        }
    }
    lines.extend(hints(outcome));
    lines.extend(advice(outcome).map(str::to_owned));
    lines
}

/// A kind of which the rest was not sent.
fn halted(halted: &Halted) -> String {
    let Halted {
        action,
        object,
        code,
        not_tried,
    } = halted;
    let doing = match action {
        Action::Create => "Creating",
        Action::Delete => "Deleting",
        Action::Update | Action::Replace | Action::Adopt | Action::Forget | Action::Record => {
            "Updating"
        }
    };
    let (_, kind) = object.facts().label;
    let left = thousands(*not_tried);
    let code = brief(code, MESSAGE_WIDTH);
    format!("{doing} {kind} was given up: {left} more would have met {code}.")
}

/// What a person can do about the codes, each once.
fn hints(outcome: &Outcome) -> Vec<String> {
    let failed = outcome.failed.keys().map(String::as_str);
    let halted = outcome.halted.iter().map(|kind| kind.code.as_str());
    let codes: BTreeSet<&str> = failed.chain(halted).collect();
    let codes = codes.into_iter();
    let known = codes.filter_map(|code| Some((code, status_code::advice(code)?)));
    known
        .take(MOST_SHOWN)
        .map(|(code, advice)| format!("{code}: {advice}"))
        .collect()
}

fn why(stopped: &Stopped) -> String {
    match stopped {
        Stopped::Interrupted => "Interrupted; what was in flight is recorded.".to_owned(),
        Stopped::ApiBudget => "Stopped, because the API calls allowed are used up.".to_owned(),
        Stopped::ApiShare { used, max } => format!(
            "Stopped, because {} of the org's {} API calls a day are used up; `salesforce.api_share` says how many may be.",
            thousands(*used),
            thousands(*max)
        ),
        Stopped::TooManyFailures => "Stopped, because too much failed.".to_owned(),
        Stopped::Lost { why, .. } => {
            format!(
                "Stopped, because the org was lost: {}",
                brief(why, MESSAGE_WIDTH)
            )
        }
        Stopped::JobHangs { job, seconds } => format!(
            "Stopped, because the Bulk API job {job} has made no progress for {}.\nhint: {}",
            duration(*seconds),
            Stopped::JOB_HANGS
        ),
    }
}

fn advice(outcome: &Outcome) -> Option<&'static str> {
    let resumes = outcome.stopped.is_some() || outcome.not_tried > 0 || outcome.unresolved > 0;
    match (outcome.failed.is_empty(), resumes) {
        (false, _) => Some("Mend the cause, then run the same command again to resume."),
        (true, true) => Some("Run the same command again to resume."),
        (true, false) => None,
    }
}

/// What came of the texts that a language model was to write, where it was to write any.
fn texts(texts: &Texts) -> Option<String> {
    let Texts {
        generated,
        fallback,
        tokens,
    } = *texts;
    let written = counted(generated, "text", "texts");
    let tokens = thousands(tokens);
    match (generated, fallback) {
        (0, 0) => None,
        (_, 0) => Some(format!("The model wrote {written} ({tokens} tokens).")),
        _ => Some(format!(
            "The model wrote {written} ({tokens} tokens); offline texts stand in for {} (text_fallback in events.jsonl tells why).",
            thousands(fallback)
        )),
    }
}

/// Plain numbers: this line is read by programs too.
fn done(done: &Counts, command: Command) -> String {
    let Counts {
        add,
        change,
        destroy,
        adopt: _,
        forget: _,
        record: _,
    } = done;
    match command {
        Command::Apply => format!(
            "Apply complete! Resources: {add} added, {change} changed, {destroy} destroyed."
        ),
        Command::Destroy => format!("Destroy complete! Resources: {destroy} destroyed."),
    }
}

#[cfg(test)]
#[expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots this way"
)]
mod tests {
    use std::collections::BTreeMap;

    use snapbox::{IntoData, assert_data_eq, str};

    use super::outcome;
    use crate::model::change::{Action, Counts};
    use crate::model::event::{Halted, Outcome, Stopped, Texts};
    use crate::model::object::Object;
    use crate::plan_file::Command;
    use crate::report::fixtures::plain;

    #[track_caller]
    fn check(ended: &Outcome, command: Command, expect: impl IntoData) {
        let mut shown = Vec::new();
        outcome(ended, command, 100, &mut shown).unwrap();
        assert_data_eq!(plain(&shown), expect.raw());
    }

    fn some() -> Outcome {
        let done = Counts {
            add: 1200,
            change: 3,
            destroy: 4,
            ..Counts::default()
        };
        Outcome {
            done,
            calls: 31,
            ..Outcome::default()
        }
    }

    #[test]
    fn all_done() {
        check(
            &some(),
            Command::Apply,
            str![[r#"

Apply complete! Resources: 1200 added, 3 changed, 4 destroyed.

"#]],
        );
        check(
            &some(),
            Command::Destroy,
            str![[r#"

Destroy complete! Resources: 4 destroyed.

"#]],
        );
    }

    #[test]
    fn texts_of_a_model() {
        let texts = Texts {
            generated: 46,
            fallback: 2,
            tokens: 20_312,
        };
        check(
            &Outcome { texts, ..some() },
            Command::Apply,
            str![[r#"
The model wrote 46 texts (20,312 tokens); offline texts stand in for 2 (text_fallback in events.jsonl tells why).

Apply complete! Resources: 1200 added, 3 changed, 4 destroyed.

"#]],
        );
    }

    #[test]
    fn some_of_it_refused() {
        let failed = BTreeMap::from([
            (
                "FIELD_CUSTOM_VALIDATION_EXCEPTION".to_owned(),
                (7, "No meetings on \u{1b}[31mholidays".to_owned()),
            ),
            (
                "STRING_TOO_LONG".to_owned(),
                (12, "Subject: too long".to_owned()),
            ),
        ]);
        let ended = Outcome {
            failed,
            not_tried: 1,
            ..some()
        };
        check(
            &ended,
            Command::Apply,
            str![[r#"
  Failed  Code                               For example
      12  STRING_TOO_LONG                    Subject: too long
       7  FIELD_CUSTOM_VALIDATION_EXCEPTION  No meetings on \u{1b}[31mholidays

1 change was not tried.
FIELD_CUSTOM_VALIDATION_EXCEPTION: A validation rule of the org refuses it: change the rule, or what the manifest asks for.
Mend the cause, then run the same command again to resume.

Apply complete! Resources: 1200 added, 3 changed, 4 destroyed.

"#]],
        );
    }

    #[test]
    fn a_kind_that_was_given_up() {
        let full = "STORAGE_LIMIT_EXCEEDED".to_owned();
        let ended = Outcome {
            failed: BTreeMap::from([(full.clone(), (20, "storage limit exceeded".to_owned()))]),
            halted: vec![Halted {
                action: Action::Create,
                object: Object::Event,
                code: full,
                not_tried: 4980,
            }],
            not_tried: 5200,
            ..some()
        };
        check(
            &ended,
            Command::Apply,
            str![[r#"
  Failed  Code                    For example
      20  STORAGE_LIMIT_EXCEEDED  storage limit exceeded

Creating meetings was given up: 4,980 more would have met STORAGE_LIMIT_EXCEEDED.
5,200 changes were not tried.
STORAGE_LIMIT_EXCEEDED: The org's data storage is full (Setup, Storage Usage): delete something there, or lower `salesforce.query.limit`.
Mend the cause, then run the same command again to resume.

Apply complete! Resources: 1200 added, 3 changed, 4 destroyed.

"#]],
        );
    }

    #[test]
    fn a_known_cause_comes_with_its_cure() {
        let failure = (3, "Use one of these records?".to_owned());
        let ended = Outcome {
            failed: BTreeMap::from([("DUPLICATES_DETECTED".to_owned(), failure)]),
            ..Outcome::default()
        };
        let mut shown = Vec::new();
        outcome(&ended, Command::Apply, 200, &mut shown).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(
            shown.contains("`salesforce.allow_duplicates: true`"),
            "{shown}"
        );
    }

    #[test]
    fn stopped_on_the_way() {
        let ended = Outcome {
            not_tried: 4000,
            unresolved: 200,
            stopped: Some(Stopped::Lost {
                why: "the session has expired".to_owned(),
                hint: Some("Access tokens expire."),
            }),
            ..some()
        };
        check(
            &ended,
            Command::Apply,
            str![[r#"
Stopped, because the org was lost: the session has expired
Access tokens expire.
4,000 changes were not tried.
Whether 200 records came about is not known; the next run finds out before it writes.
Run the same command again to resume.

Apply complete! Resources: 1200 added, 3 changed, 4 destroyed.

"#]],
        );
        let ended = Outcome {
            not_tried: 1,
            stopped: Some(Stopped::Interrupted),
            ..some()
        };
        check(
            &ended,
            Command::Destroy,
            str![[r#"
Interrupted; what was in flight is recorded.
1 change was not tried.
Run the same command again to resume.

Destroy complete! Resources: 4 destroyed.

"#]],
        );
    }

    #[test]
    fn kept_for_others() {
        let ended = Outcome {
            kept: vec!["001DG0000000001AAA/contact/02 (3 cases)".to_owned(); 12],
            ..some()
        };
        check(
            &ended,
            Command::Destroy,
            str![[r#"
12 records were kept, because something not ours hangs on them:
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  001DG0000000001AAA/contact/02 (3 cases)
  (2 more)

Destroy complete! Resources: 4 destroyed.

"#]],
        );
    }
}
