//! Sorts the outcome of one HTTP exchange: a reply, or one of the ways in which there is none.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::error::{ApiError, Error, excerpt};
use super::retry::Repeat;
use super::sign_in::SignInError;

/// A complete reply with a status of success; its body is still to be read.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// The org's time: its Date header.
    pub(super) at: Timestamp,
    /// Where the next results of a job begin, while there are any.
    pub(super) locator: Option<String>,
}

/// A whole reply with any status, as the wire gave it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) at: Timestamp,
}

/// How an exchange failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection came about, so nothing was sent.
    Unreachable {
        cause: String,
        /// Whether this org has answered before; if not, the address is more likely wrong.
        met: bool,
    },
    /// The connection ended before the reply did.
    Cut(String),
    /// No whole reply within the time that Salesforce itself allows for a call.
    TimedOut,
    /// The org's own refusal; the list holds at least one error.
    Refused {
        status: u16,
        errors: Vec<ApiError>,
        retry_after: Option<Duration>,
    },
    /// A reply that Salesforce's API does not give.
    Foreign {
        status: u16,
        excerpt: String,
        retry_after: Option<Duration>,
    },
    /// The session had expired, and signing in again failed.
    SignIn(Error),
}

/// The API's answer, or its refusal.
pub(super) fn read(answer: Answer) -> Result<Reply, Failure> {
    let Answer {
        status,
        headers,
        body,
        at,
    } = answer;
    if (200..300).contains(&status) {
        let locator = headers
            .get("sforce-locator")
            .and_then(|value| value.to_str().ok());
        let locator = locator.filter(|text| *text != "null").map(str::to_owned);
        return Ok(Reply {
            status,
            body,
            at,
            locator,
        });
    }
    let retry_after = retry_after(&headers, at);
    match serde_json::from_slice::<Vec<ApiError>>(&body) {
        Ok(errors) if !errors.is_empty() => Err(Failure::Refused {
            status,
            errors,
            retry_after,
        }),
        Ok(_) | Err(_) => Err(Failure::Foreign {
            status,
            excerpt: redirect(&headers).unwrap_or_else(|| excerpt(&body)),
            retry_after,
        }),
    }
}

impl Reply {
    /// The body as the type it should have.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::NotSalesforce {
            status: self.status,
            excerpt: format!("{} ({})", excerpt(&self.body), excerpt_of(&error)),
        })
    }
}

/// Codes in the 400s with which the org says that it gave up, not that it did not begin.
const GAVE_UP: &[&str] = &[
    "QUERY_TIMEOUT",
    "REQUEST_RUNNING_TOO_LONG",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_EXCEPTION",
];

impl Failure {
    /// Whether it is certain that the org did no part of what was asked. Anything in the 500s is
    /// not: the answer may come from an edge server whose connection to the org broke half-way.
    pub(super) fn is_without_effect(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::SignIn(_) => true,
            Self::Cut(_) | Self::TimedOut => false,
            Self::Refused { status, errors, .. } => {
                (400..500).contains(status)
                    && *status != 408
                    && !errors.iter().any(|e| GAVE_UP.contains(&e.code.as_str()))
            }
            // Who refuses because of too many requests has not passed this one on.
            Self::Foreign { status, .. } => *status == 429,
        }
    }

    /// How long the org asks to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Foreign { retry_after, .. } => *retry_after,
            Self::Unreachable { .. } | Self::Cut(_) | Self::TimedOut | Self::SignIn(_) => None,
        }
    }

    /// Whether signing in again may help.
    pub(super) fn is_session_expired(&self) -> bool {
        matches!(self, Self::Refused { status: 401, errors, .. }
            if errors.iter().any(|error| error.code == "INVALID_SESSION_ID"))
    }

    /// The error for the caller, after the last attempt.
    pub(super) fn into_error(self, repeat: Repeat) -> Error {
        let lost = repeat == Repeat::OnlyIfUnsent && !self.is_without_effect();
        let asked = self.retry_after();
        let mut error = match self {
            Self::Unreachable { cause, .. } => {
                Error::Network(format!("cannot reach the org: {cause}"))
            }
            Self::Cut(cause) => {
                Error::Network(format!("the connection to the org was cut: {cause}"))
            }
            Self::TimedOut => Error::Network("the org did not reply within ten minutes".to_owned()),
            Self::Refused { status, errors, .. } => refusal(status, &errors),
            // An edge server's page, which says as much as the org itself would.
            Self::Foreign {
                status: status @ (429 | 500..),
                excerpt: message,
                ..
            } => Error::Unavailable { status, message },
            Self::Foreign {
                status, excerpt, ..
            } => Error::NotSalesforce { status, excerpt },
            Self::SignIn(error) => error,
        };
        if let (Error::Unavailable { message, .. }, Some(wait)) = (&mut error, asked) {
            *message = format!("{message}; it asks to be called again in {wait:?}");
        }
        if lost {
            Error::Lost(Box::new(error))
        } else {
            error
        }
    }
}

