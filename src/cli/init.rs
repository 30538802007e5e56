//! `demo-gen init`

use std::fs::{File, OpenOptions};
use std::io::Write as _;

use anyhow::Context as _;

use super::context::Context;
use super::exit::Exit;
use super::global::Global;
use crate::from_org;
use crate::manifest::{self, Manifest};
use crate::reconcile::Stop;
use crate::report::Terminal;

/// Write a commented starter manifest.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Overwrite a manifest that is there.
    #[arg(long)]
    force: bool,
    /// Fill in an org's own stages, types, dates and owners. Without a URL it is the one that
    /// `SF_INSTANCE_URL` names; `embedded` is the embedded org.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub(super) from_org: Option<String>,
}

/// Writes the example as it is.
pub(super) fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let file = open(args, global)?;
    write(file, manifest::EXAMPLE, global, terminal)
}

/// Writes the example with what an org is like.
pub(super) async fn run_from_org(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    // Before the org is asked for anything: a manifest that is there must not be lost.
    if !args.force && context.global.config.exists() {
        return Err(there_already(context.global));
    }
    let (manifest, url) = manifest_of(args, context)?;
    let connection = context.connect(&manifest).await?;
    let starter = from_org::starter(&connection.org, &url).await;
    connection.close().await;
    let starter = starter?;
    let file = open(args, context.global)?;
    write(file, &starter, context.global, context.terminal)
}

/// Just enough of a manifest to sign in, and the org's address.
fn manifest_of(args: &Args, context: &Context) -> anyhow::Result<(Manifest, String)> {
    let named = args.from_org.as_deref().filter(|url| !url.is_empty());
    let url = match named {
        Some(url) => url.to_owned(),
        None => context.instance_url()?.ok_or_else(|| {
            Stop::Usage(
                "--from-org needs to know which org: give its URL, or set SF_INSTANCE_URL"
                    .to_owned(),
            )
        })?,
    };
    let quoted = serde_json::Value::from(url.as_str());
    let source = format!("run: {{name: init}}\nsalesforce: {{instance_url: {quoted}}}\n");
    let path = context.global.config.display().to_string();
    let manifest = manifest::parse(&source, "--from-org").map_err(manifest::LoadError::Invalid)?;
    let manifest = Manifest {
        source: path.into(),
        ..manifest
    };
    Ok((manifest, url))
}

fn there_already(global: &Global) -> anyhow::Error {
    let path = global.config.display();
    anyhow::anyhow!("{path} is there already; `--force` overwrites it")
}

fn open(args: &Args, global: &Global) -> anyhow::Result<File> {
    let path = &global.config;
    let mut options = OpenOptions::new();
    options.write(true);
    if args.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(there_already(global))
        }
        opened => opened.with_context(|| format!("writing {}", path.display())),
    }
}

fn write(
    mut file: File,
    manifest: &str,
    global: &Global,
    terminal: &mut Terminal,
) -> anyhow::Result<Exit> {
    let name = global.config.display();
    let written = file.write_all(manifest.as_bytes());
    written.with_context(|| format!("writing {name}"))?;
    writeln!(
        terminal.out(),
        "Wrote {name}. Look through it, then run `demo-gen plan -c {name}`."
    )?;
    Ok(Exit::Done)
}
