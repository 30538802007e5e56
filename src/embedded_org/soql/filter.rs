//! WHERE and HAVING in SQL.
//!
//! SOQL knows no third truth value: a comparison with null is false, and its negation true. So a negation
//! is written `IS NOT TRUE`, and inequality as `IS NOT`.

use rusqlite::types::Value;

use super::SoqlError;
use super::aggregate;
use super::ast::{Condition, Expression, Literal, Operator, Query, SelectItem};
use super::period::period;
use super::plan::Visibility;
use super::scope::{Column, Scope, no_such_object};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::Kind;
use crate::embedded_org::time::{date_text, datetime_text, start_of_day};

/// The longest text in a comparison.
const LONGEST_TEXT: usize = 4000;

/// sObjects that a semi-join may not select from.
const NOT_INNER: &[&str] = &["Event", "Task", "EventRelation", "TaskRelation"];

/// The SQL of a condition.
pub(super) fn condition_sql(
    scope: &mut Scope<'_, '_>,
    condition: &Condition,
    visibility: Visibility,
) -> Result<String, SoqlError> {
    match condition {
        Condition::And(parts) => joined(scope, parts, " AND ", visibility),
        Condition::Or(parts) => joined(scope, parts, " OR ", visibility),
        Condition::Not(inner) => {
            let inner = condition_sql(scope, inner, visibility)?;
            Ok(format!("({inner}) IS NOT TRUE"))
        }
        Condition::Compare {
            left,
            operator,
            right,
        } => {
            let column = filterable(scope, left)?;
            compare(scope, &column, *operator, right, place(left))
        }
        Condition::In {
            left,
            negated,
            list,
        } => {
            let column = filterable(scope, left)?;
            let sql = in_list(scope, &column, list, place(left))?;
            Ok(negate_if(*negated, sql))
        }
        Condition::InQuery {
            left,
            negated,
            query,
        } => {
            let column = filterable(scope, left)?;
            let sql = in_query(scope, &column, query, place(left), visibility)?;
            Ok(negate_if(*negated, sql))
        }
    }
}

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

fn joined(
    scope: &mut Scope<'_, '_>,
    parts: &[Condition],
    by: &str,
    visibility: Visibility,
) -> Result<String, SoqlError> {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| condition_sql(scope, part, visibility))
        .collect::<Result<_, _>>()?;
    Ok(format!("({})", parts.join(by)))
}

fn negate_if(negated: bool, sql: String) -> String {
    if negated {
        format!("({sql}) IS NOT TRUE")
    } else {
        sql
    }
}

fn place(expression: &Expression) -> usize {
    match expression {
        Expression::Field(name) => name.at,
        Expression::Call { function, .. } => function.at,
    }
}

fn filterable(scope: &mut Scope<'_, '_>, left: &Expression) -> Result<Column, SoqlError> {
    let column = aggregate::column(scope, left)?;
    if column.filterable {
        Ok(column)
    } else {
        let message = format!(
            "field '{}' can not be filtered in a query call",
            column.name
        );
        Err(SoqlError::at("INVALID_FIELD", place(left), message))
    }
}

fn compare(
    scope: &mut Scope<'_, '_>,
    column: &Column,
    operator: Operator,
    right: &Literal,
    at: usize,
) -> Result<String, SoqlError> {
    if let Literal::Period { name, count } = right {
        return compare_period(scope, column, operator, (name, *count), at);
    }
    if operator == Operator::Like {
        return like(scope, column, right, at);
    }
    let sql = &column.sql;
    let value = operand(column, right, at)?;
    if value == Value::Null {
        return Ok(match operator {
            Operator::Equal => format!("{sql} IS NULL"),
            Operator::NotEqual => format!("{sql} IS NOT NULL"),
            _ => "0".to_owned(),
        });
    }
    let sign = match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "IS NOT",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual | Operator::Like => ">=",
    };
    let bound = scope.bind(value);
    if column.kind == Kind::Boolean {
        // The checkbox of a parent that is not there is not checked.
        return Ok(format!("ifnull({sql}, 0) {sign} {bound}"));
    }
    Ok(format!("{sql} {sign} {bound}"))
}

/// A date literal is a span: equality is being in it, order compares with its edges.
fn compare_period(
    scope: &mut Scope<'_, '_>,
    column: &Column,
    operator: Operator,
    (name, count): (&str, Option<i64>),
    at: usize,
) -> Result<String, SoqlError> {
    let is_datetime = column.kind == Kind::DateTime;
    if !is_datetime && column.kind != Kind::Date {
        return Err(wrong_type(column, at));
    }
    let period = period(name, count, scope.session.today())
        .ok_or_else(|| SoqlError::malformed(format!("unexpected token: '{name}'")))?;
    let zone = &scope.session.facts.time_zone;
    let edge = |day| {
        if is_datetime {
            datetime_text(start_of_day(day, zone))
        } else {
            date_text(day)
        }
    };
    let end = if is_datetime && period.ends_now {
        datetime_text(scope.session.now)
    } else {
        edge(period.end)
    };
    let (start, end) = (Value::Text(edge(period.start)), Value::Text(end));
    let sql = &column.sql;
    Ok(match operator {
        Operator::Equal => {
            let (start, end) = (scope.bind(start), scope.bind(end));
            format!("({sql} >= {start} AND {sql} < {end})")
        }
        Operator::NotEqual => {
            let (start, end) = (scope.bind(start), scope.bind(end));
            format!("({sql} < {start} OR {sql} >= {end} OR {sql} IS NULL)")
        }
        Operator::Less => format!("{sql} < {}", scope.bind(start)),
        Operator::GreaterOrEqual => format!("{sql} >= {}", scope.bind(start)),
        Operator::LessOrEqual => format!("{sql} < {}", scope.bind(end)),
        Operator::Greater => format!("{sql} >= {}", scope.bind(end)),
        Operator::Like => return Err(invalid_operator(at)),
    })
}

