//! The custom fields and objects of an org while a request changes them: in the schema, in the file's
//! tables, and in what the file remembers of their definitions.

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::{CustomField, CustomObject, Flag, Schema, tables_of};
use crate::embedded_org::session::Session;
use crate::embedded_org::store;

/// What became of one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Changed,
    Unchanged,
    Deleted,
}

/// The definitions under change. Its schema hides nothing, whoever asks.
pub(crate) struct Definitions<'a, 's> {
    session: &'a Session<'s>,
    pub(crate) schema: Schema,
}

impl<'a, 's> Definitions<'a, 's> {
    pub(crate) fn open(session: &'a Session<'s>) -> rusqlite::Result<Self> {
        Ok(Self {
            session,
            schema: store::declared_schema(session.db)?,
        })
    }

    /// Whether custom fields can be added to this object; events and tasks have theirs from `Activity`.
    pub(crate) fn is_customizable(&self, object: &str) -> bool {
        match object {
            "Activity" => true,
            "Event" | "Task" => false,
            name => self
                .schema
                .object(name)
                .is_some_and(|object| object.allows('U') && !object.is_permission()),
        }
    }

    pub(crate) fn has_field(&self, object: &str, field: &str) -> bool {
        tables_of(object)
            .iter()
            .filter_map(|table| self.schema.object(table))
            .any(|object| object.field(field).is_some_and(|it| it.name == field))
    }

    /// The id of a field that was put.
    pub(crate) fn field_id(&self, object: &str, name: &str) -> rusqlite::Result<String> {
        self.session
            .db
            .prepare_cached("SELECT id FROM _metadata_field WHERE object = ?1 AND name = ?2")?
            .query_row([object, name], |row| row.get(0))
    }

    /// Makes a field, or brings it to this definition.
    pub(crate) fn put_field(
        &mut self,
        object: &str,
        name: &str,
        definition: &CustomField,
    ) -> Result<Change, ApiError> {
        self.check_field(object, name, definition)?;
        let former = self.former(object, name)?;
        let mut field = definition.field(name);
        if !former.seen_by_all {
            field.flags.set(Flag::Granted);
        }
        let change = match &former.field {
            None => Change::Created,
            Some(before)
                if *before == field
                    && former
                        .given
                        .as_ref()
                        .is_none_or(|it| *it == definition.given) =>
            {
                return Ok(Change::Unchanged);
            }
            Some(before) if before.kind.names() != field.kind.names() => {
                let problem = format!(
                    "Cannot change which type of field {object}.{name} is: it holds values of type {}",
                    before.kind.names().0
                );
                return Err(ApiError::of_record(
                    "FIELD_INTEGRITY_EXCEPTION",
                    problem,
                    &[],
                ));
            }
            Some(before) => {
                if before.flags != field.flags {
                    self.rebuild(object, &field)?;
                }
                Change::Changed
            }
        };
        self.schema
            .put_field(object, &field)
            .map_err(|problem| ApiError::new(400, "INVALID_TYPE", problem))?;
        self.build(object, name)?;
        self.remember_field(object, name, definition, former)?;
        Ok(change)
    }

    fn check_field(
        &self,
        object: &str,
        name: &str,
        definition: &CustomField,
    ) -> Result<(), ApiError> {
        if !is_developer_name(name) {
            let problem = format!(
                "The Field Name {name} must begin with a letter, end with __c, and use only letters, digits and single underscores"
            );
            return Err(ApiError::of_record("INVALID_FIELD_NAME", problem, &[]));
        }
        if !self.is_customizable(object) {
            let problem = format!(
                "Entity Enumeration Or ID: bad value for restricted picklist field: {object}"
            );
            return Err(ApiError::of_record(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                problem,
                &["TableEnumOrId"],
            ));
        }
        match definition.reference_to() {
            Some(target) if self.schema.object(target).is_none() => Err(ApiError::of_record(
                "FIELD_INTEGRITY_EXCEPTION",
                format!("referenceTo value of '{target}' does not resolve to a valid sObject type"),
                &[],
            )),
            Some(_) if object == "Activity" => Err(ApiError::of_record(
                "FIELD_INTEGRITY_EXCEPTION",
                "Lookup and master-detail relationships cannot be created on Activity",
                &[],
            )),
            _ => Ok(()),
        }
    }

