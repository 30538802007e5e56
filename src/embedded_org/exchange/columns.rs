//! The files of a Data Export folder, and what their columns are.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{Reader, StringRecord};

use super::ORDER;
use crate::embedded_org::error::{CsvPlace, Error};
use crate::embedded_org::schema::Schema;

/// The length of a field that the org does not know: long enough for any text of a real one.
const EXTRA_FIELD: &str = "string 255 | CUN | custom";

/// A file of the folder that is an sObject's.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) object: String,
    pub(super) path: PathBuf,
    pub(super) columns: Vec<String>,
}

/// The files of the folder, in the order to load them, and those that are no sObject of the org.
pub(super) fn sheets(folder: &Path, schema: &Schema) -> Result<(Vec<Sheet>, Vec<String>), Error> {
    let io = |source| Error::Io {
        action: "read",
        path: folder.to_owned(),
        source,
    };
    let mut found = BTreeMap::new();
    let mut skipped = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_csv = path
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        let Some(name) = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .filter(|_| is_csv)
        else {
            continue;
        };
        match schema.object(name) {
            Some(object) => {
                let columns = read_header(&path)?;
                let sheet = Sheet {
                    object: object.name.clone(),
                    columns,
                    path,
                };
                found.insert(place_in_order(&sheet.object), sheet);
            }
            None => skipped.push(format!("{name}.csv")),
        }
    }
    if found.is_empty() {
        return Err(Error::NothingToImport {
            path: folder.to_owned(),
        });
    }
    skipped.sort();
    Ok((found.into_values().collect(), skipped))
}

/// Columns that the org has no field for, as lines to declare such fields by.
pub(super) fn extra_fields(
    sheets: &[Sheet],
    schema: &Schema,
) -> Result<Vec<(String, String)>, Error> {
    let mut extra = Vec::new();
    for sheet in sheets {
        let object = schema.known(&sheet.object);
        for column in &sheet.columns {
            if object.index(column).is_some() {
                continue;
            }
            if !is_api_name(column) {
                return Err(Error::Csv {
                    place: CsvPlace {
                        file: sheet.path.clone(),
                        line: 1,
                        column: Some(format!("\"{column}\"")),
                        problem: "this is not the API name of a field".to_owned(),
                    },
                    hint: "name the column as the API names the field, such as AccountId or Region__c",
                });
            }
            extra.push((sheet.object.clone(), column.clone()));
        }
    }
    Ok(extra)
}

/// The line that declares a column as a field.
pub(super) fn declaration(column: &str) -> String {
    format!("{column} | {EXTRA_FIELD}; label {column}")
}

/// Reads the rows of a file after its header; each with its line.
pub(super) fn rows(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(u64, StringRecord), Error>>, Error> {
    let reader = open(path)?;
    let path = path.to_owned();
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(|error| malformed(&path, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        Ok((line, record))
    }))
}

fn read_header(path: &Path) -> Result<Vec<String>, Error> {
    let mut reader = open(path)?;
    let header = reader.headers().map_err(|error| malformed(path, &error))?;
    let columns: Vec<String> = header
        .iter()
        .map(|column| column.trim_start_matches('\u{feff}').trim().to_owned())
        .collect();
    if columns.iter().any(|column| column == "Id") {
        return Ok(columns);
    }
    Err(Error::Csv {
        place: CsvPlace {
            file: path.to_owned(),
            line: 1,
            column: None,
            problem: "there is no column Id".to_owned(),
        },
        hint: "the first line must name the columns, and Id must be among them",
    })
}

fn open(path: &Path) -> Result<Reader<File>, Error> {
    Reader::from_path(path).map_err(|error| Error::Io {
        action: "read",
        path: path.to_owned(),
        source: error.into(),
    })
}

fn malformed(path: &Path, error: &csv::Error) -> Error {
    Error::Csv {
        place: CsvPlace {
            file: path.to_owned(),
            line: error.position().map_or(1, csv::Position::line),
            column: None,
            problem: error.to_string(),
        },
        hint: "every row needs as many values as there are columns, in UTF-8",
    }
}

fn is_api_name(column: &str) -> bool {
    column.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && column
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn place_in_order(object: &str) -> usize {
    ORDER
        .iter()
        .position(|name| *name == object)
        .unwrap_or(ORDER.len())
}
