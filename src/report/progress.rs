//! How far a run has come, on stderr: one line that is drawn over and over, or, where stderr is
//! no terminal, a line every so many percent.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::paint;
use super::terminal::Look;
use super::text::{brief, clean, duration};
use crate::clock::Clock;
use crate::listing::{counted, thousands};
use crate::model::event::{Event, Failure};

/// A plain line comes after so many percent at the earliest.
const STEP: u64 = 10;

/// More failures than these are in the log and in the closing lines only.
const MOST_FAILURES: u64 = 10;

const MESSAGE_WIDTH: usize = 200;

const TEMPLATE: &str = "{bar:24} {msg}";

/// The progress of one run. It goes away when it is dropped.
pub(crate) struct Progress {
    clock: Clock,
    started: Timestamp,
    failures: u64,
    shown: Shown,
}

enum Shown {
    Live(ProgressBar),
    Lines {
        /// The next one comes at this percentage.
        next: u64,
    },
}

impl Progress {
    pub(crate) fn new(look: Look, clock: Clock) -> Self {
        let target = ProgressDrawTarget::stderr();
        let shown = if look.live && !target.is_hidden() {
            let style = ProgressStyle::with_template(TEMPLATE)
                .expect("the template is a constant that is tried by a test");
            Shown::Live(ProgressBar::with_draw_target(Some(0), target).with_style(style))
        } else {
            Shown::Lines { next: STEP }
        };
        Self {
            clock,
            started: clock.now(),
            failures: 0,
            shown,
        }
    }

    /// The line, where it is drawn over and over.
    pub(super) fn bar(&self) -> Option<ProgressBar> {
        match &self.shown {
            Shown::Live(bar) => Some(bar.clone()),
            Shown::Lines { .. } => None,
        }
    }

    /// Shows what a person at the terminal should know of it; `err` is stderr.
    pub(crate) fn event(&mut self, event: &Event, err: &mut dyn Write) -> io::Result<()> {
        match event {
            Event::Progress { done, total, calls } => {
                let millis = self.clock.now().as_millisecond() - self.started.as_millisecond();
                let line = line((*done, *total), *calls, millis.max(0) as u64);
                self.advance((*done, *total), line, err)
            }
            Event::Writing { done, total } => {
                let texts = counted(*total, "text", "texts");
                let line = format!("{} of {texts} written", thousands(*done));
                self.advance((*done, *total), line, err)?;
                self.start_again_after((*done, *total));
                Ok(())
            }
            Event::Failed(failure) => {
                self.failures += 1;
                match self.failures {
                    ..=MOST_FAILURES => self.say(&failed(failure), err),
                    count if count == MOST_FAILURES + 1 => {
                        self.say(&paint::dim("(further failures are in errors.jsonl)"), err)
                    }
                    _ => Ok(()),
                }
            }
            Event::Notice(text) => {
                let text = brief(text, MESSAGE_WIDTH);
                self.say(&format!("{} {text}", paint::caution("!")), err)
            }
            Event::Selected { .. }
            | Event::Truncated { .. }
            | Event::Skipped { .. }
            | Event::TextGenerated { .. }
            | Event::TextFallback { .. }
            | Event::Done { .. } => Ok(()),
        }
    }

    fn advance(
        &mut self,
        (done, total): (u64, u64),
        line: String,
        err: &mut dyn Write,
    ) -> io::Result<()> {
        match &mut self.shown {
            Shown::Live(bar) => {
                bar.set_message(line);
                bar.update(|state| {
                    state.set_len(total);
                    state.set_pos(done);
                });
            }
            Shown::Lines { next } => {
                let percent = done * 100 / total.max(1);
                if percent >= *next {
                    *next = (percent / STEP + 1) * STEP;
                    writeln!(err, "{line}")?;
                }
            }
        }
        Ok(())
    }

    /// Texts come first; then records are counted from nothing.
    fn start_again_after(&mut self, (done, total): (u64, u64)) {
        if done < total {
            return;
        }
        self.started = self.clock.now();
        if let Shown::Lines { next } = &mut self.shown {
            *next = STEP;
        }
    }

