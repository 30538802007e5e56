//! Options of plan, apply and destroy, and what they mean.

use std::path::Path;

use clap::ValueEnum;
use jiff::civil::Date;
use wildmatch::WildMatch;

use crate::apply::MaxFailures;
use crate::guard::{Allowed, MaxDestroy};
use crate::manifest::{AsOf, Manifest};
use crate::model::change::Action;
use crate::reconcile::{self, RefreshMode, Stop};
use crate::scope::Scope;

/// Options that shape a plan: a saved one has its shape.
pub(super) const SHAPING: [&str; 10] = [
    "target",
    "exclude",
    "as_of",
    "recast",
    "upgrade_texts",
    "refresh",
    "seed",
    "max_opps",
    "adopt",
    "new_pack",
];

/// What shapes a plan.
#[derive(Debug, Clone, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(super) struct PlanOptions {
    /// Only addresses, opportunity ids or names that match; what they refer to comes along.
    #[arg(long, value_name = "GLOB")]
    target: Vec<String>,
    /// All but addresses, opportunity ids or names that match.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Move the story so that it is told as of this date, or today.
    #[arg(long, value_name = "DATE|today", value_parser = as_of)]
    as_of: Option<AsOf>,
    /// Decide anew for these opportunities what was pinned at their first apply.
    #[arg(long, value_name = "GLOB")]
    recast: Vec<String>,
    /// Word the texts of earlier releases as this one does.
    #[arg(long)]
    upgrade_texts: bool,
    /// Read every managed record of the org, or what has changed since it was last read, or
    /// nothing: then plan on what the last apply read.
    #[arg(long, value_enum, default_value_t = Refresh::Changed)]
    refresh: Refresh,
    /// Tell other stories than the manifest's `run.seed` does.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Ask the language model for texts now, to review them; those that failed before are asked for
    /// again.
    #[arg(long)]
    generate: bool,
    /// Compare at most so many opportunities, the oldest; the others stay as they are.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    max_opps: u64,
    /// Take over records of this pack that the org holds and the state does not know.
    #[arg(long)]
    adopt: bool,
    /// Go on although the org holds records that look like the planned ones.
    #[arg(long)]
    new_pack: bool,
    /// Go on although many records have vanished from the org.
    #[arg(long)]
    accept_vanished: bool,
    /// What the plan may do; anything else in it is refused.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ACTION,…")]
    pub(super) allow: Vec<Allow>,
    /// Refuse a plan that destroys more records, or a greater share of the managed ones.
    #[arg(long, value_name = "N|P%", value_parser = max_destroy)]
    max_destroy: Option<MaxDestroy>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Refresh {
    Full,
    Changed,
    None,
}

/// What `--allow` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Allow {
    Create,
    Update,
    Delete,
}

/// How a plan is carried out.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ApplyOptions {
    /// Do not ask.
    #[arg(short = 'y', long, visible_alias = "yes")]
    pub(super) auto_approve: bool,
    /// Calls under way at once.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=25))]
    pub(super) concurrency: u64,
    /// Stop after more records failed than this, or than this share of the plan.
    #[arg(long, value_name = "N|P%", value_parser = max_failures)]
    pub(super) max_failures: Option<MaxFailures>,
    /// Stop at the first record that fails.
    #[arg(long, conflicts_with = "max_failures")]
    pub(super) fail_fast: bool,
    /// Stop before making more API calls than this.
    #[arg(long, value_name = "N")]
    pub(super) api_budget: Option<u64>,
}

/// In which form the result is given.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct OutputOptions {
    /// Print JSON, one line per change.
    #[arg(long)]
    pub(super) json: bool,
    /// Write the same JSON to a file, beside the usual output.
    #[arg(long, value_name = "FILE")]
    pub(super) json_into: Option<std::path::PathBuf>,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
}

