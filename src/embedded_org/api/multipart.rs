//! Bodies of several parts, `multipart/form-data`.

use super::Call;

/// A part: its name and what it holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) body: &'a [u8],
}

/// The parts of a call's body, if it says that it has some.
pub(super) fn parts(call: &Call) -> Option<Vec<Part<'_>>> {
    let boundary = boundary(call.header("content-type")?)?;
    Some(split(call.body(), &boundary))
}

/// The line that is between parts.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let is_multipart = kind.trim().to_ascii_lowercase().starts_with("multipart/");
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_boundary = name.trim().eq_ignore_ascii_case("boundary");
        is_boundary.then(|| value.trim().trim_matches('"').to_owned())
    })?;
    is_multipart.then(|| format!("--{boundary}"))
}

fn split<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(start) = find(rest, boundary.as_bytes()) {
        rest = &rest[start + boundary.len()..];
        if rest.starts_with(b"--") {
            break;
        }
        let end = find(rest, boundary.as_bytes()).unwrap_or(rest.len());
        if let Some(part) = part(&rest[..end]) {
            parts.push(part);
        }
    }
    parts
}

/// A part between its boundaries: headers, an empty line, the body, and a line end that is not the body's.
fn part(text: &[u8]) -> Option<Part<'_>> {
    let (gap, length) = match find(text, b"\r\n\r\n") {
        Some(gap) => (gap, 4),
        None => (find(text, b"\n\n")?, 2),
    };
    let headers = String::from_utf8_lossy(&text[..gap]);
    let disposition = headers.lines().find_map(|line| {
        let (header, value) = line.split_once(':')?;
        let found = header.trim().eq_ignore_ascii_case("content-disposition");
        found.then_some(value)
    })?;
    let name = disposition
        .split(';')
        .find_map(|it| it.trim().strip_prefix("name="))?
        .trim_matches('"')
        .to_owned();
    let body = &text[gap + length..];
    let body = body
        .strip_suffix(b"\r\n")
        .or_else(|| body.strip_suffix(b"\n"))
        .unwrap_or(body);
    Some(Part { name, body })
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content_type: &str, body: &str, expect: &[(&str, &str)]) {
        let boundary = boundary(content_type).unwrap();
        let parts = split(body.as_bytes(), &boundary);
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.name.as_str(), std::str::from_utf8(part.body).unwrap()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn parts_in_both_line_endings() {
        let body = "--B\nContent-Type: application/json\nContent-Disposition: form-data; name=\"job\"\n\n{}\n--B\n\
                    Content-Disposition: form-data; name=\"content\"; filename=\"content\"\n\nA,B\n1,2\n\n--B--\n";
        let expect = [("job", "{}"), ("content", "A,B\n1,2\n")];
        check("multipart/form-data; boundary=B", body, &expect);
        let expect = [("job", "{}"), ("content", "A,B\r\n1,2\r\n")];
        check(
            "Multipart/Form-Data; charset=x; boundary=\"B\"",
            &body.replace('\n', "\r\n"),
            &expect,
        );
        assert_eq!(boundary("application/json; charset=UTF-8"), None);
    }
}
