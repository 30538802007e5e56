//! Composite graph: composite requests of up to 500 records, each of which is done whole or not at all.

use serde_json::{Map, Value, json};

use super::composite::{self, Answer, Part};
use super::{ApiError, Call, Context, Reply, undone_where};

const MOST_GRAPHS: usize = 75;
/// Parts of all graphs together.
const MOST_NODES: usize = 500;
/// Kinds of parts in a graph: a verb and the form of a URL.
const MOST_KINDS: usize = 15;
const LONGEST_ID: usize = 40;

struct Graph {
    id: String,
    parts: Vec<Part>,
}

/// `POST /composite/graph`
pub(super) fn graph(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let mut body = call.json_object()?;
    let Some(Value::Array(items)) = body.remove("graphs") else {
        return Err(ApiError::json_parser("graphs must be a list"));
    };
    let graphs: Vec<Graph> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    check(&graphs)?;
    let mut results = Vec::new();
    for graph in graphs {
        results.push(answer(context, call, graph)?);
    }
    let mut body = b"{\"graphs\":[".to_vec();
    body.extend(results.join(&b','));
    body.extend(b"]}");
    Ok(Reply::text(200, body))
}

fn answer(context: &mut Context<'_>, call: &Call, graph: Graph) -> Result<Vec<u8>, ApiError> {
    let db = context.session.db;
    let failed = |answers: &Vec<Answer>| answers.iter().any(Answer::is_failure);
    context.session.forget_writes();
    let run = || composite::run_parts(context, call, (graph.parts, true));
    let answers = undone_where(db, run, failed)?;
    let is_successful = !failed(&answers);
    let answers: Vec<Answer> = match is_successful {
        true => answers,
        false => answers.into_iter().map(Answer::halted).collect(),
    };
    let mut result = format!("{{\"graphId\":{},\"graphResponse\":", json!(graph.id)).into_bytes();
    result.extend(composite::write(&answers));
    result.extend(format!(",\"isSuccessful\":{is_successful}}}").as_bytes());
    Ok(result)
}

fn read(item: Value) -> Result<Graph, ApiError> {
    let Value::Object(mut item) = item else {
        return Err(ApiError::json_parser("a graph must be an object"));
    };
    let Some(Value::String(id)) = item.remove("graphId") else {
        return Err(ApiError::json_parser("a graph needs a graphId"));
    };
    let starts_well = id.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    if !starts_well || id.contains('.') || id.len() >= LONGEST_ID {
        return Err(ApiError::json_parser(format!(
            "Provided graphId ('{id}') must start with a letter or a number, have less than {LONGEST_ID} characters, \
             and hold no period."
        )));
    }
    let parts = read_parts(&mut item)?;
    Ok(Graph { id, parts })
}

/// Only rows can be parts of a graph.
fn read_parts(graph: &mut Map<String, Value>) -> Result<Vec<Part>, ApiError> {
    let parts = composite::parts(graph)?;
    let stranger = parts.iter().find(|part| node_kind(part).is_none());
    match stranger {
        Some(part) => Err(ApiError::new(
            400,
            "INVALID_INPUT",
            format!(
                "Only sObject resources can be parts of a graph: {}",
                part.url
            ),
        )),
        None => Ok(parts),
    }
}

fn check(graphs: &[Graph]) -> Result<(), ApiError> {
    let exceeded = |what: &str, most: usize| {
        let message = format!("Limit on number of {what} exceeded. The limit is {most}.");
        Err(ApiError::new(400, "INVALID_INPUT", message))
    };
    if graphs.len() > MOST_GRAPHS {
        return exceeded("graphs", MOST_GRAPHS);
    }
    if graphs.iter().map(|graph| graph.parts.len()).sum::<usize>() > MOST_NODES {
        return exceeded("nodes", MOST_NODES);
    }
    for graph in graphs {
        let kinds = graph.parts.iter().filter_map(node_kind);
        if kinds.collect::<std::collections::BTreeSet<_>>().len() > MOST_KINDS {
            return exceeded("different nodes in a graph", MOST_KINDS);
        }
    }
    Ok(())
}

/// The verb and the sObject of a part, if it is about rows.
fn node_kind(part: &Part) -> Option<(&str, &str)> {
    let path = part.url.split('?').next()?;
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut next = || segments.next();
    let (_, _, _, resource) = (next()?, next()?, next()?, next()?);
    let object = next()?;
    resource
        .eq_ignore_ascii_case("sobjects")
        .then_some((part.method.as_str(), object))
}
