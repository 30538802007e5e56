//! One HTTP exchange with an org, and what is noted of every reply: calls, API usage, time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Request};

use super::error::{Error, clean};
use super::instance_url::InstanceUrl;
use super::notices::{Notices, WORTH_TELLING, waiting};
use super::reply::{Answer, Failure, http_date};
use super::retry::{Repeat, Retry, decide, jitter};
use super::{ApiUsage, Options};
use crate::clock::Clock;

/// The HTTP client of one org, with its meters.
#[derive(Debug)]
pub(super) struct Wire {
    http: Client,
    clock: Clock,
    jitter_seed: u64,
    notices: Notices,
    /// Held by a call that has told of its wait. Others that wait meanwhile say nothing new.
    speaking: tokio::sync::Mutex<()>,
    calls: AtomicU64,
    noted: Mutex<Noted>,
}

/// What the last reply said about the org itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Noted {
    pub(super) usage: Option<ApiUsage>,
    pub(super) time: Option<Timestamp>,
}

/// Salesforce ends every call after ten minutes, so nothing comes later.
const TOTAL: Duration = Duration::from_secs(600);
const CONNECT: Duration = Duration::from_secs(10);
/// A connection that has rested longer may be closed at the other end just as we write to it, and
/// a create sent on it would have to be settled.
const IDLE: Duration = Duration::from_secs(20);
/// No reply that we ask for comes near this; a server without end must not fill the memory.
const LARGEST_BODY: usize = 256 << 20;

/// Shows in the org's logs who called.
const CALL_OPTIONS: HeaderName = HeaderName::from_static("sforce-call-options");
/// Asks for pages as large as the API gives; only queries heed it.
const QUERY_OPTIONS: HeaderName = HeaderName::from_static("sforce-query-options");
/// Only saves heed it.
const DUPLICATE_RULES: HeaderName = HeaderName::from_static("sforce-duplicate-rule-header");
const LIMIT_INFO: HeaderName = HeaderName::from_static("sforce-limit-info");

impl Wire {
    pub(super) fn new(instance: &InstanceUrl, options: &Options) -> Result<Self, Error> {
        install_tls_provider();
        let mut headers = HeaderMap::new();
        headers.insert(CALL_OPTIONS, HeaderValue::from_static("client=demo-gen"));
        headers.insert(QUERY_OPTIONS, HeaderValue::from_static("batchSize=2000"));
        if options.allow_duplicates {
            headers.insert(DUPLICATE_RULES, HeaderValue::from_static("allowSave=true"));
        }
        let mut http = Client::builder()
            .user_agent(&options.user_agent)
            .default_headers(headers)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none());
        if instance.is_loopback() {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|error| {
                Error::Network(format!("cannot set up HTTP: {}", causes(&error)))
            })?,
            clock: options.clock,
            jitter_seed: options.jitter_seed,
            notices: options.notices.clone(),
            speaking: tokio::sync::Mutex::default(),
            calls: AtomicU64::new(0),
            noted: Mutex::default(),
        })
    }

    /// To build requests with.
    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// Tells whoever wants to know why nothing seems to happen.
    pub(super) fn tell(&self, text: &str) {
        self.notices.tell(text);
    }

    /// How many requests were sent, each attempt counted.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// This machine's time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn noted(&self) -> Noted {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an exchange until it succeeds or there is no use in trying.
    pub(super) async fn persist<T, F>(
        &self,
        repeat: Repeat,
        exchange: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        loop {
            let failure = match exchange().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            let jitter = jitter(self.jitter_seed, self.calls(), attempt);
            match decide(&failure, attempt, repeat, jitter) {
                Retry::No => return Err(failure.into_error(repeat)),
                Retry::After { wait, sendings } => {
                    let turn = match wait >= WORTH_TELLING {
                        true => self.speaking.try_lock().ok(),
                        false => None,
                    };
                    if turn.is_some() {
                        let text = waiting(&failure, wait, attempt + 1, sendings);
                        self.notices.tell(&text);
                    }
                    tokio::time::sleep(wait).await;
                }
            }
            attempt += 1;
        }
    }

    /// Sends one request and reads the whole answer, whatever its status.
    pub(super) async fn exchange(&self, request: Request) -> Result<Answer, Failure> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let sent = self.http.execute(request).await;
        let mut response = sent.map_err(|error| self.failure(&error))?;
        let at = self.note(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failure(&error))?
        {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(Failure::Foreign {
                    status: response.status().as_u16(),
                    excerpt: format!("a body of more than {} MB", LARGEST_BODY >> 20),
                    retry_after: None,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
            at,
        })
    }

    /// Notes what a reply's headers say, and gives its time.
    fn note(&self, headers: &HeaderMap) -> Timestamp {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let time = text(&DATE).and_then(http_date);
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.time = time.or(noted.time);
        noted.usage = text(&LIMIT_INFO).and_then(ApiUsage::parse).or(noted.usage);
        time.unwrap_or_else(|| self.clock.now())
    }

    fn failure(&self, error: &reqwest::Error) -> Failure {
        let cause = causes(error);
        if error.is_connect() {
            let met = self.noted().time.is_some();
            Failure::Unreachable { cause, met }
        } else if error.is_timeout() {
            Failure::TimedOut
        } else {
            Failure::Cut(cause)
        }
    }
}

