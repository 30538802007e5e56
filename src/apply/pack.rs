//! The pack's own record in a prepared org: who applied what, when, and from where.

use std::collections::BTreeSet;
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

/// How often a name is looked for that no former record of the pack holds.
const NAMES: u32 = 5;

/// `Pack__c` is unique, so a second call, after a lost reply or beside another run, makes no
/// second record. A deleted record holds its name until it is purged; the next one gets a number.
pub(super) async fn create(
    org: &Org,
    capabilities: &Capabilities,
    pack: &str,
    mut fields: Fields,
) -> Result<Created, refresh::Error> {
    let mut number = 1;
    for _ in 0..NAMES {
        fields.insert("Pack__c".to_owned(), json!(numbered(pack, number)));
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
        let former = former(org, pack).await?;
        if !former.contains(&number) {
            return Err(unseen(pack));
        }
        number = former.last().map_or(1, |last| last + 1);
    }
    Err(unseen(pack))
}

/// `q4-demo`, and after it `q4-demo (2)`.
fn numbered(pack: &str, number: u32) -> String {
    match number {
        1 => pack.to_owned(),
        _ => format!("{pack} ({number})"),
    }
}

/// The numbers that deleted records of the pack hold.
async fn former(org: &Org, pack: &str) -> Result<BTreeSet<u32>, Error> {
    let soql = format!(
        "SELECT Pack__c FROM {PACK_OBJECT} WHERE Name = {} AND IsDeleted = TRUE",
        soql::literal(pack)
    );
    let rows: Vec<Fields> = org.query(soql, Scope::QueryAll).all().await?;
    let number = |row: &Fields| {
        let rest = row.get("Pack__c")?.as_str()?.strip_prefix(pack)?;
        match rest {
            "" => Some(1),
            _ => rest.strip_prefix(" (")?.strip_suffix(')')?.parse().ok(),
        }
    };
    Ok(rows.iter().filter_map(number).collect())
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
