//! Which org this is, and who we are in it.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value};

use super::composite::{self, Body, Part, PartReply};
use super::error::{Error, excerpt};
use super::reply::refusal;
use super::sign_in::SignInError;
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
    /// Whether people do their work here: demo data then needs the manifest's consent. A trial is
    /// none that is at work yet, and scratch orgs are trials or sandboxes.
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

/// Asks the org, in two calls: the second one's questions follow from the first one's answer.
pub(super) async fn read(transport: &Transport) -> Result<Identity, Error> {
    let user_id = soql::literal(&running_user(transport).await?);
    let parts = [
        part(
            transport,
            "organization",
            "SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate, TimeZoneSidKey FROM Organization",
        ),
        part(
            transport,
            "user",
            &format!("SELECT Id, Username FROM User WHERE Id = {user_id}"),
        ),
    ];
    let mut replies = composite::send(transport, &parts).await?.into_iter();
    let mut next = || replies.next().expect("there is a reply for each part");
    let organization: Organization = one(next())?;
    let user: User = one(next())?;
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

/// The id of the running user, from the API's root, which every kind of token may read. Whatever
/// the org has against us, it says here.
async fn running_user(transport: &Transport) -> Result<String, Error> {
    let reply = transport.send(&Call::get(transport.target(""))).await;
    let reply = reply.map_err(|error| match error {
        Error::Rejected { code, .. } if NO_SUCH_VERSION.contains(&code.as_str()) => {
            Error::ApiVersion(transport.version.clone())
        }
        Error::Rejected { code, message } => SignInError::Session { code, message }.into(),
        _ => error,
    })?;
    let root: Root = reply.json()?;
    Ok(match root.identity.rsplit_once('/') {
        Some((_, id)) => id.to_owned(),
        None => root.identity,
    })
}

const NO_SUCH_VERSION: &[&str] = &["NOT_FOUND", "GONE", "UNSUPPORTED_API_VERSION"];

fn part(transport: &Transport, name: &str, soql: &str) -> Part {
    Part {
        method: "GET",
        url: transport.target(&format!("/query?{}", soql::encoded(soql))),
        reference_id: name.to_owned(),
        body: None,
    }
}

/// The only row of a query.
fn one<T: DeserializeOwned>(reply: PartReply<Body<Rows>>) -> Result<T, Error> {
    let mut rows = match reply.body {
        Body::Object(rows) => rows.records,
        Body::Errors(errors) => return Err(refusal(reply.status, &errors)),
    };
    let unexpected = |excerpt| Error::NotSalesforce {
        status: reply.status,
        excerpt,
    };
    match (rows.pop(), rows.len()) {
        (Some(row), 0) => from_value(row).map_err(|error| unexpected(error.to_string())),
        (_, others) => Err(unexpected(format!("{others} rows where one was expected"))),
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
struct Rows {
    records: Vec<Value>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(organization_type: &str, is_sandbox: bool, on_trial: bool, expect: bool) {
        let identity = Identity {
            org_id: "00Dxx0000001gPFEAY".to_owned(),
            org_name: "Acme".to_owned(),
            is_sandbox,
            organization_type: organization_type.to_owned(),
            trial_expiry: on_trial.then_some(Timestamp::UNIX_EPOCH),
            time_zone: "America/Los_Angeles".to_owned(),
            instance_url: "https://acme.my.salesforce.com".to_owned(),
            user_id: "005xx000001SwiUAAS".to_owned(),
            username: "sam@acme.example".to_owned(),
        };
        assert_eq!(identity.is_production(), expect, "{identity:?}");
    }

    #[test]
    fn what_is_a_production_org() {
        for edition in [
            "Enterprise Edition",
            "Unlimited Edition",
            "Professional Edition",
            "Team Edition",
            "Base Edition",
            "an edition of the future",
        ] {
            check(edition, false, false, true);
            // A sandbox has the edition of its production org.
            check(edition, true, false, false);
            check(edition, false, true, false);
        }
        check("Developer Edition", false, false, false);
        // A scratch org.
        check("Developer Edition", true, true, false);
    }
}
