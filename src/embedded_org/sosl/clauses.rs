//! `FIND {words} IN ALL FIELDS RETURNING Account(Id, Name WHERE …), Contact LIMIT 20`

use super::malformed;
use crate::embedded_org::api_error::ApiError;

/// The most records of a search.
const MOST_FOUND: usize = 2000;

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) words: String,
    pub(crate) fields: Fields,
    /// What to return; nothing named is the ids of all that can be searched.
    pub(crate) targets: Vec<Target>,
    pub(crate) limit: usize,
}

/// Where the words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fields {
    All,
    Name,
    Email,
    Phone,
}

/// What to return of one sObject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) object: String,
    pub(crate) fields: Vec<String>,
    /// `WHERE` and `ORDER BY`, as they stand.
    pub(crate) rest: String,
    pub(crate) limit: Option<usize>,
    pub(crate) offset: usize,
}

impl Search {
    /// A search for these words in all fields.
    pub(crate) fn of(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            fields: Fields::All,
            targets: Vec::new(),
            limit: MOST_FOUND,
        }
    }

    pub(crate) fn with_limit(mut self, limit: Option<usize>) -> Self {
        self.limit = limit.unwrap_or(MOST_FOUND).min(MOST_FOUND);
        self
    }
}

impl Fields {
    /// By the word of the language, as in `IN NAME FIELDS`.
    pub(crate) fn named(name: &str) -> Result<Self, ApiError> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "ALL" => Self::All,
            "NAME" | "SIDEBAR" => Self::Name,
            "EMAIL" => Self::Email,
            "PHONE" => Self::Phone,
            _ => return Err(malformed(format!("unexpected token: '{name}'"))),
        })
    }
}

/// Reads a search.
pub(crate) fn parse(text: &str) -> Result<Search, ApiError> {
    let (words, rest) = find_clause(text.trim())?;
    let mut search = Search::of(words);
    let (before, limit) = cut_number(rest, "LIMIT")?;
    let (before, _) = cut_at(before, "WITH");
    let (before, returning) = cut_at(before, "RETURNING");
    let mut scope = before.split_whitespace();
    match (scope.next(), scope.next(), scope.next(), scope.next()) {
        (None, ..) => {}
        (Some(word), Some(group), Some(fields), None)
            if word.eq_ignore_ascii_case("IN") && fields.eq_ignore_ascii_case("FIELDS") =>
        {
            search.fields = Fields::named(group)?;
        }
        (Some(word), ..) => return Err(malformed(format!("unexpected token: '{word}'"))),
    }
    if let Some(list) = returning {
        search.targets = split(list, ',')
            .map(read_target)
            .collect::<Result<_, _>>()?;
    }
    Ok(search.with_limit(limit))
}

/// What stands in the braces, and what comes after them.
fn find_clause(text: &str) -> Result<(&str, &str), ApiError> {
    let braced = text
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("FIND"))
        .and_then(|_| text[4..].trim_start().strip_prefix('{'))
        .ok_or_else(|| malformed("expecting: FIND {search term}"))?;
    let mut escaped = false;
    for (at, letter) in braced.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '}' => return Ok((&braced[..at], &braced[at + 1..])),
            _ => {}
        }
    }
    Err(malformed("expecting a right curly brace, found '<EOF>'"))
}

/// `Account(Id, Name WHERE Industry = 'Energy' ORDER BY Name LIMIT 5)`
fn read_target(text: &str) -> Result<Target, ApiError> {
    let text = text.trim();
    let (object, clauses) = match text.split_once('(') {
        Some((object, clauses)) => {
            let inner = clauses.trim_end().strip_suffix(')');
            let inner = inner.ok_or_else(|| malformed("expecting a right parentheses"))?;
            (object.trim(), inner)
        }
        None => (text, ""),
    };
    if object.is_empty() || object.contains(char::is_whitespace) {
        return Err(malformed(format!("unexpected token: '{text}'")));
    }
    let (clauses, offset) = cut_number(clauses, "OFFSET")?;
    let (clauses, limit) = cut_number(clauses, "LIMIT")?;
    let starts = ["USING", "WHERE", "ORDER"].map(|word| keyword(clauses, word));
    let end = starts.into_iter().flatten().min().unwrap_or(clauses.len());
    let (fields, rest) = clauses.split_at(end);
    Ok(Target {
        object: object.to_owned(),
        fields: split(fields, ',')
            .map(|field| field.trim().to_owned())
            .filter(|field| !field.is_empty())
            .collect(),
        rest: rest.trim().to_owned(),
        limit,
        offset: offset.unwrap_or(0),
    })
}

