//! What a query selects: the columns of its SQL, and the shape of a record's JSON.

use super::SoqlError;
use super::ast::{Name, Query, SelectItem};
use super::plan::{Visibility, children};
use super::scope::{Scope, no_such_column};
use super::{aggregate, ast::Expression};
use crate::embedded_org::schema::Kind;

/// The columns of one record and how they nest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    pub(super) sql: Vec<String>,
    pub(super) shape: Shape,
    pub(super) children: Vec<Children>,
}

/// A record, or the record of a parent.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// The column of its id; a record whose id is null is not there.
    pub(super) id: usize,
    /// Whether it answers as the generic `Name`, whatever it is.
    pub(super) is_name: bool,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(super) enum Entry {
    Value {
        name: String,
        column: usize,
        form: Form,
    },
    Parent {
        name: String,
        shape: Shape,
    },
    /// `TYPEOF`: the first of these that is there.
    OneOf {
        name: String,
        shapes: Vec<Shape>,
    },
    Children {
        name: String,
        index: usize,
    },
}

/// How a column becomes JSON, where its SQL type does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Boolean,
    DateTime,
    Json,
}

/// A sub-query over the children of each record.
#[derive(Debug, Clone)]
pub(super) struct Children {
    pub(super) sql: String,
    /// Bound after the parent's id.
    pub(super) parameters: Vec<rusqlite::types::Value>,
    pub(super) columns: Columns,
}

impl Form {
    pub(super) fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Boolean => Self::Boolean,
            Kind::DateTime => Self::DateTime,
            Kind::Address | Kind::IdList => Self::Json,
            _ => Self::Plain,
        }
    }
}

/// The columns that a query selects.
pub(super) fn columns(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<Columns, SoqlError> {
    let mut columns = Columns::default();
    columns.sql.push(format!("{}.Id", scope.table));
    for item in &query.select {
        match item {
            SelectItem::Expression { expression, alias } => {
                add_expression(scope, &mut columns, expression, alias.as_deref())?;
            }
            SelectItem::Children(children_query) => {
                let (name, children) = children(scope, children_query, visibility)?;
                let index = columns.children.len();
                columns.children.push(children);
                columns.shape.entries.push(Entry::Children { name, index });
            }
            SelectItem::TypeOf {
                relationship,
                branches,
                otherwise,
            } => {
                let entry = type_of(scope, &mut columns, (relationship, branches, otherwise))?;
                columns.shape.entries.push(entry);
            }
            SelectItem::Fields(set) => add_all(scope, &mut columns, set, query.limit)?,
        }
    }
    Ok(columns)
}

/// The columns of plain fields, each once.
pub(super) fn columns_of_fields(
    scope: &mut Scope<'_, '_>,
    names: &[Name],
) -> Result<Columns, SoqlError> {
    let mut columns = Columns::default();
    columns.sql.push(format!("{}.Id", scope.table));
    for name in names {
        let mut shape = std::mem::take(&mut columns.shape);
        let added = add_path(scope, &mut columns.sql, &mut shape, name);
        columns.shape = shape;
        added?;
    }
    Ok(columns)
}

fn add_expression(
    scope: &mut Scope<'_, '_>,
    columns: &mut Columns,
    expression: &Expression,
    alias: Option<&str>,
) -> Result<(), SoqlError> {
    match expression {
        Expression::Field(name) => {
            let mut shape = std::mem::take(&mut columns.shape);
            let added = add_path(scope, &mut columns.sql, &mut shape, name);
            columns.shape = shape;
            if added? {
                return Ok(());
            }
            let message = format!("duplicate field selected: {}", name.text);
            Err(SoqlError::at("INVALID_FIELD", name.at, message))
        }
        Expression::Call { argument, .. } => {
            let column = aggregate::column(scope, expression)?;
            let given = argument.as_ref().map_or("", |name| name.text.as_str());
            columns.shape.entries.push(Entry::Value {
                name: alias.unwrap_or(given).to_owned(),
                column: columns.sql.len(),
                form: Form::of(&column.kind),
            });
            columns.sql.push(column.sql);
            Ok(())
        }
    }
}

/// Adds a field on its path of parents; tells whether it was new.
fn add_path(
    scope: &mut Scope<'_, '_>,
    sql: &mut Vec<String>,
    shape: &mut Shape,
    name: &Name,
) -> Result<bool, SoqlError> {
    let path = scope.own_path(&name.text);
    let column = scope.column(name)?;
    let mut shape = shape;
    let mut walked = String::new();
    let segments: Vec<&str> = path.split('.').collect();
    for segment in &segments[..segments.len() - 1] {
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(segment);
        shape = parent_shape(scope, sql, shape, (&walked, segment, name.at))?;
    }
    let exists = shape
        .entries
        .iter()
        .any(|entry| matches!(entry, Entry::Value { name, .. } if *name == column.name));
    if exists {
        return Ok(false);
    }
    shape.entries.push(Entry::Value {
        name: column.name,
        column: sql.len(),
        form: Form::of(&column.kind),
    });
    sql.push(column.sql);
    Ok(true)
}

/// The shape of a parent, made on first use.
fn parent_shape<'t>(
    scope: &mut Scope<'_, '_>,
    sql: &mut Vec<String>,
    shape: &'t mut Shape,
    (path, segment, at): (&str, &str, usize),
) -> Result<&'t mut Shape, SoqlError> {
    let found = shape.entries.iter().position(
        |entry| matches!(entry, Entry::Parent { name, .. } if name.eq_ignore_ascii_case(segment)),
    );
    let index = if let Some(index) = found {
        index
    } else {
        let id = scope.parent_id(path, at)?;
        let parent = Shape {
            id: sql.len(),
            is_name: scope.is_polymorphic(path),
            entries: Vec::new(),
        };
        sql.push(id.sql);
        shape.entries.push(Entry::Parent {
            name: scope.relationship_name(path),
            shape: parent,
        });
        shape.entries.len() - 1
    };
    match &mut shape.entries[index] {
        Entry::Parent { shape, .. } => Ok(shape),
        Entry::Value { .. } | Entry::OneOf { .. } | Entry::Children { .. } => {
            Err(no_such_column(segment, path, at))
        }
    }
}

