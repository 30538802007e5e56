//! The CSV of Bulk API jobs: rows as they are uploaded, and results as they come back.

use serde_json::Value as Json;

use super::collections::RowError;
use super::error::{Error, clean};
use super::retrieve::Fields;

/// One row of a job's results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRow {
    /// What the row holds in the column that tells rows apart.
    pub(crate) told_by: String,
    /// The record's id, or why there is none.
    pub(crate) result: Result<String, RowError>,
}

/// Empties a field; nothing at all leaves it as it is.
const NULL: &str = "#N/A";

/// Messages quote values, which may be long.
const MESSAGE: usize = 500;

/// The rows of an upload, as they come.
pub(crate) struct Upload {
    columns: Vec<String>,
    csv: csv::Writer<Vec<u8>>,
}

impl Upload {
    pub(crate) fn new(columns: Vec<String>) -> Self {
        let mut csv = csv::Writer::from_writer(Vec::new());
        write(&mut csv, columns.iter().map(String::as_str));
        Self { columns, csv }
    }

    /// Adds a row; of columns that it does not name it says nothing.
    pub(crate) fn push(&mut self, fields: &Fields) {
        let texts: Vec<_> = self
            .columns
            .iter()
            .map(|name| fields.get(name).map(text).unwrap_or_default())
            .collect();
        write(&mut self.csv, texts.iter().map(String::as_str));
    }

    /// The bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.csv.get_ref().len()
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.csv
            .into_inner()
            .expect("a Vec takes whatever is written")
    }
}

/// Whether a value can stand in a column: lists of ids cannot.
pub(crate) fn fits_into_csv(value: &Json) -> bool {
    !matches!(value, Json::Array(_) | Json::Object(_))
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => NULL.to_owned(),
        Json::String(text) if text.is_empty() => NULL.to_owned(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

fn write<'a>(csv: &mut csv::Writer<Vec<u8>>, texts: impl Iterator<Item = &'a str>) {
    csv.write_record(texts)
        .expect("a Vec takes whatever is written, and all rows are as long as the first");
}

/// The rows of a result, successful or failed. One without rows may name no columns.
pub(super) fn rows(csv: &[u8], column: &str) -> Result<Vec<JobRow>, Error> {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().map_err(unreadable)?.clone();
    let place = |name: &str| {
        let mut names = header.iter();
        let place = names.position(|known| known.eq_ignore_ascii_case(name));
        place.ok_or_else(|| unreadable(format!("no column {name} in the results of a job")))
    };
    let id = place("sf__Id")?;
    let error = place("sf__Error").ok();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        // A job that failed before it came to a row has results without columns of ours.
        let text = |place: usize| record.get(place).unwrap_or_default();
        rows.push(JobRow {
            told_by: text(place(column)?).to_owned(),
            result: match error {
                Some(error) => Err(row_error(text(error))),
                None => Ok(text(id).to_owned()),
            },
        });
    }
    Ok(rows)
}

/// Reads `CODE:message:fields --`, where any part may be empty.
fn row_error(text: &str) -> RowError {
    let (code, rest) = text.split_once(':').unwrap_or((text, ""));
    let rest = rest.trim_end().trim_end_matches("--").trim_end();
    let (message, fields) = rest.rsplit_once(':').unwrap_or((rest, ""));
    let fields = fields.split([',', ' ']).filter(|name| !name.is_empty());
    RowError {
        code: clean(code, 80),
        message: clean(message, MESSAGE),
        fields: fields.map(str::to_owned).collect(),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::NotSalesforce {
        status: 200,
        excerpt: clean(&error.to_string(), 200),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_error(text: &str, code: &str, message: &str, fields: &[&str]) {
        let error = row_error(text);
        let found: Vec<_> = error.fields.iter().map(String::as_str).collect();
        assert_eq!(
            (&*error.code, &*error.message, &*found),
            (code, message, fields)
        );
    }

    #[test]
    fn an_error_is_code_message_and_fields() {
        check_error(
            "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --",
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [Name]",
            &["Name"],
        );
        check_error(
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            &[],
        );
        check_error("ODD", "ODD", "", &[]);
    }

    #[test]
    fn null_empties_and_nothing_leaves_alone() {
        let columns = ["Id", "Subject", "Description", "Score__c"];
        let mut upload = Upload::new(columns.map(str::to_owned).to_vec());
        let row = json!({"Id": "00U1", "Subject": "a, \"b\"\nc", "Description": null});
        upload.push(row.as_object().unwrap());
        upload.push(json!({"Id": "00U2", "Score__c": 1.5}).as_object().unwrap());
        let text = String::from_utf8(upload.finish()).unwrap();
        let expect = "Id,Subject,Description,Score__c\n\
                      00U1,\"a, \"\"b\"\"\nc\",#N/A,\n\
                      00U2,,,1.5\n";
        assert_eq!(text, expect);
    }

    #[test]
    fn results_are_told_by_their_column_in_any_order() {
        let csv = "\"sf__Id\",\"sf__Created\",\"Subject\",\"Demo_Key__c\"\n\
                   \"00U2\",\"true\",\"b\",\"k2\"\n\"00U1\",\"true\",\"a\",\"k1\"\n";
        let told: Vec<_> = rows(csv.as_bytes(), "Demo_Key__c").unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|row| (&*row.told_by, row.result.clone()))
            .collect();
        assert_eq!(
            told,
            [("k2", Ok("00U2".to_owned())), ("k1", Ok("00U1".to_owned()))]
        );
        assert!(rows(csv.as_bytes(), "Other__c").is_err());
        assert_eq!(rows(b"sf__Id,sf__Created\n", "Other__c").unwrap(), []);
        assert!(rows(b"<html>", "Demo_Key__c").is_err());
    }
}
