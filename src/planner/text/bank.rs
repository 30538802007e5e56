//! Which bank of facts a deal draws on: by the account's industry, and by what is sold.

/// What is sold, as far as the facts differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ware {
    Software,
    /// Things that are installed.
    Equipment,
    /// A contract for service.
    Service,
}

/// Words of industries, as the standard picklist has them or as others spell them, and the bank of
/// each. The first that the industry's name contains counts.
const INDUSTRIES: &[(&str, &str)] = &[
    ("not for profit", "public"),
    ("non-profit", "public"),
    ("bank", "finance"),
    ("financ", "finance"),
    ("insurance", "finance"),
    ("invest", "finance"),
    ("biotech", "health"),
    ("health", "health"),
    ("medic", "health"),
    ("pharma", "health"),
    ("life science", "health"),
    ("hospital ", "health"),
    ("hospitality", "hospitality"),
    ("hotel", "hospitality"),
    ("recreation", "hospitality"),
    ("travel", "hospitality"),
    ("entertainment", "hospitality"),
    ("retail", "retail"),
    ("apparel", "retail"),
    ("fashion", "retail"),
    ("food", "retail"),
    ("commerce", "retail"),
    ("telecom", "telecom"),
    ("communications", "telecom"),
    ("software", "tech"),
    ("technology", "tech"),
    ("internet", "tech"),
    ("energy", "energy"),
    ("utilit", "energy"),
    ("oil", "energy"),
    ("environment", "energy"),
    ("mining", "energy"),
    ("shipping", "transport"),
    ("transport", "transport"),
    ("logistic", "transport"),
    ("education", "public"),
    ("government", "public"),
    ("public", "public"),
    ("consult", "advice"),
    ("marketing", "advice"),
    ("advertis", "advice"),
    ("media", "advice"),
    ("employment", "advice"),
    ("legal", "advice"),
    ("services", "advice"),
    ("agricultur", "making"),
    ("automotive", "making"),
    ("chemical", "making"),
    ("construction", "making"),
    ("electronic", "making"),
    ("engineering", "making"),
    ("machinery", "making"),
    ("manufactur", "making"),
];

/// Words in the name of what is sold. The first that is found counts.
const WARES: &[(&str, Ware)] = &[
    ("platform", Ware::Software),
    ("software", Ware::Software),
    ("cloud", Ware::Software),
    ("suite", Ware::Software),
    ("subscription", Ware::Software),
    ("sla", Ware::Service),
    ("service", Ware::Service),
    ("maintenance", Ware::Service),
    ("support", Ware::Service),
    ("warranty", Ware::Service),
    ("generator", Ware::Equipment),
    ("installation", Ware::Equipment),
    ("equipment", Ware::Equipment),
    ("machine", Ware::Equipment),
    ("turbine", Ware::Equipment),
    ("engine", Ware::Equipment),
    ("pump", Ware::Equipment),
    ("compressor", Ware::Equipment),
    ("boiler", Ware::Equipment),
    ("battery", Ware::Equipment),
    ("vehicle", Ware::Equipment),
    ("truck", Ware::Equipment),
];

/// The bank of an industry; the general one where it says nothing.
pub(super) fn of_industry(industry: Option<&str>) -> &'static str {
    let industry = industry.unwrap_or_default().to_lowercase();
    let found = INDUSTRIES.iter().find(|(word, _)| industry.contains(word));
    found.map_or("general", |(_, bank)| bank)
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let of_industries = INDUSTRIES.iter().map(|(_, bank)| *bank);
    of_industries.chain(["general"])
}

/// What is sold, by its name.
pub(super) fn ware(product: &str) -> Ware {
    let product = product.to_lowercase();
    let words = product.split(|char: char| !char.is_alphanumeric());
    let words: Vec<_> = words.collect();
    let names = |word: &str| {
        let mut words = words.iter();
        words.any(|part| *part == word || part.strip_suffix('s') == Some(word))
    };
    let found = WARES.iter().find(|(word, _)| names(word));
    found.map_or(Ware::Software, |(_, ware)| *ware)
}

#[cfg(test)]
mod tests {
    use super::{Ware, of_industry, ware};

    #[test]
    fn industries_have_their_banks() {
        let check = |industry: &str, expect: &str| {
            assert_eq!(of_industry(Some(industry)), expect, "{industry}");
        };
        check("Banking", "finance");
        check("Biotechnology", "health");
        check("medical", "health");
        check("Hospitality", "hospitality");
        check("Food & Beverage", "retail");
        check("Telecommunications", "telecom");
        check("software", "tech");
        check("Not For Profit", "public");
        check("Other", "general");
        assert_eq!(of_industry(None), "general");
    }

    #[test]
    fn what_is_sold_is_told_by_its_name() {
        let check = |product, expect| assert_eq!(ware(product), expect, "{product}");
        check("Standby Generators", Ware::Equipment);
        check("SLA", Ware::Service);
        check("Customer Support Platform", Ware::Software);
        check("Slalom Planner", Ware::Software);
        check("GTX Plus Basic", Ware::Software);
    }
}
