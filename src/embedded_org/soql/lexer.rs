//! The words of a query.

use super::SoqlError;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'q> {
    /// A keyword, a name, or a path of names.
    Word(&'q str),
    /// A quoted text, its escapes kept, since LIKE reads them differently.
    Text(String),
    /// What starts with a digit or a sign: a number, a date or a datetime.
    Number(&'q str),
    Symbol(&'q str),
    End,
}

/// A token and the byte it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned<'q> {
    pub(super) token: Token<'q>,
    pub(super) at: usize,
}

/// Cuts a query into tokens; the last is always `End`.
pub(super) fn tokens(query: &str) -> Result<Vec<Spanned<'_>>, SoqlError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = query[at..].chars().next() {
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let (token, length) = next(&query[at..], letter)?;
        tokens.push(Spanned { token, at });
        at += length;
    }
    tokens.push(Spanned {
        token: Token::End,
        at: query.len(),
    });
    Ok(tokens)
}

fn next(rest: &str, letter: char) -> Result<(Token<'_>, usize), SoqlError> {
    let length_of = |accepts: fn(char) -> bool| rest.find(|it| !accepts(it)).unwrap_or(rest.len());
    let second_is_digit =
        rest[letter.len_utf8()..].starts_with(|it: char| it.is_ascii_digit() || it == '.');
    if letter.is_ascii_alphabetic() || letter == '_' {
        let length = length_of(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '.'));
        return Ok((Token::Word(&rest[..length]), length));
    }
    if letter.is_ascii_digit() || (matches!(letter, '-' | '+' | '.') && second_is_digit) {
        let length =
            length_of(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | ':' | '-' | '+'));
        return Ok((Token::Number(&rest[..length]), length));
    }
    if letter == '\'' {
        return text(rest);
    }
    for symbol in ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ":"] {
        if rest.starts_with(symbol) {
            return Ok((Token::Symbol(&rest[..symbol.len()]), symbol.len()));
        }
    }
    Err(SoqlError::malformed(format!(
        "unexpected token: '{letter}'"
    )))
}

/// A text up to its closing quote.
fn text(rest: &str) -> Result<(Token<'_>, usize), SoqlError> {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return Ok((Token::Text(rest[1..at].to_owned()), at + 1)),
            _ => {}
        }
    }
    Err(SoqlError::malformed(
        "Bind variables only allowed in Apex code or unterminated string literal",
    ))
}

/// The value of a text: its escapes resolved.
pub(super) fn unescape(raw: &str) -> Result<String, SoqlError> {
    resolve(raw, |letter| match letter {
        '\\' | '\'' | '"' => Some(letter.to_string()),
        _ => None,
    })
}

/// The pattern of a LIKE: as the value, but `\%` and `\_` stay escaped, as does the backslash itself.
pub(super) fn unescape_pattern(raw: &str) -> Result<String, SoqlError> {
    resolve(raw, |letter| match letter {
        '%' | '_' | '\\' => Some(format!("\\{letter}")),
        '\'' | '"' => Some(letter.to_string()),
        _ => None,
    })
}

fn resolve(raw: &str, own: fn(char) -> Option<String>) -> Result<String, SoqlError> {
    let mut value = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        let escape = letters.next().unwrap_or_default();
        let control = match escape {
            'n' | 'N' => Some('\n'),
            'r' | 'R' => Some('\r'),
            't' | 'T' => Some('\t'),
            'b' | 'B' => Some('\u{8}'),
            'f' | 'F' => Some('\u{c}'),
            'u' => {
                let code: String = letters.by_ref().take(4).collect();
                u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
            }
            _ => None,
        };
        match (own(escape), control) {
            (Some(text), _) => value.push_str(&text),
            (None, Some(letter)) => value.push(letter),
            (None, None) => {
                let message = format!("Illegal escape sequence: \\{escape}");
                return Err(SoqlError::malformed(message));
            }
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: &[Token<'_>]) {
        let found: Vec<_> = tokens(query)
            .unwrap()
            .into_iter()
            .map(|it| it.token)
            .collect();
        assert_eq!(found, [expect, &[Token::End]].concat(), "{query}");
    }

    #[test]
    fn words_texts_numbers_and_symbols() {
        use Token::{Number, Symbol, Text, Word};
        check("SELECT a.B__c", &[Word("SELECT"), Word("a.B__c")]);
        check("x>=-5.5", &[Word("x"), Symbol(">="), Number("-5.5")]);
        check(
            "d<2026-10-05T13:00:00+02:00",
            &[Word("d"), Symbol("<"), Number("2026-10-05T13:00:00+02:00")],
        );
        check(
            "'it\\'s', 'ü'",
            &[Text("it\\'s".into()), Symbol(","), Text("ü".into())],
        );
        check(
            "LAST_N_DAYS:3",
            &[Word("LAST_N_DAYS"), Symbol(":"), Number("3")],
        );
    }

    #[test]
    fn what_is_no_token() {
        assert!(tokens("a = 'open").is_err());
        assert_eq!(
            tokens("a ; b").unwrap_err().message,
            "unexpected token: ';'"
        );
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\'b\\c\n\u00fc").unwrap(), "a'b\\c\nü");
        assert!(unescape(r"a\%").is_err());
        assert!(unescape(r"a\q").is_err());
        assert_eq!(unescape_pattern(r"50\%_\'").unwrap(), r"50\%_'");
    }
}
