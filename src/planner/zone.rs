//! Local times as instants, by the bundled time zones.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::model::day::Day;

/// A time zone over the days that a plan can reach, as a short list of offsets.
pub(super) struct Zone {
    /// From which instant on which offset holds, both in seconds; in order.
    spans: Vec<(i64, i64)>,
}

const DAY_SECONDS: i64 = 86_400;

impl Zone {
    /// Covers `first..=last`. A name that the bundled database does not know counts as UTC.
    pub(super) fn new(name: &str, first: Day, last: Day) -> Self {
        let database = TimeZoneDatabase::bundled();
        let zone = database.get(name).unwrap_or(TimeZone::UTC);
        let second = |day: Day, days: i64| (i64::from(day.number()) + days) * DAY_SECONDS;
        // A day more at both ends covers every offset from UTC.
        let start = jiff::Timestamp::from_second(second(first, -1)).unwrap_or(jiff::Timestamp::MIN);
        let end = jiff::Timestamp::from_second(second(last, 2)).unwrap_or(jiff::Timestamp::MAX);
        let offset = |at| i64::from(zone.to_offset(at).seconds());
        let mut spans = vec![(i64::MIN, offset(start))];
        spans.extend(
            zone.following(start)
                .take_while(|transition| transition.timestamp() < end)
                .map(|transition| {
                    let seconds = i64::from(transition.offset().seconds());
                    (transition.timestamp().as_second(), seconds)
                }),
        );
        Self { spans }
    }

    /// The local day of an instant.
    pub(super) fn day(&self, second: i64) -> Day {
        Day::from_number(self.local(second).div_euclid(DAY_SECONDS) as i32)
    }

    /// The local time of an instant, in seconds as if it were that of UTC.
    pub(super) fn local(&self, second: i64) -> i64 {
        let mut spans = self.spans.iter().rev();
        let offset = spans.find(|(start, _)| second >= *start);
        second + offset.map_or(0, |(_, offset)| *offset)
    }

    /// How many minutes the day's office hours are ahead of UTC.
    pub(super) fn minutes_ahead(&self, day: Day) -> i16 {
        let noon = i64::from(day.number()) * DAY_SECONDS + DAY_SECONDS / 2;
        ((noon - self.instant(day, 12 * 60)) / 60) as i16
    }

    /// The instant of a local time of day; office hours never fall into a gap.
    pub(super) fn instant(&self, day: Day, minute_of_day: u32) -> i64 {
        let local = i64::from(day.number()) * DAY_SECONDS + i64::from(minute_of_day) * 60;
        let spans = self.spans.iter().rev();
        spans
            .map(|(start, offset)| (*start, local - offset))
            .find(|(start, instant)| instant >= start)
            .map_or(local, |(_, instant)| instant)
    }
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use crate::model::day::Day;

    #[test]
    fn local_times_follow_daylight_saving() {
        let day = |text: &str| Day::from_date(text.parse().unwrap());
        let check = |zone: &str, date: &str, expect: &str| {
            let zone = Zone::new(zone, day("2026-01-01"), day("2026-12-31"));
            let instant = zone.instant(day(date), 9 * 60 + 30);
            let at = jiff::Timestamp::from_second(instant).unwrap();
            assert_eq!(at.to_string(), expect);
        };
        check("Europe/Berlin", "2026-10-23", "2026-10-23T07:30:00Z");
        check("Europe/Berlin", "2026-10-26", "2026-10-26T08:30:00Z");
        check("America/Los_Angeles", "2026-01-02", "2026-01-02T17:30:00Z");
        check("Asia/Kolkata", "2026-06-01", "2026-06-01T04:00:00Z");
        check("No/Such_Zone", "2026-06-01", "2026-06-01T09:30:00Z");
    }
}
