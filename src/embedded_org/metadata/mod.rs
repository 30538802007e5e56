//! The Metadata API: making and taking away custom fields, custom objects and permission sets.
//!
//! A deploy is a zip file of XML (`package`, `xml`), carried out component by component (`deploy`,
//! `permission_set`) on the org's definitions (`definitions`), which the Tooling API changes too and shows as records (`catalogue`). Other
//! kinds of metadata are not known to this org. Deploys are carried out while they are asked about
//! (`request`), so that who waits for one sees it go through its states.

mod catalogue;
mod definitions;
mod deploy;
mod package;
mod permission_set;
mod request;
mod xml;

pub(super) use catalogue::fill;
pub(super) use definitions::Definitions;
pub(super) use request::{DeployRequest, advance, cancel, enqueue, find};
