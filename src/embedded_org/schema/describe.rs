//! Describe, made from the schema.

use serde_json::{Value, json};

use super::kind::Kind;
use super::{Field, Flag, Object, OnDelete, Schema, countries};

/// What describe tells that lives in the data.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The values of `StageName`.
    pub(crate) stages: Vec<String>,
    /// The record types of the sObject.
    pub(crate) record_types: Vec<RecordType>,
}

#[derive(Debug)]
pub(crate) struct RecordType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) developer_name: String,
    pub(crate) is_active: bool,
}

/// The body of `sobjects/{X}/describe`.
pub(crate) fn describe(schema: &Schema, object: &Object, path: &str, listed: &Listed) -> Value {
    let mut body = object_summary(object, path);
    let fields: Vec<Value> = object
        .visible()
        .map(|field| field_body(field, &values_of(field, &listed.stages)))
        .collect();
    let more = json!({
        "actionOverrides": [],
        "associateEntityType": null,
        "associateParentEntity": null,
        "childRelationships": child_relationships(schema, object),
        "compactLayoutable": true,
        "defaultImplementation": null,
        "extendedBy": null,
        "extendsInterfaces": null,
        "fields": fields,
        "implementedBy": null,
        "implementsInterfaces": null,
        "listviewable": null,
        "lookupLayoutable": null,
        "namedLayoutInfos": [],
        "networkScopeFieldName": null,
        "recordTypeInfos": record_type_infos(object, path, &listed.record_types),
        "searchLayoutable": true,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": "All", "name": "everything"}, {"label": "Mine", "name": "mine"}],
    });
    extend(&mut body, more);
    body["urls"]["describe"] = json!(format!("{path}/sobjects/{}/describe", object.name));
    body
}

/// The body of `sobjects`.
pub(crate) fn describe_global(schema: &Schema, path: &str) -> Value {
    let objects: Vec<Value> = schema
        .objects()
        .map(|object| object_summary(object, path))
        .collect();
    json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})
}

/// What describeGlobal says of one sObject.
pub(crate) fn object_summary(object: &Object, path: &str) -> Value {
    let base = format!("{path}/sobjects/{}", object.name);
    json!({
        "activateable": false,
        "associateEntityType": null,
        "associateParentEntity": null,
        "createable": object.allows('C'),
        "custom": object.is_custom(),
        "customSetting": false,
        "deepCloneable": false,
        "deletable": object.allows('D'),
        "deprecatedAndHidden": false,
        "feedEnabled": false,
        "hasSubtypes": false,
        "isInterface": false,
        "isSubtype": false,
        "keyPrefix": object.key_prefix,
        "label": object.label,
        "labelPlural": object.label_plural,
        "layoutable": object.allows('C'),
        "mergeable": false,
        "mruEnabled": object.allows('D'),
        "name": object.name,
        "queryable": true,
        "replicateable": object.allows('D'),
        "retrieveable": true,
        "searchable": object.allows('D'),
        "triggerable": object.allows('D'),
        "undeletable": object.allows('D') && object.name != "OpportunityContactRole",
        "updateable": object.allows('U'),
        "urls": {
            "sobject": base,
            "describe": format!("{base}/describe"),
            "rowTemplate": format!("{base}/{{ID}}"),
        },
    })
}

fn field_body(field: &Field, values: &[Value]) -> Value {
    let (kind, soap) = field.kind.names();
    let filterable = field.is_filterable();
    let groupable =
        filterable && field.kind.decimal().is_none() && !matches!(kind, "datetime" | "combobox");
    let restricted = matches!(&field.kind, Kind::Picklist(list) if list.restricted);
    let mut body = json!({
        "aggregatable": filterable,
        "autoNumber": field.auto_number.is_some(),
        "caseSensitive": field.is(Flag::CaseSensitive),
        "createable": field.is(Flag::Createable),
        "custom": field.is_custom(),
        "defaultedOnCreate": field.is(Flag::DefaultedOnCreate),
        "externalId": field.is(Flag::ExternalId),
        "filterable": filterable,
        "groupable": groupable,
        "idLookup": field.is(Flag::IdLookup) || field.is(Flag::ExternalId),
        "label": field.label,
        "name": field.name,
        "nameField": field.is(Flag::NameField),
        "nillable": field.is(Flag::Nillable),
        "permissionable": field.is(Flag::Nillable),
        "picklistValues": values,
        "restrictedPicklist": restricted,
        "searchPrefilterable": kind == "reference",
        "soapType": soap,
        "sortable": filterable,
        "type": kind,
        "unique": field.is(Flag::Unique),
        "updateable": field.is(Flag::Updateable),
    });
    extend(&mut body, size_body(field));
    extend(&mut body, reference_body(field));
    for name in ALWAYS_FALSE {
        body[name] = json!(false);
    }
    for name in ALWAYS_NULL {
        body[name] = Value::Null;
    }
    if let Some(codes) = countries::described(&field.name) {
        extend(&mut body, codes);
    }
    body
}

/// Properties that no field has, but for the codes of countries and states.
const ALWAYS_FALSE: &[&str] = &[
    "aiPredictionField",
    "calculated",
    "dependentPicklist",
    "deprecatedAndHidden",
    "displayLocationInDecimal",
    "encrypted",
    "formulaTreatNullNumberAsZero",
    "highScaleNumber",
    "htmlFormatted",
    "queryByDistance",
    "restrictedDelete",
    "writeRequiresMasterRead",
];

