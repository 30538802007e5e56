//! The assertion of the JWT bearer flow: who signed it, for whom, and until when.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Context;
use super::oauth::Refusal;

/// An assertion may last for three minutes; a client's clock may be a little fast.
const LONGEST_SECONDS: i64 = 180 + 30;

/// The hosts that users of any org are signed in at.
const AUDIENCES: &[&str] = &[
    "https://login.salesforce.com",
    "https://test.salesforce.com",
];

const INVALID: Refusal = ("invalid_grant", "invalid assertion");

/// Checks an assertion: three parts in base64, with points between.
pub(super) fn check(context: &Context<'_>, assertion: &str) -> Result<(), Refusal> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or(INVALID)?;
    let (header, claims) = signed.split_once('.').ok_or(INVALID)?;
    let (header, claims) = (json(header)?, json(claims)?);
    let claim = |name: &str| claims[name].as_str().unwrap_or_default();
    if claim("iss") != context.credentials.client_id {
        return Err(("invalid_client_id", "client identifier invalid"));
    }
    let certificate = context.credentials.certificate.as_ref().ok_or(INVALID)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| INVALID)?;
    if header["alg"] != "RS256" || !certificate.verifies(signed.as_bytes(), &signature) {
        return Err(INVALID);
    }
    let left = seconds(&claims["exp"]).ok_or(INVALID)? - context.session.now.as_second();
    if !(1..=LONGEST_SECONDS).contains(&left) {
        return Err(INVALID);
    }
    let audience = claim("aud").trim_end_matches('/');
    if !AUDIENCES.contains(&audience) && audience != context.url {
        return Err(("invalid_grant", "audience is invalid"));
    }
    // Whether the user exists is not told to strangers.
    match claim("sub").eq_ignore_ascii_case(&context.credentials.username) {
        true => Ok(()),
        false => Err(("invalid_grant", "user hasn't approved this consumer")),
    }
}

fn json(part: &str) -> Result<Value, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| INVALID)?;
    serde_json::from_slice(&bytes).map_err(|_| INVALID)
}

/// Some clients send the number as text.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
