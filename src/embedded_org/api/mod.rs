//! The REST resources, a file for each kind, and what is done for every request (`resources` is their table).

mod assertion;
mod async_forms;
mod async_jobs;
mod batch;
mod call;
mod changes;
mod collections;
mod composite;
mod cursors;
mod describe;
mod encoding;
mod graph;
mod identity;
mod jobs;
mod jobs_ingest;
mod jobs_query;
mod limits;
mod metadata;
mod multipart;
mod oauth;
mod query;
mod recent;
mod reply;
mod resources;
mod retrieve;
mod search;
mod soap;
mod sobjects;
mod subject;
mod tooling;
mod tree;
mod versions;

pub(crate) use call::Call;
pub(crate) use cursors::Cursors;
pub(crate) use reply::Reply;

use rusqlite::Connection;

use super::api_error::ApiError;
use super::auth::Credentials;
use super::bulk::Jobs;
use super::faults::{self, Automation, RowFaults};
use super::org::Org;
use super::session::Session;
use super::tokens::Tokens;
use resources::Resource;

/// What a handler works with.
pub(super) struct Context<'a> {
    pub(super) session: Session<'a>,
    pub(super) cursors: &'a mut Cursors,
    pub(super) jobs: &'a Jobs,
    pub(super) credentials: &'a Credentials,
    pub(super) tokens: &'a mut Tokens,
    /// The instance URL.
    pub(super) url: &'a str,
    pub(super) calls: u64,
    /// What runs when records are saved.
    pub(super) automations: &'a [Automation],
}

/// Handles a request of the network; every reply tells how much of the day's calls is used.
pub(super) fn handle(org: &mut Org, url: &str, call: &Call) -> Reply {
    if let Some(reply) = faults::answer(org, call) {
        return reply;
    }
    let path = call.path();
    let subjects = match org.faults.is_idle() {
        true => Vec::new(),
        false => subject::subjects(org.store.schema(), call),
    };
    let mut drawn = org
        .faults
        .draw(&faults::facts(&call.method, &path, subjects));
    if drawn.expires_session {
        org.tokens.expire();
    }
    if let Some(told) = drawn.bulk.take() {
        org.jobs.tell(told);
    }
    let reply = match (faults::act(org, &drawn), drawn.instead()) {
        (Err(error), _) => Reply::error(&error),
        (Ok(()), Some(reply)) => reply,
        (Ok(()), None) => {
            let reply = answer(org, url, call, drawn.rows());
            reply.unwrap_or_else(|error| Reply::error(&error))
        }
    };
    drawn.deliver(told(org, call, reply))
}

/// A reply with what every reply has.
fn told(org: &Org, call: &Call, reply: Reply) -> Reply {
    let reply = match call.header("x-prettyprint") {
        Some("1" | "true") => reply.pretty(),
        _ => reply,
    };
    reply.with_header("Sforce-Limit-Info", limits::usage(org.calls))
}

/// Answers in one transaction, which is committed unless the request fails.
fn answer(org: &mut Org, url: &str, call: &Call, mut faults: RowFaults) -> Result<Reply, ApiError> {
    let (resource, call) = resources::find(call)?;
    if !resource.is_open && !org.tokens.accept(call.token()) {
        return Err(ApiError::session_expired());
    }
    org.calls += 1;
    let now = org.clock.now();
    let (transaction, schema) = if call.only_reads() {
        org.store.begin_read()?
    } else {
        org.store.begin()?
    };
    let mut session = Session::new(&transaction, schema, &org.facts, now);
    let duplicates = call.header("sforce-duplicate-rule-header");
    if duplicates.is_some_and(|header| header.to_lowercase().contains("allowsave=true")) {
        session = session.saving_duplicates();
        faults.allow_duplicates();
    }
    let mut context = Context {
        session: session.under(faults),
        cursors: &mut org.cursors,
        jobs: &org.jobs,
        credentials: &org.credentials,
        tokens: &mut org.tokens,
        url,
        calls: org.calls,
        automations: org.faults.automations(),
    };
    let reply = run(&mut context, resource, &call)?;
    context.session.keep_numbers()?;
    org.calls = context.calls;
    let changed = context.session.has_changed_schema();
    transaction.commit()?;
    if changed {
        org.store.reload_schema()?;
    }
    Ok(reply)
}

/// Handles a request within another's transaction.
fn dispatch(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (resource, call) = resources::find(call)?;
    run(context, resource, &call)
}

fn run(context: &mut Context<'_>, resource: &Resource, call: &Call) -> Result<Reply, ApiError> {
    versions::check(call)?;
    resource.answer(context, call)
}

/// Runs a step, and undoes what it wrote where its result is of the kind that leaves nothing behind.
fn undone_where<T>(
    db: &Connection,
    step: impl FnOnce() -> Result<T, ApiError>,
    leaves_nothing: impl FnOnce(&T) -> bool,
) -> Result<T, ApiError> {
    db.execute_batch("SAVEPOINT step")?;
    let result = step();
    if result.as_ref().map_or(true, leaves_nothing) {
        db.execute_batch("ROLLBACK TO step")?;
    }
    db.execute_batch("RELEASE step")?;
    result
}
