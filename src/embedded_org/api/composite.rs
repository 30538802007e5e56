//! Composite: several requests in one call, the later ones referring to replies of the earlier.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ApiError, Call, Context, Reply, dispatch, undone_where};

const MOST_PARTS: usize = 25;
/// Of the parts, how many may be queries or collections.
const MOST_LARGE_PARTS: usize = 5;

/// A part of the request.
pub(super) struct Part {
    pub(super) method: String,
    pub(super) url: String,
    reference_id: String,
    body: Option<Value>,
}

/// What became of a part.
pub(super) struct Answer {
    reply: Reply,
    reference_id: String,
}

/// `POST /composite`
pub(super) fn composite(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let mut body = call.json_object()?;
    let all_or_none = body
        .get("allOrNone")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let parts = read_parts(&mut body)?;
    let db = context.session.db;
    let failed = |answers: &Vec<Answer>| answers.iter().any(Answer::is_failure);
    let answers = undone_where(
        db,
        || run_parts(context, call, (parts, all_or_none)),
        |answers| all_or_none && failed(answers),
    )?;
    let halt = all_or_none && failed(&answers);
    let answers: Vec<Answer> = answers
        .into_iter()
        .map(|answer| if halt { answer.halted() } else { answer })
        .collect();
    Ok(Reply::text(200, write(&answers)))
}

impl Answer {
    pub(super) fn is_failure(&self) -> bool {
        self.reply.status >= 300
    }

    /// What it is after another part failed: a success no more.
    pub(super) fn halted(self) -> Self {
        if self.is_failure() {
            return self;
        }
        let message = "The transaction was rolled back since another operation in the same transaction failed.";
        Self {
            reply: Reply::error(&ApiError::new(400, "PROCESSING_HALTED", message)),
            ..self
        }
    }
}

pub(super) fn run_parts(
    context: &mut Context<'_>,
    call: &Call,
    (parts, one_transaction): (Vec<Part>, bool),
) -> Result<Vec<Answer>, ApiError> {
    let db = context.session.db;
    let mut known = BTreeMap::new();
    let mut answers = Vec::new();
    for part in parts {
        if !one_transaction {
            context.session.forget_writes();
        }
        let run = || {
            let reply = run_part(context, call, &part, &mut known);
            Ok(reply.unwrap_or_else(|error| Reply::error(&error)))
        };
        let reply = undone_where(db, run, |reply| reply.status >= 300)?;
        let body = Known::Written(reply.body.clone(), reply.status);
        known.insert(part.reference_id.clone(), body);
        answers.push(Answer {
            reply,
            reference_id: part.reference_id,
        });
    }
    Ok(answers)
}

fn read_parts(body: &mut Map<String, Value>) -> Result<Vec<Part>, ApiError> {
    let parts = parts(body)?;
    if parts.len() > MOST_PARTS {
        let message =
            format!("Limit on number of sub-requests exceeded. The limit is {MOST_PARTS}.");
        return Err(ApiError::new(400, "INVALID_INPUT", message));
    }
    if parts.iter().filter(|part| is_large(&part.url)).count() > MOST_LARGE_PARTS {
        let message = format!(
            "Limit on number of query and sObject collection sub-requests exceeded. The limit is {MOST_LARGE_PARTS}."
        );
        return Err(ApiError::new(400, "INVALID_INPUT", message));
    }
    Ok(parts)
}

/// The parts of a request, however many.
pub(super) fn parts(body: &mut Map<String, Value>) -> Result<Vec<Part>, ApiError> {
    let Some(Value::Array(items)) = body.remove("compositeRequest") else {
        return Err(ApiError::json_parser("compositeRequest must be a list"));
    };
    items.into_iter().map(read_part).collect()
}

fn read_part(item: Value) -> Result<Part, ApiError> {
    let Value::Object(mut item) = item else {
        return Err(ApiError::json_parser("a sub-request must be an object"));
    };
    let mut text = |name: &str| match item.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(ApiError::json_parser(format!(
            "a sub-request needs a {name}"
        ))),
    };
    let (method, url, reference_id) = (text("method")?, text("url")?, text("referenceId")?);
    let starts_well = reference_id.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !starts_well || !reference_id.chars().all(is_plain) {
        return Err(ApiError::json_parser(format!(
            "Provided referenceId ('{reference_id}') must start with a letter or a number, and it can contain \
             only letters, numbers and underscores ('_')."
        )));
    }
    if !url.starts_with("/services/data/") {
        let message = format!("The sub-request URL must start with /services/data/: {url}");
        return Err(ApiError::new(400, "INVALID_INPUT", message));
    }
    Ok(Part {
        method,
        url,
        reference_id,
        body: item.remove("body").filter(|body| !body.is_null()),
    })
}

