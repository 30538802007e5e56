//! Pieces of SOQL made from data: literals, prefixes, lists, and the names of fields and objects.

use super::error::Error;

/// A string literal, quoted and escaped.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", escaped(text))
}

/// The literal for `LIKE` that matches everything beginning with `prefix`.
pub(crate) fn like_prefix(prefix: &str) -> String {
    let prefix = escaped(prefix).replace('%', "\\%").replace('_', "\\_");
    format!("'{prefix}%'")
}

/// Takes an API name (`Opportunity`, `Demo_Key__c`, `Account.Name`) as it stands. Names come from
/// manifests, so they are data too, and there is no way to quote one.
pub(crate) fn identifier(name: &str) -> Result<&str, Error> {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if name.split('.').all(is_part) {
        Ok(name)
    } else {
        Err(Error::ApiName(name.to_owned()))
    }
}

/// The queries `prefix ('id', 'id', …) suffix` that together name every id, as few as fit into the
/// URI of one GET each. No ids, no queries.
///
/// ```text
/// in_lists("SELECT Id FROM Event WHERE WhatId IN", &ids, "AND IsDeleted = FALSE")
/// ```
pub(crate) fn in_lists(prefix: &str, ids: &[&str], suffix: &str) -> Vec<String> {
    lists(prefix, ids, suffix, LONGEST_IN_URI)
}

/// The same for queries that ride in a composite call, and so may be longer than a URI.
pub(crate) fn long_in_lists(prefix: &str, ids: &[&str], suffix: &str) -> Vec<String> {
    lists(prefix, ids, suffix, LONGEST)
}

fn lists(prefix: &str, ids: &[&str], suffix: &str, longest: usize) -> Vec<String> {
    let frame = encoded_len(prefix) + encoded_len(suffix) + encoded_len(" () ");
    let mut queries = Vec::new();
    let mut list = String::new();
    let mut length = frame;
    for id in ids {
        let item = literal(id);
        let item_length = encoded_len(&item) + encoded_len(",");
        if !list.is_empty() && length + item_length > longest {
            queries.push(format!("{prefix} ({list}) {suffix}"));
            list.clear();
            length = frame;
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&item);
        length += item_length;
    }
    if !list.is_empty() {
        queries.push(format!("{prefix} ({list}) {suffix}"));
    }
    queries
}

/// The longest query, URL-encoded, that goes into a URI. The URI and the headers together may have
/// 16,384 bytes; a token may have two thousand.
pub(super) const LONGEST_IN_URI: usize = 14_000;

/// SOQL may have 100,000 characters, which are never more than its encoded bytes.
const LONGEST: usize = 100_000;

/// Whether a query can be sent as a GET.
pub(super) fn fits_into_uri(soql: &str) -> bool {
    encoded_len(soql) <= LONGEST_IN_URI
}

/// The query part of a URL that carries a query, `q=SELECT+Id+…`.
pub(super) fn encoded(soql: &str) -> String {
    let mut url = reqwest::Url::parse("http://localhost").expect("a constant that is a URL");
    url.query_pairs_mut().append_pair("q", soql);
    url.query().unwrap_or_default().to_owned()
}

/// How many bytes a text has when it is encoded for a URL.
fn encoded_len(text: &str) -> usize {
    let one = |byte: u8| match byte {
        b' ' | b'*' | b'-' | b'.' | b'_' => 1,
        byte if byte.is_ascii_alphanumeric() => 1,
        _ => 3,
    };
    text.bytes().map(one).sum()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\'' => escaped.push_str("\\'"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            control if control.is_control() => {
                escaped.extend(format!("\\u{:04X}", u32::from(control)).chars());
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_literal(text: &str, expect: &str, expect_prefix: &str) {
        assert_eq!(literal(text), expect);
        assert_eq!(like_prefix(text), expect_prefix);
    }

    #[test]
    fn literals_cannot_be_left() {
        check_literal("Acme", "'Acme'", "'Acme%'");
        check_literal("O'Brien", r"'O\'Brien'", r"'O\'Brien%'");
        check_literal(
            r"\' OR Id != '",
            r"'\\\' OR Id != \''",
            r"'\\\' OR Id != \'%'",
        );
        check_literal("ev-a_b%", "'ev-a_b%'", r"'ev-a\_b\%%'");
        check_literal("a\n\r\t\u{1}b", r"'a\n\r\t\u0001b'", r"'a\n\r\t\u0001b%'");
        check_literal("Ünï", "'Ünï'", "'Ünï%'");
    }

    #[test]
    fn names_are_letters_digits_and_underscores() {
        for good in ["Id", "Demo_Key__c", "Account.Owner.Name", "ns__Field__c"] {
            assert_eq!(identifier(good).unwrap(), good);
        }
        for bad in [
            "",
            "Id FROM User",
            "a'b",
            "Account..Name",
            ".Id",
            "1st",
            "Näme",
            "COUNT()",
        ] {
            assert_eq!(identifier(bad).unwrap_err(), Error::ApiName(bad.to_owned()));
        }
    }

    #[test]
    fn lists_hold_every_id_once_and_fit_into_a_uri() {
        let ids: Vec<_> = (0..2_000).map(|n| format!("00U{n:015}")).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let queries = in_lists(
            "SELECT Id FROM Event WHERE Id IN",
            &ids,
            "AND IsDeleted = FALSE",
        );
        assert_eq!(queries.len(), 4);
        assert!(queries.iter().all(|query| fits_into_uri(query)));
        let found: Vec<_> = queries
            .iter()
            .flat_map(|query| query.split('\'').skip(1).step_by(2))
            .collect();
        assert_eq!(found, ids);
        assert_eq!(in_lists("A", &["x", "y"], "B"), ["A ('x','y') B"]);
        assert!(in_lists("A", &[], "B").is_empty());
    }

    #[test]
    fn lengths_are_those_of_the_encoded_text() {
        for text in ["a b", "+'\"()<=>%&ü", "2026-10-05T13:00:00+02:00", "*-._~"] {
            assert_eq!(
                encoded(text).len(),
                "q=".len() + encoded_len(text),
                "{text}"
            );
        }
    }
}
