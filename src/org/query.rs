//! SOQL queries, read page by page.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use super::Org;
use super::composite::{self, Body, Part};
use super::error::{Error, excerpt};
use super::reply::refusal;
use super::soql;
use super::transport::{Call, Transport};

/// Which rows a query sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Rows that are neither deleted nor archived.
    Query,
    /// Those in the recycle bin (`IsDeleted`) and archived activities (`IsArchived`) too.
    QueryAll,
    /// What the org is built of, such as validation rules and triggers.
    Tooling,
}

/// The pages of a query, fetched one at a time: what was read of one can be dropped before the next
/// is asked for.
#[derive(Debug)]
pub(crate) struct Pages {
    transport: Arc<Transport>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    First {
        soql: String,
        scope: Scope,
    },
    /// The first page came with other reads.
    Here(Box<RawValue>),
    At(String),
    End,
}

impl Org {
    /// A query, not sent before its first page is asked for.
    pub(crate) fn query(&self, soql: impl Into<String>, scope: Scope) -> Pages {
        Pages::new(self.transport.clone(), soql.into(), scope)
    }

    /// Counts several things in one call (five at a time).
    pub(crate) async fn counts(&self, queries: &[String], scope: Scope) -> Result<Vec<u64>, Error> {
        let mut counts = Vec::with_capacity(queries.len());
        for queries in queries.chunks(composite::COLLECTIONS) {
            let part = |(number, soql): (usize, &String)| Part {
                method: "GET",
                url: target(&self.transport, soql, scope),
                reference_id: format!("count{number}"),
                body: None,
            };
            let parts: Vec<_> = queries.iter().enumerate().map(part).collect();
            let replies =
                composite::send::<Body<Page<IgnoredAny>>>(&self.transport, &parts).await?;
            for reply in replies {
                match reply.body {
                    Body::Object(page) => counts.push(page.total_size),
                    Body::Errors(errors) => return Err(refusal(reply.status, &errors)),
                }
            }
        }
        Ok(counts)
    }
}

impl Pages {
    pub(super) fn new(transport: Arc<Transport>, soql: String, scope: Scope) -> Self {
        let next = Next::First { soql, scope };
        Self { transport, next }
    }

    /// The pages of a query of which the first was read already.
    pub(super) fn beginning_with(transport: Arc<Transport>, page: Box<RawValue>) -> Self {
        let next = Next::Here(page);
        Self { transport, next }
    }

    /// The next page, or nothing after the last one.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Vec<T>>, Error> {
        let page: Page<T> = match &self.next {
            Next::End => return Ok(None),
            Next::First { soql, scope } => first_page(&self.transport, soql, *scope).await?,
            Next::Here(page) => parse(page.get())?,
            Next::At(target) => {
                let call = Call::get(target.clone());
                self.transport.send(&call).await?.json()?
            }
        };
        self.next = match (page.done, page.next_records_url) {
            (true, _) => Next::End,
            (false, Some(target)) if self.is_ahead(&target) => Next::At(target),
            (false, target) => {
                let target = excerpt(target.unwrap_or_default().as_bytes());
                return Err(Error::NotSalesforce {
                    status: 200,
                    excerpt: format!("the next page of a query is said to be at {target}"),
                });
            }
        };
        Ok(Some(page.records))
    }

    /// All rows at once, for a query that is known to find few.
    pub(crate) async fn all<T: DeserializeOwned>(mut self) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await? {
            rows.extend(page);
        }
        Ok(rows)
    }

    /// Whether a target is in the API of this org, and not the page that we have just read.
    fn is_ahead(&self, target: &str) -> bool {
        let is_same = matches!(&self.next, Next::At(current) if current == target);
        target.starts_with("/services/data/") && !is_same
    }
}

/// One page, its rows read straight into the caller's type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Page<T> {
    total_size: u64,
    done: bool,
    next_records_url: Option<String>,
    records: Vec<T>,
}

fn parse<T: DeserializeOwned>(page: &str) -> Result<Page<T>, Error> {
    serde_json::from_str(page).map_err(|error| Error::NotSalesforce {
        status: 200,
        excerpt: format!(
            "a page of a query: {}",
            excerpt(error.to_string().as_bytes())
        ),
    })
}

/// How many rows the query of this page finds.
pub(super) fn total(page: &str) -> serde_json::Result<u64> {
    let page: Page<IgnoredAny> = serde_json::from_str(page)?;
    Ok(page.total_size)
}

/// A query as a GET, or within a composite call where it is too long for a URI.
async fn first_page<T: DeserializeOwned>(
    transport: &Transport,
    soql: &str,
    scope: Scope,
) -> Result<Page<T>, Error> {
    let target = target(transport, soql, scope);
    if soql::fits_into_uri(soql) {
        return transport.send(&Call::get(target)).await?.json();
    }
    let part = Part {
        method: "GET",
        url: target,
        reference_id: "query".to_owned(),
        body: None,
    };
    let mut replies = composite::send::<Body<Page<T>>>(transport, &[part]).await?;
    let reply = replies.remove(0);
    match reply.body {
        Body::Object(page) => Ok(page),
        Body::Errors(errors) => Err(refusal(reply.status, &errors)),
    }
}

pub(super) fn target(transport: &Transport, soql: &str, scope: Scope) -> String {
    let resource = match scope {
        Scope::Query => "/query",
        Scope::QueryAll => "/queryAll",
        Scope::Tooling => "/tooling/query",
    };
    format!("{}?{}", transport.target(resource), soql::encoded(soql))
}
