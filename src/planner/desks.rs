//! Where people write from: on whose clock, and on which days they are not at work.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{Place, public_days};
use super::zone::Zone;
use super::{Situation, Stories};
use crate::manifest::HolidayCalendar;
use crate::model::day::Day;
use crate::model::id::{AccountId, ContactId, UserId};
use crate::model::inventory::{Account, Address, Contact, Inventory};
use crate::model::person::Person;
use crate::model::pins::Part;

/// The hours in which messages are answered, in minutes of the day.
const MORNING: u32 = 9 * 60;
const EVENING: u32 = 18 * 60;

const DAY_SECONDS: i64 = 86_400;

/// The desks of all who write or are written to, over all days that a plan can reach.
pub(super) struct Desks<'a> {
    inventory: &'a Inventory,
    users: BTreeMap<UserId, Desk>,
    places: BTreeMap<Address<'a>, Desk>,
    /// By whose holidays are kept.
    holidays: BTreeMap<Option<HolidayCalendar>, BTreeSet<Day>>,
}

struct Desk {
    zone: Zone,
    holidays: Option<HolidayCalendar>,
}

/// Somebody's desk.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) zone: &'a Zone,
    /// None to keep no holidays.
    days_off: Option<&'a BTreeSet<Day>>,
}

impl<'a> Desks<'a> {
    pub(super) fn new(situation: &Situation<'a>, stories: &Stories) -> Self {
        let days = reach(situation, stories);
        let mut desks = Self {
            inventory: situation.inventory,
            users: BTreeMap::new(),
            places: BTreeMap::new(),
            holidays: BTreeMap::new(),
        };
        let desk = |place: Place, desks: &mut Self| {
            let rules = &situation.manifest.calendar;
            let off = || public_days(rules, place.holidays, days);
            desks.holidays.entry(place.holidays).or_insert_with(off);
            Desk {
                zone: Zone::new(&place.zone, days.0, days.1),
                holidays: place.holidays,
            }
        };
        for owner in stories
            .pins
            .values()
            .flat_map(|pins| [pins.owner, pins.next_owner])
        {
            if !desks.users.contains_key(&owner) {
                let user = situation.inventory.users.get(&owner);
                let place = Place::of_zone(user.map_or("UTC", |user| &user.time_zone));
                let desk = desk(place, &mut desks);
                desks.users.insert(owner, desk);
            }
        }
        let told = stories.pins.keys();
        let accounts = told.filter_map(|root| situation.inventory.opportunities[root].account);
        for account in accounts.collect::<BTreeSet<_>>() {
            for address in addresses(situation.inventory, account) {
                if desks.places.contains_key(&address) {
                    continue;
                }
                if let Some(place) = Place::of_address(address.0, address.1) {
                    let desk = desk(place, &mut desks);
                    desks.places.insert(address, desk);
                }
            }
        }
        desks
    }

    pub(super) fn of_user(&self, user: UserId) -> At<'_> {
        self.at(&self.users[&user])
    }

    /// Where each of a deal's cast is.
    pub(super) fn of_cast(&self, account: Option<AccountId>, cast: &[Part]) -> Vec<Option<At<'_>>> {
        let Some(account) = account else {
            return vec![None; cast.len()];
        };
        let contacts = self.inventory.contacts.get(&account);
        let home = self.of_account(account);
        let of = |part: &Part| self.of_colleague((contacts, home), part.person?);
        cast.iter().map(of).collect()
    }

    /// Where one of the customer's people is: at his own address, else at his account's. None where
    /// neither tells: then he is taken to be where the owner is.
    pub(super) fn of_person(&self, account: AccountId, person: Person) -> Option<At<'_>> {
        let contacts = self.inventory.contacts.get(&account);
        self.of_colleague((contacts, self.of_account(account)), person)
    }

    /// The same, among these contacts of an account with this desk.
    fn of_colleague<'s>(
        &'s self,
        (contacts, home): (Option<&'a BTreeMap<ContactId, Contact>>, Option<At<'s>>),
        person: Person,
    ) -> Option<At<'s>> {
        let own = match person {
            Person::Contact(id) => contacts.and_then(|contacts| contacts.get(&id)),
            Person::Made(..) => None,
        };
        own.and_then(|contact| self.of_contact(contact)).or(home)
    }

    fn of_contact(&self, contact: &'a Contact) -> Option<At<'_>> {
        Some(self.at(self.places.get(&contact.address()?)?))
    }

    fn of_account(&self, account: AccountId) -> Option<At<'_>> {
        let address = self.inventory.accounts.get(&account)?.address()?;
        Some(self.at(self.places.get(&address)?))
    }

    fn at<'s>(&'s self, desk: &'s Desk) -> At<'s> {
        At {
            zone: &desk.zone,
            days_off: self.holidays.get(&desk.holidays),
        }
    }
}

