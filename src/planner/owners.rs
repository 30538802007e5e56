//! Who holds the meetings and writes the mails of a deal.

use std::borrow::Cow;

use super::Situation;
use crate::draw::fnv1a;
use crate::manifest::{Misfit, OwnerFallback};
use crate::model::id::{RecordId, UserId};
use crate::model::inventory::{Inventory, Opportunity, User};
use crate::model::person::Correspondent;
use crate::model::value::Value;

/// How many managers up the line are asked before giving up; lines of management can be circular.
const LEVELS: usize = 10;

/// Who holds the meetings of a deal and writes its mails; `None` leaves the deal out.
pub(super) fn holder(situation: &Situation, opportunity: &Opportunity) -> Option<UserId> {
    let Situation {
        manifest,
        capabilities,
        inventory,
        ..
    } = situation;
    let fallback = &manifest.activity.owner_fallback;
    spread(situation, &opportunity.story_key).or_else(|| {
        acting(
            opportunity.owner,
            fallback,
            capabilities.running_user,
            inventory,
        )
    })
}

/// Who of those that deals are spread over has this one. Each is hashed for himself, so that one
/// more takes deals over and moves no other.
fn spread(situation: &Situation, story_key: &str) -> Option<UserId> {
    let names = situation.manifest.owners.spread.iter();
    let active = names.filter_map(|name| {
        let (id, user) = named(situation.inventory, name)?;
        user.active.then_some((name, id))
    });
    let rank = |name: &String| fnv1a(format!("{story_key}/{}", name.to_lowercase()).as_bytes());
    active
        .max_by_key(|(name, id)| (rank(name), *id))
        .map(|(_, id)| id)
}

/// The users of `owners.spread` that the org does not have, or who do not work there any more.
pub(super) fn misfits(situation: &Situation) -> Vec<Misfit> {
    let misfit = |name: &String| {
        let why = match named(situation.inventory, name) {
            Some((_, user)) if user.active => return None,
            Some(_) => "is not active in this org",
            None => "is no user of this org",
        };
        Some(Misfit {
            path: "owners.spread".to_owned(),
            message: format!("{name} {why}"),
            hint: "name active users of the org, by the names that they sign in with".to_owned(),
        })
    };
    situation
        .manifest
        .owners
        .spread
        .iter()
        .filter_map(misfit)
        .collect()
}

fn named<'a>(inventory: &'a Inventory, username: &str) -> Option<(UserId, &'a User)> {
    let mut users = inventory.users.iter();
    let found = users.find(|(_, user)| user.username.eq_ignore_ascii_case(username));
    found.map(|(id, user)| (*id, user))
}

/// What is created for an owner who has left belongs to whoever stands in, and is written by him;
/// what he has stays his, because the recipe still names him.
pub(super) fn stand_in<'v>(situation: &Situation, name: &str, value: &'v Value) -> Cow<'v, Value> {
    let inventory = situation.inventory;
    let acting = |user: &UserId| {
        let fallback = &situation.manifest.activity.owner_fallback;
        let running_user = situation.capabilities.running_user;
        acting(*user, fallback, running_user, inventory).unwrap_or(*user)
    };
    let written_by = Correspondent::User;
    let is_user = |id: &RecordId| inventory.users.contains_key(&UserId(*id));
    Cow::Owned(match value {
        Value::Id(id) if name == "OwnerId" || name == "FromId" && is_user(id) => {
            Value::Id(acting(&UserId(*id)).0)
        }
        Value::Users(users) => Value::Users(users.iter().map(acting).collect()),
        Value::Name(Correspondent::User(id)) => Value::Name(written_by(acting(id))),
        Value::EmailAddress(Correspondent::User(id)) => Value::EmailAddress(written_by(acting(id))),
        Value::EmailAddresses(people) => {
            let writes = |who: &Correspondent| match who {
                Correspondent::User(id) => written_by(acting(id)),
                Correspondent::Person(_) => *who,
            };
            Value::EmailAddresses(people.iter().map(writes).collect())
        }
        _ => return Cow::Borrowed(value),
    })
}

/// The owner, or who stands in for one that is not active; `None` leaves the deal out.
pub(super) fn acting(
    owner: UserId,
    fallback: &OwnerFallback,
    running_user: Option<UserId>,
    inventory: &Inventory,
) -> Option<UserId> {
    let active = |id: &UserId| inventory.users.get(id).is_some_and(|user| user.active);
    if active(&owner) {
        return Some(owner);
    }
    match fallback {
        OwnerFallback::Manager => active_manager(owner, inventory).or(running_user),
        OwnerFallback::RunningUser => running_user,
        OwnerFallback::Skip => None,
        OwnerFallback::Username(name) => named(inventory, name).map(|(id, _)| id).filter(active),
    }
}

fn active_manager(owner: UserId, inventory: &Inventory) -> Option<UserId> {
    let mut user = inventory.users.get(&owner);
    for _ in 0..LEVELS {
        let manager = user?.manager?;
        user = inventory.users.get(&manager);
        if user?.active {
            return Some(manager);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::acting;
    use crate::manifest::OwnerFallback;
    use crate::model::id::{RecordId, UserId};
    use crate::model::inventory::{Inventory, User};

    fn id(number: u8) -> UserId {
        UserId(RecordId::parse(&format!("005DG000000000{number}")).unwrap())
    }

    /// User 1 reports to 2 (inactive), 2 to 3 (active); 4 and 5, inactive, report to each other.
    fn inventory() -> Inventory {
        let user = |number, active, manager: Option<u8>| {
            let user = User {
                name: format!("User {number}"),
                username: format!("user{number}@example.com"),
                email: None,
                title: None,
                active,
                time_zone: "UTC".to_owned(),
                manager: manager.map(id),
            };
            (id(number), user)
        };
        let users = [
            user(1, false, Some(2)),
            user(2, false, Some(3)),
            user(3, true, None),
            user(4, false, Some(5)),
            user(5, false, Some(4)),
        ];
        Inventory {
            users: users.into_iter().collect(),
            ..Inventory::default()
        }
    }

    #[test]
    fn somebody_active_stands_in() {
        let check = |owner, fallback, expect: Option<u8>| {
            let got = acting(id(owner), &fallback, Some(id(9)), &inventory());
            assert_eq!(got, expect.map(id), "{owner} {fallback:?}");
        };
        check(3, OwnerFallback::Skip, Some(3));
        check(1, OwnerFallback::Manager, Some(3));
        check(4, OwnerFallback::Manager, Some(9));
        check(1, OwnerFallback::RunningUser, Some(9));
        check(1, OwnerFallback::Skip, None);
        check(
            1,
            OwnerFallback::Username("USER3@example.com".into()),
            Some(3),
        );
        check(1, OwnerFallback::Username("user2@example.com".into()), None);
    }
}
