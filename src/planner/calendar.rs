//! Owners' calendars: where the meetings of all deals of one owner find room.
//!
//! A block of the owner's day is reserved for every slot that a deal may ever use, whatever the
//! manifest's counts and durations say today, so neither a raised maximum nor a younger deal
//! moves a meeting. A block is claimed more strongly the lower the slot's number is, because low
//! slots are used first. When no block is free, the weakest claim has to share its block: the one
//! that is least likely to be used.

use std::collections::BTreeMap;

use crate::model::day::BusinessDay;
use crate::model::id::UserId;
use crate::model::pins::Slot;

/// How many meetings a deal can have in the past and in the future, at most.
pub(crate) const PAST_SLOTS: usize = 25;
pub(crate) const FUTURE_SLOTS: usize = 8;

/// Whether a meeting lies before the day that its story leads up to, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tense {
    Past,
    Future,
}

/// The first hour of the working day, and how many there are.
const FIRST_HOUR: u8 = 9;
pub(super) const HOURS: usize = 8;

/// How often a meeting starts in each hour from 9 to 16; few start at noon.
pub(super) const HOUR_WEIGHTS: [u32; HOURS] = [16, 18, 15, 3, 10, 16, 13, 9];

/// Where a slot would like to lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The day, in business days from the story's end.
    pub(super) offset: i32,
    /// The first and the last day that will do.
    pub(super) band: (i32, i32),
    /// One of the working hours, by weight.
    pub(super) hour: usize,
}

impl Wish {
    /// How many draws one wish takes.
    pub(super) const DRAWS: usize = 2;
}

/// The claim of the slot with number 0; 0 is a free block.
const STRONGEST: u8 = 255;

/// The days that a run of slots may lie on, in business days from the story's end, and how
/// its slots are spread over them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) base: BusinessDay,
    pub(super) first: i32,
    pub(super) last: i32,
}

/// The calendars of all owners while they are being filled.
pub(super) struct Calendar {
    /// How many hours one block is long: as many as the longest meeting needs.
    block_hours: usize,
    diaries: BTreeMap<UserId, Diary>,
}

/// One owner's days, from `first` on.
struct Diary {
    first: BusinessDay,
    days: Vec<Claims>,
    free_day: Claims,
}

/// The claims on the blocks of one day. Where blocks are longer than an hour there are fewer, and
/// what is left over is taken for good.
#[derive(Debug, Clone, Copy)]
struct Claims {
    blocks: [u8; HOURS],
    /// The weakest of them.
    least: u8,
}

impl Calendar {
    pub(super) fn new(longest_minutes: u32) -> Self {
        Self {
            block_hours: block_hours(longest_minutes) as usize,
            diaries: BTreeMap::new(),
        }
    }

    /// Marks a slot that was given out before.
    pub(super) fn keep(&mut self, owner: UserId, base: BusinessDay, slot: Slot, number: usize) {
        let day = base.plus(i32::from(slot.0));
        let block = usize::from(slot.1.saturating_sub(FIRST_HOUR)) / self.block_hours;
        let block = block.min(self.blocks() - 1);
        self.diary(owner, day, day).take(day, block, claim(number));
    }

    /// Finds a block for each of a deal's slots, as near to where it is drawn as there is room.
    pub(super) fn reserve(&mut self, owner: UserId, window: Window, wishes: &[Wish]) -> Vec<Slot> {
        let (block_hours, last_block) = (self.block_hours, self.blocks() - 1);
        let [first, last] = [window.first, window.last].map(|offset| window.base.plus(offset));
        let diary = self.diary(owner, first, last);
        let mut reserve = |(number, wish): (usize, &Wish)| {
            let wanted = (wish.offset, (wish.hour / block_hours).min(last_block));
            let claim = claim(number);
            let band = Window {
                first: wish.band.0,
                last: wish.band.1,
                ..window
            };
            let (offset, block) = diary.weakest_block(band, wanted).unwrap_or(wanted);
            diary.take(window.base.plus(offset), block, claim);
            Slot(offset as i16, FIRST_HOUR + (block * block_hours) as u8)
        };
        wishes.iter().enumerate().map(&mut reserve).collect()
    }

    fn blocks(&self) -> usize {
        HOURS / self.block_hours
    }

    /// The owner's diary, with room for all days from `first` to `last`.
    fn diary(&mut self, owner: UserId, first: BusinessDay, last: BusinessDay) -> &mut Diary {
        let blocks = self.blocks();
        let diary = self.diaries.entry(owner).or_insert_with(|| {
            let mut free_day = Claims {
                blocks: [STRONGEST; HOURS],
                least: 0,
            };
            free_day.blocks[..blocks].fill(0);
            Diary {
                first,
                days: Vec::new(),
                free_day,
            }
        });
        diary.cover(first, last);
        diary
    }
}

/// The hours that a block must have for the longest meeting of the manifest.
pub(super) fn block_hours(longest_minutes: u32) -> u8 {
    longest_minutes.div_ceil(60).clamp(1, HOURS as u32) as u8
}

