//! Values with a form of their own: URLs, versions, ids, API names, roles, subjects.

use crate::model::capabilities::KEY_FIELD;
use crate::model::object::OBJECTS;

use super::nearest::nearest;
use super::problems::Complaint;
use super::roles::Role;
use super::salesforce::InstanceUrl;
use super::secrets;
use super::tree::Node;
use super::types::{AsOf, OwnerFallback, StoryKey};
use super::values::{date, not_among, quote, scalar, text};

/// The length of a Subject of Event and Task.
const LONGEST_SUBJECT: usize = 255;

/// With room for the rest of the name of a run's folder.
const LONGEST_RUN_NAME: usize = 64;

/// The first version whose describes and lookups are as we rely on them (Spring '24).
const FIRST_API_VERSION: u32 = 60;

/// A name that can also name a file, on every system.
pub(super) fn run_name(node: &Node) -> Result<String, Complaint> {
    let name = text(node)?;
    let allowed = |char: char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_' | '.');
    let ends_well =
        name.starts_with(char::is_alphanumeric) && name.ends_with(char::is_alphanumeric);
    if ends_well && name.chars().all(allowed) && name.len() <= LONGEST_RUN_NAME {
        return Ok(name);
    }
    Err(Complaint::new(
        format!("{} cannot name a pack", quote(&name)),
        format!(
            "letters, digits, spaces and - _ . in at most {LONGEST_RUN_NAME} bytes, \
             beginning and ending with a letter or digit"
        ),
    ))
}

/// `embedded`, or the https address of an org; http only where nobody can listen.
pub(super) fn instance_url(node: &Node) -> Result<InstanceUrl, Complaint> {
    const WANTED: &str = "write `embedded`, or the org's My Domain address: \
                          https://yourcompany.my.salesforce.com";
    let url = text(node)?;
    if url == "embedded" {
        return Ok(InstanceUrl::Embedded);
    }
    if secrets::has_user(&url) {
        let hint = "take the user name and password out; they come from the environment";
        return Err(Complaint::new("secrets do not belong in a manifest", hint));
    }
    let url = url.trim_end_matches('/').to_lowercase();
    let Some((scheme, authority)) = url.split_once("://") else {
        return Err(Complaint::new(
            format!("{} is not a URL", quote(&url)),
            WANTED,
        ));
    };
    let Some(host) = host(authority) else {
        let message = format!("{} is not the address of an org", quote(&url));
        return Err(Complaint::new(message, WANTED));
    };
    match scheme {
        "https" if host.ends_with(".lightning.force.com") => Err(Complaint::new(
            "this address serves pages, not the API",
            format!(
                "write https://{}",
                host.replace(".lightning.force.", ".my.salesforce.")
            ),
        )),
        "https" => Ok(InstanceUrl::Url(url)),
        "http" if is_loopback(host) => Ok(InstanceUrl::Url(url)),
        "http" => Err(Complaint::new(
            "http would send the session in the clear",
            "write https; http is for loopback only",
        )),
        _ => Err(Complaint::new(
            format!("{} is not https", quote(&url)),
            WANTED,
        )),
    }
}

/// Where a language model is asked: `https://host/v1`.
pub(super) fn base_url(allow_http: bool) -> impl Fn(&Node) -> Result<String, Complaint> {
    const WANTED: &str = "write an address such as https://models.example.com/v1";
    move |node| {
        let url = text(node)?;
        if secrets::has_user(&url) {
            let hint = "take the user name and password out; the key comes from the environment";
            return Err(Complaint::new("secrets do not belong in a manifest", hint));
        }
        let url = url.trim_end_matches('/');
        let parts = url.split_once("://").and_then(|(scheme, rest)| {
            let authority = rest.split('/').next()?;
            Some((scheme, host(authority)?))
        });
        match parts {
            None => Err(Complaint::new(
                format!("{} is not a URL", quote(url)),
                WANTED,
            )),
            Some(_) if url.contains(['?', '#', ' ']) => Err(Complaint::new(
                format!("{} is more than an address", quote(url)),
                WANTED,
            )),
            Some(("https", _)) => Ok(url.to_owned()),
            Some(("http", host)) if allow_http || is_loopback(host) => Ok(url.to_owned()),
            Some(("http", _)) => Err(Complaint::new(
                "http would send the key in the clear",
                "write https; `llm.allow_http: true` allows http beyond this machine",
            )),
            Some(_) => Err(Complaint::new(
                format!("{} is not https", quote(url)),
                WANTED,
            )),
        }
    }
}

