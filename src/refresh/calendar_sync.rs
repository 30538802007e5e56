//! Whose calendars are synchronised with the org, as far as the org tells.

use std::collections::BTreeSet;

use super::{Error, record_id};
use crate::model::id::UserId;
use crate::org::{Fields, Kind, Org, Scope};

/// Einstein Activity Capture is given to users by permission sets whose names say so. What an
/// admin of Lightning Sync or a third party has set up, the API does not show.
const CAPTURED: &str = "SELECT AssigneeId FROM PermissionSetAssignment \
     WHERE PermissionSet.Name LIKE '%EinsteinActivityCapture%' \
     OR PermissionSet.Label LIKE '%Einstein Activity Capture%'";

/// Nobody where the org does not show it.
pub(crate) async fn synchronised(org: &Org) -> Result<BTreeSet<UserId>, Error> {
    let rows = org.query(CAPTURED.to_owned(), Scope::Query).all::<Fields>();
    let rows = match rows.await {
        Ok(rows) => rows,
        Err(error) if matches!(error.kind(), Kind::Rejected(_)) => return Ok(BTreeSet::new()),
        Err(error) => return Err(error.into()),
    };
    let user = |fields: &Fields| {
        let id = fields.get("AssigneeId").and_then(|id| id.as_str());
        id.map(|id| record_id(id).map(UserId))
    };
    rows.iter().filter_map(user).collect()
}