fn claim(number: usize) -> u8 {
    STRONGEST - number as u8
}

impl Diary {
    /// Makes room for all days from `from` to `to`.
    fn cover(&mut self, from: BusinessDay, to: BusinessDay) {
        let missing = self.first.since(from);
        if missing > 0 {
            let fresh = std::iter::repeat_n(self.free_day, missing as usize);
            self.days.splice(0..0, fresh);
            self.first = from;
        }
        let needed = to.since(self.first) as usize + 1;
        if self.days.len() < needed {
            self.days.resize(needed, self.free_day);
        }
    }

    /// Claims a block, which keeps the stronger of two claims.
    fn take(&mut self, day: BusinessDay, block: usize, claim: u8) {
        let day = &mut self.days[day.since(self.first) as usize];
        day.blocks[block] = day.blocks[block].max(claim);
        day.least = day.blocks.into_iter().min().expect("a day has hours");
    }

    /// The block with the weakest claim: the nearest day counts first, then the nearest block of
    /// that day. A free one is the weakest there is; a first slot's is never shared.
    fn weakest_block(&self, window: Window, (day, block): (i32, usize)) -> Option<(i32, usize)> {
        let start = window.base.since(self.first);
        let mut weakest = (STRONGEST, None);
        for offset in around(window, day) {
            let Claims { blocks, least } = &self.days[(start + offset) as usize];
            if *least < weakest.0 {
                let alike = (0..HOURS).filter(|&block| blocks[block] == *least);
                let nearest = alike.min_by_key(|alike| alike.abs_diff(block));
                weakest = (*least, nearest.map(|block| (offset, block)));
            }
            if *least == 0 {
                break;
            }
        }
        weakest.1
    }
}

/// The days of the window, from the wanted one outwards.
fn around(window: Window, day: i32) -> impl Iterator<Item = i32> {
    let reach = (day - window.first).max(window.last - day);
    let days = (0..=2 * reach).map(move |step| match step % 2 {
        1 => day + step / 2 + 1,
        _ => day - step / 2,
    });
    days.filter(move |day| (window.first..=window.last).contains(day))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Calendar, FUTURE_SLOTS, HOURS, PAST_SLOTS, Window, Wish};
    use crate::draw::RootDraw;
    use crate::model::day::Day;
    use crate::model::id::{RecordId, UserId};
    use crate::model::pins::Slot;

    fn owner() -> UserId {
        UserId(RecordId::parse("005DG0000000001").unwrap())
    }

    fn window(days: i32) -> Window {
        let base = Day::from_date(jiff::civil::date(2026, 11, 20)).business();
        Window {
            base,
            first: -days,
            last: -1,
        }
    }

    fn fill(
        calendar: &mut Calendar,
        window: Window,
        deals: std::ops::Range<usize>,
    ) -> Vec<Vec<Slot>> {
        deals
            .map(|deal| {
                let mut draw = RootDraw::new(1, &deal.to_string());
                let wish = |number: usize| {
                    let draws = draw.at(&number.to_string());
                    let days = (window.last - window.first + 1) as u64;
                    Wish {
                        offset: window.first + draws.below(0, days) as i32,
                        band: (window.first, window.last),
                        hour: draws.weighted(1, &super::HOUR_WEIGHTS),
                    }
                };
                let wishes: Vec<_> = (0..PAST_SLOTS).map(wish).collect();
                calendar.reserve(owner(), window, &wishes)
            })
            .collect()
    }

    #[test]
    fn nobody_is_in_two_meetings_while_there_is_room_for_those_that_are_held() {
        // 32 days of 8 blocks: room for 256 meetings, here 28 deals with up to 8 each.
        let slots = fill(&mut Calendar::new(60), window(32), 0..28);
        let held: Vec<_> = slots.iter().flat_map(|deal| &deal[..8]).collect();
        let distinct: BTreeSet<_> = held.iter().map(|slot| (slot.0, slot.1)).collect();
        assert_eq!(distinct.len(), held.len());
    }

    #[test]
    fn a_younger_deal_moves_nothing() {
        let few = fill(&mut Calendar::new(60), window(20), 0..30);
        let more = fill(&mut Calendar::new(60), window(20), 0..60);
        assert_eq!(few, more[..30]);
    }

    #[test]
    fn slots_lie_in_the_window_and_in_working_hours() {
        for minutes in [25, 60, 90, 120] {
            for deal in fill(&mut Calendar::new(minutes), window(7), 0..20) {
                for Slot(day, hour) in deal {
                    assert!((-7..=-1).contains(&day), "{day}");
                    let last = 9 + HOURS as u32 - minutes.div_ceil(60);
                    assert!((9..=last).contains(&u32::from(hour)), "{hour} at {minutes}");
                }
            }
        }
    }

    #[test]
    fn claims_of_all_slots_fit() {
        assert!(PAST_SLOTS.max(FUTURE_SLOTS) < 255);
    }
}
