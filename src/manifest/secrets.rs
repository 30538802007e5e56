//! Secrets do not belong in a manifest; where one stands there all the same, it is not shown.

use saphyr_parser::Span;

use super::tree::{Node, Value};

/// A key that contains one of these holds something secret.
const SECRET_WORDS: &[&str] = &[
    "access_key",
    "api_key",
    "apikey",
    "consumer_key",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
];

/// Keys of the manifest that only sound like secrets.
const HARMLESS_KEYS: &[&str] = &["max_tokens"];

/// Whether a key of this name holds something secret.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
    has(SECRET_WORDS) && !has(HARMLESS_KEYS)
}

/// Whether an address carries a password: `https://user:password@host`.
pub(super) fn has_user(address: &str) -> bool {
    address.contains("://") && address.contains('@')
}

/// Whether a text holds an access token, `00D<org>!<secret>`.
fn has_token(text: &str) -> bool {
    text.split_once("00D")
        .is_some_and(|(_, rest)| rest.contains('!'))
}

/// Where the values of secret keys stand, at any depth.
pub(super) fn values(node: &Node) -> Vec<Span> {
    match &node.value {
        Value::Scalar { text, .. } if has_user(text) || has_token(text) => vec![node.span],
        Value::Scalar { .. } => Vec::new(),
        Value::List(items) => items.iter().flat_map(values).collect(),
        Value::Map(entries) => {
            let found = entries.iter().map(|(key, value)| {
                if is_secret(&key.text) {
                    vec![value.span]
                } else {
                    values(value)
                }
            });
            found.flatten().collect()
        }
    }
}

/// Whether a text that is not YAML seems to have a secret key.
pub(super) fn mentioned(source: &str) -> bool {
    let lines = source.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.starts_with('#'));
    lines.any(|line| has_user(line) || line.rsplit(':').skip(1).any(is_secret))
}
