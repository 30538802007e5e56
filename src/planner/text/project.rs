//! The own words of an opportunity: its name without the account's in it.

/// What stands between the account and the rest in many a name.
const SEPARATORS: &[&str] = &[" - ", " – ", " — ", ": ", " | ", " / "];

/// `Standby Generator` of `GenePoint Standby Generator` at `GenePoint`; the whole name where nothing
/// else is left.
pub(super) fn own_words<'a>(name: &'a str, account: &str) -> &'a str {
    let name = name.trim();
    for separator in SEPARATORS {
        if let Some((before, after)) = name.split_once(separator) {
            let rest = match (speaks_of(before, account), speaks_of(after, account)) {
                (true, false) => after,
                (false, true) => before,
                _ => continue,
            };
            return rest.trim();
        }
    }
    let mut rest = name;
    let mut known = words(account).peekable();
    while let Some(expect) = known.peek() {
        let word = rest.split_whitespace().next().unwrap_or_default();
        let after = rest[word.len()..].trim_start();
        let same = plain(word) == *expect && !expect.is_empty();
        // `AZ` of Arizona, where the words before it were the account's, too.
        let short = rest.len() < name.len()
            && word.chars().count() == 2
            && word.chars().all(char::is_uppercase)
            && plain(word).chars().next() == expect.chars().next();
        if !same && !short || after.is_empty() {
            break;
        }
        rest = after;
        known.next();
    }
    let rest = rest.trim_start_matches(|char: char| !char.is_alphanumeric());
    // A number alone is no name.
    if rest.chars().filter(|char| char.is_alphabetic()).count() < 2 {
        return name;
    }
    rest
}

/// Whether a part of a name is the account's: they begin with the same word.
fn speaks_of(part: &str, account: &str) -> bool {
    let first = words(account).next().unwrap_or_default();
    !first.is_empty() && words(part).next().as_ref() == Some(&first)
}

/// The words of a name, without case and marks.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split_whitespace().map(plain);
    words.filter(|word| !word.is_empty())
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|char| char.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::own_words;

    #[test]
    fn the_accounts_words_are_left_out() {
        let check = |name, account, expect| assert_eq!(own_words(name, account), expect, "{name}");
        check(
            "GenePoint Standby Generator",
            "GenePoint",
            "Standby Generator",
        );
        check("Edge SLA", "Edge Communications", "SLA");
        check(
            "Grand Hotels Kitchen Generator",
            "Grand Hotels & Resorts Ltd",
            "Kitchen Generator",
        );
        check("University of AZ SLA", "University of Arizona", "SLA");
        check("Cancity - GTX Plus Basic", "Cancity", "GTX Plus Basic");
        check("Renewal: Acme", "Acme Corp.", "Renewal");
        check("Deal 7", "Acme", "Deal 7");
        check("Acme", "Acme", "Acme");
        check("Acme 2026", "Acme", "Acme 2026");
        check("New logo - MG Advanced", "", "New logo - MG Advanced");
        check("Acmeville Platform", "Acme", "Acmeville Platform");
    }
}
