//! `accounts`: what accounts lack, and is filled by loan.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::{quote, text};

/// What becomes of the accounts of covered opportunities.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Accounts {
    /// `None`: an account without a website stays without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website: Option<Website>,
    /// Accounts, by id or name, with the account that each belongs to.
    pub(crate) parents: BTreeMap<String, String>,
}

/// What stands for an account without a website: an address with the account's name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Website(String);

/// Where the account's name stands, as a part of a domain.
const SLUG: &str = "{{slug}}";

/// What `fill` stands for: a domain that nobody can have.
const FILL: &str = "https://www.{{slug}}.example";

impl Website {
    /// The address for an account whose name is like this in domains.
    pub(crate) fn of(&self, slug: &str) -> String {
        self.0.replace(SLUG, slug)
    }
}

impl Serialize for Website {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

pub(super) fn accounts(mut accounts: Section) -> Accounts {
    let website = accounts.value("website", website);
    let mut parents = BTreeMap::new();
    if let Some(mut section) = accounts.optional_section("parents") {
        let named = |name: &str| Ok(name.to_owned());
        parents.extend(section.each(named, text));
    }
    Accounts { website, parents }
}

fn website(node: &Node) -> Result<Website, Complaint> {
    let url = text(node)?.replace("{{ slug }}", SLUG);
    if url == "fill" {
        return Ok(Website(FILL.to_owned()));
    }
    let rest = url.replacen(SLUG, "", 1);
    let is_url = url.starts_with("https://") || url.starts_with("http://");
    if is_url && url.contains(SLUG) && !rest.contains(['{', '}']) {
        return Ok(Website(url));
    }
    let message = format!(
        "{} is no address with the account's name in it",
        quote(&url)
    );
    let hint = format!("write `fill`, or for example {FILL:?}");
    Err(Complaint::new(message, hint))
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    const LEAST: &str = "run: {name: demo}\nsalesforce: {instance_url: embedded}\n";

    #[track_caller]
    fn check(yaml: &str, expect: &str) {
        let parsed = parse(&format!("{LEAST}{yaml}"), "demo.yaml");
        let said = match parsed {
            Ok(manifest) => manifest
                .accounts
                .website
                .map(|website| website.of("acme"))
                .unwrap_or_default(),
            Err(problems) => problems
                .iter()
                .map(|problem| format!("{}: {}", problem.path, problem.message))
                .collect(),
        };
        assert_eq!(said, expect, "{yaml}");
    }

    #[test]
    fn websites_carry_the_accounts_name() {
        check("accounts: {}\n", "");
        check("accounts: {website: fill}\n", "https://www.acme.example");
        check(
            "accounts: {website: 'https://{{ slug }}.example/x'}\n",
            "https://acme.example/x",
        );
        for wrong in [
            "https://acme.example",
            "www.{{slug}}.example",
            "https://{{slug}}{{x}}",
        ] {
            check(
                &format!("accounts: {{website: '{wrong}'}}\n"),
                &format!("accounts.website: `{wrong}` is no address with the account's name in it"),
            );
        }
    }

    #[test]
    fn parents_are_named_by_account() {
        let yaml = "accounts: {parents: {Acme France: Acme Group}}\n";
        let manifest = parse(&format!("{LEAST}{yaml}"), "demo.yaml").unwrap();
        assert_eq!(manifest.accounts.parents["Acme France"], "Acme Group");
    }
}
