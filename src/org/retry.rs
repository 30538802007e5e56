//! When to send a call again, and how long to wait before.

use std::time::Duration;

use super::limiter::Verdict;
use super::reply::{Failure, Reply};

/// Whether a call may be sent again when it is unknown what became of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Doing it twice is the same as doing it once: reads, updates, deletes.
    Safe,
    /// Doing it twice makes duplicates: only when the first certainly had no effect.
    OnlyIfUnsent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    No,
    After {
        wait: Duration,
        /// How often the call is sent in all, at most.
        sendings: u32,
    },
}

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Who asks for a longer wait than this gets none: it is for the user to come back later.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// Statuses of faults that pass, and how often a call that meets them is sent in all. Eight times
/// means waiting up to a minute, in which an org that restarts comes back.
const PASSING: &[(u16, u32)] = &[(408, 8), (429, 8), (500, 4), (502, 8), (503, 8), (504, 4)];

/// What to do after the `attempt`th failure, counted from 1. `jitter` lies between 0 and 1.
pub(super) fn decide(failure: &Failure, attempt: u32, repeat: Repeat, jitter: f64) -> Retry {
    let is_allowed = repeat == Repeat::Safe || failure.is_without_effect();
    let sendings = sendings(failure);
    if !is_allowed || attempt >= sendings {
        return Retry::No;
    }
    let wait = retry_after(failure).unwrap_or_else(|| backoff(attempt, jitter));
    match wait > LONGEST_RETRY_AFTER {
        true => Retry::No,
        false => Retry::After { wait, sendings },
    }
}

/// What an exchange says about the load of the org.
pub(super) fn verdict(outcome: &Result<Reply, Failure>) -> Verdict {
    match outcome {
        Ok(_) => Verdict::Good,
        Err(failure) if is_concurrency_limit(failure) => Verdict::PushedBack,
        Err(Failure::Refused { status, .. } | Failure::Foreign { status, .. }) => match status {
            429 | 503 => Verdict::PushedBack,
            500.. => Verdict::Unknown,
            _ => Verdict::Good,
        },
        Err(
            Failure::Unreachable { .. } | Failure::Cut(_) | Failure::TimedOut | Failure::SignIn(_),
        ) => Verdict::Unknown,
    }
}

/// How often a call that fails like this is sent in all.
fn sendings(failure: &Failure) -> u32 {
    match failure {
        Failure::Unreachable { met: false, .. } => 3,
        Failure::Unreachable { met: true, .. } | Failure::Cut(_) => 8,
        // Each costs ten minutes.
        Failure::TimedOut => 2,
        Failure::Refused { status: 403, .. } if is_concurrency_limit(failure) => 8,
        Failure::Refused { status, .. } | Failure::Foreign { status, .. } => PASSING
            .iter()
            .find(|(passing, _)| passing == status)
            .map_or(1, |(_, sendings)| *sendings),
        Failure::SignIn(_) => 1,
    }
}

/// `REQUEST_LIMIT_EXCEEDED` has two meanings: too many long calls at this moment, which passes, and
/// the calls of the day are used up, which does not.
pub(super) fn is_concurrency_limit(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { errors, .. } if errors.iter().any(|error| {
        error.code == "REQUEST_LIMIT_EXCEEDED" && error.message.starts_with("Concurrent")
    }))
}

fn retry_after(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::Refused { retry_after, .. } | Failure::Foreign { retry_after, .. } => *retry_after,
        Failure::Unreachable { .. } | Failure::Cut(_) | Failure::TimedOut | Failure::SignIn(_) => {
            None
        }
    }
}

/// Twice as long after each attempt; the upper half of it is left to chance, so that calls which
/// failed together do not come back together.
fn backoff(attempt: u32, jitter: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
    doubled.min(LONGEST_WAIT).mul_f64(0.5 + jitter / 2.0)
}

