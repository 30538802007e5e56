//! What sObjects and fields the org has.
//!
//! Everything that depends on the shape of data asks here: the tables in the file, validation, SOQL and
//! describe. Standard objects come from the tables in `standard*.rs`; custom fields and objects, ours
//! among them, are declared to an org in the same notation and kept in its file. Rules that are more than
//! a flag live in `rows`.

mod access;
mod close_plan;
mod computed;
mod countries;
mod custom_field;
mod custom_object;
mod definition;
mod describe;
mod kind;
mod notation;
mod object;
mod optional;
mod ours;
mod standard;
mod standard_activities;
mod standard_emails;
mod standard_leads;
mod standard_permissions;
mod standard_setup;
mod tooling;

use std::collections::BTreeMap;

use super::features::{Feature, Features};

pub(crate) use access::{Grants, ObjectGrant};
pub(crate) use computed::computed_sql;
pub(crate) use countries::{ADDRESSES, COUNTRIES, Place};
pub(crate) use custom_field::CustomField;
pub(crate) use custom_object::CustomObject;
pub(crate) use definition::{data_type, definition_of};
pub(crate) use describe::{Listed, RecordType, describe, describe_global, object_summary};
pub(crate) use kind::{Decimal, Flag, Flags, Kind, OnDelete, Reference};
pub(crate) use notation::parse_field;
pub(crate) use object::Object;
pub(crate) use ours::{OUR_FIELDS, OUR_OBJECTS};

/// All sObjects of an org, found by name in any case, or by key prefix.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    objects: BTreeMap<String, Object>,
    names: BTreeMap<String, String>,
    prefixes: BTreeMap<String, String>,
    features: Features,
}

/// A field of an sObject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    /// The form of the number, such as `SC-{0000}`, where the platform numbers the records.
    pub(crate) auto_number: Option<String>,
}

/// A table of fields in the notation of `notation.rs`, for one sObject.
pub(crate) struct Table<'t> {
    pub(crate) name: &'t str,
    pub(crate) label: &'t str,
    pub(crate) label_plural: &'t str,
    pub(crate) key_prefix: &'t str,
    pub(crate) access: &'t str,
    pub(crate) fields: &'t str,
}

impl Schema {
    /// The standard sObjects alone, as a new org has them.
    #[cfg(test)]
    pub(crate) fn standard() -> Self {
        Self::of(Features::default())
    }

    /// The standard sObjects of an org with these features.
    pub(crate) fn of(features: Features) -> Self {
        let mut schema = Self::empty(features);
        for table in standard::TABLES
            .iter()
            .chain(standard_activities::TABLES)
            .chain(standard_emails::TABLES)
            .chain(standard_leads::TABLES)
            .chain(standard_setup::TABLES)
            .chain(standard_permissions::TABLES)
        {
            schema.add_table(table);
        }
        optional::fit(&mut schema, features);
        schema
    }

    /// What the Tooling API queries, and the users who made it.
    pub(crate) fn tooling() -> Self {
        let mut schema = Self::empty(Features::default());
        for table in tooling::TABLES.iter().chain(standard_setup::TABLES) {
            schema.add_table(table);
        }
        schema
    }

    fn empty(features: Features) -> Self {
        Self {
            objects: BTreeMap::new(),
            names: BTreeMap::new(),
            prefixes: BTreeMap::new(),
            features,
        }
    }

