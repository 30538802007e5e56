//! The REST resources, a file for each kind, and the table that a request is matched in.

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
use super::faults::{self, RowFaults};
use super::org::Org;
use super::session::Session;

/// What a handler works with.
pub(super) struct Context<'a> {
    pub(super) session: Session<'a>,
    pub(super) cursors: &'a mut Cursors,
    pub(super) jobs: &'a Jobs,
    pub(super) credentials: &'a Credentials,
    /// The instance URL.
    pub(super) url: &'a str,
    pub(super) calls: u64,
}

type Handler = fn(&mut Context<'_>, &Call) -> Result<Reply, ApiError>;

/// A path, whose segments in braces are arguments, and what each verb does there.
struct Resource {
    path: &'static str,
    /// Resources for signing in are open; all others want a session.
    is_open: bool,
    verbs: &'static [(&'static str, Handler)],
}

/// Every resource; of two that match, the first counts.
const RESOURCES: &[Resource] = &[
    open("services/data", &[("GET", versions::list)]),
    open("services/oauth2/token", &[("POST", oauth::token)]),
    open(
        "services/oauth2/revoke",
        &[("GET", oauth::revoke), ("POST", oauth::revoke)],
    ),
    open("services/Soap/u/{soap_version}", &[("POST", soap::partner)]),
    open(
        "services/Soap/u/{soap_version}/{org}",
        &[("POST", soap::partner)],
    ),
    open(
        "services/oauth2/userinfo",
        &[("GET", identity::userinfo), ("POST", identity::userinfo)],
    ),
    open("id/{org}/{user}", &[("GET", identity::identity)]),
    guarded("services/data/{version}", &[("GET", versions::resources)]),
    guarded("services/data/{version}/limits", &[("GET", limits::limits)]),
    guarded(
        "services/data/{version}/limits/recordCount",
        &[("GET", limits::record_count)],
    ),
    guarded("services/data/{version}/query", &[("GET", query::query)]),
    guarded(
        "services/data/{version}/query/{locator}",
        &[("GET", query::next_page)],
    ),
    guarded(
        "services/data/{version}/queryAll",
        &[("GET", query::query_all)],
    ),
    guarded(
        "services/data/{version}/queryAll/{locator}",
        &[("GET", query::next_page)],
    ),
    guarded("services/data/{version}/search", &[("GET", search::search)]),
    guarded(
        "services/data/{version}/parameterizedSearch",
        &[("GET", search::by_parameters), ("POST", search::posted)],
    ),
    guarded("services/data/{version}/recent", &[("GET", recent::recent)]),
    guarded(
        "services/data/{version}/sobjects",
        &[("GET", describe::global)],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}",
        &[("GET", describe::basic), ("POST", sobjects::create)],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}/describe",
        &[("GET", describe::describe)],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}/updated",
        &[("GET", changes::updated)],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}/deleted",
        &[("GET", changes::deleted)],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}/{id}",
        &[
            ("GET", sobjects::get),
            ("POST", sobjects::create_by_id_key),
            ("PATCH", sobjects::update),
            ("DELETE", sobjects::delete),
        ],
    ),
    guarded(
        "services/data/{version}/sobjects/{object}/{field}/{value}",
        &[
            ("GET", sobjects::get_by_key),
            ("PATCH", sobjects::upsert),
            ("DELETE", sobjects::delete_by_key),
        ],
    ),
    guarded(
        "services/data/{version}/metadata/deployRequest",
        &[("POST", metadata::deploy)],
    ),
    guarded(
        "services/data/{version}/metadata/deployRequest/{id}",
        &[("GET", metadata::status), ("PATCH", metadata::cancel)],
    ),
    guarded(
        "services/data/{version}/tooling/query",
        &[("GET", tooling::query)],
    ),
    guarded(
        "services/data/{version}/tooling/sobjects",
        &[("GET", tooling::global)],
    ),
    guarded(
        "services/data/{version}/tooling/sobjects/{object}",
        &[("POST", tooling::create)],
    ),
    guarded(
        "services/data/{version}/tooling/sobjects/{object}/describe",
        &[("GET", tooling::describe)],
    ),
    guarded(
        "services/data/{version}/tooling/sobjects/{object}/{id}",
        &[
            ("GET", tooling::get),
            ("PATCH", tooling::update),
            ("DELETE", tooling::delete),
        ],
    ),
    guarded(
        "services/data/{version}/composite",
        &[("GET", versions::composite), ("POST", composite::composite)],
    ),
    guarded(
        "services/data/{version}/composite/tree/{object}",
        &[("POST", tree::tree)],
    ),
    guarded(
        "services/data/{version}/composite/batch",
        &[("POST", batch::batch)],
    ),
    guarded(
        "services/data/{version}/composite/graph",
        &[("POST", graph::graph)],
    ),
    guarded(
        "services/data/{version}/composite/sobjects",
        &[
            ("POST", collections::create),
            ("PATCH", collections::update),
            ("DELETE", collections::delete),
        ],
    ),
    guarded(
        "services/data/{version}/composite/sobjects/{object}",
        &[("GET", retrieve::by_query), ("POST", retrieve::posted)],
    ),
    guarded(
        "services/data/{version}/composite/sobjects/{object}/{field}",
        &[("PATCH", collections::upsert)],
    ),
    guarded(
        "services/data/{version}/jobs/ingest",
        &[("GET", jobs_ingest::list), ("POST", jobs_ingest::create)],
    ),
    guarded(
        "services/data/{version}/jobs/ingest/{job}",
        &[
            ("GET", jobs_ingest::get),
            ("PATCH", jobs_ingest::change),
            ("DELETE", jobs_ingest::delete),
        ],
    ),
    guarded(
        "services/data/{version}/jobs/ingest/{job}/batches",
        &[("PUT", jobs_ingest::upload)],
    ),
    guarded(
        "services/data/{version}/jobs/ingest/{job}/{results}",
        &[("GET", jobs_ingest::results)],
    ),
    guarded(
        "services/data/{version}/jobs/query",
        &[("GET", jobs_query::list), ("POST", jobs_query::create)],
    ),
    guarded(
        "services/data/{version}/jobs/query/{job}",
        &[
            ("GET", jobs_query::get),
            ("PATCH", jobs_query::change),
            ("DELETE", jobs_query::delete),
        ],
    ),
    guarded(
        "services/data/{version}/jobs/query/{job}/results",
        &[("GET", jobs_query::results)],
    ),
    // Bulk API 1.0 has a header for the session, and checks it itself.
    open(
        "services/async/{async_version}/job",
        &[("POST", async_jobs::create)],
    ),
    open(
        "services/async/{async_version}/job/{job}",
        &[("GET", async_jobs::get), ("POST", async_jobs::change)],
    ),
    open(
        "services/async/{async_version}/job/{job}/batch",
        &[
            ("GET", async_jobs::list_batches),
            ("POST", async_jobs::add_batch),
        ],
    ),
    open(
        "services/async/{async_version}/job/{job}/batch/{batch}",
        &[("GET", async_jobs::get_batch)],
    ),
    open(
        "services/async/{async_version}/job/{job}/batch/{batch}/request",
        &[("GET", async_jobs::request)],
    ),
    open(
        "services/async/{async_version}/job/{job}/batch/{batch}/result",
        &[("GET", async_jobs::result)],
    ),
    open(
        "services/async/{async_version}/job/{job}/batch/{batch}/result/{result}",
        &[("GET", async_jobs::found)],
    ),
];

