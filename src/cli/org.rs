//! `demo-gen org`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::context::Context;
use super::exit::Exit;
use super::options;
use crate::embedded_org::{self, Credentials, Feature, Features, ImportSummary, Options};
use crate::manifest::{InstanceUrl, Manifest};
use crate::reconcile::{self, Stop};
use crate::{from_org, plan_file};

/// Where the org lies unless told otherwise.
const DATA: &str = ".demo-gen/org.sqlite";

/// Serve, fill, copy or reset the embedded org; prepare any org.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
    /// The file that holds the org, relative to the working folder.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = DATA
    )]
    data: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the org until Ctrl-C, and print its URL and credentials.
    Serve {
        /// Where to listen; port 0 is any free one.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
        listen: SocketAddr,
        /// The access token to accept, instead of the one that the file keeps.
        #[arg(
            long,
            value_name = "TOKEN",
            env = "DEMO_GEN_ORG_TOKEN",
            hide_env_values = true
        )]
        token: Option<String>,
        /// A new org without demo-gen's own fields and objects.
        #[arg(long)]
        bare: bool,
        /// Serve https, with a self-signed certificate that lies beside the data file.
        #[arg(long)]
        tls: bool,
        /// The certificate (or public key, PEM) of the org's app, to sign in with `auth: jwt`.
        #[arg(long, value_name = "FILE")]
        jwt_certificate: Option<PathBuf>,
        /// A script of faults, to try how clients bear a bad day.
        #[arg(long, value_name = "FILE")]
        fault: Option<PathBuf>,
        #[command(flatten)]
        features: FeatureArgs,
    },
    /// Replace what the org holds by a Salesforce Data Export folder (one CSV per sObject).
    Import {
        /// A folder with `Opportunity.csv`, `Account.csv` and so on.
        #[arg(value_name = "DIR", required_unless_present = "from_org")]
        folder: Option<PathBuf>,
        /// Copy what planning needs from the manifest's org, to rehearse on; the org is only read.
        #[arg(long, conflicts_with = "folder")]
        from_org: bool,
    },
    /// Write what the org holds as a Data Export folder.
    Export {
        /// The folder to write to; it is made where there is none.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Start the org anew with its sample company, under a new org id.
    Reset {
        /// Without demo-gen's own fields and objects.
        #[arg(long)]
        bare: bool,
        #[command(flatten)]
        features: FeatureArgs,
    },
    Prepare(super::prepare::Args),
}

/// What a new org has and has not, as orgs differ.
#[derive(Debug, clap::Args)]
struct FeatureArgs {
    /// Switches features of a new org on, as orgs differ.
    #[arg(long, value_name = "FEATURE", value_delimiter = ',')]
    feature: Vec<Feature>,
    /// Switches features of a new org off.
    #[arg(
        long,
        value_name = "FEATURE",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    without: Vec<Feature>,
}

impl FeatureArgs {
    /// Nothing where nothing is said.
    fn given(&self) -> Option<Features> {
        let Self { feature, without } = self;
        let silent = feature.is_empty() && without.is_empty();
        (!silent).then(|| Features::of(feature, without))
    }
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let (data, clock) = (&args.data, context.clock);
    match &args.command {
        Command::Serve {
            listen,
            token,
            bare,
            tls,
            jwt_certificate,
            fault,
            features,
        } => {
            let options = Options {
                token: token.clone(),
                bare: *bare,
                tls: *tls,
                jwt_certificate: jwt_certificate.clone(),
                features: features.given(),
                faults: fault.clone(),
                ..Options::new(data.clone(), *listen, clock)
            };
            return serve(options, context).await;
        }
        Command::Import {
            folder: Some(folder),
            ..
        } => {
            let summary = embedded_org::import(data, folder, clock)?;
            imported(context.terminal.out(), &summary)?;
        }
        Command::Import { folder: None, .. } => {
            let summary = import_from_org(data, context).await?;
            imported(context.terminal.out(), &summary)?;
        }
        Command::Export { folder } => {
            // On first use the org holds its sample company, whichever command comes first.
            if !data.exists() {
                embedded_org::reset(data, false, Features::default(), clock)?;
            }
            let summary = embedded_org::export(data, folder)?;
            let objects = counted(&summary.objects);
            writeln!(
                context.terminal.out(),
                "Exported {objects} to {}.",
                folder.display()
            )?;
        }
        Command::Prepare(args) => return super::prepare::run(args, context).await,
        Command::Reset { bare, features } => {
            embedded_org::reset(data, *bare, features.given().unwrap_or_default(), clock)?;
            writeln!(
                context.terminal.out(),
                "{} holds the sample company again, under a new org id.",
                data.display()
            )?;
        }
    }
    Ok(Exit::Done)
}

