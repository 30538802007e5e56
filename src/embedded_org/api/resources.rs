//! The table of resources: what a path means, and what each verb does there.

use super::{
    ApiError, Call, Context, Reply, async_jobs, batch, changes, collections, composite, describe,
    graph, identity, jobs_ingest, jobs_query, limits, metadata, oauth, query, recent, retrieve,
    search, soap, sobjects, tooling, tree, versions,
};

type Handler = fn(&mut Context<'_>, &Call) -> Result<Reply, ApiError>;

/// A path, whose segments in braces are arguments, and what each verb does there.
pub(super) struct Resource {
    path: &'static str,
    /// Resources for signing in are open; all others want a session.
    pub(super) is_open: bool,
    verbs: &'static [(&'static str, Handler)],
}

/// The resource of a path, and the call with its arguments.
pub(super) fn find(call: &Call) -> Result<(&'static Resource, Call), ApiError> {
    RESOURCES
        .iter()
        .find_map(|resource| Some((resource, call.matched(resource.path)?)))
        .ok_or_else(ApiError::not_found)
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

impl Resource {
    /// Handles a call with the arguments of the path.
    pub(super) fn answer(&self, context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
        let handler = self.verbs.iter().find(|(verb, _)| *verb == call.verb());
        match handler {
            Some((_, handler)) => handler(context, call),
            None => Err(self.method_not_allowed(call)),
        }
    }

    fn method_not_allowed(&self, call: &Call) -> ApiError {
        let mut allowed: Vec<&str> = Vec::new();
        for (verb, _) in self.verbs {
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
}
