//! Jobs of the Bulk API: waiting until one has ended, and what became of its rows.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Error;
use crate::model::capabilities::KEY_FIELD;
use crate::model::change::Action;
use crate::model::id::RecordId;
use crate::org::{self, IngestJob, JobId, JobState, Org, RowError};
use crate::state::{Intent, IntentRow};

/// A job is asked how it stands after so long, and each time half as long again.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What became of one row of a job: its place in the intent, and its record's id, or why there is
/// none.
pub(crate) type JobRow = (usize, Result<String, RowError>);

/// What came of waiting for a job.
#[derive(Debug)]
pub(crate) enum Waited {
    /// It has ended; or it was never closed, does nothing, and is not waited for.
    Ended(IngestJob),
    /// It has done nothing for as long as we are patient.
    Hangs(IngestJob),
}

/// Waits until the job has ended, or until it has made no progress for so long.
pub(crate) async fn ended(org: &Org, id: &JobId, patience: Duration) -> Result<Waited, org::Error> {
    let mut wait = FIRST_WAIT;
    let mut idle = Duration::ZERO;
    let mut last = None;
    loop {
        let job = org.job(id).await?;
        if job.state.has_ended() || job.state == JobState::Open {
            return Ok(Waited::Ended(job));
        }
        let now = Some((job.state, job.processed));
        if now != last {
            (last, idle) = (now, Duration::ZERO);
        }
        if idle >= patience {
            return Ok(Waited::Hangs(job));
        }
        let rest = wait.min(patience.saturating_sub(idle));
        tokio::time::sleep(rest).await;
        idle += rest;
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

/// What became of the rows of an ended job, as far as the org came to them.
pub(crate) async fn job_rows(
    org: &Org,
    job: &IngestJob,
    intent: &Intent,
) -> Result<Vec<JobRow>, Error> {
    let column = match intent.action {
        Action::Create => KEY_FIELD,
        _ => "Id",
    };
    let places = intent.rows.iter().enumerate();
    let places: BTreeMap<&str, usize> = places
        .filter_map(|(place, row)| Some((told_by(row)?, place)))
        .collect();
    let rows = org.job_rows(job, column).await?;
    let place = |told_by: &str| places.get(told_by).copied();
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((place(&row.told_by)?, row.result)))
        .collect())
}

/// What tells a row of a job from all others.
fn told_by(row: &IntentRow) -> Option<&str> {
    let id = row.id.as_ref().map(RecordId::as_str);
    row.key.as_deref().or(id)
}
