//! The nouns of the program as plain values. No I/O, no clock, no decisions.

pub(crate) mod address;
pub(crate) mod capabilities;
pub(crate) mod change;
pub(crate) mod close_plan;
pub(crate) mod day;
pub(crate) mod email;
pub(crate) mod event;
pub(crate) mod field_kind;
pub(crate) mod finding;
pub(crate) mod id;
pub(crate) mod inventory;
pub(crate) mod key;
pub(crate) mod loan;
pub(crate) mod object;
pub(crate) mod order;
pub(crate) mod person;
pub(crate) mod pins;
pub(crate) mod prompt;
pub(crate) mod record;
pub(crate) mod recorded;
pub(crate) mod shape;
pub(crate) mod status_code;
pub(crate) mod told;
pub(crate) mod value;
