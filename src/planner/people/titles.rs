//! Titles: which role somebody's title speaks for, and what we call people whom we make.

use compact_str::{CompactString, format_compact};

use crate::draw::Draw;
use crate::manifest::Role;
use crate::model::inventory::Contact;

/// Words of a title that speak for a role, the surest first.
const TITLES: &[(Role, &[&str])] = &[
    (
        Role::EconomicBuyer,
        &[
            "cfo",
            "chief financial",
            "ceo",
            "chief executive",
            "finance",
            "president",
            "svp",
            "vp",
            "vice president",
            "chief",
        ],
    ),
    (
        Role::Champion,
        &["director", "head of", "manager", "lead", "vp"],
    ),
    (
        Role::TechnicalEvaluator,
        &[
            "architect",
            "engineer",
            "cto",
            "it ",
            "technology",
            "technical",
            "systems",
            "security",
            "data",
        ],
    ),
    (
        Role::DecisionMaker,
        &["ceo", "president", "coo", "chief", "svp", "vp", "director"],
    ),
    (
        Role::Procurement,
        &["procurement", "purchasing", "sourcing", "buyer", "vendor"],
    ),
    (
        Role::Legal,
        &["legal", "counsel", "contracts", "compliance"],
    ),
    (
        Role::EndUser,
        &[
            "analyst",
            "specialist",
            "coordinator",
            "associate",
            "representative",
            "manager",
        ],
    ),
    (
        Role::ExecutiveSponsor,
        &["chief", "ceo", "coo", "president", "svp", "vp"],
    ),
    (
        Role::Influencer,
        &["director", "manager", "consultant", "analyst"],
    ),
];

/// Words of a title that make an executive, from a director upwards: what People.ai counts as such.
const EXECUTIVE: &[&str] = &[
    "chief",
    "president",
    "director",
    "head",
    "vp",
    "svp",
    "evp",
    "avp",
    "ceo",
    "cfo",
    "coo",
    "cto",
    "cio",
    "ciso",
    "cmo",
    "cro",
    "chro",
    "cpo",
    "founder",
    "owner",
];

/// What a title says of each role, in the order of the table.
pub(super) struct Title([Option<usize>; TITLES.len()]);

impl Title {
    pub(super) fn of(title: Option<&str>) -> Self {
        // In lower case, every word before a space.
        let title = title.unwrap_or_default().to_lowercase() + " ";
        let title = title.replace([',', '/', '(', ')'], " ");
        let words = title.match_indices(' ').map(|(at, _)| at + 1);
        let words = [0].into_iter().chain(words);
        let words: Vec<&[u8]> = words.map(|at| &title.as_bytes()[at..]).collect();
        let begins = |word: &&str| words.iter().any(|from| from.starts_with(word.as_bytes()));
        let fitness = |(_, words): &(Role, &[&str])| words.iter().position(begins);
        Self(std::array::from_fn(|place| fitness(&TITLES[place])))
    }

    /// 0 for the surest title of the role; nothing for one that does not speak for it.
    pub(super) fn fitness(&self, role: Role) -> Option<usize> {
        let place = TITLES.iter().position(|(of, _)| *of == role)?;
        self.0[place]
    }

