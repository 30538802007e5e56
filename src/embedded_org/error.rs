//! What can go wrong with the org as a whole: its file, its port, its folders.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::features::Features;

/// A failure that keeps the org from being opened, served, imported or exported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot listen on {address}: {source}\nhint: {}", listen_hint(source))]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the certificate {} cannot be made: {problem}", path.display())]
    Certificate { path: PathBuf, problem: String },
    #[error("{} is in use by another process\nhint: wait until it is done, or stop it; `org` commands take another file with --data", path.display())]
    Locked { path: PathBuf },
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} holds no certificate and no public key of RSA in PEM form\nhint: `openssl req -x509 -newkey rsa:2048 -nodes -days 365 -keyout server.key -out server.crt` makes a key and its certificate", path.display())]
    NoCertificate { path: PathBuf },
    #[error("{} is not an embedded org of this program\nhint: name another file with --data", path.display())]
    NotOurs { path: PathBuf },
    #[error("{} was written by a newer version of this program (format {found}, this one knows {known})", path.display())]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("{} holds an org with other features ({has})\nhint: `demo-gen org reset --feature …` starts anew with those that you name", path.display())]
    OtherFeatures { path: PathBuf, has: Features },
    #[error("{} holds an org with our fields and objects, so it cannot be served with --bare\nhint: `demo-gen org reset --bare` starts anew without them", path.display())]
    NotBare { path: PathBuf },
    #[error("{} holds no org yet\nhint: `demo-gen org serve` makes one, `demo-gen org import` loads one", path.display())]
    NoOrg { path: PathBuf },
    #[error("{} is damaged: {source}\nhint: restore a copy of it, or start anew with `demo-gen org reset`", path.display())]
    Damaged {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("the data file {}: {source}", path.display())]
    Database {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("{}: {problem}\nhint: the README has the form of a script of faults", path.display())]
    Faults { path: PathBuf, problem: String },
    #[error("a record of the sample company could not be loaded: {problem}")]
    Sample { problem: String },
    #[error("{}\nhint: {hint}", .place)]
    Csv { place: CsvPlace, hint: &'static str },
    #[error("{} holds no CSV file of an sObject\nhint: a Data Export folder has one file per sObject, such as Account.csv", path.display())]
    NothingToImport { path: PathBuf },
}

/// Where in an imported folder something is wrong, and what.
#[derive(Debug)]
pub(crate) struct CsvPlace {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
    pub(crate) column: Option<String>,
    pub(crate) problem: String,
}

impl std::fmt::Display for CsvPlace {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}, line {}", self.file.display(), self.line)?;
        if let Some(column) = &self.column {
            write!(out, ", column {column}")?;
        }
        write!(out, ": {}", self.problem)
    }
}

fn listen_hint(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there; choose another port, or 0 for any free one"
        }
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose another",
        _ => "choose an address of this machine, such as 127.0.0.1:0",
    }
}