impl At<'_> {
    /// So many minutes of working time after an instant: the day and the minute of it.
    pub(super) fn after(self, at: i64, minutes: u32) -> (Day, u32) {
        let local = self.zone.local(at);
        let mut day = Day::from_number(local.div_euclid(DAY_SECONDS) as i32);
        let mut minute = (local.rem_euclid(DAY_SECONDS) / 60) as u32;
        let mut left = minutes;
        loop {
            if !self.is_at_work(day) || minute >= EVENING {
                (day, minute) = (day.plus(1), MORNING);
                continue;
            }
            minute = minute.max(MORNING);
            if minute + left < EVENING {
                return (day, minute + left);
            }
            left -= EVENING - minute;
            minute = EVENING;
        }
    }

    /// The day, or the last one before it at work.
    pub(super) fn at_work_by(self, day: Day) -> Day {
        let mut before = (0..).map(|days| day.plus(-days));
        before.find(|day| self.is_at_work(*day)).unwrap_or(day)
    }

    pub(super) fn is_at_work(self, day: Day) -> bool {
        let is_off = self.days_off.is_some_and(|off| off.contains(&day));
        day.business().day() == day && !is_off
    }

    /// As if there were no holidays.
    pub(super) fn always(self) -> Self {
        Self {
            days_off: None,
            ..self
        }
    }
}

/// All addresses of an account and its people.
fn addresses(inventory: &Inventory, account: AccountId) -> impl Iterator<Item = Address<'_>> {
    let contacts = inventory.contacts.get(&account).into_iter();
    let contacts = contacts.flat_map(|contacts| contacts.values());
    let own = inventory.accounts.get(&account).and_then(Account::address);
    own.into_iter().chain(contacts.filter_map(Contact::address))
}

/// The first and the last day that anything can lie on.
fn reach(situation: &Situation, stories: &Stories) -> (Day, Day) {
    let activity = &situation.manifest.activity;
    let bases = stories
        .pins
        .values()
        .map(|pins| pins.ends.base(situation.anchor).day());
    let first = bases.min().unwrap_or(situation.anchor);
    (
        first.plus(-(activity.past_days as i32) - 14),
        situation.anchor.plus(activity.future_days as i32 + 14),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::At;
    use crate::model::day::Day;
    use crate::planner::zone::Zone;

    fn day(text: &str) -> Day {
        Day::from_date(text.parse().unwrap())
    }

    #[test]
    fn answers_wait_for_working_time_where_they_are_written() {
        let zone = Zone::new("Europe/Berlin", day("2026-01-01"), day("2026-12-31"));
        let off = BTreeSet::from([day("2026-05-01")]);
        let desk = At {
            zone: &zone,
            days_off: Some(&off),
        };
        let check = |at: &str, minutes, expect: &str| {
            let at: jiff::Timestamp = at.parse().unwrap();
            let (day, minute) = desk.after(at.as_second(), minutes);
            let told = format!("{day} {:02}:{:02}", minute / 60, minute % 60);
            assert_eq!(told, expect, "{at} {minutes}");
        };
        check("2026-04-29T08:00:00Z", 30, "2026-04-29 10:30");
        check("2026-04-29T02:00:00Z", 30, "2026-04-29 09:30");
        check("2026-04-29T15:00:00Z", 90, "2026-04-30 09:30");
        // Past Labour Day and the weekend after it.
        check("2026-04-30T15:30:00Z", 60, "2026-05-04 09:30");
        check("2026-05-01T08:00:00Z", 60, "2026-05-04 10:00");
        check("2026-05-02T08:00:00Z", 9 * 60, "2026-05-05 09:00");
        assert_eq!(desk.at_work_by(day("2026-05-03")), day("2026-04-30"));
        assert_eq!(
            desk.always().at_work_by(day("2026-05-03")),
            day("2026-05-01")
        );
    }
}
