//! The pack's own record in a prepared org: who applied what, when, and from where.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::model::capabilities::{Capabilities, PACK_OBJECT};
use crate::model::day::Day;
use crate::model::status_code::{Reach, reach};
use crate::org::{Conditional, Error, Fields, Org, RowError, RowOk, Scope, Sent, soql};
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
        let rows = [fields.clone()];
        let sent = patiently(|| org.create_unique(PACK_OBJECT, &rows)).await?;
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
    let sent = patiently(|| org.delete(std::slice::from_ref(&id))).await?;
    match sent.rows.into_iter().next() {
        Some(Err(error)) if !error.is_gone() => Err(refused(&error)),
        _ => Ok(()),
    }
}

/// A save by somebody else holds the record for a moment only.
const ATTEMPTS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Makes a write to the pack's own record, again as long as another save holds it.
pub(super) async fn patiently<T: Answer, F>(write: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..ATTEMPTS {
        let told = write().await;
        let refusal = match &told {
            Ok(done) => done.refusal(),
            Err(Error::Rejected { code, .. }) => Some(code.as_str()),
            Err(_) => None,
        };
        if refusal.map(reach) != Some(Reach::Locked) {
            return told;
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    write().await
}

/// What an org tells of a write.
pub(super) trait Answer {
    /// The code with which it refused the record.
    fn refusal(&self) -> Option<&str>;
}

impl Answer for Sent {
    fn refusal(&self) -> Option<&str> {
        let row = self.rows.first()?;
        row.as_ref().err().map(|error| error.code.as_str())
    }
}

impl Answer for Conditional {
    /// It would be an error.
    fn refusal(&self) -> Option<&str> {
        None
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{Answer, patiently};
    use crate::org::{Conditional, Error, RowError, RowOk, Sent};

    /// How often a write is made that is answered like this, one after the other, and its end.
    async fn check<T: Answer>(answers: Vec<Result<T, Error>>) -> (usize, Result<T, Error>) {
        let count = answers.len();
        let answers = RefCell::new(answers.into_iter());
        let done = patiently(|| async { answers.borrow_mut().next().unwrap() }).await;
        (count - answers.into_inner().len(), done)
    }

    fn locked<T>() -> Result<T, Error> {
        Err(Error::Rejected {
            code: "UNABLE_TO_LOCK_ROW".to_owned(),
            message: String::new(),
        })
    }

    fn row(code: Option<&str>) -> Sent {
        let row = match code {
            None => Ok(RowOk { id: String::new() }),
            Some(code) => Err(RowError {
                code: code.to_owned(),
                message: String::new(),
                fields: Vec::new(),
            }),
        };
        Sent {
            rows: vec![row],
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_locked_is_tried_five_times() {
        let there = || Ok(Conditional::Otherwise);
        assert_eq!(check(vec![there(), there()]).await, (1, there()));
        assert_eq!(check(vec![locked(), locked(), there()]).await, (3, there()));
        let (times, end) = check::<Conditional>((0..9).map(|_| locked()).collect()).await;
        assert_eq!((times, end), (5, locked()));
        let held = || Ok(row(Some("UNABLE_TO_LOCK_ROW")));
        let made = || Ok(row(None));
        assert_eq!(check(vec![held(), made()]).await, (2, made()));
        let refused = || Ok(row(Some("DUPLICATE_VALUE")));
        assert_eq!(check(vec![refused(), made()]).await, (1, refused()));
    }
}
