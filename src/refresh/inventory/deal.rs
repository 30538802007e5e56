//! An opportunity as the org tells it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{optional, text, value, without_loans};
use crate::manifest::{Manifest, StoryKey};
use crate::model::capabilities::Capabilities;
use crate::model::day::Day;
use crate::model::id::{AccountId, RootId, UserId};
use crate::model::inventory::Opportunity;
use crate::model::loan::Loans;
use crate::org::{Fields, Org, Scope};
use crate::refresh::selection::chooses;
use crate::refresh::{Error, record_id, timestamp};

/// The field that tells an amount's currency, where there are several.
pub(super) const CURRENCY: &str = "CurrencyIsoCode";

/// An opportunity that was read, as it is without us.
pub(super) struct Deal {
    pub(super) id: RootId,
    pub(super) opportunity: Opportunity,
    /// Whether the query chooses it by what it held before fields of it were lent; none where none
    /// are, so that the org's own answer stands.
    pub(super) is_chosen_without_us: Option<bool>,
}

/// How an opportunity is read.
pub(super) struct Reading<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) has_default_exclusion: bool,
    /// By currency, how much of it a unit of the corporate currency is; empty where there is one.
    pub(super) rates: BTreeMap<String, f64>,
    pub(super) loans: &'a Loans,
}

impl Reading<'_> {
    pub(super) fn deal(&self, fields: &Fields) -> Result<Deal, Error> {
        let fields = without_loans(fields, self.loans);
        let query = &self.manifest.salesforce.query;
        let is_chosen_without_us = match &fields {
            Cow::Borrowed(_) => None,
            Cow::Owned(fields) => Some(chooses(query, self.has_default_exclusion, fields)),
        };
        let (id, opportunity) = opportunity(&fields, self)?;
        Ok(Deal {
            id,
            opportunity,
            is_chosen_without_us,
        })
    }

    /// An amount in the corporate currency; as it is where the org does not tell the rate.
    fn corporate(&self, fields: &Fields, amount: f64) -> f64 {
        let currency = optional(fields, CURRENCY);
        let rate = currency.and_then(|currency| self.rates.get(&currency));
        rate.filter(|rate| **rate > 0.0)
            .map_or(amount, |rate| amount / rate)
    }
}

/// The rates of all currencies, also of those that are not in use any more.
pub(super) async fn rates(
    org: &Org,
    capabilities: &Capabilities,
) -> Result<BTreeMap<String, f64>, Error> {
    if !capabilities.currencies {
        return Ok(BTreeMap::new());
    }
    let soql = "SELECT IsoCode, ConversionRate FROM CurrencyType".to_owned();
    let rows = org.query(soql, Scope::Query).all::<Fields>().await?;
    let rate = |fields: &Fields| {
        let rate = fields.get("ConversionRate").and_then(Json::as_f64)?;
        Some((optional(fields, "IsoCode")?, rate))
    };
    Ok(rows.iter().filter_map(rate).collect())
}

fn opportunity(fields: &Fields, reading: &Reading<'_>) -> Result<(RootId, Opportunity), Error> {
    let id = record_id(&text(fields, "Id")?)?;
    let name = text(fields, "Name")?;
    let story_key = match &reading.manifest.run.story_key {
        StoryKey::Id => id.to_string(),
        StoryKey::Name => name.clone(),
        // A deal without the field tells the story of its id.
        StoryKey::Field(field) => match value(fields, field) {
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => id.to_string(),
            Some(other) => other.to_string(),
        },
    };
    let close_date: jiff::civil::Date = text(fields, "CloseDate")?
        .parse()
        .map_err(|error: jiff::Error| Error::Unexpected(error.to_string()))?;
    let account = optional(fields, "AccountId")
        .map(|id| record_id(&id))
        .transpose()?;
    let number = |name: &str| fields.get(name).and_then(Json::as_f64);
    let flag = |name: &str| fields.get(name).and_then(Json::as_bool);
    let opportunity = Opportunity {
        name,
        account: account.map(AccountId),
        owner: UserId(record_id(&text(fields, "OwnerId")?)?),
        stage: text(fields, "StageName")?,
        probability: number("Probability").unwrap_or(0.0),
        amount: number("Amount").map(|amount| reading.corporate(fields, amount)),
        close_date: Day::from_date(close_date),
        created: timestamp(&text(fields, "CreatedDate")?)?,
        closed: flag("IsClosed").unwrap_or(false),
        won: flag("IsWon"),
        story_key,
    };
    Ok((RootId(id), opportunity))
}