    pub(crate) fn features(&self) -> Features {
        self.features
    }

    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.features.has(feature)
    }

    fn add_table(&mut self, table: &Table) {
        let object = Object::from_table(table).expect("the tables are in the notation");
        self.add(object);
    }

    /// Adds an sObject, or replaces the one of that name.
    pub(crate) fn add(&mut self, object: Object) {
        self.names
            .insert(object.name.to_lowercase(), object.name.clone());
        self.prefixes
            .insert(object.key_prefix.clone(), object.name.clone());
        self.objects.insert(object.name.clone(), object);
    }

    /// Takes an sObject away.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(object) = self.objects.remove(name) {
            self.names.remove(&name.to_lowercase());
            self.prefixes.remove(&object.key_prefix);
        }
    }

    /// Adds a field in the notation.
    pub(crate) fn add_field(&mut self, object: &str, line: &str) -> Result<(), String> {
        self.put_field(object, &parse_field(line)?)
    }

    /// Adds a field to an sObject, or replaces the one of that name.
    pub(crate) fn put_field(&mut self, object: &str, field: &Field) -> Result<(), String> {
        for target in tables_of(object) {
            self.objects
                .get_mut(target)
                .ok_or_else(|| format!("there is no sObject {target}"))?
                .push(field.clone());
        }
        Ok(())
    }

    /// Takes a field of an sObject away.
    pub(crate) fn remove_field(&mut self, object: &str, field: &str) {
        for target in tables_of(object) {
            if let Some(object) = self.objects.get_mut(target) {
                object.remove(field);
            }
        }
    }

    /// The sObject of this name, in any case.
    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        let object = self
            .objects
            .get(name)
            .or_else(|| self.objects.get(self.names.get(&name.to_lowercase())?));
        object.filter(|object| !object.is_hidden)
    }

    fn known_mut(&mut self, name: &str) -> &mut Object {
        let object = self.objects.get_mut(name);
        object.expect("a standard sObject is in every schema")
    }

    fn hide_object(&mut self, name: &str) {
        self.known_mut(name).is_hidden = true;
    }

    /// An sObject that every org has.
    pub(crate) fn known(&self, name: &str) -> &Object {
        self.objects
            .get(name)
            .expect("a standard sObject is in every schema")
    }

    /// The sObject whose ids start so.
    pub(crate) fn object_of_prefix(&self, prefix: &str) -> Option<&Object> {
        self.object(self.prefixes.get(prefix)?)
    }

    /// All sObjects that the API shows, by name.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.tables().filter(|object| !object.is_hidden)
    }

    /// All sObjects by name, also those that only the org itself uses.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// Every reference field that can hold the id of a record of this sObject.
    pub(crate) fn referrers<'s>(
        &'s self,
        parent: &'s str,
    ) -> impl Iterator<Item = (&'s Object, &'s Field, &'s Reference)> {
        self.tables().flat_map(move |object| {
            object.fields.iter().filter_map(move |field| {
                let reference = field.reference()?;
                let points_here = reference.to.iter().any(|target| target == parent);
                points_here.then_some((object, field, reference))
            })
        })
    }
}

/// The sObjects that have the fields of an object: those of the pseudo-object `Activity` show on Event
/// and Task both.
pub(crate) fn tables_of(object: &str) -> Vec<&str> {
    match object {
        "Activity" => vec!["Event", "Task"],
        _ => vec![object],
    }
}

impl Field {
    pub(crate) fn is(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }

    pub(crate) fn reference(&self) -> Option<&Reference> {
        match &self.kind {
            Kind::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Whether it was added to the standard fields, by us or by an import.
    pub(crate) fn is_custom(&self) -> bool {
        self.is(Flag::Custom)
    }

    /// Whether permission sets say who sees it; what every record must have is seen with the record.
    pub(crate) fn is_permissionable(&self) -> bool {
        let optional = self.is(Flag::Nillable) || self.is(Flag::DefaultedOnCreate);
        self.is_custom() && optional && !self.is(Flag::MasterDetail)
    }

    /// Long texts can be neither filtered, sorted nor grouped.
    pub(crate) fn is_filterable(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Address | Kind::IdList | Kind::TextArea { length: 256.. }
        ) && !self.is(Flag::Unfilterable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_in_the_notation_and_consistent() {
        let mut schema = Schema::standard();
        for table in OUR_OBJECTS {
            schema.add(Object::from_table(table).unwrap());
        }
        for (object, line) in OUR_FIELDS {
            schema.add_field(object, line).unwrap();
        }
        for object in schema.objects() {
            assert_eq!(object.key_prefix.len(), 3, "{}", object.name);
            for field in &object.fields {
                let computed = computed_sql(&object.name, &field.name).is_some();
                assert_eq!(
                    computed,
                    field.is(Flag::Computed),
                    "{}.{}",
                    object.name,
                    field.name
                );
                for target in field.reference().iter().flat_map(|reference| &reference.to) {
                    assert!(
                        schema.object(target).is_some(),
                        "{}.{}",
                        object.name,
                        field.name
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        let schema = Schema::standard();
        let object = schema.object("opportunitycontactrole").unwrap();
        assert_eq!(object.field("isprimary").unwrap().name, "IsPrimary");
        assert!(schema.object("Nothing").is_none());
        assert_eq!(schema.object_of_prefix("00K").unwrap().name, object.name);
    }
}
