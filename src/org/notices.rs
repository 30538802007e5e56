//! What a person is told while nothing seems to happen: that a call waits for another attempt, why,
//! and how long.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::reply::Failure;
use super::retry::is_concurrency_limit;

/// Whoever wants to know. Called from whichever task has to wait.
#[derive(Clone)]
pub(crate) struct Notices(Arc<dyn Fn(&str) + Send + Sync>);

/// Shorter waits are over before they are read.
pub(super) const WORTH_TELLING: Duration = Duration::from_secs(2);

impl Notices {
    pub(crate) fn new(listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn tell(&self, text: &str) {
        (self.0)(text);
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notices")
    }
}

/// Before the call is sent for the `next`th time, of `sendings` at most.
pub(super) fn waiting(failure: &Failure, wait: Duration, next: u32, sendings: u32) -> String {
    let seconds = wait.as_secs_f64().ceil();
    let what = what_happened(failure);
    format!("{what}; trying again in {seconds} s ({next} of {sendings})")
}

fn what_happened(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable { cause, .. } => format!("the org cannot be reached ({cause})"),
        Failure::Cut(cause) => format!("the connection to the org was cut ({cause})"),
        Failure::TimedOut => "the org did not reply within ten minutes".to_owned(),
        Failure::Refused { .. } if is_concurrency_limit(failure) => {
            "the org has too many long calls under way".to_owned()
        }
        Failure::Refused { status, errors, .. } => match errors.first() {
            Some(error) => format!("the org answered {status} {}", error.code),
            None => format!("the org answered {status}"),
        },
        Failure::Foreign { status, .. } => format!("the org answered {status}"),
        Failure::SignIn(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ApiError;
    use super::*;

    #[track_caller]
    fn check(failure: &Failure, millis: u64, expect: &str) {
        let wait = Duration::from_millis(millis);
        assert_eq!(waiting(failure, wait, 3, 8), expect);
    }

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

    #[test]
    fn a_notice_says_why_and_how_long() {
        let foreign = Failure::Foreign {
            status: 503,
            excerpt: "<html>".to_owned(),
            retry_after: None,
        };
        check(
            &foreign,
            12_000,
            "the org answered 503; trying again in 12 s (3 of 8)",
        );
        check(
            &refused(503, "SERVER_UNAVAILABLE", "maintenance"),
            2_100,
            "the org answered 503 SERVER_UNAVAILABLE; trying again in 3 s (3 of 8)",
        );
        check(
            &refused(
                403,
                "REQUEST_LIMIT_EXCEEDED",
                "ConcurrentPerOrgLongTxn Limit exceeded.",
            ),
            4_000,
            "the org has too many long calls under way; trying again in 4 s (3 of 8)",
        );
        let unreachable = Failure::Unreachable {
            cause: "acme.my.salesforce.com: connection refused".to_owned(),
            met: true,
        };
        check(
            &unreachable,
            8_000,
            "the org cannot be reached (acme.my.salesforce.com: connection refused); trying again in 8 s (3 of 8)",
        );
    }
}
