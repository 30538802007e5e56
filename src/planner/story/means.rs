//! What a story can be made with: people, room and the counts of the manifest.

use super::super::Situation;
use super::super::people::{COMMITTEE, EXECUTIVE_ROLES, is_executive, makes_people};
use super::volumes::bent;
use crate::manifest::Activity;
use crate::model::inventory::Opportunity;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// Business days that a silence of 30 days takes, and the last bumps before it.
pub(super) const STALLED_ROOM: i32 = 26;

/// What there is for one deal.
pub(super) struct Means<'a> {
    activity: &'a Activity,
    people: usize,
    executives: usize,
    /// Business days of the past.
    room: i32,
}

impl<'a> Means<'a> {
    pub(super) fn of(situation: &Situation<'a>, opportunity: &Opportunity, pins: &Pins) -> Self {
        let contacts = opportunity
            .account
            .and_then(|account| situation.inventory.contacts.get(&account));
        let contacts = || contacts.into_iter().flat_map(|contacts| contacts.values());
        let executives = contacts().filter(|contact| is_executive(contact)).count();
        // Who is missing is made.
        let (most, most_executives) = match makes_people(situation) && opportunity.account.is_some()
        {
            true => (COMMITTEE, EXECUTIVE_ROLES.len()),
            false => (0, 0),
        };
        Self {
            activity: &situation.manifest.activity,
            people: contacts().count().max(most),
            executives: executives.max(most_executives),
            room: -i32::from(pins.first),
        }
    }

    /// Whether the rules of the shape can be held.
    pub(super) fn allow(&self, shape: Shape) -> bool {
        let Activity {
            meetings, emails, ..
        } = self.activity;
        let future = match self.activity.future_days {
            0 => 0,
            _ => meetings.future.max(),
        };
        let bent = bent(shape, self.room as u32);
        // A manifest without mails asks nothing of them.
        let has_mails = emails.max() == 0 || bent.mails.0 <= emails.max();
        let has_meetings = bent.past.0 <= meetings.past.max() && bent.future.0 <= future;
        self.people >= people_needed(shape)
            && has_mails
            && has_meetings
            && match shape {
                Shape::Accelerating => self.executives > 0 && self.room >= 4,
                Shape::Healthy => self.executives > 0,
                // All that has happened lately is a mail of ours.
                Shape::AtRisk => emails.max() > 0,
                Shape::Stalled => self.room >= STALLED_ROOM,
                Shape::SingleThreaded
                | Shape::ChampionLeft
                | Shape::New
                | Shape::Won
                | Shape::LostToCompetitor
                | Shape::NoDecision => true,
            }
    }
}

/// How many people the story of a shape needs at least.
pub(super) fn people_needed(shape: Shape) -> usize {
    match shape {
        Shape::Accelerating => 5,
        Shape::Healthy | Shape::Won => 3,
        Shape::ChampionLeft | Shape::LostToCompetitor | Shape::NoDecision => 2,
        Shape::AtRisk | Shape::New => 0,
        Shape::Stalled | Shape::SingleThreaded => 1,
    }
}