type Branches<'q> = (&'q Name, &'q [(Name, Vec<Name>)], &'q [Name]);

fn type_of(
    scope: &mut Scope<'_, '_>,
    columns: &mut Columns,
    (relationship, branches, otherwise): Branches<'_>,
) -> Result<Entry, SoqlError> {
    let mut shapes = Vec::new();
    for target in scope.targets(relationship)? {
        let branch = branches
            .iter()
            .find(|(object, _)| object.text.eq_ignore_ascii_case(&target.object.name));
        let fields = branch.map_or(otherwise, |(_, fields)| fields.as_slice());
        let mut shape = Shape {
            id: columns.sql.len(),
            ..Shape::default()
        };
        columns.sql.push(format!("{}.Id", target.table));
        for field in fields {
            let mut inner = Scope::new(scope.session, target.object, None, &target.table);
            let column = match (branch, field.text.eq_ignore_ascii_case("Name")) {
                (None, true) => target.object.name_field().map(|name| Name {
                    text: name.name.clone(),
                    at: field.at,
                }),
                _ => None,
            };
            let column = inner.column(column.as_ref().unwrap_or(field))?;
            shape.entries.push(Entry::Value {
                name: column.name,
                column: columns.sql.len(),
                form: Form::of(&column.kind),
            });
            columns.sql.push(column.sql);
        }
        shapes.push(shape);
    }
    Ok(Entry::OneOf {
        name: scope.relationship_name(&relationship.text),
        shapes,
    })
}

/// `FIELDS(ALL)`, `FIELDS(STANDARD)` and `FIELDS(CUSTOM)`.
fn add_all(
    scope: &mut Scope<'_, '_>,
    columns: &mut Columns,
    set: &Name,
    limit: Option<u64>,
) -> Result<(), SoqlError> {
    let wanted: fn(bool) -> bool = match set.text.to_ascii_uppercase().as_str() {
        "ALL" => |_| true,
        "STANDARD" => |custom| !custom,
        "CUSTOM" => |custom| custom,
        _ => {
            let message = format!("unexpected token: '{}'", set.text);
            return Err(SoqlError::malformed(message));
        }
    };
    if wanted(true) && limit.is_none_or(|limit| limit > 200) {
        return Err(SoqlError::malformed(
            "The SOQL FIELDS function must have a LIMIT of at most 200",
        ));
    }
    let names: Vec<Name> = scope
        .object
        .visible()
        .filter(|field| wanted(field.is_custom()))
        .map(|field| Name {
            text: field.name.clone(),
            at: set.at,
        })
        .collect();
    for name in &names {
        let mut shape = std::mem::take(&mut columns.shape);
        let added = add_path(scope, &mut columns.sql, &mut shape, name);
        columns.shape = shape;
        added?;
    }
    Ok(())
}
