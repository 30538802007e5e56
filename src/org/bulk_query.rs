//! Queries as jobs of Bulk API 2.0: a result of very many pages in few calls.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::error::{Error, Kind, excerpt};
use super::transport::{Call, Transport};
use super::{Fields, Org};

/// The rows of a finished job, some tens of thousands at a time. All values are texts; what is
/// empty is null.
#[derive(Debug)]
pub(crate) struct BulkRows {
    job: Job,
    next: Next,
}

#[derive(Debug)]
enum Next {
    First,
    At(String),
    End,
}

/// A job of ours. One that is dropped before it has ended is aborted.
#[derive(Debug)]
struct Job {
    transport: Arc<Transport>,
    id: String,
    ended: bool,
}

/// What the org tells of a job.
#[derive(Deserialize)]
struct Told {
    id: String,
    state: String,
}

/// So long is waited before the job is first looked at; each time, half as long again.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A job that has not ended after so many looks, some ten minutes, hangs.
const LOOKS: u32 = 40;

/// So many rows come with one call.
const ROWS: u32 = 50_000;

impl Org {
    /// Runs a query as a job. Gives nothing where the org does not take such jobs, or does not
    /// bring this one to its end: then the query can still be read page by page.
    pub(crate) async fn bulk_query(&self, soql: &str) -> Result<Option<BulkRows>, Error> {
        let target = self.transport.target("/jobs/query");
        let call = Call::post_to_read(target, &json!({"operation": "query", "query": soql}));
        let told: Told = match self.transport.send(&call).await {
            Ok(reply) => reply.json()?,
            Err(error) if matches!(error.kind(), Kind::Rejected(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut job = Job {
            transport: self.transport.clone(),
            id: told.id,
            ended: false,
        };
        let is_complete = job.wait().await?;
        let next = Next::First;
        Ok(is_complete.then_some(BulkRows { job, next }))
    }
}

impl Job {
    fn target(&self) -> String {
        self.transport.target(&format!("/jobs/query/{}", self.id))
    }

    /// Waits until the job has ended. Tells whether it was completed.
    async fn wait(&mut self) -> Result<bool, Error> {
        let mut wait = FIRST_WAIT;
        for _ in 0..LOOKS {
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
            let reply = self.transport.send(&Call::get(self.target())).await?;
            let told: Told = reply.json()?;
            self.ended = matches!(&*told.state, "JobComplete" | "Failed" | "Aborted");
            if self.ended {
                return Ok(told.state == "JobComplete");
            }
        }
        Ok(false)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let (false, Ok(runtime)) = (self.ended, tokio::runtime::Handle::try_current()) else {
            return;
        };
        let call = Call::patch(self.target(), &json!({"state": "Aborted"}));
        let transport = self.transport.clone();
        // Whether that succeeds is the org's own affair: it ends jobs by itself after some days.
        runtime.spawn(async move { transport.send(&call).await.map(drop) });
    }
}

impl BulkRows {
    /// The next rows, or nothing after the last ones.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Fields>>, Error> {
        let from = match &self.next {
            Next::End => return Ok(None),
            Next::First => String::new(),
            Next::At(locator) => format!("&locator={locator}"),
        };
        let target = format!("{}/results?maxRecords={ROWS}{from}", self.job.target());
        let reply = self.job.transport.send(&Call::get(target)).await?;
        let rows = rows(&reply.body).map_err(|error| Error::NotSalesforce {
            status: reply.status,
            excerpt: format!(
                "results of a job: {}",
                excerpt(error.to_string().as_bytes())
            ),
        })?;
        self.next = match (reply.locator, &self.next) {
            (Some(next), Next::At(last)) if next == *last => Next::End,
            (Some(next), _) if next.bytes().all(is_plain) => Next::At(next),
            (Some(other), _) => {
                let status = reply.status;
                let excerpt = format!("a locator {}", excerpt(other.as_bytes()));
                return Err(Error::NotSalesforce { status, excerpt });
            }
            (None, _) => Next::End,
        };
        Ok(Some(rows))
    }
}

/// What a locator is made of.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"=-_".contains(&byte)
}

fn rows(body: &[u8]) -> Result<Vec<Fields>, csv::Error> {
    let mut reader = csv::Reader::from_reader(body);
    let names = reader.headers()?.clone();
    let value = |text: &str| match text {
        "" => Json::Null,
        text => Json::String(text.to_owned()),
    };
    let row = |record: csv::StringRecord| -> Fields {
        let fields = names.iter().zip(&record);
        fields
            .map(|(name, text)| (name.to_owned(), value(text)))
            .collect()
    };
    reader.records().map(|record| record.map(row)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::rows;

    #[test]
    fn results_are_texts() {
        let body = "\"Id\",\"Name\",\"Amount\"\n\"006\",\"A \"\"B\"\", C\n2\",\"\"\n";
        let expect = json!([{"Id": "006", "Name": "A \"B\", C\n2", "Amount": null}]);
        let read = serde_json::to_value(rows(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(read, expect);
        assert!(
            rows(b"\"Id\",\"Name\"\n\"006\"\n").is_err(),
            "a value is missing"
        );
        assert!(rows(b"").unwrap().is_empty());
    }
}
