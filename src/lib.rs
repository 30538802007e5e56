//! demo-gen: a declarative reconciler for Salesforce demo data. This is the map of the code.
//!
//! # Bird's eye view
//!
//! A manifest says what demo data an org should hold. A run reads the manifest, the org without us,
//! and what earlier runs recorded; the planner makes of it the records that should be there; the
//! differ compares them with what was recorded and with what the org holds now. What comes out is
//! a plan, a value that can be shown, saved, refused by a guard, and carried out. Nothing below the
//! command line knows of a dry run: it is a plan that nobody carries out.
//!
//! ```text
//! manifest, org, pins ──► planner ──► desired ──┐
//!                            state ──► recorded ─┼─► diff ──► plan ──► guard ──► apply ──► org
//!                            org ──► live ───────┘                                   └──► state
//! ```
//!
//! Planning goes root by root, which is to say deal by deal, and a plan's changes are spilled to a
//! file as they come, so memory is bounded by the largest root and not by the org. Before that all
//! stories are laid into their owners' calendars once, because meetings of one owner compete across
//! deals.
//!
//! # Code map, in reading order
//!
//! The story of a run:
//! - [`cli`]: the command line, one file per command; opens what a run needs and asks the user.
//! - [`reconcile`]: the one room that knows all phases. Begin here.
//! - [`doctor`]: looks at an org before anything is written; sees what `reconcile` sees, and it.
//! - [`from_org`]: takes over from an org a first manifest, or a copy to rehearse on.
//!
//! Pure rooms, without I/O, clock or unordered maps:
//! - [`manifest`]: from YAML to a [`Manifest`](manifest::Manifest) that cannot be wrong.
//! - [`model`]: the nouns as values: ids, addresses, records, changes, pins.
//! - [`listing`]: counts and lists as a sentence has them.
//! - [`draw`]: randomness that is a function of seed, address and purpose.
//! - [`planner`]: from manifest and inventory to desired records: calendar, cast, story,
//!   activities, scorecards, texts.
//! - [`diff`]: the table of decisions, and the order in which changes are made.
//! - [`guard`]: what a plan may do.
//! - [`scope`]: what `--target`, `--exclude` and `protect` match.
//!
//! Rooms that reach outside:
//! - [`clock`]: the only caller of the system's clock.
//! - [`org`]: the Salesforce client: signing in, queries, batches, retries.
//! - [`state`]: what was sent and is being sent, in one SQLite file per pack and org.
//! - [`plan_file`]: a plan's changes, spilled, grouped and saved.
//! - [`content`]: texts from a language model: asked for, judged, and kept in a cache.
//! - [`refresh`]: reads the org: what it can hold, what it holds without us, what became of ours.
//! - [`apply`]: carries a plan out: an intent, a call, its result.
//! - [`report`]: what people and programs see: plans, progress, outcomes, status, logs of runs.
//!
//! Beside them:
//! - [`prepare`]: makes the fields and objects that we use in an org, by metadata deployment.
//! - [`embedded_org`]: an island, the server that speaks the Salesforce REST API. It shares only the
//!   clock with the rest, or client and server would agree on a mistake.
//! - [`bench`]: what the benchmark needs of the inside.
//!
//! Imports point one way: everything may see `model`; `planner` and `diff` do not see each other;
//! `apply` does not see `planner`; only `cli` sees `report` and `embedded_org`. The table of who may
//! see whom is `tests/architecture.rs`, which holds the source to it.
//!
//! # What must always hold
//!
//! In brackets, where it is tested.
//!
//! - Apply, then plan: nothing to do (`tests/whole_way.rs`).
//! - The same build and inputs give the same plan; a small edit gives a small one
//!   (`src/planner/tests/`, `tests/small_edits.rs`).
//! - Killed at any instant, the next apply converges, without a duplicate or an orphan (`tests/kill/`).
//! - Of two runs at once one has the state and the other stops; a stale saved plan never writes
//!   (`tests/lock.rs`, `tests/saved_plan.rs`).
//! - A record that is not ours is never changed or deleted, even with a forged row in the state
//!   (`tests/ownership.rs`).
//! - Destroy leaves none of our records, and all others as they were (`tests/whole_way.rs`).
//! - What a plan prints is bounded however large it is (`tests/usage.rs`).
//! - Whatever the org answers ends in a retry or in one clear message, and in a state to go on from
//!   (`src/org/tests/`, `tests/bad_input.rs`, `tests/campaign/`).
//! - What the user does not see is neither forgotten nor made twice (`tests/hidden.rs`).
//! - Clients that others wrote work on the embedded org (`tests/outside_clients.rs`).
//! - A look leaves nothing behind: neither `doctor` nor its probe (`tests/doctor.rs`).
//! - No secret reaches a log, a plan, a message or the state: they are `SecretString`s, and messages
//!   are cleared of tokens (`src/org/tests/`, `src/manifest/tests.rs`).
//! - The org lives and the story stays: a stage, an amount, a contact or a title that changes
//!   rewrites no activity (`tests/living_org.rs`).
//!
//! # What is deliberately absent
//!
//! - A trait for orgs. There is one client; tests talk to the embedded org over HTTP, as users do.
//! - Global state: time, seed and environment are values handed in.
//! - A public API. The crate is a library only so that tests and benchmarks can link to it.
#![expect(
    rustdoc::private_intra_doc_links,
    reason = "the map is for readers of the code, and dead links in it are found by the build"
)]

mod cli;
mod doctor;
mod from_org;
mod reconcile;

// Pure.
mod manifest;
mod model;

mod draw;
mod listing;
mod planner;

mod diff;
mod guard;
mod scope;

// Reaching outside.
mod clock;
mod org;
mod state;

mod content;
mod plan_file;
mod refresh;

mod apply;
mod report;

// Beside them.
mod prepare;

#[doc(hidden)]
pub mod bench;
mod embedded_org;

/// Plans are millions of short texts, and the system's allocator took a quarter of the time that it
/// takes to make them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> std::process::ExitCode {
    cli::main()
}