    /// A line that stays.
    fn say(&self, line: &str, err: &mut dyn Write) -> io::Result<()> {
        match &self.shown {
            Shown::Live(bar) => bar.suspend(|| writeln!(err, "{line}")),
            Shown::Lines { .. } => writeln!(err, "{line}"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Live(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

/// `1,200 of 5,000 records, 12 API calls, 240 a second, 16 seconds left`.
fn line((done, total): (u64, u64), calls: u64, millis: u64) -> String {
    let calls = counted(calls, "API call", "API calls");
    let done_of = format!(
        "{} of {}, {calls}",
        thousands(done),
        counted(total, "record", "records")
    );
    if done == 0 || millis == 0 {
        return done_of;
    }
    let rate = done * 1000 / millis;
    let left = total.saturating_sub(done) * millis / done / 1000;
    match left {
        0 => format!("{done_of}, {} a second", thousands(rate)),
        left => format!(
            "{done_of}, {} a second, {} left",
            thousands(rate),
            duration(left)
        ),
    }
}

fn failed(failure: &Failure) -> String {
    let Failure {
        address,
        object: _,
        action,
        code,
        message,
        retryable: _,
    } = failure;
    format!(
        "{} {} {}: {} ({})",
        paint::bad("!"),
        action.symbol(),
        clean(&address.to_string()),
        brief(message, MESSAGE_WIDTH),
        brief(code, MESSAGE_WIDTH)
    )
}

#[cfg(test)]
mod tests {
    use super::{MOST_FAILURES, Progress, line};
    use crate::clock::Clock;
    use crate::model::change::Action;
    use crate::model::event::{Event, Failure};
    use crate::model::object::Object;
    use crate::report::fixtures::{deal, plain};
    use crate::report::terminal::Look;

    fn shown(events: &[Event]) -> Vec<String> {
        let look = Look {
            width: 80,
            live: false,
            interactive: false,
        };
        let clock = Clock::Fixed("2026-11-22T12:00:00Z".parse().unwrap());
        let mut progress = Progress::new(look, clock);
        let mut err = Vec::new();
        for event in events {
            progress.event(event, &mut err).unwrap();
        }
        plain(&err).lines().map(str::to_owned).collect()
    }

    fn done(done: u64) -> Event {
        Event::Progress {
            done,
            total: 1000,
            calls: done / 200,
        }
    }

    #[test]
    fn rate_and_rest_are_told_once_they_are_known() {
        for (done, millis, expect) in [
            (0, 10, "0 of 5,000 records, 3 API calls"),
            (1200, 0, "1,200 of 5,000 records, 3 API calls"),
            (
                1200,
                5000,
                "1,200 of 5,000 records, 3 API calls, 240 a second, 15 seconds left",
            ),
            (
                5000,
                5000,
                "5,000 of 5,000 records, 3 API calls, 1,000 a second",
            ),
        ] {
            assert_eq!(line((done, 5000), 3, millis), expect);
        }
    }

    #[test]
    fn a_plain_line_comes_every_ten_percent_at_most() {
        let steps: Vec<_> = (1..=1000).map(done).collect();
        let lines = shown(&steps);
        assert_eq!(lines.len(), 10, "{lines:?}");
        assert_eq!(lines[0], "100 of 1,000 records, 0 API calls");
        assert_eq!(
            shown(&[done(50), done(990), done(995), done(1000)]).len(),
            2
        );
    }

    #[test]
    fn failures_are_shown_until_there_are_too_many() {
        let failure = Event::Failed(Failure {
            address: format!("{}/meeting/past/03", deal(1)).parse().unwrap(),
            object: Object::Event,
            action: Action::Create,
            code: "STRING_TOO_LONG".to_owned(),
            message: "Subject\u{1b}[31m is too long".to_owned(),
            retryable: false,
        });
        let lines = shown(&vec![failure; 30]);
        assert_eq!(lines.len() as u64, MOST_FAILURES + 1);
        assert_eq!(
            lines[0],
            "! + 006DG0000000001YAA/meeting/past/03: Subject\\u{1b}[31m is too long \
             (STRING_TOO_LONG)"
        );
    }

    #[test]
    fn the_template_is_one() {
        assert!(indicatif::ProgressStyle::with_template(super::TEMPLATE).is_ok());
    }
}
