//! The parts that people play in a deal, and the names that others have for them.

use super::words::words;

words! {
    /// The part that a contact plays in a deal.
    Role {
        Champion = "champion",
        EconomicBuyer = "economic_buyer",
        TechnicalEvaluator = "technical_evaluator",
        DecisionMaker = "decision_maker",
        Procurement = "procurement",
        Legal = "legal",
        EndUser = "end_user",
        ExecutiveSponsor = "executive_sponsor",
        Influencer = "influencer",
    }
}

/// Names for our roles in Salesforce's picklist of contact roles, and in common speech.
const SPELLINGS: &[(&str, Role)] = &[
    ("business_user", Role::EndUser),
    ("economic_decision_maker", Role::EconomicBuyer),
    ("evaluator", Role::TechnicalEvaluator),
    ("exec_sponsor", Role::ExecutiveSponsor),
    ("legal_counsel", Role::Legal),
    ("purchasing", Role::Procurement),
    ("technical_buyer", Role::TechnicalEvaluator),
    ("user", Role::EndUser),
];

impl Role {
    /// The role of this name, in any case, with spaces or hyphens for the underscores.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace([' ', '-'], "_");
        let mut known = Self::WORDS.iter().chain(SPELLINGS);
        known.find(|(word, _)| *word == name).map(|(_, role)| *role)
    }

    /// Every name that is understood.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().chain(SPELLINGS).map(|(word, _)| *word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        let check = |name, expect| assert_eq!(Role::from_name(name), expect, "{name}");
        check("economic_buyer", Some(Role::EconomicBuyer));
        check("Economic Buyer", Some(Role::EconomicBuyer));
        check(" end-user ", Some(Role::EndUser));
        check("Business User", Some(Role::EndUser));
        check("Technical Buyer", Some(Role::TechnicalEvaluator));
        check("chanpion", None);
        check("", None);
    }
}
