//! Where people work, from what the org says of them; independent of what the planner thinks.

use jiff::tz::TimeZone;

use super::Org;

/// Countries, in the spellings of the orgs that are measured, and their main zone.
const COUNTRIES: &[(&[&str], &str)] = &[
    (&["Belgium", "BE"], "Europe/Brussels"),
    (&["Brazil", "BR"], "America/Sao_Paulo"),
    (&["China", "CN"], "Asia/Shanghai"),
    (&["France", "FR"], "Europe/Paris"),
    (&["Germany", "DE"], "Europe/Berlin"),
    (&["India", "IN"], "Asia/Kolkata"),
    (&["Ireland", "IE"], "Europe/Dublin"),
    (&["Italy", "IT"], "Europe/Rome"),
    (&["Japan", "JP"], "Asia/Tokyo"),
    (&["Jordan", "JO"], "Asia/Amman"),
    (&["Kenya", "KE"], "Africa/Nairobi"),
    (&["Korea", "KR"], "Asia/Seoul"),
    (&["Norway", "NO"], "Europe/Oslo"),
    (&["Panama", "PA"], "America/Panama"),
    (&["Philippines", "PH"], "Asia/Manila"),
    (&["Poland", "PL"], "Europe/Warsaw"),
    (&["Romania", "RO"], "Europe/Bucharest"),
    (&["United Kingdom", "UK", "GB"], "Europe/London"),
];

/// Countries of several zones are judged by a state alone.
const STATES: &[(&[&str], &str)] = &[
    (
        &[
            "NY",
            "New York",
            "NC",
            "North Carolina",
            "MA",
            "FL",
            "GA",
            "PA",
        ],
        "America/New_York",
    ),
    (
        &[
            "TX",
            "Texas",
            "IL",
            "Illinois",
            "KS",
            "Kansas",
            "MN",
            "Minnesota",
        ],
        "America/Chicago",
    ),
    (&["AZ", "Arizona"], "America/Phoenix"),
    (
        &["CA", "California", "OR", "Oregon", "WA", "Washington"],
        "America/Los_Angeles",
    ),
];

/// The zone of a user.
pub(super) fn of_user(org: &Org, user: &str) -> Option<TimeZone> {
    zone(&org.users.get(user)?["TimeZoneSidKey"])
}

/// The zone of a contact, where the addresses tell.
pub(super) fn of_contact(org: &Org, contact: &str) -> Option<TimeZone> {
    let own = org.contacts.get(contact)?;
    let account = org.account_of(contact);
    let value = |own_name: &str, account_name: &str| {
        let account = account.and_then(|account| account.get(account_name));
        let mut values = own.get(own_name).into_iter().chain(account);
        values.find(|value| !value.is_empty()).cloned()
    };
    let find = |table: &[(&[&str], &str)], wanted: Option<String>| {
        let wanted = wanted?;
        let found = table
            .iter()
            .find(|(names, _)| names.contains(&wanted.as_str()));
        found.and_then(|(_, name)| zone(name))
    };
    find(COUNTRIES, value("MailingCountry", "BillingCountry"))
        .or_else(|| find(STATES, value("MailingState", "BillingState")))
}

fn zone(name: &str) -> Option<TimeZone> {
    jiff::tz::TimeZoneDatabase::bundled().get(name).ok()
}
