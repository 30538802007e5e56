//! The section `calendar`: when meetings may be held.

use std::collections::BTreeMap;
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::nearest::nearest;
use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::{flag, quote, scalar, whole};
use super::words::words;

/// When meetings may be held, and when they mostly are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Calendar {
    /// Whether those who meet are off on the public holidays of their countries.
    pub(crate) public_holidays: bool,
    /// Further days off for everybody.
    pub(crate) holidays: Vec<Days>,
    /// Countries whose public holidays are days off for everybody.
    pub(crate) countries: Vec<HolidayCalendar>,
    pub(crate) quiet_days: QuietDays,
    pub(crate) working_hours: WorkingHours,
    /// How often a meeting lies on Monday, Tuesday, and so on.
    #[serde(serialize_with = "by_weekday")]
    pub(crate) weekdays: [u32; 5],
    /// How often a meeting begins in each hour; in those that are not named never.
    pub(crate) hours: BTreeMap<u8, u32>,
    /// How many meetings one owner holds in a day, at most.
    pub(crate) meetings_per_day: u32,
}

words! {
    /// The public holidays of a country.
    HolidayCalendar {
        Us = "US",
        Ca = "CA",
        Gb = "UK",
        De = "DE",
        Fr = "FR",
        Ie = "IE",
        Au = "AU",
        In = "IN",
        Jp = "JP",
    }
}

impl HolidayCalendar {
    /// The calendar of a country, by its ISO code.
    pub(crate) fn of_country(code: &str) -> Option<Self> {
        let code = if code == "GB" { "UK" } else { code };
        let known = Self::WORDS.iter().find(|(word, _)| *word == code);
        known.map(|(_, calendar)| *calendar)
    }
}

/// One day, or several on end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

/// The days around the turn of the year when nobody meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuietDays {
    Off,
    /// From one day of the year to another, both included, which may lie in the next year.
    Between(DayOfYear, DayOfYear),
}

/// A month and a day. Every year has it but for 29 February.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DayOfYear {
    month: i8,
    day: i8,
}

impl QuietDays {
    /// Most offices are empty from the day before Christmas Eve until after New Year.
    const USUAL: Self = Self::Between(
        DayOfYear { month: 12, day: 23 },
        DayOfYear { month: 1, day: 2 },
    );

    pub(crate) fn contains(self, date: Date) -> bool {
        let day = DayOfYear {
            month: date.month(),
            day: date.day(),
        };
        match self {
            Self::Off => false,
            Self::Between(from, to) if from <= to => (from..=to).contains(&day),
            Self::Between(from, to) => day >= from || day <= to,
        }
    }
}

/// In whose working hours meetings lie, each in the time zone of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct WorkingHours {
    pub(crate) owner: HourRange,
    pub(crate) attendee: HourRange,
}

/// From one full hour to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HourRange {
    pub(crate) from: u8,
    pub(crate) to: u8,
}

/// Meetings a day that a calendar looks full with.
const MEETINGS_PER_DAY: u32 = 6;

/// Estimates from how sales teams meet: few on Monday and Friday, few at noon and late.
const WEEKDAYS: [u32; 5] = [15, 22, 23, 23, 17];
const HOURS: &[(u8, u32)] = &[
    (8, 3),
    (9, 16),
    (10, 18),
    (11, 15),
    (12, 3),
    (13, 10),
    (14, 16),
    (15, 13),
    (16, 7),
    (17, 2),
];

pub(super) fn calendar(mut calendar: Section) -> Calendar {
    let owner = HourRange { from: 9, to: 17 };
    let attendee = HourRange { from: 8, to: 18 };
    let mut working_hours = calendar.section("working_hours");
    let working_hours = WorkingHours {
        owner: working_hours.value("owner", hour_range).unwrap_or(owner),
        attendee: working_hours
            .value("attendee", hour_range)
            .unwrap_or(attendee),
    };
    Calendar {
        public_holidays: calendar.value("public_holidays", flag).unwrap_or(true),
        holidays: calendar.distinct("holidays", days).unwrap_or_default(),
        countries: calendar
            .distinct("countries", holiday_calendar)
            .unwrap_or_default(),
        quiet_days: quiet_days(&mut calendar),
        working_hours,
        weekdays: calendar
            .optional_section("weekdays")
            .map_or(WEEKDAYS, weekdays),
        hours: calendar.optional_section("hours").map_or_else(
            || HOURS.iter().copied().collect(),
            |mut hours| hours.each(hour, whole(0..=1_000)).into_iter().collect(),
        ),
        meetings_per_day: calendar
            .value("meetings_per_day", whole(1..=12))
            .unwrap_or(MEETINGS_PER_DAY),
    }
}