/// The host of `host`, `host:port` or `[::1]:port`, where nothing else stands behind it.
fn host(authority: &str) -> Option<&str> {
    let bracket = authority.rfind(']').unwrap_or(0);
    let (host, port) = match authority[bracket..].split_once(':') {
        Some((_, port)) => (&authority[..authority.len() - port.len() - 1], port),
        None => (authority, "443"),
    };
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    let named =
        host.starts_with(|char: char| char.is_ascii_alphanumeric()) && host.chars().all(is_name);
    let valid = (named || host == "[::1]") && port.parse::<u16>().is_ok_and(|port| port > 0);
    valid.then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']);
    let parsed = address.parse::<std::net::IpAddr>();
    host == "localhost" || parsed.is_ok_and(|address| address.is_loopback())
}

/// `67.0`.
pub(super) fn api_version(node: &Node) -> Result<String, Complaint> {
    let (version, _) = scalar(node, "a version")?;
    let number = version
        .strip_suffix(".0")
        .and_then(|major| major.parse().ok());
    match number {
        Some(number) if (FIRST_API_VERSION..100).contains(&number) => Ok(format!("{number}.0")),
        _ => Err(Complaint::new(
            format!(
                "{} is not a version of the API that we speak",
                quote(version)
            ),
            format!("{FIRST_API_VERSION}.0 or later, written as in 67.0"),
        )),
    }
}

/// The id of an org, in 15 or 18 characters.
pub(super) fn org_id(node: &Node) -> Result<String, Complaint> {
    let id = text(node)?;
    let formed = matches!(id.len(), 15 | 18) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if formed && id.starts_with("00D") {
        return Ok(id);
    }
    let message = format!("{} is not the id of an org", quote(&id));
    let hint = "15 or 18 characters that begin with 00D: Setup, Company Information";
    Err(Complaint::new(message, hint))
}

/// The API name of a field: `Omitted_from_Demo__c`.
pub(super) fn field(node: &Node) -> Result<String, Complaint> {
    field_name(&text(node)?, "Omitted_from_Demo__c")
}

/// What can be the API name of a field; `example` is one for who wrote something else.
pub(super) fn field_name(name: &str, example: &str) -> Result<String, Complaint> {
    if is_field_name(name) {
        return Ok(name.to_owned());
    }
    let message = format!("{} is not the API name of a field", quote(name));
    Err(Complaint::new(message, format!("for example {example}")))
}

pub(super) fn is_field_name(name: &str) -> bool {
    let allowed = |char: char| char.is_ascii_alphanumeric() || char == '_';
    name.starts_with(|char: char| char.is_ascii_alphabetic()) && name.chars().all(allowed)
}

/// A custom field that holds nothing else of ours.
pub(super) fn tag_field(node: &Node) -> Result<String, Complaint> {
    let name = field(node)?;
    let taken = [KEY_FIELD, "Demo_Pack__c"]
        .iter()
        .any(|taken| name.eq_ignore_ascii_case(taken));
    if name.to_ascii_lowercase().ends_with("__c") && !taken {
        return Ok(name);
    }
    let message = format!("{} cannot hold the id of a run", quote(&name));
    Err(Complaint::new(
        message,
        "name a text field of your own, for example Demo_Run__c",
    ))
}

