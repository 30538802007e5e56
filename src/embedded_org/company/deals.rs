//! The opportunities of the sample company, and who is involved in them.

use super::{Fields, date, morning, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::session::Session;

struct Deal {
    account: usize,
    owner: usize,
    name: &'static str,
    stage: &'static str,
    amount: f64,
    kind: &'static str,
    /// How many days ago it was created, and in how many it closes.
    created: i64,
    closes: i64,
}

const NEW: &str = "New Business";
const EXISTING: &str = "Existing Business";

const DEALS: &[Deal] = &[
    deal(0, 3, "Halvorsen Group - Analytics Platform", EXISTING).at(
        "Negotiation/Review",
        412_000.0,
        128,
        12,
    ),
    deal(0, 3, "Halvorsen Group - Support Renewal", EXISTING).at("Closed Won", 96_000.0, 110, -9),
    deal(0, 3, "Halvorsen Group - Data Residency Add-on", EXISTING).at(
        "Qualification",
        54_000.0,
        27,
        68,
    ),
    deal(1, 3, "Halvorsen Precision - Shop Floor Pilot", NEW).at(
        "Needs Analysis",
        78_000.0,
        41,
        47,
    ),
    deal(1, 3, "Halvorsen Precision - Quality Module", NEW).at("Prospecting", 45_000.0, 20, 75),
    deal(2, 4, "Halvorsen Marine - Fleet Insights", EXISTING).at(
        "Proposal/Price Quote",
        185_000.0,
        92,
        21,
    ),
    deal(2, 4, "Halvorsen Marine - Crew Scheduling", EXISTING).at(
        "Closed Lost",
        67_000.0,
        140,
        -18,
    ),
    deal(3, 3, "Brightwater Health - Patient Flow Suite", EXISTING).at(
        "Perception Analysis",
        530_000.0,
        118,
        33,
    ),
    deal(3, 3, "Brightwater Health - Compliance Workspace", EXISTING).at(
        "Value Proposition",
        148_000.0,
        63,
        40,
    ),
    deal(3, 3, "Brightwater Health - Training Package", EXISTING).at(
        "Closed Won",
        38_000.0,
        97,
        -14,
    ),
    deal(4, 4, "Cascadia Outfitters - Loyalty Platform", NEW).at(
        "Id. Decision Makers",
        224_000.0,
        84,
        29,
    ),
    deal(4, 4, "Cascadia Outfitters - Store Rollout", NEW).at("Qualification", 310_000.0, 33, 82),
    deal(5, 4, "Solano Robotics - Engineering Cloud", EXISTING).at(
        "Negotiation/Review",
        267_000.0,
        134,
        8,
    ),
    deal(5, 4, "Solano Robotics - Field Service Add-on", EXISTING).at(
        "Needs Analysis",
        59_000.0,
        38,
        54,
    ),
    deal(5, 4, "Solano Robotics - Security Bundle", EXISTING).at("Closed Won", 121_000.0, 150, -5),
    deal(6, 5, "Pemberton & Rowe - Claims Automation", EXISTING).at(
        "Proposal/Price Quote",
        445_000.0,
        125,
        18,
    ),
    deal(6, 5, "Pemberton & Rowe - Broker Portal", EXISTING).at(
        "Value Proposition",
        172_000.0,
        58,
        44,
    ),
    deal(6, 5, "Pemberton & Rowe - Archive Migration", EXISTING).at(
        "Closed Lost",
        83_000.0,
        116,
        -22,
    ),
    deal(7, 5, "Thistledown Foods - Traceability", NEW).at(
        "Perception Analysis",
        139_000.0,
        76,
        26,
    ),
    deal(7, 5, "Thistledown Foods - Demand Planning", NEW).at("Prospecting", 91_000.0, 22, 88),
    deal(8, 6, "Rheintal Energie - Grid Analytics", EXISTING).at(
        "Id. Decision Makers",
        610_000.0,
        131,
        36,
    ),
    deal(8, 6, "Rheintal Energie - Meter Data Hub", EXISTING).at(
        "Needs Analysis",
        228_000.0,
        52,
        61,
    ),
    deal(8, 6, "Rheintal Energie - License Renewal", EXISTING).at(
        "Closed Won",
        205_000.0,
        104,
        -11,
    ),
    deal(9, 6, "Falkenhagen Logistik - Route Planning", NEW).at(
        "Value Proposition",
        162_000.0,
        69,
        31,
    ),
    deal(9, 6, "Falkenhagen Logistik - Warehouse Pilot", NEW).at("Qualification", 74_000.0, 30, 72),
    deal(10, 7, "Aozora Components - Quality Suite", EXISTING).at(
        "Proposal/Price Quote",
        298_000.0,
        107,
        15,
    ),
    deal(10, 7, "Aozora Components - Supplier Portal", EXISTING).at(
        "Prospecting",
        118_000.0,
        24,
        79,
    ),
    deal(11, 7, "Minato Capital - Research Workspace", NEW).at(
        "Negotiation/Review",
        156_000.0,
        89,
        10,
    ),
    deal(11, 7, "Minato Capital - Data Feeds", NEW).at("Closed Lost", 49_000.0, 122, -16),
    deal(12, 8, "Granite Peak Education - District Rollout", EXISTING).at(
        "Id. Decision Makers",
        87_000.0,
        95,
        24,
    ),
];

const fn deal(account: usize, owner: usize, name: &'static str, kind: &'static str) -> Deal {
    Deal {
        account,
        owner,
        name,
        stage: "",
        amount: 0.0,
        kind,
        created: 0,
        closes: 0,
    }
}

impl Deal {
    const fn at(self, stage: &'static str, amount: f64, created: i64, closes: i64) -> Self {
        Self {
            stage,
            amount,
            created,
            closes,
            ..self
        }
    }
}

/// The deal that the people of the company keep out of demos, where the org has the field for it.
const OMITTED: &str = "Halvorsen Group - Data Residency Add-on";

/// Who is involved: the deal's place, the contact's, the role, and whether it is the primary one.
const ROLES: &[(usize, usize, &str, bool)] = &[
    (0, 0, "Economic Buyer", true),
    (0, 2, "Technical Buyer", false),
    (0, 4, "Other", false),
    (5, 8, "Decision Maker", true),
    (5, 9, "Evaluator", false),
    (7, 11, "Executive Sponsor", true),
    (7, 12, "Technical Buyer", false),
    (7, 13, "Economic Buyer", false),
    (10, 15, "Executive Sponsor", true),
    (10, 16, "Business User", false),
    (12, 18, "Economic Buyer", true),
    (12, 20, "Technical Buyer", false),
    (15, 22, "Decision Maker", true),
    (15, 23, "Technical Buyer", false),
    (20, 29, "Economic Decision Maker", true),
    (20, 30, "Business User", false),
    (23, 33, "Decision Maker", true),
    (25, 36, "Economic Buyer", true),
    (25, 37, "Evaluator", false),
    (27, 39, "Decision Maker", true),
];

/// Adds the opportunities and gives their ids.
pub(super) fn add(
    session: &Session<'_>,
    users: &[String],
    accounts: &[String],
) -> Result<Vec<String>, ApiError> {
    let can_omit = session
        .schema
        .known("Opportunity")
        .field("Omitted_from_Demo__c")
        .is_some();
    let sources = ["Web", "Partner Referral", "Phone Inquiry", ""];
    let mut ids = Vec::new();
    for (deal, source) in DEALS.iter().zip(sources.iter().cycle()) {
        let mut fields = vec![
            ("Name", text(deal.name)),
            ("AccountId", text(&accounts[deal.account])),
            ("OwnerId", text(&users[deal.owner])),
            ("StageName", text(deal.stage)),
            ("Amount", deal.amount.into()),
            ("Type", text(deal.kind)),
            ("LeadSource", text(source)),
            ("CloseDate", date(session, deal.closes)),
            ("CreatedDate", morning(session, -deal.created)),
        ];
        if can_omit && deal.name == OMITTED {
            fields.push(("Omitted_from_Demo__c", true.into()));
        }
        ids.push(super::add(session, "Opportunity", &fields)?);
    }
    Ok(ids)
}

/// Adds the contact roles.
pub(super) fn add_contact_roles(
    session: &Session<'_>,
    deals: &[String],
    contacts: &[String],
) -> Result<(), ApiError> {
    for (deal, contact, role, is_primary) in ROLES {
        let fields: Fields<'_> = &[
            ("OpportunityId", text(&deals[*deal])),
            ("ContactId", text(&contacts[*contact])),
            ("Role", text(role)),
            ("IsPrimary", (*is_primary).into()),
            ("CreatedDate", morning(session, -DEALS[*deal].created + 1)),
        ];
        super::add(session, "OpportunityContactRole", fields)?;
    }
    Ok(())
}
