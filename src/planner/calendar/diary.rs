//! An owner's diary while slots are reserved: who claims which block.
//!
//! A block is claimed more strongly the lower the slot's number is, because low slots are used
//! first. Slots beyond those that a deal usually uses claim a block weakly: a firm claim takes it
//! as if it were free. When no block is left, the weakest claim has to share its block.

use super::Tense;
use super::hours::Blocks;
use crate::model::day::BusinessDay;

/// The most blocks that a day can have.
const MOST_BLOCKS: usize = 16;

/// One owner's days, from `first` on.
#[derive(Debug)]
pub(super) struct Diary {
    first: BusinessDay,
    days: Vec<Claims>,
}

/// The claims on the blocks of one day.
#[derive(Debug, Clone, Copy, Default)]
struct Claims {
    /// The strongest claim on each block; 0 is a free one.
    blocks: [u8; MOST_BLOCKS],
    firm: Blocks,
    taken: Blocks,
}

/// How strongly a slot claims its block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    strength: u8,
    is_firm: bool,
}

impl Claim {
    /// The claim of the slot with this number, counted from 0.
    pub(super) fn of(tense: Tense, number: usize) -> Self {
        // Most deals use no more.
        let firm = match tense {
            Tense::Past => 5,
            Tense::Future => 2,
        };
        Self {
            strength: u8::MAX - number as u8,
            is_firm: number < firm,
        }
    }
}

/// Where to look for a block: from the wanted one outwards.
pub(super) struct Search<F: Fn(i32) -> Blocks> {
    pub(super) base: BusinessDay,
    /// The first and the last day, from the base.
    pub(super) band: (i32, i32),
    pub(super) wanted: (i32, u8),
    /// The blocks of a day that suit everybody.
    pub(super) suiting: F,
}

/// A weak claim does not look far: it is seldom used, and then it can still be moved.
const DAYS_OF_A_WEAK_SEARCH: usize = 5;

impl Diary {
    pub(super) fn new(first: BusinessDay) -> Self {
        Self {
            first,
            days: Vec::new(),
        }
    }

    /// Claims a block, which keeps the stronger of two claims.
    pub(super) fn take(&mut self, day: BusinessDay, block: u8, claim: Claim) {
        let claims = self.claims_mut(day);
        let strongest = &mut claims.blocks[usize::from(block)];
        *strongest = claim.strength.max(*strongest);
        claims.taken |= 1 << block;
        claims.firm |= Blocks::from(claim.is_firm) << block;
    }

    /// The block for a claim: the nearest day counts first, then the nearest block of that day.
    /// `None` where none of all days suits.
    pub(super) fn find<F: Fn(i32) -> Blocks>(
        &self,
        search: &Search<F>,
        claim: Claim,
    ) -> Option<(i32, u8)> {
        let (day, block) = search.wanted;
        let reach = match claim.is_firm {
            true => usize::MAX,
            false => DAYS_OF_A_WEAK_SEARCH,
        };
        for offset in around(search.band, day).take(reach) {
            let claims = self.claims(search.base.plus(offset));
            let closed = if claim.is_firm {
                claims.firm
            } else {
                claims.taken
            };
            let open = (search.suiting)(offset) & !closed;
            if open != 0 {
                return Some((offset, nearest(open, block)));
            }
        }
        self.weakest(search)
    }

    /// The block with the weakest claim among all that suit, where every one of them is claimed
    /// or its day is full.
    fn weakest<F: Fn(i32) -> Blocks>(&self, search: &Search<F>) -> Option<(i32, u8)> {
        let (day, block) = search.wanted;
        let mut weakest = None;
        for offset in around(search.band, day) {
            let claims = self.claims(search.base.plus(offset));
            let suiting = (search.suiting)(offset);
            // On a full day a block that nobody has claimed would be one meeting more.
            let shared = match suiting & claims.taken {
                0 => suiting,
                shared => shared,
            };
            let least = bits(shared)
                .map(|block| claims.blocks[usize::from(block)])
                .min();
            let Some(least) = least else { continue };
            if weakest.is_none_or(|(strength, _)| least < strength) {
                let alike =
                    bits(shared).filter(|block| claims.blocks[usize::from(*block)] == least);
                let alike = alike.fold(0, |mask, block| mask | 1 << block);
                weakest = Some((least, (offset, nearest(alike, block))));
            }
        }
        weakest.map(|(_, place)| place)
    }

