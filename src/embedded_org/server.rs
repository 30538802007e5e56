//! The HTTP server: sockets, headers and bodies on one side, calls and replies on the other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, StatusCode};
use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::api::{self, Call, Reply};
use super::api_error::ApiError;
use super::bulk;
use super::certificate::Certificate as AppCertificate;
use super::error::Error;
use super::faults::Faults;
use super::org::{self, Org};
use super::store::{Lock, Store};
use super::time::http_date;
use super::tls::{Certificate, TlsListener};
use super::wire::{Cuttable, Wire};
use super::{Credentials, Options};

/// The greatest body of a request: a bulk upload is the largest there is.
const MOST_BYTES: usize = 150 * 1024 * 1024;

/// A running server. It stops when dropped, but only `stop` waits for requests under way.
pub(crate) struct Server {
    url: String,
    certificate: Option<Certificate>,
    credentials: Credentials,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
    org: Arc<Mutex<Org>>,
    _lock: Lock,
}

impl Server {
    /// The instance URL, such as `http://127.0.0.1:41234`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file that clients must trust, where the server speaks TLS.
    pub(crate) fn certificate(&self) -> Option<&Path> {
        self.certificate.as_ref().map(|it| it.path.as_path())
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Tells the worker of bulk jobs what to do with them from now on.
    #[cfg_attr(not(test), expect(dead_code, reason = "for rehearsals of bad days"))]
    pub(super) fn tell(&self, told: bulk::Told) {
        let mut org = self.org.lock().unwrap_or_else(PoisonError::into_inner);
        org.jobs.tell(told);
    }

    /// Finishes the requests under way, and leaves the file by itself whole.
    pub(crate) async fn stop(self) {
        let _ = self.shutdown.send(());
        let _ = self.task.await;
        // A chunk under way has the org until it is done.
        self.worker.abort();
        let org = self.org.lock().unwrap_or_else(PoisonError::into_inner);
        // The log beside the file is as durable as the file: a failure here loses nothing.
        let _ = org.store.checkpoint();
    }
}

/// Listens, opens or makes the org, and answers from a task of its own.
pub(super) async fn serve(options: Options) -> Result<Server, Error> {
    let address = options.listen;
    let listen = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let bound: SocketAddr = listener.local_addr().map_err(listen)?;
    let scheme = if options.tls { "https" } else { "http" };
    let url = format!("{scheme}://{bound}");
    let opened = tokio::task::spawn_blocking(move || open(options)).await;
    let Opened {
        org,
        lock,
        certificate,
    } = opened.expect("opening the org does not panic")?;
    let credentials = org.credentials.clone();
    let org = Arc::new(Mutex::new(org));
    let worker = bulk::start(&org);
    let (shutdown, stopped) = oneshot::channel::<()>();
    let router = Router::new().fallback(answer).with_state(Shared {
        org: Arc::clone(&org),
        url: Arc::from(url.as_str()),
    });
    let task = match &certificate {
        Some(certificate) => run(TlsListener::new(listener, certificate), router, stopped),
        None => run(listener, router, stopped),
    };
    Ok(Server {
        url,
        certificate,
        credentials,
        shutdown,
        task,
        worker,
        org,
        _lock: lock,
    })
}

/// Serves from a task of its own until it is told to stop.
fn run<L>(
    listener: L,
    router: Router,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<std::io::Result<()>>
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Wire>();
        axum::serve(Cuttable(listener), service)
            .with_graceful_shutdown(async move {
                let _ = stopped.await;
            })
            .await
    })
}

/// What lies in the org's folder.
struct Opened {
    org: Org,
    lock: Lock,
    certificate: Option<Certificate>,
}

fn open(options: Options) -> Result<Opened, Error> {
    let lock = Lock::take(&options.data)?;
    if options.data.exists() {
        let store = Store::open(&options.data)?;
        let is_bare = store.setting("bare")?.as_deref() == Some("true");
        if options.bare && !is_bare {
            return Err(Error::NotBare { path: options.data });
        }
        let has = store.features();
        if options.features.is_some_and(|wanted| wanted != has) {
            return Err(Error::OtherFeatures {
                path: options.data,
                has,
            });
        }
    } else {
        let kind = (options.bare, options.features.unwrap_or_default());
        org::create(&options.data, &lock, kind, options.clock)?;
    }
    let host = options.listen.ip();
    let certificate = options
        .tls
        .then(|| Certificate::beside(&options.data, host))
        .transpose()?;
    let mut org = Org::open(&options.data, options.token, options.clock)?;
    if let Some(script) = &options.faults {
        org.faults = Faults::read(script)?;
    }
    org.credentials.certificate = options
        .jwt_certificate
        .map(|path| AppCertificate::read(&path))
        .transpose()?;
    Ok(Opened {
        org,
        lock,
        certificate,
    })
}

#[derive(Clone)]
struct Shared {
    org: Arc<Mutex<Org>>,
    url: Arc<str>,
}

/// Answers one request; the work is done off the threads that serve sockets.
async fn answer(
    State(shared): State<Shared>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        let error = ApiError::new(
            413,
            "REQUEST_TOO_LARGE",
            "the request body is too large or was cut off",
        );
        return response(Reply::error(&error), None);
    };
    let method = parts.method.as_str().to_owned();
    let handled = tokio::task::spawn_blocking(move || {
        let mut org = shared.org.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match Call::read(&method, &target, headers, body.into()) {
            Ok(call) => api::handle(&mut org, &shared.url, &call),
            Err(error) => Reply::error(&error),
        };
        let date = http_date(org.clock.now());
        (reply, date)
    })
    .await;
    if let Ok((reply, date)) = handled {
        if !reply.delivery.delay.is_zero() {
            tokio::time::sleep(reply.delivery.delay).await;
        }
        if reply.delivery.is_cut {
            wire.cut();
        }
        response(reply, Some(date))
    } else {
        let error = ApiError::new(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.");
        response(Reply::error(&error), None)
    }
}

fn response(reply: Reply, date: Option<String>) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = Response::builder().status(status);
    let has_type = reply
        .headers
        .iter()
        .any(|(name, _)| *name == "Content-Type");
    if reply.body.is_some() && !has_type {
        builder = builder.header("Content-Type", "application/json;charset=UTF-8");
    }
    if let Some(date) = date {
        builder = builder.header("Date", date);
    }
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder
        .body(Body::from(reply.body.unwrap_or_default()))
        .expect("headers are made of plain ASCII")
}
