//! `auth: sf_cli`: the login of the Salesforce CLI, borrowed. `sf` is asked for the org's address
//! and for a token; what it prints is never shown, because a token stands in it.

use std::env;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::process::Command;
use tokio::time::timeout;

use super::environment::Environment;
use super::error::clean;
use super::sign_in::is_token;

/// The CLI, and which of its orgs is meant.
#[derive(Debug, Clone)]
pub(super) struct SfCli {
    program: PathBuf,
    /// An alias or a user name; the CLI's default org where there is none.
    target: Option<String>,
}

/// What the CLI knows of its org.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) instance_url: String,
    pub(super) token: SecretString,
}

/// Why the CLI is of no help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SfCliError {
    #[error("auth: sf_cli asks the Salesforce CLI, and there is no `sf` on the PATH")]
    Absent,
    #[error("the Salesforce CLI cannot be started: {0}")]
    Unstartable(String),
    #[error("the Salesforce CLI has no default org")]
    NoDefault,
    #[error("the Salesforce CLI is not logged in to an org named '{0}'")]
    Unknown(String),
    #[error("the Salesforce CLI's login has expired or was revoked")]
    Expired,
    #[error("the Salesforce CLI says {0}")]
    Failed(String),
    #[error("the Salesforce CLI answered something else than JSON")]
    NotJson,
    #[error("the Salesforce CLI did not answer within a minute")]
    TimedOut,
}

/// It starts slowly, and may have to renew its own session.
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(windows)]
const NAMES: &[&str] = &["sf.exe", "sf.cmd"];
#[cfg(not(windows))]
const NAMES: &[&str] = &["sf"];

impl SfCli {
    pub(super) fn from_environment(environment: &Environment) -> Result<Self, SfCliError> {
        Ok(Self {
            program: program(environment).ok_or(SfCliError::Absent)?,
            target: environment
                .get("SF_TARGET_ORG")
                .map(|target| target.trim().to_owned()),
        })
    }

    /// Asks for the org's address and a token that is good now; the CLI renews it by itself.
    pub(super) async fn login(&self) -> Result<Login, SfCliError> {
        let shown: Display = self.ask(&["org", "display"]).await?;
        let is_connected = shown
            .connected_status
            .as_deref()
            .is_none_or(|status| !matches!(self.problem(status), SfCliError::Expired));
        let token = match shown.access_token.filter(|token| is_token(token)) {
            Some(token) if is_connected => token,
            Some(_) => return Err(SfCliError::Expired),
            // Since 2026 it is not displayed any more.
            None => {
                self.ask::<Token>(&["org", "auth", "show-access-token"])
                    .await?
                    .access_token
            }
        };
        if !is_token(&token) {
            return Err(SfCliError::Failed("nothing that is a token".to_owned()));
        }
        Ok(Login {
            instance_url: shown.instance_url,
            token: token.into(),
        })
    }

    async fn ask<T: DeserializeOwned>(&self, words: &[&str]) -> Result<T, SfCliError> {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--json");
        if let Some(target) = &self.target {
            command.arg("--target-org").arg(target);
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output())
            .await
            .map_err(|_| SfCliError::TimedOut)?
            .map_err(|error| SfCliError::Unstartable(error.kind().to_string()))?;
        self.read(&output.stdout)
    }

    fn read<T: DeserializeOwned>(&self, stdout: &[u8]) -> Result<T, SfCliError> {
        // Plugins are known to print a line of their own before.
        let start = stdout.iter().position(|byte| *byte == b'{');
        let json = &stdout[start.unwrap_or(stdout.len())..];
        let reply: Reply<T> = serde_json::from_slice(json).map_err(|_| SfCliError::NotJson)?;
        match reply {
            Reply {
                result: Some(result),
                ..
            } => Ok(result),
            Reply { name, message, .. } => {
                let said = [name, message].into_iter().flatten().collect::<Vec<_>>();
                Err(self.problem(&said.join(": ")))
            }
        }
    }

    /// What the CLI means by the name and the text of its error.
    fn problem(&self, said: &str) -> SfCliError {
        let says = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
        match &self.target {
            _ if says(EXPIRED) => SfCliError::Expired,
            Some(target) if says(UNKNOWN) => SfCliError::Unknown(clean(target, 80)),
            None if says(UNKNOWN) || says(NO_DEFAULT) => SfCliError::NoDefault,
            _ => SfCliError::Failed(clean(said, 300)),
        }
    }
}

/// Parts of names and texts of the CLI's errors.
const EXPIRED: &[&str] = &[
    "RefreshTokenAuthError",
    "expired access/refresh token",
    "INVALID_SESSION_ID",
];
const UNKNOWN: &[&str] = &["NamedOrgNotFound", "No authorization information found"];
const NO_DEFAULT: &[&str] = &["NoDefaultEnv", "No default environment found"];

impl SfCliError {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Absent => {
                "Install it (https://developer.salesforce.com/tools/salesforcecli) and run `sf org login web`, or use auth: access_token, jwt or oauth."
            }
            Self::NoDefault => {
                "`sf org login web --set-default` logs in to one; or name one of `sf org list` in SF_TARGET_ORG."
            }
            Self::Unknown(_) => {
                "SF_TARGET_ORG is an alias or user name of `sf org list`; `sf org login web --alias <name>` adds one."
            }
            Self::Expired => "Run `sf org login web` again for this org.",
            Self::Unstartable(_) | Self::Failed(_) | Self::NotJson | Self::TimedOut => {
                "See whether `sf org display --json` works by itself; `sf update` brings the newest CLI."
            }
        }
    }
}

/// Where the CLI is.
pub(super) fn program(environment: &Environment) -> Option<PathBuf> {
    env::split_paths(environment.get("PATH")?)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file())
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Reply<T> {
    result: Option<T>,
    name: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Display {
    instance_url: String,
    access_token: Option<String>,
    connected_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    access_token: String,
}
