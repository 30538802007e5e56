//! WHERE and HAVING in SQL.
//!
//! SOQL knows no third truth value: a comparison with null is false, and its negation true. So a negation
//! is written `IS NOT TRUE`, and inequality as `IS NOT`.

use rusqlite::types::Value;

use super::SoqlError;
use super::aggregate;
use super::ast::{Condition, Expression, Literal, Operator};
use super::operand::{check_length, invalid_operator, operand, wrong_type};
use super::period::period;
use super::plan::Visibility;
use super::scope::{Column, Scope};
use super::semi_join::in_query;
use crate::embedded_org::schema::Kind;
use crate::embedded_org::time::{date_text, datetime_text, start_of_day};

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