fn weekdays(mut weekdays: Section) -> [u32; 5] {
    let weights = WEEKDAY_NAMES.map(|name| {
        let weight = weekdays.value(name, whole(0..=1_000));
        weight.unwrap_or(0)
    });
    // Where no day has any weight all are alike.
    if weights == [0; 5] { [1; 5] } else { weights }
}

const WEEKDAY_NAMES: [&str; 5] = ["monday", "tuesday", "wednesday", "thursday", "friday"];

fn by_weekday<S: Serializer>(weights: &[u32; 5], to: S) -> Result<S::Ok, S::Error> {
    let named: BTreeMap<_, _> = WEEKDAY_NAMES.into_iter().zip(weights).collect();
    named.serialize(to)
}

/// `true`, `false`, or `{from: 12-23, to: 01-02}`.
fn quiet_days(calendar: &mut Section) -> QuietDays {
    const KEY: &str = "quiet_days";
    if calendar.is_mapping(KEY) {
        let mut between = calendar.section(KEY);
        let from = between.required("from", "12-23", day_of_year);
        let to = between.required("to", "01-02", day_of_year);
        return match (from, to) {
            (Some(from), Some(to)) => QuietDays::Between(from, to),
            _ => QuietDays::USUAL,
        };
    }
    match calendar.value(KEY, flag) {
        Some(false) => QuietDays::Off,
        Some(true) | None => QuietDays::USUAL,
    }
}

fn holiday_calendar(node: &Node) -> Result<HolidayCalendar, Complaint> {
    let (text, _) = scalar(node, "the code of a country")?;
    let code = text.to_uppercase();
    HolidayCalendar::of_country(&code).ok_or_else(|| {
        let words = HolidayCalendar::WORDS.iter().map(|(word, _)| *word);
        let known: Vec<_> = words.collect();
        let nearest = nearest(text, &known)
            .map_or_else(String::new, |meant| format!("did you mean `{meant}`? "));
        Complaint::new(
            format!("there is no holiday calendar {}", quote(text)),
            format!(
                "{nearest}There are: {}; list other days under `calendar.holidays`",
                known.join(", ")
            ),
        )
    })
}

/// `2026-12-24`, or `2026-12-28..2027-01-01`.
fn days(node: &Node) -> Result<Days, Complaint> {
    const HINT: &str = "write 2026-12-24, or \"2026-12-28..2027-01-01\" for several on end";
    const MOST: i32 = 366;
    let (text, _) = scalar(node, "a date")?;
    let not = |what: &str| Complaint::new(format!("{} {what}", quote(text)), HINT);
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let read = |text: &str| {
        let text = text.trim();
        let in_full = text.len() == "2026-12-24".len();
        text.parse::<Date>().ok().filter(|_| in_full)
    };
    let (Some(first), Some(last)) = (read(first), read(last)) else {
        return Err(not("is neither a date nor two with `..` between them"));
    };
    if first > last {
        return Err(not("ends before it begins"));
    }
    if last > first.saturating_add(MOST.days()) {
        return Err(not("is longer than a year"));
    }
    Ok(Days { first, last })
}

/// `12-23`.
fn day_of_year(node: &Node) -> Result<DayOfYear, Complaint> {
    let (text, _) = scalar(node, "a month and a day")?;
    let read = || {
        let (month, day) = text.split_once('-')?;
        let [month, day] = [month, day].map(|part| part.parse().ok());
        // A leap year has all days that there are.
        let date = Date::new(2024, month?, day?).ok()?;
        Some(DayOfYear {
            month: date.month(),
            day: date.day(),
        })
    };
    read().ok_or_else(|| {
        let message = format!("{} is not a day of the year", quote(text));
        Complaint::new(message, "write month and day, as in 12-23")
    })
}

/// `9-17`.
fn hour_range(node: &Node) -> Result<HourRange, Complaint> {
    const LEAST: u8 = 2;
    const MOST: u8 = 15;
    let (text, _) = scalar(node, "two hours of the day")?;
    let read = || {
        let (from, to) = text.split_once('-')?;
        let [from, to] = [from, to].map(|part| part.trim().parse::<u8>().ok());
        let (from, to) = (from?, to?);
        let is_day = to <= 24 && (from + LEAST..=from.saturating_add(MOST)).contains(&to);
        is_day.then_some(HourRange { from, to })
    };
    read().ok_or_else(|| {
        let message = format!("{} is not a working day", quote(text));
        Complaint::new(
            message,
            format!("write two full hours, {LEAST} to {MOST} apart, as in 9-17"),
        )
    })
}

