//! What a literal is compared as: it must be of the type of its field.

use rusqlite::types::Value;

use super::SoqlError;
use super::ast::Literal;
use super::scope::Column;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::Kind;

/// The longest text in a comparison.
const LONGEST_TEXT: usize = 4000;

/// The value that a literal stands for, if it is of the field's type.
pub(super) fn operand(column: &Column, literal: &Literal, at: usize) -> Result<Value, SoqlError> {
    let value = match (&column.kind, literal) {
        (_, Literal::Null) => Value::Null,
        (Kind::Id | Kind::Reference(_), Literal::Text(text)) if text.is_empty() => Value::Null,
        // An entity is referred to by its durable id: the name of a standard object.
        (Kind::Reference(reference), Literal::Text(text))
            if reference.to == ["EntityDefinition"] =>
        {
            Value::Text(text.clone())
        }
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

pub(super) fn check_length(text: &str) -> Result<(), SoqlError> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(SoqlError::malformed(
            "String literal in WHERE clause is longer than 4000 characters",
        ));
    }
    Ok(())
}

pub(super) fn wrong_type(column: &Column, at: usize) -> SoqlError {
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

pub(super) fn invalid_operator(at: usize) -> SoqlError {
    SoqlError::at("INVALID_QUERY_FILTER_OPERATOR", at, "invalid operator")
}
