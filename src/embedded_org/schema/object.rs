//! One sObject: its fields, found by name, and the SQL over them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::{Field, Flag, Reference, Table, parse_field, standard, standard_permissions, tooling};

/// An sObject.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    pub(crate) key_prefix: String,
    /// Which of create (C), update (U) and delete (D) the API allows.
    pub(crate) access: String,
    /// Whether only those see it whom a permission set lets.
    pub(crate) granted: bool,
    /// The API does not show it: it is kept for the org itself, or not granted to the user.
    pub(super) is_hidden: bool,
    pub(crate) fields: Vec<Field>,
    by_name: BTreeMap<String, usize>,
    /// SQL over all columns, made on first use: every save needs it.
    select_sql: OnceCell<String>,
    insert_sql: OnceCell<String>,
}

impl Object {
    /// Reads a table, and adds the fields that every sObject has.
    pub(crate) fn from_table(table: &Table) -> Result<Self, String> {
        let mut object = Self {
            name: table.name.to_owned(),
            label: table.label.to_owned(),
            label_plural: table.label_plural.to_owned(),
            key_prefix: table.key_prefix.to_owned(),
            access: table.access.to_owned(),
            granted: false,
            is_hidden: false,
            fields: Vec::new(),
            by_name: BTreeMap::new(),
            select_sql: OnceCell::new(),
            insert_sql: OnceCell::new(),
        };
        let system = if object.allows('D') && !object.is_permission() {
            standard::SYSTEM_FIELDS
        } else {
            standard::SYSTEM_FIELDS_WITHOUT_RECYCLE_BIN
        };
        for line in system.lines().chain(table.fields.lines()) {
            if !line.trim().is_empty() {
                object.push(parse_field(line)?);
            }
        }
        Ok(object)
    }

    pub(super) fn push(&mut self, field: Field) {
        match self.index(&field.name) {
            Some(index) => self.fields[index] = field,
            None => {
                self.fields.push(field);
                self.name_fields();
            }
        }
    }

    pub(super) fn remove(&mut self, field: &str) {
        if let Some(index) = self.index(field) {
            self.fields.remove(index);
            self.name_fields();
        }
    }

    /// Finds the fields anew by their names.
    fn name_fields(&mut self) {
        self.by_name.clear();
        for (index, field) in self.fields.iter().enumerate() {
            self.by_name.insert(field.name.clone(), index);
            self.by_name.insert(field.name.to_lowercase(), index);
        }
        self.select_sql.take();
        self.insert_sql.take();
    }

    /// The place of a field in `fields`, its name in any case.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.by_name
            .get(name)
            .or_else(|| self.by_name.get(&name.to_lowercase()))
            .copied()
    }

    /// A field that the API shows.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        let field = &self.fields[self.index(name)?];
        (!field.is(Flag::Hidden)).then_some(field)
    }

    /// The fields that the API shows.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is(Flag::Hidden))
    }

    /// The fields that are columns of the table.
    pub(crate) fn stored(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, field)| !field.is(Flag::Computed))
    }

    /// Selects the stored fields of one record by its id.
    pub(crate) fn select_sql(&self) -> &str {
        self.select_sql.get_or_init(|| {
            let columns: Vec<&str> = self
                .stored()
                .map(|(_, field)| field.name.as_str())
                .collect();
            let columns = columns.join("\", \"");
            format!("SELECT \"{columns}\" FROM \"{}\" WHERE Id = ?1", self.name)
        })
    }

    /// Inserts a record, its stored fields in order.
    pub(crate) fn insert_sql(&self) -> &str {
        self.insert_sql.get_or_init(|| {
            let columns: Vec<&str> = self
                .stored()
                .map(|(_, field)| field.name.as_str())
                .collect();
            let places = vec!["?"; columns.len()].join(", ");
            let columns = columns.join("\", \"");
            format!(
                "INSERT INTO \"{}\" (\"{columns}\") VALUES ({places})",
                self.name
            )
        })
    }

    /// The field that a relationship name such as `Account` or `What` goes through.
    pub(crate) fn relationship(&self, name: &str) -> Option<(&Field, &Reference)> {
        self.visible().find_map(|field| {
            let reference = field.reference()?;
            let found = reference.relationship.eq_ignore_ascii_case(name);
            (found && !reference.relationship.is_empty()).then_some((field, reference))
        })
    }

    pub(crate) fn allows(&self, letter: char) -> bool {
        self.access.contains(letter)
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// Whether it is about who works in the org, and not about their work.
    pub(crate) fn is_setup(&self) -> bool {
        self.name == "User" || self.is_permission()
    }

    /// Whether its records are made for the time of a request.
    pub(crate) fn is_temporary(&self) -> bool {
        tooling::TABLES.iter().any(|table| table.name == self.name)
    }

    /// Whether it says who may see and do what.
    pub(crate) fn is_permission(&self) -> bool {
        standard_permissions::TABLES
            .iter()
            .any(|table| table.name == self.name)
    }

    /// The field that is the record's name to people.
    pub(crate) fn name_field(&self) -> Option<&Field> {
        self.visible().find(|field| field.is(Flag::NameField))
    }
}
