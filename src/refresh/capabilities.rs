//! What the org can hold, by describe.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::manifest::{Exclusion, Manifest, StoryKey};
use crate::model::capabilities::{Capabilities, ObjectCapabilities, PACK_OBJECT};
use crate::model::id::UserId;
use crate::model::object::OBJECTS;
use crate::org::{Describe, Org, Read, Told};

/// What the org can hold, whether it has the field that excludes opportunities by default, and
/// what it tells of further reads: they come with the same call.
pub(super) async fn capabilities(
    org: &Org,
    manifest: &Manifest,
    further: Vec<Read<'_>>,
) -> Result<(Capabilities, bool, Vec<Told>), Error> {
    let mut names: Vec<_> = OBJECTS.iter().map(|facts| facts.api_name).collect();
    names.extend([PACK_OBJECT, "Opportunity"]);
    let mut reads: Vec<_> = names.iter().map(|name| Read::Describe(name)).collect();
    reads.extend(further);
    let mut told = org.read(&reads).await?;
    let further = told.split_off(names.len());
    let described = names.iter().zip(told);
    let described: BTreeMap<_, _> = described
        .map(|(name, told)| Ok((*name, told.describe()?)))
        .collect::<Result<_, Error>>()?;
    let described = |name: &str| described.get(name).and_then(Option::as_ref);
    let mut capabilities = Capabilities {
        pack_object: described(PACK_OBJECT).is_some_and(|object| object.createable),
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
    Ok((capabilities, shows(Exclusion::DEFAULT_FIELD), further))
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
