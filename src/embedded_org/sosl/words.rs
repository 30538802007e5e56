//! The words of a search, and whether a record has them.

use super::malformed;
use crate::embedded_org::api_error::ApiError;

/// What a search looks for: one of these has to be there, and of it every part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<Vec<Phrase>>);

/// Words that stand in a row in one field; they can hold `*` and `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    words: Vec<String>,
    is_wanted: bool,
}

impl Words {
    /// Reads what stands in the braces: words, quoted phrases, AND, OR, AND NOT.
    pub(crate) fn read(text: &str) -> Result<Self, ApiError> {
        let mut branches = vec![Vec::new()];
        let mut is_wanted = true;
        for (token, is_quoted) in tokens(text) {
            match token.as_str() {
                "OR" if !is_quoted => branches.push(Vec::new()),
                "AND" if !is_quoted => {}
                "NOT" if !is_quoted => is_wanted = false,
                _ => {
                    let words = cut_pattern(&token);
                    if let (false, Some(branch)) = (words.is_empty(), branches.last_mut()) {
                        branch.push(Phrase { words, is_wanted });
                    }
                    is_wanted = true;
                }
            }
        }
        branches.retain(|branch| branch.iter().any(|phrase| phrase.is_wanted));
        let letters = |branch: &Vec<Phrase>| {
            let wanted = branch.iter().filter(|phrase| phrase.is_wanted);
            wanted.map(|phrase| phrase.literal().chars().count()).max()
        };
        if branches.is_empty() || branches.iter().any(|branch| letters(branch) < Some(2)) {
            let message = format!("search term must be longer than one character: {text}");
            return Err(malformed(message));
        }
        Ok(Self(branches))
    }

    /// For each branch a text that every match holds somewhere, to look through records fast; in plain
    /// letters, whose case the database knows to ignore.
    pub(crate) fn literals(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|branch| {
                let wanted = branch.iter().filter(|phrase| phrase.is_wanted);
                let literals = wanted
                    .flat_map(|phrase| phrase.literal().split(|letter: char| !letter.is_ascii()));
                literals
                    .max_by_key(|literal| literal.len())
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    /// Whether a record is found, by the words of each of its fields.
    pub(crate) fn are_in(&self, fields: &[Vec<String>]) -> bool {
        let has = |phrase: &Phrase| fields.iter().any(|words| phrase.is_in(words));
        self.0
            .iter()
            .any(|branch| branch.iter().all(|phrase| has(phrase) == phrase.is_wanted))
    }
}

impl Phrase {
    fn is_in(&self, field: &[String]) -> bool {
        let fits =
            |(pattern, word): (&String, &String)| matches(pattern.as_bytes(), word.as_bytes());
        field
            .windows(self.words.len())
            .any(|window| self.words.iter().zip(window).all(fits))
    }

    /// The longest piece without a wildcard.
    fn literal(&self) -> &str {
        let pieces = self.words.iter().flat_map(|word| word.split(['*', '?']));
        pieces.max_by_key(|piece| piece.len()).unwrap_or_default()
    }
}

/// The words of a field: letters and digits in small letters, at whatever else they are parted.
pub(crate) fn cut(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The same of a search, in which `*` and `?` stand for letters.
fn cut_pattern(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '*' | '?'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Words and quoted phrases; a backslash takes its meaning from the next letter.
fn tokens(text: &str) -> Vec<(String, bool)> {
    let mut tokens = vec![(String::new(), false)];
    let (mut in_quotes, mut escaped) = (false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                push(&mut tokens, ' ');
            }
            '"' => {
                in_quotes = !in_quotes;
                tokens.push((String::new(), in_quotes));
            }
            _ if in_quotes => push(&mut tokens, letter),
            _ if letter.is_whitespace() || matches!(letter, '(' | ')') => {
                tokens.push((String::new(), false));
            }
            _ => push(&mut tokens, letter),
        }
    }
    tokens.retain(|(token, _)| !token.is_empty());
    tokens
}

fn push(tokens: &mut [(String, bool)], letter: char) {
    if let Some((token, _)) = tokens.last_mut() {
        token.push(letter);
    }
}

fn matches(pattern: &[u8], word: &[u8]) -> bool {
    match (pattern, word) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            matches(rest, word) || (!word.is_empty() && matches(pattern, &word[1..]))
        }
        // A letter can be several bytes: all but the first begin with the bits 10.
        ([b'?', rest @ ..], [_, tail @ ..]) => {
            let more = tail.iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
            matches(rest, &tail[more..])
        }
        ([first, rest @ ..], [byte, tail @ ..]) => first == byte && matches(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(search: &str, fields: &[&str], expect: bool) {
        let words = Words::read(search).unwrap();
        let fields: Vec<_> = fields.iter().map(|field| cut(field)).collect();
        assert_eq!(words.are_in(&fields), expect, "{search} in {fields:?}");
    }

    #[test]
    fn words_and_phrases() {
        check("acme", &["The ACME Corp."], true);
        check("acm", &["The ACME Corp."], false);
        check("acm*", &["The ACME Corp."], true);
        check("a?me", &["Acme"], true);
        check("z?rich", &["Zürich"], true);
        check("corp the", &["The ACME", "Corp."], true);
        check("\"the corp\"", &["The ACME Corp."], false);
        check("\"acme corp\"", &["The ACME Corp."], true);
        check("jo@acme.com", &["x", "jo@acme.com"], true);
        check("jo@acme.com", &["jo", "acme", "com"], false);
        check("acme OR globex", &["Globex"], true);
        check("acme AND globex", &["Globex"], false);
        check("acme AND NOT corp", &["Acme Corp"], false);
        check("acme AND NOT corp", &["Acme Inc"], true);
        check("ab\\&cd xy\\*zw", &["xy zw", "ab cd"], true);
    }

    #[test]
    fn what_is_too_short() {
        assert_eq!(
            Words::read("zürich* OR äö").unwrap().literals(),
            ["rich", ""]
        );
        for text in ["", "a", "*", "a*", "acme OR b", "NOT acme"] {
            let error = Words::read(text).unwrap_err();
            assert_eq!(error.code, "MALFORMED_SEARCH", "{text}");
        }
    }
}
