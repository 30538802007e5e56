//! Several reads of any kind in as few calls as the API allows.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::composite::{self, Part};
use super::error::{ApiError, Error, excerpt};
use super::query::{self, Pages, Scope};
use super::reply::refusal;
use super::retrieve::{self, Fields, Retrieve};
use super::transport::Transport;
use super::{Describe, Org, soql};

/// One thing to read.
#[derive(Debug)]
pub(crate) enum Read<'a> {
    Describe(&'a str),
    /// The first page of a query, or the result of a `SELECT COUNT()`.
    Query(String, Scope),
    /// At most [`super::RECORDS_PER_LOT`] records.
    Retrieve(Retrieve<'a>),
    /// The ids of the object's records that were changed in a span of time.
    Updated(&'a str, Span),
    /// The ids of those that were deleted in it.
    Deleted(&'a str, Span),
}

/// A span of time, of at least a minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: jiff::Timestamp,
    pub(crate) end: jiff::Timestamp,
}

/// What the org told of one read; whether it refused shows when it is looked at.
#[derive(Debug)]
pub(crate) struct Told {
    transport: Arc<Transport>,
    status: u16,
    body: Box<RawValue>,
}

impl Org {
    /// What the org tells of each of the reads, in their order.
    pub(crate) async fn read(&self, reads: &[Read<'_>]) -> Result<Vec<Told>, Error> {
        let mut told = Vec::with_capacity(reads.len());
        for reads in calls(reads) {
            let parts: Result<Vec<_>, _> = reads
                .iter()
                .enumerate()
                .map(|(number, read)| part(&self.transport, number, read))
                .collect();
            let replies = composite::send::<Box<RawValue>>(&self.transport, &parts?).await?;
            told.extend(replies.into_iter().map(|reply| Told {
                transport: self.transport.clone(),
                status: reply.status,
                body: reply.body,
            }));
        }
        Ok(told)
    }
}

fn part(transport: &Transport, number: usize, read: &Read) -> Result<Part, Error> {
    let url = match read {
        Read::Describe(object) => {
            let object = soql::identifier(object)?;
            transport.target(&format!("/sobjects/{object}/describe"))
        }
        Read::Query(soql, scope) => query::target(transport, soql, *scope),
        Read::Retrieve(request) => return retrieve::part(transport, number, request),
        Read::Updated(object, span) => changes(transport, (object, "updated"), *span)?,
        Read::Deleted(object, span) => changes(transport, (object, "deleted"), *span)?,
    };
    Ok(Part {
        method: "GET",
        url,
        reference_id: format!("read{number}"),
        body: None,
    })
}

fn changes(
    transport: &Transport,
    (object, resource): (&str, &str),
    Span { start, end }: Span,
) -> Result<String, Error> {
    let object = soql::identifier(object)?;
    let target = transport.target(&format!("/sobjects/{object}/{resource}/"));
    // An instant in UTC has no character that a URL would take for something else.
    Ok(format!("{target}?start={start:.0}&end={end:.0}"))
}

/// The reads of each call: as many as it takes, in their order.
fn calls<'r, 'a>(reads: &'r [Read<'a>]) -> Vec<&'r [Read<'a>]> {
    let (mut calls, mut rest) = (Vec::new(), reads);
    while !rest.is_empty() {
        let mut queries = 0;
        let fits = rest.iter().take(composite::PARTS).take_while(|read| {
            queries += usize::from(matches!(read, Read::Query(..) | Read::Retrieve(_)));
            queries <= composite::COLLECTIONS
        });
        let (call, later) = rest.split_at(fits.count());
        calls.push(call);
        rest = later;
    }
    calls
}

/// What `updated` and `deleted` tell.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    deleted_records: Vec<Deleted>,
}

#[derive(Deserialize)]
struct Deleted {
    id: String,
}

impl Told {
    /// The pages of a query; the first one is there already.
    pub(crate) fn pages(self) -> Result<Pages, Error> {
        self.accept()?;
        Ok(Pages::beginning_with(self.transport, self.body))
    }

    /// How many rows a query finds.
    pub(crate) fn count(&self) -> Result<u64, Error> {
        self.accept()?;
        query::total(self.body.get()).map_err(|error| self.not_understood(&error))
    }

    /// The object; nothing where the org does not have it, or not for this user.
    pub(crate) fn describe(self) -> Result<Option<Describe>, Error> {
        if self.status == 404 {
            return Ok(None);
        }
        self.parse().map(Some)
    }

    /// The records in the order of their ids; nothing for an id that is gone or hidden.
    pub(crate) fn records(self) -> Result<Vec<Option<Fields>>, Error> {
        self.parse()
    }

    /// The ids that were changed, or deleted.
    pub(crate) fn ids(self) -> Result<Vec<String>, Error> {
        let Changed {
            ids,
            deleted_records,
        } = self.parse()?;
        let deleted = deleted_records.into_iter().map(|deleted| deleted.id);
        Ok(ids.into_iter().chain(deleted).collect())
    }

    fn parse<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.accept()?;
        serde_json::from_str(self.body.get()).map_err(|error| self.not_understood(&error))
    }

    fn accept(&self) -> Result<(), Error> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let errors: Vec<ApiError> = serde_json::from_str(self.body.get()).unwrap_or_default();
        Err(refusal(self.status, &errors))
    }

    fn not_understood(&self, error: &serde_json::Error) -> Error {
        let body = excerpt(self.body.get().as_bytes());
        Error::NotSalesforce {
            status: self.status,
            excerpt: format!("{body} ({})", excerpt(error.to_string().as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many reads each call has: `q` is a query, `d` a describe.
    #[track_caller]
    fn check(reads: &str, expect: &[usize]) {
        let read = |kind| match kind {
            'q' => Read::Query(String::new(), Scope::Query),
            _ => Read::Describe("Event"),
        };
        let reads: Vec<_> = reads.chars().map(read).collect();
        let sizes: Vec<_> = calls(&reads).iter().map(|call| call.len()).collect();
        assert_eq!(sizes, expect);
    }

    #[test]
    fn a_call_takes_twenty_five_reads_of_which_five_are_queries() {
        check("", &[]);
        check("qqqqq", &[5]);
        check("qqqqqq", &[5, 1]);
        check("ddddddddqqqqqd", &[14]);
        check("qqqqqdq", &[6, 1]);
        check(&"d".repeat(26), &[25, 1]);
    }
}
