//! SOQL: from the text of a query to SQL, and from rows to the API's JSON.
//!
//! `lexer` and `parser` make the syntax tree (`ast`); `scope` knows the fields that names stand for and
//! the joins that lead to them; `filter`, `select` and `plan` write SQL; `answer` runs it and writes the
//! records. The texts of errors are the service's own.

mod aggregate;
mod answer;
mod ast;
mod describe;
mod filter;
mod flat;
mod lexer;
mod operand;
mod parser;
mod period;
mod plan;
mod scope;
mod select;
mod semi_join;

use super::api_error::ApiError;
pub(crate) use answer::{Page, records, row_ids, whole};
pub(crate) use describe::{columns, explain};
pub(crate) use flat::{Flat, plan_flat};
pub(crate) use plan::{Plan, Records, Visibility, plan, plan_of_fields};
pub(crate) use select::Form;

/// Where in a query something is wrong, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SoqlError {
    code: &'static str,
    message: String,
    /// The byte at which the query is wrong, where the service points there.
    at: Option<usize>,
}

impl SoqlError {
    fn malformed(message: impl Into<String>) -> Self {
        Self {
            code: "MALFORMED_QUERY",
            message: message.into(),
            at: None,
        }
    }

    fn at(code: &'static str, at: usize, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at: Some(at),
        }
    }

    /// The body's error: a cut of the query, a caret, and the place by row and column.
    fn into_api_error(self, query: &str) -> ApiError {
        let message = match self.at {
            Some(at) => format!("{}{}", pointer(query, at), self.message),
            None => self.message,
        };
        ApiError::new(400, self.code, message)
    }
}

fn pointer(query: &str, at: usize) -> String {
    let before = &query[..at.min(query.len())];
    let row = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = query[line_start..].lines().next().unwrap_or_default();
    let column = query[line_start..before.len()].chars().count();
    // A cut of the line that has some words on both sides.
    let from = column.saturating_sub(40);
    let cut: String = line.chars().skip(from).take(80).collect();
    let caret = " ".repeat(column - from);
    format!(
        "\n{cut}\n{caret}^\nERROR at Row:{row}:Column:{}\n",
        column + 1
    )
}
