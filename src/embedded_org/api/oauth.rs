//! The token endpoint.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use base64::Engine as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{ApiError, Call, Context, Reply, assertion};
use crate::embedded_org::auth::Credentials;

/// Why a token is refused: OAuth's code, and the text to it.
pub(super) type Refusal = (&'static str, &'static str);

/// `POST /services/oauth2/token`
pub(super) fn token(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let form = Form(call.form());
    let (client_id, client_secret) = client(call, &form);
    let granted = match form.get("grant_type") {
        "password" => by_password(context.credentials, &form, (&client_id, &client_secret)),
        "client_credentials" => by_client(context.credentials, &client_id, &client_secret),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
            assertion::check(context, form.get("assertion"))
        }
        "refresh_token" => by_refresh(context.credentials, &form, (&client_id, &client_secret)),
        "" => Err(("invalid_request", "must provide grant_type")),
        _ => Err(("unsupported_grant_type", "grant type not supported")),
    };
    Ok(match granted {
        Ok(()) => grant(context),
        Err((error, description)) => Reply::json(
            400,
            &json!({"error": error, "error_description": description}),
        ),
    })
}

/// `POST /services/oauth2/revoke`. The tokens of the file stay good: its users keep them in files.
pub(super) fn revoke(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let form = Form(call.form());
    let token = match form.get("token") {
        "" => call.parameter("token").unwrap_or_default(),
        token => token,
    };
    if context.tokens.end(token) || is(&context.credentials.refresh_token, token) {
        return Ok(Reply::text(200, Vec::new()));
    }
    let body = json!({"error": "unsupported_token_type", "error_description": "this token type is not supported"});
    Ok(Reply::json(400, &body))
}

fn grant(context: &mut Context<'_>) -> Reply {
    let facts = context.session.facts;
    let token = context.tokens.give(&facts.org_id, context.session.now);
    let id = format!("{}/id/{}/{}", context.url, facts.org_id, facts.user_id);
    let issued_at = context.session.now.as_millisecond().to_string();
    let body = json!({
        "access_token": token,
        "instance_url": context.url,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
        "signature": context.credentials.sign(&format!("{id}{issued_at}")),
        "scope": "api web",
    });
    Reply::json(200, &body)
}

fn by_password(
    credentials: &Credentials,
    form: &Form,
    client: (&str, &str),
) -> Result<(), Refusal> {
    check_client(credentials, client)?;
    let known = form
        .get("username")
        .eq_ignore_ascii_case(&credentials.username)
        && is(&credentials.password, form.get("password"));
    known
        .then_some(())
        .ok_or(("invalid_grant", "authentication failure"))
}

fn by_client(credentials: &Credentials, id: &str, secret: &str) -> Result<(), Refusal> {
    check_client(credentials, (id, secret))
}

/// The secret is optional here, but if given it must be right.
fn by_refresh(
    credentials: &Credentials,
    form: &Form,
    (id, secret): (&str, &str),
) -> Result<(), Refusal> {
    if id != credentials.client_id {
        return Err(("invalid_client_id", "client identifier invalid"));
    }
    if !secret.is_empty() && !is(&credentials.client_secret, secret) {
        return Err(("invalid_client", "invalid client credentials"));
    }
    let known = is(&credentials.refresh_token, form.get("refresh_token"));
    known
        .then_some(())
        .ok_or(("invalid_grant", "expired access/refresh token"))
}

fn check_client(credentials: &Credentials, (id, secret): (&str, &str)) -> Result<(), Refusal> {
    if id != credentials.client_id {
        return Err(("invalid_client_id", "client identifier invalid"));
    }
    let known = is(&credentials.client_secret, secret);
    known
        .then_some(())
        .ok_or(("invalid_client", "invalid client credentials"))
}

/// The client's id and secret, from HTTP Basic or from the form.
fn client(call: &Call, form: &Form) -> (String, String) {
    let basic = call.header("authorization").and_then(|header| {
        let (scheme, encoded) = header.split_once(' ')?;
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(encoded.trim())
            .ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        let is_basic = scheme.eq_ignore_ascii_case("Basic");
        is_basic.then(|| (id.to_owned(), secret.to_owned()))
    });
    basic.unwrap_or_else(|| {
        let of = |name| form.get(name).to_owned();
        (of("client_id"), of("client_secret"))
    })
}

fn is(secret: &SecretString, given: &str) -> bool {
    !given.is_empty() && secret.expose_secret() == given
}

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}
