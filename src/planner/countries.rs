//! Countries and states in the org's own words: as the manifest has them, or as the codes of the
//! lists that the org picks them from.

use super::calendar::iso_codes;
use crate::manifest::NewAccount;
use crate::model::capabilities::{Capabilities, ListedPlace, Places};

/// Why an account cannot be where the manifest says: the key, what is wrong, and what to do.
pub(super) type Unlisted = (&'static str, String, String);

/// The country and the state of an account that is made, by code or by name in the manifest.
pub(super) fn written(
    capabilities: &Capabilities,
    account: &NewAccount,
) -> Result<[Option<String>; 2], Unlisted> {
    let [country, state] = [&account.country, &account.state];
    if capabilities.places != Places::Codes {
        return Ok([country.clone(), state.clone()]);
    }
    let Some(country) = country else {
        return match state {
            None => Ok([None, None]),
            Some(_) => Err(homeless()),
        };
    };
    let (iso, iso_state) = iso_codes(country, state.as_deref()).unzip();
    let listed = find(&capabilities.countries, country, iso)
        .ok_or_else(|| unlisted("country", &format!("country {country:?}")))?;
    let state = state.as_ref().map(|state| {
        let name = &listed.name;
        find(&listed.states, state, iso_state.flatten())
            .map(|state| state.code.clone())
            .ok_or_else(|| unlisted("state", &format!("state {state:?} of {name}")))
    });
    Ok([Some(listed.code.clone()), state.transpose()?])
}

/// The place of this code or name, or else of the ISO code that the name stands for elsewhere.
fn find<'a>(
    listed: &'a [ListedPlace],
    text: &str,
    iso: Option<&'static str>,
) -> Option<&'a ListedPlace> {
    let text = text.trim().to_lowercase();
    let is_called = |place: &&ListedPlace| {
        let names = [&place.code, &place.name];
        names.iter().any(|name| name.to_lowercase() == text)
    };
    let is_coded = |place: &&ListedPlace| Some(place.code.as_str()) == iso;
    let mut places = listed.iter();
    places
        .find(is_called)
        .or_else(|| listed.iter().find(is_coded))
}

fn unlisted(key: &'static str, what: &str) -> Unlisted {
    (
        key,
        format!("this org's lists have no {what}"),
        "write one by its code or name; Setup shows them under State and Country/Territory Picklists"
            .to_owned(),
    )
}

fn homeless() -> Unlisted {
    (
        "state",
        "in this org a state goes with its country".to_owned(),
        "name the account's `country` too".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str, name: &str, states: Vec<ListedPlace>) -> ListedPlace {
        ListedPlace {
            code: code.to_owned(),
            name: name.to_owned(),
            states,
        }
    }

    /// What an account in this country and state is written with, or the key and the complaint.
    fn written_in(places: Places, country: &str, state: &str) -> String {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let account = NewAccount {
            name: "Acme".to_owned(),
            parent: None,
            website: None,
            industry: None,
            employees: None,
            country: given(country),
            state: given(state),
        };
        let states = vec![
            place("WA", "Washington", Vec::new()),
            place("OH", "Ohio", Vec::new()),
        ];
        let countries = vec![
            place("DE", "Deutschland (BRD)", Vec::new()),
            place("US", "United States", states),
            place("XK", "Kosovo", Vec::new()),
        ];
        let capabilities = Capabilities {
            places,
            countries,
            ..Capabilities::default()
        };
        match written(&capabilities, &account) {
            Ok(places) => places.map(Option::unwrap_or_default).join("/"),
            Err((key, message, _)) => format!("{key}: {message}"),
        }
    }

    #[test]
    fn names_become_codes_where_there_are_codes() {
        let check = |country, state, expect| {
            assert_eq!(written_in(Places::Codes, country, state), expect);
        };
        check("DE", "", "DE/");
        check(" de", "", "DE/");
        check("Germany", "", "DE/");
        check("Allemagne", "", "DE/");
        check("Deutschland (BRD)", "", "DE/");
        check("Kosovo", "", "XK/");
        check("USA", "Ohio", "US/OH");
        check("United States", "wa", "US/WA");
        check("", "", "/");
        check(
            "Atlantis",
            "",
            "country: this org's lists have no country \"Atlantis\"",
        );
        check(
            "Norway",
            "",
            "country: this org's lists have no country \"Norway\"",
        );
        check(
            "US",
            "Texas",
            "state: this org's lists have no state \"Texas\" of United States",
        );
        check(
            "Germany",
            "WA",
            "state: this org's lists have no state \"WA\" of Deutschland (BRD)",
        );
        check("", "OH", "state: in this org a state goes with its country");
    }

    #[test]
    fn elsewhere_what_the_manifest_says_is_written() {
        let check = |country, state, expect| {
            assert_eq!(written_in(Places::Texts, country, state), expect);
        };
        check("DE", "", "DE/");
        check("Atlantis", "Deep Blue", "Atlantis/Deep Blue");
        check("", "Ohio", "/Ohio");
    }
}
