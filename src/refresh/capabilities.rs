//! What the org can hold, by describe.

use std::collections::BTreeSet;

use super::Error;
use crate::manifest::{Exclusion, Manifest, StoryKey};
use crate::model::capabilities::{Capabilities, ObjectCapabilities, PACK_OBJECT};
use crate::model::id::UserId;
use crate::model::object::OBJECTS;
use crate::org::{Describe, Org};

/// What the org can hold, and the fields of Opportunity that the manifest makes use of.
pub(crate) async fn capabilities(
    org: &Org,
    manifest: &Manifest,
) -> Result<(Capabilities, bool), Error> {
    let mut names: Vec<_> = OBJECTS.iter().map(|facts| facts.api_name).collect();
    names.extend([PACK_OBJECT, "Opportunity"]);
    let described = org.describe(&names).await?;
    let described = |name: &str| described.get(name).and_then(Option::as_ref);
    let mut capabilities = Capabilities {
        pack_object: described(PACK_OBJECT).is_some_and(holds_packs),
        running_user: Some(UserId(super::record_id(&org.identity().user_id)?)),
        ..Capabilities::default()
    };
    for facts in &OBJECTS {
        let object = described(facts.api_name).filter(|object| object.createable);
        if let Some(object) = object {
            capabilities.objects.insert(facts.object, fields(object));
        }
    }
    let opportunity = described("Opportunity");
    let shows = |field: &str| opportunity.is_some_and(|object| object.field(field).is_some());
    if let Exclusion::Field(field) = &manifest.salesforce.query.exclude_if_omitted_field {
        demand(shows(field), field)?;
    }
    if let StoryKey::Field(field) = &manifest.run.story_key {
        demand(shows(field), field)?;
    }
    Ok((capabilities, shows(Exclusion::DEFAULT_FIELD)))
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

fn fields(object: &Describe) -> ObjectCapabilities {
    let names = |keep: fn(&crate::org::Field) -> bool| -> BTreeSet<String> {
        let kept = object.fields.iter().filter(|field| keep(field));
        kept.map(|field| field.name.clone()).collect()
    };
    ObjectCapabilities {
        readable: names(|_| true),
        createable: names(|field| field.createable),
        updateable: names(|field| field.updateable),
    }
}
