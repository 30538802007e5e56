//! A query as SQL.
//!
//! A query for records is two statements: one finds the row numbers of all matches in order, the other
//! fetches a page of them. So a cursor is a list of numbers, however long the query's result.

use std::fmt::Write as _;

use rusqlite::types::Value;

use super::ast::{Expression, Name, Order, Query, SelectItem};
use super::filter::condition_sql;
use super::parser::parse;
use super::scope::{Column, Scope, no_such_object, no_such_relationship};
use super::select::{Children, Columns, Form, columns, columns_of_fields};
use super::semi_join::check_semi_joins;
use super::{ApiError, SoqlError, aggregate};
use crate::embedded_org::schema::{Object, computed_sql};
use crate::embedded_org::session::Session;

/// The greatest OFFSET.
const MOST_OFFSET: u64 = 2000;

/// Whether a query sees deleted and archived records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Live,
    All,
}

/// A query ready to run.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Records(Records),
    Count {
        sql: String,
        parameters: Vec<Value>,
    },
    Groups {
        sql: String,
        parameters: Vec<Value>,
        columns: Vec<GroupColumn>,
    },
}

/// A column of a group: its name, and how it becomes JSON.
#[derive(Debug, Clone)]
pub(crate) struct GroupColumn {
    pub(super) name: String,
    pub(super) form: Form,
    /// The function and its field, such as `sum(Amount)`, where it is not a plain field.
    pub(super) call: Option<String>,
}

/// A query for records.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    /// Finds the row numbers.
    pub(super) find: String,
    pub(super) parameters: Vec<Value>,
    /// Fetches rows by a JSON list of their numbers.
    pub(super) fetch: String,
    pub(super) columns: Columns,
}

/// Plans a query; an error points into its text.
pub(crate) fn plan(
    session: &Session<'_>,
    query: &str,
    visibility: Visibility,
) -> Result<Plan, ApiError> {
    parse(query)
        .and_then(|parsed| plan_query(session, &parsed, visibility))
        .map_err(|error| error.into_api_error(query))
}

/// Plans the fetching of known records with these fields.
pub(crate) fn plan_of_fields(
    session: &Session<'_>,
    object: &Object,
    fields: &[String],
) -> Result<Records, ApiError> {
    let names: Vec<Name> = fields
        .iter()
        .map(|field| Name {
            text: field.clone(),
            at: 0,
        })
        .collect();
    let object = session.schema.known(&object.name);
    let mut scope = Scope::new(session, object, None, "t");
    let columns = columns_of_fields(&mut scope, &names)
        .map_err(|error| ApiError::new(400, error.code, error.message))?;
    Ok(Records {
        find: String::new(),
        parameters: Vec::new(),
        fetch: fetch_sql(&scope, &columns),
        columns,
    })
}

pub(super) fn plan_query(
    session: &Session<'_>,
    query: &Query,
    visibility: Visibility,
) -> Result<Plan, SoqlError> {
    let object = session
        .schema
        .object(&query.from.text)
        .ok_or_else(|| no_such_object(&query.from))?;
    if let Some(filter) = &query.filter {
        check_semi_joins(&object.name, filter)?;
    }
    if query.offset.is_some_and(|offset| offset > MOST_OFFSET) {
        return Err(SoqlError {
            code: "NUMBER_OUTSIDE_VALID_RANGE",
            message: "Maximum SOQL offset allowed is 2000".to_owned(),
            at: None,
        });
    }
    let mut scope = Scope::new(session, object, query.alias.as_deref(), "t");
    let expressions = query.select.iter().filter_map(|item| match item {
        SelectItem::Expression { expression, .. } => Some(expression),
        _ => None,
    });
    let is_count = matches!(query.select.as_slice(), [SelectItem::Expression { expression, .. }] if aggregate::is_bare_count(expression));
    if is_count && query.group_by.is_empty() {
        return count(&mut scope, query, visibility);
    }
    if !query.group_by.is_empty() || expressions.clone().any(aggregate::is_aggregate) {
        return groups(&mut scope, query, visibility);
    }
    records(&mut scope, query, visibility)
}

