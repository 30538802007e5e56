//! Ctrl-C: once to finish what is in flight, twice to leave at once.

use std::io::Write as _;

use tokio::sync::watch;

use super::exit::Exit;

/// Set once the user wants to stop.
pub(super) fn watch() -> watch::Receiver<bool> {
    let (flag, interrupted) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        flag.send_replace(true);
        let note = "\nInterrupted: finishing and recording what is in flight. Press Ctrl-C again to leave at once.";
        // Where stderr is closed nobody reads it, and the run ends all the same.
        let _ = writeln!(std::io::stderr(), "{note}");
        if tokio::signal::ctrl_c().await.is_ok() {
            leave();
        }
    });
    interrupted
}

/// What was in flight is settled by the next run.
#[expect(clippy::exit, reason = "the second Ctrl-C asks for exactly this")]
fn leave() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}
