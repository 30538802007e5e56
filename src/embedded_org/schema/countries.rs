//! State and Country/Territory picklists: the places that an address can be in, by code and by name.

use base64::Engine as _;
use serde_json::{Value, json};

/// A country or territory, or a state or province of one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) states: &'static [Self],
}

/// The addresses that have codes: the sObject, and what the names of the fields start with.
pub(crate) const ADDRESSES: &[(&str, &str)] = &[
    ("Account", "Billing"),
    ("Account", "Shipping"),
    ("Contact", "Mailing"),
    ("Contact", "Other"),
    ("Lead", ""),
];

/// As in a new org, most countries have no states.
pub(crate) const COUNTRIES: &[Place] = &[
    Place {
        states: AUSTRALIAN,
        ..Place::of("AU", "Australia")
    },
    Place {
        states: CANADIAN,
        ..Place::of("CA", "Canada")
    },
    Place::of("CH", "Switzerland"),
    Place::of("DE", "Germany"),
    Place::of("ES", "Spain"),
    Place::of("FR", "France"),
    Place::of("GB", "United Kingdom"),
    Place::of("JP", "Japan"),
    Place::of("NL", "Netherlands"),
    Place::of("SE", "Sweden"),
    Place::of("SG", "Singapore"),
    Place {
        states: AMERICAN,
        ..Place::of("US", "United States")
    },
];

/// The notation of the fields that an address has besides its texts.
pub(super) fn lines(prefix: &str) -> [String; 2] {
    let line = |part: &str, label: &str| {
        let label = format!("{prefix} {label}");
        format!(
            "{prefix}{part} | picklist 10 | CUN | label {}",
            label.trim()
        )
    };
    [
        line("CountryCode", "Country Code"),
        line("StateCode", "State/Province Code"),
    ]
}

/// What describe tells of a field of codes; nothing of any other.
pub(super) fn described(field: &str) -> Option<Value> {
    if let Some(prefix) = field.strip_suffix("StateCode") {
        let states = COUNTRIES.iter().enumerate().flat_map(|(index, country)| {
            let states = country.states.iter();
            states.map(move |state| state.offered(&json!(valid_for(index))))
        });
        return Some(json!({
            "controllerName": format!("{prefix}CountryCode"),
            "dependentPicklist": true,
            "picklistValues": states.collect::<Vec<_>>(),
            "restrictedPicklist": true,
        }));
    }
    field.ends_with("CountryCode").then(|| {
        let countries = COUNTRIES.iter();
        let countries = countries.map(|country| country.offered(&Value::Null));
        json!({
            "picklistValues": countries.collect::<Vec<_>>(),
            "restrictedPicklist": true,
        })
    })
}

/// A bit for each country, of which the one is set.
fn valid_for(country: usize) -> String {
    let mut bits = vec![0_u8; COUNTRIES.len().div_ceil(8)];
    bits[country / 8] = 0x80 >> (country % 8);
    base64::engine::general_purpose::STANDARD.encode(bits)
}

impl Place {
    const fn of(code: &'static str, name: &'static str) -> Self {
        Self {
            code,
            name,
            states: &[],
        }
    }

    fn offered(&self, valid_for: &Value) -> Value {
        json!({
            "active": true,
            "defaultValue": false,
            "label": self.name,
            "validFor": valid_for,
            "value": self.code,
        })
    }
}

const AMERICAN: &[Place] = &[
    Place::of("AL", "Alabama"),
    Place::of("AK", "Alaska"),
    Place::of("AZ", "Arizona"),
    Place::of("AR", "Arkansas"),
    Place::of("CA", "California"),
    Place::of("CO", "Colorado"),
    Place::of("CT", "Connecticut"),
    Place::of("DE", "Delaware"),
    Place::of("DC", "District of Columbia"),
    Place::of("FL", "Florida"),
    Place::of("GA", "Georgia"),
    Place::of("HI", "Hawaii"),
    Place::of("ID", "Idaho"),
    Place::of("IL", "Illinois"),
    Place::of("IN", "Indiana"),
    Place::of("IA", "Iowa"),
    Place::of("KS", "Kansas"),
    Place::of("KY", "Kentucky"),
    Place::of("LA", "Louisiana"),
    Place::of("ME", "Maine"),
    Place::of("MD", "Maryland"),
    Place::of("MA", "Massachusetts"),
    Place::of("MI", "Michigan"),
    Place::of("MN", "Minnesota"),
    Place::of("MS", "Mississippi"),
    Place::of("MO", "Missouri"),
    Place::of("MT", "Montana"),
    Place::of("NE", "Nebraska"),
    Place::of("NV", "Nevada"),
    Place::of("NH", "New Hampshire"),
    Place::of("NJ", "New Jersey"),
    Place::of("NM", "New Mexico"),
    Place::of("NY", "New York"),
    Place::of("NC", "North Carolina"),
    Place::of("ND", "North Dakota"),
    Place::of("OH", "Ohio"),
    Place::of("OK", "Oklahoma"),
    Place::of("OR", "Oregon"),
    Place::of("PA", "Pennsylvania"),
    Place::of("RI", "Rhode Island"),
    Place::of("SC", "South Carolina"),
    Place::of("SD", "South Dakota"),
    Place::of("TN", "Tennessee"),
    Place::of("TX", "Texas"),
    Place::of("UT", "Utah"),
    Place::of("VT", "Vermont"),
    Place::of("VA", "Virginia"),
    Place::of("WA", "Washington"),
    Place::of("WV", "West Virginia"),
    Place::of("WI", "Wisconsin"),
    Place::of("WY", "Wyoming"),
];

const AUSTRALIAN: &[Place] = &[
    Place::of("NSW", "New South Wales"),
    Place::of("QLD", "Queensland"),
    Place::of("SA", "South Australia"),
    Place::of("TAS", "Tasmania"),
    Place::of("VIC", "Victoria"),
    Place::of("WA", "Western Australia"),
];

const CANADIAN: &[Place] = &[
    Place::of("AB", "Alberta"),
    Place::of("BC", "British Columbia"),
    Place::of("MB", "Manitoba"),
    Place::of("NB", "New Brunswick"),
    Place::of("NL", "Newfoundland and Labrador"),
    Place::of("NS", "Nova Scotia"),
    Place::of("ON", "Ontario"),
    Place::of("PE", "Prince Edward Island"),
    Place::of("QC", "Quebec"),
    Place::of("SK", "Saskatchewan"),
];
