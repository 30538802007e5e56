//! Semi-joins: `Id IN (SELECT … FROM …)`, within the limits that the service sets them.

use super::SoqlError;
use super::ast::{Condition, Expression, Query, SelectItem};
use super::filter::condition_sql;
use super::plan::{Visibility, visible_sql};
use super::scope::{Column, Scope, no_such_object};
use crate::embedded_org::schema::Kind;

/// sObjects that a semi-join may not select from.
const NOT_INNER: &[&str] = &["Event", "Task", "EventRelation", "TaskRelation"];

/// Refuses semi-joins that the service refuses: under OR, nested, more than two, on the same sObject.
pub(super) fn check_semi_joins(object: &str, condition: &Condition) -> Result<(), SoqlError> {
    let mut found = Vec::new();
    collect_semi_joins(condition, false, &mut found)?;
    if found.len() > 2 {
        return Err(SoqlError::malformed(
            "maximum 2 semi join sub-selects are allowed",
        ));
    }
    for query in found {
        let inner = &query.from.text;
        if inner.eq_ignore_ascii_case(object) {
            return Err(SoqlError::malformed(
                "The inner and outer selects should not be on the same object type",
            ));
        }
        if NOT_INNER
            .iter()
            .any(|name| name.eq_ignore_ascii_case(inner))
        {
            let message = format!("Entity '{inner}' is not supported for semi join inner selects");
            return Err(SoqlError::malformed(message));
        }
        if let Some(filter) = &query.filter {
            let mut nested = Vec::new();
            collect_semi_joins(filter, false, &mut nested)?;
            if !nested.is_empty() {
                return Err(SoqlError::malformed(
                    "Nesting of semi join sub-selects is not supported",
                ));
            }
        }
    }
    Ok(())
}

fn collect_semi_joins<'c>(
    condition: &'c Condition,
    under_or: bool,
    found: &mut Vec<&'c Query>,
) -> Result<(), SoqlError> {
    match condition {
        Condition::And(parts) => parts
            .iter()
            .try_for_each(|part| collect_semi_joins(part, under_or, found)),
        Condition::Or(parts) => parts
            .iter()
            .try_for_each(|part| collect_semi_joins(part, true, found)),
        Condition::Not(inner) => collect_semi_joins(inner, under_or, found),
        Condition::InQuery { .. } if under_or => Err(SoqlError::malformed(
            "Semi join sub-selects are not supported with the 'OR' operator",
        )),
        Condition::InQuery { query, .. } => {
            found.push(query);
            Ok(())
        }
        Condition::Compare { .. } | Condition::In { .. } => Ok(()),
    }
}

/// The SQL of a semi-join.
pub(super) fn in_query(
    scope: &mut Scope<'_, '_>,
    column: &Column,
    query: &Query,
    at: usize,
    visibility: Visibility,
) -> Result<String, SoqlError> {
    if !matches!(column.kind, Kind::Id | Kind::Reference(_)) {
        let message = format!(
            "The left operand field in the where expression for outer query should be an id field, cannot use: '{}'",
            column.name
        );
        return Err(SoqlError::at("INVALID_FIELD", at, message));
    }
    let [
        SelectItem::Expression {
            expression: Expression::Field(field),
            ..
        },
    ] = query.select.as_slice()
    else {
        return Err(SoqlError::malformed(
            "The inner select of a semi join must have exactly one field",
        ));
    };
    let session = scope.session;
    let object = session
        .schema
        .object(&query.from.text)
        .ok_or_else(|| no_such_object(&query.from))?;
    let mut inner = Scope::new(session, object, query.alias.as_deref(), "s");
    inner.parameters = std::mem::take(&mut scope.parameters);
    let selected = inner.column(field)?;
    let mut filter = visible_sql(&inner, visibility);
    if let Some(condition) = &query.filter {
        let condition = condition_sql(&mut inner, condition, visibility)?;
        filter = format!("{filter} AND {condition}");
    }
    let sql = format!(
        "{} IN (SELECT {} FROM \"{}\" s{} WHERE {filter} AND {} IS NOT NULL)",
        column.sql,
        selected.sql,
        object.name,
        inner.joins_sql(),
        selected.sql
    );
    scope.parameters = inner.parameters;
    Ok(sql)
}