const ALWAYS_NULL: &[&str] = &[
    "calculatedFormula",
    "compoundFieldName",
    "controllerName",
    "defaultValueFormula",
    "extraTypeInfo",
    "filteredLookupInfo",
    "inlineHelpText",
    "mask",
    "maskType",
    "referenceTargetField",
];

fn size_body(field: &Field) -> Value {
    let length = field.kind.length().unwrap_or(0);
    let decimal = field.kind.decimal();
    let digits = match field.kind {
        Kind::Int { digits } => digits,
        _ => 0,
    };
    json!({
        "byteLength": if field.kind.is_text() { length * 3 } else { length },
        "length": length,
        "digits": digits,
        "precision": decimal.map_or(0, |decimal| decimal.precision),
        "scale": decimal.map_or(0, |decimal| decimal.scale),
        "defaultValue": if field.kind == Kind::Boolean { json!(false) } else { Value::Null },
    })
}

fn reference_body(field: &Field) -> Value {
    let reference = field.reference();
    let cascades = reference.is_some_and(|it| it.on_delete == OnDelete::Cascade);
    json!({
        "cascadeDelete": cascades && field.is(Flag::MasterDetail),
        "namePointing": field.is(Flag::Polymorphic),
        "polymorphicForeignKey": field.is(Flag::Polymorphic),
        "referenceTo": reference.map(|it| it.to.clone()).unwrap_or_default(),
        "relationshipName": reference.map(|it| &it.relationship).filter(|name| !name.is_empty()),
        "relationshipOrder": field.is(Flag::MasterDetail).then_some(0),
    })
}

fn values_of(field: &Field, stages: &[String]) -> Vec<Value> {
    let (values, default) = match &field.kind {
        Kind::Picklist(_) if field.name == "StageName" => (stages, None),
        Kind::Picklist(list) | Kind::Combobox(list) => {
            (list.values.as_slice(), list.default.as_ref())
        }
        _ => return Vec::new(),
    };
    values
        .iter()
        .map(|value| {
            json!({
                "active": true,
                "defaultValue": default == Some(value),
                "label": value,
                "validFor": null,
                "value": value,
            })
        })
        .collect()
}

fn child_relationships(schema: &Schema, object: &Object) -> Vec<Value> {
    schema
        .referrers(&object.name)
        .filter(|(child, field, _)| schema.object(&child.name).is_some() && !field.is(Flag::Hidden))
        .map(|(child, field, reference)| {
            json!({
                "cascadeDelete": reference.on_delete == OnDelete::Cascade,
                "childSObject": child.name,
                "deprecatedAndHidden": false,
                "field": field.name,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": Some(&reference.children).filter(|name| !name.is_empty()),
                "restrictedDelete": false,
            })
        })
        .collect()
}

/// The record types of the sObject, and the master one that every sObject has under the same id.
fn record_type_infos(object: &Object, path: &str, record_types: &[RecordType]) -> Vec<Value> {
    let master = RecordType {
        id: "012000000000000AAA".to_owned(),
        name: "Master".to_owned(),
        developer_name: "Master".to_owned(),
        is_active: true,
    };
    let all = record_types.iter().chain([&master]);
    all.map(|record_type| {
        let RecordType {
            id,
            name,
            developer_name,
            is_active,
        } = record_type;
        let is_master = developer_name == "Master";
        json!({
            "active": is_active,
            "available": is_active,
            "defaultRecordTypeMapping": is_master,
            "developerName": developer_name,
            "master": is_master,
            "name": name,
            "recordTypeId": id,
            "urls": {"layout": format!("{path}/sobjects/{}/describe/layouts/{id}", object.name)},
        })
    })
    .collect()
}

fn extend(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(object: &str, name: &str) -> Value {
        let schema = Schema::standard();
        let object = schema.known(object);
        let listed = Listed {
            stages: vec!["Won".to_owned()],
            ..Listed::default()
        };
        let body = describe(&schema, object, "/services/data/v67.0", &listed);
        let fields = body["fields"].as_array().unwrap();
        fields
            .iter()
            .find(|field| field["name"] == name)
            .unwrap()
            .clone()
    }

    #[test]
    fn fields_answer_as_recorded() {
        let who = field("Event", "WhoId");
        assert_eq!(who["label"], "Name ID");
        assert_eq!(who["byteLength"], 18);
        assert_eq!(who["namePointing"], true);
        assert_eq!(who["relationshipName"], "Who");
        assert_eq!(field("Event", "EventSubtype")["updateable"], false);
        assert_eq!(field("Event", "Description")["filterable"], false);
        assert_eq!(field("Opportunity", "Amount")["scale"], 2);
        assert_eq!(
            field("Opportunity", "StageName")["picklistValues"][0]["value"],
            "Won"
        );
        assert_eq!(
            field("Task", "Status")["picklistValues"][0]["defaultValue"],
            true
        );
    }

    #[test]
    fn hidden_fields_stay_hidden() {
        let schema = Schema::standard();
        let event = schema.known("Event");
        let body = describe(&schema, event, "/services/data/v67.0", &Listed::default());
        assert!(!body.to_string().contains("ParentEventId"));
    }
}
