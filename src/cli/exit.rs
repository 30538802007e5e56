//! Exit codes, and errors as a person reads them.

use std::process::ExitCode;

use crate::embedded_org;
use crate::manifest::LoadError;
use crate::org::{self, SignInError};
use crate::reconcile::Stop;
use crate::report::Terminal;
use crate::{apply, prepare, refresh, state};

/// How the process ends. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    Error = 1,
    /// Under `--detailed-exitcode`: there are changes.
    Changes = 2,
    /// Partly applied; run again to resume.
    Partly = 3,
    /// Approval declined, or needed where nobody can give it.
    NotApproved = 4,
    /// The state, or the pack, is in use by another run.
    Locked = 5,
    /// The saved plan is stale, or for another org or manifest.
    Stale = 6,
    /// A guard refused.
    Refused = 7,
    /// Stopped at the API budget; resumable.
    ApiBudget = 8,
    LoginFailed = 9,
    Usage = 64,
    Invalid = 65,
    Interrupted = 130,
}

/// What clap has to say: help on stdout, wrong usage on stderr.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // Where even that cannot be printed, the code still tells.
    let _ = error.print();
    let exit = if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    };
    ExitCode::from(exit as u8)
}

/// Prints the error with its hint, and gives its code.
pub(super) fn report(error: &anyhow::Error, terminal: &mut Terminal) -> Exit {
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    // Nothing is left to do where stderr is closed too.
    let _ = write_error(error, terminal.err());
    code(error)
}

fn write_error(error: &anyhow::Error, err: &mut dyn std::io::Write) -> std::io::Result<()> {
    if let Some(LoadError::Invalid(problems)) = find(error) {
        return writeln!(err, "{}", problems.render(true).trim_end());
    }
    writeln!(err, "error: {}", message(error))?;
    if let Some(hint) = hint(error) {
        writeln!(err, "hint: {hint}")?;
    }
    Ok(())
}

/// The error and its causes, leaving out a cause that the error before it already tells.
pub(super) fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}

/// The first error of this type in the chain.
fn find<E: std::error::Error + Send + Sync + 'static>(error: &anyhow::Error) -> Option<&E> {
    error.chain().find_map(|error| error.downcast_ref())
}

/// The state's error, however deep it lies.
fn state_error(error: &anyhow::Error) -> Option<&state::Error> {
    find(error)
        .or_else(|| match find(error)? {
            apply::Error::State(error) => Some(error),
            apply::Error::Refresh(refresh::Error::State(error)) => Some(error),
            apply::Error::Plan(_) | apply::Error::Refresh(_) | apply::Error::Content(_) => None,
        })
        .or_else(|| match find(error)? {
            refresh::Error::State(error) => Some(error),
            _ => None,
        })
}

/// The client's error, however deep it lies.
fn org_error(error: &anyhow::Error) -> Option<&org::Error> {
    find(error)
        .or_else(|| match find(error)? {
            refresh::Error::Org(error) => Some(error),
            _ => None,
        })
        .or_else(|| match find(error)? {
            apply::Error::Refresh(refresh::Error::Org(error)) => Some(error),
            _ => None,
        })
        .or_else(|| match find(error)? {
            prepare::Error::Org(error) => Some(error),
            _ => None,
        })
}

/// What a person can do about an error.
pub(super) fn hint(error: &anyhow::Error) -> Option<String> {
    let manifest = || match find(error)? {
        LoadError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Some(
                "`demo-gen init` writes a manifest to start with; `-c FILE` names another one"
                    .to_owned(),
            )
        }
        LoadError::Unreadable { .. } | LoadError::Invalid(_) => None,
    };
    let stop = find::<Stop>(error).and_then(Stop::hint);
    let state = || state_error(error)?.hint().map(str::to_owned);
    let prepare = || find::<prepare::Error>(error)?.hint().map(str::to_owned);
    let org = || org_error(error)?.hint().map(str::to_owned);
    let sign_in = || {
        let error: org::Error = find::<SignInError>(error)?.clone().into();
        error.hint().map(str::to_owned)
    };
    stop.or_else(manifest)
        .or_else(state)
        .or_else(prepare)
        .or_else(org)
        .or_else(sign_in)
}

fn code(error: &anyhow::Error) -> Exit {
    if find::<LoadError>(error).is_some_and(|error| matches!(error, LoadError::Invalid(_))) {
        return Exit::Invalid;
    }
    if let Some(stop) = find::<Stop>(error) {
        return match stop {
            Stop::Refused(_) => Exit::Refused,
            Stop::Stale(_) => Exit::Stale,
            Stop::Leased { .. } => Exit::Locked,
            Stop::Unsettled(_) => Exit::Partly,
            Stop::NothingSelected(_) | Stop::Impossible { .. } => Exit::Error,
            Stop::Usage(_) => Exit::Usage,
        };
    }
    if let Some(state::Error::Locked { .. }) = state_error(error) {
        return Exit::Locked;
    }
    if let Some(embedded_org::Error::Locked { .. }) = find(error) {
        return Exit::Locked;
    }
    if find::<SignInError>(error).is_some() {
        return Exit::LoginFailed;
    }
    match org_error(error).map(org::Error::kind) {
        Some(org::Kind::Login) => Exit::LoginFailed,
        Some(org::Kind::RequestLimit) => Exit::ApiBudget,
        _ => Exit::Error,
    }
}

/// The reader of our output has enough of it: that is no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    find::<std::io::Error>(error)
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
