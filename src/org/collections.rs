//! Writes of up to 200 rows in one call. Each row stands or falls by itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Org;
use super::error::{ApiError, Error};
use super::reply::Reply;
use super::retrieve::Fields;
use super::soql;
use super::transport::Call;

/// So many rows one call may write.
pub(crate) const ROWS_PER_CALL: usize = 200;

/// The org's answer to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// In the order of the rows that were sent.
    pub(crate) rows: Vec<Result<RowOk, RowError>>,
    /// The org's time.
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowOk {
    /// 18 characters.
    pub(crate) id: String,
}

/// Why one row was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct RowError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) fields: Vec<String>,
}

impl RowError {
    /// Whether the record was deleted, which is what a delete wants. `INVALID_CROSS_REFERENCE_KEY`
    /// does not say so: it comes for records that the user does not see, too.
    pub(crate) fn is_gone(&self) -> bool {
        self.code == "ENTITY_IS_DELETED"
    }
}

impl Org {
    /// Creates rows of one object, at most [`ROWS_PER_CALL`].
    ///
    /// There are three ends. With `Ok` each row says whether it was created. With
    /// [`Kind::Lost`](super::Kind::Lost) it is not known whether the rows were created. After any
    /// other error certainly none was.
    pub(crate) async fn create(&self, object: &str, rows: &[Fields]) -> Result<Sent, Error> {
        let call = Call::post_to_create(self.collections(), &created(object, rows)?);
        let reply = self.transport.send(&call).await?;
        sent(&reply, rows.len()).map_err(|error| Error::Lost(Box::new(error)))
    }

    /// Creates rows of which the org takes no second one of the same name. Sent again after a
    /// fault: what the first attempt made is refused then.
    pub(crate) async fn create_unique(&self, object: &str, rows: &[Fields]) -> Result<Sent, Error> {
        let call = Call::post_to_read(self.collections(), &created(object, rows)?);
        sent(&self.transport.send(&call).await?, rows.len())
    }

    /// Changes rows of one object, by id. Sent again after a fault: after an error, some rows may
    /// have been changed.
    pub(crate) async fn update(
        &self,
        object: &str,
        rows: &[(&str, Fields)],
    ) -> Result<Sent, Error> {
        let object = soql::identifier(object)?;
        let records = rows
            .iter()
            .map(|(id, fields)| Record::new(object, Some(id), fields));
        let call = Call::patch(self.collections(), &Records::of(records));
        sent(&self.transport.send(&call).await?, rows.len())
    }

    /// Deletes records of any objects, by id. Sent again after a fault; a record that the first
    /// attempt took away then [is gone](RowError::is_gone).
    pub(crate) async fn delete(&self, ids: &[&str]) -> Result<Sent, Error> {
        let ids: Vec<_> = ids
            .iter()
            .map(|id| record_id(id))
            .collect::<Result<_, _>>()?;
        let target = format!(
            "{}?ids={}&allOrNone=false",
            self.collections(),
            ids.join(",")
        );
        let reply = self.transport.send(&Call::delete(target)).await?;
        sent(&reply, ids.len())
    }

    fn collections(&self) -> String {
        self.transport.target("/composite/sobjects")
    }
}

fn created<'a>(object: &'a str, rows: &'a [Fields]) -> Result<Records<'a>, Error> {
    let object = soql::identifier(object)?;
    let records = rows.iter().map(|fields| Record::new(object, None, fields));
    Ok(Records::of(records))
}

/// An id as it may stand in a URL.
pub(super) fn record_id(id: &str) -> Result<&str, Error> {
    if matches!(id.len(), 15 | 18) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(id)
    } else {
        Err(Error::RecordId(id.to_owned()))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Records<'a> {
    all_or_none: bool,
    records: Vec<Record<'a>>,
}

impl<'a> Records<'a> {
    fn of(records: impl Iterator<Item = Record<'a>>) -> Self {
        Self {
            all_or_none: false,
            records: records.collect(),
        }
    }
}

#[derive(Serialize)]
struct Record<'a> {
    attributes: Attributes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    fields: &'a Fields,
}

#[derive(Serialize)]
struct Attributes<'a> {
    #[serde(rename = "type")]
    object: &'a str,
}

impl<'a> Record<'a> {
    fn new(object: &'a str, id: Option<&'a str>, fields: &'a Fields) -> Self {
        Self {
            attributes: Attributes { object },
            id,
            fields,
        }
    }
}

#[derive(Deserialize)]
struct RowReply {
    id: Option<String>,
    success: bool,
    #[serde(default)]
    errors: Vec<ApiError>,
}

/// Reads the reply to a write of `count` rows.
fn sent(reply: &Reply, count: usize) -> Result<Sent, Error> {
    let rows: Vec<RowReply> = reply.json()?;
    let unexpected = |excerpt| Error::NotSalesforce {
        status: reply.status,
        excerpt,
    };
    if rows.len() != count {
        return Err(unexpected(format!(
            "{} results for {count} rows",
            rows.len()
        )));
    }
    let rows = rows.into_iter().map(|row| match (row.success, row.id) {
        (true, Some(id)) => Ok(Ok(RowOk { id })),
        (true, None) => Err(unexpected("a row that succeeded without an id".to_owned())),
        (false, _) => Ok(Err(row_error(&row.errors))),
    });
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(Sent { rows, at: reply.at })
}

/// The first error gives the code; all give their texts.
fn row_error(errors: &[ApiError]) -> RowError {
    let messages: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
    let fields = errors
        .iter()
        .flat_map(|error| error.fields.iter().flatten());
    RowError {
        code: errors
            .first()
            .map_or("UNKNOWN_EXCEPTION", |e| &e.code)
            .to_owned(),
        message: messages.join("; "),
        fields: fields.cloned().collect(),
    }
}
