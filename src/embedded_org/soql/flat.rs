//! Queries whose records are rows of plain columns, as the Bulk API wants them.

use rusqlite::types::ValueRef;

use super::ApiError;
use super::aggregate;
use super::ast::{Query, SelectItem};
use super::parser::parse;
use super::plan::{Plan, Records, Visibility, plan_query};
use super::select::{Entry, Form, Shape};
use crate::embedded_org::session::Session;

/// A query for records without children, and the columns of its records.
pub(crate) struct Flat {
    pub(crate) object: String,
    pub(crate) records: Records,
    columns: Vec<Column>,
}

struct Column {
    /// Its path, such as `Account.Name`.
    name: String,
    index: usize,
    form: Form,
}

/// Plans a query, and refuses what the Bulk API does not do.
pub(crate) fn plan_flat(
    session: &Session<'_>,
    query: &str,
    visibility: Visibility,
) -> Result<Flat, ApiError> {
    let parsed = parse(query).map_err(|error| error.into_api_error(query))?;
    if let Some(refused) = refused(&parsed) {
        let message = format!("{refused} not supported in Bulk Query");
        return Err(ApiError::new(400, "API_ERROR", message));
    }
    let plan =
        plan_query(session, &parsed, visibility).map_err(|error| error.into_api_error(query))?;
    let Plan::Records(records) = plan else {
        return Err(ApiError::new(
            400,
            "API_ERROR",
            "Aggregate Queries not supported in Bulk Query",
        ));
    };
    let mut columns = Vec::new();
    flatten(&records.columns.shape, "", &mut columns);
    // Parents stand together in a record; in a row every column stands where it was selected.
    columns.sort_by_key(|column| column.index);
    if let Some(compound) = columns.iter().find(|column| column.form == Form::Json) {
        let message = format!(
            "Selecting compound data not supported in Bulk Query: {}",
            compound.name
        );
        return Err(ApiError::new(400, "API_ERROR", message));
    }
    let object = session
        .schema
        .object(&parsed.from.text)
        .map_or_else(|| parsed.from.text.clone(), |object| object.name.clone());
    Ok(Flat {
        object,
        records,
        columns,
    })
}

impl Flat {
    /// The names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    }

    /// The names of the columns that hold datetimes.
    pub(crate) fn datetimes(&self) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .filter(|column| column.form == Form::DateTime)
            .map(|column| column.name.as_str())
    }

    /// Hands over the values of rows, one row after the other.
    pub(crate) fn each(
        &self,
        session: &Session<'_>,
        rows: &[i64],
        mut with: impl FnMut(&mut dyn Iterator<Item = (ValueRef<'_>, Form)>),
    ) -> rusqlite::Result<()> {
        let list = serde_json::Value::from(rows).to_string();
        let mut statement = session.db.prepare_cached(&self.records.fetch)?;
        let mut rows = statement.query([list])?;
        while let Some(row) = rows.next()? {
            with(&mut self.columns.iter().map(|column| {
                (
                    row.get_ref(column.index).unwrap_or(ValueRef::Null),
                    column.form,
                )
            }));
        }
        Ok(())
    }
}

/// What of a query the Bulk API does not do.
fn refused(query: &Query) -> Option<&'static str> {
    if !query.group_by.is_empty() {
        return Some("GROUP BY");
    }
    if query.offset.is_some() {
        return Some("OFFSET");
    }
    query.select.iter().find_map(|item| match item {
        SelectItem::Children(_) => Some("Aggregate Relationships"),
        SelectItem::TypeOf { .. } => Some("TYPEOF"),
        SelectItem::Expression { expression, .. }
            if aggregate::is_aggregate(expression) || aggregate::is_bare_count(expression) =>
        {
            Some("Aggregate Queries")
        }
        SelectItem::Expression { .. } | SelectItem::Fields(_) => None,
    })
}

fn flatten(shape: &Shape, path: &str, columns: &mut Vec<Column>) {
    for entry in &shape.entries {
        match entry {
            Entry::Value { name, column, form } => columns.push(Column {
                name: format!("{path}{name}"),
                index: *column,
                form: *form,
            }),
            Entry::Parent { name, shape } => flatten(shape, &format!("{path}{name}."), columns),
            // Both are refused before.
            Entry::OneOf { .. } | Entry::Children { .. } => {}
        }
    }
}
