//! One thing to send, and how often it was sent. Pure.

use crate::model::object::Object;
use crate::model::order::Step;

/// One thing to send: a step of the change with this number in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) entry: u32,
    pub(super) step: Step,
    pub(super) object: Object,
    /// How many others have to be made before it, one after the other.
    pub(super) depth: u8,
    /// How often it was sent before.
    pub(super) attempt: u8,
    /// How often of these it was refused because of a lock.
    pub(super) locked: u8,
}

/// What is sent to the org in one call: a step of one kind of record.
pub(super) type Kind = (Step, Object);

impl Item {
    pub(super) fn kind(self) -> Kind {
        (self.step, self.object)
    }

    /// To be sent once more.
    pub(super) fn again(self) -> Self {
        let attempt = self.attempt + 1;
        Self { attempt, ..self }
    }

    /// To be sent once more in a smaller call.
    pub(super) fn again_smaller(self) -> Self {
        let locked = self.locked + 1;
        Self { locked, ..self }.again()
    }
}
