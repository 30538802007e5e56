//! What can go wrong between us and an org, sorted by what the caller must do about it.

use serde::{Deserialize, Deserializer};

use super::advice::advice;
use super::jwt::KeyError;
use super::sign_in::SignInError;
use crate::model::status_code;

/// Why a call did not give what it was made for. Cheap to clone; never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot sign in: {0}")]
    SignIn(#[from] SignInError),
    /// The org's calls of the last 24 hours are used up. Trying again only makes it worse.
    #[error("the org's limit of API calls is reached: {0}")]
    RequestLimit(String),
    /// Rows were sent to be created, and no complete, valid reply came back.
    #[error("the reply was lost, so it is not known whether the rows were created: {0}")]
    Lost(Box<Error>),
    /// The org understood and refused.
    #[error("{code}: {message}")]
    Rejected { code: String, message: String },
    /// Whatever answered, it did not speak the API: an HTML page, a redirect, broken JSON.
    #[error("that is not a reply of the Salesforce API (status {status}): {excerpt}")]
    NotSalesforce { status: u16, excerpt: String },
    /// No connection, or it broke, even when tried again.
    #[error("{0}")]
    Network(String),
    /// The org is overloaded or under maintenance, even when tried again.
    #[error("the org is not available (status {status}): {message}")]
    Unavailable { status: u16, message: String },
    #[error("'{0}' is not an API name: only letters, digits, '_' and '.' may stand in one")]
    ApiName(String),
    #[error("'{0}' is not the id of a record")]
    RecordId(String),
    #[error("the org has no API version {0}")]
    ApiVersion(String),
}

/// What the caller is to do about an error. The exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Credentials must be put right first.
    Login,
    /// Stop, and resume when the 24 hours have moved on.
    RequestLimit,
    /// Settle what was sent before sending anything again. Only `create` gives this.
    Lost,
    /// The org said no, with this code; the same call would be refused again.
    Rejected(&'a str),
    /// The address is probably wrong, or something stands between.
    NotSalesforce,
    /// A fault that passes; run again.
    Network,
    /// The org or this release cannot do it.
    Unsupported,
}

impl Error {
    pub(crate) fn kind(&self) -> Kind<'_> {
        match self {
            Self::SignIn(_) => Kind::Login,
            Self::RequestLimit(_) => Kind::RequestLimit,
            Self::Lost(_) => Kind::Lost,
            Self::Rejected { code, .. } => Kind::Rejected(code),
            Self::NotSalesforce { .. } => Kind::NotSalesforce,
            Self::Network(_) | Self::Unavailable { .. } => Kind::Network,
            Self::ApiName(_) | Self::RecordId(_) | Self::ApiVersion(_) => Kind::Unsupported,
        }
    }

    /// A sentence on what to do next, to be printed on a line of its own.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::SignIn(error) => sign_in_hint(error),
            Self::RequestLimit(_) => Some(
                "Calls are counted over the last 24 hours; run again later, what is done stays done.",
            ),
            Self::NotSalesforce { .. } => Some(
                "Check that salesforce.instance_url is the org's own https://<name>.my.salesforce.com address.",
            ),
            Self::Lost(cause) => cause.hint(),
            Self::Rejected { code, .. } => status_code::advice(code),
            Self::ApiVersion(_)
            | Self::Network(_)
            | Self::Unavailable { .. }
            | Self::ApiName(_)
            | Self::RecordId(_) => None,
        }
    }
}

fn sign_in_hint(error: &SignInError) -> Option<&'static str> {
    match error {
        SignInError::Refused { error, description } => advice(error, description),
        SignInError::Session { code, message } => advice(code, message),
        SignInError::Nothing | SignInError::SoapLogin => Some(WAYS),
        SignInError::UnusableToken { .. } => Some(
            "`sf org auth show-access-token --target-org <alias>` prints a token; quote it, because it holds a '!'.",
        ),
        SignInError::Missing { .. } => {
            Some("Set it in the environment, or in a .env file beside the manifest.")
        }
        SignInError::Key {
            why: KeyError::Encrypted,
            ..
        } => Some(
            "Take the passphrase off into a file of its own: `openssl pkey -in <key file> -out server.key`, and keep that file to yourself.",
        ),
        SignInError::Key { .. } => Some(
            "SF_JWT_KEY_FILE is the private key of the app's certificate, relative to the manifest; `openssl req -x509 -newkey rsa:2048 -nodes -days 365 -keyout server.key -out server.crt` makes both.",
        ),
        SignInError::SfCli(error) => Some(error.hint()),
        SignInError::OtherOrg { .. } => {
            Some("Or sign in to the manifest's org: with auth: sf_cli, name it in SF_TARGET_ORG.")
        }
        SignInError::InstanceUrl { .. } => None,
    }
}

