//! Date literals such as `THIS_QUARTER` or `LAST_N_DAYS:30`: the days they stand for.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// A span of days, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: Date,
    pub(super) end: Date,
    /// `LAST_N_DAYS` ends with the present moment, not with the day.
    pub(super) ends_now: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// How far the unit is, or how many units.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// One unit, so many from the current.
    Single(i64),
    /// One unit, n before the current.
    Ago,
    /// The n units before the current.
    Last,
    /// The n units after the current.
    Next,
    /// A fixed number of days back, today included.
    LastDays(i64),
    /// A fixed number of days ahead.
    NextDays(i64),
}

const PERIODS: &[(&str, Unit, Reach)] = &[
    ("YESTERDAY", Unit::Day, Reach::Single(-1)),
    ("TODAY", Unit::Day, Reach::Single(0)),
    ("TOMORROW", Unit::Day, Reach::Single(1)),
    ("LAST_WEEK", Unit::Week, Reach::Single(-1)),
    ("THIS_WEEK", Unit::Week, Reach::Single(0)),
    ("NEXT_WEEK", Unit::Week, Reach::Single(1)),
    ("LAST_MONTH", Unit::Month, Reach::Single(-1)),
    ("THIS_MONTH", Unit::Month, Reach::Single(0)),
    ("NEXT_MONTH", Unit::Month, Reach::Single(1)),
    ("LAST_QUARTER", Unit::Quarter, Reach::Single(-1)),
    ("THIS_QUARTER", Unit::Quarter, Reach::Single(0)),
    ("NEXT_QUARTER", Unit::Quarter, Reach::Single(1)),
    ("LAST_YEAR", Unit::Year, Reach::Single(-1)),
    ("THIS_YEAR", Unit::Year, Reach::Single(0)),
    ("NEXT_YEAR", Unit::Year, Reach::Single(1)),
    ("LAST_FISCAL_QUARTER", Unit::Quarter, Reach::Single(-1)),
    ("THIS_FISCAL_QUARTER", Unit::Quarter, Reach::Single(0)),
    ("NEXT_FISCAL_QUARTER", Unit::Quarter, Reach::Single(1)),
    ("LAST_FISCAL_YEAR", Unit::Year, Reach::Single(-1)),
    ("THIS_FISCAL_YEAR", Unit::Year, Reach::Single(0)),
    ("NEXT_FISCAL_YEAR", Unit::Year, Reach::Single(1)),
    ("LAST_90_DAYS", Unit::Day, Reach::LastDays(90)),
    ("NEXT_90_DAYS", Unit::Day, Reach::NextDays(90)),
    ("LAST_N_DAYS", Unit::Day, Reach::Last),
    ("NEXT_N_DAYS", Unit::Day, Reach::Next),
    ("N_DAYS_AGO", Unit::Day, Reach::Ago),
    ("LAST_N_WEEKS", Unit::Week, Reach::Last),
    ("NEXT_N_WEEKS", Unit::Week, Reach::Next),
    ("N_WEEKS_AGO", Unit::Week, Reach::Ago),
    ("LAST_N_MONTHS", Unit::Month, Reach::Last),
    ("NEXT_N_MONTHS", Unit::Month, Reach::Next),
    ("N_MONTHS_AGO", Unit::Month, Reach::Ago),
    ("LAST_N_QUARTERS", Unit::Quarter, Reach::Last),
    ("NEXT_N_QUARTERS", Unit::Quarter, Reach::Next),
    ("N_QUARTERS_AGO", Unit::Quarter, Reach::Ago),
    ("LAST_N_YEARS", Unit::Year, Reach::Last),
    ("NEXT_N_YEARS", Unit::Year, Reach::Next),
    ("N_YEARS_AGO", Unit::Year, Reach::Ago),
    ("LAST_N_FISCAL_QUARTERS", Unit::Quarter, Reach::Last),
    ("NEXT_N_FISCAL_QUARTERS", Unit::Quarter, Reach::Next),
    ("N_FISCAL_QUARTERS_AGO", Unit::Quarter, Reach::Ago),
    ("LAST_N_FISCAL_YEARS", Unit::Year, Reach::Last),
    ("NEXT_N_FISCAL_YEARS", Unit::Year, Reach::Next),
    ("N_FISCAL_YEARS_AGO", Unit::Year, Reach::Ago),
];

