//! Asking before anything is written.

use std::io::BufRead as _;

use crate::plan_file::Command;
use crate::report::Terminal;

/// What came of asking.
pub(super) enum Answer {
    Yes,
    No,
    /// Nobody is there to ask.
    Nobody,
}

/// Asks whether a plan is to be carried out.
pub(super) fn ask(command: Command, org: &str, terminal: &mut Terminal) -> std::io::Result<Answer> {
    let question = match command {
        Command::Apply => format!("Do you want to perform these actions in {org}?"),
        Command::Destroy => format!("Do you really want to destroy all of this in {org}?"),
    };
    put(&question, terminal)
}

/// Only a whole `yes` is a yes.
pub(super) fn put(question: &str, terminal: &mut Terminal) -> std::io::Result<Answer> {
    if !terminal.look().interactive {
        return Ok(Answer::Nobody);
    }
    write!(
        terminal.err(),
        "\n{question}\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: "
    )?;
    terminal.err().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(if answer.trim_end() == "yes" {
        Answer::Yes
    } else {
        Answer::No
    })
}
