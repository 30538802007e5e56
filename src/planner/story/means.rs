//! What a story can be made with: people, room and the counts of the manifest.

use super::super::Situation;
use super::volumes::bent;
use crate::manifest::Activity;
use crate::model::inventory::{Contact, Opportunity};
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// The roles that only executives play.
pub(super) const EXECUTIVE_ROLES: [&str; 3] =
    ["economic_buyer", "executive_sponsor", "decision_maker"];

/// Words of a title that make an executive of Director or above.
const EXECUTIVE_WORDS: &[&str] = &[
    "chief",
    "president",
    "director",
    "head",
    "vp",
    "svp",
    "evp",
    "avp",
    "ceo",
    "cfo",
    "coo",
    "cto",
    "cio",
    "ciso",
    "cmo",
    "cro",
    "chro",
    "cpo",
    "founder",
    "owner",
];

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
        Self {
            activity: &situation.manifest.activity,
            people: contacts().count(),
            executives: contacts().filter(|contact| is_executive(contact)).count(),
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
                // Without a mail nothing but the people says that it is at risk.
                Shape::AtRisk => emails.max() > 0 || self.executives < self.people.max(1),
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

/// Director or above, by the words of the title.
pub(super) fn is_executive(contact: &Contact) -> bool {
    let title = contact.title.as_deref().unwrap_or_default();
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty());
    words.any(|word| {
        EXECUTIVE_WORDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}