pub(super) fn is_period(name: &str) -> bool {
    PERIODS.iter().any(|(period, ..)| *period == name)
}

/// The days of a literal, seen from a day; none where its number is missing, or not wanted.
pub(super) fn period(name: &str, count: Option<i64>, today: Date) -> Option<Period> {
    let (_, unit, reach) = PERIODS.iter().find(|(period, ..)| *period == name)?;
    let current = floor(today, *unit);
    let at = |units: i64| plus(current, *unit, units);
    let (start, end, ends_now) = match (reach, count) {
        (Reach::Single(units), None) => (at(*units)?, at(units + 1)?, false),
        (Reach::LastDays(days), None) => (at(-days)?, at(1)?, true),
        (Reach::NextDays(days), None) => (at(1)?, at(days + 1)?, false),
        (Reach::Ago, Some(count)) => (at(-count)?, at(1 - count)?, false),
        (Reach::Last, Some(count)) if *unit == Unit::Day => (at(-count)?, at(1)?, true),
        (Reach::Last, Some(count)) => (at(-count)?, at(0)?, false),
        (Reach::Next, Some(count)) => (at(1)?, at(count + 1)?, false),
        (Reach::Single(_) | Reach::LastDays(_) | Reach::NextDays(_), Some(_))
        | (Reach::Ago | Reach::Last | Reach::Next, None) => return None,
    };
    Some(Period {
        start,
        end,
        ends_now,
    })
}

/// The first day of the unit that a day is in; weeks start on Sunday, as in the locale of the org.
fn floor(day: Date, unit: Unit) -> Date {
    match unit {
        Unit::Day => day,
        Unit::Week => day.saturating_sub(i64::from(day.weekday().to_sunday_zero_offset()).days()),
        Unit::Month => day.first_of_month(),
        Unit::Quarter => {
            let first = (day.month() - 1) / 3 * 3 + 1;
            Date::new(day.year(), first, 1).unwrap_or(day)
        }
        Unit::Year => day.first_of_year(),
    }
}

fn plus(day: Date, unit: Unit, units: i64) -> Option<Date> {
    // The limit is far beyond any date the org can hold; jiff refuses greater spans with a panic.
    if units.abs() > 10_000 {
        return None;
    }
    let span = match unit {
        Unit::Day => units.days(),
        Unit::Week => units.weeks(),
        Unit::Month => units.months(),
        Unit::Quarter => (units * 3).months(),
        Unit::Year => units.years(),
    };
    day.checked_add(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded_org::time::{date_text, parse_date};

    /// On a Sunday, 2026-11-22.
    fn check(name: &str, count: impl Into<Option<i64>>, expect: Option<(&str, &str)>) {
        let today = parse_date("2026-11-22").unwrap();
        let found = period(name, count.into(), today);
        let found = found.map(|period| (date_text(period.start), date_text(period.end)));
        let expect = expect.map(|(start, end)| (start.to_owned(), end.to_owned()));
        assert_eq!(found, expect, "{name}");
    }

    #[test]
    fn the_days_that_literals_stand_for() {
        check("TODAY", None, Some(("2026-11-22", "2026-11-23")));
        check("THIS_WEEK", None, Some(("2026-11-22", "2026-11-29")));
        check("LAST_MONTH", None, Some(("2026-10-01", "2026-11-01")));
        check("THIS_QUARTER", None, Some(("2026-10-01", "2027-01-01")));
        check("NEXT_YEAR", None, Some(("2027-01-01", "2028-01-01")));
        check("LAST_N_DAYS", 30, Some(("2026-10-23", "2026-11-23")));
        check("NEXT_N_DAYS", 2, Some(("2026-11-23", "2026-11-25")));
        check("N_DAYS_AGO", 1, Some(("2026-11-21", "2026-11-22")));
        check("LAST_N_MONTHS", 2, Some(("2026-09-01", "2026-11-01")));
        check("LAST_90_DAYS", None, Some(("2026-08-24", "2026-11-23")));
        check("LAST_N_DAYS", None, None);
        check("TODAY", 3, None);
        check("LAST_N_YEARS", 99_999_999, None);
    }
}
