//! Public holidays, by rule where there is one and by table where the moon decides.
//!
//! Holidays of a whole country only: those of single states are left out, and so are the ones that
//! always fall on a Sunday.

mod moon;
mod rules;

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

use crate::manifest::HolidayCalendar;
use Moved::{Nearest, Next, No, SundayNext};

/// The holidays of a country in a year, with the days off that stand in for those on weekends.
pub(super) fn holidays(calendar: HolidayCalendar, year: i16) -> BTreeSet<Date> {
    let rules = rules(calendar);
    let held: Vec<_> = rules.iter().filter(|rule| year >= rule.since).collect();
    let on = |rule: &&Rule| rule.falls.day(year).map(|day| (rule.moved, day));
    let falling: Vec<_> = held.iter().filter_map(on).collect();
    let mut days: BTreeSet<Date> = falling.iter().map(|(_, day)| *day).collect();
    for (moved, day) in falling {
        days.extend(moved.instead_of(day, &days));
    }
    // A New Year's Day on a Saturday may be kept on the last day of the year before.
    let new_year = held.iter().find(|rule| rule.falls == Falls::Fixed(1, 1));
    let kept = new_year.and_then(|rule| {
        let day = rule.falls.day(year + 1)?;
        rule.moved.instead_of(day, &BTreeSet::new())
    });
    days.extend(kept);
    if calendar == HolidayCalendar::Jp {
        days.extend(between_holidays(&days));
    }
    days.retain(|day| day.year() == year);
    days
}

/// In Japan a day between two holidays is one as well.
fn between_holidays(days: &BTreeSet<Date>) -> Vec<Date> {
    let between = |day: &Date| {
        let (next, after) = (day.tomorrow().ok()?, day.saturating_add(2.days()));
        (days.contains(&after) && !days.contains(&next)).then_some(next)
    };
    days.iter().filter_map(between).collect()
}

/// One holiday.
#[derive(Debug)]
struct Rule {
    falls: Falls,
    moved: Moved,
    /// The first year that has it.
    since: i16,
}

/// Month and day by year, from [`FIRST_MOON`] on.
type Moon = [(i8, i8); 9];

const FIRST_MOON: i16 = 2024;

/// When a holiday falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Falls {
    /// In this month, on this day.
    Fixed(i8, i8),
    /// In this month, on the nth of this weekday; the last one is -1.
    Nth(i8, i8, Weekday),
    /// On the last Monday before this day of the month.
    MondayBefore(i8, i8),
    /// So many days after Easter Sunday.
    Easter(i64),
    /// In this month, at the equinox. In 1980 it fell so many millionths of a day after the
    /// month's beginning; good from 1980 to 2099, as the Japanese calendar reckons.
    Equinox(i8, i64),
    Listed(Moon),
    DayAfterThanksgiving,
    /// On the first Monday of February, or on its first day where that is a Friday.
    SaintBrigid,
}

/// Which day is off where a holiday falls on a weekend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    No,
    /// A Saturday's is held on the Friday, a Sunday's on the Monday.
    Nearest,
    /// Held on the next day that is neither weekend nor holiday.
    Next,
    /// As `Next`, but a Saturday's is lost.
    SundayNext,
}

impl Falls {
    fn day(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Some(date(year, month, day)),
            Self::Nth(month, nth, weekday) => {
                date(year, month, 1).nth_weekday_of_month(nth, weekday).ok()
            }
            Self::MondayBefore(month, day) => {
                date(year, month, day).nth_weekday(-1, Weekday::Monday).ok()
            }
            Self::Easter(after) => Some(easter(year).saturating_add(after.days())),
            Self::Equinox(month, base) => {
                let years = i64::from(year) - 1980;
                let day = (base + 242_194 * years) / 1_000_000 - years.div_euclid(4);
                Date::new(year, month, day as i8).ok()
            }
            Self::Listed(moon) => {
                let place = usize::try_from(year - FIRST_MOON).ok()?;
                moon.get(place).map(|(month, day)| date(year, *month, *day))
            }
            Self::DayAfterThanksgiving => {
                let thanksgiving = Self::Nth(11, 4, Weekday::Thursday).day(year)?;
                thanksgiving.tomorrow().ok()
            }
            Self::SaintBrigid => {
                let first = date(year, 2, 1);
                let is_friday = first.weekday() == Weekday::Friday;
                is_friday
                    .then_some(first)
                    .or_else(|| Self::Nth(2, 1, Weekday::Monday).day(year))
            }
        }
    }
}

