//! Where to look for the free place of a meeting that cannot be where it would best be.

use super::hours::Blocks;
use crate::draw::Dice;

/// A meeting looks for a place of its own so many business days around the day that it was meant
/// for, before it goes anywhere else.
const NEAR: i32 = 15;

/// A day, in business days from the story's end, and the block of it.
pub(super) type Place = (i32, u8);

/// All places of a band in an order of the meeting's own, those around the wanted day first, among
/// the days that suit what it is about. As everybody's order is another, a place that comes free is
/// wanted by few, and a deal that goes moves few others.
pub(super) fn own_order(
    (suiting, band): ((i32, i32), (i32, i32)),
    (day, block): Place,
    blocks: &[u8],
    seed: u64,
) -> impl Iterator<Item = Place> {
    let day = day.clamp(band.0, band.1.max(band.0));
    let near = ((day - NEAR).max(suiting.0), (day + NEAR).min(suiting.1));
    let turned = [(near, seed), (band, !seed)].map(|(band, seed)| shuffled(band, blocks, seed));
    std::iter::once((day, block)).chain(turned.into_iter().flatten())
}

/// Each place of a band once: from a drawn one on in drawn steps, as double hashing goes.
fn shuffled(band: (i32, i32), blocks: &[u8], seed: u64) -> impl Iterator<Item = Place> {
    let count = (band.1 - band.0 + 1).max(0) as usize * blocks.len();
    let mut dice = Dice::new(seed);
    let mut drawn = || dice.below(count.max(1));
    let (first, mut step) = (drawn(), drawn().max(1));
    while gcd(step, count) > 1 {
        step += 1;
    }
    let places = std::iter::successors(Some(first), move |place| {
        let next = place + step;
        // Quicker than a remainder; the step is at most the count.
        Some(if next < count { next } else { next - count })
    });
    places.take(count).map(move |place| {
        let day = band.0 + (place / blocks.len()) as i32;
        (day, blocks[place % blocks.len()])
    })
}

fn gcd(one: usize, other: usize) -> usize {
    match other {
        0 => one,
        _ => gcd(other, one % other),
    }
}

/// All places of a band, the nearest day first and on each day the nearest block.
pub(super) fn outwards(
    band: (i32, i32),
    (day, block): Place,
    blocks: &[u8],
) -> impl Iterator<Item = Place> {
    let all = blocks.iter().fold(0, |mask, block| mask | 1 << block);
    around(band, day).flat_map(move |day| {
        let mut left: Blocks = all;
        std::iter::from_fn(move || {
            let next = (left != 0).then(|| nearest(left, block))?;
            left &= !(1 << next);
            Some((day, next))
        })
    })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NEAR, around, nearest, outwards, own_order};

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
    fn every_place_of_a_band_is_looked_at_and_the_near_ones_first() {
        let blocks = [8, 9, 11];
        for seed in 0..200 {
            for (band, wanted) in [
                ((-40, -1), (-20, 9)),
                ((-1, -1), (-1, 8)),
                ((1, 12), (30, 11)),
            ] {
                let all = (band.1 - band.0 + 1) as usize * blocks.len();
                let own: Vec<_> = own_order((band, band), wanted, &blocks, seed).collect();
                let distinct: BTreeSet<_> = own.iter().copied().collect();
                assert_eq!(distinct.len(), all);
                assert_eq!(distinct, outwards(band, wanted, &blocks).collect());
                let day = wanted.0.clamp(band.0, band.1);
                assert_eq!(own[0], (day, wanted.1));
                let near = band.1.min(day + NEAR) - band.0.max(day - NEAR) + 1;
                let near = near as usize * blocks.len();
                assert!(own[..=near].iter().all(|(at, _)| (at - day).abs() <= NEAR));
            }
        }
        let first = |seed| own_order(((-40, -1), (-40, -1)), (-20, 9), &blocks, seed).nth(1);
        let firsts: BTreeSet<_> = (0..200).map(first).collect();
        assert!(firsts.len() > 60, "{}", firsts.len());
    }
}
