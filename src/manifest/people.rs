//! `contacts`: the people that we add where an account has too few.

use serde::Serialize;

use super::section::Section;
use super::values::{flag, word};
use crate::model::person::EmailDomain;

/// The people that we add to accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Contacts {
    /// Whether people are made for parts that nobody of the account plays.
    pub(crate) generate: bool,
    pub(crate) email_domain: EmailDomain,
}

const EMAIL_DOMAINS: &[(&str, EmailDomain)] = &[
    ("reserved", EmailDomain::Reserved),
    ("website", EmailDomain::Website),
];

pub(super) fn contacts(mut contacts: Section) -> Contacts {
    Contacts {
        generate: contacts.value("generate", flag).unwrap_or(true),
        email_domain: contacts
            .value("email_domain", word(EMAIL_DOMAINS))
            .unwrap_or(EmailDomain::Reserved),
    }
}
