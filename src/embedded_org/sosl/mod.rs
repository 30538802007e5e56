//! SOSL: the text of a search taken apart, and the words that it looks for.
//!
//! A search names words, the fields to look in, and for each sObject what to return, in the language of
//! queries. So what is returned is left to `soql`; here stand the clauses around it and the matching of words.

mod clauses;
mod words;

pub(crate) use clauses::{Fields, Search, Target, parse};
pub(crate) use words::{Words, cut};

use super::api_error::ApiError;

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "MALFORMED_SEARCH", message)
}
