//! What is to be set up in People.ai, so that it pulls what is made here. Pure.
//!
//! An administrator types it in there; nothing of it can be done from here.

use std::fmt::Write as _;

use crate::manifest::{ActivitySource, Attribute, EmailObject, IngestionMode, Manifest};
use crate::model::capabilities::KEY_FIELD;
use crate::model::object::Object;
use crate::model::person::EmailDomain;

/// One activity source, and which of our fields gives which attribute of an activity.
struct Source {
    object: Object,
    activity: &'static str,
    /// What tells its records from others of the same object.
    only: Option<&'static str>,
    attributes: &'static [(&'static str, &'static str)],
    told: &'static [Attribute],
}

const SOURCES: &[Source] = &[
    Source {
        object: Object::Event,
        activity: "Meeting",
        only: None,
        attributes: &[
            ("Subject", "Subject"),
            ("Start", "StartDateTime"),
            ("End", "EndDateTime"),
            ("Owner", "OwnerId"),
            ("Body", "Description"),
            ("Related to", "WhatId"),
            ("Contact", "WhoId"),
        ],
        told: &[Attribute::Participants],
    },
    Source {
        object: Object::Task,
        activity: "Email",
        only: Some("TaskSubtype equals Email"),
        attributes: &[
            ("Subject", "Subject"),
            ("Date", "ActivityDate"),
            ("Owner", "OwnerId"),
            ("Body", "Description"),
            ("Related to", "WhatId"),
            ("Contact", "WhoId"),
        ],
        told: &[
            Attribute::Direction,
            Attribute::From,
            Attribute::To,
            Attribute::Participants,
        ],
    },
];

/// The whole of it, as an administrator reads it.
pub(crate) fn guide(manifest: &Manifest) -> String {
    let peopleai = &manifest.peopleai;
    let mut guide = String::from(
        "In People.ai / Backstory: Admin, CRM Sync, CRM Activity Sources. Add these before the next apply:\n\
         it pulls what is saved after a source exists, and nothing again when the source is edited.\n",
    );
    for source in SOURCES {
        guide.push_str(&of_source(source, manifest));
    }
    if manifest.activity.email_object == EmailObject::EmailMessage {
        guide.push_str(
            "\nTasks of EmailMessage records are the org's own: other logged emails come in too.\n",
        );
    }
    guide.push_str(
        "\nCalls need no source: People.ai pulls calls that are logged in Salesforce by itself.\n",
    );
    guide.push_str("\nWhat it matches by:\n");
    for note in notes(manifest) {
        writeln!(guide, "  - {note}").expect("a text takes everything");
    }
    if peopleai.ingestion_mode != IngestionMode::CrmActivity {
        writeln!(
            guide,
            "\n`peopleai.ingestion_mode: {}` changes nothing of what is written: records are made in Salesforce.",
            peopleai.ingestion_mode
        )
        .expect("a text takes everything");
    }
    guide.push_str(match peopleai.activity_source {
        ActivitySource::Missing => {
            "\nOnce they are there, write `peopleai: {activity_source: ready}` into the manifest.\n"
        }
        ActivitySource::Ready => "\nThe manifest says that they are there.\n",
    });
    guide
}

fn of_source(source: &Source, manifest: &Manifest) -> String {
    let facts = source.object.facts();
    let (_, kinds) = facts.label;
    let line = |name: &str, value: &str| format!("  {name:<14} {value}\n");
    let mut text = format!("\ndemo-gen {kinds}\n");
    text += &line("Object", facts.api_name);
    text += &line("Activity type", source.activity);
    text += &line("Filter", &filter(source, manifest));
    for (attribute, field) in source.attributes {
        text += &line(attribute, field);
    }
    for told in source.told {
        let told_by = match manifest.peopleai.fields.get(told) {
            Some(field) => field.clone(),
            None => format!("not told; `peopleai.fields.{told}` names a field for it"),
        };
        text += &line(attribute(*told), &told_by);
    }
    text
}

/// The org's own tasks of `EmailMessage` records carry no key of ours.
fn filter(source: &Source, manifest: &Manifest) -> String {
    let is_the_orgs = source.object == Object::Task
        && manifest.activity.email_object == EmailObject::EmailMessage;
    let key = format!(
        "{KEY_FIELD} starts with {}-",
        source.object.facts().key_kind
    );
    let parts = (!is_the_orgs).then_some(key.as_str()).into_iter();
    parts.chain(source.only).collect::<Vec<_>>().join(", ")
}

fn attribute(told: Attribute) -> &'static str {
    match told {
        Attribute::Direction => "Direction",
        Attribute::From => "From",
        Attribute::To => "To",
        Attribute::Participants => "Participants",
    }
}

fn notes(manifest: &Manifest) -> [&'static str; 4] {
    let made = match manifest.contacts.email_domain {
        EmailDomain::Reserved => {
            "people whom demo-gen makes have addresses that nobody can have, <account>.example: they are found by their contacts, not by the account's domain (`contacts.email_domain: website` takes that)"
        }
        EmailDomain::Website => {
            "people whom demo-gen makes have addresses of the account's website, where it has one: their domain finds the account too"
        }
    };
    [
        "contacts first: somebody who is no contact when an activity is pulled stays unmatched",
        "then the account's Website: an account without one is found by its contacts alone",
        "owners: each must be a team member in People.ai, with the e-mail address that Salesforce has",
        made,
    ]
}

#[cfg(test)]
mod tests {
    use super::guide;
    use crate::manifest::parse;

    fn check(lines: &str, says: &[&str], says_not: &[&str]) {
        let yaml =
            format!("run: {{name: demo}}\nsalesforce: {{instance_url: embedded}}\n{lines}\n");
        let guide = guide(&parse(&yaml, "demo.yaml").unwrap());
        for text in says {
            assert!(guide.contains(text), "{text:?} is not in\n{guide}");
        }
        for text in says_not {
            assert!(!guide.contains(text), "{text:?} is in\n{guide}");
        }
    }

    #[test]
    fn sources_filter_on_our_key_and_map_what_is_told() {
        check(
            "",
            &[
                "Demo_Key__c starts with ev-",
                "Demo_Key__c starts with tk-, TaskSubtype equals Email\n",
                "`peopleai.fields.direction` names a field",
                "activity_source: ready",
            ],
            &["ingestion_mode"],
        );
        check(
            "peopleai: {activity_source: ready, ingestion_mode: calendar, fields: {direction: Way__c}}",
            &[
                "Direction      Way__c",
                "says that they are there",
                "ingestion_mode: calendar",
            ],
            &["fields.direction", "activity_source: ready"],
        );
    }

    #[test]
    fn the_orgs_own_tasks_of_emails_carry_no_key() {
        check(
            "activity: {email_object: email_message}",
            &[
                "Demo_Key__c starts with ev-\n",
                "Filter         TaskSubtype equals Email\n",
                "other logged emails come in too",
            ],
            &["starts with tk-"],
        );
    }
}
