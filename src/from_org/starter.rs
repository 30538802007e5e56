//! A first manifest that speaks of the org's own stages, types, dates and owners.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::Value as Json;

use crate::listing::counted;
use crate::manifest::EXAMPLE;
use crate::org::{Fields, Org, Scope};

/// What the org's open deals are like.
#[derive(Debug, Default)]
struct Deals {
    /// With how many open deals each has.
    stages: Vec<(String, u64)>,
    types: Vec<(String, u64)>,
    owners: Vec<Owner>,
    /// Between which days they close.
    closing: Option<(String, String)>,
}

#[derive(Debug)]
struct Owner {
    name: String,
    active: bool,
    deals: u64,
}

/// The example with what it says of an org replaced by what this one is like. `instance_url` is
/// the manifest's word for the org.
pub(crate) async fn starter(org: &Org, instance_url: &str) -> anyhow::Result<String> {
    let deals = read(org).await.context("reading the org's opportunities")?;
    Ok(fill_in(&deals, instance_url, &org.identity().org_name))
}

async fn read(org: &Org) -> Result<Deals, crate::org::Error> {
    let ask = async |soql: &str| org.query(soql, Scope::Query).all::<Fields>().await;
    let open = "COUNT(Id) deals FROM Opportunity WHERE IsClosed = FALSE";
    let used = ask(&format!("SELECT StageName word, {open} GROUP BY StageName")).await?;
    let used = ranked(&used);
    let count = |stage: &str| {
        let found = used.iter().find(|(name, _)| name == stage);
        found.map_or(0, |(_, count)| *count)
    };
    let stages = ask("SELECT ApiName FROM OpportunityStage WHERE IsActive = TRUE AND IsClosed = FALSE ORDER BY SortOrder").await?;
    let stages = stages.iter().filter_map(|row| text(row, "ApiName"));
    let types = ask(&format!("SELECT Type word, {open} GROUP BY Type")).await?;
    let owners = ask(&format!("SELECT OwnerId word, {open} GROUP BY OwnerId")).await?;
    let users = ask("SELECT Id, Name, IsActive FROM User").await?;
    let closing = ask(
        "SELECT MIN(CloseDate) first, MAX(CloseDate) last FROM Opportunity WHERE IsClosed = FALSE",
    )
    .await?;
    let closing = closing
        .first()
        .and_then(|row| Some((text(row, "first")?, text(row, "last")?)));
    let owner = |(id, deals): (String, u64)| {
        let user = users
            .iter()
            .find(|user| text(user, "Id").as_deref() == Some(&*id))?;
        Some(Owner {
            name: text(user, "Name")?,
            active: user.get("IsActive").and_then(Json::as_bool) == Some(true),
            deals,
        })
    };
    Ok(Deals {
        stages: stages.map(|stage| (stage.clone(), count(&stage))).collect(),
        types: ranked(&types),
        owners: ranked(&owners).into_iter().filter_map(owner).collect(),
        closing,
    })
}

/// Rows of a word and a count; the most frequent word first.
fn ranked(rows: &[Fields]) -> Vec<(String, u64)> {
    let pair = |row: &Fields| Some((text(row, "word")?, row.get("deals")?.as_u64()?));
    let mut counted: Vec<_> = rows.iter().filter_map(pair).collect();
    counted.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    counted
}

fn text(row: &Fields, name: &str) -> Option<String> {
    row.get(name)?.as_str().map(str::to_owned)
}

/// The lines of the example that speak of an org, from the first to the last of each group.
const ADDRESS: (&str, &str) = ("  # The org that is built in", "  instance_url: embedded\n");
const TYPES: (&str, &str) = ("    opportunity_type:", "Existing Business]\n");
const STAGES: (&str, &str) = ("    stages_allowed:\n", "include_closed: true as well.\n");
const DATES: (&str, &str) = ("    # close_date_range:", "}\n");
const OWNERS: (&str, &str) = ("  owner_fallback:", "\n");

