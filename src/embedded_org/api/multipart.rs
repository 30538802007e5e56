//! Bodies of several parts: JSON and binary files side by side (RFC 7578).

use super::{ApiError, Call};

/// A part, and what its headers say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    content_type: String,
    pub(super) content: Vec<u8>,
}

impl Part {
    pub(super) fn is_json(&self) -> bool {
        self.content_type
            .to_ascii_lowercase()
            .starts_with("application/json")
            || (!self.is_zip() && self.content.trim_ascii_start().starts_with(b"{"))
    }

    /// Clients call a zip file many things; only they call it none who mean the JSON.
    fn is_zip(&self) -> bool {
        self.content_type.to_ascii_lowercase().contains("zip")
            || self
                .content_type
                .eq_ignore_ascii_case("application/octet-stream")
    }
}

/// The parts of a call's body.
pub(super) fn parts(call: &Call) -> Result<Vec<Part>, ApiError> {
    let content_type = call.header("content-type").unwrap_or_default();
    let boundary = boundary(content_type).ok_or_else(|| {
        let message = "the request must be multipart/form-data with a boundary";
        ApiError::new(415, "UNSUPPORTED_MEDIA_TYPE", message)
    })?;
    split(call.body(), &boundary).ok_or_else(|| {
        ApiError::new(
            400,
            "INVALID_MULTIPART_REQUEST",
            "Unable to parse the multipart request",
        )
    })
}

/// `multipart/form-data; boundary="abc"`
fn boundary(content_type: &str) -> Option<String> {
    let mut words = content_type.split(';').map(str::trim);
    let is_multipart = words.next()?.to_ascii_lowercase().starts_with("multipart/");
    let boundary = words.find_map(|word| {
        let (name, value) = word.split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim_matches('"').to_owned())
    })?;
    (is_multipart && !boundary.is_empty()).then_some(boundary)
}

/// Whatever stands between two boundaries, up to the one that ends all.
fn split(body: &[u8], boundary: &str) -> Option<Vec<Part>> {
    let mark = format!("--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let mut at = find(body, &mark)? + mark.len();
    loop {
        if body[at..].starts_with(b"--") {
            return Some(parts);
        }
        let rest = &body[at..];
        let end = find(rest, &mark)?;
        let part = rest[..end]
            .strip_prefix(b"\r\n")
            .or_else(|| rest[..end].strip_prefix(b"\n"))?;
        let part = part
            .strip_suffix(b"\r\n")
            .or_else(|| part.strip_suffix(b"\n"))?;
        parts.push(read_part(part)?);
        at += end + mark.len();
    }
}

fn read_part(part: &[u8]) -> Option<Part> {
    // A part without headers starts with the empty line that ends them.
    let (headers, content) = match part.strip_prefix(b"\r\n") {
        Some(content) => (&b""[..], content),
        None => {
            let end = find(part, b"\r\n\r\n")?;
            (&part[..end], &part[end + 4..])
        }
    };
    let headers = std::str::from_utf8(headers).ok()?;
    let content_type = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-type")
            .then(|| value.trim().to_owned())
    });
    Some(Part {
        content_type: content_type.unwrap_or_default(),
        content: content.to_vec(),
    })
}

fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    within
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expect: Option<&[(&str, &str)]>) {
        let found = split(body.as_bytes(), "b");
        let found = found.as_ref().map(|parts| {
            let texts = parts.iter().map(|part| {
                let content = std::str::from_utf8(&part.content).unwrap();
                (part.content_type.as_str(), content)
            });
            texts.collect::<Vec<_>>()
        });
        assert_eq!(found.as_deref(), expect, "{body:?}");
    }

    #[test]
    fn parts_are_split() {
        check(
            "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"json\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n\r\nx\r\ny\r\n--b--\r\n",
            Some(&[("application/json", "{}"), ("", "x\r\ny")]),
        );
        check("--b--", Some(&[]));
        check("--b\r\nA: b\r\n\r\nnever ends", None);
        check("", None);
    }

    #[test]
    fn boundaries() {
        assert_eq!(
            boundary("multipart/form-data; boundary=\"a b\"").as_deref(),
            Some("a b")
        );
        assert_eq!(
            boundary("Multipart/form-data;BOUNDARY=x").as_deref(),
            Some("x")
        );
        assert_eq!(boundary("application/json"), None);
        assert_eq!(boundary("multipart/form-data"), None);
    }
}
