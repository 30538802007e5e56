//! The customer's people: who is on the committee of a deal, and who is made where an account has
//! nobody for a part.
//!
//! First the cast is filled from the account's contacts ([`cast`]), then with people of ours. Whom
//! all deals of an account name together is made under the account, once, and stays who he is.

mod cast;
mod committee;
mod contacts;
mod made;
mod names;
mod roles;
mod titles;

pub(super) use cast::{Casting, cast};
pub(super) use contacts::contacts;
pub(super) use made::{People, contact, people};
pub(super) use roles::make;

pub(super) use committee::roles;
