//! The campaign: rounds of bad days drawn by seed, with kills in between. Every one ends with the
//! org as the manifest wants it, or with the right exit code and message, and can be gone on with.
//!
//! `DEMO_GEN_CAMPAIGN_ROUNDS` says how many rounds each theme has, `DEMO_GEN_CAMPAIGN_SEED` plays
//! one of them alone.

mod census;
mod faults;
mod reference;
mod round;
mod schedule;

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use faults::{KINDS, Theme};
use round::Tally;
use schedule::Schedule;

/// Of each theme.
const ROUNDS: u64 = 44;

/// Rounds that are played at once by a test; mostly one waits while another works.
const PLAYERS: usize = 2;

#[test]
fn the_network_fails() {
    campaign(Theme::Network);
}

#[test]
fn the_org_refuses() {
    campaign(Theme::Limits);
}

#[test]
fn records_are_refused() {
    campaign(Theme::Rules);
}

#[test]
fn others_are_at_work() {
    campaign(Theme::Others);
}

#[test]
fn jobs_fail() {
    campaign(Theme::Jobs);
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("it is a number"))
}

fn campaign(theme: Theme) {
    if let Some(seed) = variable("DEMO_GEN_CAMPAIGN_SEED") {
        if seed >> 32 == theme as u64 {
            let schedule = Schedule::draw(theme, seed & u64::from(u32::MAX));
            round::play(&schedule).unwrap_or_else(|why| panic!("{why}"));
        }
        return;
    }
    let rounds = variable("DEMO_GEN_CAMPAIGN_ROUNDS").unwrap_or(ROUNDS);
    let (next, ended) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                while let number = next.fetch_add(1, Ordering::Relaxed)
                    && number < rounds
                {
                    let result = round::play(&Schedule::draw(theme, number));
                    ended.lock().unwrap().push(result);
                }
            });
        }
    });
    let (survived, failed): (Vec<_>, Vec<_>) = ended
        .into_inner()
        .unwrap()
        .into_iter()
        .partition(Result::is_ok);
    let mut tally = Tally::new();
    for (what, count) in survived.iter().flatten().flatten() {
        *tally.entry(what.clone()).or_default() += count;
    }
    tell(theme, rounds, survived.len(), &tally);
    let failed: Vec<_> = failed.into_iter().filter_map(Result::err).collect();
    assert!(
        failed.is_empty(),
        "{} of {rounds} rounds:\n{}",
        failed.len(),
        failed.join("\n\n")
    );
    if rounds >= ROUNDS {
        let kinds = KINDS.iter().filter(|kind| kind.theme == theme);
        let never: Vec<_> = kinds
            .filter(|kind| !tally.contains_key(kind.name))
            .map(|kind| kind.name)
            .collect();
        assert!(never.is_empty(), "these never struck: {never:?}");
    }
}

/// Also where the test harness keeps to itself what tests print.
fn tell(theme: Theme, rounds: u64, survived: usize, tally: &Tally) {
    let counts: Vec<_> = tally
        .iter()
        .map(|(what, count)| format!("{what}: {count}"))
        .collect();
    let line = format!(
        "campaign {theme:?}: {survived} of {rounds} rounds survived; {}\n",
        counts.join(", ")
    );
    // Nothing is lost where nobody listens.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
