//! The definitions of an org as the records that the Tooling API queries, in tables for the time of a
//! request.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use crate::embedded_org::faults::{Automation, AutomationKind};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::rows::{Record, insert};
use crate::embedded_org::schema::{Field, Flag, Object, Schema, data_type, definition_of};
use crate::embedded_org::session::Session;
use crate::embedded_org::store;

/// Fills the tables of the Tooling API, whose schema the session has, with the definitions of the org.
pub(crate) fn fill(tooling: &Session<'_>, automations: &[Automation]) -> rusqlite::Result<()> {
    let schema = store::declared_schema(tooling.db)?;
    for object in tooling
        .schema
        .objects()
        .filter(|object| object.is_temporary())
    {
        store::create_temporary(tooling.db, object)?;
    }
    let catalogue = Catalogue::new(tooling, &schema)?;
    for object in schema.objects() {
        catalogue.add_entity(object)?;
        for field in object.visible() {
            catalogue.add_field_definition(object, field)?;
        }
        if object.is_custom() {
            catalogue.add_custom_object(object)?;
        }
        if object.allows('C') && !object.is_setup() {
            catalogue.add_automations(object, automations)?;
        }
    }
    catalogue.add_activity()?;
    catalogue.add_custom_fields(&schema)
}

/// The id of a definition that the org was made with.
fn made_with(prefix: &str, name: &str) -> String {
    let hash = blake3::hash(name.as_bytes());
    let number = hash.as_bytes()[..5]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    RecordId::from_number(prefix, number).into()
}

struct Catalogue<'a, 's> {
    tooling: &'a Session<'s>,
    /// The ids of custom objects, and of the fields of objects as `Object.Field`.
    ids: BTreeMap<String, String>,
    definitions: BTreeMap<String, Map<String, Json>>,
}