/// The text before a keyword, and the number after it.
fn cut_number<'t>(text: &'t str, word: &str) -> Result<(&'t str, Option<usize>), ApiError> {
    let (before, after) = cut_at(text, word);
    let Some(after) = after else {
        return Ok((before, None));
    };
    let number = after.split_whitespace().next().unwrap_or_default();
    match number.parse() {
        Ok(number) => Ok((before, Some(number))),
        Err(_) => Err(malformed(format!("unexpected token: '{number}'"))),
    }
}

fn cut_at<'t>(text: &'t str, word: &str) -> (&'t str, Option<&'t str>) {
    match keyword(text, word) {
        Some(at) => (&text[..at], Some(&text[at + word.len()..])),
        None => (text, None),
    }
}

/// Where a keyword stands, outside of quotes and parentheses.
fn keyword(text: &str, word: &str) -> Option<usize> {
    let is_letter =
        |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    outside(text)
        .filter(|(_, depth)| *depth == 0)
        .map(|(at, _)| at)
        .find(|&at| {
            let found = text.get(at..at + word.len());
            let bytes = text.as_bytes();
            found.is_some_and(|found| found.eq_ignore_ascii_case(word))
                && !is_letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
                && !is_letter(bytes.get(at + word.len()))
        })
}

/// Cuts a list at a separator outside of quotes and parentheses.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let cuts: Vec<usize> = outside(text)
        .filter(|(at, depth)| *depth == 0 && text[*at..].starts_with(separator))
        .map(|(at, _)| at)
        .collect();
    let starts = std::iter::once(0).chain(cuts.clone().into_iter().map(|at| at + 1));
    let ends = cuts.into_iter().chain([text.len()]);
    starts.zip(ends).map(|(start, end)| &text[start..end])
}

/// The places of a text that lie outside of quotes, and how many parentheses are open there.
fn outside(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let (mut depth, mut in_quotes, mut escaped) = (0_usize, false, false);
    text.char_indices().filter_map(move |(at, letter)| {
        let was_quoted = in_quotes;
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '\'' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth = depth.saturating_sub(1),
            _ => {}
        }
        (!was_quoted).then_some((at, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<Search, &str>) {
        let parsed = parse(text).map_err(|error| error.message);
        assert_eq!(parsed, expect.map_err(str::to_owned), "{text}");
    }

    fn target(object: &str, fields: &[&str]) -> Target {
        Target {
            object: object.to_owned(),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
            ..Target::default()
        }
    }

    #[test]
    fn searches() {
        check("FIND {Acme}", Ok(Search::of("Acme")));
        check(
            "find {a\\}b \"c d\"} in Name fields returning Account(Id, Name), Contact limit 5",
            Ok(Search {
                words: "a\\}b \"c d\"".to_owned(),
                fields: Fields::Name,
                targets: vec![target("Account", &["Id", "Name"]), target("Contact", &[])],
                limit: 5,
            }),
        );
        check(
            "FIND {x y} RETURNING Lead(Id, Name WHERE Name IN ('a, (LIMIT 3', 'b') ORDER BY Name LIMIT 2 OFFSET 1) WITH DIVISION = 'x'",
            Ok(Search {
                targets: vec![Target {
                    rest: "WHERE Name IN ('a, (LIMIT 3', 'b') ORDER BY Name".to_owned(),
                    limit: Some(2),
                    offset: 1,
                    ..target("Lead", &["Id", "Name"])
                }],
                ..Search::of("x y")
            }),
        );
    }

    #[test]
    fn wrong_searches() {
        check("SELECT Id", Err("expecting: FIND {search term}"));
        check(
            "FIND {a",
            Err("expecting a right curly brace, found '<EOF>'"),
        );
        check("FIND {ab} IN SOME FIELDS", Err("unexpected token: 'SOME'"));
        check("FIND {ab} FROM Account", Err("unexpected token: 'FROM'"));
        check("FIND {ab} LIMIT x", Err("unexpected token: 'x'"));
        check(
            "FIND {ab} RETURNING Account(Id",
            Err("expecting a right parentheses"),
        );
    }
}