/// A field of one kind of record that we make: `Event.Location`.
pub(super) fn owned_field(node: &Node) -> Result<String, Complaint> {
    let name = text(node)?;
    let objects = OBJECTS.map(|facts| facts.api_name);
    let allowed = |char: char| char.is_ascii_alphanumeric() || char == '_';
    match name.split_once('.') {
        Some((object, _)) if !objects.contains(&object) => {
            let message = format!("{} is no object whose records are made here", quote(object));
            Err(Complaint::new(
                message,
                format!("one of {}", objects.join(", ")),
            ))
        }
        Some((_, field)) if !field.is_empty() && field.chars().all(allowed) => Ok(name),
        _ => {
            let message = format!("{} is not a field of an object", quote(&name));
            Err(Complaint::new(message, "for example Event.Location"))
        }
    }
}

/// `today` or a date.
pub(super) fn as_of(node: &Node) -> Result<AsOf, Complaint> {
    if text(node)? == "today" {
        return Ok(AsOf::Today);
    }
    let date = date(node).map_err(|complaint| Complaint {
        hint: Some("write `today`, or a date as in 2026-10-05".to_owned()),
        ..complaint
    })?;
    Ok(AsOf::Date(date))
}

/// `id`, `name`, or a field.
pub(super) fn story_key(node: &Node) -> Result<StoryKey, Complaint> {
    Ok(match text(node)?.as_str() {
        "id" => StoryKey::Id,
        "name" => StoryKey::Name,
        _ => StoryKey::Field(field(node)?),
    })
}

/// One of three words, or a username, which always has an `@`.
/// The name that a user signs in with.
pub(super) fn username(node: &Node) -> Result<String, Complaint> {
    let given = text(node)?;
    if is_username(&given) {
        return Ok(given);
    }
    let message = format!("{} is not a username", quote(&given));
    Err(Complaint::new(message, "for example ada@northwind.example"))
}

fn is_username(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}

pub(super) fn owner_fallback(node: &Node) -> Result<OwnerFallback, Complaint> {
    let given = text(node)?;
    match given.as_str() {
        "manager" => Ok(OwnerFallback::Manager),
        "running_user" => Ok(OwnerFallback::RunningUser),
        "skip" => Ok(OwnerFallback::Skip),
        username if is_username(username) => Ok(OwnerFallback::Username(given)),
        other => {
            let known = ["manager", "running_user", "skip", "a username with its @"];
            Err(not_among(other, &known))
        }
    }
}

/// A role by any of its names. The hint knows them all, and lists only our own.
pub(super) fn role(node: &Node) -> Result<Role, Complaint> {
    let name = text(node)?;
    let names: Vec<&str> = Role::names().collect();
    if let Some(role) = Role::from_name(&name) {
        Ok(role)
    } else if let Some(meant) = nearest(&name, &names) {
        let message = format!("{} is not known", quote(&name));
        Err(Complaint::new(message, format!("did you mean `{meant}`?")))
    } else {
        let words: Vec<&str> = Role::WORDS.iter().map(|(word, _)| *word).collect();
        Err(not_among(&name, &words))
    }
}

