//! Which org this is, and who we are in it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Kind, excerpt};
use super::query::{Pages, Scope};
use super::soql;
use super::transport::{Call, Transport};

/// The org and the running user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// 18 characters; a refreshed sandbox has a new one.
    pub(crate) org_id: String,
    pub(crate) org_name: String,
    pub(crate) is_sandbox: bool,
    /// `Developer Edition`, `Enterprise Edition` …
    pub(crate) organization_type: String,
    /// Set in trial and scratch orgs.
    pub(crate) trial_expiry: Option<Timestamp>,
    /// The org's own time zone, `America/Los_Angeles`.
    pub(crate) time_zone: String,
    /// Where the org answers, `https://acme.my.salesforce.com`.
    pub(crate) instance_url: String,
    pub(crate) user_id: String,
    pub(crate) username: String,
}

impl Identity {
    /// Whether real business is done in it: not a sandbox, a trial, a scratch or a developer's org.
    pub(crate) fn is_production(&self) -> bool {
        !self.is_sandbox
            && self.trial_expiry.is_none()
            && self.organization_type != "Developer Edition"
    }

    /// Whether an id of 15 or of 18 characters names this org.
    pub(crate) fn is_org(&self, id: &str) -> bool {
        id.get(..15) == self.org_id.get(..15)
    }
}

/// Asks the org.
pub(super) async fn read(transport: &Arc<Transport>) -> Result<Identity, Error> {
    let user_id = running_user(transport).await?;
    let organization: Organization = one(
        transport,
        "SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate, TimeZoneSidKey FROM Organization".to_owned(),
    )
    .await?;
    let user_id = soql::literal(&user_id);
    let user: User = one(
        transport,
        format!("SELECT Id, Username FROM User WHERE Id = {user_id}"),
    )
    .await?;
    Ok(Identity {
        org_id: organization.id,
        org_name: organization.name,
        is_sandbox: organization.is_sandbox,
        organization_type: organization.edition,
        trial_expiry: organization
            .trial_expiration_date
            .as_deref()
            .map(instant)
            .transpose()?,
        time_zone: organization.time_zone_sid_key,
        instance_url: transport.instance.to_string(),
        user_id: user.id,
        username: user.username,
    })
}

/// The id of the running user, from the API's root, which every kind of token may read.
async fn running_user(transport: &Transport) -> Result<String, Error> {
    let reply = transport.send(&Call::get(transport.target(""))).await;
    let reply = reply.map_err(|error| match error.kind() {
        Kind::Rejected("NOT_FOUND" | "GONE" | "UNSUPPORTED_API_VERSION") => {
            Error::ApiVersion(transport.version.clone())
        }
        _ => error,
    })?;
    let root: Root = reply.json()?;
    Ok(match root.identity.rsplit_once('/') {
        Some((_, id)) => id.to_owned(),
        None => root.identity,
    })
}

/// The only row of a query.
async fn one<T: DeserializeOwned>(transport: &Arc<Transport>, soql: String) -> Result<T, Error> {
    let pages = Pages::new(transport.clone(), soql, Scope::Query);
    let mut rows = pages.all().await?;
    match (rows.pop(), rows.len()) {
        (Some(row), 0) => Ok(row),
        (_, others) => Err(Error::NotSalesforce {
            status: 200,
            excerpt: format!("{others} rows where one was expected"),
        }),
    }
}

/// Reads `2026-12-24T09:30:00.000+0000`.
fn instant(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| Error::NotSalesforce {
        status: 200,
        excerpt: excerpt(format!("'{text}' as a time").as_bytes()),
    })
}

#[derive(Deserialize)]
struct Root {
    /// `https://<host>/id/00D…/005…`
    identity: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Organization {
    id: String,
    name: String,
    is_sandbox: bool,
    #[serde(rename = "OrganizationType")]
    edition: String,
    trial_expiration_date: Option<String>,
    time_zone_sid_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    id: String,
    username: String,
}
