//! A least and a greatest value.

use serde::Serialize;

/// A least and a greatest value, both included, never the wrong way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Bounds<T> {
    min: T,
    max: T,
}

impl<T: Copy + PartialOrd> Bounds<T> {
    /// `None` where `min` is greater than `max`.
    pub(crate) fn new(min: T, max: T) -> Option<Self> {
        (min <= max).then_some(Self { min, max })
    }

    pub(crate) fn min(self) -> T {
        self.min
    }

    pub(crate) fn max(self) -> T {
        self.max
    }

    /// With another least value, which the greatest one makes room for.
    pub(super) fn with_min(self, min: T) -> Self {
        let max = if min > self.max { min } else { self.max };
        Self { min, max }
    }

    /// With another greatest value, which the least one makes room for.
    pub(super) fn with_max(self, max: T) -> Self {
        let min = if max < self.min { max } else { self.min };
        Self { min, max }
    }
}
