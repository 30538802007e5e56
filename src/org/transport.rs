//! Calls of the REST API: signed in, retried, their replies read.

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use serde::Serialize;

use super::Options;
use super::error::Error;
use super::gate::Gate;
use super::instance_url::InstanceUrl;
use super::reply::{self, Failure, Reply};
use super::retry::{self, Repeat};
use super::session::{Pass, Session};
use super::sign_in::SignIn;
use super::token;
use super::wire::Wire;

/// Where calls go, and as whom.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) wire: Wire,
    pub(super) session: Session,
    pub(super) instance: InstanceUrl,
    pub(super) gate: Gate,
    /// `67.0`
    pub(super) version: String,
}

/// One call. Its target is the path and query, from `/services/data/` on.
#[derive(Debug)]
pub(super) struct Call {
    method: Method,
    target: String,
    body: Option<Bytes>,
    /// What kind of content it has, or is to bring.
    media: HeaderValue,
    repeat: Repeat,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const CSV: HeaderValue = HeaderValue::from_static("text/csv");

impl Call {
    pub(super) fn get(target: String) -> Self {
        Self::new(Method::GET, target, None, Repeat::Safe)
    }

    pub(super) fn delete(target: String) -> Self {
        Self::new(Method::DELETE, target, None, Repeat::Safe)
    }

    pub(super) fn patch(target: String, body: &impl Serialize) -> Self {
        Self::new(Method::PATCH, target, Some(json(body)), Repeat::Safe)
    }

    /// A POST that only reads.
    pub(super) fn post_to_read(target: String, body: &impl Serialize) -> Self {
        Self::new(Method::POST, target, Some(json(body)), Repeat::Safe)
    }

    /// A POST that creates.
    pub(super) fn post_to_create(target: String, body: &impl Serialize) -> Self {
        Self::new(Method::POST, target, Some(json(body)), Repeat::OnlyIfUnsent)
    }

    /// An upload, which is taken once.
    pub(super) fn put_csv(target: String, body: Vec<u8>) -> Self {
        let call = Self::new(Method::PUT, target, Some(body), Repeat::OnlyIfUnsent);
        Self { media: CSV, ..call }
    }

    pub(super) fn get_csv(target: String) -> Self {
        let call = Self::get(target);
        Self { media: CSV, ..call }
    }

    /// A POST of something else than JSON that may be done twice.
    pub(super) fn post_form(target: String, content_type: &str, body: Vec<u8>) -> Self {
        let media = HeaderValue::from_str(content_type);
        Self {
            media: media.expect("a type of content is a constant"),
            ..Self::new(Method::POST, target, Some(body), Repeat::Safe)
        }
    }

    fn new(method: Method, target: String, body: Option<Vec<u8>>, repeat: Repeat) -> Self {
        Self {
            method,
            target,
            body: body.map(Bytes::from),
            media: JSON,
            repeat,
        }
    }
}

impl Transport {
    /// Signs in, and finds out where the org answers.
    pub(super) async fn open(sign_in: SignIn, options: &Options) -> Result<Self, Error> {
        let version = &options.api_version;
        if !version.bytes().all(|b| b.is_ascii_digit() || b == b'.') || version.is_empty() {
            return Err(Error::ApiVersion(version.clone()));
        }
        let wire = Wire::new(&sign_in.instance, options)?;
        let token = token::request(&wire, &sign_in).await?;
        Ok(Self {
            wire,
            instance: token.instance.clone(),
            session: Session::new(sign_in, token),
            gate: Gate::new(),
            version: version.clone(),
        })
    }

    /// The target of a resource below the version, such as `/composite`.
    pub(super) fn target(&self, resource: &str) -> String {
        format!("/services/data/v{}{resource}", self.version)
    }

    /// Makes a call, again where that is right, and gives its complete reply.
    pub(super) async fn send(&self, call: &Call) -> Result<Reply, Error> {
        self.wire.persist(call.repeat, || self.attempt(call)).await
    }

    /// One attempt; where the session turns out to have expired, a second with a new one.
    async fn attempt(&self, call: &Call) -> Result<Reply, Failure> {
        let pass = self.session.pass().await;
        let failure = match self.exchange(call, &pass).await {
            Err(failure) if failure.is_session_expired() => failure,
            done => return done,
        };
        let renewed = self.session.renew(&pass, &self.wire).await;
        match renewed.map_err(Failure::SignIn)? {
            Some(pass) => self.exchange(call, &pass).await,
            None => Err(failure),
        }
    }

    async fn exchange(&self, call: &Call, pass: &Pass) -> Result<Reply, Failure> {
        let mut request = Request::new(call.method.clone(), self.instance.at(&call.target));
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, pass.bearer.clone());
        if call.body.is_none() {
            headers.insert(ACCEPT, call.media.clone());
        }
        if let Some(body) = &call.body {
            headers.insert(CONTENT_TYPE, call.media.clone());
            *request.body_mut() = Some(body.clone().into());
        }
        let passage = self.gate.enter().await;
        let outcome = self.wire.exchange(request).await.and_then(reply::read);
        passage.leave(retry::verdict(&outcome));
        outcome
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("the bodies we send have text keys and finite numbers")
}
