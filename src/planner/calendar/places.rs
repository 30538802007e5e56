//! Where people are: in which time zone, and whose public holidays they keep.

use super::countries::{COUNTRIES, FURTHER_ZONES, STATES};
use crate::manifest::HolidayCalendar;

/// Where somebody works.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::planner) struct Place {
    /// An IANA time zone.
    pub(in crate::planner) zone: String,
    /// `None` where we know no holidays of the country.
    pub(in crate::planner) holidays: Option<HolidayCalendar>,
}

impl Place {
    /// The place of a user, who has a time zone and no country that could be relied on.
    pub(in crate::planner) fn of_zone(zone: &str) -> Self {
        Self {
            zone: zone.to_owned(),
            holidays: country_of(zone).and_then(HolidayCalendar::of_country),
        }
    }

    /// The place of an address, by codes or by names in any case; `None` where it names no country
    /// that there is. A state counts where a country has several time zones.
    pub(in crate::planner) fn of_address(country: &str, state: Option<&str>) -> Option<Self> {
        let (code, zone) = country_named(country)?;
        let of_state = state.and_then(|state| zone_of_state(code, state));
        Some(Self {
            zone: of_state.unwrap_or(zone).to_owned(),
            holidays: HolidayCalendar::of_country(code),
        })
    }
}

/// The ISO code and the main time zone of a country.
fn country_named(text: &str) -> Option<(&'static str, &'static str)> {
    let name = text.trim().to_lowercase();
    let is_meant = |(code, names, _): &&(&str, &str, &str)| {
        code.eq_ignore_ascii_case(&name) || names.split('|').any(|known| known == name)
    };
    let found = COUNTRIES.iter().find(is_meant);
    found.map(|(code, _, zone)| (*code, *zone))
}

/// The ISO code of a country by any of its names, and that of a state of it.
pub(in crate::planner) fn iso_codes(
    country: &str,
    state: Option<&str>,
) -> Option<(&'static str, Option<&'static str>)> {
    let (country, _) = country_named(country)?;
    let state = state.and_then(|state| state_named(country, state));
    Some((country, state.map(|(code, _)| code)))
}

fn zone_of_state(country: &str, text: &str) -> Option<&'static str> {
    state_named(country, text).map(|(_, zone)| zone)
}

/// The code and the time zone of a state.
fn state_named(country: &str, text: &str) -> Option<(&'static str, &'static str)> {
    let name = text.trim().to_lowercase();
    let is_meant = |(of, code, names, _): &&(&str, &str, &str, &str)| {
        *of == country
            && (code.eq_ignore_ascii_case(&name) || names.split('|').any(|known| known == name))
    };
    let found = STATES.iter().find(is_meant);
    found.map(|(_, code, _, zone)| (*code, *zone))
}

/// The ISO code of the country that a time zone lies in.
fn country_of(zone: &str) -> Option<&'static str> {
    let main = COUNTRIES.iter().map(|(code, _, zone)| (*zone, *code));
    let states = STATES.iter().map(|(code, .., zone)| (*zone, *code));
    let mut known = main.chain(states).chain(FURTHER_ZONES.iter().copied());
    known
        .find(|(known, _)| *known == zone)
        .map(|(_, code)| code)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::super::countries::{COUNTRIES, FURTHER_ZONES, STATES};
    use super::HolidayCalendar::{self, Au, Ca, De, Gb, In, Us};
    use super::Place;

    #[test]
    fn countries_are_understood_as_orgs_write_them() {
        let check = |country, state: &str, expect: Option<(&str, Option<HolidayCalendar>)>| {
            let place = Place::of_address(country, Some(state).filter(|state| !state.is_empty()));
            let place = place
                .as_ref()
                .map(|place| (place.zone.as_str(), place.holidays));
            assert_eq!(place, expect, "{country} {state}");
        };
        check("US", "", Some(("America/New_York", Some(Us))));
        check("USA", "CA", Some(("America/Los_Angeles", Some(Us))));
        check(
            " united states ",
            "texas",
            Some(("America/Chicago", Some(Us))),
        );
        check(
            "United States",
            "Nowhere",
            Some(("America/New_York", Some(Us))),
        );
        check("Canada", "BC", Some(("America/Vancouver", Some(Ca))));
        check("Canada", "Québec", Some(("America/Toronto", Some(Ca))));
        check("AU", "WA", Some(("Australia/Perth", Some(Au))));
        check("US", "WA", Some(("America/Los_Angeles", Some(Us))));
        check("Deutschland", "WA", Some(("Europe/Berlin", Some(De))));
        check("UK", "", Some(("Europe/London", Some(Gb))));
        check("GBR", "", Some(("Europe/London", Some(Gb))));
        check("India", "KA", Some(("Asia/Kolkata", Some(In))));
        check("Brasil", "", Some(("America/Sao_Paulo", None)));
        check("Atlantis", "", None);
        check("", "", None);
    }

    #[test]
    fn users_keep_the_holidays_of_their_time_zone() {
        let check = |zone, expect| assert_eq!(Place::of_zone(zone).holidays, expect, "{zone}");
        check("America/Los_Angeles", Some(HolidayCalendar::Us));
        check("America/Indiana/Knox", Some(HolidayCalendar::Us));
        check("America/Toronto", Some(HolidayCalendar::Ca));
        check("Europe/London", Some(HolidayCalendar::Gb));
        check("Asia/Tokyo", Some(HolidayCalendar::Jp));
        check("Europe/Madrid", None);
        check("GMT", None);
    }

    #[test]
    fn the_tables_name_zones_that_there_are_and_no_name_twice() {
        let database = TimeZoneDatabase::bundled();
        let countries = COUNTRIES.iter().map(|(.., zone)| zone);
        let states = STATES.iter().map(|(.., zone)| zone);
        for zone in countries
            .chain(states)
            .chain(FURTHER_ZONES.iter().map(|(zone, _)| zone))
        {
            assert!(database.get(zone).is_ok(), "{zone}");
        }
        let mut names: Vec<_> = COUNTRIES
            .iter()
            .flat_map(|(code, names, _)| names.split('|').chain([*code]))
            .map(str::to_lowercase)
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
