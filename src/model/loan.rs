//! Loans: fields of records that are not ours, which the manifest names and we fill.
//!
//! A loan is a managed row like any other, at an address such as `006…/loan`. What it is part of
//! exists without us: it is never created or deleted, and its fields get back what they held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::address::{Address, Path};
use super::id::{AccountId, RecordId};
use super::value::{FieldName, known};

/// The path of the fields that a root itself lends.
pub(crate) const LOAN: &str = "loan";

/// Where an account is that is not ours, as far as it lends anything.
pub(crate) fn of_account(account: AccountId) -> Address {
    Address {
        root: account.into(),
        path: Path::new(LOAN),
    }
}

/// One lent field: what it held before, and what we may have put there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lent {
    pub(crate) field: FieldName,
    /// What it gets back; none where the state was lost while it was lent, so that nobody knows.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "known"
    )]
    pub(crate) old: Option<Json>,
    /// The hashes of what we wrote last, and of what we wrote before that: after a crash it may
    /// hold either.
    pub(crate) ours: Vec<u32>,
}

/// The lent fields of records that are not ours, by record.
pub(crate) type Loans = BTreeMap<RecordId, Vec<Lent>>;

/// What is noted of this field.
pub(crate) fn of<'a>(book: &'a [Lent], field: &str) -> Option<&'a Lent> {
    book.iter().find(|lent| lent.field == field)
}
