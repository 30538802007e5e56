//! Who of ours comes along to demos and security reviews.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::model::id::UserId;
use crate::model::inventory::{Inventory, User};

/// The active users of each time zone, and those among them whose titles say that they come along
/// to such meetings.
pub(super) struct Colleagues<'a> {
    experts: Users<'a>,
    everybody: Users<'a>,
    users: &'a BTreeMap<UserId, User>,
}

/// At the places where hashes put them: so that one who joins is chosen for the deals just before
/// his, and no other deal notices.
type Ring = BTreeMap<u64, UserId>;

#[derive(Default)]
struct Users<'a> {
    of_zone: BTreeMap<&'a str, Ring>,
    all: Ring,
}

/// What words of titles begin with whose bearers show and explain what is sold.
const EXPERTS: &[&str] = &[
    "architect",
    "consultant",
    "consulting",
    "engineer",
    "presales",
    "solution",
    "technical",
];

/// And a whole word.
const SALES_ENGINEER: &str = "se";

/// Of each user, so that all get about as many deals.
const PLACES: u64 = 16;

impl<'a> Colleagues<'a> {
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut colleagues = Self {
            experts: Users::default(),
            everybody: Users::default(),
            users: &inventory.users,
        };
        for (id, user) in inventory.users.iter().filter(|(_, user)| user.active) {
            colleagues.everybody.add(*id, user);
            if is_expert(user) {
                colleagues.experts.add(*id, user);
            }
        }
        colleagues
    }

    /// Somebody beside the owner: of the same time zone, so that they work at the same hours, or
    /// else whoever there is; and of these one whose title speaks for it, if there is any.
    pub(super) fn choose(&self, story_key: &str, owner: UserId) -> Option<UserId> {
        let hash = xxh3_64(story_key.as_bytes());
        let zone = self.users.get(&owner).map(|user| user.time_zone.as_str());
        let near = |users: &Users| after(users.of_zone.get(zone?)?, hash, owner);
        let anywhere = |users: &Users| after(&users.all, hash, owner);
        near(&self.experts)
            .or_else(|| near(&self.everybody))
            .or_else(|| anywhere(&self.experts))
            .or_else(|| anywhere(&self.everybody))
    }
}

impl<'a> Users<'a> {
    fn add(&mut self, id: UserId, user: &'a User) {
        let of_zone = self.of_zone.entry(&user.time_zone).or_default();
        for place in 0..PLACES {
            let hash = xxh3_64_with_seed(id.0.as_bytes(), place);
            of_zone.insert(hash, id);
            self.all.insert(hash, id);
        }
    }
}

/// The first one after the place that is not the owner.
fn after(ring: &Ring, place: u64, owner: UserId) -> Option<UserId> {
    let ahead = ring.range((Excluded(place), Unbounded));
    let mut around = ahead.chain(ring.range(..=place)).map(|(_, id)| *id);
    around.find(|id| *id != owner)
}

fn is_expert(user: &User) -> bool {
    let title = user.title.as_deref().unwrap_or_default();
    let title = title.to_lowercase().replace("pre-sales", "presales");
    let mut words = title.split(|letter: char| !letter.is_alphanumeric());
    words
        .any(|word| word == SALES_ENGINEER || EXPERTS.iter().any(|expert| word.starts_with(expert)))
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
                title: None,
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
    fn whose_title_speaks_for_it_comes_along_before_others() {
        let chosen = |titles: &[(usize, &str)], owner: usize| -> BTreeSet<_> {
            let mut inventory = inventory(9);
            for (number, title) in titles {
                let user = inventory.users.get_mut(&id(*number)).unwrap();
                user.title = Some((*title).to_owned());
            }
            let colleagues = Colleagues::of(&inventory);
            let deals = (0..200).map(|deal| deal.to_string());
            deals
                .map(|deal| colleagues.choose(&deal, id(owner)).unwrap())
                .collect()
        };
        for (title, is_expert) in [
            ("Sales Engineer", true),
            ("Senior Solutions Consultant", true),
            ("SE, EMEA", true),
            ("Pre-Sales Manager", true),
            ("Enterprise Architect", true),
            ("Technical Account Manager", true),
            ("Account Executive", false),
            ("Senior Account Executive", false),
            ("VP, Sales", false),
        ] {
            let others = [3, 5, 7].map(id).into();
            let expect = if is_expert { [id(5)].into() } else { others };
            assert_eq!(chosen(&[(5, title)], 1), expect, "{title}");
        }
        // One of the same hours goes before one who knows more, and nobody comes along to his own.
        let expert = "Sales Engineer";
        assert_eq!(chosen(&[(2, expert)], 1), [3, 5, 7].map(id).into());
        assert_eq!(chosen(&[(3, expert)], 3), [1, 5, 7].map(id).into());
        assert_eq!(
            chosen(&[(2, expert), (3, expert)], 8),
            [2, 3].map(id).into()
        );
        // Who is not active comes to nothing.
        assert_eq!(chosen(&[(0, expert)], 2), [4, 6].map(id).into());
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
