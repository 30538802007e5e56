//! Uploads and query results in the file: bytes in pieces, so that none is ever whole in memory.

use std::io::{self, Read};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::words::words;

/// How long a piece is at most.
const PIECE: usize = 64 * 1024;

words! {
    /// What the bytes of a batch are.
    Role {
        /// The upload, as it came.
        Request = "request",
        /// The rows of an upload that was not CSV: a JSON object a line.
        Rows = "rows",
        /// What a query found.
        Result = "result",
    }
}

/// Adds bytes behind those that are there.
pub(super) fn append(
    db: &Connection,
    (batch, role): (&str, Role),
    bytes: &[u8],
) -> rusqlite::Result<()> {
    let mut start = length(db, (batch, role))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO _bulk_piece (batch, role, start, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for piece in bytes.chunks(PIECE) {
        insert.execute(params![batch, role, start as i64, piece])?;
        start += piece.len() as u64;
    }
    Ok(())
}

/// Removes the bytes that are there.
pub(super) fn clear(db: &Connection, (batch, role): (&str, Role)) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM _bulk_piece WHERE batch = ?1 AND role = ?2")?
        .execute(params![batch, role])
        .map(|_| ())
}

/// How many bytes there are.
pub(super) fn length(db: &Connection, (batch, role): (&str, Role)) -> rusqlite::Result<u64> {
    let length: Option<i64> = db
        .prepare_cached(
            "SELECT start + length(bytes) FROM _bulk_piece WHERE batch = ?1 AND role = ?2 \
             ORDER BY start DESC LIMIT 1",
        )?
        .query_row(params![batch, role], |row| row.get(0))
        .optional()?;
    Ok(length.unwrap_or(0) as u64)
}

/// All bytes at once.
pub(super) fn whole(db: &Connection, of: (&str, Role)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Pieces::new(db, of, 0).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the bytes of a batch from a position on.
pub(super) struct Pieces<'a> {
    db: &'a Connection,
    of: (&'a str, Role),
    /// Where the piece in memory ends.
    position: u64,
    piece: Vec<u8>,
    read: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(db: &'a Connection, of: (&'a str, Role), position: u64) -> Self {
        Self {
            db,
            of,
            position,
            piece: Vec::new(),
            read: 0,
        }
    }

    /// Loads the piece that holds the position; an empty one is the end.
    fn load(&mut self) -> rusqlite::Result<()> {
        let (batch, role) = self.of;
        let mut statement = self.db.prepare_cached(
            "SELECT start, bytes FROM _bulk_piece WHERE batch = ?1 AND role = ?2 AND start <= ?3 \
             ORDER BY start DESC LIMIT 1",
        )?;
        let mut rows = statement.query(params![batch, role, self.position as i64])?;
        self.piece.clear();
        self.read = 0;
        if let Some(row) = rows.next()? {
            let start: i64 = row.get(0)?;
            let skip = (self.position - start as u64) as usize;
            let bytes = row.get_ref(1)?.as_blob()?;
            self.piece
                .extend_from_slice(bytes.get(skip..).unwrap_or_default());
        }
        self.position += self.piece.len() as u64;
        Ok(())
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            self.load().map_err(io::Error::other)?;
        }
        let count = (&self.piece[self.read..]).read(out)?;
        self.read += count;
        Ok(count)
    }
}
