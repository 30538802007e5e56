//! Who the session belongs to.

use serde_json::{Map, Value, json};

use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::rows::{self, Record};

/// The endpoints of an org, as identity tells them: name and path, in which the client fills the version.
const URLS: &[(&str, &str)] = &[
    ("enterprise", "services/Soap/c/{version}/{org}"),
    ("metadata", "services/Soap/m/{version}/{org}"),
    ("partner", "services/Soap/u/{version}/{org}"),
    ("rest", "services/data/v{version}/"),
    ("sobjects", "services/data/v{version}/sobjects/"),
    ("search", "services/data/v{version}/search/"),
    ("query", "services/data/v{version}/query/"),
    ("recent", "services/data/v{version}/recent/"),
    ("tooling_soap", "services/Soap/T/{version}/{org}"),
    ("tooling_rest", "services/data/v{version}/tooling/"),
    ("profile", "{user}"),
];

/// `GET /services/oauth2/userinfo`
pub(super) fn userinfo(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    if !is_signed_in(context, call) {
        return Ok(bad_token());
    }
    let (user, _) = user_and_organization(context)?;
    let facts = context.session.facts;
    let text = |field| user.text(field);
    let body = json!({
        "sub": identity_url(context),
        "user_id": facts.user_id,
        "organization_id": facts.org_id,
        "preferred_username": text("Username"),
        "nickname": text("Alias"),
        "name": full_name(&user),
        "email": text("Email"),
        "email_verified": true,
        "given_name": text("FirstName"),
        "family_name": text("LastName"),
        "zoneinfo": text("TimeZoneSidKey"),
        "photos": photos(context),
        "profile": format!("{}/{}", context.url, facts.user_id),
        "picture": photos(context)["picture"],
        "address": {},
        "urls": urls(context, None),
        "active": user.flag("IsActive"),
        "user_type": "STANDARD",
        "language": text("LanguageLocaleKey"),
        "locale": text("LocaleSidKey"),
        "utcOffset": utc_offset(context),
        "updated_at": text("LastModifiedDate"),
        "is_app_installed": true,
    });
    Ok(Reply::json(200, &body))
}

/// `GET /id/{org}/{user}`
pub(super) fn identity(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    if !is_signed_in(context, call) {
        return Ok(bad_token());
    }
    let facts = context.session.facts;
    let is_own = call.argument("org").starts_with(&facts.org_id[..15])
        && call.argument("user").starts_with(&facts.user_id[..15]);
    if !is_own {
        return Err(ApiError::not_found());
    }
    let (user, _) = user_and_organization(context)?;
    let version = match call.parameter("version") {
        Some("latest") => Some(super::versions::latest()),
        other => other.map(str::to_owned),
    };
    let text = |field| user.text(field);
    let body = json!({
        "id": identity_url(context),
        "asserted_user": true,
        "user_id": facts.user_id,
        "organization_id": facts.org_id,
        "username": text("Username"),
        "nick_name": text("Alias"),
        "display_name": full_name(&user),
        "email": text("Email"),
        "email_verified": true,
        "first_name": text("FirstName"),
        "last_name": text("LastName"),
        "timezone": text("TimeZoneSidKey"),
        "photos": photos(context),
        "addr_street": null,
        "addr_city": text("City"),
        "addr_state": text("State"),
        "addr_country": text("Country"),
        "addr_zip": null,
        "mobile_phone": text("MobilePhone"),
        "mobile_phone_verified": false,
        "status": {"created_date": null, "body": null},
        "urls": urls(context, version.as_deref()),
        "active": user.flag("IsActive"),
        "user_type": "STANDARD",
        "language": text("LanguageLocaleKey"),
        "locale": text("LocaleSidKey"),
        "utcOffset": utc_offset(context),
        "last_modified_date": text("LastModifiedDate"),
        "is_app_installed": true,
    });
    Ok(Reply::json(200, &body))
}

/// The user that is signed in, and the one row of its organization.
pub(super) fn user_and_organization<'a>(
    context: &Context<'a>,
) -> Result<(Record<'a>, Record<'a>), ApiError> {
    let session = &context.session;
    let row = |object, id| {
        rows::find(session, session.schema.known(object), id)?.ok_or_else(ApiError::not_found)
    };
    let facts = session.facts;
    Ok((
        row("User", &facts.user_id)?,
        row("Organization", &facts.org_id)?,
    ))
}

pub(super) fn full_name(user: &Record<'_>) -> String {
    let parts = [user.text("FirstName"), user.text("LastName")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Identity also takes the token from the URL, and answers a bad one in its own way.
fn is_signed_in(context: &Context<'_>, call: &Call) -> bool {
    let token = call.parameter("oauth_token").unwrap_or_default();
    context.tokens.accept(call.token()) || context.tokens.accept(token)
}

fn bad_token() -> Reply {
    Reply::text(403, b"Bad_OAuth_Token".to_vec())
        .with_header("Content-Type", "text/html;charset=UTF-8".to_owned())
}

fn identity_url(context: &Context<'_>) -> String {
    let facts = context.session.facts;
    format!("{}/id/{}/{}", context.url, facts.org_id, facts.user_id)
}

fn urls(context: &Context<'_>, version: Option<&str>) -> Value {
    let facts = context.session.facts;
    let url = |path: &str| {
        let path = path
            .replace("{org}", &facts.org_id[..15])
            .replace("{user}", &facts.user_id);
        let path = match version {
            Some(version) => path.replace("{version}", version),
            None => path,
        };
        json!(format!("{}/{path}", context.url))
    };
    let urls: Map<String, Value> = URLS
        .iter()
        .map(|(name, path)| ((*name).to_owned(), url(path)))
        .collect();
    Value::Object(urls)
}

fn photos(context: &Context<'_>) -> Value {
    let photo = |size| json!(format!("{}/profilephoto/005/{size}", context.url));
    json!({"picture": photo("F"), "thumbnail": photo("T")})
}

/// In milliseconds, and without summer time.
fn utc_offset(context: &Context<'_>) -> i64 {
    let winter = jiff::civil::date(2026, 1, 1);
    let zone = &context.session.facts.time_zone;
    zone.to_ambiguous_zoned(winter.at(0, 0, 0, 0))
        .compatible()
        .map_or(0, |zoned| i64::from(zoned.offset().seconds()) * 1000)
}
