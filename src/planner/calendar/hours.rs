//! When people can meet: which hours of which days suit an owner and those who attend.
//!
//! A day of an owner is cut into blocks of as many hours as the longest meeting needs. For each pair
//! of places, the owner's and an attendee's, there is a mask of a day's blocks for every day: they
//! are few, and there are millions of meetings.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::Span;
use super::holidays::holidays;
use super::places::Place;
use crate::manifest::{Calendar, HolidayCalendar};
use crate::model::day::{BusinessDay, Day};
use crate::planner::zone::Zone;

/// The blocks of a day, a bit each.
pub(super) type Blocks = u16;

/// Set in the mask of a day on which no hour suits both; no day has so many blocks.
const APART: Blocks = 1 << 15;

/// The number of a place, and that of a pair of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PlaceId(u16);
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PairId(u16);

/// What all masks are made of.
pub(super) struct Hours<'a> {
    rules: &'a Calendar,
    /// How many hours a block has.
    per_block: u8,
    /// The days that a plan can reach.
    first: Day,
    days: usize,
    days_off: BTreeMap<Option<HolidayCalendar>, Vec<bool>>,
    places: Vec<(Place, Vec<i16>)>,
    place_ids: BTreeMap<Place, PlaceId>,
    pairs: Vec<Vec<Blocks>>,
    pair_ids: BTreeMap<(PlaceId, PlaceId), PairId>,
}

impl<'a> Hours<'a> {
    pub(super) fn new(rules: &'a Calendar, per_block: u8, (first, last): (Day, Day)) -> Self {
        Self {
            rules,
            per_block,
            first,
            days: (last.number() - first.number()).max(0) as usize + 1,
            days_off: BTreeMap::new(),
            places: Vec::new(),
            place_ids: BTreeMap::new(),
            pairs: Vec::new(),
            pair_ids: BTreeMap::new(),
        }
    }

    pub(super) fn place(&mut self, place: &Place) -> PlaceId {
        if let Some(id) = self.place_ids.get(place) {
            return *id;
        }
        let id = PlaceId(self.places.len() as u16);
        let days = || (0..self.days as i32).map(|day| self.first.plus(day));
        let last = self.first.plus(self.days as i32);
        let zone = Zone::new(&place.zone, self.first, last);
        let offsets = days().map(|day| zone.minutes_ahead(day)).collect();
        if !self.days_off.contains_key(&place.holidays) {
            let off = days_off(self.rules, place.holidays, (self.first, last));
            let off = days().map(|day| off.contains(&day)).collect();
            self.days_off.insert(place.holidays, off);
        }
        self.places.push((place.clone(), offsets));
        self.place_ids.insert(place.clone(), id);
        id
    }

    /// The pair of an owner's place and an attendee's.
    pub(super) fn pair(&mut self, owner: PlaceId, attendee: PlaceId) -> PairId {
        if let Some(id) = self.pair_ids.get(&(owner, attendee)) {
            return *id;
        }
        let id = PairId(self.pairs.len() as u16);
        let days = (0..self.days as i32).map(|day| self.first.plus(day));
        let masks = days.map(|day| self.blocks_of((owner, attendee), day));
        let masks = masks.collect();
        self.pairs.push(masks);
        self.pair_ids.insert((owner, attendee), id);
        id
    }

    /// The blocks of a day in which such a pair can meet.
    pub(super) fn blocks(&self, pair: PairId, day: BusinessDay) -> Blocks {
        let masks = &self.pairs[usize::from(pair.0)];
        let place = self.number(day.day());
        place.map_or(0, |place| masks[place] & !APART)
    }

    /// Whether a pair can meet on a day only outside the attendee's working hours.
    pub(super) fn is_apart(&self, pair: PairId, day: BusinessDay) -> bool {
        let masks = &self.pairs[usize::from(pair.0)];
        let place = self.number(day.day());
        place.is_some_and(|place| masks[place] & APART != 0)
    }

    /// How many blocks a day has.
    pub(super) fn count(&self) -> u8 {
        let owner = self.rules.working_hours.owner;
        ((owner.to - owner.from) / self.per_block).max(1)
    }

    /// The hour in which a block begins, and the block of an hour.
    pub(super) fn hour(&self, block: u8) -> u8 {
        self.rules.working_hours.owner.from + block * self.per_block
    }

    pub(super) fn block(&self, hour: u8) -> u8 {
        let hours = hour.saturating_sub(self.rules.working_hours.owner.from);
        (hours / self.per_block).min(self.count() - 1)
    }

    /// When an owner's block is.
    pub(super) fn span(&self, owner: PlaceId, day: BusinessDay, block: u8) -> Span {
        Span::new(self.start(owner, day.day(), block), self.block_minutes())
    }

