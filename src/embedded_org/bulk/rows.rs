//! Reading an upload row by row, from any byte at which a row begins.

use std::io::{BufRead as _, BufReader, ErrorKind, Read};

use csv::{Reader, ReaderBuilder, StringRecord};
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::job::{Batch, ContentType, Dialect, Job, LineEnding};
use super::pieces::{Pieces, Role};
use super::problem::{CLIENT_INPUT, INVALID_BATCH, Problem};

/// A row as it was uploaded.
#[derive(Debug, Clone)]
pub(super) enum Row {
    Texts(StringRecord),
    Record(Map<String, Value>),
}

/// Some rows in a row.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// Where the next row begins.
    pub(super) position: u64,
}

/// Reads up to so many rows from a position on; the header is no row.
pub(super) fn read(
    db: &Connection,
    (job, batch): (&Job, &Batch),
    position: u64,
    most: usize,
) -> Result<Rows, Problem> {
    match job.order.content_type {
        ContentType::Csv => {
            let pieces = Pieces::new(db, (&batch.id, Role::Request), position);
            read_texts(
                pieces,
                (job.order.dialect, batch.columns.len()),
                position,
                most,
            )
        }
        ContentType::Json | ContentType::Xml => {
            let pieces = Pieces::new(db, (&batch.id, Role::Rows), position);
            read_records(pieces, position, most)
        }
    }
}

/// The header of a CSV upload, and where its rows begin.
pub(super) fn header(
    db: &Connection,
    job: &Job,
    batch: &Batch,
) -> Result<(Vec<String>, u64), Problem> {
    let of = (batch.id.as_str(), Role::Request);
    let mut reader = reader(Pieces::new(db, of, 0), job.order.dialect);
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record).map_err(malformed)? {
        return Err(Problem::new(CLIENT_INPUT, "The upload holds no header"));
    }
    let position = reader.position().byte();
    check_line_ending(Pieces::new(db, of, 0).take(position), job.order.dialect)?;
    let names = record
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_owned());
    Ok((names.collect(), position))
}

fn read_texts(
    pieces: Pieces<'_>,
    (dialect, width): (Dialect, usize),
    position: u64,
    most: usize,
) -> Result<Rows, Problem> {
    let mut reader = reader(pieces, dialect);
    let mut rows = Vec::new();
    while rows.len() < most {
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(malformed)? {
            break;
        }
        if record.len() != width {
            let message = format!(
                "The number of columns of a row ({}) is not that of the header ({width})",
                record.len()
            );
            return Err(Problem::new(CLIENT_INPUT, message));
        }
        check_quotes(&record)?;
        rows.push(Row::Texts(record));
    }
    Ok(Rows {
        rows,
        position: position + reader.position().byte(),
    })
}

/// A quote is either around a value, and then nothing is beside it, or doubled within.
fn check_quotes(record: &StringRecord) -> Result<(), Problem> {
    let stray = record.iter().any(|value| {
        value.len() > 1 && value.trim_start().starts_with('"') && !value.starts_with('"')
    });
    if stray {
        let message = "Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote";
        return Err(Problem::new(INVALID_BATCH, message));
    }
    Ok(())
}

fn read_records(pieces: Pieces<'_>, position: u64, most: usize) -> Result<Rows, Problem> {
    let mut reader = BufReader::new(pieces);
    let mut rows = Vec::new();
    let mut position = position;
    let mut line = Vec::new();
    while rows.len() < most {
        line.clear();
        let count = reader.read_until(b'\n', &mut line)?;
        if count == 0 {
            break;
        }
        position += count as u64;
        let record = serde_json::from_slice(&line)
            .map_err(|error| Problem::new(INVALID_BATCH, error.to_string()))?;
        rows.push(Row::Record(record));
    }
    Ok(Rows { rows, position })
}

fn reader(pieces: Pieces<'_>, dialect: Dialect) -> Reader<Pieces<'_>> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter.byte())
        .from_reader(pieces)
}

fn malformed(error: csv::Error) -> Problem {
    let message = match error.into_kind() {
        csv::ErrorKind::Utf8 { .. } => "Failed to parse CSV. The upload is not in UTF-8".to_owned(),
        csv::ErrorKind::Io(error) if error.kind() != ErrorKind::InvalidData => {
            return Problem::from(error);
        }
        kind => format!("Failed to parse CSV. {kind:?}"),
    };
    Problem::new(INVALID_BATCH, message)
}

/// The end of the header must be the line ending that the job was opened with.
fn check_line_ending(mut header: impl Read, dialect: Dialect) -> Result<(), Problem> {
    let mut text = Vec::new();
    header.read_to_end(&mut text)?;
    // The reader ends a line at its carriage return, and skips the rest of it with the next.
    let found = if text.ends_with(b"\r") {
        LineEnding::Crlf
    } else if text.ends_with(b"\n") {
        LineEnding::Lf
    } else {
        // A header and nothing else.
        return Ok(());
    };
    if found == dialect.line_ending {
        return Ok(());
    }
    let message = format!(
        "LineEnding is invalid on user data. Current LineEnding setting is {}",
        dialect.line_ending.word()
    );
    Err(Problem::new(CLIENT_INPUT, message))
}
