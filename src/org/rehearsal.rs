//! Records that are sent, judged by the org's rules and triggers, and undone: none of them stays.
//!
//! They travel in one all-or-none request whose last part is bound to fail.

use serde_json::{Value as Json, json};

use super::Org;
use super::collections::RowError;
use super::composite::{self, Part, Together};
use super::error::{ApiError, Error};
use super::retrieve::Fields;
use super::soql;

/// A record to be tried. A field may hold `@{record0.id}`, the id that the first one gets.
#[derive(Debug)]
pub(crate) struct Rehearsed<'a> {
    pub(crate) object: &'a str,
    pub(crate) fields: Fields,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It would have been created.
    Fine,
    Refused(RowError),
    /// The org undid nothing, against its own rules: the record is there.
    Stayed(String),
}

/// What a part is told that was undone because of another one.
const UNDONE: &str = "PROCESSING_HALTED";

/// No org has a field of this name, so nothing can be created with it.
const NO_SUCH_FIELD: &str = "Demo_Gen_Rehearsal_Ends_Here";

impl Org {
    /// Tries to create records that hang on each other: the verdict on the first that is refused,
    /// or that all are fine.
    pub(crate) async fn rehearse(&self, records: &[Rehearsed<'_>]) -> Result<Verdict, Error> {
        let mut parts = Vec::with_capacity(records.len() + 1);
        for (index, record) in records.iter().enumerate() {
            parts.push(self.creation(index, record.object, Json::Object(record.fields.clone()))?);
        }
        let Some(last) = records.last() else {
            return Ok(Verdict::Fine);
        };
        parts.push(self.creation(records.len(), last.object, json!({ NO_SUCH_FIELD: 1 }))?);
        let replies =
            composite::send_as::<Json>(&self.transport, &parts, Together::AllOrNone).await?;
        let verdicts = replies[..records.len()].iter().map(|reply| {
            if (200..300).contains(&reply.status) {
                let id = reply.body["id"].as_str().unwrap_or("an unknown id");
                return Verdict::Stayed(id.to_owned());
            }
            let errors = serde_json::from_value::<Vec<ApiError>>(reply.body.clone());
            match errors.unwrap_or_default().into_iter().next() {
                Some(error) if error.code != UNDONE => Verdict::Refused(RowError {
                    code: error.code,
                    message: error.message,
                    fields: error.fields.unwrap_or_default(),
                }),
                _ => Verdict::Fine,
            }
        });
        Ok(verdicts
            .into_iter()
            .find(|verdict| *verdict != Verdict::Fine)
            .unwrap_or(Verdict::Fine))
    }

    fn creation(&self, index: usize, object: &str, body: Json) -> Result<Part, Error> {
        let object = soql::identifier(object)?;
        Ok(Part {
            method: "POST",
            url: self.transport.target(&format!("/sobjects/{object}")),
            reference_id: format!("record{index}"),
            body: Some(body),
        })
    }
}
