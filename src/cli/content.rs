//! `demo-gen content`: the texts that language models wrote for the manifest's folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use tempfile::NamedTempFile;

use super::exit::Exit;
use super::global::Global;
use super::options;
use crate::content::{self, Cache, Entry};
use crate::listing::counted;
use crate::manifest;
use crate::report::Terminal;

/// Look at the texts that language models wrote, or take them to another machine.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show how many texts there are, and why others failed.
    List,
    /// Write all texts to a file: a line of JSON each.
    Export {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take texts from such a file. A text that is there already stays.
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let manifest = manifest::load(&global.config)?;
    let folder = manifest.directory().join(".demo-gen");
    match &args.command {
        Command::List => {
            for line in list(Cache::peek(&folder)?.entries()?) {
                writeln!(terminal.out(), "{line}")?;
            }
        }
        Command::Export { file } => {
            options::refuse_manifest(file, &manifest)?;
            let count = export(&Cache::peek(&folder)?, file)?;
            writeln!(
                terminal.err(),
                "Exported {} to {}.",
                counted(count as u64, "text", "texts"),
                file.display()
            )?;
        }
        Command::Import { file } => {
            let (taken, all) = import(&Cache::open(&folder)?, file)?;
            writeln!(
                terminal.err(),
                "Imported {taken} of {}; the others were there.",
                counted(all as u64, "text", "texts")
            )?;
        }
    }
    Ok(Exit::Done)
}

/// A line for each kind and model, and under it one for each reason that texts failed for.
fn list(entries: Vec<Entry>) -> Vec<String> {
    let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
    for entry in entries {
        let group = groups.entry((entry.kind.name(), entry.model)).or_default();
        group.tokens += entry.tokens;
        match entry.result {
            Ok(texts) => group.texts += texts.len(),
            Err(why) => *group.failures.entry(why).or_default() += 1,
        }
    }
    if groups.is_empty() {
        return vec!["No texts yet.".to_owned()];
    }
    let lines = groups.into_iter().flat_map(|((kind, model), group)| {
        let Group {
            texts,
            tokens,
            failures,
        } = group;
        let failures = failures.into_iter();
        let failures = failures.map(|(why, count)| format!("  {count} failed: {why}"));
        std::iter::once(format!("{kind} by {model}: {texts} texts, {tokens} tokens"))
            .chain(failures)
    });
    lines.collect()
}

#[derive(Default)]
struct Group {
    texts: usize,
    tokens: u64,
    failures: BTreeMap<String, usize>,
}

/// The file appears whole or not at all.
fn export(cache: &Cache, path: &Path) -> anyhow::Result<usize> {
    let writing = || format!("writing {}", path.display());
    let folder = manifest::directory_of(path);
    let file = NamedTempFile::new_in(folder).with_context(writing)?;
    let mut out = BufWriter::new(file);
    let count = content::export(cache.entries()?, &mut out).with_context(writing)?;
    let file = out.into_inner().with_context(writing)?;
    file.persist(path).with_context(writing)?;
    Ok(count)
}

fn import(cache: &Cache, path: &Path) -> anyhow::Result<(usize, usize)> {
    let reading = || format!("reading {}", path.display());
    let file = File::open(path).with_context(reading)?;
    content::import(cache, BufReader::new(file)).with_context(reading)
}
