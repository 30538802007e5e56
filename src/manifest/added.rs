//! `fields` and `record_types`: what a user adds to the records that we make.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::field_name;
use super::problems::Complaint;
use super::section::Section;
use super::template::Template;
use super::tree::Node;
use super::values::{quote, scalar, text};
use crate::model::capabilities::KEY_FIELD;
use crate::model::object::{self, Facts, Object};

/// By kind of record, the further fields that it gets, with the template of each.
pub(crate) type Added = BTreeMap<Object, BTreeMap<String, Template>>;

/// What sets a field that we fill, for those where something does.
const INSTEAD: &[(&str, &str)] = &[
    ("Subject", "set `activity.subjects`"),
    (
        "OwnerId",
        "set `activity.owner_fallback` for owners who have left",
    ),
    ("WhoId", "set `activity.participant_roles`"),
    ("EventWhoIds", "set `activity.participant_roles`"),
    (
        "StartDateTime",
        "set `activity.past_days` and `activity.future_days`",
    ),
    ("EndDateTime", "set `activity.meetings.duration_minutes`"),
    ("ActivityDate", "set `activity.past_days`"),
    ("Description", "set `activity.realism_level: none` for none"),
    ("RecordTypeId", "set `record_types`"),
    ("Framework__c", "set `scorecards.templates`"),
    ("Email", "set `contacts.email_domain`"),
    ("Website", "set `accounts.create` or `accounts.website`"),
];

/// Fields that follow from those that we fill.
const DERIVED: &[&str] = &[
    "DurationInMinutes",
    "ActivityDateTime",
    "RecordTypeId",
    "BillingCountryCode",
    "BillingStateCode",
    "MailingCountryCode",
    "MailingStateCode",
    KEY_FIELD,
];

/// What the templates of an account can speak of, which we make before there is any deal.
const OF_ACCOUNTS: &[&str] = &["account.name", "industry", "kind", "seller.company"];

/// And those of a contact, who takes part in several.
const OF_CONTACTS: &[&str] = &["account", "contact", "industry", "kind", "seller.company"];

pub(super) fn fields(mut section: Section, tag_field: Option<&str>) -> Added {
    let mut added = Added::new();
    for facts in object::made() {
        let Some(mut of_object) = section.optional_section(facts.api_name) else {
            continue;
        };
        let name = |name: &str| addable(name, facts.filled, tag_field);
        let fields = of_object.each(name, |node| template(node, facts));
        added.insert(facts.object, fields.into_iter().collect());
    }
    added
}

pub(super) fn record_types(mut section: Section) -> BTreeMap<Object, String> {
    let named = object::made().filter_map(|facts| {
        let name = section.value(facts.api_name, text)?;
        Some((facts.object, name))
    });
    named.collect()
}

/// A field that a user may set, because nothing else does.
fn addable(name: &str, filled: &[&str], tag_field: Option<&str>) -> Result<String, Complaint> {
    let name = &*field_name(name, "Region__c")?;
    let same = |other: &&str| other.eq_ignore_ascii_case(name);
    let ours = filled.iter().chain(DERIVED).find(|field| same(field));
    if let Some(field) = ours {
        let instead = INSTEAD.iter().find(|(known, _)| known == field);
        let instead = instead.map_or("leave it out", |(_, instead)| instead);
        let message = format!("demo-gen fills {field} itself");
        return Err(Complaint::new(message, instead));
    }
    if tag_field.is_some_and(|tag| same(&tag)) {
        let hint = "name another field there, or `null` for none";
        return Err(Complaint::new("this is the `run.run_tag_field`", hint));
    }
    Ok(name.to_owned())
}

fn template(node: &Node, facts: &Facts) -> Result<Template, Complaint> {
    let (source, _) = scalar(node, "a text or a template")?;
    let template = Template::parse(source)?;
    let known = match facts.object {
        Object::Account => OF_ACCOUNTS,
        Object::Contact => OF_CONTACTS,
        _ => return Ok(template),
    };
    match template.speaks_beyond(known) {
        None => Ok(template),
        Some(name) => {
            let (one, _) = facts.label;
            let message = format!(
                "{} is not known of a new {one}, which belongs to no deal",
                quote(&name)
            );
            let hint = format!("its templates can speak of {}", known.join(", "));
            Err(Complaint::new(message, hint))
        }
    }
}