fn is_large(url: &str) -> bool {
    let path = url.split('?').next().unwrap_or_default();
    ["/query", "/queryAll", "/composite/sobjects"]
        .iter()
        .any(|part| path.contains(part))
}

/// A reply that later parts can refer to; parsed only once one does.
enum Known {
    Written(Option<Vec<u8>>, u16),
    Read(Value),
}

fn run_part(
    context: &mut Context<'_>,
    call: &Call,
    part: &Part,
    known: &mut BTreeMap<String, Known>,
) -> Result<Reply, ApiError> {
    if part.url.contains("/composite?") || part.url.ends_with("/composite") {
        let message = "a composite request cannot hold another";
        return Err(ApiError::new(400, "INVALID_INPUT", message));
    }
    let url = fill_text(&part.url, known)?;
    let body = match &part.body {
        Some(body) => fill(body, known)?.to_string().into_bytes(),
        None => Vec::new(),
    };
    let part = call.part(&part.method, &url, body)?;
    dispatch(context, &part)
}

/// A body with its references resolved.
fn fill(body: &Value, known: &mut BTreeMap<String, Known>) -> Result<Value, ApiError> {
    Ok(match body {
        Value::String(text) if text.starts_with("@{") && text.find('}') == Some(text.len() - 1) => {
            look_up(&text[2..text.len() - 1], known)?
        }
        Value::String(text) if text.contains("@{") => Value::String(fill_text(text, known)?),
        Value::Array(items) => {
            let items: Result<_, _> = items.iter().map(|item| fill(item, known)).collect();
            Value::Array(items?)
        }
        Value::Object(fields) => {
            let mut filled = Map::new();
            for (name, value) in fields {
                filled.insert(name.clone(), fill(value, known)?);
            }
            Value::Object(filled)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body.clone(),
    })
}

/// A text in which `@{ref.id}` is replaced.
fn fill_text(text: &str, known: &mut BTreeMap<String, Known>) -> Result<String, ApiError> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@{") {
        let Some((reference, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        match look_up(reference, known)? {
            Value::String(value) => filled.push_str(&value),
            value => filled.push_str(&value.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The value at a path such as `refA.records[0].Id`.
fn look_up(reference: &str, known: &mut BTreeMap<String, Known>) -> Result<Value, ApiError> {
    let id = reference.split(['.', '[']).next().unwrap_or(reference);
    let halted = || {
        let message =
            format!("Invalid reference specified. No value for {reference} found in {id}.");
        ApiError::new(400, "PROCESSING_HALTED", message)
    };
    let entry = known.get_mut(id).ok_or_else(halted)?;
    if let Known::Written(body, status) = entry {
        if *status >= 300 {
            return Err(halted());
        }
        let parsed = body
            .as_deref()
            .and_then(|body| serde_json::from_slice(body).ok());
        *entry = Known::Read(parsed.unwrap_or(Value::Null));
    }
    let Known::Read(value) = entry else {
        return Err(halted());
    };
    let start = &reference[id.len()..];
    let pointer = start.replace('[', ".").replace(']', "").replace('.', "/");
    let found = value.pointer(&pointer).filter(|found| !found.is_null());
    found.cloned().ok_or_else(halted)
}

/// The answers as one body; those of the parts are JSON already.
pub(super) fn write(answers: &[Answer]) -> Vec<u8> {
    let mut body = b"{\"compositeResponse\":[".to_vec();
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        let headers: Map<String, Value> = answer
            .reply
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        body.extend(b"{\"body\":");
        body.extend(answer.reply.body.as_deref().unwrap_or(b"null"));
        let rest = format!(
            ",\"httpHeaders\":{},\"httpStatusCode\":{},\"referenceId\":\"{}\"}}",
            Value::Object(headers),
            answer.reply.status,
            answer.reference_id
        );
        body.extend(rest.as_bytes());
    }
    body.extend(b"]}");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reference: &str, expect: Result<Value, &str>) {
        let body = br#"{"id":"001","records":[{"Id":"003"}]}"#.to_vec();
        let mut known = BTreeMap::from([
            ("a".to_owned(), Known::Written(Some(body), 200)),
            ("bad".to_owned(), Known::Written(None, 400)),
        ]);
        let found = look_up(reference, &mut known).map_err(|error| error.message);
        assert_eq!(found, expect.map_err(str::to_owned), "{reference}");
    }

    #[test]
    fn references() {
        check("a.id", Ok(json!("001")));
        check("a.records[0].Id", Ok(json!("003")));
        check(
            "a.Id",
            Err("Invalid reference specified. No value for a.Id found in a."),
        );
        check(
            "bad.id",
            Err("Invalid reference specified. No value for bad.id found in bad."),
        );
        check(
            "none.id",
            Err("Invalid reference specified. No value for none.id found in none."),
        );
    }
}