fn fill_in(deals: &Deals, instance_url: &str, org_name: &str) -> String {
    let mut manifest = EXAMPLE.to_owned();
    let open: u64 = deals.stages.iter().map(|(_, count)| count).sum();
    let address = format!(
        "  # {}: {} when this was written. Secrets belong into the\n  # environment or an .env file (see .env.example), never in here.\n  instance_url: {}\n",
        comment(org_name),
        of_deals(open),
        scalar(instance_url),
    );
    replace(&mut manifest, ADDRESS, &address);
    replace(
        &mut manifest,
        TYPES,
        &list("opportunity_type", &deals.types),
    );
    let stages = list("stages_allowed", &deals.stages);
    replace(
        &mut manifest,
        STAGES,
        &format!("{stages}    # include_closed: true   # closed deals too\n"),
    );
    if let Some((first, last)) = &deals.closing {
        let dates = format!(
            "    # close_date_range: {{start: {}, end: {}}}   # the open ones lie in here\n",
            comment(first),
            comment(last)
        );
        replace(&mut manifest, DATES, &dates);
    }
    let mut owners = "  # The owners of open deals:\n".to_owned();
    for owner in &deals.owners {
        let gone = if owner.active { "" } else { ", not active" };
        let deals = of_deals(owner.deals);
        let _ = writeln!(owners, "  #   {}: {deals}{gone}", comment(&owner.name));
    }
    owners += "  owner_fallback: manager          # stands in for an owner who has left\n";
    replace(&mut manifest, OWNERS, &owners);
    manifest
}

/// Replaces from the beginning of a group to its end.
fn replace(manifest: &mut String, (from, to): (&str, &str), with: &str) {
    let start = manifest.find(from);
    let range = start.and_then(|start| {
        let length = manifest[start..].find(to)? + to.len();
        Some(start..start + length)
    });
    // A test holds the example to having every group.
    if let Some(range) = range {
        manifest.replace_range(range, with);
    }
}

/// A list of words, each with how many open deals it has; commented out where there is none.
fn list(key: &str, words: &[(String, u64)]) -> String {
    if words.is_empty() {
        return format!("    # {key}: []\n");
    }
    let mut list = format!("    {key}:\n");
    for (word, count) in words {
        let _ = writeln!(list, "      - {}   # {} open", scalar(word), count);
    }
    list
}

fn of_deals(count: u64) -> String {
    counted(count, "open deal", "open deals")
}

/// A word as YAML writes it on one line: JSON's strings are YAML's too.
fn scalar(word: &str) -> String {
    let plain = serde_yaml::to_string(word).unwrap_or_default();
    let plain = plain.trim_end();
    match plain.contains('\n') || plain.contains(" #") {
        true => Json::from(word).to_string(),
        false => plain.to_owned(),
    }
}

/// A text from the org as it can stand in a comment.
fn comment(text: &str) -> String {
    let printable = |character: char| match character.is_control() {
        true => ' ',
        false => character,
    };
    text.chars().map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse;

    fn deals() -> Deals {
        Deals {
            stages: vec![("1 - Qualify: \"why\"".to_owned(), 3), ("No".to_owned(), 0)],
            types: vec![("New # Business".to_owned(), 3)],
            owners: vec![Owner {
                name: "Dana\nLee".to_owned(),
                active: false,
                deals: 3,
            }],
            closing: Some(("2026-10-01".to_owned(), "2026-12-31".to_owned())),
        }
    }

    #[test]
    fn the_example_has_every_group_and_the_result_is_a_manifest() {
        for (from, to) in [ADDRESS, TYPES, STAGES, DATES, OWNERS] {
            let start = EXAMPLE.find(from).unwrap_or_else(|| panic!("no {from:?}"));
            assert!(EXAMPLE[start..].contains(to), "no {to:?} after {from:?}");
        }
        let filled = fill_in(&deals(), "https://acme.my.salesforce.com", "Acme\u{1b}[31m");
        let manifest = parse(&filled, "demo.yaml").unwrap_or_else(|problems| {
            panic!("{}\n{filled}", problems.render(false));
        });
        let query = manifest.salesforce.query;
        assert_eq!(query.stages_allowed, ["1 - Qualify: \"why\"", "No"]);
        assert_eq!(query.opportunity_type, ["New # Business"]);
        assert!(
            filled.contains("#   Dana Lee: 3 open deals, not active\n"),
            "{filled}"
        );
        assert!(
            !filled.contains('\u{1b}') && !filled.contains("embedded\n"),
            "{filled}"
        );
    }

    #[test]
    fn an_org_without_deals_gets_a_manifest_too() {
        let filled = fill_in(&Deals::default(), "embedded", "Acme");
        let query = parse(&filled, "demo.yaml").unwrap().salesforce.query;
        assert!(query.stages_allowed.is_empty() && query.opportunity_type.is_empty());
    }
}
