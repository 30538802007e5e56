//! Bulk jobs: both Bulk APIs over one store, and the worker that does what the jobs say.
//!
//! A job (`job`) is opened, gets its data, and is closed by a client (`lifecycle`). Jobs, uploads and
//! results are kept in the org's file (`store`, `pieces`, `outcome`), so they outlive the server. The
//! `worker` of a server takes the oldest that waits and works (`work`) on 200 rows at a time, each time in
//! a transaction of its own, with the org free for other calls between two of them. An upload is read row by row
//! (`rows`, `columns`) and saved by the rules of every save (`save`). A query (`search`, `queries`) has a
//! connection of its own, and leaves a copy of what it found. `results` and `classic` write what a client reads of it.

mod classic;
mod columns;
mod csv_text;
mod job;
mod lifecycle;
mod outcome;
mod pieces;
mod problem;
mod queries;
mod records;
mod results;
mod rows;
mod save;
mod search;
mod store;
mod words;
mod work;
mod worker;
mod xml_text;

pub(crate) use classic::{found, request, results as batch_results};
pub(crate) use job::{
    Api, Batch, BatchState, ColumnDelimiter, ConcurrencyMode, ContentType, Dialect, Job, JobState,
    LineEnding, Operation, Order,
};
pub(crate) use lifecycle::{add_batch, change, delete, expect_state, open, open_query, upload};
pub(crate) use problem::{
    CLIENT_INPUT, Code, INVALID_BATCH, INVALID_JOB, INVALID_OPERATION, INVALID_SESSION,
    INVALID_VERSION, Problem,
};
pub(crate) use results::{Page, failed, page, successful, unprocessed};
pub(crate) use store::{TABLES, batch, batches, job, jobs, used_today};
pub(crate) use worker::{Jobs, Told, start};
pub(crate) use xml_text::{document, element, elements};

use super::api_error::ApiError;
