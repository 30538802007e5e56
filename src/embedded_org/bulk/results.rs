//! The results of jobs of Bulk API 2.0, as CSV.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use csv::{ReaderBuilder, StringRecord};
use rusqlite::Connection;

use super::csv_text::write_line;
use super::job::{Batch, Job};
use super::outcome::{self, Direction, Outcome};
use super::pieces::{self, Pieces, Role};
use super::problem::Problem;
use super::rows::{self, Row};

/// Rows that are in memory at once.
const ROWS: usize = 1000;

/// The rows that were saved, with their ids.
pub(crate) fn successful(db: &Connection, job: &Job, batch: &Batch) -> Result<Vec<u8>, Problem> {
    of_outcomes(db, (job, batch), ["sf__Id", "sf__Created"], |outcome| {
        let id = outcome.id.clone().unwrap_or_default();
        let is_saved = outcome.error.is_none();
        is_saved.then(|| [id, outcome.created.to_string()])
    })
}

/// The rows that were refused, and why.
pub(crate) fn failed(db: &Connection, job: &Job, batch: &Batch) -> Result<Vec<u8>, Problem> {
    of_outcomes(db, (job, batch), ["sf__Id", "sf__Error"], |outcome| {
        let error = outcome.error.as_ref()?;
        Some([outcome.id.clone().unwrap_or_default(), error.text()])
    })
}

/// Rows of which an outcome makes two more values. They do not come in the order of the upload, as on the
/// platform, lest a client come to rely on it.
fn of_outcomes(
    db: &Connection,
    (job, batch): (&Job, &Batch),
    added: [&str; 2],
    values: impl Fn(&Outcome) -> Option<[String; 2]>,
) -> Result<Vec<u8>, Problem> {
    let dialect = job.order.dialect;
    let mut out = Vec::new();
    let columns = batch.columns.iter().map(String::as_str);
    write_line(&mut out, dialect, added.into_iter().chain(columns));
    outcome::each(
        db,
        &batch.id,
        Direction::Backward,
        |chunk| -> Result<(), Problem> {
            let read = rows::read(db, (job, batch), chunk.position, chunk.outcomes.len())?;
            for (row, outcome) in read.rows.iter().zip(&chunk.outcomes).rev() {
                if let (Row::Texts(row), Some(values)) = (row, values(outcome)) {
                    let values = values.iter().map(String::as_str);
                    write_line(&mut out, dialect, values.chain(row));
                }
            }
            Ok(())
        },
    )?;
    Ok(out)
}

/// The rows that the worker did not come to.
pub(crate) fn unprocessed(db: &Connection, job: &Job, batch: &Batch) -> Result<Vec<u8>, Problem> {
    let mut batch = batch.clone();
    if batch.columns.is_empty() {
        match rows::header(db, job, &batch) {
            Ok((columns, position)) => (batch.columns, batch.position) = (columns, position),
            // What cannot be read goes back as it came.
            Err(_) => return Ok(pieces::whole(db, (&batch.id, Role::Request))?),
        }
    }
    let dialect = job.order.dialect;
    let mut out = Vec::new();
    write_line(&mut out, dialect, batch.columns.iter().map(String::as_str));
    let mut position = batch.position;
    loop {
        let Ok(read) = rows::read(db, (job, &batch), position, ROWS) else {
            Pieces::new(db, (&batch.id, Role::Request), position).read_to_end(&mut out)?;
            return Ok(out);
        };
        for row in &read.rows {
            if let Row::Texts(row) = row {
                write_line(&mut out, dialect, row);
            }
        }
        position = read.position;
        if read.rows.len() < ROWS {
            return Ok(out);
        }
    }
}

/// A page of what a query found.
pub(crate) struct Page {
    pub(crate) csv: Vec<u8>,
    pub(crate) records: usize,
    /// Where the next page begins, unless this was the last.
    pub(crate) next: Option<String>,
}

/// Up to so many records from a locator on; none where that is not a locator.
pub(crate) fn page(
    db: &Connection,
    (job, batch): (&Job, &Batch),
    locator: Option<&str>,
    most: usize,
) -> Result<Option<Page>, Problem> {
    let of = (batch.id.as_str(), Role::Result);
    let length = pieces::length(db, of)?;
    let Some(start) = locator
        .map_or(Some(0), position)
        .filter(|start| *start <= length)
    else {
        return Ok(None);
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .from_reader(Pieces::new(db, of, start));
    let mut out = Vec::new();
    let dialect = job.order.dialect;
    write_line(&mut out, dialect, batch.columns.iter().map(String::as_str));
    let mut record = StringRecord::new();
    let mut records = 0;
    while records < most && reader.read_record(&mut record).unwrap_or(false) {
        write_line(&mut out, dialect, &record);
        records += 1;
    }
    let end = start + reader.position().byte();
    Ok(Some(Page {
        csv: out,
        records,
        next: (end < length).then(|| STANDARD_NO_PAD.encode(end.to_string())),
    }))
}

/// Locators look as Salesforce's do: a number in base64.
fn position(locator: &str) -> Option<u64> {
    let decoded = STANDARD_NO_PAD.decode(locator.trim_end_matches('=')).ok()?;
    std::str::from_utf8(&decoded).ok()?.parse().ok()
}