/// The subject of a meeting or an email: one line that Salesforce takes.
pub(super) fn subject(node: &Node) -> Result<String, Complaint> {
    let subject = text(node)?;
    let length = subject.chars().count();
    if length > LONGEST_SUBJECT {
        let hint = format!("Salesforce takes {LONGEST_SUBJECT} characters");
        return Err(Complaint::new(
            format!("{length} characters are too long"),
            hint,
        ));
    }
    if subject.contains(['\n', '\t']) {
        let hint = "a subject is a single line without tabs";
        return Err(Complaint::new("more than one line", hint));
    }
    Ok(subject)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::manifest::tree;

    /// What is read of `given`, or the complaint.
    fn check<T: Debug>(parse: impl Fn(&Node) -> Result<T, Complaint>, given: &str, expect: &str) {
        let node = tree::parse(given).unwrap();
        let shown = match parse(&node) {
            Ok(value) => format!("{value:?}"),
            Err(complaint) => complaint.message,
        };
        assert_eq!(shown, expect, "{given}");
    }

    #[test]
    fn an_org_is_embedded_or_reached_safely() {
        let check = |given, expect| check(instance_url, given, expect);
        check("embedded", "Embedded");
        check(
            "https://Acme.my.salesforce.com/",
            "Url(\"https://acme.my.salesforce.com\")",
        );
        check("https://localhost:8443", "Url(\"https://localhost:8443\")");
        check("http://127.0.0.1:8080", "Url(\"http://127.0.0.1:8080\")");
        check("http://[::1]:8080", "Url(\"http://[::1]:8080\")");
        check(
            "http://localhost.example.com",
            "http would send the session in the clear",
        );
        check(
            "http://acme.my.salesforce.com",
            "http would send the session in the clear",
        );
        check(
            "https://acme.lightning.force.com",
            "this address serves pages, not the API",
        );
        check(
            "https://acme.my.salesforce.com/home",
            "`https://acme.my.salesforce.com/home` is not the address of an org",
        );
        check(
            "https://acme.my.salesforce.com:99999",
            "`https://acme.my.salesforce.com:99999` is not the address of an org",
        );
        check("https://", "`https:` is not a URL");
        check(
            "https://me:hunter2@acme.my.salesforce.com",
            "secrets do not belong in a manifest",
        );
        check(
            "acme.my.salesforce.com",
            "`acme.my.salesforce.com` is not a URL",
        );
        check(
            "ftp://acme.my.salesforce.com",
            "`ftp://acme.my.salesforce.com` is not https",
        );
    }

    #[test]
    fn ids_and_versions_have_their_form() {
        check(api_version, "67.0", "\"67.0\"");
        check(api_version, "'66.0'", "\"66.0\"");
        check(
            api_version,
            "v67.0",
            "`v67.0` is not a version of the API that we speak",
        );
        check(
            api_version,
            "67",
            "`67` is not a version of the API that we speak",
        );
        check(
            api_version,
            "31.0",
            "`31.0` is not a version of the API that we speak",
        );
        check(org_id, "00D5f000000abcd", "\"00D5f000000abcd\"");
        check(
            org_id,
            "0065f000000abcdEAA",
            "`0065f000000abcdEAA` is not the id of an org",
        );
        check(org_id, "00D5f", "`00D5f` is not the id of an org");
        check(field, "ns__Tier__c", "\"ns__Tier__c\"");
        check(
            field,
            "Amount; DELETE",
            "`Amount; DELETE` is not the API name of a field",
        );
        check(field, "1st__c", "`1st__c` is not the API name of a field");
    }

    #[test]
    fn names_can_name_files() {
        check(run_name, "Q4 demo-pack_1.2", "\"Q4 demo-pack_1.2\"");
        check(run_name, "no", "\"no\"");
        check(run_name, "../etc", "`../etc` cannot name a pack");
        check(run_name, "a/b", "`a/b` cannot name a pack");
        check(run_name, "'ends. '", "`ends. ` cannot name a pack");
        check(
            run_name,
            &"x".repeat(65),
            "`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot name a pack",
        );
    }

    #[test]
    fn words_stand_beside_free_values() {
        check(as_of, "today", "Today");
        check(as_of, "2026-10-05", "Date(2026-10-05)");
        check(
            as_of,
            "tomorrow",
            "`tomorrow` is not a date of the calendar",
        );
        check(
            as_of,
            "20261005",
            "`20261005` is not a date of the calendar",
        );
        check(
            as_of,
            "2026-10-05T10:00:00Z",
            "`2026-10-05T10:00:00Z` is not a date of the calendar",
        );
        check(story_key, "name", "Name");
        check(story_key, "External_Ref__c", "Field(\"External_Ref__c\")");
        check(
            story_key,
            "ex-ref",
            "`ex-ref` is not the API name of a field",
        );
        check(owner_fallback, "skip", "Skip");
        check(
            owner_fallback,
            "casey@example.com",
            "Username(\"casey@example.com\")",
        );
        check(owner_fallback, "manger", "`manger` is not known");
        check(role, "Technical Buyer", "TechnicalEvaluator");
        check(role, "technical_bayer", "`technical_bayer` is not known");
        check(subject, "Kick-off: goals", "must be text, not a mapping");
        check(subject, "'a\n\n  b'", "more than one line");
        check(subject, &"x".repeat(256), "256 characters are too long");
    }
}
