//! The org without us: what we read, and never change.

use std::collections::BTreeMap;

use compact_str::CompactString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::close_plan::Question;
use super::day::Day;
use super::id::{AccountId, ContactId, RootId, UserId};

/// Everything of the org that planning depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inventory {
    /// The covered opportunities, by id.
    pub(crate) opportunities: BTreeMap<RootId, Opportunity>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// The contacts of those accounts, by account, then by id.
    pub(crate) contacts: BTreeMap<AccountId, BTreeMap<ContactId, Contact>>,
    /// Who has a contact role on an opportunity that is not ours.
    #[serde(default)]
    pub(crate) contact_roles: BTreeMap<RootId, Vec<ContactRole>>,
    /// The ClosePlan scorecards of the opportunities that have one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) questions: BTreeMap<RootId, Vec<Question>>,
    pub(crate) users: BTreeMap<UserId, User>,
    /// The name of the company whose org it is: who sells.
    #[serde(default)]
    pub(crate) organization: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opportunity {
    pub(crate) name: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) owner: UserId,
    pub(crate) stage: String,
    /// 0 to 100, as the stage or its owner says.
    pub(crate) probability: f64,
    pub(crate) amount: Option<f64>,
    pub(crate) close_date: Day,
    pub(crate) created: Timestamp,
    pub(crate) closed: bool,
    /// What the org says of one that is closed; not known where it was read before that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) won: Option<bool>,
    /// What its draws are keyed by: the id, or what `run.story_key` names.
    pub(crate) story_key: String,
}

impl Opportunity {
    pub(crate) fn is_won(&self) -> bool {
        self.closed && self.won.unwrap_or(self.probability > 0.0)
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.closed && !self.is_won()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Of its billing address, in the form of [`super::capabilities::Places`].
    #[serde(default)]
    pub(crate) country: Option<String>,
    #[serde(default)]
    pub(crate) state: Option<String>,
    /// As the org's picklist has it, such as `Manufacturing`.
    #[serde(default)]
    pub(crate) industry: Option<String>,
    #[serde(default)]
    pub(crate) website: Option<String>,
    #[serde(default)]
    pub(crate) employees: Option<u32>,
    #[serde(default)]
    pub(crate) parent: Option<AccountId>,
    /// Whether it is a Person Account: a customer who is one person, with no other people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) person: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) first_name: Option<CompactString>,
    pub(crate) last_name: CompactString,
    pub(crate) title: Option<CompactString>,
    pub(crate) email: Option<CompactString>,
    /// Of its mailing address, as an account's.
    #[serde(default)]
    pub(crate) country: Option<CompactString>,
    #[serde(default)]
    pub(crate) state: Option<CompactString>,
}

/// That a contact has a part in an opportunity, as the org tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContactRole {
    pub(crate) contact: ContactId,
    pub(crate) primary: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    pub(crate) active: bool,
    /// An IANA time zone, such as `Europe/Berlin`.
    pub(crate) time_zone: String,
    pub(crate) manager: Option<UserId>,
}

/// A country and a state, as the org writes them.
pub(crate) type Address<'a> = (&'a str, Option<&'a str>);

impl Account {
    /// None where no country is known.
    pub(crate) fn address(&self) -> Option<Address<'_>> {
        Some((self.country.as_deref()?, self.state.as_deref()))
    }
}

impl Contact {
    /// None where no country is known.
    pub(crate) fn address(&self) -> Option<Address<'_>> {
        Some((self.country.as_deref()?, self.state.as_deref()))
    }

    pub(crate) fn full_name(&self) -> CompactString {
        let mut name = CompactString::default();
        if let Some(first) = &self.first_name {
            name.extend([first.as_str(), " "]);
        }
        name.push_str(&self.last_name);
        name
    }
}

/// The order of creation: the order in which calendars are filled and limits are drawn.
pub(crate) fn by_creation(inventory: &Inventory) -> Vec<RootId> {
    let mut roots: Vec<_> = inventory.opportunities.iter().collect();
    roots.sort_by_key(|(id, opportunity)| (opportunity.created, **id));
    roots.into_iter().map(|(id, _)| *id).collect()
}
