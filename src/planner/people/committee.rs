//! The buying committee: which parts a deal has, and who of an account plays them where its own
//! contacts do not.

use std::collections::BTreeSet;

use crate::draw::RootDraw;
use crate::manifest::{Manifest, Role};
use crate::model::pins::{Part, Segment};

/// The usual committee, in the order in which its members come in.
const USUAL: [Role; 9] = [
    Role::Champion,
    Role::EconomicBuyer,
    Role::TechnicalEvaluator,
    Role::DecisionMaker,
    Role::EndUser,
    Role::Procurement,
    Role::Legal,
    Role::ExecutiveSponsor,
    Role::Influencer,
];

/// As many people are there for a deal at most.
pub(in crate::planner) const COMMITTEE: usize = USUAL.len();

/// The roles that only executives play.
pub(in crate::planner) const EXECUTIVE_ROLES: [&str; 3] =
    ["economic_buyer", "executive_sponsor", "decision_maker"];

/// The parts of a deal. Larger deals have larger committees; a manifest that names the roles
/// itself has no others. To these come those that its scorecards ask about, and as many as the
/// shape of the story needs at least. A deal that has a cast keeps it: a scorecard that is added
/// later brings in nobody.
pub(in crate::planner) fn roles(
    manifest: &Manifest,
    segment: Segment,
    cast: &[Part],
    least: usize,
) -> Vec<Role> {
    let named = &manifest.activity.participant_roles;
    let is_usual = named[..] == USUAL[..named.len().min(3)] && named.len() == 3;
    let mut roles = named.clone();
    let further = match is_usual {
        true => &USUAL[..size(segment)],
        false => &[],
    };
    let frameworks = manifest.scorecards.templates.iter();
    let elements = frameworks.flat_map(|framework| &framework.elements);
    let asked: BTreeSet<Role> = elements.filter_map(|element| element.about).collect();
    let is_there = |role: &Role| cast.iter().any(|part| part.role == role.as_str());
    let may_be_asked = |role: &Role| cast.is_empty() || is_there(role);
    let asked = USUAL
        .iter()
        .filter(|role| asked.contains(role) && may_be_asked(role));
    let add = |role: &Role, roles: &mut Vec<Role>| {
        if !roles.contains(role) {
            roles.push(*role);
        }
    };
    for role in further.iter().chain(asked) {
        add(role, &mut roles);
    }
    for role in &USUAL {
        if roles.len() < least {
            add(role, &mut roles);
        }
    }
    roles
}

/// How many people take part in a deal that goes well.
fn size(segment: Segment) -> usize {
    match segment {
        Segment::Small => 3,
        Segment::Mid => 5,
        Segment::Large => 7,
        Segment::Strategic => 9,
    }
}

/// A seat at an account, for the people that we make.
struct Seat {
    /// Of its address; other committees count on from it in tens.
    number: u8,
    role: Role,
    /// A company has one of these, whatever it buys.
    one_for_all: bool,
}

/// The seats of an account. Their numbers are parts of addresses, so they never change.
const SEATS: [Seat; 9] = [
    seat(1, Role::Champion, false),
    seat(2, Role::EconomicBuyer, true),
    seat(3, Role::TechnicalEvaluator, false),
    seat(4, Role::DecisionMaker, true),
    seat(5, Role::Procurement, true),
    seat(6, Role::Legal, true),
    seat(7, Role::EndUser, false),
    seat(8, Role::ExecutiveSponsor, true),
    seat(9, Role::Influencer, false),
];

/// How often each of an account's committees is met: most deals are with the first.
const COMMITTEES: [u32; 4] = [4, 2, 1, 1];

const fn seat(number: u8, role: Role, one_for_all: bool) -> Seat {
    Seat {
        number,
        role,
        one_for_all,
    }
}

/// Which of its account's committees a deal is with. It depends on nothing but the deal, so another
/// deal of the account changes nobody.
pub(super) fn committee(draw: &mut RootDraw) -> u8 {
    draw.at("cast/committee").weighted(0, &COMMITTEES) as u8
}

/// The number of the person who plays the role in a deal with this committee.
pub(super) fn number(role: Role, committee: u8) -> u8 {
    let seat = SEATS.iter().find(|seat| seat.role == role);
    let seat = seat.expect("every role has a seat");
    match seat.one_for_all {
        true => seat.number,
        false => seat.number + 10 * committee,
    }
}

/// The role that goes with a number.
pub(super) fn role(number: u8) -> Role {
    let seat = SEATS.iter().find(|seat| seat.number == number % 10);
    seat.map_or(Role::Influencer, |seat| seat.role)
}

#[cfg(test)]
mod tests {
    use super::{COMMITTEES, USUAL, number, role, roles};
    use crate::manifest::{Role, parse};
    use crate::model::pins::Segment;

    fn check(lines: &str, segment: Segment, expect: &[Role]) {
        let yaml = format!("run: {{name: x}}\nsalesforce: {{instance_url: embedded}}\n{lines}");
        let manifest = parse(&yaml, "demo.yaml").unwrap();
        assert_eq!(
            roles(&manifest, segment, &[], 0),
            expect,
            "{lines} {segment:?}"
        );
    }

    #[test]
    fn larger_deals_have_larger_committees() {
        let without = "scorecards: {templates: []}\n";
        check(without, Segment::Small, &USUAL[..3]);
        check("", Segment::Small, &USUAL[..4]);
        check("", Segment::Large, &USUAL[..7]);
        check("", Segment::Strategic, &USUAL);
    }

    #[test]
    fn roles_that_are_named_are_those_that_there_are() {
        let named = "activity: {participant_roles: [legal, champion]}\n";
        let large = [
            Role::Legal,
            Role::Champion,
            Role::EconomicBuyer,
            Role::DecisionMaker,
        ];
        check(named, Segment::Large, &large);
        let without = format!("{named}scorecards: {{templates: []}}\n");
        check(&without, Segment::Large, &large[..2]);
    }

    #[test]
    fn whoever_a_scorecard_asks_about_is_there() {
        let all = "scorecards: {templates: [bant, spiced, champ, meddpicc]}\n";
        let small = [
            &USUAL[..4],
            &[Role::Procurement, Role::ExecutiveSponsor][..],
        ]
        .concat();
        check(all, Segment::Small, &small);
    }

    #[test]
    fn a_number_tells_its_role_whatever_the_committee() {
        for committee in 0..COMMITTEES.len() as u8 {
            for one in USUAL {
                assert_eq!(role(number(one, committee)), one);
            }
        }
    }
}
