//! What objects and fields the org has, as the running user sees them. A field that is hidden from
//! the user is not there at all.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Org;
use super::composite::{self, Body, Part};
use super::error::Error;
use super::reply::refusal;
use super::soql;

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the API tells it so")]
pub(crate) struct Describe {
    pub(crate) name: String,
    pub(crate) label: String,
    /// The first three characters of its ids; some objects have none.
    pub(crate) key_prefix: Option<String>,
    pub(crate) createable: bool,
    pub(crate) updateable: bool,
    pub(crate) deletable: bool,
    pub(crate) queryable: bool,
    pub(crate) fields: Vec<Field>,
    #[serde(default)]
    pub(crate) child_relationships: Vec<ChildRelationship>,
    #[serde(default)]
    pub(crate) record_type_infos: Vec<RecordTypeInfo>,
}

/// A record type, as far as this user may use it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordTypeInfo {
    pub(crate) record_type_id: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) developer_name: Option<String>,
    pub(crate) available: bool,
    /// What records have that have none.
    #[serde(default)]
    pub(crate) master: bool,
}

/// One field. `kind` is Salesforce's `type`: `string`, `picklist`, `reference` …
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the API tells it so")]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// In characters; 0 where the kind has no length.
    #[serde(default)]
    pub(crate) length: u32,
    /// Digits before and after the point together, for numbers.
    #[serde(default)]
    pub(crate) precision: u32,
    /// Digits after the point, for numbers.
    #[serde(default)]
    pub(crate) scale: u32,
    pub(crate) createable: bool,
    pub(crate) updateable: bool,
    pub(crate) nillable: bool,
    #[serde(default)]
    pub(crate) defaulted_on_create: bool,
    #[serde(default)]
    pub(crate) filterable: bool,
    #[serde(default)]
    pub(crate) external_id: bool,
    #[serde(default)]
    pub(crate) unique: bool,
    #[serde(default)]
    pub(crate) case_sensitive: bool,
    #[serde(default)]
    pub(crate) restricted_picklist: bool,
    #[serde(default)]
    pub(crate) picklist_values: Vec<PicklistValue>,
    #[serde(default)]
    pub(crate) reference_to: Vec<String>,
    #[serde(default)]
    pub(crate) relationship_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PicklistValue {
    pub(crate) active: bool,
    #[serde(default)]
    pub(crate) default_value: bool,
    pub(crate) label: Option<String>,
    pub(crate) value: String,
    /// Which values of the field that this one depends on allow it: a bit for each, in base64.
    #[serde(default)]
    pub(crate) valid_for: Option<String>,
}

/// Another object's field that refers to this one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChildRelationship {
    #[serde(rename = "childSObject")]
    pub(crate) child_object: String,
    pub(crate) field: String,
    #[serde(default)]
    pub(crate) cascade_delete: bool,
    pub(crate) relationship_name: Option<String>,
}

impl Describe {
    /// A field by its name; Salesforce does not mind the case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl Field {
    /// Whether a record cannot be created while nothing fills it. A list of ids may always be empty,
    /// though describe does not say so.
    pub(crate) fn is_required(&self) -> bool {
        let may_be_empty = self.nillable || self.kind == "junctionIdList";
        self.createable && !may_be_empty && !self.defaulted_on_create
    }

    /// Whether its picklist offers the value.
    pub(crate) fn has_value(&self, value: &str) -> bool {
        let mut offered = self.picklist_values.iter().filter(|offered| offered.active);
        offered.any(|offered| offered.value == value)
    }
}

impl Org {
    /// The objects of these names, 25 a call; nothing for one that the org does not have, or not
    /// for this user.
    pub(crate) async fn describe(
        &self,
        objects: &[&str],
    ) -> Result<BTreeMap<String, Option<Describe>>, Error> {
        let mut described = BTreeMap::new();
        for objects in objects.chunks(composite::PARTS) {
            let parts = self.describe_parts(objects)?;
            let replies = composite::send::<Body<Describe>>(&self.transport, &parts).await?;
            for (object, reply) in objects.iter().zip(replies) {
                let describe = match (reply.status, reply.body) {
                    (_, Body::Object(describe)) => Some(describe),
                    (404, Body::Errors(_)) => None,
                    (status, Body::Errors(errors)) => return Err(refusal(status, &errors)),
                };
                described.insert((*object).to_owned(), describe);
            }
        }
        Ok(described)
    }

    fn describe_parts(&self, objects: &[&str]) -> Result<Vec<Part>, Error> {
        let part = |(index, object): (usize, &&str)| {
            let object = soql::identifier(object)?;
            Ok(Part {
                method: "GET",
                url: self
                    .transport
                    .target(&format!("/sobjects/{object}/describe")),
                reference_id: format!("object{index}"),
                body: None,
            })
        };
        objects.iter().enumerate().map(part).collect()
    }
}
