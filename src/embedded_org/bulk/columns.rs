//! The header of an upload: which field each column is, and how a row of texts becomes a record.

use std::collections::BTreeSet;

use csv::StringRecord;
use serde_json::{Map, Value, json};

use super::job::{Operation, Order};
use super::problem::{INVALID_BATCH, Problem};
use crate::embedded_org::schema::{Flag, Kind, Object, Schema};

/// Sets a field to null; an empty value leaves it as it is.
const NULL: &str = "#N/A";

/// What a column of an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Field {
        name: String,
        is_checkbox: bool,
    },
    /// A parent by a key of its own: `Account.Key__c`, or `Contact:Who.Key__c` where several sObjects can
    /// be the parent.
    Parent {
        field: String,
        relationship: String,
        object: Option<String>,
        key: String,
    },
}

/// The columns of an upload, or what is wrong with its header.
pub(super) fn columns(
    schema: &Schema,
    order: &Order,
    header: &[String],
) -> Result<Vec<Column>, Problem> {
    let object = schema.object(&order.object).ok_or_else(|| {
        let message = format!("Unable to find object: {}", order.object);
        Problem::new(INVALID_BATCH, message)
    })?;
    let only_id = matches!(order.operation, Operation::Delete | Operation::HardDelete);
    if only_id && !matches!(header, [id] if id.eq_ignore_ascii_case("Id")) {
        let message = "Delete operations take rows with the column Id and no other";
        return Err(Problem::new(INVALID_BATCH, message));
    }
    let mut seen = BTreeSet::new();
    header
        .iter()
        .map(|name| {
            if !seen.insert(name.to_lowercase()) {
                let message = format!("Field name duplicated : {name}");
                return Err(Problem::new(INVALID_BATCH, message));
            }
            column(schema, object, name).ok_or_else(|| {
                let message = format!("Field name not found : {name}");
                Problem::new(INVALID_BATCH, message)
            })
        })
        .collect()
}

fn column(schema: &Schema, object: &Object, name: &str) -> Option<Column> {
    let Some((path, key)) = name.split_once('.') else {
        let field = object.field(name)?;
        let is_single = !matches!(field.kind, Kind::IdList | Kind::Address);
        return is_single.then(|| Column::Field {
            name: field.name.clone(),
            is_checkbox: field.kind == Kind::Boolean,
        });
    };
    let (named, relationship) = match path.split_once(':') {
        Some((object, relationship)) => (Some(object), relationship),
        None => (None, path),
    };
    let (field, reference) = object.relationship(relationship)?;
    // The prefix must be there where several sObjects can be the parent, and only there.
    if named.is_some() != field.is(Flag::Polymorphic) {
        return None;
    }
    let target = reference
        .to
        .iter()
        .find(|target| named.is_none_or(|name| target.eq_ignore_ascii_case(name)))?;
    let key = schema.object(target)?.field(key)?;
    let is_key = key.is(Flag::ExternalId) || key.is(Flag::IdLookup);
    is_key.then(|| Column::Parent {
        field: field.name.clone(),
        relationship: reference.relationship.clone(),
        object: named.map(|_| target.clone()),
        key: key.name.clone(),
    })
}

/// A row as the body of a save.
pub(super) fn body(columns: &[Column], row: &StringRecord) -> Map<String, Value> {
    let mut body = Map::new();
    for (column, text) in columns.iter().zip(row) {
        match (column, text) {
            (_, "") => {}
            (Column::Field { name: field, .. } | Column::Parent { field, .. }, NULL) => {
                body.insert(field.clone(), Value::Null);
            }
            (Column::Field { name, is_checkbox }, text) => {
                let text = match text {
                    "1" if *is_checkbox => "true",
                    "0" if *is_checkbox => "false",
                    text => text,
                };
                body.insert(name.clone(), json!(text));
            }
            (
                Column::Parent {
                    relationship,
                    object,
                    key,
                    ..
                },
                text,
            ) => {
                let mut parent = Map::new();
                if let Some(object) = object {
                    parent.insert("attributes".to_owned(), json!({ "type": object }));
                }
                parent.insert(key.clone(), json!(text));
                body.insert(relationship.clone(), Value::Object(parent));
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded_org::bulk::{Api, ConcurrencyMode, ContentType, Dialect};

    /// The header of an upload, a row of it, and the body that it becomes.
    fn check(object: &str, header: &[&str], row: &[&str], expect: Option<&Value>) {
        let mut schema = Schema::standard();
        for object in ["Account", "Contact"] {
            let line = "Key__c | string 64 | CUN | external";
            schema.add_field(object, line).unwrap();
        }
        let order = Order {
            api: Api::Ingest,
            operation: Operation::Insert,
            object: object.to_owned(),
            external_id: None,
            content_type: ContentType::Csv,
            dialect: Dialect::PLAIN,
            concurrency: ConcurrencyMode::Parallel,
            version: 67,
        };
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let columns = columns(&schema, &order, &header);
        let row = StringRecord::from(row);
        let body = columns.map(|columns| Value::Object(body(&columns, &row)));
        assert_eq!(body.ok().as_ref(), expect, "{header:?}");
    }

    #[test]
    fn values_and_nulls() {
        let header = ["name", "NextStep", "Description", "IsPrivate"];
        let row = ["Deal", "#N/A", "", "1"];
        let expect = json!({"Name": "Deal", "NextStep": null, "IsPrivate": "true"});
        check("Opportunity", &header, &row, Some(&expect));
        check("Contact", &["Nothing"], &["x"], None);
        check("Contact", &["MailingAddress"], &["x"], None);
        check("Contact", &["Title", "TITLE"], &["x", "y"], None);
    }

    #[test]
    fn parents_by_their_keys() {
        let expect = json!({"Account": {"Key__c": "a-1"}});
        check("Contact", &["account.key__c"], &["a-1"], Some(&expect));
        let expect = json!({ "AccountId": null });
        check("Contact", &["Account.Key__c"], &["#N/A"], Some(&expect));
        check("Contact", &["Account.Name"], &["x"], None);
        check("Contact", &["Account:Account.Key__c"], &["x"], None);
        let expect = json!({"Who": {"attributes": {"type": "Contact"}, "Key__c": "c-1"}});
        check("Task", &["Contact:Who.Key__c"], &["c-1"], Some(&expect));
        check("Task", &["Who.Key__c"], &["c-1"], None);
        check("Task", &["User:Who.Key__c"], &["c-1"], None);
    }
}
