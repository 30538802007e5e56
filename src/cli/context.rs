//! Opens what a command works with: the manifest, the environment, and the org.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::global::Global;
use crate::clock::Clock;
use crate::content::Model;
use crate::embedded_org::{self, Server};
use crate::manifest::{self, Auth, InstanceUrl, Manifest};
use crate::org::{AuthKind, Environment, Notices, Options, Org, SignIn};
use crate::plan_file::Command;
use crate::reconcile::{self, Request};
use crate::report::Terminal;
use crate::state::Holder;
use anyhow::Context as _;

/// What every command that talks to an org is given.
pub(super) struct Context<'a> {
    pub(super) global: &'a Global,
    pub(super) terminal: &'a mut Terminal,
    pub(super) clock: Clock,
}

/// An org that we are signed in to; the embedded one is served for as long as this lives.
pub(super) struct Connection {
    pub(super) org: Org,
    server: Option<Server>,
}

impl Connection {
    /// Lets the embedded org finish what it is doing.
    pub(super) async fn close(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

impl Context<'_> {
    pub(super) fn manifest(&self) -> anyhow::Result<Manifest> {
        Ok(manifest::load(&self.global.config)?)
    }

    /// Signs in to the manifest's org.
    pub(super) async fn connect(&self, manifest: &Manifest) -> anyhow::Result<Connection> {
        let options = Options {
            api_version: manifest.salesforce.api_version.clone(),
            user_agent: concat!("demo-gen/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: self.clock,
            jitter_seed: u64::from(std::process::id()),
            allow_duplicates: manifest.salesforce.allow_duplicates,
            notices: self.notices(),
        };
        let (sign_in, server) = match &manifest.salesforce.instance_url {
            InstanceUrl::Embedded => {
                let server = self.embedded(manifest).await?;
                let token = server.credentials().access_token.clone();
                (
                    SignIn::with_access_token(server.url(), token)?,
                    Some(server),
                )
            }
            InstanceUrl::Url(url) => (self.sign_in(manifest, url)?, None),
        };
        let org = Org::connect(sign_in, options).await?;
        Ok(Connection { org, server })
    }

    /// The client has no terminal: what it wants to say while it waits is said here.
    fn notices(&self) -> Notices {
        let (aside, clock) = (self.terminal.aside(), self.clock);
        Notices::new(move |text| aside.say(clock.now(), text))
    }

    /// The org that the environment names.
    pub(super) fn instance_url(&self) -> anyhow::Result<Option<String>> {
        let folder = manifest::directory_of(&self.global.config);
        let environment = Environment::load(folder, self.global.env.as_deref())?;
        Ok(environment.get("SF_INSTANCE_URL").map(str::to_owned))
    }

    async fn embedded(&self, manifest: &Manifest) -> anyhow::Result<Server> {
        let folder = manifest.directory().join(".demo-gen");
        let data = folder.join("org.sqlite");
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = embedded_org::serve(embedded_org::Options::new(data, listen, self.clock));
        server.await.context("starting the embedded org")
    }

    fn sign_in(&self, manifest: &Manifest, url: &str) -> anyhow::Result<SignIn> {
        let folder = manifest.directory();
        let environment = Environment::load(folder, self.global.env.as_deref())?;
        let auth = manifest.salesforce.auth.map(|auth| match auth {
            Auth::SfCli => AuthKind::SfCli,
            Auth::AccessToken => AuthKind::AccessToken,
            Auth::Jwt => AuthKind::Jwt,
            Auth::Oauth => AuthKind::Oauth,
        });
        SignIn::from_environment(auth, url, folder, &environment).context("cannot sign in")
    }

    /// What a plan is asked for.
    pub(super) fn request<'m>(
        &self,
        manifest: &'m Manifest,
        command: Command,
        writes: bool,
        options: reconcile::Options,
    ) -> Request<'m> {
        let word = match (command, writes) {
            (_, false) => "plan",
            (Command::Apply, true) => "apply",
            (Command::Destroy, true) => "destroy",
        };
        let holder = Holder {
            command: word.to_owned(),
            process: std::process::id(),
            since: self.clock.now().to_string(),
        };
        Request {
            manifest,
            command,
            writes,
            holder,
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            clock: self.clock,
            model: None,
            notices: self.notices(),
            options,
        }
    }

    /// The language model that the manifest asks for texts.
    pub(super) fn model(&self, manifest: &Manifest) -> anyhow::Result<Option<Model>> {
        if !manifest.llm.enabled {
            return Ok(None);
        }
        let environment = Environment::load(manifest.directory(), self.global.env.as_deref())?;
        Ok(Some(Model::new(&manifest.llm, &environment)))
    }

    /// Where the logs of runs go.
    pub(super) fn log_dir(&self, manifest: &Manifest) -> PathBuf {
        let named = self.global.log_dir.clone();
        named.unwrap_or_else(|| manifest.directory().join("runs"))
    }
}
