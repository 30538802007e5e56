//! Which day of the week and which hour a meeting would best begin: by the manifest's weights.

use crate::manifest::Calendar;
use crate::model::day::BusinessDay;

/// The manifest's weights, as they are used.
pub(super) struct Week {
    days: [u32; 5],
    /// The hours of the owner's working day.
    hours: Vec<(u8, u32)>,
}

impl Week {
    pub(super) fn of(rules: &Calendar) -> Self {
        let owner = rules.working_hours.owner;
        let weight = |hour: &u8| rules.hours.get(hour).copied().unwrap_or(0);
        let hours = owner.from..owner.to;
        // Where no working hour has any weight all are alike.
        let least = u32::from(hours.clone().all(|hour| weight(&hour) == 0));
        Self {
            days: rules.weekdays,
            hours: hours.map(|hour| (hour, weight(&hour).max(least))).collect(),
        }
    }

    /// The day of the wanted day's week that is drawn among those that will do.
    pub(super) fn day(
        &self,
        base: BusinessDay,
        (wanted, unit): (i32, f64),
        suits: impl Fn(i32) -> bool,
    ) -> Option<i32> {
        let monday = wanted - i32::from(base.plus(wanted).weekday());
        let days = (monday..monday + 5).zip(self.days);
        weighted(days.filter(|(day, _)| suits(*day)), unit)
    }

    /// Whether meetings are to lie on such a day at all.
    pub(super) fn weighs(&self, day: BusinessDay) -> bool {
        self.days[usize::from(day.weekday())] > 0
    }

    /// The hours at which a meeting is to begin, if at all.
    pub(super) fn weighed_hours(&self) -> impl Iterator<Item = u8> {
        let weighed = self.hours.iter().filter(|(_, weight)| *weight > 0);
        weighed.map(|(hour, _)| *hour)
    }

    /// The hour of the owner's day that is drawn among those that will do.
    pub(super) fn hour(&self, unit: f64, suits: impl Fn(u8) -> bool) -> Option<u8> {
        let hours = self.hours.iter().copied();
        weighted(hours.filter(|(hour, _)| suits(*hour)), unit)
    }
}

/// The item that the unit hits; none where nothing has any weight.
fn weighted<T>(mut items: impl Iterator<Item = (T, u32)> + Clone, unit: f64) -> Option<T> {
    let total: u32 = items.clone().map(|(_, weight)| weight).sum();
    let mut left = (unit * f64::from(total)) as u32;
    let hit = items.find(|(_, weight)| {
        let is_hit = left < *weight;
        left = left.saturating_sub(*weight);
        is_hit
    });
    hit.map(|(item, _)| item)
}

#[cfg(test)]
mod tests {
    use super::Week;
    use crate::manifest::parse;
    use crate::model::day::Day;

    fn week(yaml: &str) -> Week {
        let least = "run: {name: x}\nsalesforce: {instance_url: embedded}\n";
        Week::of(
            &parse(&format!("{least}calendar: {{{yaml}}}\n"), "x.yaml")
                .unwrap()
                .calendar,
        )
    }

    #[test]
    fn days_and_hours_come_as_often_as_they_weigh() {
        // A Friday; six business days before it is a Thursday.
        let base = Day::from_date(jiff::civil::date(2026, 11, 20)).business();
        let units = || (0..1000).map(|unit| f64::from(unit) / 1000.0);
        let usual = week("");
        let of_week = |first, day| {
            let drawn = |unit| usual.day(base, (-6, unit), |day| day >= first);
            units().filter(|unit| drawn(*unit) == Some(day)).count()
        };
        let days = [-9, -8, -7, -6, -5].map(|day| of_week(-20, day));
        assert_eq!(days, [150, 220, 230, 230, 170]);
        assert_eq!([-7, -6, -5].map(|day| of_week(-7, day)), [366, 365, 269]);
        assert_eq!(usual.day(base, (-6, 0.5), |_| false), None);
        let at = |week: &Week, wanted| {
            let drawn = |unit| week.hour(unit, |_| true);
            units().filter(|unit| drawn(*unit) == Some(wanted)).count()
        };
        assert_eq!(
            [9, 12, 16, 17].map(|wanted| at(&usual, wanted)),
            [164, 31, 71, 0]
        );
        let late = week("working_hours: {owner: 20-22}");
        assert_eq!([20, 21].map(|wanted| at(&late, wanted)), [500, 500]);
    }
}
