//! What an admin of a real org can switch on or off, and what then changes in describe and behaviour.

use std::fmt;

/// Something that one org has and another has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Feature {
    /// Several contacts on one event or task (`EventWhoIds`, `TaskWhoIds`); on unless left out
    SharedActivities,
    /// Emails as records of their own (`EmailMessage`), each with a task; on unless left out
    EnhancedEmail,
    /// Record types on events and tasks
    RecordTypes,
    /// A custom field on events and tasks that every new record must fill
    RequiredField,
    /// Customers that are people: an account and its contact in one
    PersonAccounts,
    /// Deals in several currencies
    MultiCurrency,
    /// Owners whose calendars are synchronised with the org
    CalendarSync,
    /// Countries and states picked from lists, by codes
    CountryPicklists,
    /// Look-alikes of accounts, contacts and leads are held up
    DuplicateRules,
    /// The task of an email outlives it
    EmailTasksStay,
    /// The package ClosePlan (`TSPC__`), deployed to most open deals
    ClosePlan,
}

/// Every feature, with its name on the command line and in the file.
const NAMES: &[(Feature, &str)] = &[
    (Feature::SharedActivities, "shared-activities"),
    (Feature::EnhancedEmail, "enhanced-email"),
    (Feature::RecordTypes, "record-types"),
    (Feature::RequiredField, "required-field"),
    (Feature::PersonAccounts, "person-accounts"),
    (Feature::MultiCurrency, "multi-currency"),
    (Feature::CalendarSync, "calendar-sync"),
    (Feature::CountryPicklists, "country-picklists"),
    (Feature::DuplicateRules, "duplicate-rules"),
    (Feature::EmailTasksStay, "email-tasks-stay"),
    (Feature::ClosePlan, "close-plan"),
];

/// The features of one org.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features(u32);

/// As a new Salesforce org comes: activities are shared, emails are enhanced, and nothing else is on.
impl Default for Features {
    fn default() -> Self {
        Self(0)
            .with(Feature::SharedActivities)
            .with(Feature::EnhancedEmail)
    }
}

impl Features {
    /// The default, with some switched on and others off.
    pub(crate) fn of(on: &[Feature], off: &[Feature]) -> Self {
        let features = on.iter().copied().fold(Self::default(), Self::with);
        off.iter().copied().fold(features, Self::without)
    }

    fn with(self, feature: Feature) -> Self {
        Self(self.0 | 1 << feature as u32)
    }

    fn without(self, feature: Feature) -> Self {
        Self(self.0 & !(1 << feature as u32))
    }

    pub(crate) fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u32) != 0
    }

    /// Reads what [`fmt::Display`] wrote; names that are not known any more are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let named = |name: &str| NAMES.iter().find(|(_, known)| *known == name);
        let features = text.split(',').filter_map(named);
        features.fold(Self(0), |all, (feature, _)| all.with(*feature))
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = NAMES.iter().filter(|(feature, _)| self.has(*feature));
        let names: Vec<_> = on.map(|(_, name)| *name).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::{Feature, Features, NAMES};

    #[test]
    fn the_names_are_those_of_the_command_line() {
        for feature in Feature::value_variants() {
            let value = feature.to_possible_value().unwrap();
            let (_, name) = NAMES.iter().find(|(known, _)| known == feature).unwrap();
            assert_eq!(value.get_name(), *name);
        }
    }

    #[test]
    fn features_survive_being_written() {
        let features = Features::of(&[Feature::RecordTypes], &[Feature::SharedActivities]);
        assert_eq!(features.to_string(), "enhanced-email,record-types");
        assert_eq!(Features::parse("enhanced-email,record-types"), features);
        let by_default = Features::default().to_string();
        assert_eq!(by_default, "shared-activities,enhanced-email");
        assert_eq!(Features::parse("").to_string(), "");
        assert!(features.has(Feature::RecordTypes) && !features.has(Feature::SharedActivities));
    }
}
