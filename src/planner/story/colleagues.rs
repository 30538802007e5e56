//! Who of ours comes along to demos and security reviews.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::model::id::UserId;
use crate::model::inventory::{Inventory, User};

/// The active users of each time zone, at the places where hashes put them: so that one who joins
/// is chosen for the deals just before his, and no other deal notices.
pub(super) struct Colleagues<'a> {
    of_zone: BTreeMap<&'a str, BTreeMap<u64, UserId>>,
    all: BTreeMap<u64, UserId>,
    users: &'a BTreeMap<UserId, User>,
}

/// Of each user, so that all get about as many deals.
const PLACES: u64 = 16;

impl<'a> Colleagues<'a> {
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut colleagues = Self {
            of_zone: BTreeMap::new(),
            all: BTreeMap::new(),
            users: &inventory.users,
        };
        for (id, user) in inventory.users.iter().filter(|(_, user)| user.active) {
            let of_zone = colleagues.of_zone.entry(&user.time_zone).or_default();
            for place in 0..PLACES {
                let hash = xxh3_64_with_seed(id.0.as_str().as_bytes(), place);
                of_zone.insert(hash, *id);
                colleagues.all.insert(hash, *id);
            }
        }
        colleagues
    }

    /// Somebody beside the owner: of the same time zone, so that they work at the same hours, or
    /// else whoever there is.
    pub(super) fn choose(&self, story_key: &str, owner: UserId) -> Option<UserId> {
        let hash = xxh3_64(story_key.as_bytes());
        let zone = self.users.get(&owner).map(|user| user.time_zone.as_str());
        let near = zone.and_then(|zone| self.of_zone.get(zone));
        let after = |ring: &BTreeMap<u64, UserId>| {
            let ahead = ring.range((Excluded(hash), Unbounded));
            let mut around = ahead.chain(ring.range(..=hash)).map(|(_, id)| *id);
            around.find(|id| *id != owner)
        };
        near.and_then(after).or_else(|| after(&self.all))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Colleagues;
    use crate::model::id::{RecordId, UserId};
    use crate::model::inventory::{Inventory, User};

    fn id(number: usize) -> UserId {
        UserId(RecordId::parse(&format!("005DG{number:010}")).unwrap())
    }

    /// Users of two time zones by turns; the last one is alone in his, and the first not active.
    fn inventory(count: usize) -> Inventory {
        let user = |number: usize| {
            let zone = match number {
                _ if number + 1 == count => "Asia/Tokyo",
                _ if number.is_multiple_of(2) => "Europe/Berlin",
                _ => "America/New_York",
            };
            let user = User {
                name: format!("User {number}"),
                username: format!("user{number}@example.com"),
                email: None,
                active: number > 0,
                time_zone: zone.to_owned(),
                manager: None,
            };
            (id(number), user)
        };
        Inventory {
            users: (0..count).map(user).collect(),
            ..Inventory::default()
        }
    }

    #[test]
    fn colleagues_are_others_of_the_same_zone_while_there_are_any() {
        let inventory = inventory(9);
        let colleagues = Colleagues::of(&inventory);
        let of = |owner: usize| -> BTreeSet<_> {
            let deals = (0..200).map(|deal| deal.to_string());
            deals
                .map(|deal| colleagues.choose(&deal, id(owner)).unwrap())
                .collect()
        };
        assert_eq!(of(1), [3, 5, 7].map(id).into());
        assert_eq!(of(2), [4, 6].map(id).into());
        assert_eq!(of(8), (1..8).map(id).collect());
        assert_eq!(
            Colleagues::of(&Inventory::default()).choose("a", id(1)),
            None
        );
    }

    #[test]
    fn one_who_leaves_changes_only_the_deals_that_were_his() {
        let mut inventory = inventory(30);
        let choices = |inventory: &Inventory| -> Vec<_> {
            let colleagues = Colleagues::of(inventory);
            let deals = (0..200).map(|deal| deal.to_string());
            deals.map(|deal| colleagues.choose(&deal, id(1))).collect()
        };
        let before = choices(&inventory);
        let gone = before[0].unwrap();
        inventory.users.remove(&gone);
        for (before, after) in before.into_iter().zip(choices(&inventory)) {
            assert!(before == after || before == Some(gone));
        }
    }
}
