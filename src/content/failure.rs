//! What can go wrong with a request to a language model, and what to do about it.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// A request that brought no answer. Messages are cleared of the key.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Failure {
    #[error("the model answered {status}: {message}")]
    Status {
        status: u16,
        /// As `OpenAI` names it: `insufficient_quota`.
        code: String,
        message: String,
        retry_after: Option<Duration>,
    },
    #[error("the model cannot be reached ({0})")]
    Unreachable(String),
    #[error("the model did not answer in time")]
    TimedOut,
    #[error("the answer of the model was cut off or is no JSON")]
    Unreadable,
    /// A plan that another version saved.
    #[error("the prompt is of a version that this demo-gen does not know")]
    UnknownPrompt,
}

/// Of what concerns only this text, and what every other text would meet too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Text,
    /// It may pass, and may not.
    Model,
    All,
}

/// A request is sent so often.
const SENDINGS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Who asks for a longer wait than this gets none.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Messages are for one line.
const LONGEST_MESSAGE: usize = 300;

/// The form of `OpenAI`'s errors. Servers that are compatible leave out what they like.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    message: Option<String>,
    code: Option<serde_json::Value>,
}

impl Failure {
    /// Of a reply that is no success.
    pub(super) fn of_reply(
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
        key: Option<&SecretString>,
    ) -> Self {
        let details = serde_json::from_slice::<Body>(body)
            .unwrap_or_default()
            .error;
        let code = match details.code {
            Some(serde_json::Value::String(code)) => code,
            _ => String::new(),
        };
        let message = details
            .message
            .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let seconds = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let seconds = seconds.and_then(|value| value.trim().parse().ok());
        Self::Status {
            status,
            code,
            message: clean(&message, key),
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    pub(super) fn of_transport(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        if error.is_body() || error.is_decode() {
            return Self::Unreadable;
        }
        let mut deepest: &dyn std::error::Error = error;
        while let Some(source) = deepest.source() {
            deepest = source;
        }
        Self::Unreachable(clean(&deepest.to_string(), None))
    }

    /// How long to wait before the request is sent again; none where there is no use in it.
    /// `attempt` counts from 1; `jitter` lies between 0 and 1.
    pub(super) fn wait(&self, attempt: u32, jitter: f64) -> Option<Duration> {
        let passes = match self {
            Self::Status { code, .. } if code == "insufficient_quota" => false,
            Self::Status { status, .. } => matches!(status, 408 | 409 | 429 | 500..),
            Self::Unreachable(_) | Self::TimedOut | Self::Unreadable => true,
            Self::UnknownPrompt => false,
        };
        if !passes || attempt >= SENDINGS {
            return None;
        }
        match self {
            Self::Status {
                retry_after: Some(wait),
                ..
            } => (*wait <= LONGEST_RETRY_AFTER).then_some(*wait),
            _ => {
                let doubled = FIRST_WAIT.saturating_mul(2u32.saturating_pow(attempt - 1));
                Some(doubled.min(LONGEST_WAIT).mul_f64(0.5 + jitter / 2.0))
            }
        }
    }

    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::Status { code, .. } if code == "insufficient_quota" => Reach::All,
            Self::Status { code, .. } if code == "content_filter" => Reach::Text,
            Self::Status { status, .. } => match status {
                401..=404 => Reach::All,
                _ => Reach::Model,
            },
            Self::Unreachable(_) | Self::TimedOut | Self::Unreadable => Reach::Model,
            Self::UnknownPrompt => Reach::Text,
        }
    }
}

/// One line, without the key that a server may repeat, and not without end.
fn clean(text: &str, key: Option<&SecretString>) -> String {
    let mut text = text.to_owned();
    if let Some(key) = key {
        text = text.replace(key.expose_secret(), "(the key)");
    }
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.chars().filter(|char| !char.is_control());
    line.take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, retry_after: Option<&'static str>, body: &str) -> Failure {
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.parse().unwrap());
        }
        let key = SecretString::from("sk-secret");
        Failure::of_reply(status, &headers, body.as_bytes(), Some(&key))
    }

    /// How often a request is sent in all when it always fails like this, and what it concerns.
    #[track_caller]
    fn check(failure: &Failure, expect_sendings: u32, expect: Reach) {
        let sendings = (1..100).find(|attempt| failure.wait(*attempt, 0.0).is_none());
        assert_eq!(sendings, Some(expect_sendings), "{failure:?}");
        assert_eq!(failure.reach(), expect, "{failure:?}");
    }

    #[test]
    fn what_is_sent_again() {
        check(&reply(429, None, "slow down"), 5, Reach::Model);
        check(&reply(429, Some("60"), "{}"), 5, Reach::Model);
        check(&reply(429, Some("61"), "{}"), 1, Reach::Model);
        check(&reply(500, None, "<html>"), 5, Reach::Model);
        check(&reply(401, None, "{}"), 1, Reach::All);
        check(&reply(404, None, "{}"), 1, Reach::All);
        check(&reply(400, None, "{}"), 1, Reach::Model);
        let filtered = r#"{"error":{"code":"content_filter","message":"no"}}"#;
        check(&reply(400, None, filtered), 1, Reach::Text);
        let poor = r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#;
        check(&reply(429, None, poor), 1, Reach::All);
        check(&Failure::TimedOut, 5, Reach::Model);
        check(&Failure::Unreadable, 5, Reach::Model);
        check(&Failure::UnknownPrompt, 1, Reach::Text);
    }

    #[test]
    fn the_server_says_how_long() {
        let wait = |failure: Failure| failure.wait(1, 1.0);
        assert_eq!(
            wait(reply(429, Some("3"), "{}")),
            Some(Duration::from_secs(3))
        );
        assert_eq!(
            wait(reply(429, None, "{}")),
            Some(Duration::from_millis(500))
        );
        let later = reply(503, Some("Tue, 24 Nov 2026 08:12:31 GMT"), "{}");
        assert_eq!(wait(later), Some(Duration::from_millis(500)));
    }

    #[test]
    fn the_key_is_not_repeated() {
        let said = reply(401, None, r#"{"error":{"message":"bad key\n sk-secret"}}"#);
        assert_eq!(
            said.to_string(),
            "the model answered 401: bad key (the key)"
        );
        let said = reply(502, None, "<h1>sk-secret</h1>");
        assert_eq!(
            said.to_string(),
            "the model answered 502: <h1>(the key)</h1>"
        );
    }
}
