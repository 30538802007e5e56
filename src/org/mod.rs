//! The Salesforce client: everything that this program asks of an org goes through [`Org`].
//!
//! It knows how to sign in, how to send a call again without doing anything twice, and how to put
//! much into one call. It does not know what a plan is; which calls to make, and how many at once,
//! is for the caller to decide. What an org answers is never trusted to be what was asked for.

// Who we are, and whom we talk to.
mod advice;
mod environment;
mod identity;
mod instance_url;
mod jwt;
mod sf_cli;
mod sign_in;

// What an org can be asked.
mod bulk;
mod bulk_csv;
mod bulk_query;
mod collections;
mod conditional;
mod describe;
mod limits;
mod metadata;
mod query;
mod read;
mod rehearsal;
mod retrieve;
pub(crate) mod soql;

// How a call is made, from the API's own terms down to HTTP.
mod composite;
mod gate;
mod limiter;
mod session;
mod token;
mod transport;
mod wire;

// What becomes of it.
mod error;
mod notices;
mod reply;
mod retry;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

pub(crate) use bulk::{IngestJob, JobId, JobState, Operation};
pub(crate) use bulk_csv::{Upload, fits_into_csv};
pub(crate) use collections::{ROWS_PER_CALL, RowError, RowOk, Sent};
pub(crate) use conditional::Conditional;
pub(crate) use describe::{Describe, Field, PicklistValue};
pub(crate) use environment::Environment;
pub(crate) use error::{Error, Kind};
pub(crate) use identity::Identity;
pub(crate) use limits::{Allowance, ApiUsage, Limits};
pub(crate) use metadata::{ComponentFailure, Deployment};
pub(crate) use notices::Notices;
pub(crate) use query::{Pages, Scope};
pub(crate) use read::{Read, Span, Told};
pub(crate) use rehearsal::{Rehearsed, Verdict};
pub(crate) use retrieve::{Fields, LOTS_PER_RETRIEVE, RECORDS_PER_LOT, Retrieve};
pub(crate) use sign_in::{AuthKind, SignIn, SignInError};

use crate::clock::Clock;
use transport::Transport;

/// An org that we are signed in to. Clones share the session and the meters.
#[derive(Debug, Clone)]
pub(crate) struct Org {
    transport: Arc<Transport>,
    identity: Arc<Identity>,
}

/// How to talk to an org, whichever it is.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// `67.0`
    pub(crate) api_version: String,
    /// `demo-gen/<version>`
    pub(crate) user_agent: String,
    pub(crate) clock: Clock,
    /// Lets the waits before another attempt differ between processes.
    pub(crate) jitter_seed: u64,
    /// What an alert of a duplicate rule would hold up is saved all the same.
    pub(crate) allow_duplicates: bool,
    /// Is told why nothing happens, and for how long.
    pub(crate) notices: Notices,
}

impl Org {
    /// Signs in, and asks the org who it is and who we are.
    pub(crate) async fn connect(sign_in: SignIn, options: Options) -> Result<Self, Error> {
        let transport = Arc::new(Transport::open(sign_in, &options).await?);
        let identity = Arc::new(identity::read(&transport).await?);
        Ok(Self {
            transport,
            identity,
        })
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Tells the user why nothing seems to happen.
    pub(crate) fn tell(&self, text: &str) {
        self.transport.wire.tell(text);
    }

    /// HTTP calls made so far by this process, signing in and further attempts included.
    pub(crate) fn calls(&self) -> u64 {
        self.transport.wire.calls()
    }

    /// What the last reply said about the calls of the day.
    pub(crate) fn usage(&self) -> Option<ApiUsage> {
        self.transport.wire.noted().usage
    }

    /// How many calls the org can bear at once, as far as it has pushed back; further ones wait.
    pub(crate) fn in_flight_limit(&self) -> usize {
        self.transport.gate.limit()
    }

    /// Lets fewer calls be under way for a while, for a reason that shows in their results, such as
    /// rows that were locked.
    pub(crate) fn ease_off(&self) {
        self.transport.gate.ease_off();
    }

    /// The org's time at its last reply.
    pub(crate) fn server_time(&self) -> Option<Timestamp> {
        self.transport.wire.noted().time
    }
}
