//! Keyed randomness: every choice is a function of seed, root, address and purpose.
//!
//! One ChaCha key per (seed, root), one stream per path below the root, one position per
//! purpose. Nothing depends on the order of asking, and no sampler of another crate is used,
//! so neither a small edit nor an upgrade moves what was drawn before. Changing anything here
//! rewrites orgs: the golden values in the tests must never change.

use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt as _, hash_derive_key_context};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// How many independent draws one address has: one ChaCha buffer of four blocks.
pub(crate) const DRAWS: usize = 32;

/// What the keys of all roots are derived in.
static CONTEXT: LazyLock<ContextKey> =
    LazyLock::new(|| hash_derive_key_context("demo-gen draw v1"));

/// The source of all draws for one root.
pub(crate) struct RootDraw {
    stream: ChaCha8Rng,
}

/// The draws of one address, indexed by purpose.
pub(crate) struct Draw([u64; DRAWS]);

impl RootDraw {
    /// `story_key` names the root; a rebuilt org with the same keys tells the same stories.
    pub(crate) fn new(seed: u64, story_key: &str) -> Self {
        let mut hasher = blake3::Hasher::new_from_context_key(&CONTEXT);
        hasher.update(&seed.to_le_bytes());
        hasher.update(story_key.as_bytes());
        Self {
            stream: ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()),
        }
    }

    /// The draws of the path, such as `meeting/past/03`.
    pub(crate) fn at(&mut self, path: &str) -> Draw {
        self.stream.set_stream(fnv1a(path.as_bytes()));
        self.stream.set_word_pos(0);
        let mut bytes = [0; DRAWS * 8];
        self.stream.fill_bytes(&mut bytes);
        let mut draws = [0; DRAWS];
        for (draw, chunk) in draws.iter_mut().zip(bytes.chunks_exact(8)) {
            *draw = u64::from_le_bytes(chunk.try_into().expect("chunks of eight"));
        }
        Draw(draws)
    }
}

impl Draw {
    /// A draw to go on drawing from, see [`Dice`].
    pub(crate) fn seed(&self, purpose: usize) -> u64 {
        self.0[purpose]
    }

    /// A whole number in `0..below`; `below` must not be zero. `purpose` is below 32.
    pub(crate) fn below(&self, purpose: usize, below: u64) -> u64 {
        // The bias of the multiplication is below 2⁻⁴⁰ for the small ranges used here.
        ((u128::from(self.0[purpose]) * u128::from(below)) >> 64) as u64
    }

    /// One of the items; the slice must not be empty.
    pub(crate) fn pick<'a, T>(&self, purpose: usize, items: &'a [T]) -> &'a T {
        &items[self.below(purpose, items.len() as u64) as usize]
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&self, purpose: usize) -> f64 {
        (self.0[purpose] >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True in `permille` of a thousand cases.
    pub(crate) fn chance(&self, purpose: usize, permille: u64) -> bool {
        self.below(purpose, 1000) < permille
    }

    /// The index of the weight that is hit; the weights must not all be zero.
    pub(crate) fn weighted(&self, purpose: usize, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut left = self.below(purpose, u64::from(total)) as u32;
        for (index, &weight) in weights.iter().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        weights.len() - 1
    }
}

/// As many draws as a text needs, one after the other: `SplitMix64`, seeded with a draw.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Those of a path, from a draw of its root.
    pub(crate) fn of(root: u64, path: &str) -> Self {
        Self(root ^ fnv1a(path.as_bytes()))
    }

    /// A number in `0..below`; `below` must not be zero.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * below as u128) >> 64) as usize
    }

    /// An order of `0..len` (Fisher–Yates, from the end).
    pub(crate) fn order(mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for place in (1..len).rev() {
            order.swap(place, self.below(place + 1));
        }
        order
    }
}

/// FNV-1a, 64 bits: stable, and quick on short texts.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{Dice, RootDraw};

    #[test]
    fn golden_values_never_change() {
        let mut root = RootDraw::new(42, "006DG0000000001YAA");
        let draw = root.at("meeting/past/03");
        let seen = (
            draw.below(0, 1000),
            draw.below(31, 1000),
            draw.weighted(2, &[1, 2, 3]),
            Dice::new(draw.seed(3)).order(6),
        );
        assert_eq!(seen, (105, 496, 1, vec![1, 0, 3, 5, 2, 4]));
    }

    #[test]
    fn the_order_of_asking_does_not_matter() {
        let mut one = RootDraw::new(1, "a");
        let mut two = RootDraw::new(1, "a");
        let first = one.at("x").below(0, 1 << 40);
        two.at("y");
        two.at("z");
        assert_eq!(two.at("x").below(0, 1 << 40), first);
    }
}