/// Puts a copy of the manifest's org into the embedded one.
async fn import_from_org(data: &Path, context: &mut Context<'_>) -> anyhow::Result<ImportSummary> {
    let manifest = context.manifest()?;
    let folder = copy(context, &manifest).await?;
    let data = match data == Path::new(DATA) {
        // That is where a manifest with `instance_url: embedded` looks for it.
        true => manifest.directory().join(DATA),
        false => data.to_owned(),
    };
    Ok(embedded_org::import(&data, folder.path(), context.clock)?)
}

/// Copies the manifest's org into a folder that goes when it is dropped.
async fn copy(context: &mut Context<'_>, manifest: &Manifest) -> anyhow::Result<tempfile::TempDir> {
    if manifest.salesforce.instance_url == InstanceUrl::Embedded {
        let why = "the manifest's org is the embedded one itself; name the manifest of another org with -c";
        return Err(Stop::Usage(why.to_owned()).into());
    }
    let folder = tempfile::tempdir().context("making a folder for the copy")?;
    let connection = context.connect(manifest).await?;
    let request = context.request(manifest, plan_file::Command::Apply, false, options::plain());
    let survey = reconcile::survey(&connection.org, &request).await?;
    from_org::copy(&connection.org, &survey.inventory, folder.path()).await?;
    connection.close().await;
    Ok(folder)
}

fn imported(out: &mut dyn std::io::Write, summary: &ImportSummary) -> std::io::Result<()> {
    let ImportSummary {
        org_id,
        objects,
        extra_fields,
        skipped,
        added_administrator,
    } = summary;
    writeln!(
        out,
        "Imported {}. The org is {org_id} now.",
        counted(objects)
    )?;
    for (object, column) in extra_fields {
        writeln!(
            out,
            "  {object}.{column} is not a field of Salesforce's; it is kept as a text field"
        )?;
    }
    for file in skipped {
        writeln!(
            out,
            "  {file} belongs to no object of the org and was left out"
        )?;
    }
    if let Some(username) = added_administrator {
        writeln!(
            out,
            "  {username} was added, because the folder has no active administrator"
        )?;
    }
    Ok(())
}

/// `12 Account, 41 Contact`.
fn counted(objects: &[(String, u64)]) -> String {
    let counted: Vec<_> = objects
        .iter()
        .map(|(object, count)| format!("{count} {object}"))
        .collect();
    counted.join(", ")
}

async fn serve(options: Options, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    if !options.listen.ip().is_loopback() {
        let warning = "warning: the org listens beyond this machine; whoever has its token can read and write it";
        writeln!(context.terminal.err(), "{warning}")?;
    }
    let server = embedded_org::serve(options).await?;
    let url = server.url().to_owned();
    let out = context.terminal.out();
    writeln!(out, "Serving the embedded org at {url} until Ctrl-C.\n")?;
    credentials(out, &url, server.credentials())?;
    if let Some(certificate) = server.certificate() {
        trust(out, certificate)?;
    }
    out.flush()?;
    tokio::signal::ctrl_c()
        .await
        .context("waiting for Ctrl-C")?;
    server.stop().await;
    Ok(Exit::Done)
}

/// Ready to be pasted into a shell or an `.env` file.
fn credentials(
    out: &mut dyn std::io::Write,
    url: &str,
    credentials: &Credentials,
) -> std::io::Result<()> {
    for (name, value) in [
        ("SF_INSTANCE_URL", url),
        ("SF_ACCESS_TOKEN", credentials.access_token.expose_secret()),
        ("SF_USERNAME", &credentials.username),
        // The security token stands behind the password already.
        ("SF_PASSWORD", credentials.password.expose_secret()),
        ("SF_CLIENT_ID", &credentials.client_id),
        (
            "SF_CLIENT_SECRET",
            credentials.client_secret.expose_secret(),
        ),
        (
            "SF_REFRESH_TOKEN",
            credentials.refresh_token.expose_secret(),
        ),
    ] {
        writeln!(out, "{name}='{value}'")?;
    }
    Ok(())
}

/// What makes clients trust the certificate, by the variables that they read.
fn trust(out: &mut dyn std::io::Write, certificate: &Path) -> std::io::Result<()> {
    let path = std::path::absolute(certificate)?;
    writeln!(out, "\nClients trust the certificate by one of these:\n")?;
    for name in [
        // demo-gen, curl
        "SSL_CERT_FILE",
        // Python: requests, simple-salesforce
        "REQUESTS_CA_BUNDLE",
        // Node: jsforce, the Salesforce CLI
        "NODE_EXTRA_CA_CERTS",
    ] {
        writeln!(out, "export {name}='{}'", path.display())?;
    }
    Ok(())
}
