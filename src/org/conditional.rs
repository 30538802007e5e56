//! A record that is changed only while a condition holds, in one call.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Org;
use super::composite::{self, Part, PartReply};
use super::error::{ApiError, Error};
use super::reply::refusal;
use super::retrieve::Fields;
use super::soql;

/// What became of a conditional change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conditional {
    /// The id of the record that was changed.
    Changed(String),
    /// The record is there, and the condition does not hold.
    Otherwise,
    /// There is no such record.
    Absent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    total_size: u64,
    #[serde(default)]
    records: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Id")]
    id: String,
}

impl Org {
    /// Changes the record of this object for which both conditions hold; `which` says which one it
    /// is, `only_if` when it may be changed. Both are SOQL.
    ///
    /// The org looks and writes within one call. That leaves others a moment so short that reading
    /// the record once more, in a call of its own, tells who wrote last.
    pub(crate) async fn update_if(
        &self,
        object: &str,
        (which, only_if): (&str, &str),
        fields: &Fields,
    ) -> Result<Conditional, Error> {
        let object = soql::identifier(object)?;
        let get = |reference: &str, soql: String| Part {
            method: "GET",
            url: format!(
                "{}?{}",
                self.transport.target("/query"),
                soql::encoded(&soql)
            ),
            reference_id: reference.to_owned(),
            body: None,
        };
        let change = Part {
            method: "PATCH",
            // Without a record the reference leads nowhere, and nothing is changed.
            url: self
                .transport
                .target(&format!("/sobjects/{object}/@{{free.records[0].Id}}")),
            reference_id: "change".to_owned(),
            body: Some(json!(fields)),
        };
        let parts = [
            get(
                "free",
                format!("SELECT Id FROM {object} WHERE {which} AND ({only_if}) LIMIT 1"),
            ),
            change,
            get(
                "there",
                format!("SELECT Id FROM {object} WHERE {which} LIMIT 1"),
            ),
        ];
        let mut replies = composite::send::<Value>(&self.transport, &parts).await?;
        let there = found(replies.remove(2))?;
        let changed = replies.remove(1);
        let free = found(replies.remove(0))?;
        match (free.records.into_iter().next(), there.total_size) {
            (Some(record), _) => match changed.status {
                200..300 => Ok(Conditional::Changed(record.id)),
                _ => Err(refused(changed)),
            },
            (None, 0) => Ok(Conditional::Absent),
            (None, _) => Ok(Conditional::Otherwise),
        }
    }
}

fn found(reply: PartReply<Value>) -> Result<Found, Error> {
    if reply.status != 200 {
        return Err(refused(reply));
    }
    serde_json::from_value(reply.body).map_err(|error| Error::NotSalesforce {
        status: reply.status,
        excerpt: format!("the reply to a query: {error}"),
    })
}

fn refused(reply: PartReply<Value>) -> Error {
    let errors: Vec<ApiError> = serde_json::from_value(reply.body).unwrap_or_default();
    refusal(reply.status, &errors)
}
