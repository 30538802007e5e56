//! What became of the rows of a batch, kept by chunks.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::ApiError;

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// The record; of a row that failed, the one that it named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) created: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<RowError>,
}

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowError {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) fields: Vec<String>,
}

impl RowError {
    pub(super) fn of(error: ApiError) -> Self {
        Self {
            code: error.code.to_owned(),
            message: error.message,
            fields: error.fields.unwrap_or_default(),
        }
    }

    /// `CODE:message:fields --`, as results in CSV tell it.
    pub(super) fn text(&self) -> String {
        let fields = self.fields.join(", ");
        let gap = if fields.is_empty() { "" } else { " " };
        format!("{}:{}:{fields}{gap}--", self.code, self.message)
    }
}

/// The outcomes of rows that were saved in one transaction.
pub(super) struct Chunk {
    /// Where in the upload its first row begins.
    pub(super) position: u64,
    pub(super) outcomes: Vec<Outcome>,
}

/// Writes what became of a chunk, whose first row is of this number.
pub(super) fn keep(
    db: &Connection,
    batch: &str,
    first: u64,
    chunk: &Chunk,
) -> rusqlite::Result<()> {
    let outcomes =
        serde_json::to_string(&chunk.outcomes).expect("texts and flags can be written as JSON");
    db.prepare_cached(
        "INSERT INTO _bulk_chunk (batch, first, position, outcomes) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        batch,
        first as i64,
        chunk.position as i64,
        outcomes
    ])
    .map(|_| ())
}

/// In which order chunks are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// Hands over the chunks of a batch one by one.
pub(super) fn each<E: From<rusqlite::Error>>(
    db: &Connection,
    batch: &str,
    direction: Direction,
    mut with: impl FnMut(Chunk) -> Result<(), E>,
) -> Result<(), E> {
    let order = match direction {
        Direction::Forward => "ASC",
        Direction::Backward => "DESC",
    };
    let sql = format!(
        "SELECT position, outcomes FROM _bulk_chunk WHERE batch = ?1 ORDER BY first {order}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([batch])?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let outcomes =
            serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)
                .map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(
                        1,
                        rusqlite::types::Type::Text,
                        error.into(),
                    )
                })?;
        with(Chunk {
            position: position as u64,
            outcomes,
        })?;
    }
    Ok(())
}
