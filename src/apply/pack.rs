//! The pack's own record in a prepared org: who applied what, when, and from where.

use serde_json::{Value as Json, json};

use crate::model::capabilities::{Capabilities, PACK_OBJECT};
use crate::model::day::Day;
use crate::org::{Error, Fields, Kind, Org};
use crate::refresh::{self, PackRow};
use crate::state::Meta;

/// What the record says of a run.
pub(crate) struct Entry<'a> {
    pub(crate) meta: &'a Meta,
    pub(crate) anchor: Day,
    pub(crate) seed: u64,
    pub(crate) run_id: &'a str,
    pub(crate) host: &'a str,
}

/// Writes the pack's record, where the org has a place for it.
pub(crate) async fn write(
    org: &Org,
    capabilities: &Capabilities,
    entry: &Entry<'_>,
) -> Result<(), refresh::Error> {
    if !capabilities.pack_object {
        return Ok(());
    }
    let at = org.server_time().map(|time| Json::String(time.to_string()));
    let fields = json!({
        "Name": entry.meta.pack,
        "Anchor__c": entry.anchor.to_string(),
        "Seed__c": entry.seed,
        "Versions__c": concat!("demo-gen ", env!("CARGO_PKG_VERSION")),
        "Lineage__c": entry.meta.lineage,
        "Last_Run__c": entry.run_id,
        "Last_Run_At__c": at,
        "Applied_By__c": org.identity().username,
        "Applied_From__c": entry.host,
    });
    let Json::Object(fields) = fields else {
        unreachable!("an object was written down")
    };
    let there = refresh::pack_row(org, capabilities, &entry.meta.pack).await?;
    match there {
        Some(PackRow { id, .. }) => first(org.update(PACK_OBJECT, &[(&*id, fields)]).await?.rows),
        None => create(org, capabilities, &entry.meta.pack, fields).await,
    }
}

/// The recycle bin holds at most so many former records of a pack.
const FORMER: u32 = 100;

/// `Pack__c` is unique, so a second call, after a lost reply or beside another run, makes no
/// second record. A deleted record holds its name until it is purged; the next one gets a number.
async fn create(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
    mut fields: Fields,
) -> Result<(), refresh::Error> {
    for number in 1..=FORMER {
        let name = if number == 1 {
            pack.to_owned()
        } else {
            format!("{pack} ({number})")
        };
        fields.insert("Pack__c".to_owned(), json!(name));
        let rows = [fields.clone()];
        let mut sent = org.create(PACK_OBJECT, &rows).await;
        if matches!(&sent, Err(error) if error.kind() == Kind::Lost) {
            sent = org.create(PACK_OBJECT, &rows).await;
        }
        match sent?.rows.into_iter().next() {
            Some(Err(error)) if error.code == "DUPLICATE_VALUE" => {}
            Some(Err(error)) => return Err(refused(&error)),
            _ => return Ok(()),
        }
        if refresh::pack_row(org, capabilities, pack).await?.is_some() {
            return Ok(());
        }
    }
    let why = format!("{PACK_OBJECT} has had {FORMER} records of {pack:?}; empty the recycle bin");
    Err(refresh::Error::Unexpected(why))
}

/// Takes the record away.
pub(crate) async fn remove(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
) -> Result<(), refresh::Error> {
    if let Some(PackRow { id, .. }) = refresh::pack_row(org, capabilities, pack).await? {
        let rows = org.delete(&[&id]).await?.rows;
        if !rows
            .iter()
            .any(|row| row.as_ref().is_err_and(crate::org::RowError::is_gone))
        {
            first(rows)?;
        }
    }
    Ok(())
}

fn first(rows: Vec<Result<crate::org::RowOk, crate::org::RowError>>) -> Result<(), refresh::Error> {
    match rows.into_iter().next() {
        Some(Err(error)) => Err(refused(&error)),
        _ => Ok(()),
    }
}

fn refused(error: &crate::org::RowError) -> refresh::Error {
    refresh::Error::Unexpected(format!(
        "{PACK_OBJECT} was refused: {} ({})",
        error.message, error.code
    ))
}

impl From<Error> for super::Error {
    fn from(error: Error) -> Self {
        Self::Refresh(error.into())
    }
}
