//! Activities: the meetings and emails around a deal. A file a kind.

pub(super) mod emails;
pub(super) mod meetings;

use super::Deal;
use super::text::catalogue::Phase;
use crate::draw::Draw;
use crate::model::id::ContactId;
use crate::model::pins::Part;

/// How far the deal had come at a day, given in business days from the end of its story.
fn phase_at(deal: &Deal, offset: i32) -> Phase {
    let days = deal.pins.grid.past_days;
    let passed = f64::from((days + offset).clamp(0, days)) / f64::from(days);
    Phase::at((f64::from(deal.pins.position) * passed) as u8)
}

/// Who is spoken with: the champion most often, then the others in the order of their roles.
fn speak_with<'a>(deal: &'a Deal, draw: &Draw, purpose: usize) -> Option<(&'a Part, ContactId)> {
    let weights = [40, 25, 20, 15, 10, 8, 6, 5, 4];
    let parts = &deal.pins.cast[..deal.pins.cast.len().min(weights.len())];
    let weight = |(part, weight): (&Part, &u32)| if part.contact.is_some() { *weight } else { 0 };
    let weights: Vec<u32> = parts.iter().zip(&weights).map(weight).collect();
    if weights.iter().all(|weight| *weight == 0) {
        return None;
    }
    let part = &parts[draw.weighted(purpose, &weights)];
    part.contact.map(|contact| (part, contact))
}
