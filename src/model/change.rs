//! Changes: what a plan is made of.

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::day::Day;
use super::id::{AccountId, RecordId};
use super::loan::Lent;
use super::object::Object;
use super::value::{Datum, FieldName, Want, known};

/// One address and what is to happen there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) address: Address,
    pub(crate) object: Object,
    /// The kind of the record that gives way to it, where a replacement is of another kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instead_of: Option<Object>,
    pub(crate) action: Action,
    pub(crate) reason: Reason,
    /// The record as it is now, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<RecordId>,
    /// Its `SystemModstamp` when the change was planned, in milliseconds since 1970: another one
    /// says that somebody saved it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stamp: Option<i64>,
    /// How often the address has been created, this change included. Part of the key.
    pub(crate) generation: u32,
    /// The account that a save locks; without one the root itself is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<AccountId>,
    /// The recipe that is fulfilled when the change is done; none when the record goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) want: Option<Want>,
    /// All fields of a create, the changed ones of an update.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FieldChange>,
    /// What the org holds in the fields that we own, once the `fields` are written; for an
    /// adoption.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) held: Vec<(FieldName, u32)>,
    /// Of a loan, the fields that are lent once it is carried out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lent: Vec<Lent>,
    /// Of an account that comes under another, the accounts that it then stands under, the nearest
    /// first. Those that move too go first, or a circle might be made on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) above: Vec<Address>,
    /// What a person would call the record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    /// The day that it is dated, for activities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FieldChange {
    pub(crate) name: FieldName,
    /// What the org holds; none where it was not read or the record is new.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "known"
    )]
    pub(crate) before: Option<serde_json::Value>,
    pub(crate) after: Datum,
}

/// What is to happen to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Delete,
    /// Delete and create anew, because the platform will not update what changed.
    Replace,
    Create,
    Update,
    /// Take a record that carries our key into state; its `fields` are updated then.
    Adopt,
    /// Drop from state what is not there, or not ours, any more. Nothing is written to the org.
    Forget,
    /// Note in state that the org holds what is wanted. Nothing is written to the org.
    Record,
}

/// Why it is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// The manifest asks for it and it was never made.
    New,
    /// We made it and somebody deleted it.
    Vanished,
    /// The record at this address is not ours any more; another is made.
    TakenOver,
    /// The manifest, the org it describes, or a template asks for something else.
    ManifestChanged,
    /// The manifest is the same, but what it says of the org comes to something else now.
    OrgChanged,
    /// The story moved to another day.
    AnchorMoved,
    /// A language model has written a text that an offline one stood in for.
    Retold,
    /// The texts of an earlier release are worded anew, as was asked for.
    TextsUpgraded,
    /// Somebody changed a field that we own.
    Drift,
    /// What it refers to is made anew.
    ReferenceChanged,
    /// It carries our key, but state did not know it.
    FoundByKey,
    /// Nothing asks for it any more.
    NoLongerWanted,
    /// Its opportunity is not chosen any more.
    OutOfSelection,
    /// `destroy` was asked for.
    Destroy,
    /// It was to go and is gone already.
    AlreadyGone,
    /// The org already holds what is wanted.
    AlreadyRight,
    /// It was lent, and others have changed it since: it is not given back.
    LeftToOthers,
}

impl Action {
    /// The mark in front of it, as in Terraform where Terraform has one.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Delete => "-",
            Self::Replace => "±",
            Self::Create => "+",
            Self::Update => "~",
            Self::Adopt => "=",
            Self::Forget => ".",
            Self::Record => "",
        }
    }
}

impl Reason {
    /// Whether it is why something is not wanted any more.
    pub(crate) fn is_going(self) -> bool {
        matches!(
            self,
            Self::NoLongerWanted | Self::OutOfSelection | Self::Destroy
        )
    }

    /// The reason in a person's words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Vanished => "deleted outside of demo-gen",
            Self::TakenOver => "not ours any more",
            Self::ManifestChanged => "manifest changed",
            Self::OrgChanged => "the org changed",
            Self::AnchorMoved => "anchor moved",
            Self::Retold => "text generated",
            Self::TextsUpgraded => "texts upgraded",
            Self::Drift => "changed outside of demo-gen",
            Self::ReferenceChanged => "what it refers to is made anew",
            Self::FoundByKey => "found by its key",
            Self::NoLongerWanted => "no longer wanted",
            Self::OutOfSelection => "opportunity no longer selected",
            Self::Destroy => "destroy",
            Self::AlreadyGone => "already gone",
            Self::AlreadyRight => "already as wanted",
            Self::LeftToOthers => "changed by others since, left as it is",
        }
    }
}

impl Change {
    /// Whether carrying it out writes to the org.
    pub(crate) fn writes(&self) -> bool {
        match self.action {
            Action::Delete | Action::Replace | Action::Create | Action::Update => true,
            Action::Adopt => !self.fields.is_empty(),
            Action::Forget | Action::Record => false,
        }
    }

    /// Whether it puts an account under another one, or under none.
    pub(crate) fn moves_account(&self) -> bool {
        let is_account = matches!(self.object, Object::Account | Object::AccountLoan);
        is_account && self.fields.iter().any(|field| field.name == "ParentId")
    }
}

/// How many changes there are of each kind, as the last line of a plan counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) add: u64,
    pub(crate) change: u64,
    pub(crate) destroy: u64,
    pub(crate) adopt: u64,
    pub(crate) forget: u64,
    /// State-only notes, which no one needs to review.
    pub(crate) record: u64,
}

impl Counts {
    pub(crate) fn count(&mut self, change: &Change) {
        match change.action {
            Action::Create => self.add += 1,
            Action::Update => self.change += 1,
            Action::Delete => self.destroy += 1,
            Action::Replace => {
                self.add += 1;
                self.destroy += 1;
            }
            Action::Adopt => {
                self.adopt += 1;
                self.change += u64::from(change.writes());
            }
            Action::Forget => self.forget += 1,
            Action::Record => self.record += 1,
        }
    }

    /// Whether there is nothing that a person would want to review.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            add,
            change,
            destroy,
            adopt,
            forget,
            record: _,
        } = *self;
        add + change + destroy + adopt + forget == 0
    }

    /// How many records the org will be asked to write.
    pub(crate) fn writes(&self) -> u64 {
        self.add + self.change + self.destroy
    }
}
