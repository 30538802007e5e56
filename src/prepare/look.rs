//! What an org has of what we need.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::component::Component;
use super::standing::{Described, Standing, standing};
use super::table::PERMISSION_SET;
use crate::org::{Error, Kind, Org, Scope, soql};

/// What there is, and what is missing.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) standings: Vec<(Component, Standing)>,
    /// The id of the permission set, where the org has it.
    pub(super) permission_set: Option<String>,
    pub(super) assignments: Vec<Assignment>,
    /// Fields that the permission set grants.
    pub(super) granted: BTreeSet<String>,
}

/// The permission set as somebody has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Assignment {
    pub(super) id: String,
    pub(super) assignee_id: String,
}

impl Look {
    /// Components that stand like this.
    pub(crate) fn of(&self, wanted: &Standing) -> Vec<&Component> {
        let alike = self
            .standings
            .iter()
            .filter(|(_, standing)| standing == wanted);
        alike.map(|(component, _)| component).collect()
    }

    /// Components that are there in another form, and in which.
    pub(crate) fn differing(&self) -> Vec<(&Component, &str)> {
        self.standings
            .iter()
            .filter_map(|(component, standing)| match standing {
                Standing::Differs(how) => Some((component, how.as_str())),
                Standing::Ready | Standing::Hidden | Standing::Missing => None,
            })
            .collect()
    }

    /// Whether all that can be made is there, and shown to us.
    pub(crate) fn is_prepared(&self) -> bool {
        self.of(&Standing::Missing).is_empty() && self.of(&Standing::Hidden).is_empty()
    }

    pub(crate) fn has_permission_set(&self) -> bool {
        self.permission_set.is_some()
    }

    pub(super) fn is_assigned_to(&self, user: &str) -> bool {
        self.assignments
            .iter()
            .any(|assignment| assignment.assignee_id == user)
    }
}

/// Reads how the components stand.
pub(crate) async fn look(org: &Org, components: &[Component]) -> Result<Look, Error> {
    let mut standings = standings(org, components).await?;
    let missing = |(_, standing): &(Component, Standing)| *standing == Standing::Missing;
    if standings.iter().any(missing) {
        let hidden = hidden(org, components).await?;
        for (component, standing) in &mut standings {
            if *standing == Standing::Missing && hidden.contains(&component.full_name()) {
                *standing = Standing::Hidden;
            }
        }
    }
    let name = soql::literal(PERMISSION_SET);
    let sets: Vec<Definition> = all(
        org,
        format!("SELECT Id, Name FROM PermissionSet WHERE Name = {name}"),
    )
    .await?;
    let Some(set) = sets.into_iter().next() else {
        return Ok(Look {
            standings,
            permission_set: None,
            assignments: Vec::new(),
            granted: BTreeSet::new(),
        });
    };
    let id = soql::literal(&set.id);
    let granted: Vec<FieldPermission> = all(
        org,
        format!("SELECT Field FROM FieldPermissions WHERE ParentId = {id}"),
    )
    .await?;
    Ok(Look {
        standings,
        assignments: all(
            org,
            format!(
                "SELECT Id, AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = {id}"
            ),
        )
        .await?,
        granted: granted
            .into_iter()
            .map(|permission| permission.field)
            .collect(),
        permission_set: Some(set.id),
    })
}

/// How the components stand by describe alone: what is hidden counts as missing.
pub(super) async fn standings(
    org: &Org,
    components: &[Component],
) -> Result<Vec<(Component, Standing)>, Error> {
    let objects: BTreeSet<_> = components
        .iter()
        .flat_map(|component| component.object.shown_as)
        .copied()
        .collect();
    let objects: Vec<_> = objects.into_iter().collect();
    let described: Described = org.describe(&objects).await?;
    let stand = |component: &Component| (component.clone(), standing(component, &described));
    let is_there = |component: &&Component| {
        let shown = component.object.shown_as.iter();
        let mut shown = shown.map(|name| described.get(*name).and_then(Option::as_ref));
        !component.object.optional || shown.all(|object| object.is_some())
    };
    Ok(components.iter().filter(is_there).map(stand).collect())
}

