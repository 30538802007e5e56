//! The countries and states that an org has codes for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::capabilities::{ListedPlace, Places};
use crate::org::{Describe, PicklistValue};

/// The countries of accounts, each with its states; none where the org has no codes.
pub(super) fn countries(account: Option<&Describe>) -> Vec<ListedPlace> {
    let Some((account, fields)) = account.zip(Places::Codes.of_account()) else {
        return Vec::new();
    };
    let [countries, states] = fields.map(|field| {
        let field = account.field(field);
        field.map_or(&[][..], |field| &field.picklist_values)
    });
    let mut listed: Vec<_> = countries.iter().map(place).collect();
    for state in states.iter().filter(|state| state.active) {
        // A state names its countries by where they stand in their list.
        for number in valid_for(state) {
            if let Some(country) = listed.get_mut(number) {
                country.states.push(place(state));
            }
        }
    }
    let listed = countries.iter().zip(listed);
    let active = listed.filter(|(country, _)| country.active);
    active.map(|(_, listed)| listed).collect()
}

fn place(value: &PicklistValue) -> ListedPlace {
    ListedPlace {
        code: value.value.clone(),
        name: value.label.clone().unwrap_or_default(),
        states: Vec::new(),
    }
}

/// The numbers of the values, in the list that this one depends on, that it goes with.
fn valid_for(value: &PicklistValue) -> Vec<usize> {
    let bits = value.valid_for.as_deref();
    let bits = bits.and_then(|bits| STANDARD.decode(bits).ok());
    let bits = bits.unwrap_or_default();
    let is_set = |number: &usize| bits[number / 8] & (0x80 >> (number % 8)) != 0;
    (0..bits.len() * 8).filter(is_set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_country() {
        let check = |bits: Option<&str>, expect: &[usize]| {
            let value = PicklistValue {
                active: true,
                default_value: false,
                label: None,
                value: "WA".to_owned(),
                valid_for: bits.map(str::to_owned),
            };
            assert_eq!(valid_for(&value), expect, "{bits:?}");
        };
        check(None, &[]);
        check(Some("not base64!"), &[]);
        check(Some("gAA="), &[0]);
        check(Some("ABA="), &[11]);
        check(Some("gBA="), &[0, 11]);
    }
}
