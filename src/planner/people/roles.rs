//! Contact roles: that the cast has a part in the deal, for all who have none there.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Deal, field, person};
use crate::draw::RootDraw;
use crate::manifest::Role;
use crate::model::address::Path;
use crate::model::object::Object;
use crate::model::pins::Pins;
use crate::model::record::Desired;
use crate::model::value::Value;

/// What orgs call our roles, the best name first. Not every org has every one, and `Champion` is
/// not among those that Salesforce ships.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Champion, &["Champion", "Influencer"]),
    (
        Role::EconomicBuyer,
        &[
            "Economic Buyer",
            "Economic Decision Maker",
            "Decision Maker",
        ],
    ),
    (
        Role::TechnicalEvaluator,
        &["Technical Evaluator", "Technical Buyer", "Evaluator"],
    ),
    (
        Role::DecisionMaker,
        &["Decision Maker", "Economic Decision Maker"],
    ),
    (Role::Procurement, &["Procurement", "Purchasing"]),
    (Role::Legal, &["Legal", "Legal Counsel"]),
    (Role::EndUser, &["End User", "User", "Business User"]),
    (Role::ExecutiveSponsor, &["Executive Sponsor"]),
    (Role::Influencer, &["Influencer"]),
];

/// What stands for a role that an org has no name for.
const OTHER: &str = "Other";

/// What the role is called in an org with these names; nothing where none of them will do.
fn name(role: Role, offered: &[String]) -> Option<&str> {
    let known = NAMES.iter().find(|(of, _)| *of == role);
    let names = known.map_or(&[][..], |(_, names)| names);
    let offers = |name: &&str| {
        offered
            .iter()
            .find(|offer| offer.eq_ignore_ascii_case(name))
    };
    let found = names.iter().chain([&OTHER]).find_map(offers);
    found.map(String::as_str)
}

/// The parts that somebody plays in these stories, with what the org calls each.
pub(in crate::planner) fn called<'a>(
    offered: &[String],
    told: impl Iterator<Item = &'a Pins>,
) -> BTreeMap<Role, Option<String>> {
    let parts = told.flat_map(|pins| &pins.cast);
    let played = parts.filter(|part| part.person.is_some());
    let roles: BTreeSet<_> = played
        .filter_map(|part| Role::from_name(&part.role))
        .collect();
    let called = |role| (role, name(role, offered).map(str::to_owned));
    roles.into_iter().map(called).collect()
}

/// Makes a contact role for each of the cast that has none without us. One is the primary where
/// the deal has none.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    let situation = &deal.planner.situation;
    let others = situation.inventory.contact_roles.get(&deal.root);
    let mut is_primary = others.is_none_or(|others| others.iter().all(|role| !role.primary));
    let parts = deal.pins.cast.iter().filter(|part| !part.related);
    for part in parts {
        let Some(played_by) = part.person else {
            continue;
        };
        let role = Role::from_name(&part.role);
        let role = role.and_then(|role| name(role, &situation.capabilities.contact_roles));
        let role = role.map_or(Value::Null, |role| Value::Word(role.into()));
        let path = Path::joined(&["role/", &part.role]);
        let fields = vec![
            field("OpportunityId", Value::Id(deal.root.0)),
            field("ContactId", person(played_by)),
            field("Role", role),
            field("IsPrimary", Value::Bool(std::mem::take(&mut is_primary))),
        ];
        deal.add(records, path, Object::OpportunityContactRole, fields);
    }
}

#[cfg(test)]
mod tests {
    use super::name;
    use crate::manifest::Role;

    #[test]
    fn roles_are_called_what_the_org_calls_them() {
        let standard = [
            "Business User",
            "Decision Maker",
            "Economic Buyer",
            "Economic Decision Maker",
            "Evaluator",
            "Executive Sponsor",
            "Influencer",
            "Technical Buyer",
            "Other",
        ];
        let standard: Vec<_> = standard.map(str::to_owned).into();
        let check = |role, expect| assert_eq!(name(role, &standard), expect, "{role}");
        check(Role::Champion, Some("Influencer"));
        check(Role::EconomicBuyer, Some("Economic Buyer"));
        check(Role::TechnicalEvaluator, Some("Technical Buyer"));
        check(Role::EndUser, Some("Business User"));
        check(Role::Legal, Some("Other"));
        let own = ["champion".to_owned()];
        assert_eq!(name(Role::Champion, &own), Some("champion"));
        assert_eq!(name(Role::Legal, &own), None);
    }

    #[test]
    fn there_is_a_name_for_every_role() {
        for (_, role) in Role::WORDS {
            assert!(super::NAMES.iter().any(|(of, _)| of == role), "{role}");
        }
    }
}