#[derive(Deserialize)]
struct Definition {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "DeveloperName", default)]
    name: String,
    #[serde(rename = "TableEnumOrId", default)]
    table: String,
}

#[derive(Deserialize)]
struct FieldPermission {
    #[serde(rename = "Field")]
    field: String,
}

/// The full names of those that the org has, whether or not it shows them to us. Who may not look
/// at definitions finds none.
async fn hidden(org: &Org, components: &[Component]) -> Result<BTreeSet<String>, Error> {
    let own = components
        .iter()
        .filter(|component| component.field.is_none());
    let objects = definitions(
        org,
        "SELECT Id, DeveloperName FROM CustomObject",
        own.map(|component| component.object.name),
    )
    .await?;
    let fields = components
        .iter()
        .filter_map(|component| component.field.as_ref());
    let fields = definitions(
        org,
        "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField",
        fields.map(|field| &*field.name),
    )
    .await?;
    Ok(full_names(&objects, &fields))
}

/// `Demo_Pack__c`, `Activity.Demo_Key__c`: what the definitions define.
fn full_names(objects: &[Definition], fields: &[Definition]) -> BTreeSet<String> {
    // Where an object is referred to its id may lack the three letters that only guard its case.
    let short = |id: &str| id.get(..15).unwrap_or(id).to_owned();
    let by_id: BTreeMap<_, _> = objects
        .iter()
        .map(|object| (short(&object.id), format!("{}__c", object.name)))
        .collect();
    let mut found: BTreeSet<_> = by_id.values().cloned().collect();
    for field in fields {
        // A standard object goes by its name, a custom one by its id.
        let object = by_id.get(&short(&field.table)).unwrap_or(&field.table);
        found.insert(format!("{object}.{}__c", field.name));
    }
    found
}

async fn definitions(
    org: &Org,
    select: &str,
    names: impl Iterator<Item = &str>,
) -> Result<Vec<Definition>, Error> {
    let names: BTreeSet<_> = names
        .map(|name| soql::literal(name.trim_end_matches("__c")))
        .collect();
    let names: Vec<_> = names.into_iter().collect();
    let names = names.join(", ");
    let soql = format!("{select} WHERE NamespacePrefix = null AND DeveloperName IN ({names})");
    match org.query(soql, Scope::Tooling).all().await {
        Err(error) if matches!(error.kind(), Kind::Rejected(_)) => Ok(Vec::new()),
        found => found,
    }
}

async fn all<T: serde::de::DeserializeOwned>(org: &Org, soql: String) -> Result<Vec<T>, Error> {
    org.query(soql, Scope::Query).all().await
}

#[cfg(test)]
mod tests {
    use super::{Definition, full_names};

    #[test]
    fn definitions_are_named_as_components_are() {
        let definition = |id: &str, name: &str, table: &str| Definition {
            id: id.to_owned(),
            name: name.to_owned(),
            table: table.to_owned(),
        };
        let objects = [definition("01I000000000001AAA", "Demo_Pack", "")];
        let fields = [
            definition("00N000000000001AAA", "Demo_Key", "Activity"),
            definition("00N000000000002AAA", "Pack", "01I000000000001"),
            definition("00N000000000003AAA", "Seed", "01I000000000001AAA"),
            definition("00N000000000004AAA", "Seed", "01I000000000009"),
        ];
        let names: Vec<_> = full_names(&objects, &fields).into_iter().collect();
        let expect = [
            "01I000000000009.Seed__c",
            "Activity.Demo_Key__c",
            "Demo_Pack__c",
            "Demo_Pack__c.Pack__c",
            "Demo_Pack__c.Seed__c",
        ];
        assert_eq!(names, expect);
    }
}
