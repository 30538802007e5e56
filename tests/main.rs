//! One test binary: the real program, run as a person or a script runs it.

mod env;

mod anchor;
mod drift;
mod living_org;
mod small_edits;
mod whole_way;
