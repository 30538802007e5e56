//! Custom objects as the Metadata API defines them, and what they are in the schema.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Object, Table};

/// The definition of an object without its fields: the JSON as it was given, and what we read of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CustomObject {
    pub(crate) given: Map<String, Value>,
    metadata: Metadata,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    label: String,
    plural_label: String,
    sharing_model: String,
    deployment_status: String,
    name_field: Option<NameField>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NameField {
    label: String,
    #[serde(rename = "type")]
    kind: String,
    display_format: String,
}

/// What there may be about an object beside its fields; all of it is kept, little of it read.
const KNOWN: &[&str] = &[
    "fullName",
    "label",
    "pluralLabel",
    "sharingModel",
    "externalSharingModel",
    "deploymentStatus",
    "nameField",
    "description",
    "gender",
    "startsWith",
    "allowInChatterGroups",
    "compactLayoutAssignment",
    "enableActivities",
    "enableBulkApi",
    "enableEnhancedLookup",
    "enableFeeds",
    "enableHistory",
    "enableLicensing",
    "enableReports",
    "enableSearch",
    "enableSharing",
    "enableStreamingApi",
    "searchLayouts",
    "visibility",
    "actionOverrides",
    "listViews",
];

impl CustomObject {
    /// Reads a definition, or says what is wrong with it in the service's words.
    pub(crate) fn read(given: Map<String, Value>, has_master: bool) -> Result<Self, String> {
        if let Some(name) = given.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(format!(
                "Element {{http://soap.sforce.com/2006/04/metadata}}{name} invalid at this location in type CustomObject"
            ));
        }
        let metadata: Metadata = serde_json::from_value(Value::Object(given.clone()))
            .map_err(|error| error.to_string())?;
        metadata.check(has_master)?;
        Ok(Self { given, metadata })
    }

    /// The object of the schema, without custom fields; whoever defines it has no more than asked.
    pub(crate) fn object(&self, name: &str, key_prefix: &str) -> Object {
        let it = &self.metadata;
        let table = Table {
            name,
            label: &it.label,
            label_plural: &it.plural_label,
            key_prefix,
            access: "CUD",
            fields: &self.standard_fields(),
        };
        let mut object = Object::from_table(&table).expect("the lines are in the notation");
        object.granted = true;
        object
    }

    /// Its name, and its owner unless that of the master counts.
    fn standard_fields(&self) -> String {
        let name_field = self.metadata.name_field.clone().unwrap_or_default();
        // A label with a semicolon would end the option.
        let label = name_field.label.replace([';', '|'], ",");
        let name = match name_field.kind.as_str() {
            "AutoNumber" => format!(
                "Name | string 80 | D | namefield; auto {}; label {label}",
                name_field.display_format.replace([';', '|'], ",")
            ),
            _ => format!("Name | string 80 | CUND | namefield; label {label}"),
        };
        let owner = match self.metadata.sharing_model.as_str() {
            "ControlledByParent" => "",
            _ => "OwnerId | reference User | CUD | relationship Owner",
        };
        format!("{owner}\n{name}")
    }
}

impl Metadata {
    fn check(&self, has_master: bool) -> Result<(), String> {
        let name_kind = self.name_field.as_ref().map(|field| field.kind.as_str());
        let problem = match (self.sharing_model.as_str(), has_master) {
            _ if self.label.is_empty() => "Must specify a non-empty label for the CustomObject",
            _ if self.plural_label.is_empty() => {
                "Must specify a non-empty pluralLabel for the CustomObject"
            }
            _ if !matches!(name_kind, Some("Text" | "AutoNumber")) => {
                "Must specify a nameField of type Text or AutoNumber"
            }
            ("", _) => "Must specify a sharingModel for the CustomObject",
            ("ControlledByParent", false) => {
                "Cannot set sharingModel to ControlledByParent on a CustomObject without a MasterDetail relationship field"
            }
            ("ControlledByParent", true) => return Ok(()),
            (model, true) => {
                return Err(format!(
                    "Cannot set sharingModel to {model} on a CustomObject with a MasterDetail relationship field"
                ));
            }
            ("Private" | "Read" | "ReadWrite", false) => return Ok(()),
            (model, false) => {
                return Err(format!(
                    "'{model}' is not a valid value for the enum 'SharingModel'"
                ));
            }
        };
        Err(problem.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(more: &Value, has_master: bool, expect: &str) {
        let mut given = json!({
            "label": "Card", "pluralLabel": "Cards", "sharingModel": "ReadWrite",
            "nameField": {"label": "Card Name", "type": "AutoNumber", "displayFormat": "C-{0000}"},
        });
        given
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let given = given.as_object().unwrap().clone();
        let found = match CustomObject::read(given, has_master) {
            Err(problem) => problem,
            Ok(object) => {
                let object = object.object("Card__c", "a09");
                let owner = object.field("OwnerId").is_some();
                let number = object.field("Name").and_then(|it| it.auto_number.clone());
                format!("{} {owner} {}", object.label, number.unwrap_or_default())
            }
        };
        assert_eq!(found, expect, "{more}");
    }

    #[test]
    fn definitions_become_objects() {
        check(&json!({}), false, "Card true C-{0000}");
        let detail = json!({"sharingModel": "ControlledByParent"});
        check(&detail, true, "Card false C-{0000}");
        check(
            &detail,
            false,
            "Cannot set sharingModel to ControlledByParent on a CustomObject without a MasterDetail relationship field",
        );
        check(
            &json!({"nameField": {"label": "A", "type": "Date"}}),
            false,
            "Must specify a nameField of type Text or AutoNumber",
        );
        check(
            &json!({"colour": "red"}),
            false,
            "Element {http://soap.sforce.com/2006/04/metadata}colour invalid at this location in type CustomObject",
        );
    }
}
