//! Reading the org: what it can hold, what it holds without us, and what became of ours.
//!
//! Nothing here writes to the org, and nothing here decides.

mod calendar_sync;
mod capabilities;
mod close_plan;
mod deviations;
mod fit;
mod found;
mod hanging;
mod inquiry;
mod inventory;
mod job;
mod listed;
mod live;
mod mapping;
mod meanwhile;
mod selection;
mod settle;
mod surroundings;
mod window;

pub(crate) use calendar_sync::synchronised;
pub(crate) use capabilities::Described;
pub(crate) use deviations::{Deviations, deviations, note, proved};
pub(crate) use found::{PackRow, found, look_alikes, pack_row};
pub(crate) use hanging::{Hanging, hanging};
pub(crate) use inquiry::Inquiry;
pub(crate) use inventory::{InventoryRequest, Read, accounts_of, inventory};
pub(crate) use job::{Waited, ended, job_rows};
pub(crate) use live::{Note, OwnedFields, Proof, Written, held, live_among, read_back};
pub(crate) use meanwhile::{Meanwhile, Planned, meanwhile};
pub(crate) use selection::{filter_counts, query_digest};
pub(crate) use settle::{Holder, Patience, Settled, Unsettled, recorded, settle, settle_one};
pub(crate) use surroundings::{Surroundings, counted, part_counts, surroundings};

use crate::org;
use crate::state;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Org(#[from] org::Error),
    #[error(transparent)]
    State(#[from] state::Error),
    #[error("the org answered with something unexpected: {0}")]
    Unexpected(String),
    #[error(
        "the manifest names the field {field} of Opportunity, which this org does not have (or does not show to you)"
    )]
    NoSuchField { field: String },
}

/// A record id out of the org's reply.
fn record_id(text: &str) -> Result<crate::model::id::RecordId, Error> {
    crate::model::id::RecordId::parse(text).map_err(|error| Error::Unexpected(error.to_string()))
}

/// An instant such as `2026-10-05T13:00:00.000+0000`.
fn timestamp(text: &str) -> Result<jiff::Timestamp, Error> {
    text.parse()
        .map_err(|error: jiff::Error| Error::Unexpected(error.to_string()))
}
