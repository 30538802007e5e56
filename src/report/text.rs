//! Texts for the eye: escaped and shortened.

use crate::listing::counted;

/// A text from outside as it can be shown safely: what would move the cursor, colour the screen,
/// end the line or turn the direction of writing is spelled out.
pub(super) fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            char if misleads(char) => shown.extend(char.escape_unicode()),
            char => shown.push(char),
        }
    }
    shown
}

fn misleads(char: char) -> bool {
    let directs = matches!(char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}');
    char.is_control() || directs || hides
}

/// The beginning of a text, of so many characters at most.
pub(super) fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text from outside, escaped and shortened.
pub(super) fn brief(text: &str, width: usize) -> String {
    // Long texts are cut before they are escaped, so that showing one costs the same at any size.
    let beginning: String = text.chars().take(width + 1).collect();
    clip(&clean(&beginning), width)
}

/// A text from outside in quotation marks, escaped and shortened.
pub(super) fn quoted(text: &str, width: usize) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", brief(&text, width))
}

/// `45 seconds`, `12 minutes`, `3 hours`: as exact as an estimate deserves.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        ..120 => counted(seconds, "second", "seconds"),
        120..7200 => counted(seconds.div_ceil(60), "minute", "minutes"),
        7200.. => counted(seconds.div_ceil(3600), "hour", "hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::{brief, clean, duration, quoted};

    #[test]
    fn what_would_act_on_a_terminal_is_spelled_out() {
        for (text, expect) in [
            ("Zoë Müller – 東京 👩‍💻", "Zoë Müller – 東京 👩‍💻"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("abc\u{202e}fdp.exe", "abc\\u{202e}fdp.exe"),
        ] {
            assert_eq!(clean(text), expect);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(brief("abcdef", 6), "abcdef");
        assert_eq!(brief("abcdefg", 6), "abcde…");
        assert_eq!(brief("\u{1b}\u{1b}", 6), "\\u{1b…");
        assert_eq!(quoted("say \"so\"", 20), r#""say \"so\"""#);
    }

    #[test]
    fn estimates_are_as_exact_as_they_deserve() {
        let shown: Vec<_> = [1, 119, 120, 121, 7200].map(duration).into();
        let expect = [
            "1 second",
            "119 seconds",
            "2 minutes",
            "3 minutes",
            "2 hours",
        ];
        assert_eq!(shown, expect);
    }
}
