//! The rules of contact roles: an opportunity has one primary contact.

use rusqlite::types::Value;

use super::ApiError;
use super::record::change_where;
use super::save::Save;

/// The last one that is made the primary is it; whoever was it before is not any more.
pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    if !save.record.flag("IsPrimary") || !save.changes("IsPrimary") {
        return Ok(());
    }
    let change = "IsPrimary = 0, LastModifiedDate = ?1, LastModifiedById = ?4";
    let others = "OpportunityId = ?2 AND Id <> ?3 AND IsPrimary AND NOT IsDeleted";
    let user = Value::Text(save.session.facts.user_id.clone());
    let parameters = [
        save.record.get("OpportunityId"),
        save.record.get("Id"),
        &user,
    ];
    change_where(
        save.session,
        "OpportunityContactRole",
        (change, others),
        &parameters,
    )?;
    Ok(())
}
