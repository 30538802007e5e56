//! Settling: what became of a call whose reply was never seen.
//!
//! Nothing is guessed. A record with a key is looked up by it. Without a key a created record is
//! told by its parent, its date and its subject. One call is one transaction, so one record found
//! means that the call was carried out and what is missing was refused.

mod likeness;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value as Json;

use super::job::{Waited, ended, job_rows};
use super::{Error, record_id, timestamp};
use crate::model::capabilities::KEY_FIELD;
use crate::model::change::Action;
use crate::model::id::RecordId;
use crate::model::recorded::{Held, Row};
use crate::org::{self, Fields, JobId, JobState, Org, Scope, soql};
use crate::state::{Intent, IntentRow, Settlement, State};

use likeness::{candidates, matched};

/// A record, and when it was made, in seconds since 1970.
pub(crate) type Made = (RecordId, i64);

/// Who holds a key that is said to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A record that we made.
    Ours(Made),
    /// One that was deleted.
    RecycleBin,
    /// One that we do not see: it is not known whose.
    Unseen,
}

/// What is known of a call's records now.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// For each row of the intent the record that was made, and when, in seconds since 1970.
    pub(crate) made: Vec<Option<Made>>,
    /// The rows whose key a record in the recycle bin holds.
    binned: BTreeSet<usize>,
    /// Nothing was found, and without keys it may still arrive.
    pub(crate) may_arrive: bool,
}

impl Settled {
    /// Who holds the key of this row of the intent.
    pub(crate) fn holder(&self, row: usize) -> Holder {
        match self.made.get(row).copied().flatten() {
            Some(made) => Holder::Ours(made),
            None if self.binned.contains(&row) => Holder::RecycleBin,
            None => Holder::Unseen,
        }
    }
}

/// How long is waited for what may still come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Seconds until a create that cannot be found is taken for one that was never made.
    pub(crate) create: i64,
    /// A job that has made no progress for so long is not waited for any more.
    pub(crate) job: Duration,
}

/// What cannot be settled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unsettled {
    /// So many records may still arrive, for so many seconds.
    MayArrive { records: u64, seconds: i64 },
    /// A job of the Bulk API that makes no progress.
    Hangs(JobId),
}

/// Settles all open intents, as far as they can be.
pub(crate) async fn settle(
    org: &Org,
    state: &mut State,
    patience: Patience,
) -> Result<Option<Unsettled>, Error> {
    let mut waiting: Option<(u64, i64)> = None;
    for (number, run, at, intent) in state.open_intents()? {
        match settle_job(org, run, &intent, patience.job).await? {
            JobSettled::Done(settlement) => {
                state.settle(run, Some(number), &settlement)?;
                continue;
            }
            JobSettled::Hangs(job) => return Ok(Some(Unsettled::Hangs(job))),
            JobSettled::Untold => {}
        }
        match intent.action {
            Action::Create => {}
            Action::Delete => {
                let settlement = settle_deletes(org, state, &intent).await?;
                state.settle(run, Some(number), &settlement)?;
                continue;
            }
            _ => {
                // Sending an update twice does no harm; the next plan sees what is left.
                state.settle(run, Some(number), &Settlement::default())?;
                continue;
            }
        }
        let settled = settle_one(org, state, at, &intent).await?;
        let now = org.server_time().map_or(at, jiff::Timestamp::as_second);
        let left = at + patience.create - now;
        if settled.may_arrive && left > 0 {
            let (records, seconds) = waiting.unwrap_or_default();
            waiting = Some((records + intent.rows.len() as u64, seconds.max(left)));
            continue;
        }
        let put = intent.rows.iter().zip(&settled.made);
        let put = put.filter_map(|(row, made)| {
            made.map(|made| (row.address.root, recorded(&intent, row, run, made)))
        });
        let settlement = Settlement {
            put: put.collect(),
            ..Settlement::default()
        };
        state.settle(run, Some(number), &settlement)?;
    }
    Ok(waiting.map(|(records, seconds)| Unsettled::MayArrive { records, seconds }))
}

/// What is known of an intent by its job.
enum JobSettled {
    Done(Settlement),
    /// The job makes no progress.
    Hangs(JobId),
    /// There is no job, or none any more.
    Untold,
}

/// What a job has done, once it has ended. A job goes on while we do not, so it is waited for, and
/// none is begun beside it.
async fn settle_job(
    org: &Org,
    run: i64,
    intent: &Intent,
    patience: Duration,
) -> Result<JobSettled, Error> {
    let Some(id) = intent.job.as_deref().and_then(JobId::parse) else {
        return Ok(JobSettled::Untold);
    };
    let job = match waited(org, &id, intent, patience).await {
        Ok(Waited::Ended(job)) => job,
        Ok(Waited::Hangs(job)) => return Ok(JobSettled::Hangs(job.id)),
        // The org forgets jobs after a week.
        Err(org::Error::Rejected { .. }) => return Ok(JobSettled::Untold),
        Err(error) => return Err(error.into()),
    };
    if job.state == JobState::Open {
        org.abort_job(&id).await?;
        return Ok(JobSettled::Done(Settlement::default()));
    }
    let now = org.server_time().map_or(0, jiff::Timestamp::as_second);
    let mut settlement = Settlement::default();
    for (place, result) in job_rows(org, &job, intent).await? {
        let row = &intent.rows[place];
        match (intent.action, result) {
            (Action::Create, Ok(id)) => {
                let row = recorded(intent, row, run, (record_id(&id)?, now));
                settlement.put.push((intent.rows[place].address.root, row));
            }
            (Action::Delete, Ok(_)) => settlement.removed.push(row.address.clone()),
            (Action::Delete, Err(error)) if error.is_gone() => {
                settlement.removed.push(row.address.clone());
            }
            // What was refused is planned again, and so is an update, which does no harm.
            _ => {}
        }
    }
    Ok(JobSettled::Done(settlement))
}