/// The error that the org's refusal of a call, or of a part of a composite call, amounts to.
pub(super) fn refusal(status: u16, errors: &[ApiError]) -> Error {
    let Some(first) = errors.first() else {
        let excerpt = "(a refusal without a reason)".to_owned();
        return Error::NotSalesforce { status, excerpt };
    };
    let code = first.code.clone();
    let message = first.message.clone();
    match (status, code.as_str()) {
        (401, _) => SignInError::Session { code, message }.into(),
        (429 | 500.., _) | (_, "SERVER_UNAVAILABLE") => Error::Unavailable { status, message },
        // Too many long calls at this moment; the calls of the day are another matter.
        (_, "REQUEST_LIMIT_EXCEEDED") if message.starts_with("Concurrent") => {
            Error::Unavailable { status, message }
        }
        (_, "REQUEST_LIMIT_EXCEEDED") => Error::RequestLimit(message),
        _ => Error::Rejected { code, message },
    }
}

/// Seconds, or a date that is compared with the reply's own.
fn retry_after(headers: &HeaderMap, at: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = http_date(value)?.duration_since(at);
    // A date that has passed asks for no wait at all.
    Some(wait.try_into().unwrap_or_default())
}

/// The instant of a Date header, `Tue, 24 Nov 2026 08:12:31 GMT`.
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(zoned.timestamp())
}

fn redirect(headers: &HeaderMap) -> Option<String> {
    let target = headers.get(LOCATION)?;
    // What follows a `?` may hold a session.
    let target = target.as_bytes().split(|byte| *byte == b'?').next()?;
    Some(format!("a redirect to {}", excerpt(target)))
}

fn excerpt_of(error: &serde_json::Error) -> String {
    excerpt(error.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::error::Kind;
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Answer {
            status,
            headers,
            body: body.into(),
            at: http_date("Tue, 24 Nov 2026 08:12:31 GMT").unwrap(),
        }
    }

    fn json(code: &str) -> String {
        format!(r#"[{{"errorCode":"{code}","message":"m"}}]"#)
    }

    /// The kinds of error that a read and a create end with.
    #[track_caller]
    fn check(status: u16, body: &str, expect_read: Kind, expect_create: Kind) {
        let failure = read(answer(status, &[], body)).unwrap_err();
        let of_read = failure.clone().into_error(Repeat::Safe);
        let of_create = failure.into_error(Repeat::OnlyIfUnsent);
        assert_eq!(of_read.kind(), expect_read, "{status} {body}");
        assert_eq!(of_create.kind(), expect_create, "{status} {body}");
    }

    #[test]
    fn refusals_are_sorted_by_what_to_do() {
        use Kind::{Login, Lost, Network, NotSalesforce, Rejected, RequestLimit};
        check(
            400,
            &json("INVALID_FIELD"),
            Rejected("INVALID_FIELD"),
            Rejected("INVALID_FIELD"),
        );
        check(401, &json("INVALID_SESSION_ID"), Login, Login);
        check(
            403,
            &json("REQUEST_LIMIT_EXCEEDED"),
            RequestLimit,
            RequestLimit,
        );
        check(
            403,
            &json("API_DISABLED_FOR_ORG"),
            Rejected("API_DISABLED_FOR_ORG"),
            Rejected("API_DISABLED_FOR_ORG"),
        );
        check(429, &json("REQUEST_LIMIT_EXCEEDED"), Network, Network);
        check(400, &json("QUERY_TIMEOUT"), Rejected("QUERY_TIMEOUT"), Lost);
        check(500, &json("UNKNOWN_EXCEPTION"), Network, Lost);
        check(503, &json("SERVER_UNAVAILABLE"), Network, Lost);
        check(502, "<html>", Network, Lost);
        check(429, "<html>", Network, Network);
        check(403, "<html>", NotSalesforce, Lost);
        check(404, "[]", NotSalesforce, Lost);
        check(400, r#"{"error":"invalid_grant"}"#, NotSalesforce, Lost);
    }

    #[test]
    fn a_redirect_names_its_host_and_not_its_query() {
        let headers = [("location", "https://acme.my.salesforce.com/?sid=00Dxx!AQ")];
        let failure = read(answer(302, &headers, "")).unwrap_err();
        let error = failure.into_error(Repeat::Safe).to_string();
        assert!(
            error.ends_with("a redirect to https://acme.my.salesforce.com/"),
            "{error}"
        );
    }

    #[test]
    fn who_asks_for_a_long_wait_is_told_of() {
        let failure = read(answer(503, &[("retry-after", "900")], "<html>")).unwrap_err();
        let error = failure.into_error(Repeat::Safe).to_string();
        let expect =
            "the org is not available (status 503): <html>; it asks to be called again in 900s";
        assert_eq!(error, expect);
    }

    #[track_caller]
    fn check_retry_after(value: &str, expect: Option<u64>) {
        let answer = answer(503, &[("retry-after", value)], "");
        let expect = expect.map(Duration::from_secs);
        assert_eq!(retry_after(&answer.headers, answer.at), expect, "{value}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check_retry_after("30", Some(30));
        check_retry_after("Tue, 24 Nov 2026 08:13:01 GMT", Some(30));
        check_retry_after("Tue, 24 Nov 2026 08:00:00 GMT", Some(0));
        check_retry_after("soon", None);
    }
}
