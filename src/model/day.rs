//! Calendar days as plain numbers, and the business days among them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A calendar day: days since 1970-01-01. Cheap to step, compare and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(i32);

/// 1970-01-01 was a Thursday, three days after a Monday.
const EPOCH_WEEKDAY: i32 = 3;

impl Day {
    pub(crate) fn from_date(date: Date) -> Self {
        let epoch = jiff::civil::date(1970, 1, 1);
        let span = date.since(epoch).expect("a span in days always fits");
        Self(span.get_days())
    }

    pub(crate) fn date(self) -> Date {
        let span = jiff::Span::new().days(self.0);
        jiff::civil::date(1970, 1, 1).saturating_add(span)
    }

    pub(crate) fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    pub(crate) fn number(self) -> i32 {
        self.0
    }

    pub(crate) fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// 0 is Monday, 6 is Sunday.
    fn weekday(self) -> i32 {
        (self.0 + EPOCH_WEEKDAY).rem_euclid(7)
    }

    /// This day's number among business days; a weekend counts as the Friday before it.
    pub(crate) fn business(self) -> BusinessDay {
        let weeks = (self.0 + EPOCH_WEEKDAY).div_euclid(7);
        BusinessDay(weeks * 5 + self.weekday().min(4))
    }
}

/// A Monday to Friday, numbered without gaps, so that five steps are a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BusinessDay(i32);

impl BusinessDay {
    pub(crate) fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// How many business days lie from `other` to this one.
    pub(crate) fn since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// 0 is Monday, 4 is Friday.
    pub(crate) fn weekday(self) -> u8 {
        self.0.rem_euclid(5) as u8
    }

    pub(crate) fn day(self) -> Day {
        let (weeks, weekday) = (self.0.div_euclid(5), self.0.rem_euclid(5));
        Day(weeks * 7 + weekday - EPOCH_WEEKDAY)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let date: Date = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self::from_date(date))
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    fn day(text: &str) -> Day {
        Day::from_date(text.parse().unwrap())
    }

    #[test]
    fn business_days_step_over_weekends() {
        for (from, steps, to) in [
            ("2026-11-20", 1, "2026-11-23"),
            ("2026-11-23", -1, "2026-11-20"),
            ("2026-11-18", 5, "2026-11-25"),
            ("2026-11-22", 0, "2026-11-20"),
            ("2026-11-21", 1, "2026-11-23"),
            ("1969-12-29", 3, "1970-01-01"),
        ] {
            assert_eq!(
                day(from).business().plus(steps).day(),
                day(to),
                "{from} {steps}"
            );
        }
    }

    #[test]
    fn days_and_dates_agree() {
        for text in ["1969-12-31", "1970-01-01", "2024-02-29", "2026-11-22"] {
            assert_eq!(day(text).to_string(), text);
        }
    }
}
