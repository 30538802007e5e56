//! The accounts of the sample company, and the people who work there.

use super::{Fields, add, morning, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::session::Session;

struct Account {
    name: &'static str,
    domain: &'static str,
    industry: &'static str,
    kind: &'static str,
    city: &'static str,
    country: &'static str,
    employees: i64,
    /// In millions.
    revenue: f64,
    /// The owner's place among the users.
    owner: usize,
    parent: Option<usize>,
}

const CUSTOMER: &str = "Customer - Direct";
const PROSPECT: &str = "Prospect";

const ACCOUNTS: &[Account] = &[
    account(
        "Halvorsen Group",
        "halvorsen.example",
        "Manufacturing",
        CUSTOMER,
    )
    .at("Minneapolis", "United States", 18_400, 4_200.0, 3),
    account(
        "Halvorsen Precision",
        "halvorsen-precision.example",
        "Machinery",
        PROSPECT,
    )
    .at("Dayton", "United States", 2_100, 510.0, 3)
    .under(0),
    account(
        "Halvorsen Marine",
        "halvorsen-marine.example",
        "Transportation",
        CUSTOMER,
    )
    .at("Seattle", "United States", 3_250, 780.0, 4)
    .under(0),
    account(
        "Brightwater Health",
        "brightwater-health.example",
        "Healthcare",
        CUSTOMER,
    )
    .at("Boston", "United States", 9_600, 2_300.0, 3),
    account(
        "Cascadia Outfitters",
        "cascadia-outfitters.example",
        "Retail",
        PROSPECT,
    )
    .at("Portland", "United States", 4_100, 890.0, 4),
    account(
        "Solano Robotics",
        "solano-robotics.example",
        "Electronics",
        CUSTOMER,
    )
    .at("San Jose", "United States", 1_350, 340.0, 4),
    account(
        "Pemberton & Rowe",
        "pemberton-rowe.example",
        "Insurance",
        CUSTOMER,
    )
    .at("London", "United Kingdom", 6_700, 1_900.0, 5),
    account(
        "Thistledown Foods",
        "thistledown.example",
        "Food & Beverage",
        PROSPECT,
    )
    .at("Edinburgh", "United Kingdom", 2_900, 620.0, 5),
    account(
        "Rheintal Energie",
        "rheintal-energie.example",
        "Energy",
        CUSTOMER,
    )
    .at("Köln", "Germany", 7_800, 3_100.0, 6),
    account(
        "Falkenhagen Logistik",
        "falkenhagen.example",
        "Shipping",
        PROSPECT,
    )
    .at("Hamburg", "Germany", 5_200, 1_150.0, 6),
    account(
        "Aozora Components",
        "aozora-components.example",
        "Electronics",
        CUSTOMER,
    )
    .at("Osaka", "Japan", 11_300, 2_750.0, 7),
    account(
        "Minato Capital Partners",
        "minato-capital.example",
        "Finance",
        PROSPECT,
    )
    .at("Tokyo", "Japan", 820, 410.0, 7),
    account(
        "Granite Peak Education",
        "granitepeak.example",
        "Education",
        CUSTOMER,
    )
    .at("Denver", "United States", 1_700, 145.0, 8),
];

const fn account(
    name: &'static str,
    domain: &'static str,
    industry: &'static str,
    kind: &'static str,
) -> Account {
    Account {
        name,
        domain,
        industry,
        kind,
        city: "",
        country: "",
        employees: 0,
        revenue: 0.0,
        owner: 0,
        parent: None,
    }
}

impl Account {
    const fn at(
        self,
        city: &'static str,
        country: &'static str,
        employees: i64,
        revenue: f64,
        owner: usize,
    ) -> Self {
        Self {
            city,
            country,
            employees,
            revenue,
            owner,
            ..self
        }
    }

    const fn under(self, parent: usize) -> Self {
        Self {
            parent: Some(parent),
            ..self
        }
    }
}

/// A person: the account's place, first and last name, title, department.
type Person = (
    usize,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CONTACTS: &[Person] = &[
    (0, "Ingrid", "Halvorsen", "CFO", "Finance"),
    (0, "Desmond", "Achterberg", "VP, Operations", "Operations"),
    (
        0,
        "Lorena",
        "Whitcombe",
        "Director, IT Infrastructure",
        "Information Technology",
    ),
    (
        0,
        "Sanjay",
        "Mukhopadhyay",
        "Procurement Manager",
        "Procurement",
    ),
    (0, "Beatrix", "Olander", "Legal Counsel", "Legal"),
    (
        1,
        "Garrett",
        "Stonebridge",
        "VP, Engineering",
        "Engineering",
    ),
    (1, "Noor", "Al-Rashid", "Plant Manager", "Operations"),
    (
        1,
        "Willa",
        "Petrakis",
        "Director, Procurement",
        "Procurement",
    ),
    (2, "Anders", "Kjeldsen", "COO", "Operations"),
    (
        2,
        "Priscilla",
        "Vandermeer",
        "Director, Fleet Systems",
        "Information Technology",
    ),
    (
        2,
        "Theo",
        "Marchetti",
        "Systems Analyst",
        "Information Technology",
    ),
    (
        3,
        "Dr. Simone",
        "Abernathy",
        "Chief Medical Information Officer",
        "Clinical Informatics",
    ),
    (3, "Raymond", "Okafor", "CIO", "Information Technology"),
    (3, "Clarissa", "Donahue", "VP, Finance", "Finance"),
    (3, "Miguel", "Santibanez", "Compliance Manager", "Legal"),
    (4, "Juniper", "Hathaway", "CMO", "Marketing"),
    (4, "Felix", "Rasmussen", "Director, E-Commerce", "Digital"),
    (
        4,
        "Odette",
        "Lavigne",
        "Merchandising Manager",
        "Merchandising",
    ),
    (5, "Kenji", "Alvarado", "CEO", "Executive"),
    (5, "Tamsin", "Brockway", "VP, Product", "Product"),
    (
        5,
        "Ravi",
        "Chandrasekhar",
        "Director, Software Engineering",
        "Engineering",
    ),
    (
        5,
        "Paige",
        "Sorensen",
        "Purchasing Specialist",
        "Procurement",
    ),
    (6, "Alistair", "Pemberton", "Managing Director", "Executive"),
    (
        6,
        "Fiona",
        "Castellane",
        "Head of Claims Technology",
        "Information Technology",
    ),
    (6, "Rupert", "Ashdown", "General Counsel", "Legal"),
    (6, "Meera", "Sivakumar", "Finance Director", "Finance"),
    (7, "Callum", "Dunsmore", "CFO", "Finance"),
    (
        7,
        "Eilidh",
        "Macready",
        "Supply Chain Manager",
        "Operations",
    ),
    (
        7,
        "Hugo",
        "Brannigan",
        "IT Manager",
        "Information Technology",
    ),
    (8, "Annelise", "Vogelsang", "CTO", "Technology"),
    (
        8,
        "Matthias",
        "Rohrbach",
        "Director, Grid Operations",
        "Operations",
    ),
    (
        8,
        "Katharina",
        "Dreyfuss",
        "Senior Procurement Manager",
        "Procurement",
    ),
    (
        8,
        "Emil",
        "Haberland",
        "Security Architect",
        "Information Technology",
    ),
    (9, "Svenja", "Falkenhagen", "CEO", "Executive"),
    (9, "Lukas", "Wendelstein", "VP, Logistics", "Operations"),
    (9, "Greta", "Immendorf", "Controller", "Finance"),
    (
        10,
        "Yoshiko",
        "Tanemura",
        "VP, Manufacturing",
        "Manufacturing",
    ),
    (10, "Daichi", "Kuramoto", "Director, Quality", "Quality"),
    (10, "Reiko", "Fujisaki", "Purchasing Manager", "Procurement"),
    (11, "Takumi", "Hoshino", "Partner", "Executive"),
    (11, "Emi", "Shirakawa", "Head of Operations", "Operations"),
    (12, "Winifred", "Galloway", "Superintendent", "Executive"),
    (
        12,
        "Omar",
        "Benedetti",
        "Director, Technology",
        "Information Technology",
    ),
];

/// Adds the accounts and gives their ids.
pub(super) fn add_accounts(
    session: &Session<'_>,
    users: &[String],
) -> Result<Vec<String>, ApiError> {
    let mut ids: Vec<String> = Vec::new();
    for (index, account) in (0_i64..).zip(ACCOUNTS) {
        let parent = account.parent.map_or("", |parent| ids[parent].as_str());
        let fields: Fields<'_> = &[
            ("Name", text(account.name)),
            ("Type", text(account.kind)),
            ("Industry", text(account.industry)),
            ("ParentId", text(parent)),
            ("BillingCity", text(account.city)),
            ("BillingCountry", text(account.country)),
            ("Website", text(&format!("https://www.{}", account.domain))),
            ("NumberOfEmployees", account.employees.into()),
            ("AnnualRevenue", (account.revenue * 1e6).into()),
            ("OwnerId", text(&users[account.owner])),
            ("CreatedDate", morning(session, -380 + index * 3)),
        ];
        ids.push(add(session, "Account", fields)?);
    }
    Ok(ids)
}

/// Adds the contacts and gives their ids, each with the place of its account.
pub(super) fn add_contacts(
    session: &Session<'_>,
    accounts: &[String],
) -> Result<Vec<String>, ApiError> {
    let mut ids = Vec::new();
    for (index, (account, first, last, title, department)) in (0_i64..).zip(CONTACTS) {
        let given = first.trim_start_matches("Dr. ");
        let domain = ACCOUNTS[*account].domain;
        let email = format!("{given}.{last}@{domain}").to_lowercase();
        let owner: String = session
            .db
            .prepare_cached("SELECT OwnerId FROM Account WHERE Id = ?1")?
            .query_row([&accounts[*account]], |row| row.get(0))?;
        let fields: Fields<'_> = &[
            ("AccountId", text(&accounts[*account])),
            ("Salutation", text(if given == *first { "" } else { "Dr." })),
            ("FirstName", text(given)),
            ("LastName", text(last)),
            ("Title", text(title)),
            ("Department", text(department)),
            ("Email", text(&email)),
            ("OwnerId", text(&owner)),
            ("CreatedDate", morning(session, -340 + index * 4)),
        ];
        ids.push(add(session, "Contact", fields)?);
    }
    Ok(ids)
}
