//! Reading single values: what a scalar must look like, and what is said where it does not.

use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::nearest::nearest;
use super::problems::Complaint;
use super::tree::{Node, Value};

/// Text as it stands there: `no`, `010` and `2026-10-05` are themselves.
pub(super) fn text(node: &Node) -> Result<String, Complaint> {
    let (text, _) = scalar(node, "text")?;
    if text.trim().is_empty() {
        return Err(Complaint::new("must not be empty", "leave it out"));
    }
    Ok(text.to_owned())
}

/// A whole number within the range, both ends included.
pub(super) fn whole<T>(allowed: RangeInclusive<T>) -> impl Fn(&Node) -> Result<T, Complaint>
where
    T: Copy + Display + PartialOrd + TryFrom<u64>,
{
    move |node| {
        let (text, quoted) = scalar(node, "a whole number")?;
        let range = format!(
            "write a whole number from {} to {}",
            allowed.start(),
            allowed.end()
        );
        if quoted || !is_decimal(text) {
            let message = not_a("whole number", text, quoted);
            let hint = number_meant(text).map_or(range, |meant| format!("write {meant}"));
            return Err(Complaint::new(message, hint));
        }
        let number = text
            .parse()
            .ok()
            .and_then(|number| T::try_from(number).ok());
        match number {
            Some(number) if allowed.contains(&number) => Ok(number),
            _ => Err(Complaint::new(format!("{text} is out of range"), range)),
        }
    }
}

/// A number within the range, both ends included.
pub(super) fn decimal(allowed: RangeInclusive<f64>) -> impl Fn(&Node) -> Result<f64, Complaint> {
    move |node| {
        let (text, quoted) = scalar(node, "a number")?;
        let range = format!(
            "write a number from {} to {}",
            allowed.start(),
            allowed.end()
        );
        match text.parse::<f64>() {
            Ok(number) if !quoted && allowed.contains(&number) => Ok(number),
            Ok(number) if !quoted && number.is_finite() => {
                Err(Complaint::new(format!("{text} is out of range"), range))
            }
            _ => {
                let percent = text
                    .strip_suffix('%')
                    .and_then(|text| text.parse::<u32>().ok());
                let hint = percent.map_or(range, |percent| {
                    format!("write {}", f64::from(percent) / 100.0)
                });
                Err(Complaint::new(not_a("number", text, quoted), hint))
            }
        }
    }
}

/// True or false, also in the words of YAML 1.1, which the earlier tool read.
pub(super) fn flag(node: &Node) -> Result<bool, Complaint> {
    let (text, quoted) = scalar(node, "true or false")?;
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" if !quoted => Ok(true),
        "false" | "no" | "off" if !quoted => Ok(false),
        _ => {
            let hint = "write true or false, without quotes";
            Err(Complaint::new(not_a("truth value", text, quoted), hint))
        }
    }
}

/// A day of the calendar, as `2026-10-05`.
pub(super) fn date(node: &Node) -> Result<Date, Complaint> {
    let (text, _) = scalar(node, "a date")?;
    let written_in_full = text.len() == "2026-10-05".len();
    match text.parse::<Date>() {
        Ok(date) if written_in_full => Ok(date),
        _ => Err(Complaint::new(
            format!("{} is not a date of the calendar", quote(text)),
            "write year, month and day, as in 2026-10-05",
        )),
    }
}

/// One word out of a table.
pub(super) fn word<T: Copy>(
    words: &'static [(&'static str, T)],
) -> impl Fn(&Node) -> Result<T, Complaint> {
    move |node| {
        let (text, _) = scalar(node, "one word")?;
        let known = words.iter().find(|(word, _)| *word == text);
        known.map(|(_, value)| *value).ok_or_else(|| {
            not_among(
                text,
                &words.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
            )
        })
    }
}

/// The complaint about a word that is not among the known ones.
pub(super) fn not_among(given: &str, known: &[&str]) -> Complaint {
    let allowed = format!("one of: {}", known.join(", "));
    let hint = match nearest(given, known) {
        Some(meant) => format!("did you mean `{meant}`? It must be {allowed}"),
        None => allowed,
    };
    Complaint::new(format!("{} is not known", quote(given)), hint)
}

/// The text of a scalar, and whether it stood in quotes.
pub(super) fn scalar<'a>(node: &'a Node, wanted: &str) -> Result<(&'a str, bool), Complaint> {
    match &node.value {
        Value::Scalar { text, quoted } if !node.is_null() => Ok((text, *quoted)),
        _ => {
            let message = format!("must be {wanted}, not {}", node.kind());
            let hint = match node.value {
                Value::Map(_) => "put quotes around a text that contains `: `",
                Value::List(_) | Value::Scalar { .. } => "write a single value",
            };
            Err(Complaint::new(message, hint))
        }
    }
}

fn not_a(wanted: &str, text: &str, quoted: bool) -> String {
    let why = if quoted { "in quotes, so " } else { "" };
    format!("{} is {why}not a {wanted}", quote(text))
}

/// A value in a message, cut to a length that can be read.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// Digits that every reader of YAML takes for the same number: `010` is eight to some.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain && (digits == "0" || !digits.starts_with('0'))
}

/// The number that was probably meant by `0x1F`, `1_000`, `010`, `30.0`, or `42` in quotes.
fn number_meant(text: &str) -> Option<u64> {
    let digits = text.replace(['_', ',', ' '], "").to_lowercase();
    if let Some(digits) = digits.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok();
    }
    if let Some(digits) = digits.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok();
    }
    let digits = digits.strip_suffix(".0").unwrap_or(&digits);
    digits.parse().ok()
}
