//! What the org can hold, by describe.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, close_plan, fit, listed, mapping};
use crate::manifest::{Exclusion, Manifest, Misfit, StoryKey};
use crate::model::capabilities::{
    ACCOUNT_FIELDS, Capabilities, KEY_FIELD, ObjectCapabilities, PACK_OBJECT, Places,
};
use crate::model::id::UserId;
use crate::model::key;
use crate::model::object::{OBJECTS, Object};
use crate::org::{Describe, Org, Read, Told};

/// What describe told, and how the manifest fits it.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) capabilities: Capabilities,
    /// Whether Opportunity has the field that keeps a deal out, unless told otherwise.
    pub(crate) has_default_exclusion: bool,
    /// What the manifest asks for and this org has not.
    pub(crate) misfits: Vec<Misfit>,
    /// Fields that this org demands and nothing fills.
    pub(crate) unfilled: Vec<String>,
}

/// What the org can hold, the fields of Opportunity that the manifest makes use of included, and
/// what it tells of further reads: they come with the same call.
pub(super) async fn capabilities(
    org: &Org,
    manifest: &Manifest,
    further: Vec<Read<'_>>,
) -> Result<(Described, Vec<Told>), Error> {
    let known = OBJECTS.iter().map(|facts| facts.api_name);
    let further_names = [PACK_OBJECT, "Account", "Opportunity"];
    let names: BTreeSet<_> = known.chain(further_names).collect();
    let mut reads: Vec<_> = names.iter().map(|name| Read::Describe(name)).collect();
    reads.extend(further);
    let mut told = org.read(&reads).await?;
    let further = told.split_off(names.len());
    let described = names.iter().zip(told);
    let described: BTreeMap<_, _> = described
        .map(|(name, told)| Ok((*name, told.describe()?)))
        .collect::<Result<_, Error>>()?;
    let mut capabilities = shown(org, &described)?;
    let described = |name: &str| described.get(name).and_then(Option::as_ref);
    let mut ours = BTreeMap::new();
    for facts in &OBJECTS {
        let is_loan = facts.object.is_loan();
        let object = described(facts.api_name).filter(|object| match is_loan {
            true => object.updateable,
            false => object.createable,
        });
        if let Some(object) = object {
            capabilities
                .objects
                .insert(facts.object, fields(facts.object, object));
            ours.insert(facts.object, (facts, object));
        }
    }
    let mut misfits = fit::fit(manifest, &ours, &mut capabilities)?;
    misfits.extend(fit::email_object(manifest, &capabilities));
    let opportunity = described("Opportunity");
    misfits.extend(mapping::fit(manifest, opportunity, &mut capabilities));
    misfits.extend(close_plan::fit(manifest, &ours, &mut capabilities));
    let (mut unfilled, mut not_offered) = (Vec::new(), Vec::new());
    for (facts, describe) in ours.values() {
        if is_written(manifest, &capabilities, facts.object) {
            unfilled.extend(fit::unfilled(manifest, facts, describe));
            not_offered.extend(fit::not_offered(facts, &capabilities));
        }
    }
    capabilities.not_offered = not_offered;
    let shows = |field: &str| opportunity.is_some_and(|object| object.field(field).is_some());
    if let Exclusion::Field(field) = &manifest.salesforce.query.exclude_if_omitted_field {
        demand(shows(field), field)?;
    }
    if let StoryKey::Field(field) = &manifest.run.story_key {
        demand(shows(field), field)?;
    }
    let described = Described {
        capabilities,
        has_default_exclusion: shows(Exclusion::DEFAULT_FIELD),
        misfits,
        unfilled,
    };
    Ok((described, further))
}

/// What the org shows us that is not about records of ours.
fn shown(org: &Org, described: &BTreeMap<&str, Option<Describe>>) -> Result<Capabilities, Error> {
    let described = |name: &str| described.get(name).and_then(Option::as_ref);
    let shows = |object: &str, field: &str| {
        described(object).is_some_and(|object| object.field(field).is_some())
    };
    let places = |object: &str, of: fn(Places) -> Option<[&'static str; 2]>| {
        let mut known = [Places::Codes, Places::Texts].into_iter();
        known.find(|places| {
            of(*places).is_some_and(|fields| fields.iter().all(|field| shows(object, field)))
        })
    };
    let account_fields = ACCOUNT_FIELDS
        .iter()
        .filter(|field| shows("Account", field));
    Ok(Capabilities {
        places: places("Account", Places::of_account).unwrap_or_default(),
        contact_places: places("Contact", Places::of_contact).unwrap_or_default(),
        countries: listed::countries(described("Account")),
        contact_roles: described("OpportunityContactRole").map_or_else(Vec::new, contact_roles),
        account_fields: account_fields.map(|field| (*field).to_owned()).collect(),
        person_accounts: shows("Contact", "IsPersonAccount"),
        currencies: shows("Opportunity", "CurrencyIsoCode"),
        pack_object: described(PACK_OBJECT).is_some_and(holds_packs),
        org: Some(super::record_id(&org.identity().org_id)?),
        running_user: Some(UserId(super::record_id(&org.identity().user_id)?)),
        ..Capabilities::default()
    })
}

/// Whether records of this kind are made.
fn is_written(manifest: &Manifest, capabilities: &Capabilities, object: Object) -> bool {
    capabilities.has(object) && manifest.asks_for(object)
}

/// The names of roles that can be chosen.
fn contact_roles(object: &Describe) -> Vec<String> {
    let values = object
        .field("Role")
        .map_or(&[][..], |role| &role.picklist_values);
    let active = values.iter().filter(|value| value.active);
    active.map(|value| value.value.clone()).collect()
}

/// Whether it can hold a pack and its lease; one that lacks a field of it is of no use.
fn holds_packs(object: &Describe) -> bool {
    object.createable
        && ["Pack__c", "Lease_Owner__c", "Lease_Until__c"]
            .iter()
            .all(|name| object.field(name).is_some())
}

fn demand(shown: bool, field: &str) -> Result<(), Error> {
    if shown {
        Ok(())
    } else {
        Err(Error::NoSuchField {
            field: field.to_owned(),
        })
    }
}

fn fields(kind: Object, object: &Describe) -> ObjectCapabilities {
    let names = |keep: &dyn Fn(&crate::org::Field) -> bool| -> BTreeSet<String> {
        let kept = object.fields.iter().filter(|field| keep(field));
        kept.map(|field| field.name.clone()).collect()
    };
    ObjectCapabilities {
        readable: names(&|_| true),
        createable: names(&|field| field.createable && !is_unfit_key(field)),
        updateable: names(&|field| field.updateable && !is_frozen(kind, field)),
    }
}

/// Describe speaks of drafts; of an email that was sent only custom fields can be changed.
fn is_frozen(kind: Object, field: &crate::org::Field) -> bool {
    kind == Object::EmailMessage && !field.name.ends_with("__c")
}

/// A key field that is too short for our keys, or takes one twice, is as good as none.
fn is_unfit_key(field: &crate::org::Field) -> bool {
    field.name == KEY_FIELD && (field.length < key::LENGTH || !field.unique)
}
