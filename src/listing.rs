//! Counts and lists as a sentence has them.

/// `1 deal`, `1,200 deals`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(count),
        if count == 1 { one } else { many }
    )
}

/// `12,345`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// So many of a list are named: one example may be an exception, and of three one sees what they
/// have in common.
const MOST_NAMED: usize = 3;

/// The first few names, and how many more there are: `a, b, c and 4 more`.
pub(crate) fn some_of<Name: AsRef<str>>(names: &[Name]) -> String {
    let shown = names.iter().take(MOST_NAMED).map(AsRef::as_ref);
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {} more", thousands(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, some_of, thousands};

    #[test]
    fn long_lists_are_cut() {
        let check = |names: &[&str], expect| assert_eq!(some_of(names), expect);
        check(&["a"], "a");
        check(&["a", "b", "c"], "a, b, c");
        check(&["a", "b", "c", "d"], "a, b, c and 1 more");
        check(&["a", "b", "c", "d", "e"], "a, b, c and 2 more");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        let shown = [0, 999, 1000, 123_456, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }

    #[test]
    fn one_is_singular() {
        let shown = [0, 1, 2, 1200].map(|count| counted(count, "entry", "entries"));
        assert_eq!(
            shown,
            ["0 entries", "1 entry", "2 entries", "1,200 entries"]
        );
    }
}
