//! What the user who signs in sees of the schema.
//!
//! Standard fields, and those that an org is made with, are seen by all. What was made through the
//! Metadata or the Tooling API is seen by nobody, its maker included, before a permission set says so.

use std::collections::BTreeMap;

use super::{Field, Flag, Object, Schema};

/// What a user's permission sets allow together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Grants {
    /// By sObject.
    pub(crate) objects: BTreeMap<String, ObjectGrant>,
    /// By `Object.Field`; a field that may be read has an entry, which tells whether it may be edited.
    pub(crate) fields: BTreeMap<String, bool>,
}

/// What may be done with the records of an sObject that may be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ObjectGrant {
    /// The letters of create, update and delete.
    pub(crate) access: String,
}

impl Schema {
    /// Hides what the grants do not show.
    pub(crate) fn restrict(&mut self, grants: &Grants) {
        for object in self.objects.values_mut() {
            restrict_object(object, grants);
            for field in &mut object.fields {
                let path = format!("{}.{}", object.name, field.name);
                restrict_field(field, grants.fields.get(&path).copied(), !object.is_hidden);
            }
        }
    }
}

fn restrict_object(object: &mut Object, grants: &Grants) {
    if !object.granted {
        return;
    }
    let grant = grants.objects.get(&object.name);
    object.is_hidden = grant.is_none();
    let allowed = grant.map_or("", |grant| &grant.access);
    object.access.retain(|letter| allowed.contains(letter));
}

/// A required field and the master of a detail record are seen by whoever sees the record.
fn restrict_field(field: &mut Field, grant: Option<bool>, object_is_visible: bool) {
    if !object_is_visible {
        field.flags.set(Flag::Hidden);
    }
    if !field.is(Flag::Granted) || !field.is_permissionable() {
        return;
    }
    if grant.is_none() {
        field.flags.set(Flag::Hidden);
    }
    if grant != Some(true) {
        field.flags.clear(Flag::Createable);
        field.flags.clear(Flag::Updateable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The flags of the access of a field, and what is left of them under a grant.
    fn check(line: &str, grant: Option<bool>, expect: &str) {
        let mut schema = Schema::standard();
        schema.add_field("Activity", line).unwrap();
        let mut grants = Grants::default();
        if let Some(editable) = grant {
            grants.fields.insert("Task.A__c".to_owned(), editable);
        }
        for object in schema.objects.values_mut() {
            for field in &mut object.fields {
                if field.is_custom() {
                    field.flags.set(Flag::Granted);
                }
            }
        }
        schema.restrict(&grants);
        let seen = |object: &str| match schema.known(object).field("A__c") {
            None => "hidden",
            Some(field) if field.is(Flag::Updateable) => "edit",
            Some(_) => "read",
        };
        let found = format!("{} {}", seen("Event"), seen("Task"));
        assert_eq!(found, expect, "{line} {grant:?}");
    }

    #[test]
    fn fields_are_seen_as_granted() {
        let field = "A__c | string 10 | CUN";
        check(field, None, "hidden hidden");
        check(field, Some(false), "hidden read");
        check(field, Some(true), "hidden edit");
        check("A__c | string 10 | CU", None, "edit edit");
    }
}
