//! Gets an access token.

use reqwest::Request;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
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
        Credentials::Grant { at, grant } => {
            let token = redeem(wire, at, grant).await?;
            Ok(Token {
                instance: sign_in.calls_go_to(token.instance)?,
                ..token
            })
        }
        Credentials::SfCli(cli) => {
            let login = cli.login().await.map_err(SignInError::SfCli)?;
            let instance = InstanceUrl::parse(&login.instance_url)?;
            Ok(Token {
                bearer: bearer(login.token.expose_secret(), "the Salesforce CLI")?,
                instance: sign_in.calls_go_to(instance)?,
            })
        }
    }
}

/// Asks the token endpoint for a token in return for a grant.
async fn redeem(wire: &Wire, at: &InstanceUrl, grant: &Grant) -> Result<Token, Error> {
    wire.persist(Repeat::Safe, || async {
        // An assertion is good for minutes only, so each attempt makes its own.
        let assertion = match grant {
            Grant::Jwt(jwt) => jwt.assertion(wire.now()),
            _ => SecretString::default(),
        };
        let form = form(grant, &assertion);
        read(wire.exchange(post(wire, at, &form)).await?, at)
    })
    .await
}

/// The form of a flow, secrets included.
fn form<'a>(grant: &'a Grant, assertion: &'a SecretString) -> Vec<(&'static str, &'a str)> {
    match grant {
        Grant::Jwt(_) => vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.expose_secret()),
        ],
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
    fn the_header_is_sensitive() {
        let header = bearer("00Dxx!AQ4", "SF_ACCESS_TOKEN").unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(bearer("two\nlines", "SF_ACCESS_TOKEN").is_err());
    }
}
