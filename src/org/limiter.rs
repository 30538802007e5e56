//! How many calls may be under way at once: fewer when the org pushes back, slowly more again. Pure.
//!
//! Additive increase, multiplicative decrease, as TCP does it. Until the org first pushes back there
//! is no limit but the caller's own.

/// The state of the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limiter {
    in_flight: usize,
    /// Of those in flight, how many were so when the limit fell last. What they come back with
    /// says nothing about the new limit.
    stale: usize,
    fallen: Option<Fallen>,
}

/// A limit, which is on its way back up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fallen {
    limit: usize,
    /// How many were in flight when the org first pushed back; from there on there is no limit.
    from: usize,
    /// Good calls since the limit was last changed.
    good: usize,
}

/// What a call says about the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// The org had too much to do at that moment.
    PushedBack,
    /// Nothing, as where the connection broke.
    Unknown,
}

/// The limit rises by one after so many good calls: with two at once, of two seconds each, every
/// twelve seconds.
const GOOD_CALLS: usize = 12;

impl Limiter {
    pub(super) const fn new() -> Self {
        Self {
            in_flight: 0,
            stale: 0,
            fallen: None,
        }
    }

    /// Whether one more call may go; if so, it counts as under way from now on.
    pub(super) fn enter(&mut self) -> bool {
        let may = self.in_flight < self.limit();
        self.in_flight += usize::from(may);
        may
    }

    /// A call came back.
    pub(super) fn leave(&mut self, verdict: Verdict) {
        let at_once = self.in_flight;
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.stale > 0 {
            self.stale -= 1;
            return;
        }
        match verdict {
            Verdict::Good => self.rise(),
            Verdict::PushedBack => self.fall(at_once),
            Verdict::Unknown => {}
        }
    }

    /// Lowers the limit for a reason that only the caller sees, such as rows that were locked. The
    /// call in question has come back already.
    pub(super) fn ease_off(&mut self) {
        if self.stale == 0 {
            self.fall(self.in_flight + 1);
        }
    }

    /// At least one.
    pub(super) fn limit(&self) -> usize {
        self.fallen.map_or(usize::MAX, |fallen| fallen.limit)
    }

    fn fall(&mut self, at_once: usize) {
        let from = self.fallen.map_or(at_once, |fallen| fallen.from);
        self.fallen = Some(Fallen {
            limit: (at_once.min(self.limit()) / 2).max(1),
            from,
            good: 0,
        });
        self.stale = self.in_flight;
    }

    fn rise(&mut self) {
        let Some(fallen) = &mut self.fallen else {
            return;
        };
        fallen.good += 1;
        if fallen.good < GOOD_CALLS {
            return;
        }
        fallen.good = 0;
        fallen.limit += 1;
        if fallen.limit >= fallen.from {
            self.fallen = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Good, PushedBack, Unknown};
    use super::*;

    /// What happens to a limiter, one after the other.
    enum Step {
        /// So many calls are begun, of which so many may go.
        Begin(usize, usize),
        /// So many calls come back like this.
        End(usize, Verdict),
        EaseOff,
    }
    use Step::{Begin, EaseOff, End};

    /// Where the limit is after the steps; nothing where there is none.
    #[track_caller]
    fn check(steps: &[Step], expect: Option<usize>) {
        let mut limiter = Limiter::new();
        for step in steps {
            match step {
                Begin(tried, expect) => {
                    let may = (0..*tried).filter(|_| limiter.enter()).count();
                    assert_eq!(may, *expect, "{limiter:?}");
                }
                End(calls, verdict) => (0..*calls).for_each(|_| limiter.leave(*verdict)),
                EaseOff => limiter.ease_off(),
            }
        }
        let limit = Some(limiter.limit()).filter(|limit| *limit < usize::MAX);
        assert_eq!(limit, expect, "{limiter:?}");
    }

    #[test]
    fn there_is_no_limit_while_all_goes_well() {
        check(&[Begin(500, 500), End(500, Good)], None);
        check(&[Begin(5, 5), End(5, Unknown)], None);
    }

    #[test]
    fn a_push_back_halves_what_was_under_way() {
        check(&[Begin(8, 8), End(1, PushedBack)], Some(4));
        check(&[Begin(5, 5), End(1, PushedBack)], Some(2));
        check(&[Begin(1, 1), End(1, PushedBack)], Some(1));
        check(&[Begin(8, 8), End(1, PushedBack), Begin(1, 0)], Some(4));
    }

    #[test]
    fn calls_that_are_refused_together_count_once() {
        check(&[Begin(8, 8), End(8, PushedBack)], Some(4));
        check(
            &[
                Begin(8, 8),
                End(8, PushedBack),
                Begin(8, 4),
                End(4, PushedBack),
            ],
            Some(2),
        );
    }

    #[test]
    fn it_never_falls_below_one() {
        let volley = || [Begin(8, 1), End(1, PushedBack)];
        let mut steps = vec![Begin(2, 2), End(2, PushedBack)];
        steps.extend((0..5).flat_map(|_| volley()));
        check(&steps, Some(1));
    }

    #[test]
    fn it_rises_by_one_after_many_good_calls_and_then_goes_away() {
        let fallen = || vec![Begin(4, 4), End(4, PushedBack)];
        let good = |calls| (0..calls).flat_map(|_| [Begin(1, 1), End(1, Good)]);
        let after = |calls| fallen().into_iter().chain(good(calls)).collect::<Vec<_>>();
        check(&after(GOOD_CALLS - 1), Some(2));
        check(&after(GOOD_CALLS), Some(3));
        check(&after(2 * GOOD_CALLS), None);
    }

    #[test]
    fn the_caller_may_ease_off() {
        check(&[Begin(5, 5), End(1, Good), EaseOff], Some(2));
        // The others of that moment met the same locks.
        check(
            &[Begin(5, 5), End(1, Good), EaseOff, End(1, Good), EaseOff],
            Some(2),
        );
        check(&[EaseOff], Some(1));
    }
}