/// The cryptography for TLS, once in a process; another room may have installed it already.
fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

/// What is at the bottom of a failed exchange; the layers above it only say that one failed.
fn causes(error: &reqwest::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    match error.url().and_then(|url| url.host_str()) {
        Some(host) => clean(&format!("{host}: {deepest}"), 300),
        None => clean(&deepest.to_string(), 300),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::sync::Arc;

    use reqwest::Method;

    use super::*;

    /// The wire to an address, and what it told.
    fn wire(instance: &InstanceUrl) -> (Wire, Arc<Mutex<Vec<String>>>) {
        let told = Arc::<Mutex<Vec<_>>>::default();
        let listener = told.clone();
        let options = Options {
            api_version: "67.0".to_owned(),
            user_agent: "demo-gen/test".to_owned(),
            clock: Clock::Fixed(Timestamp::UNIX_EPOCH),
            jitter_seed: 7,
            allow_duplicates: false,
            notices: Notices::new(move |text| listener.lock().unwrap().push(text.to_owned())),
        };
        (Wire::new(instance, &options).unwrap(), told)
    }

    /// One exchange with an address, as far as it goes.
    async fn exchange(address: &str) -> Result<Answer, Failure> {
        let instance = InstanceUrl::parse(&format!("http://{address}")).unwrap();
        let (wire, _) = wire(&instance);
        wire.exchange(Request::new(Method::POST, instance.at("/")))
            .await
    }

    /// An exchange that fails at first, with waits of so many seconds.
    async fn failing(wire: &Wire, waits: &[u64]) -> Result<(), Error> {
        let waits = Mutex::new(waits.iter());
        wire.persist(Repeat::Safe, || async {
            match waits.lock().unwrap().next() {
                None => Ok(()),
                Some(seconds) => Err(Failure::Foreign {
                    status: 503,
                    excerpt: String::new(),
                    retry_after: Some(Duration::from_secs(*seconds)),
                }),
            }
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn long_waits_are_told_once_for_all_that_wait() {
        let (wire, told) = wire(&InstanceUrl::parse("http://127.0.0.1").unwrap());
        failing(&wire, &[0, 1, 12]).await.unwrap();
        let expect = "the org answered 503; trying again in 12 s (4 of 8)";
        assert_eq!(*told.lock().unwrap(), [expect]);
        let (first, second) = tokio::join!(failing(&wire, &[12]), failing(&wire, &[10]));
        first.and(second).unwrap();
        assert_eq!(told.lock().unwrap().len(), 2);
        failing(&wire, &[5]).await.unwrap();
        assert_eq!(told.lock().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_was_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let failure = exchange(&address).await.unwrap_err();
        assert!(
            matches!(failure, Failure::Unreachable { met: false, .. }),
            "{failure:?}"
        );
        assert!(failure.is_without_effect());
    }

    #[tokio::test]
    async fn who_hangs_up_without_a_word_may_have_done_the_work() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read(&mut [0; 4096]).unwrap()
        });
        let failure = exchange(&address).await.unwrap_err();
        assert!(server.join().unwrap() > 0);
        assert!(matches!(failure, Failure::Cut(_)), "{failure:?}");
        assert!(!failure.is_without_effect());
    }
}
