//! Custom fields as the Metadata API defines them, and what they are in the schema.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::kind::{Decimal, Picklist};
use super::{Field, Flag, Flags, Kind, OnDelete, Reference};

/// The definition of a field: the JSON as it was given, and what we read of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CustomField {
    pub(crate) given: Map<String, Value>,
    metadata: Metadata,
}

/// What decides how a field behaves; what else there is, such as a description, is only kept.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the options of a field are as many checkboxes"
)]
struct Metadata {
    label: String,
    #[serde(rename = "type")]
    kind: String,
    length: Option<u32>,
    precision: Option<u32>,
    scale: Option<u32>,
    external_id: bool,
    unique: bool,
    case_sensitive: bool,
    required: bool,
    default_value: Option<Value>,
    visible_lines: Option<u32>,
    reference_to: String,
    relationship_name: String,
    delete_constraint: String,
    reparentable_master_detail: bool,
    value_set: Option<ValueSet>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ValueSet {
    restricted: bool,
    value_set_definition: ValueSetDefinition,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
struct ValueSetDefinition {
    value: Vec<PicklistValue>,
}

/// A value, named `fullName` in a file and `valueName` in the Tooling API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PicklistValue {
    #[serde(alias = "valueName")]
    full_name: String,
    default: bool,
}

/// The elements of a definition that are kept without being read here.
const ALSO_KNOWN: &[&str] = &[
    "fullName",
    "businessOwnerGroup",
    "businessOwnerUser",
    "businessStatus",
    "complianceGroup",
    "deprecated",
    "description",
    "displayFormat",
    "externalDeveloperName",
    "fieldManageability",
    "formula",
    "formulaTreatBlanksAs",
    "inlineHelpText",
    "isFilteringDisabled",
    "isNameField",
    "isSortingDisabled",
    "lookupFilter",
    "maskChar",
    "maskType",
    "relationshipLabel",
    "relationshipOrder",
    "securityClassification",
    "startingNumber",
    "stripMarkup",
    "trackFeedHistory",
    "trackHistory",
    "trackTrending",
    "urls",
    "writeRequiresMasterRead",
];

/// The elements that are read, each with the types of fields that have it; none are all.
const READ: &[(&str, &[&str])] = &[
    ("label", &[]),
    ("type", &[]),
    ("required", &[]),
    ("length", &["Text", "LongTextArea", "Html"]),
    ("precision", &["Number", "Currency", "Percent"]),
    ("scale", &["Number", "Currency", "Percent"]),
    ("externalId", &["Text", "Number", "Email", "AutoNumber"]),
    ("unique", &["Text", "Number", "Email"]),
    ("caseSensitive", &["Text", "Email"]),
    ("defaultValue", &[]),
    ("visibleLines", &["LongTextArea", "Html"]),
    ("referenceTo", &["Lookup", "MasterDetail"]),
    ("relationshipName", &["Lookup", "MasterDetail"]),
    ("deleteConstraint", &["Lookup"]),
    ("reparentableMasterDetail", &["MasterDetail"]),
    ("valueSet", &["Picklist"]),
];

/// The elements without which a type has no meaning.
const NEEDED: &[(&str, &[&str])] = &[
    ("length", &["Text", "LongTextArea", "Html"]),
    ("precision", &["Number", "Currency", "Percent"]),
    ("scale", &["Number", "Currency", "Percent"]),
    ("visibleLines", &["LongTextArea", "Html"]),
    ("referenceTo", &["Lookup", "MasterDetail"]),
    ("relationshipName", &["MasterDetail"]),
    ("defaultValue", &["Checkbox"]),
    ("valueSet", &["Picklist"]),
];

impl CustomField {
    /// Reads a definition, or says what is wrong with it in the service's words.
    pub(crate) fn read(given: Map<String, Value>) -> Result<Self, String> {
        for (name, value) in &given {
            let is_read = READ.iter().any(|(known, _)| known == name);
            if !is_read && !ALSO_KNOWN.contains(&name.as_str()) && *name != "attributes" {
                return Err(format!(
                    "Element {{http://soap.sforce.com/2006/04/metadata}}{name} invalid at this location in type CustomField"
                ));
            }
            if given.get("type").is_some() && says_something(value) {
                check_fits(name, given["type"].as_str().unwrap_or_default())?;
            }
        }
        let present: Map<String, Value> = given
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let metadata: Metadata =
            serde_json::from_value(Value::Object(present)).map_err(|error| error.to_string())?;
        let field = Self { given, metadata };
        field.check()?;
        Ok(field)
    }