    fn claims(&self, day: BusinessDay) -> Claims {
        let number = usize::try_from(day.since(self.first)).ok();
        let claims = number.and_then(|number| self.days.get(number));
        claims.copied().unwrap_or_default()
    }

    fn claims_mut(&mut self, day: BusinessDay) -> &mut Claims {
        let missing = self.first.since(day);
        if missing > 0 {
            let fresh = std::iter::repeat_n(Claims::default(), missing as usize);
            self.days.splice(0..0, fresh);
            self.first = day;
        }
        let number = day.since(self.first) as usize;
        if self.days.len() <= number {
            self.days.resize(number + 1, Claims::default());
        }
        &mut self.days[number]
    }
}

/// The days of a band, from the wanted one outwards.
pub(super) fn around(band: (i32, i32), day: i32) -> impl Iterator<Item = i32> {
    let day = day.clamp(band.0, band.1.max(band.0));
    let reach = (day - band.0).max(band.1 - day);
    let days = (0..=2 * reach).map(move |step| match step % 2 {
        1 => day + step / 2 + 1,
        _ => day - step / 2,
    });
    days.filter(move |day| (band.0..=band.1).contains(day))
}

/// The block of a mask, which must have one, that is nearest to the wanted one; the earlier of two.
pub(super) fn nearest(mask: Blocks, wanted: u8) -> u8 {
    let wanted = u32::from(wanted);
    let earlier = mask & (Blocks::MAX >> (Blocks::BITS - 1 - wanted));
    let later = mask >> wanted;
    let before = (earlier != 0).then(|| Blocks::BITS - 1 - earlier.leading_zeros());
    let after = (later != 0).then(|| wanted + later.trailing_zeros());
    let block = match (before, after) {
        (Some(before), Some(after)) if wanted - before <= after - wanted => before,
        (_, Some(after)) => after,
        (before, None) => before.unwrap_or(wanted),
    };
    block as u8
}

/// The blocks of a mask.
pub(super) fn bits(mask: Blocks) -> impl Iterator<Item = u8> {
    (0..Blocks::BITS as u8).filter(move |block| mask >> block & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::{Claim, Diary, Search, around, nearest};
    use crate::model::day::{BusinessDay, Day};
    use crate::planner::calendar::{FUTURE_SLOTS, PAST_SLOTS, Tense};

    fn base() -> BusinessDay {
        Day::from_date(jiff::civil::date(2026, 11, 20)).business()
    }

    #[test]
    fn days_are_tried_from_the_wanted_one_outwards() {
        let check = |band, day, expect: &[i32]| {
            assert_eq!(
                around(band, day).collect::<Vec<_>>(),
                expect,
                "{band:?} {day}"
            );
        };
        check((-3, -1), -2, &[-2, -1, -3]);
        check((-3, -1), -1, &[-1, -2, -3]);
        check((1, 4), 1, &[1, 2, 3, 4]);
        check((1, 3), 9, &[3, 2, 1]);
        check((1, 0), 1, &[]);
    }

    #[test]
    fn the_nearest_block_of_a_mask_is_found() {
        let check = |mask, wanted, expect| assert_eq!(nearest(mask, wanted), expect, "{mask:b}");
        check(0b1111_1111, 3, 3);
        check(0b1111_0111, 3, 2);
        check(0b1111_0000, 3, 4);
        check(0b1000_0001, 3, 0);
        check(0b1000_0000, 0, 7);
        check(0b0000_0001, 15, 0);
    }

    #[test]
    fn firm_claims_keep_off_each_other_and_pass_weak_ones() {
        let mut diary = Diary::new(base());
        let find = |diary: &Diary, number| {
            let search = Search {
                base: base(),
                band: (-1, -1),
                wanted: (-1, 1),
                suiting: |_| 0b0111,
            };
            diary.find(&search, Claim::of(Tense::Past, number))
        };
        let mut take = |block, number| {
            diary.take(base().plus(-1), block, Claim::of(Tense::Past, number));
            [0, 20].map(|number| find(&diary, number).unwrap().1)
        };
        assert_eq!(take(1, 20), [1, 0]);
        assert_eq!(take(1, 0), [0, 0]);
        assert_eq!(take(0, 1), [2, 2]);
        // All are taken: the weakest claim shares its block.
        assert_eq!(take(2, 4), [2, 2]);
        assert_eq!(take(2, 0), [0, 0]);
    }

    #[test]
    fn claims_of_all_slots_fit() {
        assert!(PAST_SLOTS.max(FUTURE_SLOTS) < usize::from(u8::MAX));
    }
}
