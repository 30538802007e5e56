//! Composite batch: several independent requests in one call, one after the other.

use serde_json::{Value, json};

use super::{ApiError, Call, Context, Reply, dispatch, undone_where};

const MOST_PARTS: usize = 25;

/// A part of the request.
struct Part {
    method: String,
    url: String,
    body: Vec<u8>,
}

/// `POST /composite/batch`
pub(super) fn batch(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let mut body = call.json_object()?;
    let halts = body.get("haltOnError") == Some(&Value::Bool(true));
    let Some(Value::Array(items)) = body.remove("batchRequests") else {
        return Err(ApiError::json_parser("batchRequests must be a list"));
    };
    let parts: Vec<Part> = items.iter().map(read_part).collect::<Result<_, _>>()?;
    if parts.len() > MOST_PARTS {
        let message =
            format!("Limit on number of sub-requests exceeded. The limit is {MOST_PARTS}.");
        return Err(ApiError::new(400, "INVALID_INPUT", message));
    }
    let mut failed_at = None;
    let mut results: Vec<Vec<u8>> = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        let reply = match failed_at {
            Some(failed) if halts => Reply::error(&halted(failed)),
            _ => answer(context, call, part)?,
        };
        if reply.status >= 300 {
            failed_at.get_or_insert(index);
        }
        results.push(result(&reply));
    }
    let mut body = format!("{{\"hasErrors\":{},\"results\":[", failed_at.is_some()).into_bytes();
    body.extend(results.join(&b','));
    body.extend(b"]}");
    Ok(Reply::text(200, body))
}

/// Each part stands or falls by itself, and counts as a call of its own.
fn answer(context: &mut Context<'_>, call: &Call, part: Part) -> Result<Reply, ApiError> {
    context.calls += 1;
    context.session.forget_writes();
    let db = context.session.db;
    let run = || {
        let reply = call
            .part(&part.method, &part.url, part.body)
            .and_then(|part| dispatch(context, &part));
        Ok(reply.unwrap_or_else(|error| Reply::error(&error)))
    };
    undone_where(db, run, |reply| reply.status >= 300)
}

fn read_part(item: &Value) -> Result<Part, ApiError> {
    let text = |name: &str| {
        let text = item[name].as_str();
        text.ok_or_else(|| ApiError::json_parser(format!("a sub-request needs a {name}")))
    };
    let (method, url) = (text("method")?, text("url")?);
    // The path starts with the version; some clients send all of it.
    let path = url.trim_start_matches('/');
    let path = path.strip_prefix("services/data/").unwrap_or(path);
    if path
        .split(['/', '?'])
        .skip(1)
        .any(|part| part == "composite")
    {
        let message = format!("Invalid batch sub-request: {url} cannot be part of a batch");
        return Err(ApiError::new(400, "INVALID_BATCH_REQUEST", message));
    }
    Ok(Part {
        method: method.to_owned(),
        url: format!("/services/data/{path}"),
        body: match &item["richInput"] {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        },
    })
}

fn halted(failed: usize) -> ApiError {
    let message =
        format!("Batch processing halted per request because of error in request {failed}");
    ApiError::new(412, "BATCH_PROCESSING_HALTED", message)
}

fn result(reply: &Reply) -> Vec<u8> {
    let mut result = format!("{{\"statusCode\":{},\"result\":", reply.status).into_bytes();
    match reply.body.as_deref() {
        Some(body) if !body.is_empty() => result.extend(body),
        _ => result.extend(json!(null).to_string().into_bytes()),
    }
    result.push(b'}');
    result
}