/// Objects by their API names.
pub(super) fn by_api_name<T: Serialize, S: serde::Serializer>(
    objects: &BTreeMap<Object, T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(
        objects
            .iter()
            .map(|(object, value)| (object.api_name(), value)),
    )
}

#[cfg(test)]
mod tests {
    use crate::manifest::fixtures::{check, loads_again, manifest};
    use crate::model::object::{self, Object};

    #[test]
    fn fields_are_templates_of_objects_that_we_make() {
        check(
            "fields:\n  Event:\n    Region__c: \"{{ account.name }}\"\n    Tier__c: 3\n",
            &[],
        );
        check(
            "fields:\n  Event:\n    Region__c: \"{{ acount.name }}\"\n  Evnt: {}\n",
            &[
                "5 fields.Event.Region__c: `acount.name` is nothing that a template knows (did you mean `account.name`?)",
                "6 fields.Evnt: unknown key (known keys here: Account, Contact, OpportunityContactRole, Event, Task, EmailMessage, EventRelation, Demo_Scorecard__c, Demo_Scorecard_Answer__c)",
            ],
        );
        check(
            "fields: {Task: {'a b': x, Region__c: [x]}}\n",
            &[
                "3 fields.Task.a b: `a b` is not the API name of a field (for example Region__c)",
                "3 fields.Task.Region__c: must be a text or a template, not a list (write a single value)",
            ],
        );
        check(
            "fields: {Task: {Region__c: x, Region__c: y}}\n",
            &["3 fields.Task.Region__c: given twice; first on line 3 (keep one of the two)"],
        );
    }

    #[test]
    fn accounts_and_contacts_know_of_no_deal() {
        check(
            "fields: {Contact: {Note__c: '{{ contact.title }}, {{ account.name }}'}, Account: {Tier__c: '{{ industry }}'}}\n",
            &[],
        );
        check(
            "fields:\n  Contact: {Note__c: '{{ opportunity.stage }}'}\n  Account: {Note__c: '{{ contact.name }}'}\n",
            &[
                "4 fields.Contact.Note__c: `opportunity.stage` is not known of a new contact, which belongs to no deal (its templates can speak of account, contact, industry, kind, seller.company)",
                "5 fields.Account.Note__c: `contact.name` is not known of a new account, which belongs to no deal (its templates can speak of account.name, industry, kind, seller.company)",
            ],
        );
    }

    #[test]
    fn what_we_fill_is_refused_with_what_to_use_instead() {
        check(
            "fields:\n  Event: {subject: x, RecordTypeId: y, Demo_Key__c: z}\n  Task: {Demo_Run__c: x}\n",
            &[
                "4 fields.Event.subject: demo-gen fills Subject itself (set `activity.subjects`)",
                "4 fields.Event.RecordTypeId: demo-gen fills RecordTypeId itself (set `record_types`)",
                "4 fields.Event.Demo_Key__c: demo-gen fills Demo_Key__c itself (leave it out)",
                "5 fields.Task.Demo_Run__c: this is the `run.run_tag_field` (name another field there, or `null` for none)",
            ],
        );
        for facts in object::made() {
            for field in facts.filled {
                let object = facts.api_name;
                let refused = manifest(&format!("fields: {{{object}: {{{field}: x}}}}")).is_err();
                assert!(refused, "{object}.{field}");
            }
        }
    }

    #[test]
    fn a_manifest_with_them_loads_again_from_its_resolved_form() {
        let manifest = loads_again(
            "record_types: {Event: Customer}\n\
             fields: {Event: {Region__c: \"{{ account.name }}\", Tier__c: '3'}}",
        );
        assert_eq!(manifest.fields[&Object::Event].len(), 2);
        assert_eq!(manifest.record_types[&Object::Event], "Customer");
    }
}
