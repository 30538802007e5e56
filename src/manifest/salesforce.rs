//! Which org, how to sign in there, and which of its opportunities get a story.

use jiff::civil::Date;
use serde::Serialize;

use super::bounds::Bounds;
use super::names::{api_version, field, instance_url, org_id};
use super::section::Section;
use super::values::{date, flag, text, whole, word};
use super::words::words;

/// Which org, how to sign in, and which opportunities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Salesforce {
    pub(crate) instance_url: InstanceUrl,
    /// `None`: whichever way the environment has the secrets for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth: Option<Auth>,
    /// As in a path of the REST API, without the `v`: `67.0`.
    pub(crate) api_version: String,
    /// Seconds until a create whose reply was lost, and which cannot be found, is sent again.
    /// (On the embedded org nothing arrives late, whatever this says.)
    pub(crate) settle_after: u32,
    /// A run stops when so many percent of the org's daily calls are used up, by whomever.
    pub(crate) api_share: u32,
    /// From so many changes of one kind, or opportunities, on they go by jobs of the Bulk API.
    pub(crate) bulk_threshold: u32,
    /// Seconds without progress after which a job of the Bulk API is not waited for any more.
    pub(crate) bulk_patience: u32,
    /// Ids, of 15 or 18 characters, of the production orgs that may be written to.
    pub(crate) allow_production: Vec<String>,
    /// `None`: future meetings and invitations of owners whose calendars sync are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calendar_sync: Option<CalendarSync>,
    /// Whether what an alert of a duplicate rule would hold up is saved all the same.
    pub(crate) allow_duplicates: bool,
    pub(crate) query: Query,
}

/// Where the org is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InstanceUrl {
    /// The org that is built in.
    Embedded,
    /// Scheme, host and perhaps port, without a slash at the end; `http` only on loopback.
    Url(String),
}

words! {
    /// How to sign in. What is secret about it comes from the environment.
    Auth {
        /// The session of the Salesforce CLI.
        SfCli = "sf_cli",
        AccessToken = "access_token",
        /// An assertion signed with a key file.
        Jwt = "jwt",
        /// Client credentials, refresh token, or username and password with a connected app.
        Oauth = "oauth",
    }
}

words! {
    /// What may happen where owners' calendars are synchronised with the org.
    CalendarSync {
        Accepted = "accepted",
    }
}

/// Which opportunities get a story.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Query {
    /// Values of Opportunity.Type; empty: any.
    pub(crate) opportunity_type: Vec<String>,
    /// Values of Opportunity.StageName; empty: any.
    pub(crate) stages_allowed: Vec<String>,
    #[serde(skip_serializing_if = "Exclusion::is_default")]
    pub(crate) exclude_if_omitted_field: Exclusion,
    /// `None`: any close date.
    #[serde(serialize_with = "super::resolved::close_date_range")]
    pub(crate) close_date_range: Option<Bounds<Date>>,
    /// Closed Won and Closed Lost deals are taken in.
    pub(crate) include_closed: bool,
    /// At most so many opportunities, the oldest.
    pub(crate) limit: u32,
    pub(crate) on_leave: OnLeave,
}

/// The checkbox on Opportunity that keeps a deal out of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exclusion {
    /// `Omitted_from_Demo__c`, where the org has it: the manifest says nothing.
    IfPresent,
    /// The manifest names this field; an org without it is an error.
    Field(String),
    /// The manifest says null: no deal is kept out.
    Off,
}

impl Exclusion {
    /// The field that is looked for when the manifest names none.
    pub(crate) const DEFAULT_FIELD: &str = "Omitted_from_Demo__c";

    fn is_default(&self) -> bool {
        matches!(self, Self::IfPresent)
    }
}

words! {
    /// What happens to the records of an opportunity that the query no longer matches.
    OnLeave {
        Keep = "keep",
        Destroy = "destroy",
    }
}

/// Reads the section.
pub(super) fn salesforce(mut salesforce: Section) -> Salesforce {
    Salesforce {
        instance_url: salesforce
            .required("instance_url", "embedded", instance_url)
            .unwrap_or(InstanceUrl::Embedded),
        auth: salesforce.value("auth", word(Auth::WORDS)),
        api_version: salesforce
            .value("api_version", api_version)
            .unwrap_or_else(|| "67.0".to_owned()),
        settle_after: salesforce
            .value("settle_after", whole(0..=86_400))
            .unwrap_or(600),
        api_share: salesforce.value("api_share", whole(1..=100)).unwrap_or(80),
        bulk_threshold: salesforce
            .value("bulk_threshold", whole(1..=1_000_000))
            .unwrap_or(10_000),
        bulk_patience: salesforce
            .value("bulk_patience", whole(1..=86_400))
            .unwrap_or(1_800),
        allow_production: salesforce
            .distinct("allow_production", org_id)
            .unwrap_or_default(),
        calendar_sync: salesforce.value("calendar_sync", word(CalendarSync::WORDS)),
        allow_duplicates: salesforce.value("allow_duplicates", flag).unwrap_or(false),
        query: query(salesforce.section("query")),
    }
}

fn query(mut query: Section) -> Query {
    let omitted_field = query.value("exclude_if_omitted_field", field);
    let exclude_if_omitted_field = match omitted_field {
        Some(field) => Exclusion::Field(field),
        None if query.says_null("exclude_if_omitted_field") => Exclusion::Off,
        None => Exclusion::IfPresent,
    };
    Query {
        opportunity_type: query
            .one_or_list("opportunity_type", text)
            .unwrap_or_default(),
        stages_allowed: query
            .one_or_list("stages_allowed", text)
            .unwrap_or_default(),
        exclude_if_omitted_field,
        close_date_range: close_date_range(&mut query),
        include_closed: query.value("include_closed", flag).unwrap_or(false),
        limit: query.value("limit", whole(1..=1_000_000)).unwrap_or(100),
        on_leave: query
            .value("on_leave", word(OnLeave::WORDS))
            .unwrap_or(OnLeave::Keep),
    }
}

fn close_date_range(query: &mut Section) -> Option<Bounds<Date>> {
    let mut range = query.optional_section("close_date_range")?;
    let start = range.required("start", "2026-10-01", date);
    let end = range.required("end", "2026-12-31", date);
    range.ordered(("start", "end"), start, end)
}
