//! The forms of dates and times on the wire and in the file.
//!
//! A datetime is kept as the text the API answers with, `2026-10-05T13:00:00.000+0000`: always UTC and
//! of one width, so it sorts as text.

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

/// The API's own form of an instant, cut to milliseconds.
pub(crate) fn datetime_text(at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    format!(
        "{}T{:02}:{:02}:{:02}.{:03}+0000",
        date_text(at.date()),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// Reads an ISO datetime with an offset or `Z`.
pub(crate) fn parse_datetime(text: &str) -> Option<Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let at = PARSER.parse_timestamp(text).ok()?;
    Timestamp::from_millisecond(at.as_millisecond())
        .ok()
        .filter(|at| {
            let year = TimeZone::UTC.to_datetime(*at).year();
            (1700..=4000).contains(&year)
        })
}

/// `2026-10-05`.
pub(crate) fn date_text(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// Reads `2026-10-05` and nothing else.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i16>().ok();
    Date::new(number(0, 4)?, number(5, 7)? as i8, number(8, 10)? as i8).ok()
}

/// The time zone of a user's `TimeZoneSidKey`; UTC where the key is not one.
pub(crate) fn zone(key: &str) -> TimeZone {
    TimeZoneDatabase::bundled()
        .get(key)
        .unwrap_or(TimeZone::UTC)
}

/// The instant at which a day starts in a time zone.
pub(crate) fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_zoned(date.at(0, 0, 0, 0))
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The form of HTTP's `Date` header.
pub(crate) fn http_date(at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The instant a number of minutes later.
pub(crate) fn plus_minutes(at: Timestamp, minutes: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_mins(minutes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Option<&str>) {
        assert_eq!(
            parse_datetime(input).map(datetime_text).as_deref(),
            expect,
            "{input}"
        );
    }

    #[test]
    fn datetimes_are_read_in_every_form_and_kept_in_one() {
        check("2026-10-05T13:00:00Z", Some("2026-10-05T13:00:00.000+0000"));
        check(
            "2026-10-05T13:00:00.25Z",
            Some("2026-10-05T13:00:00.250+0000"),
        );
        check(
            "2026-10-05T13:00:00.000+0000",
            Some("2026-10-05T13:00:00.000+0000"),
        );
        check(
            "2026-10-05T13:00:00+02:00",
            Some("2026-10-05T11:00:00.000+0000"),
        );
        check(
            "2026-10-05T13:00:00-0800",
            Some("2026-10-05T21:00:00.000+0000"),
        );
        check("2026-10-05T13:00:00", None);
        check("2026-10-05", None);
        check("2026-02-30T13:00:00Z", None);
        check("9999-01-01T13:00:00Z", None);
        check("today", None);
    }

    #[test]
    fn dates_are_exact() {
        assert!(parse_date("2026-02-28").is_some());
        for wrong in [
            "2026-02-30",
            "2026-2-28",
            "26-02-2028",
            "2026-02-28T",
            "2026/02/28",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_header_form() {
        let at = parse_datetime("2026-11-22T09:08:07Z").unwrap();
        assert_eq!(http_date(at), "Sun, 22 Nov 2026 09:08:07 GMT");
    }
}