fn like(
    scope: &mut Scope<'_, '_>,
    column: &Column,
    right: &Literal,
    at: usize,
) -> Result<String, SoqlError> {
    let Literal::Text(pattern) = right else {
        return Err(wrong_type(column, at));
    };
    if !column.kind.is_text() {
        return Err(invalid_operator(at));
    }
    check_length(pattern)?;
    let sql = &column.sql;
    let start = fixed_start(pattern);
    let bound = scope.bind(Value::Text(pattern.clone()));
    let like = format!("{sql} LIKE {bound} ESCAPE '\\'");
    // The range lets an index find what starts so; on a case-sensitive field it also keeps the case.
    let Some(after) = next_in_order(&start) else {
        return Ok(like);
    };
    let (from, to) = (
        scope.bind(Value::Text(start)),
        scope.bind(Value::Text(after)),
    );
    Ok(format!("({sql} >= {from} AND {sql} < {to} AND {like})"))
}

/// What a pattern says before its first wildcard.
fn fixed_start(pattern: &str) -> String {
    let mut start = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' | '_' => break,
            '\\' => start.extend(letters.next()),
            _ => start.push(letter),
        }
    }
    start
}

/// The least text after all that start so, in either collation; none where that is not plain.
fn next_in_order(start: &str) -> Option<String> {
    let last = start
        .bytes()
        .last()
        .filter(|last| last.is_ascii_alphanumeric() || *last == b'-')?;
    // Without regard to case `[` and its neighbours sort before the letters, so Z and z need care.
    let next = match last {
        b'Z' | b'z' => return None,
        _ => char::from(last + 1),
    };
    Some(format!("{}{next}", &start[..start.len() - 1]))
}

fn in_list(
    scope: &mut Scope<'_, '_>,
    column: &Column,
    list: &[Literal],
    at: usize,
) -> Result<String, SoqlError> {
    let mut values = Vec::new();
    let mut alternatives = Vec::new();
    for literal in list {
        match literal {
            Literal::Null => alternatives.push(format!("{} IS NULL", column.sql)),
            Literal::Period { .. } => {
                alternatives.push(compare(scope, column, Operator::Equal, literal, at)?);
            }
            _ => values.push(match operand(column, literal, at)? {
                Value::Text(text) => serde_json::Value::String(text),
                Value::Integer(number) => number.into(),
                Value::Real(number) => number.into(),
                Value::Null | Value::Blob(_) => continue,
            }),
        }
    }
    if !values.is_empty() {
        // One bound list, however long, so that the statement stays the same.
        let bound = scope.bind(Value::Text(serde_json::Value::Array(values).to_string()));
        alternatives.push(format!(
            "{} IN (SELECT value FROM json_each({bound}))",
            column.sql
        ));
    }
    Ok(format!("({})", alternatives.join(" OR ")))
}

fn in_query(
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
    let mut filter = super::plan::visible_sql(&inner, visibility);
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

/// The value that a literal stands for, if it is of the field's type.
fn operand(column: &Column, literal: &Literal, at: usize) -> Result<Value, SoqlError> {
    let value = match (&column.kind, literal) {
        (_, Literal::Null) => Value::Null,
        (Kind::Id | Kind::Reference(_), Literal::Text(text)) if text.is_empty() => Value::Null,
        (Kind::Id | Kind::Reference(_), Literal::Text(text)) => {
            let id = RecordId::parse(text).ok_or_else(|| {
                let message = format!("invalid ID field: {text}");
                SoqlError::at("INVALID_QUERY_FILTER_OPERATOR", at, message)
            })?;
            Value::Text(id.into())
        }
        (kind, Literal::Text(text)) if kind.is_text() => {
            check_length(text)?;
            if text.is_empty() {
                Value::Null
            } else {
                Value::Text(text.clone())
            }
        }
        (Kind::Boolean, Literal::Boolean(value)) => Value::from(*value),
        (
            Kind::Int { .. } | Kind::Double(_) | Kind::Currency(_) | Kind::Percent(_),
            Literal::Number(number),
        ) => Value::Real(*number),
        (Kind::Date, Literal::Date(text)) | (Kind::DateTime, Literal::DateTime(text)) => {
            Value::Text(text.clone())
        }
        _ => return Err(wrong_type(column, at)),
    };
    Ok(value)
}

fn check_length(text: &str) -> Result<(), SoqlError> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(SoqlError::malformed(
            "String literal in WHERE clause is longer than 4000 characters",
        ));
    }
    Ok(())
}

fn wrong_type(column: &Column, at: usize) -> SoqlError {
    let kind = match column.kind.names().0 {
        "datetime" => "dateTime",
        kind if column.kind.is_text() || kind == "reference" || kind == "id" => "string",
        kind => kind,
    };
    let quotes = if kind == "string" {
        "should be"
    } else {
        "should not be"
    };
    let message = format!(
        "value of filter criterion for field '{}' must be of type {kind} and {quotes} enclosed in quotes",
        column.name
    );
    SoqlError::at("INVALID_FIELD", at, message)
}

fn invalid_operator(at: usize) -> SoqlError {
    SoqlError::at("INVALID_QUERY_FILTER_OPERATOR", at, "invalid operator")
}
