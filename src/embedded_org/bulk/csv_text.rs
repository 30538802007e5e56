//! Writing CSV as Salesforce does, with quotes around every value.

use super::job::Dialect;

/// Writes a line; some clients split at any delimiter that is not within quotes.
pub(super) fn write_line<'a>(
    out: &mut Vec<u8>,
    dialect: Dialect,
    values: impl IntoIterator<Item = &'a str>,
) {
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push(dialect.delimiter.byte());
        }
        out.push(b'"');
        let mut parts = value.split('"');
        out.extend(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            out.extend(b"\"\"");
            out.extend(part.as_bytes());
        }
        out.push(b'"');
    }
    out.extend(dialect.line_ending.text().as_bytes());
}
