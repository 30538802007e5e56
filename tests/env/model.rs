//! A stand-in for a language model: a loopback server that speaks the chat completions of `OpenAI`.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode};
use serde_json::{Value as Json, json};

/// A model that answers as its script says. It ends when dropped.
pub(crate) struct Model {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Its threads end with it.
    _runtime: tokio::runtime::Runtime,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) authorization: Option<String>,
    /// As it was sent.
    pub(crate) body: String,
}

/// What the model answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A text that does what the request asks for.
    Good,
    Says(&'static str),
    /// A refusal of the request, with a header.
    Status(u16, Option<(&'static str, &'static str)>),
}

impl Model {
    /// Each request is answered by what it asks for: in which order they arrive is left to chance.
    pub(crate) fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (requests, script) = (asked.clone(), Arc::new(script));
        let answer = move |headers: HeaderMap, body: Bytes| {
            let asked = Asked {
                authorization: headers
                    .get("authorization")
                    .map(|value| value.to_str().unwrap().to_owned()),
                body: String::from_utf8(body.to_vec()).unwrap(),
            };
            requests.lock().unwrap().push(asked.clone());
            let reply = reply(&script(&asked), &asked);
            std::future::ready(reply)
        };
        let router = Router::new().fallback(answer);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            asked,
            _runtime: runtime,
        }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asked {
    /// What the model was told beside its instructions.
    pub(crate) fn facts(&self) -> String {
        let body: Json = serde_json::from_str(&self.body).unwrap();
        body["messages"][1]["content"].as_str().unwrap().to_owned()
    }

    /// Whether it asks for all messages of a thread at once.
    pub(crate) fn is_thread(&self) -> bool {
        self.facts().contains("- number of messages: ")
    }
}

fn reply(answer: &Answer, asked: &Asked) -> Response<Body> {
    let mut reply = Response::builder();
    let text = match answer {
        Answer::Good => good(&asked.facts()),
        Answer::Says(text) => (*text).to_owned(),
        Answer::Status(status, header) => {
            let key = asked.authorization.as_deref().unwrap_or_default();
            let error = json!({"error": {"message": format!("no, {key}"), "code": null}});
            reply = reply.status(StatusCode::from_u16(*status).unwrap());
            if let Some((name, value)) = header {
                reply = reply.header(*name, *value);
            }
            return reply.body(error.to_string().into()).unwrap();
        }
    };
    let message = json!({"role": "assistant", "content": text});
    let body = json!({
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 80, "completion_tokens": 20, "total_tokens": 100},
    });
    reply.body(body.to_string().into()).unwrap()
}

/// Words that no template of ours has, with every placeholder that was given, and for a thread so
/// many messages as it has.
fn good(facts: &str) -> String {
    let placeholders: Vec<&str> = facts
        .lines()
        .filter_map(|line| line.strip_prefix("- {{")?.split_once("}}"))
        .map(|(name, _)| name)
        .collect();
    let named: Vec<_> = placeholders
        .iter()
        .map(|name| format!("{{{{{name}}}}}"))
        .collect();
    let text = format!(
        "The zebra was with us, and so were {}.",
        named.join(" and ")
    );
    let count = facts
        .lines()
        .find_map(|line| line.strip_prefix("- number of messages: "));
    match count {
        Some(count) => json!(vec![text; count.parse().unwrap()]).to_string(),
        None => text,
    }
}
