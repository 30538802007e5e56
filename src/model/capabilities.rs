//! What this org lets us write.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::close_plan::Ways;
use super::field_kind::FieldKind;
use super::id::{RecordId, UserId};
use super::object::Object;

/// The field that proves a record to be ours.
pub(crate) const KEY_FIELD: &str = "Demo_Key__c";

/// The object that holds one row per pack.
pub(crate) const PACK_OBJECT: &str = "Demo_Pack__c";

/// What stories tell of accounts, where the org shows it.
pub(crate) const ACCOUNT_FIELDS: &[&str] =
    &["Industry", "Website", "NumberOfEmployees", "ParentId"];

/// What describe told of the org.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Capabilities {
    /// The objects that are there and that we may create.
    pub(crate) objects: BTreeMap<Object, ObjectCapabilities>,
    /// Whether the org has [`PACK_OBJECT`].
    pub(crate) pack_object: bool,
    /// The org itself.
    #[serde(default)]
    pub(crate) org: Option<RecordId>,
    /// The user we are signed in as.
    pub(crate) running_user: Option<UserId>,
    /// Whether customers can be people: an account and its contact in one.
    #[serde(default)]
    pub(crate) person_accounts: bool,
    /// Whether opportunities are in several currencies.
    #[serde(default)]
    pub(crate) currencies: bool,
    /// Of the addresses of accounts, and of contacts.
    #[serde(default)]
    pub(crate) places: Places,
    #[serde(default)]
    pub(crate) contact_places: Places,
    /// The countries that accounts can be in, where those are codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) countries: Vec<ListedPlace>,
    /// Those of [`ACCOUNT_FIELDS`] that the org shows us.
    #[serde(default)]
    pub(crate) account_fields: BTreeSet<String>,
    /// The names that the org has for the parts of contacts in deals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) contact_roles: Vec<String>,
    /// What the fields that the manifest adds can hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) added_fields: BTreeMap<Object, BTreeMap<String, FieldKind>>,
    /// Where the manifest asks for the answers of ClosePlan: how they are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) close_plan: Option<Ways>,
    /// The record types that the manifest names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) record_types: BTreeMap<Object, RecordId>,
    /// Fields that we would fill and this org does not offer, as `Event.Location`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_offered: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ObjectCapabilities {
    pub(crate) readable: BTreeSet<String>,
    pub(crate) createable: BTreeSet<String>,
    pub(crate) updateable: BTreeSet<String>,
}

/// What the country and the state of an address are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Places {
    /// The org does not show them to us.
    #[default]
    Hidden,
    /// As their authors wrote them.
    Texts,
    /// Codes of the state and country picklists, such as `US` and `CA`.
    Codes,
}

/// A country of the picklist, or a state of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedPlace {
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) states: Vec<Self>,
}

impl Places {
    /// The fields of an account that hold its country and state.
    pub(crate) fn of_account(self) -> Option<[&'static str; 2]> {
        match self {
            Self::Hidden => None,
            Self::Texts => Some(["BillingCountry", "BillingState"]),
            Self::Codes => Some(["BillingCountryCode", "BillingStateCode"]),
        }
    }

    /// Those of a contact.
    pub(crate) fn of_contact(self) -> Option<[&'static str; 2]> {
        match self {
            Self::Hidden => None,
            Self::Texts => Some(["MailingCountry", "MailingState"]),
            Self::Codes => Some(["MailingCountryCode", "MailingStateCode"]),
        }
    }
}

impl Capabilities {
    pub(crate) fn has(&self, object: Object) -> bool {
        self.objects.contains_key(&object)
    }

    /// Whether the org shows us the field.
    pub(crate) fn can_read(&self, object: Object, field: &str) -> bool {
        self.objects
            .get(&object)
            .is_some_and(|object| object.readable.contains(field))
    }

    pub(crate) fn can_create(&self, object: Object, field: &str) -> bool {
        self.objects
            .get(&object)
            .is_some_and(|object| object.createable.contains(field))
    }

    pub(crate) fn can_update(&self, object: Object, field: &str) -> bool {
        self.objects
            .get(&object)
            .is_some_and(|object| object.updateable.contains(field))
    }

    /// Whether an event can be related to several contacts (Shared Activities).
    pub(crate) fn shares_activities(&self) -> bool {
        self.can_create(Object::Event, "EventWhoIds")
    }

    /// Whether records of this kind can carry our key.
    pub(crate) fn has_key(&self, object: Object) -> bool {
        self.can_create(object, KEY_FIELD)
    }
}
