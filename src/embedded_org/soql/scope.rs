//! The names of a query: which field a path stands for, and the joins that lead to it.

use std::fmt::Write as _;

use rusqlite::types::Value;

use super::SoqlError;
use super::ast::Name;
use crate::embedded_org::schema::{Field, Flag, Kind, Object, computed_sql};
use crate::embedded_org::session::Session;

/// The fields that every record has behind a relationship to several sObjects.
const NAME_FIELDS: &[&str] = &[
    "Id",
    "Name",
    "Type",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Title",
    "Username",
    "Alias",
    "IsActive",
    "ProfileId",
];

/// The tables of one query, and the values it binds.
pub(super) struct Scope<'a, 's> {
    pub(super) session: &'a Session<'s>,
    pub(super) object: &'s Object,
    /// The alias of the query's own table.
    pub(super) table: String,
    /// The alias that the query itself gives to its sObject.
    alias: Option<String>,
    joins: Vec<Join<'s>>,
    pub(super) parameters: Vec<Value>,
}

/// A parent's table: one for each sObject that the relationship can lead to.
struct Join<'s> {
    /// The way from the query's own sObject, such as `Account.Owner`.
    path: String,
    relationship: String,
    sql: String,
    targets: Vec<Target<'s>>,
    polymorphic: bool,
}

/// A table behind a relationship.
#[derive(Debug, Clone)]
pub(super) struct Target<'s> {
    pub(super) object: &'s Object,
    pub(super) table: String,
}

/// A field in SQL.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) sql: String,
    pub(super) kind: Kind,
    pub(super) filterable: bool,
    pub(super) name: String,
}

impl<'a, 's> Scope<'a, 's> {
    pub(super) fn new(
        session: &'a Session<'s>,
        object: &'s Object,
        alias: Option<&str>,
        table: &str,
    ) -> Self {
        Self {
            session,
            object,
            table: table.to_owned(),
            alias: alias.map(str::to_owned),
            joins: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// The place holder of a bound value.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.parameters.push(value);
        format!("?{}", self.parameters.len())
    }

    /// All joins, in the order in which one needs the other.
    pub(super) fn joins_sql(&self) -> String {
        self.joins.iter().map(|join| join.sql.as_str()).collect()
    }

    /// The column of a path, its parents joined.
    pub(super) fn column(&mut self, name: &Name) -> Result<Column, SoqlError> {
        let path = self.own_path(&name.text);
        let (parents, field) = match path.rsplit_once('.') {
            Some((parents, field)) => (Some(parents.to_owned()), field.to_owned()),
            None => (None, path.clone()),
        };
        match parents {
            None => {
                let found = self.object.field(&field);
                let found =
                    found.ok_or_else(|| no_such_column(&field, &self.object.name, name.at))?;
                Ok(self.field_column(self.object, found, &self.table))
            }
            Some(parents) => {
                let index = self.join(&parents, name.at)?;
                self.parent_column(index, &field, name.at)
            }
        }
    }

    /// The path without the query's own alias or sObject before it.
    pub(super) fn own_path(&self, path: &str) -> String {
        if let Some((first, rest)) = path.split_once('.') {
            let own = self
                .alias
                .as_deref()
                .is_some_and(|alias| alias.eq_ignore_ascii_case(first))
                || (first.eq_ignore_ascii_case(&self.object.name)
                    && self.object.relationship(first).is_none());
            if own {
                return rest.to_owned();
            }
        }
        path.to_owned()
    }

    fn field_column(&self, object: &Object, field: &Field, table: &str) -> Column {
        let sql = match computed_sql(&object.name, &field.name) {
            Some(sql) => self.session.computed(sql, table),
            None => format!("{table}.\"{}\"", field.name),
        };
        let computed_text =
            field.kind.is_text() && computed_sql(&object.name, &field.name).is_some();
        Column {
            sql: if computed_text {
                format!("({sql}) COLLATE NOCASE")
            } else {
                sql
            },
            kind: field.kind.clone(),
            filterable: field.is_filterable(),
            name: field.name.clone(),
        }
    }

    /// A field behind a relationship; through several sObjects it is whichever of them has it.
    fn parent_column(&self, join: usize, field: &str, at: usize) -> Result<Column, SoqlError> {
        let join = &self.joins[join];
        if !join.polymorphic {
            let target = &join.targets[0];
            let found = target.object.field(field);
            let found = found.ok_or_else(|| no_such_column(field, &target.object.name, at))?;
            return Ok(self.field_column(target.object, found, &target.table));
        }
        let known = NAME_FIELDS
            .iter()
            .find(|name| name.eq_ignore_ascii_case(field));
        let known = known.ok_or_else(|| no_such_column(field, "Name", at))?;
        if *known == "Type" {
            return Ok(type_column(&join.targets));
        }
        let columns: Vec<Column> = join
            .targets
            .iter()
            .filter_map(|target| {
                let found = match *known {
                    "Name" => target.object.name_field(),
                    name => target.object.field(name),
                };
                found.map(|found| self.field_column(target.object, found, &target.table))
            })
            .collect();
        Ok(first_of(known, columns))
    }

    /// The tables behind a relationship that leads to several sObjects.
    pub(super) fn targets(&mut self, relationship: &Name) -> Result<Vec<Target<'s>>, SoqlError> {
        let path = self.own_path(&relationship.text);
        let join = self.join(&path, relationship.at)?;
        Ok(self.joins[join].targets.clone())
    }

