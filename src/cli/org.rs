//! `demo-gen org`

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::context::Context;
use super::exit::Exit;
use crate::embedded_org::{self, Credentials, ImportSummary, Options};

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
        default_value = ".demo-gen/org.sqlite"
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
    },
    /// Replace what the org holds by a Salesforce Data Export folder (one CSV per sObject).
    Import {
        /// A folder with `Opportunity.csv`, `Account.csv` and so on.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
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
    },
    Prepare(super::prepare::Args),
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let (data, clock) = (&args.data, context.clock);
    match &args.command {
        Command::Serve {
            listen,
            token,
            bare,
        } => {
            let options = Options {
                data: data.clone(),
                listen: *listen,
                token: token.clone(),
                bare: *bare,
                clock,
            };
            return serve(options, context).await;
        }
        Command::Import { folder } => {
            let summary = embedded_org::import(data, folder, clock)?;
            imported(context.terminal.out(), &summary)?;
        }
        Command::Export { folder } => {
            // On first use the org holds its sample company, whichever command comes first.
            if !data.exists() {
                embedded_org::reset(data, false, clock)?;
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
        Command::Reset { bare } => {
            embedded_org::reset(data, *bare, clock)?;
            writeln!(
                context.terminal.out(),
                "{} holds the sample company again, under a new org id.",
                data.display()
            )?;
        }
    }
    Ok(Exit::Done)
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
