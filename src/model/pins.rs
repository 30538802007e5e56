//! Pins: what was decided for a root at its first apply and is not decided again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::day::{BusinessDay, Day};
use super::id::UserId;
use super::person::{Identity, Person};
use super::shape::Shape;

/// What was decided for a root, by what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RootPins {
    /// An opportunity.
    Deal(Box<Pins>),
    /// An account: who the people are that we add to it, by the number of their address.
    People(People),
}

/// The people whom we add to an account, by number. Boxed: mostly they are few, and a map makes
/// room for more.
pub(crate) type People = BTreeMap<u8, Box<Identity>>;

/// The version of what tells stories: the sampler. A deal keeps the one that
/// told it first, so that a new release rewrites nothing.
pub(crate) const GENERATOR: u8 = 2;

/// The decisions that one opportunity's story rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pins {
    /// What told the story; 0 where it was told before stories had shapes.
    #[serde(default)]
    pub(crate) generator: u8,
    #[serde(default = "shapeless")]
    pub(crate) shape: Shape,
    /// The first business day that the story may reach back to, counted from its end.
    #[serde(default)]
    pub(crate) first: i16,
    /// Who held the past meetings and wrote the emails.
    pub(crate) owner: UserId,
    /// Who holds the future meetings. Follows the opportunity's owner.
    pub(crate) next_owner: UserId,
    /// Who comes along to demos and security reviews.
    #[serde(default)]
    pub(crate) colleague: Option<UserId>,
    pub(crate) segment: Segment,
    /// How far the deal had come, in percent.
    pub(crate) position: u8,
    /// Where the story ends: a closed deal's at its close date.
    pub(crate) ends: Ends,
    /// Of an open deal whose close date was still to come, how many business days after its story's
    /// end that was: what is planned lies before it. It is pinned, or a close date that somebody
    /// puts off would lay anew what everybody has in their calendars; and counted in days, so that
    /// it moves with the anchor, as the meetings do. It is no part of the grid, which is the same
    /// for all deals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closes_in: Option<u16>,
    /// Who plays which role.
    pub(crate) cast: Vec<Part>,
    /// Which places of the cast were held by executives when they were cast, as bits.
    #[serde(default)]
    pub(crate) executives: u32,
    /// Which places of the cast the story speaks with, as bits.
    #[serde(default)]
    pub(crate) engaged: u32,
    /// The account's industry when it was first told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) industry: Option<String>,
    /// And its name: what is left of the opportunity's name without it is what the deal is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// The version of the grammar that its texts are told with.
    #[serde(default = "first_grammar")]
    pub(crate) grammar: u16,
    /// The grid that the slots were laid on; another one lays them anew.
    pub(crate) grid: Grid,
    /// When each slot for a past meeting lies, and each for a future one, by slot.
    #[serde(with = "slots")]
    pub(crate) past: Vec<Slot>,
    #[serde(with = "slots")]
    pub(crate) future: Vec<Slot>,
    /// Which of them hold a meeting: in a full calendar not all that are asked for do.
    #[serde(default)]
    pub(crate) held: Marks,
}

/// A bit for each slot, the first one's the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    pub(crate) past: u32,
    pub(crate) future: u32,
}

/// Pins of before there were shapes are not kept, so any does.
fn shapeless() -> Shape {
    Shape::New
}

fn first_grammar() -> u16 {
    1
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) role: Cow<'static, str>,
    /// Nobody where the account had nobody left; a contact who joins later changes nothing.
    pub(crate) person: Option<Person>,
    /// The deal had a contact role for that person before we came, so it gets none of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) related: bool,
}

/// The size of the deal when it was first told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Segment {
    Small,
    Mid,
    Large,
    Strategic,
}

/// The day that a story leads up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
    /// An open deal: the story leads up to the anchor and moves with it.
    AtAnchor,
    /// A closed deal: at its close date, with nothing after it.
    Closed(Day),
    /// A deal that was won: as a closed one, but for the kick-off, which was held within so many
    /// business days after.
    Won(Day, u8),
    /// A deal that was open when it was told and closed before the anchor moved: the story
    /// stays where it was.
    Frozen(Day),
}

