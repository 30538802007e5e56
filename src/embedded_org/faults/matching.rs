//! Which rules a call meets, and when they fire: pure, and the same for the same script and calls.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::rule::{Calls, When};

/// What rules ask of a call.
#[derive(Debug, Clone)]
pub(crate) struct Facts<'c> {
    pub(super) method: &'c str,
    /// Without the slash that it starts with.
    pub(super) path: &'c str,
    /// The sObjects that it is about.
    pub(super) objects: Vec<String>,
}

/// How often a rule was met.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Calls that match.
    pub(super) seen: u64,
    /// Calls of these that it did something to.
    pub(super) fired: u64,
    /// Records that it looked at, also in requests that were undone.
    pub(super) rows: Arc<AtomicU64>,
}

impl Counted {
    /// Counts a call that matches, and says whether the rule fires for it.
    pub(super) fn fires(&mut self, when: &When, (seed, rule): (u64, u64)) -> bool {
        self.seen += 1;
        let is_call = match when.calls {
            Calls::Nth(nth) => self.seen == nth,
            Calls::Every(every) => self.seen.is_multiple_of(every),
            Calls::Between(from, to) => (from..=to).contains(&self.seen),
        };
        let fires = is_call
            && self.fired < when.times
            && is_lucky(draw(seed, rule, self.seen), when.chance);
        self.fired += u64::from(fires);
        fires
    }
}

/// A number that depends on the seed, the rule and how many calls it saw.
pub(super) fn draw(seed: u64, rule: u64, seen: u64) -> u64 {
    let mut bytes = [0; 24];
    for (place, number) in bytes.chunks_exact_mut(8).zip([seed, rule, seen]) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    let hash = blake3::hash(&bytes);
    let (first, _) = hash.as_bytes().split_at(8);
    u64::from_le_bytes(first.try_into().expect("eight bytes were split off"))
}

fn is_lucky(drawn: u64, chance: f64) -> bool {
    chance >= 1.0 || (drawn >> 11) as f64 / (1_u64 << 53) as f64 <= chance && chance > 0.0
}

/// Whether a call is of those that a rule is for.
pub(super) fn meets(when: &When, facts: &Facts<'_>) -> bool {
    let method = when.method.as_deref();
    let is_method = method.is_none_or(|method| method.eq_ignore_ascii_case(facts.method));
    let is_path = match below_version(facts.path) {
        Some(path) => when.path.matches(path) || when.path.matches(facts.path),
        // Signing in and the like is only met by rules that say so.
        None => when.path.matches(facts.path) && when.path.pattern().starts_with("services/"),
    };
    let is_object = when.object.as_ref().is_none_or(|object| {
        facts
            .objects
            .iter()
            .any(|found| found.eq_ignore_ascii_case(object))
    });
    is_method && is_path && is_object
}

/// `services/data/v67.0/limits` is `limits`.
fn below_version(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("services/data/")?;
    rest.split_once('/').map(|(_, below)| below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wildmatch::WildMatch;

    fn when(path: &str, object: Option<&str>, calls: Calls) -> When {
        When {
            method: None,
            path: WildMatch::new(path),
            object: object.map(str::to_owned),
            calls,
            times: u64::MAX,
            chance: 1.0,
        }
    }

    fn check(path: &str, object: Option<&str>, call: (&str, &[&str]), expect: bool) {
        let facts = Facts {
            method: "POST",
            path: call.0,
            objects: call.1.iter().map(|it| (*it).to_owned()).collect(),
        };
        let when = when(path, object, Calls::Every(1));
        assert_eq!(meets(&when, &facts), expect, "{path} {object:?} {call:?}");
        let other = When {
            method: Some("GET".to_owned()),
            ..when
        };
        assert!(!meets(&other, &facts));
    }

    #[test]
    fn calls_are_met_by_path_and_object() {
        let event = ("services/data/v67.0/sobjects/Event/00U", &["Event"][..]);
        check("*", None, event, true);
        check("sobjects/*", None, event, true);
        check("sobjects/Event", None, event, false);
        check("services/data/v6?.0/sobjects/Event/*", None, event, true);
        check("*", Some("event"), event, true);
        check("*", Some("Task"), event, false);
        let token = ("services/oauth2/token", &[][..]);
        check("*", None, token, false);
        check("services/oauth2/*", None, token, true);
    }

    fn check_calls(calls: Calls, times: u64, expect: &[u64]) {
        let when = When {
            times,
            ..when("*", None, calls)
        };
        let mut counted = Counted::default();
        let fired: Vec<u64> = (1..=8).filter(|_| counted.fires(&when, (1, 0))).collect();
        assert_eq!(fired, expect, "{calls:?}");
    }

    #[test]
    fn rules_count_their_calls() {
        check_calls(Calls::Nth(3), u64::MAX, &[3]);
        check_calls(Calls::Every(3), u64::MAX, &[3, 6]);
        check_calls(Calls::Every(1), 2, &[1, 2]);
        check_calls(Calls::Between(3, 5), u64::MAX, &[3, 4, 5]);
        check_calls(Calls::Between(7, u64::MAX), u64::MAX, &[7, 8]);
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed() {
        let fired = |seed, chance| {
            let when = When {
                chance,
                ..when("*", None, Calls::Every(1))
            };
            let mut counted = Counted::default();
            (0..1000)
                .filter(|_| counted.fires(&when, (seed, 0)))
                .collect::<Vec<_>>()
        };
        assert_eq!(fired(1, 0.3), fired(1, 0.3));
        assert_ne!(fired(1, 0.3), fired(2, 0.3));
        assert!((250..350).contains(&fired(1, 0.3).len()));
        assert!(fired(1, 0.0).is_empty());
    }
}
