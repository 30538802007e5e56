//! Field values as Salesforce means them: what counts as the same, and its short hash.

use serde_json::Value as Json;

/// A value in the one form that all ways of writing it share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canonical(String);

impl Canonical {
    /// Empty texts are null; instants are seconds; numbers lose their trailing zeros; lines end
    /// in `\n`, and white space at the end of a text is not kept by the platform; lists are sorted.
    pub(crate) fn of(value: &Json) -> Self {
        Self(match value {
            Json::Null => String::new(),
            Json::Bool(bool) => format!("b{bool}"),
            Json::Number(number) => format!("n{}", number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => of_text(text),
            Json::Array(items) => of_list(items),
            Json::Object(_) => format!("j{value}"),
        })
    }

    /// 32 bits tell whether a field was changed by someone; they protect nothing.
    pub(crate) fn hash(&self) -> u32 {
        let hash = blake3::hash(self.0.as_bytes());
        let first = hash.as_bytes()[..4]
            .try_into()
            .expect("a hash has 32 bytes");
        u32::from_le_bytes(first)
    }
}

/// Lists of ids come back in any order.
fn of_list(items: &[Json]) -> String {
    let mut items: Vec<_> = items.iter().map(|item| Canonical::of(item).0).collect();
    items.sort_unstable();
    match items.as_slice() {
        [] => String::new(),
        items => format!("l{}", items.join(",")),
    }
}

fn of_text(text: &str) -> String {
    if let Some(second) = instant(text) {
        return format!("t{second}");
    }
    let text = text.trim_end();
    if text.is_empty() {
        return String::new();
    }
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    format!("s{unix}")
}

/// Whether it looks like `2026-10-05T13:00…`, and then which instant that is.
fn instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shaped = (17..=35).contains(&bytes.len())
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[10] == b'T'
        && bytes[13] == b':';
    if !shaped {
        return None;
    }
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_second)
}

/// The hash of what the org gave back.
pub(crate) fn hash(value: &Json) -> u32 {
    Canonical::of(value).hash()
}

#[cfg(test)]
mod tests {
    use super::Canonical;
    use serde_json::json;

    #[test]
    fn the_same_is_the_same_however_it_is_written() {
        for (sent, held) in [
            (json!(""), json!(null)),
            (
                json!("2026-10-05T13:00:00Z"),
                json!("2026-10-05T13:00:00.000+0000"),
            ),
            (
                json!("2026-10-05T15:00:00+02:00"),
                json!("2026-10-05T13:00:00.000+0000"),
            ),
            (json!(85), json!(85.0)),
            (json!(37.5), json!(37.50)),
            (json!("a\r\nb \n"), json!("a\nb")),
            (json!(["a", "b"]), json!(["b", "a"])),
            (json!([]), json!(null)),
        ] {
            assert_eq!(Canonical::of(&sent), Canonical::of(&held), "{sent} {held}");
        }
    }

    #[test]
    fn the_different_is_different() {
        for (one, other) in [
            (json!(null), json!(false)),
            (json!("1"), json!(1)),
            (json!("Call"), json!("call")),
            (json!(" a"), json!("a")),
            (json!(["a"]), json!("a")),
            (json!(["a"]), json!(["a", "b"])),
            (json!("2026-10-05"), json!("2026-10-06")),
            (json!("2026-10-05T13:00:00Z"), json!("2026-10-05T13:00:01Z")),
        ] {
            assert_ne!(Canonical::of(&one), Canonical::of(&other), "{one} {other}");
            assert_ne!(Canonical::of(&one).hash(), Canonical::of(&other).hash());
        }
    }
}
