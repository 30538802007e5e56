//! Bulk API 2.0, ingest: thousands of rows as one job, which the org works off by itself.
//!
//! A job is opened, gets its rows once, and is closed; from then on it runs. Which row became of
//! what is told by its results, in any order, so every row carries something that tells it from
//! all others: our key where it is created, its id otherwise.

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use super::Org;
use super::bulk_csv::{self, JobRow};
use super::error::Error;
use super::transport::Call;

/// What a job does with its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Insert,
    Update,
    Delete,
}

/// The id of a job (750…): letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobId(String);

/// A job as the org tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IngestJob {
    pub(crate) id: JobId,
    pub(crate) state: JobState,
    /// Rows that it has come to, so far.
    pub(crate) processed: u64,
    /// Of these, the ones that were refused.
    failed: u64,
    /// Why the job as a whole failed.
    pub(crate) error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum JobState {
    /// It has no rows yet, or is not closed: nothing is done.
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

impl JobState {
    /// Whether the org does nothing more for it.
    pub(crate) fn has_ended(self) -> bool {
        match self {
            Self::JobComplete | Self::Failed | Self::Aborted => true,
            Self::Open | Self::UploadComplete | Self::InProgress => false,
        }
    }
}

impl JobId {
    /// None for what is no id of a job.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_id.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Org {
    /// Opens a job. Where the reply is lost another one is opened; one without rows does nothing,
    /// and goes away by itself.
    pub(crate) async fn open_job(
        &self,
        object: &str,
        operation: Operation,
    ) -> Result<JobId, Error> {
        let operation = match operation {
            Operation::Insert => "insert",
            Operation::Update => "update",
            Operation::Delete => "delete",
        };
        let job = json!({
            "object": super::soql::identifier(object)?,
            "operation": operation,
            "contentType": "CSV",
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        });
        let call = Call::post_to_read(self.transport.target("/jobs/ingest"), &job);
        let info: Info = self.transport.send(&call).await?.json()?;
        Ok(info.job()?.id)
    }

    /// Gives a job its rows, which is to be done once: after [`Kind::Lost`](super::Kind::Lost) it
    /// is not known whether it has them, and it can only be aborted.
    pub(crate) async fn upload(&self, job: &JobId, csv: Vec<u8>) -> Result<(), Error> {
        let call = Call::put_csv(format!("{}/batches", self.job_target(job)), csv);
        self.transport.send(&call).await.map(drop)
    }

    /// Lets a job begin.
    pub(crate) async fn close_job(&self, job: &JobId) -> Result<IngestJob, Error> {
        self.change_job(job, "UploadComplete").await
    }

    /// Lets a job end where it is; what it has done stays done.
    pub(crate) async fn abort_job(&self, job: &JobId) -> Result<IngestJob, Error> {
        self.change_job(job, "Aborted").await
    }

    pub(crate) async fn job(&self, job: &JobId) -> Result<IngestJob, Error> {
        let call = Call::get(self.job_target(job));
        let info: Info = self.transport.send(&call).await?.json()?;
        info.job()
    }

    /// What became of the rows that an ended job came to, by what the column holds that tells
    /// them apart.
    pub(crate) async fn job_rows(
        &self,
        job: &IngestJob,
        column: &'static str,
    ) -> Result<Vec<JobRow>, Error> {
        let csv = self.results(job, "successfulResults").await?;
        let mut rows = bulk_csv::rows(&csv, column)?;
        drop(csv);
        if job.failed > 0 || job.state != JobState::JobComplete {
            let csv = self.results(job, "failedResults").await?;
            rows.extend(bulk_csv::rows(&csv, column)?);
        }
        Ok(rows)
    }

    async fn results(&self, job: &IngestJob, which: &str) -> Result<Vec<u8>, Error> {
        let call = Call::get_csv(format!("{}/{which}", self.job_target(&job.id)));
        Ok(self.transport.send(&call).await?.body)
    }

    /// A change that was made already, by a call whose reply was lost, is refused when it is
    /// asked for again; then the job itself tells how it stands.
    async fn change_job(&self, job: &JobId, state: &str) -> Result<IngestJob, Error> {
        let call = Call::patch(self.job_target(job), &json!({ "state": state }));
        match self.transport.send(&call).await {
            Ok(reply) => reply.json::<Info>()?.job(),
            Err(refused @ Error::Rejected { .. }) => match self.job(job).await {
                Ok(now) if now.state != JobState::Open => Ok(now),
                _ => Err(refused),
            },
            Err(error) => Err(error),
        }
    }

    fn job_target(&self, job: &JobId) -> String {
        self.transport.target(&format!("/jobs/ingest/{job}"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    id: String,
    state: JobState,
    #[serde(default)]
    number_records_processed: u64,
    #[serde(default)]
    number_records_failed: u64,
    error_message: Option<String>,
}

impl Info {
    fn job(self) -> Result<IngestJob, Error> {
        let id = JobId::parse(&self.id).ok_or(Error::RecordId(self.id))?;
        Ok(IngestJob {
            id,
            state: self.state,
            processed: self.number_records_processed,
            failed: self.number_records_failed,
            error: self.error_message,
        })
    }
}
