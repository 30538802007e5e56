//! Whole exchanges with a stand-in for a model: a loopback server with one handler.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use super::cache::{Cache, Known};
use super::{Job, Model, Purpose, write};
use crate::manifest::{self, Llm};
use crate::model::event::{Event, Texts};
use crate::model::prompt::tests::{ASKING, draft, notes};
use crate::model::prompt::{Draft, Kind};

/// One request, as the double saw it.
#[derive(Debug, Clone)]
struct Seen {
    target: String,
    headers: HeaderMap,
    body: Json,
}

/// What the double answers.
enum Answer {
    /// A success that says this.
    Says(&'static str),
    Json(u16, Json),
    With(u16, (&'static str, &'static str)),
    Raw(&'static str),
    /// The beginning of a reply, and then nothing.
    Cut,
    Never,
}

struct Double {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

fn said(text: &str) -> Json {
    json!({
        "id": "1", "object": "chat.completion", "service_tier": "on_demand",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 30, "total_tokens": 120},
    })
}

const GOOD: &str = "Met {{person_1}} about the rollout. They want a pilot before the summer.";

impl Double {
    /// The handler is given the number of the request, from 0.
    async fn start(handler: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (requests, handler) = (seen.clone(), Arc::new(handler));
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let number = {
                let mut seen = requests.lock().unwrap();
                seen.push(Seen {
                    target: uri.to_string(),
                    headers,
                    body: serde_json::from_slice(&body).unwrap(),
                });
                seen.len() - 1
            };
            let answer = handler(number);
            async move {
                if let Answer::Never = answer {
                    std::future::pending::<()>().await;
                }
                respond(answer)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn llm(&self, more: &str) -> Llm {
        llm(&format!(
            "{{enabled: true, base_url: '{}'{more}}}",
            self.url
        ))
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let reply = Response::builder();
    let reply = match answer {
        Answer::Says(text) => reply.body(said(text).to_string().into()),
        Answer::Json(status, body) => reply.status(status).body(body.to_string().into()),
        Answer::With(status, (name, value)) => {
            reply.status(status).header(name, value).body("{}".into())
        }
        Answer::Raw(body) => reply.body(body.into()),
        Answer::Cut => reply
            .header("content-length", 1000)
            .body("{\"choices\": [".into()),
        Answer::Never => unreachable!("it waits"),
    };
    reply.unwrap()
}

fn llm(yaml: &str) -> Llm {
    let text = format!("run: {{name: x}}\nsalesforce: {{instance_url: embedded}}\nllm: {yaml}");
    manifest::parse(&text, "demo.yaml").unwrap().llm
}

/// What came of writing: counts, what was said, and what the cache knows.
struct Came {
    texts: Texts,
    events: Vec<String>,
    known: Vec<Known>,
}

/// So many prompts that differ.
fn drafts(count: usize) -> Vec<Draft> {
    let one = |number: usize| {
        let mut prompt = notes();
        prompt.facts.push(("number".into(), number.to_string()));
        draft(prompt)
    };
    (0..count).map(one).collect()
}

struct Run {
    folder: tempfile::TempDir,
    llm: Llm,
    model: Model,
    purpose: Purpose,
}

impl Run {
    fn new(llm: Llm) -> Self {
        let environment = [("OPENAI_API_KEY", "sk-secret")].into_iter().collect();
        Self {
            folder: tempfile::tempdir().unwrap(),
            model: Model::new(&llm, &environment),
            purpose: Purpose::Apply,
            llm,
        }
    }

    async fn write(&self, drafts: &[Draft]) -> Came {
        let cache = Cache::open(self.folder.path()).unwrap();
        let mut events = Vec::new();
        let mut hear = |event: Event| match event {
            Event::TextGenerated { tokens, .. } => events.push(format!("generated {tokens}")),
            Event::TextFallback { reason, .. } => events.push(format!("fallback {reason}")),
            Event::Notice(text) => events.push(text),
            _ => {}
        };
        let (_, interrupted) = watch::channel(false);
        let job = Job {
            cache: &cache,
            model: &self.model,
            llm: &self.llm,
            purpose: self.purpose,
            at: 7,
            total: drafts.len() as u64,
            interrupted,
            events: &mut hear,
        };
        let address = "006000000000001AAA/meeting/past/01".parse().unwrap();
        let address: crate::model::address::Address = address;
        let drafts_of = drafts.iter().map(|draft| (address.clone(), draft.clone()));
        let texts = write(job, drafts_of).await.unwrap();
        let known = drafts.iter().map(|draft| cache.known(draft.hash).unwrap());
        Came {
            texts,
            known: known.collect(),
            events,
        }
    }
}

fn written(text: &str) -> Known {
    Known::Written(vec![text.to_owned()])
}

#[tokio::test]
async fn what_is_asked_is_asked_once() {
    let double = Double::start(|_| Answer::Says(GOOD)).await;
    let run = Run::new(double.llm(""));
    let twice = [drafts(1), drafts(1)].concat();
    let came = run.write(&twice).await;
    assert_eq!(came.known, [written(GOOD), written(GOOD)]);
    assert_eq!(came.events, ["generated 120"]);
    let again = run.write(&twice).await;
    assert_eq!(again.texts, Texts::default());
    let seen = double.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].target, "/v1/chat/completions");
    assert_eq!(seen[0].headers["authorization"], "Bearer sk-secret");
    assert_eq!(seen[0].body["model"], ASKING.model);
    assert_eq!(seen[0].body["temperature"], 0.4);
    assert_eq!(seen[0].body["max_tokens"], 500);
    assert_eq!(seen[0].body["stream"], false);
}

#[tokio::test]
async fn models_that_reason_take_other_parameters() {
    let double = Double::start(|_| Answer::Says(GOOD)).await;
    let run = Run::new(double.llm(", model: o4-mini"));
    run.write(&drafts(1)).await;
    let body = &double.seen()[0].body;
    assert_eq!(body["max_completion_tokens"], 500);
    assert!(body.get("max_tokens").is_none() && body.get("temperature").is_none());
}

/// The first reply fails in some way that passes, the second is good.
async fn check_retry(first: impl Fn() -> Answer + Send + Sync + 'static) {
    let double = Double::start(move |number| match number {
        0 => first(),
        _ => Answer::Says(GOOD),
    })
    .await;
    let run = Run::new(double.llm(""));
    let came = run.write(&drafts(1)).await;
    assert_eq!(came.known, [written(GOOD)]);
    assert_eq!(double.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    check_retry(|| Answer::With(429, ("retry-after", "3"))).await;
    check_retry(|| Answer::With(500, ("x", "y"))).await;
    check_retry(|| Answer::Raw("{\"choices\": [")).await;
    check_retry(|| Answer::Cut).await;
    check_retry(|| Answer::Never).await;
}

/// The text fails for this reason, and only `--generate` asks again.
async fn check_fallback(answer: fn() -> Answer, expect: &str) {
    let double = Double::start(move |_| answer()).await;
    let mut run = Run::new(double.llm(""));
    let came = run.write(&drafts(1)).await;
    assert_eq!(came.known, [Known::Failed(expect.to_owned())]);
    assert_eq!(came.events[0], format!("fallback {expect}"));
    assert_eq!(came.texts.fallback, 1);
    let asked = double.seen().len();
    run.write(&drafts(1)).await;
    assert_eq!(double.seen().len(), asked, "nobody asked for another try");
    run.purpose = Purpose::Review;
    run.write(&drafts(1)).await;
    assert!(double.seen().len() > asked, "--generate asks again");
}

#[tokio::test(start_paused = true)]
async fn nonsense_falls_back() {
    check_fallback(|| Answer::Says(""), "empty").await;
    check_fallback(|| Answer::Says("I can't help with that."), "refused").await;
    check_fallback(|| Answer::Says("We met."), "{{person_1}} is missing").await;
    check_fallback(|| Answer::Json(200, json!({"choices": []})), "empty").await;
    check_fallback(
        || Answer::Json(200, json!({"choices": [{"message": {"refusal": "No."}}]})),
        "refused",
    )
    .await;
    check_fallback(
        || {
            let message = json!({"content": "Met {{person_1}} and"});
            Answer::Json(
                200,
                json!({"choices": [{"message": message, "finish_reason": "length"}]}),
            )
        },
        "cut off at max_tokens",
    )
    .await;
    check_fallback(
        || {
            let error = json!({"code": "content_filter", "message": "policy"});
            Answer::Json(400, json!({"error": error}))
        },
        "the model answered 400: policy",
    )
    .await;
    check_fallback(
        || Answer::Raw("{\"choices\": ["),
        "the answer of the model was cut off or is no JSON",
    )
    .await;
}

#[tokio::test]
async fn a_thread_is_one_request() {
    let double = Double::start(|_| {
        Answer::Says(r#"["Hi {{person_1}}, are we on for the demo?", "Yes, see you there."]"#)
    })
    .await;
    let run = Run::new(double.llm(""));
    let mut prompt = notes();
    (prompt.kind, prompt.parts) = (Kind::EmailThread, 2);
    let messages = [0, 1].map(|part| Draft {
        part,
        ..draft(prompt.clone())
    });
    run.write(&messages).await;
    assert_eq!(double.seen().len(), 1);
    assert_eq!(double.seen()[0].body["max_tokens"], 1000);
    let cache = Cache::peek(run.folder.path()).unwrap();
    let texts = messages.map(|message| cache.json(&message).unwrap());
    assert_eq!(
        texts,
        [
            "Hi Ada Byron, are we on for the demo?",
            "Yes, see you there."
        ]
    );
}

#[tokio::test]
async fn a_wrong_key_is_shown_once() {
    let double = Double::start(|_| {
        Answer::Json(
            401,
            json!({"error": {"message": "Incorrect API key: sk-secret"}}),
        )
    })
    .await;
    let run = Run::new(double.llm(", concurrency: 1"));
    let came = run.write(&drafts(5)).await;
    assert_eq!(double.seen().len(), 1);
    assert_eq!(came.texts.fallback, 5);
    let why = "the model answered 401: Incorrect API key: (the key)";
    let said: Vec<_> = came
        .events
        .iter()
        .filter(|text| !text.starts_with("fallback"))
        .collect();
    assert_eq!(
        said,
        [&format!(
            "4 texts are offline ones: {why}; `--generate` asks again"
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_again_and_again_is_given_up() {
    let double = Double::start(|_| Answer::With(503, ("x", "y"))).await;
    let run = Run::new(double.llm(", concurrency: 1"));
    let came = run.write(&drafts(20)).await;
    assert_eq!(double.seen().len(), 3 * 5);
    assert_eq!(came.texts.fallback, 20);
}

#[tokio::test]
async fn the_budget_is_kept() {
    let double = Double::start(|_| Answer::Says(GOOD)).await;
    let run = Run::new(double.llm(", max_tokens_total: 1300").clone());
    let came = run.write(&drafts(10)).await;
    let Texts {
        generated,
        fallback,
        tokens,
    } = came.texts;
    assert!(generated > 0 && tokens <= 1300, "{tokens} tokens");
    assert_eq!(generated + fallback, 10);
    assert_eq!(double.seen().len() as u64, generated);
    let last = came.events.last().unwrap();
    assert!(
        last.contains("`llm.max_tokens_total` allows 1300 tokens"),
        "{last}"
    );
}

#[tokio::test]
async fn for_a_review_what_was_not_asked_is_left_open() {
    let mut run = Run::new(llm("{enabled: true}"));
    run.model = Model::Missing("OPENAI_API_KEY is not set".to_owned());
    run.purpose = Purpose::Review;
    assert_eq!(
        run.write(&drafts(2)).await.known,
        [Known::Nothing, Known::Nothing]
    );
    run.purpose = Purpose::Apply;
    let why = Known::Failed("OPENAI_API_KEY is not set".to_owned());
    assert_eq!(run.write(&drafts(2)).await.known, [why.clone(), why]);
}
