//! How names and days are spoken of.

use std::borrow::Cow;

use crate::model::day::Day;

/// Longer names are shortened where they are spoken of. That is the longest that the name of an
/// opportunity can be; an account's can be twice as long, and would fill a subject alone.
pub(super) const LONGEST_NAME: usize = 120;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// At most so many characters; what is cut off shows.
pub(super) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// `12 November`.
pub(in crate::planner) fn day(day: Day) -> String {
    let date = day.date();
    format!("{} {}", date.day(), MONTHS[date.month() as usize - 1])
}

/// `Thursday, 12 November`.
pub(super) fn weekday(of: Day) -> String {
    let weekday = of.date().weekday().to_monday_zero_offset();
    format!("{}, {}", WEEKDAYS[weekday as usize], day(of))
}

#[cfg(test)]
mod tests {
    use super::{day, shortened, weekday};
    use crate::model::day::Day;

    #[test]
    fn days_are_spoken_as_people_do() {
        let of = Day::from_date(jiff::civil::date(2026, 11, 3));
        assert_eq!(day(of), "3 November");
        assert_eq!(weekday(of), "Tuesday, 3 November");
    }

    #[test]
    fn what_is_too_long_is_cut_and_shows_it() {
        assert_eq!(shortened("Änderung", 8), "Änderung");
        assert_eq!(shortened("Änderungen", 8), "Änderun…");
    }
}
