//! `accounts`: what accounts lack, and is filled by loan.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::{quote, text, whole};

/// What becomes of the accounts of covered opportunities.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Accounts {
    /// `None`: an account without a website stays without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website: Option<Website>,
    /// Accounts, by id or name, with the account that each belongs to.
    pub(crate) parents: BTreeMap<String, String>,
    /// Accounts that are made, by the keys of their addresses.
    pub(crate) create: BTreeMap<String, NewAccount>,
}

/// An account that is made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct NewAccount {
    pub(crate) name: String,
    /// The key of another one that is made, or the name or id of one that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) industry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) employees: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
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
    let create = accounts.section("create").named_sections();
    let create: BTreeMap<_, _> = create
        .into_iter()
        .map(|(key, section)| new_account(key, section))
        .collect();
    for key in in_circles(&create) {
        let message = format!("{} belongs to itself, in the end", quote(&key));
        let hint = "take out one `parent` of the circle";
        accounts.complain("create", Complaint::new(message, hint));
    }
    Accounts {
        website,
        parents,
        create,
    }
}

fn new_account(key: String, mut account: Section) -> (String, NewAccount) {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !key.chars().all(is_plain) || key.len() > 40 {
        let message = format!("{} is no key for an address", quote(&key));
        let hint = "use at most 40 letters, digits, `_` and `-`";
        account.complain("name", Complaint::new(message, hint));
    }
    let new = NewAccount {
        name: account
            .required("name", "Acme Group", text)
            .unwrap_or_default(),
        parent: account.value("parent", text),
        website: account.value("website", text),
        industry: account.value("industry", text),
        employees: account.value("employees", whole(0..=99_999_999)),
        country: account.value("country", text),
        state: account.value("state", text),
    };
    (key, new)
}

/// Keys whose parents lead back to them.
fn in_circles(create: &BTreeMap<String, NewAccount>) -> Vec<String> {
    let above = |key: &String| create.get(key)?.parent.as_ref();
    let returns = |start: &&String| {
        let mut key = above(start);
        for _ in 0..create.len() {
            match key {
                Some(reached) if reached == *start => return true,
                Some(reached) => key = above(reached),
                None => return false,
            }
        }
        false
    };
    create.keys().filter(returns).cloned().collect()
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
    use crate::manifest::fixtures::{check, manifest};

    #[test]
    fn websites_carry_the_accounts_name() {
        let website = |lines: &str| {
            let website = manifest(lines).unwrap().accounts.website?;
            Some(website.of("acme"))
        };
        assert_eq!(website("accounts: {}"), None);
        let filled = website("accounts: {website: fill}");
        assert_eq!(filled.as_deref(), Some("https://www.acme.example"));
        let given = website("accounts: {website: 'https://{{ slug }}.example/x'}");
        assert_eq!(given.as_deref(), Some("https://acme.example/x"));
        for wrong in [
            "https://acme.example",
            "www.{{slug}}.example",
            "https://{{slug}}{{x}}",
        ] {
            check(
                &format!("accounts: {{website: '{wrong}'}}"),
                &[&format!(
                    "3 accounts.website: `{wrong}` is no address with the account's name in it (write `fill`, or for example \"https://www.{{{{slug}}}}.example\")"
                )],
            );
        }
    }

    #[test]
    fn accounts_are_made_by_key() {
        let yaml =
            "accounts: {create: {group: {name: Acme Group}, eu: {name: Acme EU, parent: group}}}";
        let manifest = manifest(yaml).unwrap();
        assert_eq!(
            manifest.accounts.create["eu"].parent.as_deref(),
            Some("group")
        );
        check(
            "accounts: {create: {group: {}}}",
            &["3 accounts.create.group.name: must be given (for example `name: Acme Group`)"],
        );
        check(
            "accounts: {create: {a b: {name: x}}}",
            &[
                "3 accounts.create.a b.name: `a b` is no key for an address (use at most 40 letters, digits, `_` and `-`)",
            ],
        );
        check(
            "accounts: {create: {a: {name: x, parent: a}}}",
            &[
                "3 accounts.create: `a` belongs to itself, in the end (take out one `parent` of the circle)",
            ],
        );
    }

    #[test]
    fn parents_are_named_by_account() {
        let yaml = "accounts: {parents: {Acme France: Acme Group}}";
        let manifest = manifest(yaml).unwrap();
        assert_eq!(manifest.accounts.parents["Acme France"], "Acme Group");
    }
}