    fn check(&self) -> Result<(), String> {
        let it = &self.metadata;
        if it.kind.is_empty() {
            return Err("Must specify a type for the CustomField".to_owned());
        }
        if it.label.is_empty() {
            return Err("Must specify a non-empty label for the CustomField".to_owned());
        }
        let missing = NEEDED.iter().find(|(name, kinds)| {
            kinds.contains(&it.kind.as_str()) && self.given.get(*name).is_none_or(Value::is_null)
        });
        if let Some((name, _)) = missing {
            return Err(format!(
                "Must specify '{name}' for a CustomField of type {}",
                it.kind
            ));
        }
        let length = it.length.unwrap_or(0);
        match it.kind.as_str() {
            "Text" if !(1..=255).contains(&length) => {
                Err("Text field length must be between 1 and 255".to_owned())
            }
            "LongTextArea" | "Html" if !(256..=131_072).contains(&length) => {
                Err("Long text area length must be between 256 and 131072".to_owned())
            }
            "Number" | "Currency" | "Percent"
                if it.precision > Some(18) || it.scale > it.precision =>
            {
                Err("Precision must be at most 18, and scale at most the precision".to_owned())
            }
            "Lookup" if it.required && it.delete_constraint == "SetNull" => Err(
                "Cannot add a lookup relationship child with cascade or restrict options to a required field"
                    .to_owned(),
            ),
            "Picklist" => it.check_values(),
            _ => Ok(()),
        }?;
        self.kind().map(|_| ())
    }

    /// The sObject that a lookup or a master-detail leads to.
    pub(crate) fn reference_to(&self) -> Option<&str> {
        Some(self.metadata.reference_to.as_str()).filter(|name| !name.is_empty())
    }

    pub(crate) fn label(&self) -> &str {
        &self.metadata.label
    }

    pub(crate) fn is_master_detail(&self) -> bool {
        self.metadata.kind == "MasterDetail"
    }

    /// The field of the schema.
    pub(crate) fn field(&self, name: &str) -> Field {
        let it = &self.metadata;
        let mut flags = Flags::default();
        let is_master = self.is_master_detail();
        let of = |condition: bool, flag| condition.then_some(flag);
        let set = [
            Some(Flag::Custom),
            Some(Flag::Createable),
            of(
                !is_master || it.reparentable_master_detail,
                Flag::Updateable,
            ),
            of(
                !is_master && !it.required && it.kind != "Checkbox",
                Flag::Nillable,
            ),
            of(it.kind == "Checkbox", Flag::DefaultedOnCreate),
            of(it.external_id, Flag::ExternalId),
            of(it.unique, Flag::Unique),
            of(it.case_sensitive, Flag::CaseSensitive),
            of(is_master, Flag::MasterDetail),
        ];
        for flag in set.into_iter().flatten() {
            flags.set(flag);
        }
        let mut kind = self.kind().expect("a definition that was read has a kind");
        if let Kind::Reference(reference) = &mut kind {
            reference.relationship = name.replace("__c", "__r");
        }
        Field {
            name: name.to_owned(),
            label: it.label.clone(),
            kind,
            flags,
            auto_number: None,
        }
    }

    fn kind(&self) -> Result<Kind, String> {
        let it = &self.metadata;
        let length = it.length.unwrap_or(0);
        let decimal = Decimal {
            precision: it.precision.unwrap_or(18),
            scale: it.scale.unwrap_or(0),
        };
        Ok(match it.kind.as_str() {
            "Text" => Kind::Text { length },
            "TextArea" => Kind::TextArea { length: 255 },
            "LongTextArea" | "Html" => Kind::TextArea { length },
            "Number" => Kind::Double(decimal),
            "Currency" => Kind::Currency(decimal),
            "Percent" => Kind::Percent(decimal),
            "Checkbox" => Kind::Boolean,
            "Date" => Kind::Date,
            "DateTime" => Kind::DateTime,
            "Email" => Kind::Email { length: 80 },
            "Phone" => Kind::Phone { length: 40 },
            "Url" => Kind::Url { length: 255 },
            "Picklist" => Kind::Picklist(it.picklist()),
            "Lookup" | "MasterDetail" => Kind::Reference(it.reference()),
            other => {
                return Err(format!(
                    "Fields of type {other} are not supported in this org"
                ));
            }
        })
    }
}

impl Metadata {
    fn picklist(&self) -> Picklist {
        let set = self.value_set.clone().unwrap_or_default();
        let values = set.value_set_definition.value;
        Picklist {
            length: 255,
            default: values
                .iter()
                .find(|value| value.default)
                .map(|value| value.full_name.clone()),
            values: values.into_iter().map(|value| value.full_name).collect(),
            restricted: set.restricted,
        }
    }

