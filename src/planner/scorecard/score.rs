//! From how good an element is to a score on a framework's scale, and its colour.

use super::findings::STATUSES;

/// The score nearest to a strength among those that there are, and the strength's colour. The
/// score is of the same colour where the scale has one that is.
pub(super) fn score(scores: &[u32], strength: f64) -> (u32, &'static str) {
    let most = f64::from(*scores.last().expect("a scale has scores"));
    let colour = |share: f64| {
        let reached = STATUSES.iter().rfind(|(_, from)| *from <= share);
        reached.map_or(STATUSES[0].0, |(colour, _)| colour)
    };
    let wanted = colour(strength);
    let distance = |score: &&u32| {
        let share = f64::from(**score) / most;
        let another_colour = colour(share) != wanted;
        (another_colour, ((share - strength).abs() * 1e6) as u64)
    };
    let nearest = scores.iter().min_by_key(distance);
    (*nearest.expect("a scale has scores"), wanted)
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn scores_are_of_the_colour_of_their_strength() {
        let check = |scores: &[u32], strength: f64, expect: (u32, &str)| {
            assert_eq!(score(scores, strength), expect, "{scores:?} {strength}");
        };
        let thirds = [1, 2, 3];
        check(&thirds, 0.15, (1, "Red"));
        check(&thirds, 0.49, (1, "Red"));
        check(&thirds, 0.5, (2, "Yellow"));
        check(&thirds, 0.84, (2, "Yellow"));
        check(&thirds, 0.85, (3, "Green"));
        let sevenths: Vec<u32> = (1..=7).collect();
        check(&sevenths, 0.15, (1, "Red"));
        check(&sevenths, 0.8, (5, "Yellow"));
        check(&sevenths, 0.86, (6, "Green"));
        check(&sevenths, 1.0, (7, "Green"));
        // No score of this scale is red.
        check(&[5, 10], 0.3, (5, "Red"));
        check(&[5, 10], 0.9, (10, "Green"));
        check(&[4], 0.2, (4, "Red"));
    }
}
