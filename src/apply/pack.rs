//! The pack's own record in a prepared org: who applied what, when, and from where.

use serde_json::{Value as Json, json};

use crate::model::capabilities::{Capabilities, PACK_OBJECT};
use crate::model::day::Day;
use crate::org::{Error, Fields, Org, RowError, RowOk, Scope, soql};
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

impl Entry<'_> {
    /// The record's fields, without its lease.
    pub(super) fn fields(&self, org: &Org) -> Fields {
        let at = org.server_time().map(|time| Json::String(time.to_string()));
        let fields = json!({
            "Name": self.meta.pack,
            "Anchor__c": self.anchor.to_string(),
            "Seed__c": self.seed,
            "Versions__c": concat!("demo-gen ", env!("CARGO_PKG_VERSION")),
            "Lineage__c": self.meta.lineage,
            "Last_Run__c": self.run_id,
            "Last_Run_At__c": at,
            "Applied_By__c": org.identity().username,
            "Applied_From__c": self.host,
        });
        let Json::Object(fields) = fields else {
            unreachable!("an object was written down")
        };
        fields
    }
}

/// What came of creating the record.
pub(super) enum Created {
    /// It has this id.
    New(String),
    /// There is one already.
    There(Box<PackRow>),
}

/// The recycle bin holds at most so many former records of a pack.
const FORMER: u32 = 100;

/// `Pack__c` is unique, so a second call, after a lost reply or beside another run, makes no
/// second record. A deleted record holds its name until it is purged; the next one gets a number.
pub(super) async fn create(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
    mut fields: Fields,
) -> Result<Created, refresh::Error> {
    for number in 1..=FORMER {
        let name = if number == 1 {
            pack.to_owned()
        } else {
            format!("{pack} ({number})")
        };
        fields.insert("Pack__c".to_owned(), json!(name));
        let sent = org.create_unique(PACK_OBJECT, &[fields.clone()]).await?;
        match sent.rows.into_iter().next() {
            Some(Ok(RowOk { id })) => return Ok(Created::New(id)),
            Some(Err(error)) if error.code == "DUPLICATE_VALUE" => {}
            Some(Err(error)) => return Err(refused(&error)),
            None => unreachable!("there is a result for each row"),
        }
        if let Some(there) = refresh::pack_row(org, capabilities, pack).await? {
            return Ok(Created::There(Box::new(there)));
        }
        if !is_in_recycle_bin(org, &name).await? {
            return Err(unseen(pack));
        }
    }
    let why = format!("{PACK_OBJECT} has had {FORMER} records of {pack:?}; empty the recycle bin");
    Err(refresh::Error::Unexpected(why))
}

/// Whether a record that was deleted holds the name.
async fn is_in_recycle_bin(org: &Org, name: &str) -> Result<bool, Error> {
    let soql = format!(
        "SELECT Id FROM {PACK_OBJECT} WHERE Pack__c = {} AND IsDeleted = TRUE",
        soql::literal(name)
    );
    let found: Vec<Fields> = org.query(soql, Scope::QueryAll).all().await?;
    Ok(!found.is_empty())
}

fn unseen(pack: &str) -> refresh::Error {
    refresh::Error::Unexpected(format!(
        "{PACK_OBJECT} has a record of {pack:?} that is hidden from you; check the user's sharing and permissions (View All Data)"
    ))
}

/// Takes the record away, where there is one.
pub(crate) async fn remove(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
) -> Result<(), refresh::Error> {
    match refresh::pack_row(org, capabilities, pack).await? {
        Some(PackRow { id, .. }) => delete(org, &id).await,
        None => Ok(()),
    }
}

pub(super) async fn delete(org: &Org, id: &str) -> Result<(), refresh::Error> {
    match org.delete(&[id]).await?.rows.into_iter().next() {
        Some(Err(error)) if !error.is_gone() => Err(refused(&error)),
        _ => Ok(()),
    }
}

fn refused(error: &RowError) -> refresh::Error {
    refresh::Error::Org(Error::Rejected {
        code: error.code.clone(),
        message: format!("{PACK_OBJECT} was refused: {}", error.message),
    })
}

impl From<Error> for super::Error {
    fn from(error: Error) -> Self {
        Self::Refresh(error.into())
    }
}
