//! Activities: the meetings and emails around a deal. A file a kind.

pub(super) mod emails;
pub(super) mod meetings;

use super::Deal;
use super::text::catalogue::Phase;
use crate::draw::Draw;
use crate::model::person::Person;
use crate::model::pins::Part;

/// How far the deal had come at a day, given in business days from the end of its story.
fn phase_at(deal: &Deal, offset: i32) -> Phase {
    let days = deal.pins.grid.past_days;
    let passed = f64::from((days + offset).clamp(0, days)) / f64::from(days);
    Phase::at((f64::from(deal.pins.position) * passed) as u8)
}

/// How often each part is spoken with, by its place in the cast: the champion most often.
const SPOKEN_WITH: [u32; 9] = [40, 25, 20, 15, 10, 8, 6, 5, 4];

/// Who is spoken with. Drawn among all parts, and again among those that somebody plays only
/// where nobody plays the one that was drawn, so that a contact who goes changes no other
/// conversation.
fn speak_with<'a>(deal: &'a Deal, draw: &Draw, purpose: usize) -> Option<(&'a Part, Person)> {
    let parts = &deal.pins.cast[..deal.pins.cast.len().min(SPOKEN_WITH.len())];
    let played = |part: &'a Part| part.person.map(|person| (part, person));
    parts.iter().find_map(played)?;
    let drawn = &parts[draw.weighted(purpose, &SPOKEN_WITH[..parts.len()])];
    played(drawn).or_else(|| {
        let weight = |(part, weight): (&Part, &u32)| part.person.map_or(0, |_| *weight);
        let weights: Vec<u32> = parts.iter().zip(&SPOKEN_WITH).map(weight).collect();
        played(&parts[draw.weighted(purpose, &weights)])
    })
}
