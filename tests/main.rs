//! One test binary: the real program, run as a person or a script runs it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod env;

mod aliases;
mod anchor;
mod approval;
mod bad_input;
mod bare;
mod drift;
mod guards;
mod kill;
mod living_org;
mod lock;
mod lost_state;
mod ownership;
mod runs;
mod saved_plan;
mod selection;
mod sign_in;
mod small_edits;
mod usage;
mod whole_way;
