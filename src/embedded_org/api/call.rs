//! A request, taken apart.

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Map, Value};

use super::encoding::decoded;
use crate::embedded_org::api_error::ApiError;

/// The longest URI, in bytes.
const LONGEST_URI: usize = 16_384;

/// A request to the API, or a part of a composite one.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(super) method: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    /// Shared between the copies of a call: an upload is large.
    body: Bytes,
    /// What the segments in braces of the matched path are.
    arguments: BTreeMap<&'static str, String>,
}

impl Call {
    /// Takes a request apart; header names are lower case.
    pub(crate) fn read(
        method: &str,
        target: &str,
        headers: BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> Result<Self, ApiError> {
        if target.len() > LONGEST_URI {
            return Err(ApiError::new(414, "URI_TOO_LONG", "URI Too Long"));
        }
        let encoding = headers.get("content-encoding").map(String::as_str);
        let body = Bytes::from(decoded(encoding, body)?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = pairs(query);
        let override_of =
            |(name, value): &(String, String)| (name == "_HttpMethod").then(|| value.clone());
        let method = match method {
            "POST" => query.iter().find_map(override_of),
            _ => None,
        }
        .unwrap_or_else(|| method.to_owned());
        Ok(Self {
            method,
            // Clients send doubled and trailing slashes.
            segments: path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(|segment| decode(segment, false))
                .collect(),
            query,
            headers,
            body,
            arguments: BTreeMap::new(),
        })
    }

    /// The call with its arguments, if its path is of this form.
    pub(super) fn matched(&self, form: &'static str) -> Option<Self> {
        let mut arguments = BTreeMap::new();
        let mut segments = self.segments.iter();
        for part in form.split('/') {
            let segment = segments.next()?;
            match part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'))
            {
                Some(name) => {
                    arguments.insert(name, segment.clone());
                }
                None if part.eq_ignore_ascii_case(segment) => {}
                None => return None,
            }
        }
        let whole = segments.next().is_none();
        whole.then(|| Self {
            arguments,
            ..self.clone()
        })
    }

    /// The path, without slashes around it.
    pub(crate) fn path(&self) -> String {
        self.segments.join("/")
    }

    /// The verb to handle it by: HEAD is GET without the body.
    pub(crate) fn verb(&self) -> &str {
        match self.method.as_str() {
            "HEAD" => "GET",
            method => method,
        }
    }

    pub(super) fn only_reads(&self) -> bool {
        self.verb() == "GET"
    }

    /// An argument of the path.
    pub(super) fn argument(&self, name: &str) -> &str {
        self.arguments.get(name).map_or("", String::as_str)
    }

    /// `/services/data/v67.0`, as the request spelled the version.
    pub(super) fn version_path(&self) -> String {
        format!("/services/data/{}", self.argument("version").to_lowercase())
    }

    /// Where the resources of the API that is called are: the Tooling API has its own below the version.
    pub(super) fn api_path(&self) -> String {
        let api = self.segments.get(3).filter(|_| self.segments.len() > 4);
        match api.is_some_and(|api| api.eq_ignore_ascii_case("tooling")) {
            true => format!("{}/tooling", self.version_path()),
            false => self.version_path(),
        }
    }

    /// The number of the version.
    pub(super) fn version(&self) -> u32 {
        let text = self.argument("version");
        let number = text.get(1..).and_then(|text| text.split('.').next());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// A parameter of the query string.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every parameter of that name.
    pub(super) fn parameters(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.query.iter().filter(move |(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a parameter says yes.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.parameter(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The session token of the `Authorization` header, whose older form says `OAuth`.
    pub(crate) fn token(&self) -> &str {
        let header = self.header("authorization").unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or_default();
        let is_known =
            scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("OAuth");
        if is_known { token.trim() } else { "" }
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The fields of a posted form.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }

    /// The body as a JSON object.
    pub(super) fn json_object(&self) -> Result<Map<String, Value>, ApiError> {
        let value: Value = serde_json::from_slice(&self.body).map_err(|error| {
            ApiError::json_parser(format!(
                "{} at [line:{}, column:{}]",
                describe(&error),
                error.line(),
                error.column()
            ))
        })?;
        match value {
            Value::Object(body) => Ok(body),
            _ => Err(ApiError::json_parser(
                "The HTTP entity body is required to be a JSON object at [line:1, column:1]",
            )),
        }
    }

    /// The part of a composite request: another call with the same session.
    pub(super) fn part(&self, method: &str, target: &str, body: Vec<u8>) -> Result<Self, ApiError> {
        let mut headers = self.headers.clone();
        headers.remove("content-encoding");
        Self::read(method, target, headers, body)
    }
}

fn describe(error: &serde_json::Error) -> &'static str {
    if error.is_eof() {
        "Unexpected end-of-input"
    } else {
        "Unexpected character"
    }
}

/// Names and values of a query string or a form.
fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Resolves `%20` and, in queries and forms, `+`.
fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = rest.as_slice_hex();
        match byte {
            b'%' if hex.is_some() => {
                bytes.extend(hex);
                rest.nth(1);
            }
            b'+' if plus_is_space => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

trait Hex {
    /// The byte that the next two digits name.
    fn as_slice_hex(&self) -> Option<u8>;
}

impl Hex for std::str::Bytes<'_> {
    fn as_slice_hex(&self) -> Option<u8> {
        let mut ahead = self.clone();
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        Some((digit(ahead.next())? * 16 + digit(ahead.next())?) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, target: &str) -> Call {
        Call::read(method, target, BTreeMap::new(), Vec::new()).unwrap()
    }

    #[test]
    fn paths_are_taken_liberally() {
        let form = "services/data/{version}/sobjects/{object}";
        for target in [
            "/services/data/v67.0/sobjects/a%20b",
            "//services/data//v67.0/SObjects/a%20b/",
        ] {
            let call = call("GET", target).matched(form).unwrap();
            assert_eq!(call.argument("object"), "a b");
            assert_eq!(call.version(), 67);
        }
        assert!(
            call("GET", "/services/data/v67.0/sobjects")
                .matched(form)
                .is_none()
        );
        assert!(
            call("GET", "/services/data/v67.0/sobjects/a/b")
                .matched(form)
                .is_none()
        );
    }

    #[test]
    fn queries_are_decoded() {
        let call = call("GET", "/q?q=SELECT+Id%2BName+%C3%BC&x&y=%zz");
        assert_eq!(call.parameter("q"), Some("SELECT Id+Name ü"));
        assert_eq!(call.parameter("x"), Some(""));
        assert_eq!(call.parameter("y"), Some("%zz"));
    }

    #[test]
    fn the_verb_can_be_overridden() {
        assert_eq!(call("POST", "/x?_HttpMethod=PATCH").verb(), "PATCH");
        assert_eq!(call("GET", "/x?_HttpMethod=PATCH").verb(), "GET");
        assert_eq!(call("HEAD", "/x").verb(), "GET");
    }

    #[test]
    fn the_forms_of_the_authorization_header() {
        for (header, token) in [
            ("Bearer token", "token"),
            ("bearer  token ", "token"),
            ("OAuth token", "token"),
            ("Basic token", ""),
            ("Bearer", ""),
            ("token", ""),
        ] {
            let headers = BTreeMap::from([("authorization".to_owned(), header.to_owned())]);
            let call = Call::read("GET", "/", headers, Vec::new()).unwrap();
            assert_eq!(call.token(), token, "{header}");
        }
        assert_eq!(call("GET", "/").token(), "");
    }

    #[test]
    fn a_uri_can_be_too_long() {
        let target = format!("/{}", "x".repeat(LONGEST_URI));
        let error = Call::read("GET", &target, BTreeMap::new(), Vec::new()).unwrap_err();
        assert_eq!(error.status, 414);
    }
}