impl Moved {
    /// The day off in place of one on a weekend.
    fn instead_of(self, day: Date, holidays: &BTreeSet<Date>) -> Option<Date> {
        let is_saturday = day.weekday() == Weekday::Saturday;
        if !is_saturday && day.weekday() != Weekday::Sunday {
            return None;
        }
        match self {
            No => None,
            SundayNext if is_saturday => None,
            Nearest if is_saturday => day.yesterday().ok(),
            Nearest => day.tomorrow().ok(),
            Next | SundayNext => {
                let is_free = |day: &Date| {
                    day.weekday().to_monday_zero_offset() < 5 && !holidays.contains(day)
                };
                day.series(1.day()).find(is_free)
            }
        }
    }
}

/// Easter Sunday of the Gregorian calendar, by the computus of Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let correction = century - century / 4 - (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + correction + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let days = moon + sunday - 7 * late + 114;
    date(year as i16, (days / 31) as i8, (days % 31 + 1) as i8)
}

fn rules(calendar: HolidayCalendar) -> &'static [Rule] {
    match calendar {
        HolidayCalendar::Us => rules::US,
        HolidayCalendar::Ca => rules::CA,
        HolidayCalendar::Gb => rules::GB,
        HolidayCalendar::De => rules::DE,
        HolidayCalendar::Fr => rules::FR,
        HolidayCalendar::Ie => rules::IE,
        HolidayCalendar::Au => rules::AU,
        HolidayCalendar::In => rules::IN,
        HolidayCalendar::Jp => rules::JP,
    }
}

const fn rule(falls: Falls, moved: Moved) -> Rule {
    Rule {
        falls,
        moved,
        since: 0,
    }
}

const fn since(since: i16, falls: Falls, moved: Moved) -> Rule {
    Rule {
        falls,
        moved,
        since,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, Weekday, date};

    use super::{easter, holidays};
    use crate::manifest::HolidayCalendar::{self, Au, Ca, De, Fr, Gb, Ie, In, Jp, Us};

    /// The holidays on weekdays, as month and day.
    fn check(calendar: HolidayCalendar, year: i16, expect: &str) {
        let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let days = holidays(calendar, year);
        let days = days.into_iter().filter(|day| !weekend(day));
        let days: Vec<_> = days.map(|day| day.strftime("%m-%d").to_string()).collect();
        assert_eq!(days.join(" "), expect, "{calendar} {year}");
    }

    #[test]
    fn easter_is_where_the_church_has_it() {
        for (year, month, day) in [
            (1961, 4, 2),
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn the_united_states_move_holidays_off_weekends() {
        check(
            Us,
            2021,
            "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 11-26 12-24 12-31",
        );
        check(
            Us,
            2026,
            "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 11-27 12-25",
        );
        check(
            Us,
            2020,
            "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 11-27 12-25",
        );
    }

    #[test]
    fn canada_and_australia_hold_them_on_mondays() {
        check(
            Ca,
            2022,
            "01-03 04-15 04-18 05-23 07-01 08-01 09-05 09-30 10-10 11-11 12-26 12-27",
        );
        check(
            Ca,
            2026,
            "01-01 04-03 04-06 05-18 07-01 08-03 09-07 09-30 10-12 11-11 12-25 12-28",
        );
        check(Au, 2025, "01-01 01-27 04-18 04-21 04-25 06-09 12-25 12-26");
        check(Au, 2027, "01-01 01-26 03-26 03-29 06-14 12-27 12-28");
    }

    #[test]
    fn the_british_isles_have_bank_holidays() {
        check(Gb, 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28");
        check(Gb, 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
        check(Gb, 2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26");
        check(
            Ie,
            2026,
            "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25 12-28",
        );
        check(
            Ie,
            2030,
            "01-01 02-01 03-18 04-22 05-06 06-03 08-05 10-28 12-25 12-26",
        );
    }

    #[test]
    fn germany_and_france_lose_what_falls_on_a_weekend() {
        check(
            De,
            2025,
            "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26",
        );
        check(De, 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25");
        check(
            Fr,
            2025,
            "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-11 12-25",
        );
        check(
            Fr,
            2026,
            "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25",
        );
    }

    #[test]
    fn india_follows_the_moon_as_far_as_it_is_told() {
        check(
            In,
            2026,
            "01-26 03-04 03-26 03-31 04-03 05-01 05-27 06-26 08-26 09-04 10-02 10-20 11-24 12-25",
        );
        check(
            In,
            2025,
            "02-26 03-14 03-31 04-10 04-18 05-12 08-15 09-05 10-02 10-20 11-05 12-25",
        );
        check(In, 2033, "01-26 04-15 08-15");
    }

    #[test]
    fn japan_has_substitutes_and_days_between() {
        check(
            Jp,
            2024,
            "01-01 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16 09-23 10-14 11-04",
        );
        check(
            Jp,
            2026,
            "01-01 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
        );
        check(
            Jp,
            2025,
            "01-01 01-13 02-11 02-24 03-20 04-29 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-24",
        );
    }
}
