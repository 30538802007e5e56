//! What someone meant who wrote something that does not exist.

/// Longer words are not compared: the cost grows with the product of the lengths.
const LONGEST: usize = 64;

/// The word among `known` that `given` is a slip of the keyboard away from.
pub(super) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = given.trim().to_lowercase().replace([' ', '-'], "_");
    if given.is_empty() || given.len() > LONGEST {
        return None;
    }
    let distance = |word: &&str| strsim::damerau_levenshtein(&given, word);
    let best = known.iter().copied().min_by_key(distance)?;
    let tolerated = best.len().max(3) / 3;
    (distance(&best) <= tolerated).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_other_words_are_not() {
        let known = ["champion", "legal", "past_min", "past_max", "min"];
        let check = |given, expect| assert_eq!(nearest(given, &known), expect, "{given}");
        check("chmapion", Some("champion"));
        check("Past Min", Some("past_min"));
        check("pastmax", Some("past_max"));
        check("mn", Some("min"));
        check("token", None);
        check("", None);
        check(&"x".repeat(100_000), None);
    }
}
