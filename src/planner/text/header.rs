//! The lines that a message begins with: People.ai and people read there who wrote to whom.

use std::fmt::Write as _;

use super::super::zone::Zone;
use super::scene::Scene;
use super::spoken;
use crate::model::day::Day;

const DAY_SECONDS: i64 = 86_400;

/// `From`, `To`, `Cc` where somebody gets a copy, and `Sent`, in the time zone of who writes.
pub(super) fn header(scene: &Scene, zone: &Zone) -> String {
    let owner = scene.owner.mailbox();
    let customer = match scene.main {
        Some(main) => main.mailbox(),
        None => scene.voice.account.as_str().into(),
    };
    let (from, to) = if scene.is_inbound() {
        (customer, owner)
    } else {
        (owner, customer)
    };
    let mut lines = format!("From: {from}\nTo: {to}\n");
    let main = scene.step.people.main.map(usize::from);
    let others = scene.step.people.places();
    let others = others.filter(|place| Some(*place) != main);
    let copied: Vec<_> = others
        .filter_map(|place| Some(scene.voice.at(Some(place))?.mailbox()))
        .collect();
    if !copied.is_empty() {
        // Writing to a text never fails.
        let _ = writeln!(lines, "Cc: {}", copied.join("; "));
    }
    let local = zone.local(scene.step.when.at);
    let day = Day::from_number(local.div_euclid(DAY_SECONDS) as i32);
    let minute = local.rem_euclid(DAY_SECONDS) / 60;
    let (weekday, year) = (spoken::weekday(day), day.date().year());
    let (hour, minute) = (minute / 60, minute % 60);
    let _ = write!(lines, "Sent: {weekday} {year} {hour:02}:{minute:02}\n\n");
    lines
}
