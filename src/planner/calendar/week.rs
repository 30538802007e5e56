//! Which day of the week and which hour a meeting would best begin: by the manifest's weights.

use crate::manifest::Calendar;
use crate::model::day::BusinessDay;

/// The day of the wanted day's week that is drawn among those of the band.
pub(super) fn on_weekday(
    rules: &Calendar,
    base: BusinessDay,
    (wanted, band): (i32, (i32, i32)),
    unit: f64,
) -> i32 {
    let monday = wanted - i32::from(base.plus(wanted).weekday());
    let days = (monday..monday + 5).zip(rules.weekdays);
    let possible = days.map(|(day, weight)| {
        let weight = if (band.0..=band.1).contains(&day) {
            weight
        } else {
            0
        };
        (day, weight)
    });
    weighted(possible, unit).unwrap_or(wanted)
}

/// The hour of the owner's day that is drawn.
pub(super) fn hour(rules: &Calendar, unit: f64) -> u8 {
    let owner = rules.working_hours.owner;
    let hours = owner.from..owner.to;
    let weight = |hour: &u8| rules.hours.get(hour).copied().unwrap_or(0);
    let weights = hours.clone().map(|hour| (hour, weight(&hour)));
    // Where no working hour has any weight all are alike.
    let alike = || weighted(hours.map(|hour| (hour, 1)), unit);
    weighted(weights, unit).or_else(alike).unwrap_or(owner.from)
}

/// The item that the unit hits; none where nothing has any weight.
fn weighted<T: Copy>(items: impl Iterator<Item = (T, u32)> + Clone, unit: f64) -> Option<T> {
    let total: u32 = items.clone().map(|(_, weight)| weight).sum();
    let mut left = (unit * f64::from(total)) as u32;
    let mut hit = items.filter(|(_, weight)| {
        let is_hit = left < *weight;
        left = left.saturating_sub(*weight);
        is_hit
    });
    hit.next().map(|(item, _)| item)
}

#[cfg(test)]
mod tests {
    use super::{hour, on_weekday};
    use crate::manifest::{Calendar, parse};
    use crate::model::day::Day;

    fn rules(yaml: &str) -> Calendar {
        let least = "run: {name: x}\nsalesforce: {instance_url: embedded}\n";
        parse(&format!("{least}calendar: {{{yaml}}}\n"), "x.yaml")
            .unwrap()
            .calendar
    }

    #[test]
    fn days_and_hours_come_as_often_as_they_weigh() {
        // A Friday; six business days before it is a Thursday.
        let base = Day::from_date(jiff::civil::date(2026, 11, 20)).business();
        let units = || (0..1000).map(|unit| f64::from(unit) / 1000.0);
        let usual = rules("");
        let of_week = |band, day| {
            let hits = units().filter(|unit| on_weekday(&usual, base, (-6, band), *unit) == day);
            hits.count()
        };
        let week = [-9, -8, -7, -6, -5].map(|day| of_week((-20, -1), day));
        assert_eq!(week, [150, 220, 230, 230, 170]);
        assert_eq!(
            [-7, -6, -5].map(|day| of_week((-7, -5), day)),
            [366, 365, 269]
        );
        let at =
            |rules: &Calendar, wanted| units().filter(|unit| hour(rules, *unit) == wanted).count();
        assert_eq!(
            [9, 12, 16, 17].map(|wanted| at(&usual, wanted)),
            [164, 31, 71, 0]
        );
        let late = rules("working_hours: {owner: 20-22}");
        assert_eq!([20, 21].map(|wanted| at(&late, wanted)), [500, 500]);
    }
}
