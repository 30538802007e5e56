//! Who the session belongs to.

use serde_json::{Value, json};

use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::rows::{self, Record};

/// `GET /services/oauth2/userinfo`
pub(super) fn userinfo(context: &mut Context<'_>, _: &Call) -> Result<Reply, ApiError> {
    let user = user(context)?;
    let facts = context.session.facts;
    let text = |field| user.text(field);
    let name = full_name(&user);
    let body = json!({
        "sub": identity_url(context),
        "user_id": facts.user_id,
        "organization_id": facts.org_id,
        "preferred_username": text("Username"),
        "nickname": text("Alias"),
        "name": name,
        "email": text("Email"),
        "email_verified": true,
        "given_name": text("FirstName"),
        "family_name": text("LastName"),
        "zoneinfo": text("TimeZoneSidKey"),
        "address": {},
        "urls": urls(context),
        "active": user.flag("IsActive"),
        "user_type": "STANDARD",
        "language": text("LanguageLocaleKey"),
        "locale": text("LocaleSidKey"),
        "updated_at": text("LastModifiedDate"),
        "is_app_installed": true,
    });
    Ok(Reply::json(200, &body))
}

/// `GET /id/{org}/{user}`
pub(super) fn identity(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let facts = context.session.facts;
    let is_own = call.argument("org").starts_with(&facts.org_id[..15])
        && call.argument("user").starts_with(&facts.user_id[..15]);
    if !is_own {
        return Err(ApiError::not_found());
    }
    let user = user(context)?;
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
        "urls": urls(context),
        "active": user.flag("IsActive"),
        "user_type": "STANDARD",
        "language": text("LanguageLocaleKey"),
        "locale": text("LocaleSidKey"),
        "last_modified_date": text("LastModifiedDate"),
        "is_app_installed": true,
    });
    Ok(Reply::json(200, &body))
}

fn user<'a>(context: &Context<'a>) -> Result<Record<'a>, ApiError> {
    let session = &context.session;
    let users = session.schema.known("User");
    rows::find(session, users, &session.facts.user_id)?.ok_or_else(ApiError::not_found)
}

fn full_name(user: &Record<'_>) -> String {
    let parts = [user.text("FirstName"), user.text("LastName")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn identity_url(context: &Context<'_>) -> String {
    let facts = context.session.facts;
    format!("{}/id/{}/{}", context.url, facts.org_id, facts.user_id)
}

fn urls(context: &Context<'_>) -> Value {
    let rest = format!("{}/services/data/v{{version}}/", context.url);
    json!({
        "rest": rest,
        "sobjects": format!("{rest}sobjects/"),
        "query": format!("{rest}query/"),
        "profile": format!("{}/{}", context.url, context.session.facts.user_id),
    })
}
