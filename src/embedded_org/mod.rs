//! The embedded org: a local server that speaks the Salesforce REST API, kept in one `SQLite` file.
//!
//! It is an island. It shares nothing with the client but the clock, so that the two cannot agree on a
//! mistake; what it knows of the API it has from the API's documentation.
//!
//! A request comes in at `server`, is matched in the table of `api`, and is handled in one transaction of
//! `store`. `schema` says what sObjects and fields there are; `rows` saves and deletes by the platform's
//! rules; `soql` queries; `bulk` keeps jobs and works on them. `company` is what a new org holds, `exchange` replaces and copies it as CSV.
//! It does not send e-mail, run triggers, or know of sharing: its one user sees and may do all.

mod api;
mod api_error;
mod auth;
mod bulk;
mod certificate;
mod company;
mod error;
mod exchange;
mod faults;
mod features;
mod ids;
mod metadata;
mod org;
mod rows;
mod schema;
mod server;
mod session;
mod soql;
mod sosl;
mod store;
#[cfg(test)]
mod tests;
mod time;
mod tls;
mod tokens;
mod wire;
mod xml;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(crate) use auth::Credentials;
pub(crate) use error::Error;
pub(crate) use exchange::{ExportSummary, ImportSummary};
pub(crate) use features::{Feature, Features};
pub(crate) use server::Server;

use crate::clock::Clock;

/// How an org is served.
#[derive(Debug)]
pub(crate) struct Options {
    /// The file that holds the org; made with the sample company where there is none.
    pub(crate) data: PathBuf,
    /// Where to listen; port 0 is any free one.
    pub(crate) listen: SocketAddr,
    /// The access token to accept, instead of the one that the file keeps.
    pub(crate) token: Option<String>,
    /// Without our fields and objects.
    pub(crate) bare: bool,
    /// By https, with a certificate of its own.
    pub(crate) tls: bool,
    /// The certificate of the org's app, for signing in with assertions.
    pub(crate) jwt_certificate: Option<PathBuf>,
    /// What a new org has; an org that is there already must have the same.
    pub(crate) features: Option<Features>,
    /// A script of faults, for trying clients.
    pub(crate) faults: Option<PathBuf>,
    pub(crate) clock: Clock,
}

impl Options {
    /// A whole org by plain http, with the secrets of its file.
    pub(crate) fn new(data: PathBuf, listen: SocketAddr, clock: Clock) -> Self {
        Self {
            data,
            listen,
            token: None,
            bare: false,
            tls: false,
            jwt_certificate: None,
            features: None,
            faults: None,
            clock,
        }
    }
}

/// Serves an org until the server is stopped.
pub(crate) async fn serve(options: Options) -> Result<Server, Error> {
    server::serve(options).await
}

/// Replaces what the org holds by a Data Export folder; the org gets a new id.
pub(crate) fn import(data: &Path, folder: &Path, clock: Clock) -> Result<ImportSummary, Error> {
    exchange::import(data, folder, clock)
}

/// Writes what the org holds as a Data Export folder.
pub(crate) fn export(data: &Path, folder: &Path) -> Result<ExportSummary, Error> {
    exchange::export(data, folder)
}

/// Starts the org anew with the sample company; it gets a new id.
pub(crate) fn reset(
    data: &Path,
    bare: bool,
    features: Features,
    clock: Clock,
) -> Result<(), Error> {
    let lock = store::Lock::take(data)?;
    org::kind(data)?;
    org::create(data, &lock, (bare, features), clock)
}