/// A value between 0 and 1 that differs between processes, calls and attempts.
pub(super) fn jitter(seed: u64, call: u64, attempt: u32) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&call.to_le_bytes());
    hasher.update(&attempt.to_le_bytes());
    let [first, second, ..] = *hasher.finalize().as_bytes();
    f64::from(u16::from_le_bytes([first, second])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::error::ApiError;
    use super::*;

    fn refused(status: u16, code: &str, message: &str) -> Failure {
        let error = ApiError {
            code: code.to_owned(),
            message: message.to_owned(),
            fields: None,
        };
        Failure::Refused {
            status,
            errors: vec![error],
            retry_after: None,
        }
    }

    fn foreign(status: u16, retry_after: Option<u64>) -> Failure {
        Failure::Foreign {
            status,
            excerpt: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn unreachable(met: bool) -> Failure {
        let cause = String::new();
        Failure::Unreachable { cause, met }
    }

    /// How often a call is sent in all when it always fails like this: a safe one, a create.
    #[track_caller]
    fn check(failure: &Failure, expect_safe: u32, expect_create: u32) {
        let sendings = |repeat| {
            (1..100)
                .find(|attempt| decide(failure, *attempt, repeat, 0.0) == Retry::No)
                .unwrap()
        };
        let got = (sendings(Repeat::Safe), sendings(Repeat::OnlyIfUnsent));
        assert_eq!(got, (expect_safe, expect_create), "{failure:?}");
    }

    #[test]
    fn how_often_a_call_is_sent() {
        check(&unreachable(false), 3, 3);
        check(&unreachable(true), 8, 8);
        check(&Failure::Cut(String::new()), 8, 1);
        check(&Failure::TimedOut, 2, 1);
        check(
            &Failure::SignIn(super::super::Error::Network(String::new())),
            1,
            1,
        );
        check(&foreign(502, None), 8, 1);
        check(&foreign(429, None), 8, 8);
        check(&foreign(302, None), 1, 1);
        check(&foreign(404, None), 1, 1);
        check(&refused(503, "SERVER_UNAVAILABLE", ""), 8, 1);
        check(&refused(500, "UNKNOWN_EXCEPTION", ""), 4, 1);
        check(&refused(429, "REQUEST_LIMIT_EXCEEDED", ""), 8, 8);
        check(&refused(400, "MALFORMED_QUERY", ""), 1, 1);
        check(
            &refused(420, "SERVER_UNAVAILABLE", "expired scratch org"),
            1,
            1,
        );
        let [day, moment] = [
            "TotalRequests Limit exceeded.",
            "ConcurrentPerOrgLongTxn Limit exceeded.",
        ];
        check(&refused(403, "REQUEST_LIMIT_EXCEEDED", day), 1, 1);
        check(&refused(403, "REQUEST_LIMIT_EXCEEDED", moment), 8, 8);
    }

    #[test]
    fn what_a_failure_says_about_the_load() {
        let verdict = |failure| verdict(&Err(failure));
        assert_eq!(verdict(foreign(429, None)), Verdict::PushedBack);
        assert_eq!(verdict(foreign(503, None)), Verdict::PushedBack);
        let moment = "ConcurrentPerOrgLongTxn Limit exceeded.";
        assert_eq!(
            verdict(refused(403, "REQUEST_LIMIT_EXCEEDED", moment)),
            Verdict::PushedBack
        );
        assert_eq!(verdict(refused(400, "MALFORMED_QUERY", "")), Verdict::Good);
        assert_eq!(
            verdict(refused(500, "UNKNOWN_EXCEPTION", "")),
            Verdict::Unknown
        );
        assert_eq!(verdict(foreign(502, None)), Verdict::Unknown);
        assert_eq!(verdict(unreachable(true)), Verdict::Unknown);
        assert_eq!(verdict(Failure::Cut(String::new())), Verdict::Unknown);
    }

    #[track_caller]
    fn check_wait(attempt: u32, jitter: f64, expect_millis: u64) {
        let wait = Duration::from_millis(expect_millis);
        assert_eq!(
            backoff(attempt, jitter),
            wait,
            "attempt {attempt}, jitter {jitter}"
        );
    }

    #[test]
    fn waits_double_and_end_at_a_minute() {
        check_wait(1, 1.0, 500);
        check_wait(1, 0.0, 250);
        check_wait(2, 1.0, 1_000);
        check_wait(4, 0.5, 3_000);
        check_wait(8, 1.0, 60_000);
        check_wait(u32::MAX, 1.0, 60_000);
    }

    #[test]
    fn the_org_may_say_how_long_but_not_too_long() {
        let decide = |seconds| decide(&foreign(503, Some(seconds)), 1, Repeat::Safe, 0.5);
        let after = |seconds| Retry::After {
            wait: Duration::from_secs(seconds),
            sendings: 8,
        };
        assert_eq!(decide(0), after(0));
        assert_eq!(decide(120), after(120));
        assert_eq!(decide(121), Retry::No);
    }

    #[test]
    fn jitter_is_a_fraction_that_differs() {
        let all: Vec<_> = (0..100).map(|call| jitter(7, call, 1)).collect();
        assert!(all.iter().all(|jitter| (0.0..=1.0).contains(jitter)));
        assert!(all.iter().any(|jitter| *jitter < 0.2) && all.iter().any(|jitter| *jitter > 0.8));
    }
}