fn hour(text: &str) -> Result<u8, Complaint> {
    let hour = text.parse().ok().filter(|hour| *hour < 24);
    hour.ok_or_else(|| {
        let message = format!("{} is not an hour of the day", quote(text));
        Complaint::new(message, "write 0 to 23")
    })
}

impl fmt::Display for HourRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl Serialize for HourRange {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for Days {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.first == self.last {
            return to.collect_str(&self.first);
        }
        to.collect_str(&format_args!("{}..{}", self.first, self.last))
    }
}

impl Serialize for DayOfYear {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:02}-{:02}", self.month, self.day))
    }
}

impl Serialize for QuietDays {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Yaml {
            from: DayOfYear,
            to: DayOfYear,
        }
        match *self {
            Self::Off => to.serialize_bool(false),
            Self::Between(from, till) => Yaml { from, to: till }.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{HolidayCalendar, HourRange, QuietDays};
    use crate::manifest::fixtures::{check, loads_again};

    #[test]
    fn what_is_wrong_is_said_with_what_there_is() {
        check(
            "calendar: {countries: [US, CH]}",
            &[
                "3 calendar.countries[1]: there is no holiday calendar `CH` (There are: US, CA, UK, DE, FR, IE, AU, IN, JP; list other days under `calendar.holidays`)",
            ],
        );
        check(
            "calendar: {holidays: [2026-13-01]}",
            &[
                "3 calendar.holidays[0]: `2026-13-01` is neither a date nor two with `..` between them (write 2026-12-24, or \"2026-12-28..2027-01-01\" for several on end)",
            ],
        );
        check(
            "calendar: {holidays: [\"2026-12-28..2026-12-01\"]}",
            &[
                "3 calendar.holidays[0]: `2026-12-28..2026-12-01` ends before it begins (write 2026-12-24, or \"2026-12-28..2027-01-01\" for several on end)",
            ],
        );
        check(
            "calendar: {quiet_days: {from: 12-33, to: 01-02}}",
            &[
                "3 calendar.quiet_days.from: `12-33` is not a day of the year (write month and day, as in 12-23)",
            ],
        );
        check(
            "calendar: {working_hours: {owner: 17-9}}",
            &[
                "3 calendar.working_hours.owner: `17-9` is not a working day (write two full hours, 2 to 15 apart, as in 9-17)",
            ],
        );
        check(
            "calendar: {hours: {25: 1}}",
            &["3 calendar.hours.25: `25` is not an hour of the day (write 0 to 23)"],
        );
        check(
            "calendar: {weekday: {monday: 1}}",
            &["3 calendar.weekday: unknown key (did you mean `weekdays`?)"],
        );
        check(
            "owners: {spread: [ada]}",
            &["3 owners.spread[0]: `ada` is not a username (for example ada@northwind.example)"],
        );
    }

    #[test]
    fn everything_can_be_said_and_loads_again() {
        let yaml = "calendar:\n  public_holidays: false\n  countries: [us, GB]\n  \
                    holidays: [2026-12-24, \"2026-12-28..2027-01-01\"]\n  \
                    quiet_days: {from: 08-01, to: 08-15}\n  \
                    working_hours: {owner: 7-15, attendee: 8-20}\n  \
                    weekdays: {tuesday: 1, thursday: 3}\n  hours: {9: 1, 10: 2}\n  \
                    meetings_per_day: 4\nowners: {spread: [ada@northwind.example]}\n";
        let read = loads_again(yaml);
        let calendar = &read.calendar;
        assert_eq!(
            calendar.countries,
            [HolidayCalendar::Us, HolidayCalendar::Gb]
        );
        assert_eq!(calendar.weekdays, [0, 1, 0, 3, 0]);
        assert_eq!(calendar.working_hours.owner, HourRange { from: 7, to: 15 });
        let off = loads_again("calendar: {quiet_days: false}");
        assert_eq!(off.calendar.quiet_days, QuietDays::Off);
    }

    #[test]
    fn quiet_days_go_over_the_turn_of_the_year() {
        let check = |days: QuietDays, month, day, expect| {
            assert_eq!(
                days.contains(date(2026, month, day)),
                expect,
                "{month}-{day}"
            );
        };
        check(QuietDays::USUAL, 12, 22, false);
        check(QuietDays::USUAL, 12, 23, true);
        check(QuietDays::USUAL, 1, 2, true);
        check(QuietDays::USUAL, 1, 3, false);
        check(QuietDays::Off, 12, 25, false);
    }
}
