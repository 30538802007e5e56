//! Deploys over REST.

use serde_json::{Map, Value};

use super::multipart::parts;
use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::metadata::{self, DeployRequest};

/// `POST /metadata/deployRequest`: a part of JSON and a part that is the zip file, whatever they are called.
pub(super) fn deploy(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let parts = parts(call).ok_or_else(|| missing("JSON"))?;
    let (json, files): (Vec<_>, Vec<_>) = parts
        .iter()
        .map(|part| part.body)
        .partition(|body| body.trim_ascii_start().starts_with(b"{"));
    let json = json.first().ok_or_else(|| missing("JSON"))?;
    let zip = files.first().ok_or_else(|| missing("a zip file"))?;
    let options = options(json)?;
    let request = metadata::enqueue(&context.session, options, zip)?;
    Ok(Reply::json(201, &body(context, &request, true)))
}

/// `GET /metadata/deployRequest/{id}`
pub(super) fn status(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let request = metadata::find(&context.session, call.argument("id"))?;
    let request = metadata::advance(&context.session, request)?;
    let body = body(context, &request, call.is_set("includeDetails"));
    Ok(Reply::json(200, &body))
}

/// `PATCH /metadata/deployRequest/{id}`
pub(super) fn cancel(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let asked = call.json_object()?;
    let status = asked.get("deployResult").map(|result| &result["status"]);
    if status.and_then(Value::as_str) != Some("Canceling") {
        let message = "the only status that a deploy can be set to is Canceling";
        return Err(ApiError::new(400, "INVALID_OPERATION", message));
    }
    let request = metadata::find(&context.session, call.argument("id"))?;
    let request = metadata::cancel(&context.session, request)?;
    Ok(Reply::json(202, &body(context, &request, true)))
}

fn missing(what: &str) -> ApiError {
    let message = format!("the request has no part that is {what}");
    ApiError::new(400, "INVALID_MULTIPART_REQUEST", message)
}

fn options(json: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let json: Value =
        serde_json::from_slice(json).map_err(|error| ApiError::json_parser(error.to_string()))?;
    match &json["deployOptions"] {
        Value::Object(options) => Ok(options.clone()),
        _ => Err(ApiError::json_parser("deployOptions must be an object")),
    }
}

fn body(context: &Context<'_>, request: &DeployRequest, include_details: bool) -> Value {
    request.body(&context.session.facts.user_id, include_details)
}
