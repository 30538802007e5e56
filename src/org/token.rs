//! Gets an access token, and gives advice where OAuth only gives a code.

use reqwest::Request;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::error::{Error, clean};
use super::instance_url::InstanceUrl;
use super::reply::{self, Answer, Failure};
use super::retry::Repeat;
use super::sign_in::{Credentials, Grant, SignIn, SignInError};
use super::wire::Wire;

/// What a successful sign-in gives.
#[derive(Debug)]
pub(super) struct Token {
    /// The whole Authorization header, marked as sensitive.
    pub(super) bearer: HeaderValue,
    /// The org's own host.
    pub(super) instance: InstanceUrl,
}

/// Signs in.
pub(super) async fn request(wire: &Wire, sign_in: &SignIn) -> Result<Token, Error> {
    match &sign_in.credentials {
        Credentials::AccessToken(token) => Ok(Token {
            bearer: bearer(token.expose_secret(), "SF_ACCESS_TOKEN")?,
            instance: sign_in.instance.clone(),
        }),
        Credentials::Grant(grant) => redeem(wire, &sign_in.instance, grant).await,
    }
}

/// Asks the token endpoint for a token in return for a grant.
pub(super) async fn redeem(
    wire: &Wire,
    instance: &InstanceUrl,
    grant: &Grant,
) -> Result<Token, Error> {
    let form = form(grant);
    wire.persist(Repeat::Safe, || async {
        read(wire.exchange(post(wire, instance, &form)).await?, instance)
    })
    .await
}

/// What to do about an OAuth error: the code, a part of its description, the advice. The first
/// that fits counts.
const ADVICE: &[(&str, &str, &str)] = &[
    (
        "invalid_grant",
        "hasn't approved",
        "Pre-authorize the user for the app: set its permitted users to 'Admin approved users are pre-authorized' and assign the user's profile or a permission set.",
    ),
    (
        "invalid_grant",
        "expired access/refresh token",
        "The refresh token was revoked or has expired: log in to the app again and set SF_REFRESH_TOKEN anew.",
    ),
    (
        "invalid_grant",
        "no client credentials user",
        "Choose a 'Run As' user in the app's client credentials settings.",
    ),
    (
        "invalid_grant",
        "request not supported on this domain",
        "The client credentials flow needs the org's own address: set salesforce.instance_url to https://<name>.my.salesforce.com.",
    ),
    (
        "invalid_grant",
        "",
        "Check SF_USERNAME, SF_PASSWORD and SF_SECURITY_TOKEN (a new password brings a new token), that 'Allow OAuth Username-Password Flows' is on in the org's setup, and that a sandbox is signed in to at its own address.",
    ),
    (
        "invalid_client_id",
        "",
        "No app has this SF_CLIENT_ID: copy the consumer key again; a new app takes up to ten minutes to become known.",
    ),
    (
        "invalid_client",
        "",
        "Check SF_CLIENT_ID and SF_CLIENT_SECRET: they are the consumer key and secret of the connected app.",
    ),
    (
        "invalid_client_credentials",
        "",
        "Check SF_CLIENT_SECRET: it is the consumer secret of the connected app.",
    ),
    (
        "inactive_user",
        "",
        "The user is deactivated or frozen; an administrator can activate it.",
    ),
    (
        "inactive_org",
        "",
        "The org is locked, closed or expired; sign up for a new one or ask Salesforce.",
    ),
    (
        "unsupported_grant_type",
        "",
        "The app does not offer this flow: enable it in its OAuth settings (External Client Apps have no username-password flow).",
    ),
    (
        "rate_limit_exceeded",
        "",
        "Too many logins for this user in the last hour; wait, or use a token that is still valid.",
    ),
    (
        "invalid_request",
        "",
        "The token endpoint did not understand the request: check that salesforce.instance_url is the address of an org.",
    ),
];

/// The advice for an OAuth error, if we know any.
pub(super) fn advice(error: &str, description: &str) -> Option<&'static str> {
    ADVICE
        .iter()
        .find(|(code, part, _)| *code == error && description.contains(part))
        .map(|(_, _, advice)| *advice)
}

/// The form of a flow, secrets included.
fn form(grant: &Grant) -> Vec<(&'static str, &str)> {
    match grant {
        Grant::Password {
            client_id,
            client_secret,
            username,
            password,
        } => vec![
            ("grant_type", "password"),
            ("client_id", client_id),
            ("client_secret", client_secret.expose_secret()),
            ("username", username),
            ("password", password.expose_secret()),
        ],
        Grant::ClientCredentials {
            client_id,
            client_secret,
        } => vec![
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret.expose_secret()),
        ],
        Grant::RefreshToken {
            client_id,
            client_secret,
            refresh_token,
        } => {
            let mut form = vec![
                ("grant_type", "refresh_token"),
                ("client_id", client_id.as_str()),
                ("refresh_token", refresh_token.expose_secret()),
            ];
            let secret = client_secret.as_ref().map(ExposeSecret::expose_secret);
            form.extend(secret.map(|secret| ("client_secret", secret)));
            form
        }
    }
}

