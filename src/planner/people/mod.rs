//! The customer's people: who is on the committee of a deal, and who is made where an account has
//! nobody for a part.
//!
//! First the cast is filled from the account's contacts ([`mod@cast`]), then with people of ours. Whom
//! all deals of an account name together is made under the account, once, and stays who he is.

mod cast;
mod committee;
mod contacts;
mod domains;
mod made;
mod names;
mod roles;
mod titles;

pub(super) use cast::{Casting, cast};
pub(super) use domains::{Labels, domainless};
pub(super) use made::{People, contact, people};
pub(super) use roles::{called, make};

pub(super) use committee::{COMMITTEE, EXECUTIVE_ROLES, roles};
pub(super) use titles::is_executive;

use super::Situation;
use crate::model::object::Object;

/// Whether people are made who are missing.
pub(super) fn makes_people(situation: &Situation) -> bool {
    situation.manifest.contacts.generate && situation.capabilities.has(Object::Contact)
}
