//! How two texts differ, in a few lines.

use crate::listing::counted;
use owo_colors::OwoColorize as _;
use similar::{ChangeTag, DiffTag, TextDiff};

use super::paint;
use super::text::{brief, clean};
use crate::model::change::Action;

/// Texts are compared up to here, so that comparing costs little at any length.
const MOST_CHARS: usize = 8_000;

/// Words of what is the same that are shown around what is not.
const CONTEXT: usize = 3;

/// Texts that have less than this in common are shown one under the other.
const ALIKE: f32 = 0.4;

/// The lines that differ, `most` of them at most. A line of which a part has changed is shown
/// once, as `… the [-old-]{+new+} words …`.
pub(super) fn lines(before: &str, after: &str, width: usize, most: usize) -> Vec<String> {
    let (before, after) = (beginning(before), beginning(after));
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let diff = TextDiff::from_slices(&old, &new);
    let changed = diff
        .ops()
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .flat_map(|op| replaced(&old[op.old_range()], &new[op.new_range()], width));
    bounded(changed.collect(), most)
}

fn beginning(text: &str) -> String {
    // What Salesforce gives back has other line ends than what we send.
    let beginning: String = text.chars().take(MOST_CHARS).collect();
    beginning.replace("\r\n", "\n")
}

fn bounded(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.is_empty() {
        return vec![paint::dim("(differs further on)")];
    }
    if lines.len() > most {
        let kept = most.saturating_sub(1);
        let rest = lines.len() - kept;
        lines.truncate(kept);
        let rest = counted(rest as u64, "more line differs", "more lines differ");
        lines.push(paint::dim(&format!("({rest})")));
    }
    lines
}

fn replaced(old: &[&str], new: &[&str], width: usize) -> Vec<String> {
    let pairs = old.len().min(new.len());
    let mut lines: Vec<String> = (old.iter().zip(new))
        .flat_map(|(old, new)| pair(old, new, width))
        .collect();
    lines.extend(
        old[pairs..]
            .iter()
            .map(|line| whole(Action::Delete, line, width)),
    );
    lines.extend(
        new[pairs..]
            .iter()
            .map(|line| whole(Action::Create, line, width)),
    );
    lines
}

/// A line that is only on one side.
fn whole(action: Action, line: &str, width: usize) -> String {
    let line = brief(line, width.saturating_sub(2));
    format!("{} {line}", paint::symbol(action))
}

fn pair(old: &str, new: &str, width: usize) -> Vec<String> {
    let diff = TextDiff::from_words(old, new);
    if in_common(&diff) < ALIKE {
        return vec![
            whole(Action::Delete, old, width),
            whole(Action::Create, new, width),
        ];
    }
    let line = words(&diff, width.saturating_sub(2));
    vec![format!("{} {line}", paint::symbol(Action::Update))]
}

/// The share of words, not of the spaces between them, that both lines have.
fn in_common(diff: &TextDiff<'_, '_, str>) -> f32 {
    let changes = diff.iter_all_changes();
    let words = changes.filter(|change| !change.value().trim().is_empty());
    let (shared, all) = words.fold((0, 0), |(shared, all), change| match change.tag() {
        ChangeTag::Equal => (shared + 2, all + 2),
        ChangeTag::Delete | ChangeTag::Insert => (shared, all + 1),
    });
    shared as f32 / all.max(1) as f32
}

/// One line with both texts: what is the same only near to what is not.
fn words(diff: &TextDiff<'_, '_, str>, width: usize) -> String {
    let (mut shown, mut left) = (String::new(), width);
    let ops = diff.ops();
    for (number, op) in ops.iter().enumerate() {
        let edges = (number > 0, number + 1 < ops.len());
        let part = |tag: ChangeTag| -> String {
            let changes = diff.iter_changes(op).filter(|change| change.tag() == tag);
            changes.map(|change| change.value()).collect()
        };
        for (tag, style) in [
            (ChangeTag::Equal, None),
            (ChangeTag::Delete, Some(("[-", "-]", Action::Delete))),
            (ChangeTag::Insert, Some(("{+", "+}", Action::Create))),
        ] {
            let text = part(tag);
            if text.is_empty() {
                continue;
            }
            let (text, action) = match style {
                None => (near(&clean(&text), edges), None),
                Some((open, close, action)) => {
                    (format!("{open}{}{close}", clean(&text)), Some(action))
                }
            };
            let text = super::text::clip(&text, left);
            left = left.saturating_sub(text.chars().count());
            match action {
                None => shown.push_str(&text),
                Some(action) => {
                    let style = paint::style(action);
                    shown.push_str(&text.style(style).to_string());
                }
            }
        }
    }
    shown
}

/// A stretch that both texts share, without its middle. `edges` tells on which sides a
/// difference lies.
fn near(text: &str, (before, after): (bool, bool)) -> String {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    // A space at the start is no word.
    let spaced = usize::from(text.starts_with(' '));
    let head = if before { CONTEXT + spaced } else { 0 };
    let tail = if after { CONTEXT } else { 0 };
    if words.len() <= head + tail + 1 {
        return text.to_owned();
    }
    let (first, last) = (&words[..head], &words[words.len() - tail..]);
    let last = last.concat();
    let space = if last.is_empty() { "" } else { " " };
    format!("{}…{space}{last}", first.concat())
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::lines;

    #[track_caller]
    fn check(before: &str, after: &str, expect: &[&str]) {
        let shown: Vec<_> = lines(before, after, 60, 4)
            .iter()
            .map(|line| strip_str(line).to_string())
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_changed_word_is_shown_with_its_neighbours() {
        check(
            "We walked through the pilot plan and agreed to meet Anna again next week in Berlin",
            "We walked through the pilot plan and agreed to meet Otto again next week in Berlin",
            &["~ … agreed to meet [-Anna-]{+Otto+} again next week …"],
        );
    }

    #[test]
    fn lines_that_stay_are_not_shown() {
        check(
            "Attendees: Anna\r\nNotes:\r\n- budget confirmed\r\n- legal next",
            "Attendees: Anna\nNotes:\n- legal next\n- security review",
            &["- - budget confirmed", "+ - security review"],
        );
    }

    #[test]
    fn texts_with_nothing_in_common_stand_under_each_other() {
        check(
            "one two three",
            "four five six",
            &["- one two three", "+ four five six"],
        );
    }

    #[test]
    fn what_is_too_much_is_counted() {
        check(
            "",
            "a\nb\nc\nd\ne\nf",
            &["+ a", "+ b", "+ c", "(3 more lines differ)"],
        );
        let long = "x".repeat(9_000);
        check(
            &format!("{long}a"),
            &format!("{long}b"),
            &["(differs further on)"],
        );
    }

    #[test]
    fn texts_cannot_act_on_the_terminal() {
        check("\u{1b}[2J", "safe", &["- \\u{1b}[2J", "+ safe"]);
    }
}
