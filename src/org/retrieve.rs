//! Records by their ids, 10,000 a call.

use serde_json::{Map, Value, json};

use super::Org;
use super::composite::{self, Part, PartReply};
use super::error::{ApiError, Error};
use super::reply::refusal;
use super::soql;
use super::transport::Transport;

/// Which fields of which records of one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retrieve<'a> {
    pub(crate) object: &'a str,
    pub(crate) fields: &'a [&'a str],
    pub(crate) ids: &'a [&'a str],
}

/// The fields that were asked for, null where they are empty.
pub(crate) type Fields = Map<String, Value>;

/// So many ids one part may name.
pub(crate) const RECORDS_PER_LOT: usize = 2_000;

/// So many records come with one call; asking for more at once makes several calls.
pub(crate) const LOTS_PER_RETRIEVE: usize = composite::COLLECTIONS;

/// A part's worth of one request.
struct Lot<'a> {
    request: usize,
    ids: &'a [&'a str],
}

type Rows = Vec<Option<Fields>>;

impl Org {
    /// The records of each request in the order of its ids; nothing for an id that is gone, or that
    /// the user may not see.
    pub(crate) async fn retrieve(&self, requests: &[Retrieve<'_>]) -> Result<Vec<Rows>, Error> {
        let mut found: Vec<Rows> = requests
            .iter()
            .map(|request| Vec::with_capacity(request.ids.len()))
            .collect();
        for lots in lots(requests).chunks(composite::COLLECTIONS) {
            let parts = lots
                .iter()
                .enumerate()
                .map(|(number, lot)| {
                    let request = Retrieve {
                        ids: lot.ids,
                        ..requests[lot.request]
                    };
                    part(&self.transport, number, &request)
                })
                .collect::<Result<Vec<_>, _>>()?;
            let replies = composite::send(&self.transport, &parts).await?;
            for (lot, reply) in lots.iter().zip(replies) {
                found[lot.request].extend(rows(lot, reply)?);
            }
        }
        Ok(found)
    }
}

fn lots<'a>(requests: &[Retrieve<'a>]) -> Vec<Lot<'a>> {
    let of_request = |(request, retrieve): (usize, &Retrieve<'a>)| {
        let ids = retrieve.ids;
        ids.chunks(RECORDS_PER_LOT)
            .map(move |ids| Lot { request, ids })
    };
    requests.iter().enumerate().flat_map(of_request).collect()
}

/// The part of a call that reads these records.
pub(super) fn part(
    transport: &Transport,
    number: usize,
    request: &Retrieve,
) -> Result<Part, Error> {
    let url = transport.target("/composite/sobjects");
    let fields: Result<Vec<_>, _> = request
        .fields
        .iter()
        .map(|name| soql::identifier(name))
        .collect();
    Ok(Part {
        method: "POST",
        url: format!("{url}/{}", soql::identifier(request.object)?),
        reference_id: format!("records{number}"),
        body: Some(json!({ "ids": request.ids, "fields": fields? })),
    })
}

/// The rows of a lot. Rows and errors both come as an array of objects; the status tells which.
fn rows(lot: &Lot, reply: PartReply<Rows>) -> Result<Rows, Error> {
    let mut rows = reply.body;
    if reply.status != 200 {
        let errors: Vec<ApiError> = rows
            .into_iter()
            .flatten()
            .filter_map(|fields| serde_json::from_value(Value::Object(fields)).ok())
            .collect();
        return Err(refusal(reply.status, &errors));
    }
    if rows.len() != lot.ids.len() {
        return Err(Error::NotSalesforce {
            status: reply.status,
            excerpt: format!("{} records for {} ids", rows.len(), lot.ids.len()),
        });
    }
    for fields in rows.iter_mut().flatten() {
        fields.remove("attributes");
    }
    Ok(rows)
}
