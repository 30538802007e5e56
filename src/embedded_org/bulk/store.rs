//! Jobs and batches in the org's file, where they outlive the server.

use jiff::SignedDuration;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::job::{Api, Batch, BatchState, Dialect, Job, JobState, Order};
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::session::Session;
use crate::embedded_org::time::datetime_text;

/// The tables of jobs. An upload is kept as it came, in pieces; what became of its rows, by chunks.
pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _bulk_job (id TEXT PRIMARY KEY NOT NULL, api TEXT NOT NULL, operation TEXT NOT NULL,
    object TEXT NOT NULL, external_id TEXT, content_type TEXT NOT NULL, delimiter TEXT NOT NULL,
    line_ending TEXT NOT NULL, concurrency TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    created_by TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL, error TEXT);
CREATE TABLE IF NOT EXISTS _bulk_batch (id TEXT PRIMARY KEY NOT NULL, job TEXT NOT NULL, state TEXT NOT NULL,
    message TEXT, created TEXT NOT NULL, changed TEXT NOT NULL, columns TEXT NOT NULL, position INTEGER NOT NULL,
    processed INTEGER NOT NULL, failed INTEGER NOT NULL, milliseconds INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS _bulk_batch_job ON _bulk_batch (job);
CREATE TABLE IF NOT EXISTS _bulk_piece (batch TEXT NOT NULL, role TEXT NOT NULL, start INTEGER NOT NULL,
    bytes BLOB NOT NULL, UNIQUE (batch, role, start));
CREATE TABLE IF NOT EXISTS _bulk_chunk (batch TEXT NOT NULL, first INTEGER NOT NULL, position INTEGER NOT NULL,
    outcomes TEXT NOT NULL, PRIMARY KEY (batch, first));
";

const JOB_COLUMNS: &str = "id, api, operation, object, external_id, content_type, delimiter, line_ending, \
    concurrency, version, state, created_by, created, changed, error";
const BATCH_COLUMNS: &str = "id, job, state, message, created, changed, columns, position, processed, failed, \
    milliseconds";

/// Jobs, and their results, are kept for a week.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Writes a new job and gives it back with its id; jobs of another week go.
pub(super) fn add_job(
    session: &Session<'_>,
    order: Order,
    state: JobState,
) -> rusqlite::Result<Job> {
    forget_old_jobs(session)?;
    let job = Job {
        id: RecordId::from_number("750", session.next_number("750")?).into(),
        order,
        state,
        created_by: session.facts.user_id.clone(),
        created: session.stamp(),
        changed: session.stamp(),
        error: None,
    };
    let order = &job.order;
    session
        .db
        .prepare_cached(&format!(
            "INSERT INTO _bulk_job ({JOB_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        ))?
        .execute(params![
            job.id,
            order.api,
            order.operation,
            order.object,
            order.external_id,
            order.content_type,
            order.dialect.delimiter,
            order.dialect.line_ending,
            order.concurrency,
            order.version,
            job.state,
            job.created_by,
            job.created,
            job.changed,
            job.error,
        ])?;
    Ok(job)
}

pub(crate) fn job(db: &Connection, id: &str) -> rusqlite::Result<Option<Job>> {
    let Some(id) = RecordId::parse(id) else {
        return Ok(None);
    };
    db.prepare_cached(&format!(
        "SELECT {JOB_COLUMNS} FROM _bulk_job WHERE id = ?1"
    ))?
    .query_row([id.as_str()], read_job)
    .optional()
}

/// Jobs of some kinds in the order of their creation, from one on.
pub(crate) fn jobs(
    db: &Connection,
    wanted: impl Fn(&Job) -> bool,
    from: &str,
    most: usize,
) -> rusqlite::Result<Vec<Job>> {
    let sql = format!("SELECT {JOB_COLUMNS} FROM _bulk_job WHERE id >= ?1 ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let jobs = statement.query_map([from], read_job)?;
    jobs.filter(|job| job.as_ref().map_or(true, &wanted))
        .take(most)
        .collect()
}

/// Writes where a job stands now.
pub(super) fn set_job_state(
    session: &Session<'_>,
    job: &mut Job,
    state: JobState,
    error: Option<String>,
) -> rusqlite::Result<()> {
    job.state = state;
    job.error = error;
    job.changed = session.stamp();
    session
        .db
        .prepare_cached("UPDATE _bulk_job SET state = ?2, error = ?3, changed = ?4 WHERE id = ?1")?
        .execute(params![job.id, job.state, job.error, job.changed])
        .map(|_| ())
}

/// Removes a job with all that belongs to it.
pub(super) fn remove_job(db: &Connection, id: &str) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM _bulk_chunk WHERE batch IN (SELECT id FROM _bulk_batch WHERE job = ?1)",
        "DELETE FROM _bulk_piece WHERE batch IN (SELECT id FROM _bulk_batch WHERE job = ?1)",
        "DELETE FROM _bulk_batch WHERE job = ?1",
        "DELETE FROM _bulk_job WHERE id = ?1",
    ] {
        db.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

fn forget_old_jobs(session: &Session<'_>) -> rusqlite::Result<()> {
    let Ok(before) = session.now.checked_sub(KEPT) else {
        return Ok(());
    };
    let mut old = session
        .db
        .prepare_cached("SELECT id FROM _bulk_job WHERE changed < ?1")?;
    let old: Vec<String> = old
        .query_map([datetime_text(before)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    old.iter().try_for_each(|id| remove_job(session.db, id))
}

/// Writes a new batch, waiting for the worker.
pub(super) fn add_batch(session: &Session<'_>, job: &Job) -> rusqlite::Result<Batch> {
    let batch = Batch {
        id: RecordId::from_number("751", session.next_number("751")?).into(),
        job: job.id.clone(),
        state: BatchState::Queued,
        message: None,
        created: session.stamp(),
        changed: session.stamp(),
        columns: Vec::new(),
        position: 0,
        processed: 0,
        failed: 0,
        milliseconds: 0,
    };
    session
        .db
        .prepare_cached(&format!(
            "INSERT INTO _bulk_batch ({BATCH_COLUMNS}) VALUES (?1, ?2, ?3, NULL, ?4, ?5, '[]', 0, 0, 0, 0)"
        ))?
        .execute(params![batch.id, batch.job, batch.state, batch.created, batch.changed])?;
    Ok(batch)
}

pub(crate) fn batch(db: &Connection, id: &str) -> rusqlite::Result<Option<Batch>> {
    let Some(id) = RecordId::parse(id) else {
        return Ok(None);
    };
    db.prepare_cached(&format!(
        "SELECT {BATCH_COLUMNS} FROM _bulk_batch WHERE id = ?1"
    ))?
    .query_row([id.as_str()], read_batch)
    .optional()
}

/// The batches of a job, in the order of their creation.
pub(crate) fn batches(db: &Connection, job: &str) -> rusqlite::Result<Vec<Batch>> {
    let sql = format!("SELECT {BATCH_COLUMNS} FROM _bulk_batch WHERE job = ?1 ORDER BY id");
    db.prepare_cached(&sql)?
        .query_map([job], read_batch)?
        .collect()
}

/// Writes how far a batch has come.
pub(super) fn update_batch(session: &Session<'_>, batch: &mut Batch) -> rusqlite::Result<()> {
    batch.changed = session.stamp();
    session
        .db
        .prepare_cached(
            "UPDATE _bulk_batch SET state = ?2, message = ?3, changed = ?4, columns = ?5, position = ?6, \
             processed = ?7, failed = ?8, milliseconds = ?9 WHERE id = ?1",
        )?
        .execute(params![
            batch.id,
            batch.state,
            batch.message,
            batch.changed,
            serde_json::Value::from(batch.columns.clone()).to_string(),
            batch.position as i64,
            batch.processed as i64,
            batch.failed as i64,
            batch.milliseconds as i64,
        ])
        .map(|_| ())
}

/// The batch that the worker takes next: the oldest that is not done, of a job that is to be worked on.
pub(super) fn next_batch(db: &Connection) -> rusqlite::Result<Option<(Job, Batch)>> {
    let id: Option<String> = db
        .prepare_cached(
            "SELECT b.id FROM _bulk_batch b JOIN _bulk_job j ON j.id = b.job \
             WHERE b.state IN ('Queued', 'InProgress') AND (j.state IN ('UploadComplete', 'InProgress') \
             OR j.api = 'Classic' AND j.state IN ('Open', 'Closed')) ORDER BY b.id LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(batch) = id.map(|id| batch(db, &id)).transpose()?.flatten() else {
        return Ok(None);
    };
    Ok(job(db, &batch.job)?.map(|job| (job, batch)))
}

/// Batches and query jobs of the last 24 hours, as the daily limits count them.
pub(crate) fn used_today(session: &Session<'_>) -> rusqlite::Result<(u64, u64)> {
    let since = session.now.checked_sub(SignedDuration::from_hours(24));
    let since = since.map_or_else(|_| String::new(), datetime_text);
    let count = |sql: &str| {
        let mut statement = session.db.prepare_cached(sql)?;
        let count: i64 = statement.query_row([&since], |row| row.get(0))?;
        Ok::<_, rusqlite::Error>(count as u64)
    };
    // The rows of a job of Bulk API 2.0 are worked on in batches of 10,000.
    let batches = "SELECT coalesce(sum(max(1, (b.processed + 9999) / 10000)), 0) FROM _bulk_batch b \
        JOIN _bulk_job j ON j.id = b.job WHERE b.created >= ?1 AND j.api <> 'V2Query'";
    let queries = "SELECT count(*) FROM _bulk_job WHERE created >= ?1 AND api = 'V2Query'";
    Ok((count(batches)?, count(queries)?))
}

fn read_job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        order: Order {
            api: row.get::<_, Api>(1)?,
            operation: row.get(2)?,
            object: row.get(3)?,
            external_id: row.get(4)?,
            content_type: row.get(5)?,
            dialect: Dialect {
                delimiter: row.get(6)?,
                line_ending: row.get(7)?,
            },
            concurrency: row.get(8)?,
            version: row.get(9)?,
        },
        state: row.get(10)?,
        created_by: row.get(11)?,
        created: row.get(12)?,
        changed: row.get(13)?,
        error: row.get(14)?,
    })
}

fn read_batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    let number = |index| row.get::<_, i64>(index).map(|number| number as u64);
    let columns: String = row.get(6)?;
    Ok(Batch {
        id: row.get(0)?,
        job: row.get(1)?,
        state: row.get(2)?,
        message: row.get(3)?,
        created: row.get(4)?,
        changed: row.get(5)?,
        columns: serde_json::from_str(&columns).unwrap_or_default(),
        position: number(7)?,
        processed: number(8)?,
        failed: number(9)?,
        milliseconds: number(10)?,
    })
}
