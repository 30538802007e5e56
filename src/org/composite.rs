//! `POST /composite`: several reads in one call.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{ApiError, Error};
use super::transport::{Call, Transport};

/// A call holds at most this many parts …
pub(super) const PARTS: usize = 25;
/// … of which at most this many may be queries or collections.
pub(super) const COLLECTIONS: usize = 5;

/// One part, to be told from the others by its reference.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) reference_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Value>,
}

/// The reply to one part.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartReply<B> {
    pub(super) body: B,
    #[serde(rename = "httpStatusCode")]
    pub(super) status: u16,
    reference_id: String,
}

/// Whether parts stand or fall by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    Each,
    /// In their order; where one fails, what the others did is undone.
    AllOrNone,
}

/// Sends the parts and gives their replies in the order of the parts. (The org may answer in
/// another one.)
pub(super) async fn send<B: DeserializeOwned>(
    transport: &Transport,
    parts: &[Part],
) -> Result<Vec<PartReply<B>>, Error> {
    send_as(transport, parts, Together::Each).await
}

pub(super) async fn send_as<B: DeserializeOwned>(
    transport: &Transport,
    parts: &[Part],
    together: Together,
) -> Result<Vec<PartReply<B>>, Error> {
    let request = Request {
        all_or_none: together == Together::AllOrNone,
        // The org may put like parts together otherwise, and then not keep their order.
        collate_subrequests: together == Together::Each,
        parts,
    };
    let call = Call::post_to_read(transport.target("/composite"), &request);
    let reply = transport.send(&call).await?;
    let found: Found<B> = reply.json()?;
    let mut by_reference: BTreeMap<_, _> = found
        .composite_response
        .into_iter()
        .map(|part| (part.reference_id.clone(), part))
        .collect();
    parts
        .iter()
        .map(|part| {
            by_reference
                .remove(&part.reference_id)
                .ok_or_else(|| Error::NotSalesforce {
                    status: reply.status,
                    excerpt: format!("a composite reply without part {}", part.reference_id),
                })
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    all_or_none: bool,
    collate_subrequests: bool,
    #[serde(rename = "compositeRequest")]
    parts: &'a [Part],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "B: DeserializeOwned")]
struct Found<B> {
    composite_response: Vec<PartReply<B>>,
}

/// The body of a part whose success is an object: a refusal is an array. Which of the two it is
/// shows in the first byte, so that nothing is read twice.
#[derive(Debug)]
pub(super) enum Body<T> {
    Object(T),
    Errors(Vec<ApiError>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor(PhantomData))
    }
}

struct BodyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BodyVisitor<T> {
    type Value = Body<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or an array of errors")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Body::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Body::Errors)
    }
}