fn records(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<Plan, SoqlError> {
    let columns = columns(scope, query, visibility)?;
    let filter = filter_sql(scope, query, visibility)?;
    let order = order_sql(scope, &query.order_by)?;
    let table = &scope.table;
    // The plus keeps the planner from walking all records in the order of their ids where a filter with an
    // index finds the few that match.
    let by_id = if query.filter.is_some() { "+" } else { "" };
    let find = format!(
        "SELECT {table}.rowid FROM \"{}\" {table}{} WHERE {filter} ORDER BY {order}{by_id}{table}.Id{}",
        scope.object.name,
        scope.joins_sql(),
        limit_sql(query)
    );
    Ok(Plan::Records(Records {
        find,
        parameters: std::mem::take(&mut scope.parameters),
        fetch: fetch_sql(scope, &columns),
        columns,
    }))
}

fn fetch_sql(scope: &Scope<'_, '_>, columns: &Columns) -> String {
    let table = &scope.table;
    format!(
        "SELECT {} FROM json_each(?1) page CROSS JOIN \"{}\" {table} ON {table}.rowid = page.value{} ORDER BY page.key",
        columns.sql.join(", "),
        scope.object.name,
        scope.joins_sql()
    )
}

fn count(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<Plan, SoqlError> {
    let filter = filter_sql(scope, query, visibility)?;
    let table = &scope.table;
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM \"{}\" {table}{} WHERE {filter}{})",
        scope.object.name,
        scope.joins_sql(),
        limit_sql(query)
    );
    Ok(Plan::Count {
        sql,
        parameters: std::mem::take(&mut scope.parameters),
    })
}

fn groups(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<Plan, SoqlError> {
    if query.group_by.is_empty() && query.limit.is_some() {
        return Err(SoqlError::malformed(
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
        ));
    }
    let group_by: Vec<String> = query
        .group_by
        .iter()
        .map(|expression| grouped(scope, expression))
        .collect::<Result<_, _>>()?;
    let (sql, columns): (Vec<String>, Vec<_>) =
        group_columns(scope, query, &group_by)?.into_iter().unzip();
    let filter = filter_sql(scope, query, visibility)?;
    let having = match &query.having {
        Some(condition) => format!(" HAVING {}", condition_sql(scope, condition, visibility)?),
        None => String::new(),
    };
    let mut order = order_sql(scope, &query.order_by)?;
    order.push_str(&group_by.join(", "));
    let order = order.trim_end_matches(", ");
    let clause = |word: &str, list: &str| {
        let present = if list.is_empty() { "" } else { word };
        format!(" {present} {list}")
    };
    let table = &scope.table;
    let sql = format!(
        "SELECT {} FROM \"{}\" {table}{} WHERE {filter}{}{having}{}{}",
        sql.join(", "),
        scope.object.name,
        scope.joins_sql(),
        clause("GROUP BY", &group_by.join(", ")),
        clause("ORDER BY", order),
        limit_sql(query)
    );
    Ok(Plan::Groups {
        sql,
        parameters: std::mem::take(&mut scope.parameters),
        columns,
    })
}

fn grouped(scope: &mut Scope<'_, '_>, expression: &Expression) -> Result<String, SoqlError> {
    let column = aggregate::column(scope, expression)?;
    if column.filterable && !aggregate::is_aggregate(expression) {
        Ok(column.sql)
    } else {
        let message = format!("field '{}' can not be grouped in a query call", column.name);
        Err(SoqlError::malformed(message))
    }
}

fn group_columns(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    group_by: &[String],
) -> Result<Vec<(String, GroupColumn)>, SoqlError> {
    let mut unnamed = 0;
    let mut columns = Vec::new();
    for item in &query.select {
        let SelectItem::Expression { expression, alias } = item else {
            return Err(SoqlError::malformed(
                "Only fields and aggregates can be selected with GROUP BY",
            ));
        };
        if aggregate::is_bare_count(expression) {
            return Err(SoqlError::malformed("Grouped query cannot use COUNT()"));
        }
        let column = aggregate::column(scope, expression)?;
        if !aggregate::is_aggregate(expression) && !group_by.contains(&column.sql) {
            let message = format!("Field must be grouped or aggregated: {}", column.name);
            return Err(SoqlError::malformed(message));
        }
        let name = match (alias, expression) {
            (Some(alias), _) => alias.clone(),
            (None, Expression::Field(_)) => column.name.clone(),
            (None, Expression::Call { .. }) => {
                unnamed += 1;
                format!("expr{}", unnamed - 1)
            }
        };
        let call = match expression {
            Expression::Field(_) => None,
            Expression::Call { function, .. } => {
                Some(format!("{}({})", function.text.to_lowercase(), column.name))
            }
        };
        let form = Form::of(&column.kind);
        columns.push((column.sql, GroupColumn { name, form, call }));
    }
    Ok(columns)
}

/// The children of each record, by the name of the relationship.
pub(super) fn children(
    parent: &Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<(String, Children), SoqlError> {
    let session = parent.session;
    let (child, field, reference) = session
        .schema
        .referrers(&parent.object.name)
        .find(|(_, _, reference)| {
            !reference.children.is_empty()
                && reference.children.eq_ignore_ascii_case(&query.from.text)
        })
        .ok_or_else(|| no_such_relationship(&query.from.text, query.from.at))?;
    let mut scope = Scope::new(session, child, query.alias.as_deref(), "c");
    // The first place is the parent's id, bound anew for each.
    let parent_id = scope.bind(Value::Null);
    let columns = columns(&mut scope, query, visibility)?;
    if !columns.children.is_empty() {
        return Err(SoqlError::malformed(
            "Nesting of sub-queries is not supported",
        ));
    }
    let filter = filter_sql(&mut scope, query, visibility)?;
    let order = order_sql(&mut scope, &query.order_by)?;
    let sql = format!(
        "SELECT {} FROM \"{}\" c{} WHERE c.\"{}\" = {parent_id} AND {filter} ORDER BY {order}c.Id{}",
        columns.sql.join(", "),
        child.name,
        scope.joins_sql(),
        field.name,
        limit_sql(query)
    );
    let parameters = scope.parameters.split_off(1);
    let children = Children {
        sql,
        parameters,
        columns,
    };
    Ok((reference.children.clone(), children))
}

fn filter_sql(
    scope: &mut Scope<'_, '_>,
    query: &Query,
    visibility: Visibility,
) -> Result<String, SoqlError> {
    let visible = visible_sql(scope, visibility);
    match &query.filter {
        Some(condition) => {
            let condition = condition_sql(scope, condition, visibility)?;
            Ok(format!("{visible} AND {condition}"))
        }
        None => Ok(visible),
    }
}

/// Which records a query sees at all.
pub(super) fn visible_sql(scope: &Scope<'_, '_>, visibility: Visibility) -> String {
    let table = &scope.table;
    if scope.session.faults().hides(scope.object) {
        return "0".to_owned();
    }
    match (visibility, computed_sql(&scope.object.name, "IsArchived")) {
        (Visibility::All, _) => "1".to_owned(),
        (Visibility::Live, None) => format!("NOT {table}.IsDeleted"),
        (Visibility::Live, Some(archived)) => {
            let archived = scope.session.computed(archived, table);
            format!("NOT {table}.IsDeleted AND NOT {archived}")
        }
    }
}

/// The order asked for, ending in a comma; nulls come first unless asked otherwise.
fn order_sql(scope: &mut Scope<'_, '_>, order_by: &[Order]) -> Result<String, SoqlError> {
    let mut sql = String::new();
    for order in order_by {
        let column: Column = aggregate::column(scope, &order.expression)?;
        if !column.filterable {
            let message = format!("field '{}' can not be sorted in a query call", column.name);
            return Err(SoqlError::malformed(message));
        }
        let direction = if order.descending { "DESC" } else { "ASC" };
        let nulls = if order.nulls_last { "LAST" } else { "FIRST" };
        let _ = write!(sql, "{} {direction} NULLS {nulls}, ", column.sql);
    }
    Ok(sql)
}

fn limit_sql(query: &Query) -> String {
    match (query.limit, query.offset) {
        (None, None) => String::new(),
        (limit, offset) => format!(
            " LIMIT {} OFFSET {}",
            limit.map_or(-1, |limit| limit as i64),
            offset.unwrap_or(0)
        ),
    }
}
