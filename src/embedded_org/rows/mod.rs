//! Saving and deleting records: what the platform does with a record between request and table.
//!
//! A save reads the body by the schema (`body`), applies the rules of its sObject (`event`, `task`,
//! `email_message`, `opportunity`, `relation`, `address`), checks what every record must hold (`check`) and
//! that it is new (`duplicate`), writes, and lets the platform
//! make what follows from it.

mod address;
mod body;
mod check;
mod contact_role;
mod delete;
mod duplicate;
mod email_message;
mod event;
mod invitee;
mod load;
pub(crate) mod named;
mod opportunity;
mod permission;
mod record;
mod relation;
mod save;
mod task;
mod upsert;

pub(crate) use body::refuses;
pub(crate) use delete::delete;
pub(crate) use load::{load, read_exported, relate};
pub(crate) use permission::read_with;
pub(crate) use record::{Record, find, insert};
pub(crate) use save::{create, update};
pub(crate) use upsert::{Matched, Upserted, find_by_key, upsert};

use super::api_error::ApiError;
use super::session::Session;