impl<'a, 's> Catalogue<'a, 's> {
    fn new(tooling: &'a Session<'s>, schema: &Schema) -> rusqlite::Result<Self> {
        let mut catalogue = Self {
            tooling,
            ids: BTreeMap::new(),
            definitions: BTreeMap::new(),
        };
        let mut objects = tooling
            .db
            .prepare("SELECT name, id FROM _metadata_object")?;
        for row in objects.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (name, id) = row?;
            catalogue.ids.insert(name, id);
        }
        for object in schema.objects().filter(|object| object.is_custom()) {
            catalogue
                .ids
                .entry(object.name.clone())
                .or_insert_with(|| made_with("01I", &object.name));
        }
        let mut fields = tooling
            .db
            .prepare("SELECT object || '.' || name, id, definition FROM _metadata_field")?;
        for row in fields.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))? {
            let (name, id, definition): (String, String, String) = row?;
            let definition = serde_json::from_str(&definition).unwrap_or_default();
            catalogue.ids.insert(name.clone(), id);
            catalogue.definitions.insert(name, definition);
        }
        Ok(catalogue)
    }

    /// What fields and rules name their object by: its id, or its name where it is a standard one.
    fn durable_id(&self, object: &str) -> String {
        match self.ids.get(object) {
            Some(id) => id[..15].to_owned(),
            None => object.to_owned(),
        }
    }

    fn add_entity(&self, object: &Object) -> rusqlite::Result<()> {
        self.add(
            "EntityDefinition",
            &[
                ("Id", text(made_with("4ie", &object.name))),
                ("DurableId", text(self.durable_id(&object.name))),
                ("QualifiedApiName", text(&object.name)),
                ("DeveloperName", text(developer_name(&object.name))),
                ("Label", text(&object.label)),
                ("MasterLabel", text(&object.label)),
                ("PluralLabel", text(&object.label_plural)),
                ("KeyPrefix", text(&object.key_prefix)),
                ("IsCustomizable", object.allows('U').into()),
                ("IsQueryable", true.into()),
                ("IsTriggerable", object.allows('D').into()),
            ],
        )
    }

    /// What events and tasks have in common is an entity too, but no sObject.
    fn add_activity(&self) -> rusqlite::Result<()> {
        self.add(
            "EntityDefinition",
            &[
                ("Id", text(made_with("4ie", "Activity"))),
                ("DurableId", text("Activity")),
                ("QualifiedApiName", text("Activity")),
                ("DeveloperName", text("Activity")),
                ("Label", text("Activity")),
                ("MasterLabel", text("Activity")),
                ("PluralLabel", text("Activities")),
                ("IsCustomizable", true.into()),
            ],
        )
    }

    fn add_field_definition(&self, object: &Object, field: &Field) -> rusqlite::Result<()> {
        let name = format!("{}.{}", object.name, field.name);
        let reference = field.reference();
        let relationship = reference.map(|it| it.relationship.as_str());
        self.add(
            "FieldDefinition",
            &[
                ("Id", text(made_with("4fe", &name))),
                (
                    "DurableId",
                    text(format!("{}.{}", self.durable_id(&object.name), field.name)),
                ),
                ("QualifiedApiName", text(&field.name)),
                ("DeveloperName", text(developer_name(&field.name))),
                ("Label", text(&field.label)),
                ("MasterLabel", text(&field.label)),
                ("EntityDefinitionId", text(self.durable_id(&object.name))),
                ("DataType", text(data_type(field))),
                ("Length", number(field.kind.length())),
                (
                    "Precision",
                    number(field.kind.decimal().map(|it| it.precision)),
                ),
                ("Scale", number(field.kind.decimal().map(|it| it.scale))),
                ("RelationshipName", text(relationship.unwrap_or_default())),
                ("IsNillable", field.is(Flag::Nillable).into()),
            ],
        )
    }

    fn add_custom_object(&self, object: &Object) -> rusqlite::Result<()> {
        self.add(
            "CustomObject",
            &[
                ("Id", text(&self.ids[&object.name])),
                ("DeveloperName", text(developer_name(&object.name))),
                ("ManageableState", text("unmanaged")),
            ],
        )
    }

    fn add_custom_fields(&self, schema: &Schema) -> rusqlite::Result<()> {
        for object in schema.objects() {
            // A field of activities is one, though events and tasks both have it.
            let owner = match object.name.as_str() {
                "Event" => continue,
                "Task" => "Activity",
                name => name,
            };
            for field in object.visible().filter(|field| field.is_custom()) {
                self.add_custom_field(owner, field)?;
            }
        }
        Ok(())
    }

    fn add_custom_field(&self, object: &str, field: &Field) -> rusqlite::Result<()> {
        let name = format!("{object}.{}", field.name);
        let definition = match self.definitions.get(&name) {
            Some(definition) => definition.clone(),
            None => definition_of(field),
        };
        let id = self
            .ids
            .get(&name)
            .cloned()
            .unwrap_or_else(|| made_with("00N", &name));
        let given = |key: &str| {
            definition
                .get(key)
                .and_then(Json::as_str)
                .unwrap_or_default()
        };
        self.add(
            "CustomField",
            &[
                ("Id", text(id)),
                ("DeveloperName", text(developer_name(&field.name))),
                ("TableEnumOrId", text(self.durable_id(object))),
                ("EntityDefinitionId", text(self.durable_id(object))),
                ("FullName", text(&name)),
                ("Length", number(field.kind.length())),
                (
                    "Precision",
                    number(field.kind.decimal().map(|it| it.precision)),
                ),
                ("Scale", number(field.kind.decimal().map(|it| it.scale))),
                ("Description", text(given("description"))),
                ("InlineHelpText", text(given("inlineHelpText"))),
                ("RelationshipLabel", text(given("relationshipLabel"))),
                ("ManageableState", text("unmanaged")),
                (
                    "Metadata",
                    text(Json::Object(definition.clone()).to_string()),
                ),
            ],
        )
    }

    /// The rules and triggers of an sObject, those that are for all of them included.
    fn add_automations(&self, object: &Object, automations: &[Automation]) -> rusqlite::Result<()> {
        for automation in automations {
            let wanted = automation.object.as_ref();
            if wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&object.name)) {
                self.add_automation(object, automation)?;
            }
        }
        Ok(())
    }

    fn add_automation(&self, object: &Object, automation: &Automation) -> rusqlite::Result<()> {
        let name = &automation.name;
        let id = |prefix| text(made_with(prefix, &format!("{}.{name}", object.name)));
        let of = ("EntityDefinitionId", text(self.durable_id(&object.name)));
        match &automation.kind {
            AutomationKind::ValidationRule { message, field } => self.add(
                "ValidationRule",
                &[
                    ("Id", id("03d")),
                    ("ValidationName", text(name)),
                    ("Active", true.into()),
                    ("ErrorMessage", text(message)),
                    ("ErrorDisplayField", text(field.clone().unwrap_or_default())),
                    of,
                ],
            ),
            AutomationKind::Trigger => self.add(
                "ApexTrigger",
                &[
                    ("Id", id("01q")),
                    ("Name", text(name)),
                    ("Status", text("Active")),
                    ("TableEnumOrId", text(self.durable_id(&object.name))),
                    ("UsageBeforeInsert", true.into()),
                    ("UsageBeforeUpdate", true.into()),
                    of,
                ],
            ),
        }
    }

    fn add(&self, object: &str, fields: &[(&str, Value)]) -> rusqlite::Result<()> {
        let mut record = Record::empty(self.tooling.schema.known(object));
        for (field, value) in fields {
            record.set(field, value.clone());
        }
        for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
            record.set(field, self.tooling.stamp());
        }
        for field in ["CreatedById", "LastModifiedById"] {
            record.set(field, self.tooling.facts.user_id.clone());
        }
        insert(self.tooling, &record)
    }
}

fn developer_name(name: &str) -> &str {
    name.trim_end_matches("__c")
}

fn text(value: impl Into<String>) -> Value {
    match value.into() {
        value if value.is_empty() => Value::Null,
        value => Value::Text(value),
    }
}

fn number(value: Option<u32>) -> Value {
    value.map_or(Value::Null, |value| Value::Integer(value.into()))
}
