//! Chance that repeats.

/// Random numbers that are the same in each run of the test.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    /// A number below `end`, by `SplitMix64`, whose small bias does no harm here.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % end as u64) as usize
    }
}
