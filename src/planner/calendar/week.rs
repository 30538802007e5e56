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
