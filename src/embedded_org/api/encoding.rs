//! How bodies travel: compressed on the way in, laid out for reading on the way out.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::embedded_org::api_error::ApiError;

/// The most that a compressed body may become.
const MOST_BYTES: u64 = 150 * 1024 * 1024;

/// A request's body as it was before `Content-Encoding`.
pub(super) fn decoded(encoding: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, ApiError> {
    match encoding {
        None | Some("" | "identity") => Ok(body),
        Some("gzip" | "x-gzip") => read_all(MultiGzDecoder::new(body.as_slice())),
        // Some clients send the bare stream, though the name means the one with a zlib header.
        Some("deflate") => read_all(ZlibDecoder::new(body.as_slice()))
            .or_else(|_| read_all(DeflateDecoder::new(body.as_slice()))),
        Some(other) => {
            let message = format!("Content-Encoding {other} is not supported");
            Err(ApiError::new(415, "UNSUPPORTED_MEDIA_TYPE", message))
        }
    }
}

fn read_all(decoder: impl Read) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    let read = decoder.take(MOST_BYTES + 1).read_to_end(&mut body);
    let read = read.map_err(|error| {
        let message = format!("the request body cannot be decompressed: {error}");
        ApiError::new(400, "INVALID_CONTENT_ENCODING", message)
    })?;
    if read as u64 > MOST_BYTES {
        let message = "the request body is too large";
        return Err(ApiError::new(413, "REQUEST_TOO_LARGE", message));
    }
    Ok(body)
}

/// Lays JSON out as `X-PrettyPrint` asks for it: a field a line, the items of a list side by side.
pub(super) fn pretty(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut open = Vec::new();
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    for &byte in json {
        if in_text {
            out.push(byte);
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        let is_first = out.last() == open.last();
        match byte {
            b'}' | b']' => {
                open.pop();
                depth -= usize::from(byte == b'}');
                match (is_first, byte) {
                    (false, b'}') => new_line(&mut out, depth),
                    _ => out.push(b' '),
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
            // The first of a list stands beside its bracket, the first of an object on a line of its own.
            _ if is_first => match open.last() {
                Some(b'{') => new_line(&mut out, depth),
                Some(_) => out.push(b' '),
                None => {}
            },
            _ => {}
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b',' => {
                out.push(byte);
                match open.last() {
                    Some(b'{') => new_line(&mut out, depth),
                    _ => out.push(b' '),
                }
            }
            b':' => out.extend(b" : "),
            b'{' | b'[' => {
                open.push(byte);
                depth += usize::from(byte == b'{');
                out.push(byte);
            }
            _ => {
                in_text = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

/// Only objects set their content in.
fn new_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b"  ", depth).flatten());
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn check(json: &str, expect: &str) {
        let pretty = pretty(json.as_bytes());
        assert_eq!(std::str::from_utf8(&pretty).unwrap(), expect);
    }

    #[test]
    fn bodies_for_reading() {
        check(
            r#"{"done":true,"records":[{"Name":"a, {\"b\": [c]}"},{"x":null}],"none":[],"nothing":{}}"#,
            r#"{
  "done" : true,
  "records" : [ {
    "Name" : "a, {\"b\": [c]}"
  }, {
    "x" : null
  } ],
  "none" : [ ],
  "nothing" : { }
}"#,
        );
        check("[1,-2.5,\"\\\\\"]", "[ 1, -2.5, \"\\\\\" ]");
        check("null", "null");
    }

    #[test]
    fn compressed_bodies() {
        let text = b"{\"Name\": \"Acme\"}".repeat(50);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
        bare.write_all(&text).unwrap();
        for (encoding, body) in [
            (None, text.clone()),
            (Some("gzip"), gzip.finish().unwrap()),
            (Some("deflate"), zlib.finish().unwrap()),
            (Some("deflate"), bare.finish().unwrap()),
        ] {
            assert_eq!(decoded(encoding, body).unwrap(), text, "{encoding:?}");
        }
        assert_eq!(decoded(Some("br"), Vec::new()).unwrap_err().status, 415);
        assert_eq!(decoded(Some("gzip"), text).unwrap_err().status, 400);
    }
}
