//! One request to a language model, sent again where that helps.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::redirect::Policy;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tower_service::Service;

use super::endpoint::Endpoint;
use super::failure::Failure;
use super::prompts;
use crate::manifest::Llm;
use crate::model::prompt::Prompt;

/// A model that can be asked.
#[derive(Clone)]
pub(crate) struct Client {
    openai: async_openai::Client<Endpoint>,
    model: String,
    temperature: f64,
    max_tokens: u32,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// The text; or why there is none, in a word.
    pub(super) content: Result<String, &'static str>,
    /// What it cost, as the server counts.
    pub(super) tokens: u64,
}

const CONNECT: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    /// Models that reason take no other than their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

/// What is read of a reply; servers that are compatible add and leave out much else.
#[derive(Deserialize)]
struct Reply {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    total_tokens: u64,
}

impl Client {
    pub(super) fn new(llm: &Llm, endpoint: Endpoint) -> Result<Self, reqwest::Error> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("demo-gen/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(Duration::from_secs(u64::from(llm.timeout)))
            // The key goes to no other place than the one that was named.
            .redirect(Policy::none());
        if endpoint.is_loopback {
            http = http.no_proxy();
        }
        let http = http.build()?;
        let wire = Wire {
            http: http.clone(),
            key: endpoint.key().cloned(),
        };
        Ok(Self {
            openai: async_openai::Client::build(http, endpoint).with_http_service(wire),
            model: llm.model.clone(),
            temperature: llm.temperature,
            max_tokens: llm.max_tokens,
        })
    }

    /// What asking costs at most.
    pub(super) fn most_tokens(&self, prompt: &Prompt) -> u64 {
        prompts::most_tokens(prompt, self.max_tokens)
    }

    /// Asks until there is an answer or no use in asking. `jitter` lies between 0 and 1.
    pub(super) async fn ask(&self, prompt: &Prompt, jitter: f64) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let failure = match self.ask_once(prompt).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match failure.wait(attempt, jitter) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure),
            }
            attempt += 1;
        }
    }

    async fn ask_once(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        let system = prompts::system(prompt).ok_or(Failure::UnknownPrompt)?;
        let user = prompts::user(prompt);
        let most = self.max_tokens.saturating_mul(u32::from(prompt.parts));
        let reasons = reasons(&self.model);
        let request = Request {
            model: &self.model,
            messages: [("system", system), ("user", &*user)]
                .map(|(role, content)| Message { role, content }),
            temperature: (!reasons).then_some(self.temperature),
            max_tokens: (!reasons).then_some(most),
            max_completion_tokens: reasons.then_some(most),
            stream: false,
        };
        let reply: Result<Reply, _> = self.openai.chat().create_byot(&request).await;
        reply.map(|reply| answer(prompt, reply)).map_err(failure)
    }
}

/// Whether a model thinks before it writes; such models take other parameters.
fn reasons(model: &str) -> bool {
    ["o1", "o3", "o4", "gpt-5"]
        .iter()
        .any(|family| model.starts_with(family))
}

fn answer(prompt: &Prompt, reply: Reply) -> Answer {
    let Reply { choices, usage } = reply;
    let choice = choices.into_iter().next();
    let content = match choice {
        None => Err("empty"),
        Some(Choice {
            message,
            finish_reason,
        }) => match (finish_reason.as_deref(), message) {
            (Some("length"), _) => Err("cut off at max_tokens"),
            (Some("content_filter"), _) => Err("refused"),
            (
                _,
                Said {
                    refusal: Some(refusal),
                    ..
                },
            ) if !refusal.is_empty() => Err("refused"),
            (_, Said { content, .. }) => content.ok_or("empty"),
        },
    };
    let counted = usage
        .map(|usage| usage.total_tokens)
        .filter(|tokens| *tokens > 0);
    let tokens = counted.unwrap_or_else(|| prompts::estimate(prompt));
    Answer { content, tokens }
}

fn failure(error: OpenAIError) -> Failure {
    match error {
        OpenAIError::Boxed(error) => match error.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(_) => Failure::Unreadable,
        },
        OpenAIError::Reqwest(error) => Failure::of_transport(&error),
        // The error would repeat the whole body.
        _ => Failure::Unreadable,
    }
}

/// The transport: reads what a server says when it refuses, which the crate keeps only half of.
#[derive(Clone)]
struct Wire {
    http: reqwest::Client,
    key: Option<SecretString>,
}

/// An error on its way through the crate.
struct Carried(OpenAIError);

impl From<Carried> for OpenAIError {
    fn from(Carried(error): Carried) -> Self {
        error
    }
}

impl Service<HttpRequestFactory> for Wire {
    type Response = reqwest::Response;
    type Error = Carried;
    type Future = Pin<Box<dyn Future<Output = Result<reqwest::Response, Carried>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Carried>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let Self { http, key } = self.clone();
        Box::pin(async move {
            let request = request.build().await.map_err(Carried)?;
            let transport = |error: reqwest::Error| carried(Failure::of_transport(&error));
            let reply = http.execute(request).await.map_err(transport)?;
            if reply.status().is_success() {
                return Ok(reply);
            }
            let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
            let body = reply.bytes().await.map_err(transport)?;
            Err(carried(Failure::of_reply(
                status,
                &headers,
                &body,
                key.as_ref(),
            )))
        })
    }
}

fn carried(failure: Failure) -> Carried {
    Carried(OpenAIError::Boxed(Box::new(failure)))
}
