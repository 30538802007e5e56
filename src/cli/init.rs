//! `demo-gen init`

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::Context as _;

use super::exit::Exit;
use super::global::Global;
use crate::manifest;
use crate::report::Terminal;

/// Write a commented starter manifest.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Overwrite a manifest that is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let path = &global.config;
    let mut options = OpenOptions::new();
    options.write(true);
    if args.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            anyhow::bail!(
                "{} is there already; `--force` overwrites it",
                path.display()
            )
        }
        Err(error) => return Err(error).with_context(|| format!("writing {}", path.display())),
    };
    let written = file.write_all(manifest::EXAMPLE.as_bytes());
    written.with_context(|| format!("writing {}", path.display()))?;
    let name = path.display();
    writeln!(
        terminal.out(),
        "Wrote {name}. Look through it, then run `demo-gen plan -c {name}`."
    )?;
    Ok(Exit::Done)
}