/// A result must not be written over the manifest that it is made from.
pub(super) fn refuse_manifest(path: &Path, manifest: &Manifest) -> Result<(), Stop> {
    let whole = |path: &Path| path.canonicalize().ok();
    match whole(path).is_some() && whole(path) == whole(&manifest.source) {
        false => Ok(()),
        true => Err(Stop::Usage(format!(
            "{} is the manifest; write to another file",
            path.display()
        ))),
    }
}

impl PlanOptions {
    pub(super) fn resolve(&self) -> reconcile::Options {
        let mut allowed = Allowed {
            max_destroy: self.max_destroy,
            accept_vanished: self.accept_vanished,
            ..Allowed::default()
        };
        if !self.allow.is_empty() {
            allowed.actions = self.allow.iter().map(|allow| allow.action()).collect();
        }
        reconcile::Options {
            scope: Scope::new(&self.target, &self.exclude),
            smoke: None,
            max_opps: self.max_opps,
            as_of: self.as_of,
            recast: self
                .recast
                .iter()
                .map(|glob| WildMatch::new(glob))
                .collect(),
            upgrade_texts: self.upgrade_texts,
            refresh: match self.refresh {
                Refresh::Full => RefreshMode::Full,
                Refresh::Changed => RefreshMode::Changed,
                Refresh::None => RefreshMode::None,
            },
            seed: self.seed,
            explain: None,
            generate: self.generate,
            adopt: self.adopt,
            new_pack: self.new_pack,
            allowed,
            only_run: None,
        }
    }
}

/// What a plan is shaped by where nothing is asked for.
pub(super) fn plain() -> reconcile::Options {
    reconcile::Options {
        scope: Scope::default(),
        smoke: None,
        max_opps: u64::MAX,
        as_of: None,
        recast: Vec::new(),
        upgrade_texts: false,
        refresh: RefreshMode::Changed,
        seed: None,
        explain: None,
        generate: false,
        adopt: false,
        new_pack: false,
        allowed: Allowed::default(),
        only_run: None,
    }
}

impl Allow {
    fn action(self) -> Action {
        match self {
            Self::Create => Action::Create,
            Self::Update => Action::Update,
            Self::Delete => Action::Delete,
        }
    }
}

fn as_of(text: &str) -> Result<AsOf, String> {
    if text == "today" {
        return Ok(AsOf::Today);
    }
    let date: Result<Date, _> = text.parse();
    date.map(AsOf::Date)
        .map_err(|_| "write a date such as 2026-11-20, or today".to_owned())
}

fn max_destroy(text: &str) -> Result<MaxDestroy, String> {
    Ok(match share(text)? {
        (number, true) => MaxDestroy::Percent(number),
        (number, false) => MaxDestroy::Records(number),
    })
}

fn max_failures(text: &str) -> Result<MaxFailures, String> {
    Ok(match share(text)? {
        (number, true) => MaxFailures::Percent(number),
        (number, false) => MaxFailures::Records(number),
    })
}

/// A number, and whether it stands for percent.
fn share(text: &str) -> Result<(u64, bool), String> {
    let number = text.strip_suffix('%');
    let parsed = number.unwrap_or(text).parse();
    let parsed = parsed.map_err(|_| "write a number such as 50, or a share such as 10%");
    Ok((parsed?, number.is_some()))
}

#[cfg(test)]
mod tests {
    use super::{as_of, max_destroy, max_failures};
    use crate::apply::MaxFailures;
    use crate::guard::MaxDestroy;
    use crate::manifest::AsOf;

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!(max_destroy("50"), Ok(MaxDestroy::Records(50)));
        assert_eq!(max_destroy("10%"), Ok(MaxDestroy::Percent(10)));
        assert!(max_destroy("a few").is_err());
        assert_eq!(max_failures("5%"), Ok(MaxFailures::Percent(5)));
        assert_eq!(max_failures("0"), Ok(MaxFailures::Records(0)));
        assert!(max_failures("%").is_err());
        assert_eq!(as_of("today"), Ok(AsOf::Today));
        assert_eq!(
            as_of("2026-11-20"),
            Ok(AsOf::Date(jiff::civil::date(2026, 11, 20)))
        );
        assert!(as_of("yesterday").is_err());
    }
}
