//! `demo-gen org prepare`

mod view;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::approve::{self, Answer};
use super::context::Context;
use super::exit::Exit;
use super::options;
use crate::guard::Refusal;
use crate::listing::counted;
use crate::manifest::{EmailObject, Manifest};
use crate::org::Org;
use crate::plan_file::Command;
use crate::prepare::{self, Component, Look, PERMISSION_SET, Stakes};
use crate::reconcile::{self, Stop};
use view::Line;

/// Make the fields and objects that demo-gen can use in the manifest's org, and let you see them.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the flags of a command line"
)]
pub(super) struct Args {
    /// Take them away again.
    #[arg(long)]
    remove: bool,
    /// Take them away although records are managed; these lose their keys, or go.
    #[arg(long, requires = "remove")]
    force: bool,
    /// Write the metadata to a folder for an admin to deploy, and ask no org.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["auto_approve", "json", "force"])]
    out: Option<PathBuf>,
    /// Do not ask.
    #[arg(short = 'y', long, visible_alias = "yes")]
    auto_approve: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    let components = components(&manifest);
    if let Some(folder) = &args.out {
        return write_out(args, &components, &manifest, (folder, context));
    }
    let connection = context.connect(&manifest).await?;
    let mut job = Job {
        args,
        org: &connection.org,
        manifest: &manifest,
        context,
    };
    let exit = match prepare::look(&connection.org, &components).await {
        Err(error) => Err(error).context("reading what the org has"),
        Ok(found) if args.remove => job.remove(&found).await,
        Ok(found) => job.make(&found).await,
    };
    connection.close().await;
    exit
}

/// What an org needs for this manifest.
fn components(manifest: &Manifest) -> Vec<Component> {
    let told = manifest.peopleai.fields.values().map(String::as_str);
    let told: Vec<_> = told.collect();
    prepare::components(manifest.run.run_tag_field.as_deref(), &told)
}

/// What all steps need.
struct Job<'a, 'c> {
    args: &'a Args,
    org: &'a Org,
    manifest: &'a Manifest,
    context: &'a mut Context<'c>,
}

impl Job<'_, '_> {
    async fn make(&mut self, found: &Look) -> anyhow::Result<Exit> {
        let lines = view::making(found, &self.org.identity().username);
        self.show("Prepare", &lines)?;
        if found.is_prepared() {
            self.tell(
                "Nothing to do. The org has all that demo-gen can use.",
                found,
            )?;
            return conflicts(found);
        }
        if let Some(exit) = self.approve("Do you want to make all of this in")? {
            return Ok(exit);
        }
        let version = &self.manifest.salesforce.api_version;
        let err = self.context.terminal.err();
        let found = prepare::make(self.org, found, version, &mut view::teller(err)).await?;
        self.tell(
            "Prepare complete! The org has all that demo-gen can use.",
            &found,
        )?;
        conflicts(&found)
    }

    async fn remove(&mut self, found: &Look) -> anyhow::Result<Exit> {
        let stakes = prepare::stakes(self.org, found).await?;
        self.show(
            "Remove what was prepared in",
            &view::removing(found, &stakes),
        )?;
        if prepare::going(found).is_empty() && !found.has_permission_set() {
            self.tell("Nothing to do. The org has nothing of it.", found)?;
            return Ok(Exit::Done);
        }
        self.refuse_managed(&stakes)?;
        if let Some(exit) = self.approve("Do you really want to take all of this out of")? {
            return Ok(exit);
        }
        let version = &self.manifest.salesforce.api_version;
        let err = self.context.terminal.err();
        prepare::remove(self.org, found, version, &mut view::teller(err)).await?;
        let components = components(self.manifest);
        let found = prepare::look(self.org, &components).await?;
        self.tell(
            "Removal complete! Setup keeps what was removed for 15 days.",
            &found,
        )?;
        Ok(Exit::Done)
    }

