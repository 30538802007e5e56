//! What the manifest adds to our records: record types, and fields from templates.

use std::cell::RefCell;
use std::collections::BTreeMap;

use compact_str::CompactString;
use serde_json::Value as Json;

use super::{Deal, Planner, Situation, people, text};
use crate::draw::fnv1a;
use crate::manifest::template::{self, Account, Contact, Meeting, Opportunity, Owner, Seller};
use crate::manifest::{Misfit, Template, Templates};
use crate::model::address::Path;
use crate::model::day::Day;
use crate::model::field_kind::FieldKind;
use crate::model::id::{ContactId, UserId};
use crate::model::inventory;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::value::{FieldName, Templated, Value};

/// The fields that a manifest adds.
pub(super) struct Added<'a> {
    fields: Vec<Field<'a>>,
    templates: Templates<'a>,
    /// By the number of the field, the first thing that is wrong with what came of its template.
    problems: RefCell<BTreeMap<usize, String>>,
}

struct Field<'a> {
    object: Object,
    name: &'a str,
    template: &'a Template,
    kind: &'a FieldKind,
}

/// The fields of a record that tell whom it is about.
const PEOPLE: &[&str] = &["WhoId", "RelationId", "ContactId", "Contact__c"];

impl<'a> Added<'a> {
    /// Fields that the org was not asked about are left out; it was, unless it was not read.
    pub(super) fn new(situation: &Situation<'a>) -> Self {
        let Situation {
            manifest,
            capabilities,
            ..
        } = *situation;
        let mut fields = Vec::new();
        for (object, added) in &manifest.fields {
            let Some(kinds) = capabilities.added_fields.get(object) else {
                continue;
            };
            let known = added.iter().filter_map(|(name, template)| {
                Some(Field {
                    object: *object,
                    name,
                    template,
                    kind: kinds.get(name)?,
                })
            });
            fields.extend(known);
        }
        Self {
            templates: Templates::new(fields.iter().map(|field| field.template)),
            fields,
            problems: RefCell::default(),
        }
    }

    /// What a field's template gave, as the field can hold it; nothing where it does not fit.
    fn fitted(&self, number: usize, text: Result<String, String>) -> Json {
        let value = text.and_then(|text| self.fields[number].kind.read(&text));
        value.unwrap_or_else(|problem| {
            let mut problems = self.problems.borrow_mut();
            problems.entry(number).or_insert(problem);
            Json::Null
        })
    }

    /// What came of templates and does not fit the org.
    pub(super) fn misfits(&self) -> Vec<Misfit> {
        let problems = self.problems.borrow();
        let misfit = |(number, problem): (&usize, &String)| {
            let Field { object, name, .. } = &self.fields[*number];
            Misfit {
                path: format!("fields.{}.{name}", object.api_name()),
                message: problem.clone(),
                hint: "the template must give what the field can hold, for every record".to_owned(),
            }
        };
        problems.iter().map(misfit).collect()
    }
}

/// Adds what the manifest adds to a record of this kind.
pub(super) fn add(deal: &Deal, path: &Path, object: Object, fields: &mut Vec<(FieldName, Value)>) {
    let record_type = deal
        .planner
        .situation
        .capabilities
        .record_types
        .get(&object);
    if let Some(id) = record_type {
        fields.push(("RecordTypeId".into(), Value::Id(*id)));
    }
    let added = &deal.planner.added;
    for (number, field) in added.fields.iter().enumerate() {
        if field.object != object {
            continue;
        }
        let mut templated = Templated {
            number,
            recipe: fnv1a(field.template.source().as_bytes()),
            kind: object.label(path).0,
            person: person(fields),
            owner: owner(deal, fields),
            day: day(deal, fields),
        };
        if !field.template.is_constant() {
            templated.recipe ^= spoken_of(deal, &templated).rotate_left(1);
        }
        fields.push((
            field.name.to_owned().into(),
            Value::Templated(Box::new(templated)),
        ));
    }
}

/// Adds what the manifest adds to a record that belongs to no deal.
pub(super) fn add_outside(
    planner: &Planner,
    (path, object): (&Path, Object),
    situation: &template::Situation,
    fields: &mut Vec<(FieldName, Value)>,
) {
    let record_type = planner.situation.capabilities.record_types.get(&object);
    fields.extend(record_type.map(|id| ("RecordTypeId".into(), Value::Id(*id))));
    let company = text::seller(&planner.situation);
    let situation = template::Situation {
        seller: Seller {
            company: &company,
            ..Seller::default()
        },
        kind: object.label(path).0,
        ..situation.clone()
    };
    let added = &planner.added;
    for (number, field) in added.fields.iter().enumerate() {
        if field.object == object {
            let text = added.templates.render(field.template, &situation);
            let value = Value::Given(added.fitted(number, text));
            fields.push((field.name.to_owned().into(), value));
        }
    }
}