    fn rebuild(
        &self,
        object: &str,
        field: &crate::embedded_org::schema::Field,
    ) -> rusqlite::Result<()> {
        tables_of(object)
            .iter()
            .try_for_each(|table| store::rebuild_field(self.session.db, table, field))
    }

    fn build(&self, object: &str, name: &str) -> Result<(), ApiError> {
        let built = store::build(self.session.db, &self.schema);
        built.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => ApiError::of_record(
                "DUPLICATE_VALUE",
                format!("{object}.{name} cannot be unique: records hold the same value"),
                &[],
            ),
            _ => error.into(),
        })
    }

    fn former(&self, object: &str, name: &str) -> Result<Former, ApiError> {
        let kept: Option<(String, String, bool)> = self
            .session
            .db
            .prepare_cached(
                "SELECT id, definition, seen_by_all FROM _metadata_field WHERE object = ?1 AND name = ?2",
            )?
            .query_row([object, name], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let field = tables_of(object)
            .first()
            .and_then(|table| self.schema.object(table))
            .and_then(|object| object.field(name))
            .cloned();
        Ok(match kept {
            Some((id, definition, seen_by_all)) => Former {
                field,
                id: Some(id),
                given: serde_json::from_str(&definition).ok(),
                seen_by_all,
            },
            // What an org is made with has no definition, and is seen by all.
            None => Former {
                seen_by_all: field.is_some(),
                field,
                id: None,
                given: None,
            },
        })
    }

    fn remember_field(
        &self,
        object: &str,
        name: &str,
        definition: &CustomField,
        former: Former,
    ) -> Result<(), ApiError> {
        self.forget_line(object, name)?;
        let id = match former.id {
            Some(id) => id,
            None => self.next_id("00N")?,
        };
        self.session
            .db
            .prepare_cached(
                "INSERT INTO _metadata_field (object, name, id, definition, seen_by_all) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (object, name) DO UPDATE SET definition = excluded.definition",
            )?
            .execute(rusqlite::params![
                object,
                name,
                id,
                Value::Object(definition.given.clone()).to_string(),
                former.seen_by_all
            ])?;
        self.session.change_schema();
        Ok(())
    }

    /// Forgets a field that the org was made with, in the notation of the schema.
    fn forget_line(&self, object: &str, name: &str) -> Result<(), ApiError> {
        let line = format!("{name} |%");
        self.session.db.execute(
            "DELETE FROM _custom_field WHERE object = ?1 AND line LIKE ?2",
            [object, &line],
        )?;
        let fields: Option<String> = self
            .session
            .db
            .prepare_cached("SELECT fields FROM _custom_object WHERE name = ?1")?
            .query_row([object], |row| row.get(0))
            .optional()?;
        if let Some(fields) = fields {
            let is_other = |line: &&str| line.split('|').next().map(str::trim) != Some(name);
            let others: Vec<&str> = fields.lines().filter(is_other).collect();
            self.session.db.execute(
                "UPDATE _custom_object SET fields = ?2 WHERE name = ?1",
                [object, &others.join("\n")],
            )?;
        }
        Ok(())
    }

    /// Takes a custom field away, with its values and whoever was allowed to see it.
    pub(crate) fn drop_field(&mut self, object: &str, name: &str) -> Result<(), ApiError> {
        for table in tables_of(object) {
            store::drop_field(self.session.db, table, name)?;
            self.session.db.execute(
                "DELETE FROM FieldPermissions WHERE Field = ?1",
                [format!("{table}.{name}")],
            )?;
        }
        self.forget_line(object, name)?;
        self.session.db.execute(
            "DELETE FROM _metadata_field WHERE object = ?1 AND name = ?2",
            [object, name],
        )?;
        self.schema.remove_field(object, name);
        self.session.change_schema();
        Ok(())
    }

    /// Makes an object, or brings it to this definition; its fields are put one by one.
    pub(crate) fn put_object(
        &mut self,
        name: &str,
        definition: &CustomObject,
    ) -> Result<Change, ApiError> {
        if !is_developer_name(name) {
            let problem = format!("The Object Name {name} is not a valid developer name");
            return Err(ApiError::of_record("INVALID_FIELD_NAME", problem, &[]));
        }
        let kept: Option<(String, String)> = self
            .session
            .db
            .prepare_cached("SELECT key_prefix, definition FROM _metadata_object WHERE name = ?1")?
            .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let text = Value::Object(definition.given.clone()).to_string();
        match kept {
            Some((_, before)) if before == text => return Ok(Change::Unchanged),
            Some(_) => {
                self.session.db.execute(
                    "UPDATE _metadata_object SET definition = ?2 WHERE name = ?1",
                    [name, &text],
                )?;
                self.schema = store::declared_schema(self.session.db)?;
                self.session.change_schema();
                return Ok(Change::Changed);
            }
            // What an org is made with stays as it is, but for its fields.
            None if self.schema.object(name).is_some() => return Ok(Change::Unchanged),
            None => {}
        }
        let object = definition.object(name, &self.next_key_prefix()?);
        self.session.db.execute(
            "INSERT INTO _metadata_object (name, id, key_prefix, definition) VALUES (?1, ?2, ?3, ?4)",
            [name, &self.next_id("01I")?, &object.key_prefix, &text],
        )?;
        self.schema.add(object);
        store::build(self.session.db, &self.schema)?;
        self.session.change_schema();
        Ok(Change::Created)
    }

    /// Takes a custom object away, with its records and whoever was allowed to see them.
    pub(crate) fn drop_object(&mut self, name: &str) -> Result<(), ApiError> {
        let db = self.session.db;
        store::drop_object(db, name)?;
        for sql in [
            "DELETE FROM _custom_object WHERE name = ?1",
            "DELETE FROM _custom_field WHERE object = ?1",
            "DELETE FROM _metadata_object WHERE name = ?1",
            "DELETE FROM _metadata_field WHERE object = ?1",
            "DELETE FROM _number WHERE prefix = ?1",
            "DELETE FROM ObjectPermissions WHERE SobjectType = ?1",
            "DELETE FROM FieldPermissions WHERE SobjectType = ?1",
        ] {
            db.execute(sql, [name])?;
        }
        self.schema.remove(name);
        self.session.change_schema();
        Ok(())
    }

    /// A field of another object that leads here, as `Object.Field`.
    pub(crate) fn referrer(&self, name: &str) -> Option<String> {
        self.schema
            .referrers(name)
            .find(|(object, _, _)| object.name != name)
            .map(|(object, field, _)| format!("{}.{}", object.name, field.name))
    }

    fn next_id(&self, prefix: &str) -> rusqlite::Result<String> {
        let number = self.session.next_number(prefix)?;
        Ok(RecordId::from_number(prefix, number).into())
    }

    /// `a00`, `a01` and so on; one that was used is not used again.
    fn next_key_prefix(&self) -> rusqlite::Result<String> {
        loop {
            let number = self.session.next_number("custom object")? - 1;
            let prefix = format!("a{number:02}");
            if self.schema.object_of_prefix(&prefix).is_none() {
                return Ok(prefix);
            }
        }
    }
}

/// A field before it is put.
struct Former {
    field: Option<crate::embedded_org::schema::Field>,
    id: Option<String>,
    given: Option<Map<String, Value>>,
    seen_by_all: bool,
}

/// `Demo_Key__c`: a letter, then letters, digits and single underscores, and the suffix of what is custom.
fn is_developer_name(name: &str) -> bool {
    name.strip_suffix("__c").is_some_and(|name| {
        name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.len() <= 40
            && !name.ends_with('_')
            && !name.contains("__")
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}
