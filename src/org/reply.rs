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
        return Ok(Reply { status, body, at });
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

    /// Whether signing in again may help.
    pub(super) fn is_session_expired(&self) -> bool {
        matches!(self, Self::Refused { status: 401, errors, .. }
            if errors.iter().any(|error| error.code == "INVALID_SESSION_ID"))
    }

    /// The error for the caller, after the last attempt.
    pub(super) fn into_error(self, repeat: Repeat) -> Error {
        let lost = repeat == Repeat::OnlyIfUnsent && !self.is_without_effect();
        let error = match self {
            Self::Unreachable { cause, .. } => Error::Network(cause),
            Self::Cut(cause) => Error::Network(format!("the connection was cut: {cause}")),
            Self::TimedOut => Error::Network("no reply within ten minutes".to_owned()),
            Self::Refused { status, errors, .. } => refusal(status, &errors),
            Self::Foreign {
                status, excerpt, ..
            } => Error::NotSalesforce { status, excerpt },
            Self::SignIn(error) => error,
        };
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
    let message = first.shown();
    match (status, code.as_str()) {
        (401, _) => SignInError::Session { code, message }.into(),
        (429 | 500.., _) | (_, "SERVER_UNAVAILABLE") => Error::Unavailable { status, message },
        (_, "REQUEST_LIMIT_EXCEEDED") => Error::RequestLimit(message),
        _ => Error::Rejected { code, message },
    }
}

/// Seconds, or a date that is compared with the reply's own.
fn retry_after(headers: &HeaderMap, at: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let then = http_date(value)?;
            Some(then.duration_since(at).try_into().unwrap_or_default())
        }
    }
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