fn post(wire: &Wire, instance: &InstanceUrl, form: &[(&str, &str)]) -> Request {
    wire.http()
        .post(instance.at("/services/oauth2/token"))
        .form(form)
        .build()
        .expect("a form of strings can be encoded, and the URL is valid")
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    instance_url: String,
}

#[derive(Deserialize)]
struct Denied {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Reads the token endpoint's answer. Nothing of a body that was not understood is shown, because
/// it may hold the token.
fn read(answer: Answer, instance: &InstanceUrl) -> Result<Token, Failure> {
    let status = answer.status;
    if (200..300).contains(&status) {
        let granted: Granted =
            serde_json::from_slice(&answer.body).map_err(|_| Failure::Foreign {
                status,
                excerpt: format!("{instance} gave no token"),
                retry_after: None,
            })?;
        return token(&granted).map_err(|error| Failure::SignIn(error.into()));
    }
    match serde_json::from_slice::<Denied>(&answer.body) {
        Ok(denied) if (400..500).contains(&status) => {
            Err(Failure::SignIn(Error::SignIn(SignInError::Refused {
                error: clean(&denied.error, 60),
                description: clean(&denied.error_description, 300),
            })))
        }
        Ok(_) | Err(_) => match reply::read(answer) {
            Err(failure) => Err(failure),
            Ok(_) => unreachable!("a status outside the 200s is a failure"),
        },
    }
}

fn token(granted: &Granted) -> Result<Token, SignInError> {
    Ok(Token {
        bearer: bearer(&granted.access_token, "the reply to the sign-in")?,
        instance: InstanceUrl::parse(&granted.instance_url)?,
    })
}

fn bearer(token: &str, variable: &'static str) -> Result<HeaderValue, SignInError> {
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| SignInError::UnusableToken { variable })?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use reqwest::header::HeaderMap;

    use super::super::error::Kind;
    use super::*;

    /// Reads an answer of the token endpoint: the org's host, or the error's kind and text.
    #[track_caller]
    fn check(status: u16, body: &str, expect: Result<&str, (Kind, &str)>) {
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
            at: Timestamp::UNIX_EPOCH,
        };
        let instance = InstanceUrl::parse("https://login.salesforce.com").unwrap();
        match (read(answer, &instance), expect) {
            (Ok(token), Ok(expect)) => assert_eq!(token.instance.to_string(), expect),
            (Err(failure), Err((kind, part))) => {
                let error = failure.into_error(Repeat::Safe);
                assert_eq!(error.kind(), kind, "{error}");
                assert!(error.to_string().contains(part), "{error}");
            }
            (got, expect) => panic!("{got:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn a_token_names_the_host_of_the_org() {
        let granted = r#"{"access_token":"00Dxx!AQ4","instance_url":"https://acme.my.salesforce.com","token_type":"Bearer"}"#;
        check(200, granted, Ok("https://acme.my.salesforce.com"));
        let plain = granted.replace("https", "http");
        check(200, &plain, Err((Kind::Login, "only https is spoken")));
    }

    #[test]
    fn what_was_not_understood_is_not_shown() {
        check(
            200,
            r#"{"access_token":"00Dxx!AQ4"}"#,
            Err((Kind::NotSalesforce, "gave no token")),
        );
        check(200, "<html>", Err((Kind::NotSalesforce, "gave no token")));
    }

    #[test]
    fn refusals_are_told_in_the_words_of_oauth() {
        let denied = r#"{"error":"invalid_grant","error_description":"authentication failure"}"#;
        check(
            400,
            denied,
            Err((Kind::Login, "invalid_grant: authentication failure")),
        );
        check(503, "<html>", Err((Kind::Network, "status 503")));
        check(302, "", Err((Kind::NotSalesforce, "status 302")));
    }

    #[test]
    fn each_refusal_has_its_advice() {
        let advice = |error, description| advice(error, description).unwrap_or_default();
        assert!(advice("invalid_grant", "authentication failure").contains("SF_PASSWORD"));
        assert!(
            advice("invalid_grant", "user hasn't approved this consumer").contains("Pre-authorize")
        );
        assert!(
            advice("invalid_grant", "expired access/refresh token").contains("SF_REFRESH_TOKEN")
        );
        assert!(
            advice("invalid_client", "invalid client credentials").contains("SF_CLIENT_SECRET")
        );
        assert!(advice("inactive_user", "user is inactive").contains("deactivated"));
        assert_eq!(advice("something_new", ""), "");
    }

    #[test]
    fn the_header_is_sensitive() {
        let header = bearer("00Dxx!AQ4", "SF_ACCESS_TOKEN").unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(bearer("two\nlines", "SF_ACCESS_TOKEN").is_err());
    }
}
