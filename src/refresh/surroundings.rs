//! What the org can hold, and how much of the pack it holds: read in two calls.

use std::collections::BTreeMap;

use super::Error;
use super::capabilities::{Described, capabilities};
use super::found::{PackRow, condition, of_pack};
use crate::manifest::Manifest;
use crate::model::capabilities::Capabilities;
use crate::model::object::{self, Facts, Object};
use crate::org::{Kind, Org, Read, Scope, Told};

/// What is known of the org before anything of it is read.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) described: Described,
    /// The pack's own record.
    pub(crate) pack: Option<PackRow>,
    /// By kind: how many records carry the pack's key.
    pub(crate) keyed: BTreeMap<Object, u64>,
}

/// Looks around. Records are counted by a key of which it is not known yet whether the org has
/// it: one that does not have it refuses.
pub(crate) async fn surroundings(
    org: &Org,
    manifest: &Manifest,
    prefix: &str,
) -> Result<Surroundings, Error> {
    // No org has fields of its own for attendees.
    let takes_keys = |facts: &&Facts| facts.object != Object::EventRelation;
    let kinds = || object::made().filter(takes_keys);
    let counts = kinds().map(|facts| count(facts.object, &condition(facts.object, prefix)));
    let pack = Read::Query(of_pack(&manifest.run.name), Scope::Query);
    let reads = [pack].into_iter().chain(counts).collect();
    let (described, told) = capabilities(org, manifest, reads).await?;
    let capabilities = &described.capabilities;
    let mut told = told.into_iter();
    let row = told.next().filter(|_| capabilities.pack_object);
    let pack = match row {
        Some(told) => told.pages()?.all().await?.into_iter().next(),
        None => None,
    };
    let mut keyed = BTreeMap::new();
    for (facts, told) in kinds().zip(told) {
        if capabilities.has_key(facts.object) {
            keyed.insert(facts.object, told.count()?);
        }
    }
    Ok(Surroundings {
        described,
        pack,
        keyed,
    })
}

/// The condition that the pack's records of a kind fulfil: their key, or the key of what they are
/// part of. Nothing where neither has one.
pub(super) fn belonging(capabilities: &Capabilities, object: Object, pack: &str) -> Option<String> {
    if capabilities.has_key(object) {
        return Some(condition(object, pack));
    }
    let facts = object.facts();
    let whole = facts.part_of.filter(|whole| capabilities.has_key(*whole))?;
    let relationship = facts.parent.strip_suffix("Id")?;
    Some(format!("{relationship}.{}", condition(whole, pack)))
}

/// The kinds that are counted by what they are part of, and how to count them.
pub(crate) fn part_counts(
    capabilities: &Capabilities,
    pack: &str,
) -> (Vec<Object>, Vec<Read<'static>>) {
    let objects = capabilities.objects.keys().copied();
    let parts = objects.filter(|object| !capabilities.has_key(*object));
    let counted = parts.filter_map(|object| {
        let condition = belonging(capabilities, object, pack)?;
        Some((object, count(object, &condition)))
    });
    counted.unzip()
}

/// The numbers of parts. They are counted for the sake of fewer calls, so one that the org does
/// not tell is done without.
pub(crate) fn counted(
    objects: Vec<Object>,
    told: Vec<Told>,
) -> Result<BTreeMap<Object, u64>, Error> {
    let mut counts = BTreeMap::new();
    for (object, told) in objects.into_iter().zip(told) {
        match told.count() {
            Err(error) if matches!(error.kind(), Kind::Rejected(_)) => {}
            count => {
                counts.insert(object, count?);
            }
        }
    }
    Ok(counts)
}

fn count(object: Object, condition: &str) -> Read<'static> {
    let name = object.api_name();
    let soql = format!("SELECT COUNT() FROM {name} WHERE {condition} AND IsDeleted = FALSE");
    Read::Query(soql, Scope::QueryAll)
}
