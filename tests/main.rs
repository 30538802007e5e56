//! One test binary: the real program, run as a person or a script runs it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod env;
mod figures;
mod proxy;

mod aliases;
mod anchor;
mod approval;
mod architecture;
mod bad_input;
mod bare;
mod campaign;
mod colleagues;
mod content;
mod determinism;
mod doctor;
mod drift;
mod emails;
mod examples;
mod faults;
mod from_org;
mod guards;
mod hidden;
mod interrupt;
mod jobs;
mod kill;
mod lease;
mod living_org;
mod loans;
mod lock;
mod lost_state;
mod moving_data;
mod org_folder;
mod orgs_differ;
mod outside_clients;
mod ownership;
mod people;
mod peopleai;
mod prepare;
mod random_walk;
mod readme;
mod refresh;
mod runs;
mod saved_plan;
mod scorecards;
mod selection;
mod sign_in;
mod small_edits;
mod stories;
mod transcripts;
mod usage;
mod whole_way;