/// The ways to sign in, the one that we recommend most first.
const WAYS: &str = "Choose a way with salesforce.auth; these need the least first:
  sf_cli        a login of the Salesforce CLI (`sf org login web`); SF_TARGET_ORG names another than its default org
  access_token  SF_ACCESS_TOKEN, for example from `sf org auth show-access-token`
  jwt           SF_CLIENT_ID, SF_USERNAME and SF_JWT_KEY_FILE: an app with a certificate, for machines
  oauth         SF_CLIENT_ID and SF_CLIENT_SECRET of an app, and SF_REFRESH_TOKEN, or SF_USERNAME and SF_PASSWORD";

/// One error as the API words it: `errorCode` for a call, `statusCode` for a row. Its texts are
/// made fit to be shown as they are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ApiError {
    #[serde(rename = "errorCode", alias = "statusCode", deserialize_with = "code")]
    pub(super) code: String,
    #[serde(default, deserialize_with = "message")]
    pub(super) message: String,
    #[serde(default)]
    pub(super) fields: Option<Vec<String>>,
}

/// The API's codes are shorter.
const CODE: usize = 80;
/// Messages quote the value they complain about, which may be long; their end says the most.
const MESSAGE: usize = 500;
/// What is shown of a body that we did not expect.
const EXCERPT: usize = 200;

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(clean(&String::deserialize(deserializer)?, CODE))
}

fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(clean(&String::deserialize(deserializer)?, MESSAGE))
}

/// The beginning of a body that we did not expect, fit to be shown.
pub(super) fn excerpt(body: &[u8]) -> String {
    // Enough for any run of white space, and bounded however long the body is.
    let start = &body[..body.len().min(8 * EXCERPT)];
    match clean(&String::from_utf8_lossy(start), EXCERPT) {
        text if text.is_empty() => "(empty)".to_owned(),
        text => text,
    }
}

/// Text from outside on one line of bounded length: white space as single spaces, other control
/// characters escaped, access tokens left out, the middle cut where it is too long.
pub(super) fn clean(text: &str, limit: usize) -> String {
    let words: Vec<_> = text.split_whitespace().map(without_token).collect();
    let mut shown = String::new();
    for character in words.join(" ").chars() {
        match character {
            control if control.is_control() => shown.extend(control.escape_default()),
            // Marks that reorder or hide what a terminal shows.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(character.escape_default());
            }
            _ => shown.push(character),
        }
    }
    let length = shown.chars().count();
    if length <= limit {
        return shown;
    }
    let tail = limit / 3;
    let head: String = shown.chars().take(limit - tail - 1).collect();
    let tail: String = shown.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

/// An access token is `00D<org>!<secret>`; a server may repeat the one it was shown.
fn without_token(word: &str) -> &str {
    match (word.find("00D"), word.find('!')) {
        (Some(org), Some(mark)) if org < mark => "(token)",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(clean(text, 20), expect);
    }

    #[test]
    fn text_from_outside_is_made_harmless() {
        check("\n  two\r\n words\t", "two words");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\u{202e}b", "a\\u{202e}b");
        check("Bad 00Dxx0000001gPF!AQ4.x token", "Bad (token) token");
        check("Bearer=\"00Dxx!AQ4\",", "(token)");
        check("abcdefghijklmnopqrstuvwxyz", "abcdefghijklm…uvwxyz");
        check("ääääääääääääääääääääää", "äääääääääääää…ääääää");
    }

    #[test]
    fn an_excerpt_is_bounded_and_never_empty() {
        assert_eq!(excerpt(b""), "(empty)");
        assert_eq!(excerpt(b"<html>\n <b>x</b>"), "<html> <b>x</b>");
        assert_eq!(excerpt(&vec![0xff; 100_000]).chars().count(), EXCERPT);
    }
}