    /// Whether the records behind a relationship answer as the generic `Name`.
    pub(super) fn is_polymorphic(&self, path: &str) -> bool {
        self.joins
            .iter()
            .any(|join| join.polymorphic && join.path.eq_ignore_ascii_case(path))
    }

    /// The relationship at the end of a path, as the schema spells it.
    pub(super) fn relationship_name(&self, path: &str) -> String {
        let path = self.own_path(path);
        let join = self
            .joins
            .iter()
            .find(|join| join.path.eq_ignore_ascii_case(&path));
        join.map_or(path, |join| join.relationship.clone())
    }

    /// The id of the parent that a relationship leads to, null where there is none.
    pub(super) fn parent_id(&mut self, path: &str, at: usize) -> Result<Column, SoqlError> {
        let join = self.join(path, at)?;
        let ids = self.joins[join]
            .targets
            .iter()
            .map(|target| Column {
                sql: format!("{}.Id", target.table),
                kind: Kind::Id,
                filterable: true,
                name: "Id".to_owned(),
            })
            .collect();
        Ok(first_of("Id", ids))
    }

    /// Joins the parents on a path of relationships, each once.
    fn join(&mut self, path: &str, at: usize) -> Result<usize, SoqlError> {
        if let Some(found) = self
            .joins
            .iter()
            .position(|join| join.path.eq_ignore_ascii_case(path))
        {
            return Ok(found);
        }
        let (object, table, relationship) = match path.rsplit_once('.') {
            None => (self.object, self.table.clone(), path),
            Some((before, last)) => {
                let parent = self.join(before, at)?;
                let parent = &self.joins[parent];
                if parent.polymorphic {
                    return Err(no_such_relationship(last, at));
                }
                let target = &parent.targets[0];
                (target.object, target.table.clone(), last)
            }
        };
        let (field, reference) = object
            .relationship(relationship)
            .ok_or_else(|| no_such_relationship(relationship, at))?;
        let mut sql = String::new();
        let mut targets = Vec::new();
        for (index, target) in reference.to.iter().enumerate() {
            let target = self.session.schema.known(target);
            let alias = format!("{}_{}_{index}", self.table, self.joins.len());
            let key = target.index("DurableId").map_or("Id", |_| "DurableId");
            let _ = write!(
                sql,
                " LEFT JOIN \"{}\" {alias} ON {alias}.{key} = {table}.\"{}\"",
                target.name, field.name
            );
            targets.push(Target {
                object: target,
                table: alias,
            });
        }
        self.joins.push(Join {
            path: path.to_owned(),
            relationship: reference.relationship.clone(),
            sql,
            targets,
            polymorphic: field.is(Flag::Polymorphic),
        });
        Ok(self.joins.len() - 1)
    }
}

/// The name of the sObject that a polymorphic reference leads to.
fn type_column(targets: &[Target<'_>]) -> Column {
    let mut cases = String::new();
    for Target { object, table } in targets {
        let _ = write!(cases, " WHEN {table}.Id IS NOT NULL THEN '{}'", object.name);
    }
    Column {
        sql: format!("(CASE{cases} END) COLLATE NOCASE"),
        kind: Kind::Text { length: 40 },
        filterable: true,
        name: "Type".to_owned(),
    }
}

fn first_of(name: &str, mut columns: Vec<Column>) -> Column {
    if columns.len() == 1 {
        return columns.remove(0);
    }
    let kind = columns
        .first()
        .map_or(Kind::Text { length: 255 }, |column| column.kind.clone());
    let collation = if kind.is_text() {
        " COLLATE NOCASE"
    } else {
        ""
    };
    let parts: Vec<String> = columns.into_iter().map(|column| column.sql).collect();
    let sql = match parts.len() {
        0 => "NULL".to_owned(),
        _ => format!("coalesce({}){collation}", parts.join(", ")),
    };
    Column {
        sql,
        kind,
        filterable: true,
        name: name.to_owned(),
    }
}

pub(super) fn no_such_column(field: &str, entity: &str, at: usize) -> SoqlError {
    SoqlError::at(
        "INVALID_FIELD",
        at,
        format!(
            "No such column '{field}' on entity '{entity}'. If you are attempting to use a custom field, be sure \
             to append the '__c' after the custom field name. Please reference your WSDL or the describe call \
             for the appropriate names."
        ),
    )
}

pub(super) fn no_such_relationship(name: &str, at: usize) -> SoqlError {
    SoqlError::at(
        "INVALID_FIELD",
        at,
        format!(
            "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom \
             relationship, be sure to append the '__r' after the custom relationship name. Please reference \
             your WSDL or the describe call for the appropriate names."
        ),
    )
}

pub(super) fn no_such_object(name: &Name) -> SoqlError {
    SoqlError::at(
        "INVALID_TYPE",
        name.at,
        format!(
            "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append \
             the '__c' after the entity name. Please reference your WSDL or the describe call for the \
             appropriate names.",
            name.text
        ),
    )
}