    /// Whether it speaks for no role at all, so that its holder may play any.
    pub(super) fn says_nothing(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// Director or above, by the words of the title.
pub(in crate::planner) fn is_executive(contact: &Contact) -> bool {
    let title = contact.title.as_deref().unwrap_or_default();
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty());
    words.any(|word| {
        EXECUTIVE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// A title for a role: what stands before and behind the area, and the department.
struct Pattern {
    before: &'static str,
    behind: &'static str,
    area: Area,
}

/// What a title is about.
#[derive(Clone, Copy)]
enum Area {
    /// What the account's industry does.
    Business,
    /// Nothing beside the title; the people of this department bear it.
    Of(&'static str),
}

const fn business(before: &'static str, behind: &'static str) -> Pattern {
    let area = Area::Business;
    Pattern {
        before,
        behind,
        area,
    }
}

const fn of(department: &'static str, title: &'static str) -> Pattern {
    Pattern {
        before: title,
        behind: "",
        area: Area::Of(department),
    }
}

/// The titles that people of each role bear. Each speaks for its role, and is an executive's only
/// where the role is.
const PATTERNS: &[(Role, &[Pattern])] = &[
    (
        Role::Champion,
        &[
            business("Senior Manager, ", ""),
            business("", " Program Manager"),
            business("", " Lead"),
            business("Group Manager, ", ""),
        ],
    ),
    (
        Role::EconomicBuyer,
        &[
            of("Finance", "Chief Financial Officer"),
            of("Finance", "VP Finance"),
            of("Finance", "SVP Finance and Planning"),
            of("Finance", "Vice President, Corporate Finance"),
        ],
    ),
    (
        Role::TechnicalEvaluator,
        &[
            of("Information Technology", "Enterprise Architect"),
            of("Information Technology", "IT Systems Manager"),
            of("Information Technology", "Lead Solutions Architect"),
            of("Information Technology", "Principal Engineer, Integrations"),
            of("Information Technology", "Data Platform Engineer"),
            of("Information Security", "Security Architect"),
        ],
    ),
    (
        Role::DecisionMaker,
        &[
            business("Director of ", ""),
            business("VP ", ""),
            business("Vice President, ", ""),
            business("Senior Director, ", ""),
        ],
    ),
    (
        Role::Procurement,
        &[
            of("Procurement", "Procurement Manager"),
            of("Procurement", "Strategic Sourcing Manager"),
            of("Procurement", "Senior Buyer, Technology"),
            of("Procurement", "Vendor Management Lead"),
        ],
    ),
    (
        Role::Legal,
        &[
            of("Legal", "Senior Legal Counsel"),
            of("Legal", "Commercial Counsel"),
            of("Legal", "Contracts Manager"),
            of("Legal", "Compliance Officer"),
        ],
    ),
    (
        Role::EndUser,
        &[
            business("", " Analyst"),
            business("", " Specialist"),
            business("", " Coordinator"),
            business("Senior ", " Analyst"),
        ],
    ),
    (
        Role::ExecutiveSponsor,
        &[
            of("Executive", "Chief Operating Officer"),
            of("Executive", "Chief Revenue Officer"),
            of("Executive", "Chief Transformation Officer"),
            of("Executive", "President"),
        ],
    ),
    (
        Role::Influencer,
        &[
            business("Manager, ", ""),
            business("Senior Manager, ", ""),
            business("", " Consultant"),
        ],
    ),
];

/// What companies of an industry do, by words of the industry's name; the last goes for any.
const AREAS: &[(&[&str], &[&str])] = &[
    (
        &["bank", "financ", "insur"],
        &[
            "Risk Operations",
            "Retail Banking",
            "Claims Operations",
            "Client Services",
        ],
    ),
    (
        &["health", "biotech", "pharma"],
        &[
            "Clinical Operations",
            "Patient Services",
            "Regulatory Affairs",
            "Care Programs",
        ],
    ),
    (
        &[
            "manufact",
            "machin",
            "chemic",
            "electron",
            "engineer",
            "apparel",
            "construct",
        ],
        &[
            "Plant Operations",
            "Supply Chain",
            "Quality",
            "Field Service",
        ],
    ),
    (
        &["energy", "utilit", "environ", "agricult"],
        &[
            "Grid Operations",
            "Asset Management",
            "Field Operations",
            "Sustainability",
        ],
    ),
    (
        &[
            "retail",
            "food",
            "hospital",
            "recreat",
            "entertain",
            "media",
        ],
        &[
            "Store Operations",
            "Merchandising",
            "Guest Experience",
            "Digital Commerce",
        ],
    ),
    (
        &["tech", "software", "telecom", "communic"],
        &[
            "Revenue Operations",
            "Customer Success",
            "Product Operations",
            "Sales Enablement",
        ],
    ),
    (
        &["transport", "shipping", "logist"],
        &[
            "Logistics",
            "Fleet Operations",
            "Network Planning",
            "Terminal Operations",
        ],
    ),
    (
        &["educat", "govern", "not for profit", "consult"],
        &[
            "Program Delivery",
            "Public Services",
            "Member Services",
            "Operations",
        ],
    ),
    (
        &[""],
        &[
            "Operations",
            "Business Systems",
            "Customer Experience",
            "Strategic Programs",
        ],
    ),
];

/// The title and the department of somebody whom we make.
pub(super) fn title(
    role: Role,
    industry: Option<&str>,
    draw: &Draw,
    from: usize,
) -> (CompactString, CompactString) {
    let (_, patterns) = PATTERNS
        .iter()
        .find(|(of, _)| *of == role)
        .expect("there are titles for every role");
    let industry = industry.unwrap_or_default().to_lowercase();
    let is_of =
        |(words, _): &&(&[&str], &[&'static str])| words.iter().any(|word| industry.contains(word));
    let (_, areas) = AREAS.iter().find(is_of).expect("the last goes for any");
    let Pattern {
        before,
        behind,
        area,
    } = draw.pick(from, patterns);
    match area {
        Area::Of(department) => ((*before).into(), (*department).into()),
        Area::Business => {
            let area = *draw.pick(from + 1, areas);
            (format_compact!("{before}{area}{behind}"), area.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::committee::EXECUTIVE_ROLES;
    use super::{PATTERNS, Title, is_executive, title};
    use crate::draw::RootDraw;
    use crate::model::inventory::Contact;

    fn contact(title: &str) -> Contact {
        Contact {
            last_name: "Person".into(),
            title: Some(title.into()),
            ..Contact::default()
        }
    }

    #[test]
    fn titles_of_ours_speak_for_their_roles() {
        for (role, _) in PATTERNS {
            for industry in [
                None,
                Some("Banking"),
                Some("Healthcare"),
                Some("Technology"),
                Some("Zoo"),
            ] {
                for number in 0..40 {
                    let draw = RootDraw::new(number, "account").at("contact/01");
                    let (title, department) = title(*role, industry, &draw, 0);
                    assert!(
                        Title::of(Some(&title)).fitness(*role).is_some(),
                        "{role} {title}"
                    );
                    assert!(!department.is_empty() && title.len() <= 128 && department.len() <= 80);
                    let is_senior = EXECUTIVE_ROLES.contains(&role.as_str());
                    assert_eq!(is_executive(&contact(&title)), is_senior, "{title}");
                }
            }
        }
    }

    #[test]
    fn executives_are_told_by_their_titles() {
        let check = |title, expect| assert_eq!(is_executive(&contact(title)), expect, "{title}");
        check("SVP, Procurement", true);
        check("VP Finance", true);
        check("Director of Operations", true);
        check("Chief Data Officer", true);
        check("Head of IT", true);
        check("Data Analyst", false);
        check("Sales Manager", false);
        check("Executive Assistant", false);
        check("", false);
    }

    #[test]
    fn some_titles_say_nothing() {
        assert!(Title::of(None).says_nothing());
        assert!(Title::of(Some("Clerk")).says_nothing());
        assert!(!Title::of(Some("Director, Operations")).says_nothing());
    }
}