/// What the manifest says about where meetings may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grid {
    /// Business days before and after the day that the story leads up to.
    pub(crate) past_days: i32,
    pub(crate) future_days: i32,
    /// Hours that are reserved for one meeting.
    pub(crate) block_hours: u8,
}

/// The place of a meeting in its owner's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(
    /// Business days from the end of the story; negative is before it.
    pub(crate) i16,
    /// The hour of the owner's day.
    pub(crate) u8,
);

impl Pins {
    /// The last business day for what is planned, counted from the story's end: within the
    /// manifest's window, and no later than the deal closes.
    pub(crate) fn last_planned(&self) -> i32 {
        let closes_in = self.closes_in.map_or(i32::MAX, i32::from);
        self.grid.future_days.min(closes_in)
    }

    /// The last day on which a meeting is planned, counted alike.
    pub(crate) fn last_meeting(&self) -> Option<i32> {
        let slots = self.future.iter().enumerate();
        let held = slots.filter(|(number, _)| self.held.future >> number & 1 == 1);
        held.map(|(_, slot)| i32::from(slot.0)).max()
    }
}

impl Ends {
    /// The last business day of the past, counted from the day the story leads up to. It is
    /// never after the anchor, so that the past stays past when the anchor moves back.
    pub(crate) fn base(self, anchor: Day) -> BusinessDay {
        match self {
            Self::AtAnchor => anchor.business(),
            Self::Closed(day) | Self::Frozen(day) => day.min(anchor).business(),
            Self::Won(day, after) => {
                let last = anchor.business().plus(-i32::from(after) - 1);
                day.business().min(last)
            }
        }
    }

    /// Whether the deal was closed when it was told: then nothing of it is to come.
    pub(crate) fn is_closed(self) -> bool {
        match self {
            Self::Closed(_) | Self::Won(..) => true,
            Self::AtAnchor | Self::Frozen(_) => false,
        }
    }
}

/// Slots as a text of four digits each, because every deal has dozens of them: three hexadecimal
/// ones for the day, counted from 2,048 before the story's end, and one for the hour after eight.
mod slots {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Slot;

    const DAYS_BEFORE: i16 = 2_048;
    const FIRST_HOUR: u8 = 8;
    const HOURS: u8 = 24;

    pub(super) fn serialize<S: Serializer>(
        slots: &[Slot],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let digits = |slot: &Slot| {
            let Slot(day, hour) = *slot;
            let hour = (hour + HOURS - FIRST_HOUR) % HOURS;
            let hour = char::from_digit(u32::from(hour), u32::from(HOURS));
            format!("{:03x}{}", day + DAYS_BEFORE, hour.unwrap_or('0'))
        };
        serializer.serialize_str(&slots.iter().map(digits).collect::<Vec<_>>().concat())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Slot>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let slot = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok()?;
            let day = i16::from_str_radix(digits.get(..3)?, 16).ok()?;
            let hour = u8::from_str_radix(digits.get(3..)?, u32::from(HOURS)).ok()?;
            Some(Slot(day - DAYS_BEFORE, (hour + FIRST_HOUR) % HOURS))
        };
        let slots: Option<Vec<_>> = text.as_bytes().chunks(4).map(slot).collect();
        slots.ok_or_else(|| D::Error::custom("slots are not written as four digits each"))
    }

    #[cfg(test)]
    mod tests {
        use super::super::Slot;

        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Of(#[serde(with = "super")] Vec<Slot>);

        #[test]
        fn slots_survive_being_written() {
            let slots = Of(vec![
                Slot(-260, 9),
                Slot(-1, 16),
                Slot(1, 12),
                Slot(129, 15),
                Slot(2, 7),
            ]);
            let text = serde_json::to_string(&slots).unwrap();
            assert_eq!(text, "\"6fc17ff880148817802n\"");
            assert_eq!(serde_json::from_str::<Of>(&text).unwrap(), slots);
            for broken in ["\"6fc\"", "\"6fcx\"", "\"éé\"", "7"] {
                assert!(serde_json::from_str::<Of>(broken).is_err(), "{broken}");
            }
        }
    }
}
