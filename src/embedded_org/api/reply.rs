//! A reply: status, headers, and the JSON of the body as it is sent.

use std::time::Duration;

use serde_json::Value;

use super::encoding::pretty;
use crate::embedded_org::api_error::ApiError;

/// What a handler answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) delivery: Delivery,
}

/// How a reply goes over the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) delay: Duration,
    /// The connection ends before a byte of it.
    pub(crate) is_cut: bool,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, body.to_string().into_bytes())
    }

    /// A body that is JSON already.
    pub(crate) fn text(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Some(body),
            delivery: Delivery::default(),
        }
    }

    /// A body that is not JSON.
    pub(crate) fn of(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self::text(status, body).with_header("Content-Type", content_type.to_owned())
    }

    /// A request that made something, and has nothing to say of it.
    pub(crate) fn created() -> Self {
        Self {
            status: 201,
            ..Self::no_content()
        }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn no_content() -> Self {
        Self {
            status: 204,
            headers: Vec::new(),
            body: None,
            delivery: Delivery::default(),
        }
    }

    pub(crate) fn error(error: &ApiError) -> Self {
        Self::json(error.status, &error.body())
    }

    /// Laid out for reading, if the body is JSON.
    pub(super) fn pretty(mut self) -> Self {
        let is_json = !self.headers.iter().any(|(name, _)| *name == "Content-Type");
        self.body = match self.body {
            Some(body) if is_json => Some(pretty(&body)),
            body => body,
        };
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