    /// What is managed would lose its keys, and could not be found again without the state.
    fn refuse_managed(&self, stakes: &Stakes) -> anyhow::Result<()> {
        if self.args.force {
            return Ok(());
        }
        let request =
            self.context
                .request(self.manifest, Command::Destroy, false, options::plain());
        let managed: u64 = match reconcile::look(self.org, &request)? {
            Some(state) => state.count().context("reading the state")?.values().sum(),
            None => 0,
        };
        let mut whys = Vec::new();
        if managed > 0 {
            whys.push(format!(
                "the state still manages {}",
                counted(managed, "record", "records")
            ));
        }
        if !stakes.packs.is_empty() {
            whys.push(format!("the org holds {}", stakes.packs.join(", ")));
        }
        if whys.is_empty() {
            return Ok(());
        }
        Err(Stop::Refused(vec![Refusal {
            why: whys.join(", and "),
            lift: "run `demo-gen destroy` first, or `--force` goes on all the same".to_owned(),
        }])
        .into())
    }

    /// `None` where it may go on.
    fn approve(&mut self, question: &str) -> anyhow::Result<Option<Exit>> {
        let request = self
            .context
            .request(self.manifest, Command::Apply, true, options::plain());
        reconcile::refuse_production(self.org, &request)?;
        if self.args.auto_approve {
            return Ok(None);
        }
        if self.args.json {
            return Err(Stop::Usage("--json cannot ask: add --auto-approve".to_owned()).into());
        }
        let terminal = &mut *self.context.terminal;
        let question = format!("{question} {}?", self.org.identity().org_name);
        let said = match approve::put(&question, terminal)? {
            Answer::Yes => return Ok(None),
            Answer::No => "Cancelled. Nothing was changed.",
            Answer::Nobody => {
                "error: nobody is there to approve this\nhint: add --auto-approve, or write it to a folder with --out"
            }
        };
        writeln!(terminal.err(), "{said}")?;
        Ok(Some(Exit::NotApproved))
    }

    fn show(&mut self, title: &str, lines: &[Line]) -> std::io::Result<()> {
        if self.args.json {
            return Ok(());
        }
        let out = self.context.terminal.out();
        let identity = self.org.identity();
        let (name, url) = (&identity.org_name, &identity.instance_url);
        writeln!(out, "{title} {name} ({}, {url})\n", identity.org_id)?;
        view::write(lines, out)
    }

    fn tell(&mut self, sentence: &str, found: &Look) -> std::io::Result<()> {
        if !self.args.json {
            return writeln!(self.context.terminal.out(), "{sentence}");
        }
        let line = view::json(found, self.org.identity(), sentence);
        writeln!(self.context.terminal.data(), "{line}")
    }
}

/// Writes the package, which is made without looking at any org.
fn write_out(
    args: &Args,
    components: &[Component],
    manifest: &Manifest,
    (folder, context): (&Path, &mut Context),
) -> anyhow::Result<Exit> {
    let version = &manifest.salesforce.api_version;
    // A deployment fails as a whole. So what not every org can have is written only where the
    // manifest asks for it; what is not there to be removed does no harm.
    let writes_emails = manifest.activity.email_object == EmailObject::EmailMessage;
    let is_written = |component: &&Component| writes_emails || !component.is_optional();
    let written: Vec<_> = components.iter().filter(is_written).cloned().collect();
    let files = match args.remove {
        true => prepare::whole_removal(components, version),
        false => prepare::whole(&written, version),
    };
    let shown = folder.display();
    prepare::write(&files, folder).with_context(|| format!("writing to {shown}"))?;
    let out = context.terminal.out();
    writeln!(
        out,
        "Wrote {} files to {shown}. An admin deploys them with",
        files.len()
    )?;
    writeln!(out, "\n  sf project deploy start --metadata-dir {shown}\n")?;
    if args.remove {
        writeln!(
            out,
            "after taking the permission set {PERMISSION_SET} from everybody who has it."
        )?;
    } else {
        writeln!(
            out,
            "and assigns the permission set {PERMISSION_SET} to you, for example with\n\n  \
             sf org assign permset --name {PERMISSION_SET} --on-behalf-of <your username>"
        )?;
    }
    Ok(Exit::Done)
}

/// What stands in the way is not ours to change.
fn conflicts(found: &Look) -> anyhow::Result<Exit> {
    let names: Vec<_> = found
        .differing()
        .into_iter()
        .map(|(component, how)| format!("{} ({how})", component.full_name()))
        .collect();
    if names.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Stop::Impossible {
        why: format!("this cannot be prepared: {}", names.join(", ")),
        hint: "Let an admin change or rename it, and run the same command again.",
    }
    .into())
}