const fn open(path: &'static str, verbs: &'static [(&'static str, Handler)]) -> Resource {
    Resource {
        path,
        is_open: true,
        verbs,
    }
}

const fn guarded(path: &'static str, verbs: &'static [(&'static str, Handler)]) -> Resource {
    Resource {
        path,
        is_open: false,
        verbs,
    }
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
    let (resource, call) = find(call)?;
    let is_signed_in =
        org.credentials.accepts(call.header("authorization")) && !org.faults.is_expired();
    if !resource.is_open && !is_signed_in {
        return Err(ApiError::new(
            401,
            "INVALID_SESSION_ID",
            "Session expired or invalid",
        ));
    }
    org.calls += 1;
    let now = org.clock.now();
    let (transaction, schema) = if call.only_reads() {
        org.store.begin_read()?
    } else {
        org.store.begin()?
    };
    let duplicates = call.header("sforce-duplicate-rule-header");
    if duplicates.is_some_and(|header| header.to_lowercase().contains("allowsave=true")) {
        faults.allow_duplicates();
    }
    let mut context = Context {
        session: Session::new(&transaction, schema, &org.facts, now).under(faults),
        cursors: &mut org.cursors,
        jobs: &org.jobs,
        credentials: &org.credentials,
        url,
        calls: org.calls,
    };
    let reply = run(&mut context, resource, &call)?;
    context.session.keep_numbers()?;
    org.calls = context.calls;
    let changed = context.session.has_changed_schema();
    transaction.commit()?;
    if changed {
        org.store.reload_schema()?;
    }
    if is_sign_in(resource.path) && reply.status == 200 {
        org.faults.sign_in();
    }
    Ok(reply)
}

/// Whether a resource gives out sessions.
fn is_sign_in(path: &str) -> bool {
    path == "services/oauth2/token" || path.starts_with("services/Soap/")
}

/// Handles a request within another's transaction.
fn dispatch(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let (resource, call) = find(call)?;
    run(context, resource, &call)
}

fn run(context: &mut Context<'_>, resource: &Resource, call: &Call) -> Result<Reply, ApiError> {
    versions::check(call)?;
    let handler = resource.verbs.iter().find(|(verb, _)| *verb == call.verb());
    match handler {
        Some((_, handler)) => handler(context, call),
        None => Err(method_not_allowed(resource, call)),
    }
}

/// The resource of a path, and the call with its arguments.
fn find(call: &Call) -> Result<(&'static Resource, Call), ApiError> {
    RESOURCES
        .iter()
        .find_map(|resource| Some((resource, call.matched(resource.path)?)))
        .ok_or_else(ApiError::not_found)
}

fn method_not_allowed(resource: &Resource, call: &Call) -> ApiError {
    let mut allowed: Vec<&str> = Vec::new();
    for (verb, _) in resource.verbs {
        allowed.push(verb);
        if *verb == "GET" {
            allowed.push("HEAD");
        }
    }
    let message = format!(
        "HTTP Method '{}' not allowed. Allowed are {}",
        call.method,
        allowed.join(",")
    );
    ApiError::new(405, "METHOD_NOT_ALLOWED", message)
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
