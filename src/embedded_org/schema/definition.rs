//! How the fields of the schema are told of in the words of the Metadata API.

use serde_json::{Map, Value, json};

use super::kind::Picklist;
use super::{Field, Flag, Kind};

/// The definition of a custom field that an org was made with, which has none of its own.
pub(crate) fn definition_of(field: &Field) -> Map<String, Value> {
    let flag = |flag| Value::Bool(field.is(flag));
    let mut definition = Map::new();
    let mut set = |name: &str, value: Value| {
        if value != Value::Null && value != Value::Bool(false) {
            definition.insert(name.to_owned(), value);
        }
    };
    set("label", json!(field.label));
    set("type", json!(type_of(field)));
    set("externalId", flag(Flag::ExternalId));
    set("unique", flag(Flag::Unique));
    set("caseSensitive", flag(Flag::CaseSensitive));
    match &field.kind {
        Kind::Text { length } => set("length", json!(length)),
        Kind::TextArea { length: 256.. } => {
            set("length", json!(field.kind.length()));
            set("visibleLines", json!(3));
        }
        Kind::Boolean => set("defaultValue", json!("false")),
        Kind::Picklist(list) => set("valueSet", value_set(list)),
        Kind::Reference(reference) => {
            set("referenceTo", json!(reference.to.first()));
            let name = reference.children.trim_end_matches("__r");
            set("relationshipName", json!(name));
        }
        kind => {
            set("precision", json!(kind.decimal().map(|it| it.precision)));
            set("scale", json!(kind.decimal().map(|it| it.scale)));
        }
    }
    definition
}

fn value_set(list: &Picklist) -> Value {
    let values: Vec<Value> = list
        .values
        .iter()
        .map(|value| {
            let is_default = list.default.as_ref() == Some(value);
            json!({"valueName": value, "label": value, "default": is_default})
        })
        .collect();
    json!({
        "restricted": list.restricted,
        "valueSetDefinition": {"sorted": false, "value": values},
    })
}

/// The type as Setup and `FieldDefinition` tell it: `Text(64) (External ID) (Unique Case Sensitive)`.
pub(crate) fn data_type(field: &Field) -> String {
    let name = match type_of(field) {
        "LongTextArea" => "Long Text Area",
        "TextArea" => "Text Area",
        "DateTime" => "Date/Time",
        "MasterDetail" => "Master-Detail",
        other => other,
    };
    let size = match (&field.kind, field.kind.decimal()) {
        (
            Kind::Text { length }
            | Kind::TextArea {
                length: length @ 256..,
            },
            _,
        ) => {
            format!("({length})")
        }
        (Kind::Reference(reference), _) => format!("({})", reference.to.join(",")),
        (_, Some(it)) => format!("({}, {})", it.precision - it.scale, it.scale),
        _ => String::new(),
    };
    let mut text = format!("{name}{size}");
    if field.is(Flag::ExternalId) {
        text.push_str(" (External ID)");
    }
    match (field.is(Flag::Unique), field.is(Flag::CaseSensitive)) {
        (true, true) => text.push_str(" (Unique Case Sensitive)"),
        (true, false) => text.push_str(" (Unique Case Insensitive)"),
        (false, _) => {}
    }
    text
}

/// The type of the Metadata API.
fn type_of(field: &Field) -> &'static str {
    match &field.kind {
        Kind::Text { .. } | Kind::Combobox(_) | Kind::Id | Kind::IdList => "Text",
        Kind::TextArea { length: 256.. } => "LongTextArea",
        Kind::TextArea { .. } => "TextArea",
        Kind::Email { .. } => "Email",
        Kind::Phone { .. } => "Phone",
        Kind::Url { .. } => "Url",
        Kind::Picklist(_) => "Picklist",
        Kind::Boolean => "Checkbox",
        Kind::Int { .. } | Kind::Double(_) => "Number",
        Kind::Currency(_) => "Currency",
        Kind::Percent(_) => "Percent",
        Kind::Date => "Date",
        Kind::DateTime => "DateTime",
        Kind::Reference(_) if field.is(Flag::MasterDetail) => "MasterDetail",
        Kind::Reference(_) => "Lookup",
        Kind::Address => "Address",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded_org::schema::{CustomField, OUR_FIELDS, OUR_OBJECTS, parse_field};

    #[test]
    fn a_definition_makes_the_same_field_again() {
        let of_objects = OUR_OBJECTS.iter().flat_map(|table| table.fields.lines());
        let of_fields = OUR_FIELDS.iter().map(|(_, line)| *line);
        for line in of_objects.chain(of_fields) {
            if line
                .split('|')
                .next()
                .is_none_or(|name| !name.contains("__c "))
            {
                continue;
            }
            let field = parse_field(line).unwrap();
            let made = CustomField::read(definition_of(&field)).unwrap();
            assert_eq!(made.field(&field.name), field, "{line}");
        }
    }

    #[test]
    fn types_read_as_in_setup() {
        for (line, expect) in [
            (
                "A__c | string 64 | CUN | external; unique; case",
                "Text(64) (External ID) (Unique Case Sensitive)",
            ),
            ("A__c | textarea 4000 | CUN", "Long Text Area(4000)"),
            ("A__c | double 5.1 | CUN", "Number(4, 1)"),
            (
                "A__c | reference Account | C | masterdetail",
                "Master-Detail(Account)",
            ),
        ] {
            assert_eq!(data_type(&parse_field(line).unwrap()), expect);
        }
    }
}
