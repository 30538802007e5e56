//! Who attends a meeting, by numbers: there are millions of meetings, and few people and places.

use std::collections::{BTreeMap, BTreeSet};

use super::hours::{Blocks, Hours, PairId, PlaceId};
use super::places::Place;
use crate::model::day::BusinessDay;
use crate::model::id::{AccountId, RootId, UserId};
use crate::model::inventory::{Account, Address, Contact, Inventory};
use crate::model::person::Person;
use crate::model::pins::{Part, Pins};

/// All people whose calendars are looked at, and where they are.
pub(super) struct People<'a> {
    inventory: &'a Inventory,
    users: BTreeMap<UserId, usize>,
    user_places: Vec<PlaceId>,
    /// By the account of their deal, where they are few: one search finds them all.
    contacts: BTreeMap<AccountId, Vec<(Person, u32)>>,
    contact_count: u32,
    addresses: BTreeMap<Address<'a>, Option<PlaceId>>,
    pub(super) placeless: BTreeSet<AccountId>,
}

/// One of the customer's people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guest {
    pub(super) number: u32,
    /// `None`: taken to be where the owner is.
    pub(super) place: Option<PlaceId>,
}

impl<'a> People<'a> {
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            users: BTreeMap::new(),
            user_places: Vec::new(),
            contacts: BTreeMap::new(),
            contact_count: 0,
            addresses: BTreeMap::new(),
            placeless: BTreeSet::new(),
        }
    }

    pub(super) fn user(&mut self, id: UserId, hours: &mut Hours) -> usize {
        let next = self.users.len();
        let number = *self.users.entry(id).or_insert(next);
        if number == next {
            let user = self.inventory.users.get(&id);
            let zone = user.map_or("UTC", |user| &user.time_zone);
            self.user_places.push(hours.place(&Place::of_zone(zone)));
        }
        number
    }

    pub(super) fn user_count(&self) -> usize {
        self.users.len()
    }

    pub(super) fn contact_count(&self) -> usize {
        self.contact_count as usize
    }

    pub(super) fn place_of(&self, user: usize) -> PlaceId {
        self.user_places[user]
    }

    /// The people of a deal, by their places in its cast.
    pub(super) fn guests(
        &mut self,
        root: RootId,
        pins: &Pins,
        hours: &mut Hours,
    ) -> Vec<Option<Guest>> {
        let Some(account) = self.inventory.opportunities[&root].account else {
            // Nobody is known without one.
            return vec![None; pins.cast.len()];
        };
        let contacts = self.inventory.contacts.get(&account);
        let billing = self.inventory.accounts.get(&account);
        let billing = billing.and_then(Account::address);
        let billing = billing.and_then(|address| self.address(address, hours));
        let guest = |part: &Part| {
            let person = part.person?;
            // Somebody is at his own address, else at his account's.
            let contact = match person {
                Person::Contact(id) => contacts.and_then(|contacts| contacts.get(&id)),
                Person::Made(..) => None,
            };
            let own = contact.and_then(Contact::address);
            let own = own.and_then(|address| self.address(address, hours));
            let place = own.or(billing);
            if place.is_none() {
                self.placeless.insert(account);
            }
            let number = self.contact(account, person);
            Some(Guest { number, place })
        };
        pins.cast.iter().map(guest).collect()
    }

    /// The number of one of the customer's people.
    fn contact(&mut self, account: AccountId, person: Person) -> u32 {
        let known = self.contacts.entry(account).or_default();
        if let Some((_, number)) = known.iter().find(|(other, _)| *other == person) {
            return *number;
        }
        let number = self.contact_count;
        known.push((person, number));
        self.contact_count += 1;
        number
    }

    fn address(&mut self, address: Address<'a>, hours: &mut Hours) -> Option<PlaceId> {
        *self.addresses.entry(address).or_insert_with(|| {
            let place = Place::of_address(address.0, address.1)?;
            Some(hours.place(&place))
        })
    }
}

/// The places from which a meeting is attended, each with the owner's; the main person's first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attendance {
    pairs: [PairId; Self::MOST],
    count: u8,
}

impl Attendance {
    /// More places than this are seldom: those beyond count as the owner's.
    const MOST: usize = 3;

    /// From the owner's own place, and from those of the others.
    pub(super) fn new(
        owner: PlaceId,
        places: impl Iterator<Item = PlaceId>,
        hours: &mut Hours,
    ) -> Self {
        let alone = hours.pair(owner, owner);
        let mut attendance = Self {
            pairs: [alone; Self::MOST],
            count: 0,
        };
        for place in places {
            let pair = hours.pair(owner, place);
            let count = usize::from(attendance.count);
            if count < Self::MOST && !attendance.pairs[..count].contains(&pair) {
                attendance.pairs[count] = pair;
                attendance.count += 1;
            }
        }
        attendance.count = attendance.count.max(1);
        attendance
    }

    /// The blocks of a day that suit everybody, or at least the main person.
    pub(super) fn blocks(self, hours: &Hours, day: BusinessDay) -> Blocks {
        let pairs = &self.pairs[..usize::from(self.count)];
        let each = || pairs.iter().map(|pair| hours.blocks(*pair, day));
        let all = each().fold(Blocks::MAX, |all, blocks| all & blocks);
        let is_day_off = each().any(|blocks| blocks == 0);
        match all {
            0 if !is_day_off => hours.blocks(pairs[0], day),
            all => all,
        }
    }

    /// Whether there is no hour of the day that suits everybody.
    pub(super) fn is_apart(self, hours: &Hours, day: BusinessDay) -> bool {
        let pairs = &self.pairs[..usize::from(self.count)];
        let each = || pairs.iter().map(|pair| hours.blocks(*pair, day));
        pairs.iter().any(|pair| hours.is_apart(*pair, day))
            || each().fold(Blocks::MAX, |all, blocks| all & blocks) == 0
    }
}
