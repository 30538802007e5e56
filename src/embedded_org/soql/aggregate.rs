//! Functions: aggregates over groups, and parts of dates.

use super::SoqlError;
use super::ast::{Expression, Name};
use super::scope::{Column, Scope};
use crate::embedded_org::schema::Kind;

/// What a function does with the SQL of its field, which `{}` stands for.
struct Function {
    name: &'static str,
    sql: &'static str,
    result: Answer,
    is_aggregate: bool,
}

/// The type of a function's value.
#[derive(Clone, Copy)]
enum Answer {
    AsField,
    Integer,
    Double,
    Date,
}

const FUNCTIONS: &[Function] = &[
    aggregate("COUNT", "count({})", Answer::Integer),
    aggregate("COUNT_DISTINCT", "count(DISTINCT {})", Answer::Integer),
    aggregate("SUM", "sum({})", Answer::AsField),
    aggregate("AVG", "avg({})", Answer::Double),
    aggregate("MIN", "min({})", Answer::AsField),
    aggregate("MAX", "max({})", Answer::AsField),
    part("CALENDAR_YEAR", "CAST(substr({}, 1, 4) AS INTEGER)"),
    part(
        "CALENDAR_QUARTER",
        "((CAST(substr({}, 6, 2) AS INTEGER) + 2) / 3)",
    ),
    part("CALENDAR_MONTH", "CAST(substr({}, 6, 2) AS INTEGER)"),
    part("FISCAL_YEAR", "CAST(substr({}, 1, 4) AS INTEGER)"),
    part(
        "FISCAL_QUARTER",
        "((CAST(substr({}, 6, 2) AS INTEGER) + 2) / 3)",
    ),
    part("FISCAL_MONTH", "CAST(substr({}, 6, 2) AS INTEGER)"),
    part("DAY_IN_MONTH", "CAST(substr({}, 9, 2) AS INTEGER)"),
    part(
        "DAY_IN_WEEK",
        "(CAST(strftime('%w', substr({}, 1, 10)) AS INTEGER) + 1)",
    ),
    part(
        "DAY_IN_YEAR",
        "CAST(strftime('%j', substr({}, 1, 10)) AS INTEGER)",
    ),
    part(
        "WEEK_IN_MONTH",
        "((CAST(substr({}, 9, 2) AS INTEGER) + 6) / 7)",
    ),
    part(
        "WEEK_IN_YEAR",
        "((CAST(strftime('%j', substr({}, 1, 10)) AS INTEGER) + 6) / 7)",
    ),
    part("HOUR_IN_DAY", "CAST(substr({}, 12, 2) AS INTEGER)"),
    Function {
        name: "DAY_ONLY",
        sql: "substr({}, 1, 10)",
        result: Answer::Date,
        is_aggregate: false,
    },
    Function {
        name: "TOLABEL",
        sql: "{}",
        result: Answer::AsField,
        is_aggregate: false,
    },
];

const fn aggregate(name: &'static str, sql: &'static str, result: Answer) -> Function {
    Function {
        name,
        sql,
        result,
        is_aggregate: true,
    }
}

/// A part of a date, as a number; of a datetime it is the part in UTC.
const fn part(name: &'static str, sql: &'static str) -> Function {
    Function {
        name,
        sql,
        result: Answer::Integer,
        is_aggregate: false,
    }
}

/// The SQL of a field or a function of one.
pub(super) fn column(
    scope: &mut Scope<'_, '_>,
    expression: &Expression,
) -> Result<Column, SoqlError> {
    match expression {
        Expression::Field(name) => scope.column(name),
        Expression::Call { function, argument } => call(scope, function, argument.as_ref()),
    }
}

pub(super) fn is_aggregate(expression: &Expression) -> bool {
    match expression {
        Expression::Field(_) => false,
        Expression::Call { function, .. } => find(function).is_some_and(|found| found.is_aggregate),
    }
}

/// `COUNT()` by itself, which counts records.
pub(super) fn is_bare_count(expression: &Expression) -> bool {
    matches!(expression, Expression::Call { function, argument: None } if function.text.eq_ignore_ascii_case("COUNT"))
}

fn call(
    scope: &mut Scope<'_, '_>,
    function: &Name,
    argument: Option<&Name>,
) -> Result<Column, SoqlError> {
    let found = find(function)
        .ok_or_else(|| SoqlError::malformed(format!("unexpected token: '{}'", function.text)))?;
    let Some(argument) = argument else {
        return Err(SoqlError::malformed("unexpected token: ')'"));
    };
    let field = scope.column(argument)?;
    let is_date = matches!(field.kind, Kind::Date | Kind::DateTime);
    let is_number = field.kind.decimal().is_some() || matches!(field.kind, Kind::Int { .. });
    let fits = match found.name {
        "SUM" | "AVG" => is_number,
        "COUNT" | "COUNT_DISTINCT" | "MIN" | "MAX" | "TOLABEL" => field.filterable,
        _ => is_date,
    };
    if !fits {
        let message = format!(
            "field {} does not support aggregate operator {}",
            field.name, found.name
        );
        return Err(SoqlError::at("INVALID_FIELD", argument.at, message));
    }
    Ok(Column {
        sql: found.sql.replace("{}", &field.sql),
        kind: match found.result {
            Answer::AsField => field.kind.clone(),
            Answer::Integer => Kind::Int { digits: 18 },
            Answer::Double => Kind::Double(crate::embedded_org::schema::Decimal {
                precision: 18,
                scale: 6,
            }),
            Answer::Date => Kind::Date,
        },
        ..field
    })
}

fn find(function: &Name) -> Option<&'static Function> {
    FUNCTIONS
        .iter()
        .find(|found| found.name.eq_ignore_ascii_case(&function.text))
}
