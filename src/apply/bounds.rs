//! What a run may use up before it stops: failures, calls, and the user's patience.

use super::{Dispatcher, lease};
use crate::model::event::Stopped;

/// `--max-failures`: so many records, or such a share of what is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxFailures {
    Records(u64),
    Percent(u64),
}

impl MaxFailures {
    /// Whether so many failures, out of so many changes, are more than that.
    fn is_exceeded(self, failures: u64, changes: u64) -> bool {
        match self {
            Self::Records(most) => failures > most,
            Self::Percent(most) => failures * 100 > most * changes,
        }
    }
}

impl Dispatcher<'_> {
    /// Whether another call may be sent.
    pub(super) fn may_go_on(&mut self) -> bool {
        if self.outcome.stopped.is_some() {
            return false;
        }
        let Some(stopped) = self.why_stop() else {
            return true;
        };
        // What is used up with the last call stopped nothing.
        if self.queue.left() > 0 {
            self.outcome.stopped = Some(stopped);
        }
        false
    }

    fn why_stop(&self) -> Option<Stopped> {
        let options = &self.job.options;
        let failures: u64 = self.outcome.failed.values().map(|(count, _)| count).sum();
        if *self.job.interrupted.borrow() {
            return Some(Stopped::Interrupted);
        }
        if self.job.lease.is_some_and(lease::Lease::is_lost) {
            return Some(Stopped::Lost {
                why: lease::LOST.to_owned(),
                hint: None,
            });
        }
        if options
            .max_failures
            .is_some_and(|most| most.is_exceeded(failures, self.total))
        {
            return Some(Stopped::TooManyFailures);
        }
        if options
            .api_budget
            .is_some_and(|budget| self.calls() + self.read_back_calls() >= budget)
        {
            return Some(Stopped::ApiBudget);
        }
        let usage = self.job.org.usage()?;
        let is_over = (usage.used + self.calling as u64) * 100 >= usage.max * options.api_share;
        is_over.then_some(Stopped::ApiShare {
            used: usage.used,
            max: usage.max,
        })
    }

    /// Calls of the run. One that was just launched may not have been counted yet.
    fn calls(&self) -> u64 {
        let begun = self.calls_before + self.launched;
        begun.max(self.job.org.calls())
    }

    /// What is written is read back by a call more.
    fn read_back_calls(&self) -> u64 {
        let is_due = self.calling > 0 || self.written.values().any(|rows| !rows.is_empty());
        u64::from(is_due)
    }
}

#[cfg(test)]
mod tests {
    use super::MaxFailures;

    #[track_caller]
    fn check(most: MaxFailures, failures: u64, changes: u64, expect: bool) {
        assert_eq!(most.is_exceeded(failures, changes), expect, "{most:?}");
    }

    #[test]
    fn failures_are_counted_or_weighed() {
        check(MaxFailures::Records(0), 0, 100, false);
        check(MaxFailures::Records(0), 1, 100, true);
        check(MaxFailures::Percent(5), 5, 100, false);
        check(MaxFailures::Percent(5), 6, 100, true);
        check(MaxFailures::Percent(0), 1, 1_000_000, true);
    }
}
