//! Moments of a story: business days from its end, and the minute of the day.

use super::{Source, When};
use crate::model::id::UserId;

/// The hours of a working day, in minutes.
const MORNING: u32 = 9 * 60;
pub(super) const EVENING: u32 = 18 * 60;

/// The quantiles of a lognormal distribution with a median of 120 minutes and a sigma of 1.6, at
/// 1/40, 3/40, …, 39/40. A table, because logarithms differ between machines.
const LAGS: [u32; 20] = [
    5, 12, 19, 27, 36, 46, 58, 71, 87, 106, 135, 165, 202, 250, 314, 402, 533, 749, 1_198, 2_160,
];

/// A time of one day of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// Business days from the story's end.
    pub(super) day: i32,
    pub(super) minute: u32,
}

impl Moment {
    /// So many minutes of working time later, but no later than the evening of the last day.
    pub(super) fn later(self, minutes: u32, last: i32) -> Self {
        let mut day = self.day;
        let mut minute = self.minute.clamp(MORNING, EVENING) + minutes;
        while minute >= EVENING {
            day += 1;
            minute = minute - EVENING + MORNING;
        }
        if day <= last {
            return Self { day, minute };
        }
        // What cannot wait is answered within minutes.
        Self {
            day: self.day,
            minute: self.minute + 3 + minutes % 17,
        }
    }

    pub(super) fn when(self, source: &Source, owner: UserId, minutes: u32) -> When {
        let zone = source.desk(owner).zone;
        let day = source.base.plus(self.day).day();
        When::new(zone, zone.instant(day, self.minute), minutes)
    }
}

/// The minutes of working time until a reply, for a draw from 0 to 1.
pub(super) fn lag(unit: f64, percent: u32) -> u32 {
    let at = unit * LAGS.len() as f64;
    let (low, high) = (at as usize, (at as usize + 1).min(LAGS.len() - 1));
    let (low, high) = (f64::from(LAGS[low]), f64::from(LAGS[high]));
    let minutes = low + (high - low) * at.fract();
    ((minutes * f64::from(percent) / 100.0) as u32).clamp(3, 4 * (EVENING - MORNING))
}

/// When mails are written, in minutes of the day: mostly at the two peaks of the day, never after
/// it, and never on the full hour.
pub(super) fn writing_time(unit: f64) -> u32 {
    // From which share on, and from which to which minute.
    const HOURS: [(f64, f64, f64); 5] = [
        (0.95, 16.0, 18.0),
        (0.77, 11.0, 14.0),
        (0.58, 16.0, 18.0),
        (0.30, 14.0, 16.0),
        (0.0, 9.0, 11.0),
    ];
    let mut until = 1.0;
    for (from, start, end) in HOURS {
        if unit >= from {
            let hour = start + (unit - from) / (until - from) * (end - start);
            let minute = (hour * 60.0) as u32;
            return minute + u32::from(minute.is_multiple_of(60));
        }
        until = from;
    }
    MORNING + 1
}

#[cfg(test)]
mod tests {
    use super::{EVENING, MORNING, Moment, lag, writing_time};

    #[test]
    fn replies_come_in_working_time_and_not_after_the_last_day() {
        let check = |(day, minute): (i32, u32), minutes, expect: (i32, u32)| {
            let later = Moment { day, minute }.later(minutes, -1);
            assert_eq!(
                (later.day, later.minute),
                expect,
                "{day} {minute} {minutes}"
            );
        };
        check((-3, 600), 120, (-3, 720));
        check((-3, 1_020), 120, (-2, 600));
        check((-3, 1_200), 30, (-2, 570));
        check((-2, 1_020), 1_200, (-2, 1_033));
        check((-1, 1_070), 20, (-1, 1_076));
    }

    #[test]
    fn lags_grow_with_their_draw() {
        let lags: Vec<_> = (0..100).map(|n| lag(f64::from(n) / 100.0, 100)).collect();
        assert!(lags.is_sorted());
        assert_eq!((lags[0], lags[50]), (5, 135));
        assert!(lags[99] >= 1_900);
    }

    #[test]
    fn mails_are_written_in_the_day_and_never_on_the_hour() {
        for unit in 0..1_000 {
            let minute = writing_time(f64::from(unit) / 1_000.0);
            assert!((MORNING..EVENING).contains(&minute) && !minute.is_multiple_of(60));
        }
    }
}