    /// The beginning of an owner's block, in minutes since 1970.
    fn start(&self, owner: PlaceId, day: Day, block: u8) -> i32 {
        day.number() * DAY + i32::from(self.hour(block)) * 60 - self.offset(owner, day)
    }

    /// An instant as it is told there.
    fn local(&self, place: PlaceId, minute: i32) -> i32 {
        minute + self.offset(place, day_of(minute))
    }

    /// Whether a block that begins then, local time, lies in an attendee's working hours.
    fn suits(&self, local: i32) -> bool {
        let start = local.rem_euclid(DAY);
        let hours = self.rules.working_hours.attendee;
        start >= i32::from(hours.from) * 60
            && start + self.block_minutes() <= i32::from(hours.to) * 60
    }

    fn block_minutes(&self) -> i32 {
        i32::from(self.per_block) * 60
    }

    /// Whether somebody there does not work on a day; `None` for a day out of reach.
    fn is_off(&self, place: PlaceId, day: Day) -> Option<bool> {
        let (place, _) = &self.places[usize::from(place.0)];
        let number = self.number(day)?;
        Some(self.days_off[&place.holidays][number])
    }

    /// How many minutes local time is ahead of UTC.
    fn offset(&self, place: PlaceId, day: Day) -> i32 {
        let (_, offsets) = &self.places[usize::from(place.0)];
        let number = (day.number() - self.first.number()).clamp(0, self.days as i32 - 1);
        i32::from(offsets[number as usize])
    }

    fn number(&self, day: Day) -> Option<usize> {
        let number = usize::try_from(day.number() - self.first.number()).ok()?;
        (number < self.days).then_some(number)
    }

    fn blocks_of(&self, (owner, attendee): (PlaceId, PlaceId), day: Day) -> Blocks {
        if self.is_off(owner, day) != Some(false) {
            return 0;
        }
        let mut working = 0;
        let mut suiting = 0;
        let mut nearest = (i32::MAX, 0);
        for block in 0..self.count() {
            let there = self.local(attendee, self.start(owner, day, block));
            let distance = self.distance(there.rem_euclid(DAY));
            suiting |= Blocks::from(self.suits(there)) << block;
            if self.is_off(attendee, day_of(there)) == Some(false) {
                working |= 1 << block;
                if distance < nearest.0 {
                    nearest = (distance, 1 << block);
                }
            }
        }
        match suiting {
            // No hour of the day suits both: the owner's that is nearest to the attendee's day.
            0 if nearest.1 != 0 => nearest.1 | APART,
            suiting => suiting & working,
        }
    }

    /// How many minutes lie between a block and the attendee's working hours.
    fn distance(&self, start: i32) -> i32 {
        let hours = self.rules.working_hours.attendee;
        let end = start + self.block_minutes();
        let early = (i32::from(hours.from) * 60 - start).rem_euclid(DAY);
        let late = (end - i32::from(hours.to) * 60).rem_euclid(DAY);
        early.min(late)
    }
}

const DAY: i32 = 24 * 60;

fn day_of(minute: i32) -> Day {
    Day::from_number(minute.div_euclid(DAY))
}

/// The days on which nobody holds meetings where these holidays are kept, weekends among them.
fn days_off(
    rules: &Calendar,
    calendar: Option<HolidayCalendar>,
    (first, last): (Day, Day),
) -> BTreeSet<Day> {
    let all = (first.number()..=last.number()).map(Day::from_number);
    let quiet =
        all.filter(|day| day.business().day() != *day || rules.quiet_days.contains(day.date()));
    let mut days = public_days(rules, calendar, (first, last));
    days.extend(quiet);
    days
}

/// The public holidays that are kept, and the manifest's own.
pub(in crate::planner) fn public_days(
    rules: &Calendar,
    calendar: Option<HolidayCalendar>,
    (first, last): (Day, Day),
) -> BTreeSet<Day> {
    let of_country = calendar.filter(|_| rules.public_holidays);
    let calendars = rules.countries.iter().copied().chain(of_country);
    let calendars: BTreeSet<_> = calendars.collect();
    let years = first.date().year()..=last.date().year();
    let public = calendars.iter().flat_map(|calendar| {
        let of_year = |year| holidays(*calendar, year);
        years.clone().flat_map(of_year).map(Day::from_date)
    });
    let given = rules.holidays.iter().flat_map(|days| {
        let [first, last] = [days.first, days.last].map(|date| Day::from_date(date).number());
        (first..=last).map(Day::from_number)
    });
    public.chain(given).collect()
}