/// Waits for the job of an earlier run, and says so where it is still at work.
async fn waited(
    org: &Org,
    id: &JobId,
    intent: &Intent,
    patience: Duration,
) -> Result<Waited, org::Error> {
    let job = org.job(id).await?;
    if !job.state.has_ended() && job.state != JobState::Open {
        let (_, kind) = intent.object.facts().label;
        org.tell(&format!(
            "an earlier run left {} {kind} to the Bulk API job {id}; waiting for its end ({} are done)",
            intent.rows.len(),
            job.processed
        ));
    }
    match job.state.has_ended() {
        true => Ok(Waited::Ended(job)),
        false => ended(org, id, patience).await,
    }
}

/// What lies in the recycle bin was deleted by us, and has not vanished. What is not to be seen at
/// all may still be there, so state keeps it.
async fn settle_deletes(
    org: &Org,
    state: &mut State,
    intent: &Intent,
) -> Result<Settlement, Error> {
    let sent = intent
        .rows
        .iter()
        .filter_map(|row| row.id.map(|id| (id, row)));
    let sent: BTreeMap<RecordId, &IntentRow> = sent.collect();
    let select = format!("SELECT Id FROM {} WHERE Id IN", intent.object.api_name());
    let ids: Vec<_> = sent.keys().map(RecordId::as_str).collect();
    let mut gone: Vec<&IntentRow> = Vec::new();
    for soql in soql::in_lists(&select, &ids, "AND IsDeleted = TRUE") {
        for fields in org.query(soql, Scope::QueryAll).all::<Fields>().await? {
            gone.extend(sent.get(&record_id(text(&fields, "Id"))?));
        }
    }
    for row in &gone {
        state.raise_generation_floor(row.generation + 1)?;
    }
    Ok(Settlement {
        removed: gone.iter().map(|row| row.address.clone()).collect(),
        ..Settlement::default()
    })
}

/// The row of a record that was made; what it holds is read by the next refresh.
pub(crate) fn recorded(
    intent: &Intent,
    row: &IntentRow,
    run: i64,
    (id, created): (RecordId, i64),
) -> Row {
    Row {
        path: row.address.path.clone(),
        object: intent.object,
        id,
        generation: row.generation,
        run,
        created,
        want: row.want.expect("a create says what it fulfils"),
        stamp: None,
        held: Held::default(),
        lent: Vec::new(),
    }
}

/// Looks for the records of one create.
pub(crate) async fn settle_one(
    org: &Org,
    state: &State,
    at: i64,
    intent: &Intent,
) -> Result<Settled, Error> {
    let keyed = intent.rows.iter().all(|row| row.key.is_some());
    if keyed {
        return by_key(org, intent).await;
    }
    let candidates = candidates(org, state, at, intent).await?;
    let made = matched(&intent.rows, &candidates);
    let may_arrive = made.iter().all(Option::is_none);
    Ok(Settled {
        made,
        may_arrive,
        ..Settled::default()
    })
}

async fn by_key(org: &Org, intent: &Intent) -> Result<Settled, Error> {
    let keys: Vec<_> = intent
        .rows
        .iter()
        .filter_map(|row| row.key.as_deref())
        .collect();
    let select = format!(
        "SELECT Id, CreatedDate, IsDeleted, {KEY_FIELD} FROM {} WHERE {KEY_FIELD} IN",
        intent.object.api_name()
    );
    let (mut there, mut binned) = (BTreeMap::new(), BTreeSet::new());
    for soql in soql::in_lists(&select, &keys, "") {
        for fields in org.query(soql, Scope::QueryAll).all::<Fields>().await? {
            let key = text(&fields, KEY_FIELD).to_owned();
            if fields.get("IsDeleted") == Some(&Json::Bool(true)) {
                binned.insert(key);
            } else {
                there.insert(key, made(&fields)?);
            }
        }
    }
    let is_binned = |(_, key): &(usize, &&str)| binned.contains(**key);
    Ok(Settled {
        made: keys.iter().map(|key| there.get(*key).copied()).collect(),
        binned: keys
            .iter()
            .enumerate()
            .filter(is_binned)
            .map(|(row, _)| row)
            .collect(),
        may_arrive: false,
    })
}

fn made(fields: &Fields) -> Result<(RecordId, i64), Error> {
    let created = timestamp(text(fields, "CreatedDate"))?;
    Ok((record_id(text(fields, "Id"))?, created.as_second()))
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Json::as_str).unwrap_or_default()
}
