//! Everybody's agenda: who is in a meeting when.

use smallvec::SmallVec;

use crate::model::day::Day;

/// A span of time in quarters of an hour since 1970; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: i32,
    pub(super) end: i32,
}

impl Span {
    const MINUTES: i32 = 15;

    /// From a minute on; quarters that are begun count whole.
    pub(super) fn new(start: i32, minutes: i32) -> Self {
        Self {
            start: start.div_euclid(Self::MINUTES),
            end: (start + minutes + Self::MINUTES - 1).div_euclid(Self::MINUTES),
        }
    }
}

/// A user's: the quarters that are busy, a bit each, and how many meetings are held on each day.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    busy: Track<u64>,
    held: Track<u8>,
}

impl Agenda {
    pub(super) fn is_free(&self, span: Span) -> bool {
        words(span).all(|(word, mask)| self.busy.get(word) & mask == 0)
    }

    pub(super) fn enter(&mut self, span: Span) {
        for (word, mask) in words(span) {
            *self.busy.entry(word) |= mask;
        }
    }

    /// How many meetings the user holds on a day.
    pub(super) fn held(&self, day: Day) -> u32 {
        u32::from(self.held.get(day.number()))
    }

    pub(super) fn hold(&mut self, day: Day) {
        let held = self.held.entry(day.number());
        *held = held.saturating_add(1);
    }
}

/// A contact's: there are many of them, with few meetings each.
#[derive(Debug, Default)]
pub(super) struct Appointments(SmallVec<[Span; 4]>);

impl Appointments {
    pub(super) fn is_free(&self, span: Span) -> bool {
        let overlaps = |other: &Span| other.start < span.end && span.start < other.end;
        !self.0.iter().any(overlaps)
    }

    pub(super) fn enter(&mut self, span: Span) {
        self.0.push(span);
    }
}

/// The words that a span lies in, with its bits in each.
fn words(span: Span) -> impl Iterator<Item = (i32, u64)> {
    let bits = u64::BITS as i32;
    (span.start.div_euclid(bits)..=(span.end - 1).div_euclid(bits)).map(move |word| {
        let first = (span.start - word * bits).max(0);
        let last = (span.end - 1 - word * bits).min(bits - 1);
        (word, (u64::MAX >> (bits - 1 - last)) & (u64::MAX << first))
    })
}

/// Values by number, from the first to the last that were touched.
#[derive(Debug, Default)]
struct Track<T> {
    first: i32,
    values: Vec<T>,
}

impl<T: Copy + Default> Track<T> {
    fn get(&self, number: i32) -> T {
        let place = usize::try_from(number - self.first).ok();
        let value = place.and_then(|place| self.values.get(place));
        value.copied().unwrap_or_default()
    }

    fn entry(&mut self, number: i32) -> &mut T {
        if self.values.is_empty() {
            self.first = number;
        }
        let missing = self.first - number;
        if missing > 0 {
            let fresh = std::iter::repeat_n(T::default(), missing as usize);
            self.values.splice(0..0, fresh);
            self.first = number;
        }
        let place = (number - self.first) as usize;
        if self.values.len() <= place {
            self.values.resize(place + 1, T::default());
        }
        &mut self.values[place]
    }
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Appointments, Span};

    #[test]
    fn meetings_that_touch_do_not_overlap() {
        let check = |entered: &[(i32, i32)], (start, minutes), expect| {
            let (mut agenda, mut appointments) = (Agenda::default(), Appointments::default());
            for (start, minutes) in entered {
                agenda.enter(Span::new(*start, *minutes));
                appointments.enter(Span::new(*start, *minutes));
            }
            let span = Span::new(start, minutes);
            assert_eq!(
                agenda.is_free(span),
                expect,
                "{entered:?} {start} {minutes}"
            );
            assert_eq!(appointments.is_free(span), expect);
        };
        check(&[], (600, 60), true);
        check(&[(600, 30)], (630, 30), true);
        check(&[(600, 25)], (630, 25), true);
        check(&[(600, 45)], (630, 25), false);
        check(&[(600, 60)], (615, 15), false);
        check(&[(0, 30), (5_000_000, 60)], (4_999_980, 30), false);
        check(&[(5_000_000, 60), (0, 30)], (30, 4_999_965), true);
        // Across the end of a word of quarters.
        check(&[(950, 30)], (965, 15), false);
        check(&[(945, 15)], (960, 15), true);
    }
}