/// The value of such a field. What does not fit is noted, and nothing is written then.
pub(super) fn render(deal: &Deal, object: Object, templated: &Templated) -> Json {
    let added = &deal.planner.added;
    let field = &added.fields[templated.number];
    let text = if field.template.is_constant() {
        Ok(field.template.source().to_owned())
    } else {
        let meeting = match object {
            Object::Event => Meeting {
                date: templated.day.to_string(),
                topic: String::new(),
            },
            _ => Meeting::default(),
        };
        speak(deal, meeting, templated, |situation| {
            added.templates.render(field.template, situation)
        })
    };
    added.fitted(templated.number, text)
}

fn person(fields: &[(FieldName, Value)]) -> Option<Person> {
    fields.iter().find_map(|(name, value)| match value {
        Value::Id(id) if PEOPLE.contains(&&**name) => Some(Person::Contact(ContactId(*id))),
        Value::Ref(address) if PEOPLE.contains(&&**name) => Person::at(address),
        _ => None,
    })
}

fn owner(deal: &Deal, fields: &[(FieldName, Value)]) -> UserId {
    let owner = fields.iter().find_map(|(name, value)| match value {
        Value::Id(id) if name == "OwnerId" => Some(UserId(*id)),
        _ => None,
    });
    owner.unwrap_or(deal.pins.owner)
}

/// The day of an activity, in its owner's time zone; else the anchor.
fn day(deal: &Deal, fields: &[(FieldName, Value)]) -> Day {
    let day = fields.iter().find_map(|(name, value)| match value {
        Value::Day(day) if name == "ActivityDate" || name == "As_Of_Date__c" => Some(*day),
        Value::Instant(second) if name == "StartDateTime" => {
            let zone = deal.planner.desks.of_user(owner(deal, fields)).zone;
            Some(zone.day(*second))
        }
        _ => None,
    });
    day.unwrap_or(deal.planner.situation.anchor)
}

/// The hash of the names and days that a template can speak of. Stage, amount and dates of the
/// deal are not among them: the org lives, and the story stays as it was told.
pub(super) fn spoken_of(deal: &Deal, templated: &Templated) -> u64 {
    let names = [
        deal.opportunity.name.as_str(),
        account(deal).name,
        &deal.voice.seller,
        &deal.voice.product,
    ];
    let mut text = names.join("\0");
    let person = templated.person.map(|person| person.to_string());
    for id in [person.as_deref(), Some(templated.owner.0.as_str())] {
        text.push('\0');
        text.push_str(id.unwrap_or_default());
    }
    fnv1a(text.as_bytes()) ^ (templated.day.number() as u64).rotate_left(32)
}

fn account<'a>(deal: &Deal<'a>) -> Account<'a> {
    let inventory = deal.planner.situation.inventory;
    let id = deal.opportunity.account.as_ref();
    let found = id.and_then(|id| Some((id, inventory.accounts.get(id)?)));
    found.map_or_else(Account::default, |(id, account)| Account {
        id: id.0.as_str(),
        name: &account.name,
    })
}

/// Hands over all that a template can speak of.
pub(super) fn speak<T>(
    deal: &Deal,
    meeting: Meeting,
    templated: &Templated,
    to: impl FnOnce(&template::Situation) -> T,
) -> T {
    let org = deal.planner.situation.inventory;
    let deal_is = deal.opportunity;
    let person = templated.person;
    let made = &deal.planner.stories.people;
    let contact = deal_is.account.zip(person);
    let contact = contact.and_then(|person| people::contact(org, made, person));
    let person = match &person {
        Some(Person::Contact(id)) => id.0.as_str(),
        Some(Person::Made(..)) | None => "",
    };
    let full_name = contact
        .map(inventory::Contact::full_name)
        .unwrap_or_default();
    let owner = org.users.get(&templated.owner);
    let text = |text: &Option<CompactString>| text.clone().unwrap_or_default();
    let [first_name, title, email] = match contact {
        Some(contact) => [&contact.first_name, &contact.title, &contact.email].map(text),
        None => Default::default(),
    };
    to(&template::Situation {
        opportunity: Opportunity {
            id: deal.root.0.as_str(),
            name: &deal_is.name,
            stage: &deal_is.stage,
            amount: deal_is.amount.map_or_else(|| "".into(), number),
            probability: number(deal_is.probability),
            close_date: deal_is.close_date.to_string(),
        },
        account: account(deal),
        contact: Contact {
            id: person,
            name: &full_name,
            first_name: &first_name,
            last_name: contact.map_or("", |contact| &contact.last_name),
            title: &title,
            email: &email,
        },
        owner: Owner {
            id: templated.owner.0.as_str(),
            name: owner.map_or("", |owner| &owner.name),
            username: owner.map_or("", |owner| &owner.username),
        },
        meeting,
        seller: Seller {
            company: &deal.voice.seller,
            product: &deal.voice.product,
        },
        industry: deal.pins.industry.as_deref().unwrap_or_default(),
        date: templated.day.to_string(),
        kind: templated.kind,
    })
}

/// Whole numbers are written without a decimal point.
fn number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Json::from(number as i64)
    } else {
        Json::from(number)
    }
}