    fn check_values(&self) -> Result<(), String> {
        let list = self.picklist();
        let mut seen = std::collections::BTreeSet::new();
        match list
            .values
            .iter()
            .find(|value| value.is_empty() || !seen.insert(value.to_lowercase()))
        {
            Some(value) => Err(format!("Duplicate or empty picklist value: {value}")),
            None => Ok(()),
        }
    }

    fn reference(&self) -> Reference {
        let cascades = self.kind == "MasterDetail" || self.delete_constraint == "Cascade";
        Reference {
            to: vec![self.reference_to.clone()],
            relationship: String::new(),
            children: match self.relationship_name.as_str() {
                "" => String::new(),
                name => format!("{name}__r"),
            },
            on_delete: if cascades {
                OnDelete::Cascade
            } else {
                OnDelete::Clear
            },
        }
    }
}

/// Whether a value is more than an option left off.
fn says_something(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != "false"
}

fn check_fits(name: &str, kind: &str) -> Result<(), String> {
    let fits = READ
        .iter()
        .find(|(known, _)| *known == name)
        .is_none_or(|(_, kinds)| kinds.is_empty() || kinds.contains(&kind));
    if fits {
        Ok(())
    } else {
        Err(format!(
            "Can not specify '{name}' for a CustomField of type {kind}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A definition, and the describe type with its flags, or the problem.
    fn check(given: &Value, expect: &str) {
        let found = match CustomField::read(given.as_object().unwrap().clone()) {
            Err(problem) => problem,
            Ok(field) => {
                let field = field.field("A__c");
                let flags = [
                    (Flag::ExternalId, "external"),
                    (Flag::Unique, "unique"),
                    (Flag::CaseSensitive, "case"),
                    (Flag::Nillable, "nillable"),
                    (Flag::Updateable, "updateable"),
                ];
                let flags = flags.iter().filter(|(flag, _)| field.is(*flag));
                let flags: Vec<&str> = flags.map(|(_, name)| *name).collect();
                format!("{} {}", field.kind.names().0, flags.join(" "))
            }
        };
        assert_eq!(found, expect, "{given}");
    }

    #[test]
    fn definitions_become_fields() {
        check(
            &json!({"label": "Key", "type": "Text", "length": 64, "externalId": true, "unique": true, "caseSensitive": true}),
            "string external unique case nillable updateable",
        );
        check(
            &json!({"label": "A", "type": "LongTextArea", "length": 4000, "visibleLines": 3, "unique": false}),
            "textarea nillable updateable",
        );
        check(
            &json!({"label": "A", "type": "Checkbox", "defaultValue": "false"}),
            "boolean updateable",
        );
        check(
            &json!({"label": "A", "type": "MasterDetail", "referenceTo": "Opportunity", "relationshipName": "As"}),
            "reference ",
        );
        check(
            &json!({"label": "A", "type": "Number", "precision": 5, "scale": 1, "required": true}),
            "double updateable",
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        check(
            &json!({"label": "A", "type": "Text"}),
            "Must specify 'length' for a CustomField of type Text",
        );
        check(
            &json!({"label": "A", "type": "Date", "externalId": true}),
            "Can not specify 'externalId' for a CustomField of type Date",
        );
        check(
            &json!({"type": "Date"}),
            "Must specify a non-empty label for the CustomField",
        );
        check(
            &json!({"label": "A", "type": "Date", "colour": "red"}),
            "Element {http://soap.sforce.com/2006/04/metadata}colour invalid at this location in type CustomField",
        );
        check(
            &json!({"label": "A", "type": "Text", "length": 256}),
            "Text field length must be between 1 and 255",
        );
    }
}
