//! The lease of a pack: in a prepared org one machine at a time applies it.
//!
//! It is two fields of the pack's record: who holds it, and until when by the org's clock. It is
//! taken with the call that writes the record anyway, and given back with the last one. Whoever
//! dies with it holds others off for a quarter of an hour, and himself not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use super::pack::{self, Created, Entry};
use crate::model::capabilities::{Capabilities, PACK_OBJECT};
use crate::org::{Conditional, Error, Fields, Org, soql};
use crate::refresh::{self, PackRow};

/// Longer than any call takes, so that a run that lives always comes to renew it.
const TERM: SignedDuration = SignedDuration::from_mins(15);

/// Why a run stops that has lost its lease.
pub(super) const LOST: &str =
    "the lease of the pack has ended, and another machine may have taken it";

/// Two renewals may fail before the lease ends.
const RENEWAL: Duration = Duration::from_secs(5 * 60);

/// A lease that we hold. Nothing renews it any more once it is dropped.
pub(crate) struct Lease {
    held: Held,
    kept: Arc<Kept>,
    keeper: JoinHandle<()>,
}

/// What the keeper knows of the lease.
#[derive(Debug)]
struct Kept {
    /// When it ends unless it is renewed, in seconds since 1970 by the org's clock.
    until: AtomicI64,
    /// Another machine has taken it over.
    lost: AtomicBool,
}

/// Whose lease it is, and where it is written.
#[derive(Debug, Clone)]
struct Held {
    org: Org,
    /// The pack's record.
    id: String,
    owner: String,
}

/// What came of asking for the lease.
pub(crate) enum Taken {
    Ours(Lease),
    /// Another machine holds it, and this is its entry.
    Others(PackRow),
    /// The org has no place for it.
    Nowhere,
}

/// Writes the pack's record and takes its lease, unless somebody else holds that.
pub(crate) async fn take(
    org: &Org,
    capabilities: &Capabilities,
    entry: &Entry<'_>,
) -> Result<Taken, refresh::Error> {
    if !capabilities.pack_object {
        return Ok(Taken::Nowhere);
    }
    let owner = owner(&entry.meta.lineage, entry.host);
    let mut fields = entry.fields(org);
    let until = end(org);
    fields.extend(term(until, &owner));
    let pack = &entry.meta.pack;
    let which = format!("Name = {}", soql::literal(pack));
    let free = format!(
        "Lease_Until__c = null OR Lease_Until__c <= {} OR Lease_Owner__c = {}",
        now(org),
        soql::literal(&owner)
    );
    let write = || org.update_if(PACK_OBJECT, (&which, &free), &fields);
    // Where the record comes into sight only when it is made, it is asked for once more.
    for _ in 0..2 {
        let id = match pack::patiently(write).await? {
            Conditional::Changed(id) => {
                // Another machine may have looked in the same moment: who wrote last has it.
                match refresh::pack_row(org, capabilities, pack).await? {
                    Some(row) if row.lease_owner.as_ref() != Some(&owner) => {
                        return Ok(Taken::Others(row));
                    }
                    _ => id,
                }
            }
            Conditional::Otherwise => match refresh::pack_row(org, capabilities, pack).await? {
                Some(row) => return Ok(Taken::Others(row)),
                None => return Err(unsteady(pack)),
            },
            Conditional::Absent => {
                match pack::create(org, capabilities, pack, fields.clone()).await? {
                    Created::New(id) => id,
                    Created::There(row) if row.lease_owner.as_ref() == Some(&owner) => row.id,
                    Created::There(row)
                        if row.lease_until().is_none_or(|until| until <= now(org)) =>
                    {
                        continue;
                    }
                    Created::There(row) => return Ok(Taken::Others(*row)),
                }
            }
        };
        let org = org.clone();
        return Ok(Taken::Ours(Lease::kept(Held { org, id, owner }, until)));
    }
    Err(unsteady(pack))
}

fn unsteady(pack: &str) -> refresh::Error {
    refresh::Error::Unexpected(format!(
        "the record of the pack {pack:?} in {PACK_OBJECT} was removed while its lease was taken"
    ))
}

/// The pack's entry, where another machine holds its lease at this moment.
pub(crate) fn holder<'a>(
    row: Option<&'a PackRow>,
    (lineage, host): (&str, &str),
    now: Timestamp,
) -> Option<&'a PackRow> {
    let runs = |row: &&PackRow| row.lease_until().is_some_and(|until| until > now);
    let others = |row: &&PackRow| {
        row.lease_owner
            .as_ref()
            .is_some_and(|held| *held != owner(lineage, host))
    };
    row.filter(runs).filter(others)
}

/// A state on a machine; the same state file on another one is another owner.
fn owner(lineage: &str, host: &str) -> String {
    format!("{lineage} {host}")
}

/// When a lease ends that begins now.
fn end(org: &Org) -> Timestamp {
    now(org) + TERM
}

/// The org has told its time with the first reply of all.
fn now(org: &Org) -> Timestamp {
    org.server_time().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn term(until: Timestamp, owner: &str) -> Fields {
    Fields::from_iter([
        ("Lease_Owner__c".to_owned(), json!(owner)),
        ("Lease_Until__c".to_owned(), json!(until.to_string())),
    ])
}

impl Lease {
    fn kept(held: Held, until: Timestamp) -> Self {
        let kept = Arc::new(Kept {
            until: AtomicI64::new(until.as_second()),
            lost: AtomicBool::new(false),
        });
        let keeper = tokio::spawn(keep(held.clone(), Arc::clone(&kept)));
        Self { held, kept, keeper }
    }

    /// Whether another machine has taken it over, or may have: it has ended, as when this one
    /// slept.
    pub(crate) fn is_lost(&self) -> bool {
        let until = self.kept.until.load(Ordering::Relaxed);
        self.kept.lost.load(Ordering::Relaxed) || now(&self.held.org).as_second() >= until
    }

    /// Gives it back; the rest of the record stays.
    pub(crate) async fn release(self) -> Result<(), Error> {
        let fields = Fields::from_iter([
            ("Lease_Owner__c".to_owned(), Json::Null),
            ("Lease_Until__c".to_owned(), Json::Null),
        ]);
        self.held.write(&fields).await.map(drop)
    }

    /// Takes the pack's record away, and the lease with it.
    pub(crate) async fn remove(self) -> Result<(), refresh::Error> {
        match self.is_lost() {
            true => Ok(()),
            false => pack::delete(&self.held.org, &self.held.id).await,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Held {
    /// Writes to the record as long as the lease is ours.
    async fn write(&self, fields: &Fields) -> Result<Conditional, Error> {
        let which = format!("Id = {}", soql::literal(&self.id));
        let ours = format!("Lease_Owner__c = {}", soql::literal(&self.owner));
        let write = || self.org.update_if(PACK_OBJECT, (&which, &ours), fields);
        pack::patiently(write).await
    }
}

/// Renews the lease while the run goes on, until it turns out to be lost.
async fn keep(held: Held, kept: Arc<Kept>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let until = end(&held.org);
        match held.write(&term(until, &held.owner)).await {
            Ok(Conditional::Changed(_)) => kept.until.store(until.as_second(), Ordering::Relaxed),
            Ok(Conditional::Otherwise | Conditional::Absent) => {
                kept.lost.store(true, Ordering::Relaxed);
                return;
            }
            // Before the lease ends there is time to try again.
            Err(_) => {}
        }
    }
}
