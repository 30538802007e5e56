//! The pins of one deal: what its story rests on, decided at its first telling.

use super::super::Situation;
use super::super::owners::{acting, holder};
use super::super::people::{Casting, EXECUTIVE_ROLES, cast, is_executive, makes_people, roles};
use super::places::KICK_OFF_WAIT;
use super::rules::champion;
use super::{Fallen, means, mix};
use crate::draw::RootDraw;
use crate::manifest::Misfit;
use crate::model::day::Day;
use crate::model::id::{RootId, UserId};
use crate::model::inventory::Opportunity;
use crate::model::person::Person;
use crate::model::pins::{Ends, GENERATOR, Grid, Marks, Part, Pins, Segment, Slot};
use crate::model::shape::Shape;

/// A deal that was created so few business days before its story ends has too little room for it:
/// then activities may be dated before the deal. Three weeks, which begin and end on any weekday:
/// from a Saturday to a Saturday they are a day short.
const LEAST_ROOM: i32 = 14;

/// What came of pinning one deal.
pub(super) struct Pinned {
    pub(super) pins: Pins,
    /// Told for the first time, or anew.
    pub(super) is_fresh: bool,
    pub(super) fallen: Option<Fallen>,
    pub(super) misfit: Option<Misfit>,
}

/// The pins of one deal, its slots kept only where they still stand on what they were laid on.
pub(super) fn pin(
    situation: &Situation,
    root: RootId,
    grid: Grid,
    fixed: Option<Shape>,
) -> Option<Pinned> {
    let opportunity = &situation.inventory.opportunities[&root];
    // A deal that was told before there were shapes is told anew.
    let kept = situation
        .pins
        .get(&root)
        .filter(|kept| kept.generator > 0 && !situation.recast.contains(&root));
    // A deal that was told is not left out again because nobody stands in for its owner.
    let next_owner = holder(situation, opportunity).or(kept.map(|kept| kept.next_owner))?;
    match kept {
        Some(kept) => Some(Pinned {
            pins: keep(situation, root, kept, (next_owner, grid)),
            is_fresh: false,
            fallen: None,
            misfit: None,
        }),
        None => Some(tell(situation, root, (next_owner, grid), fixed)),
    }
}

/// Casts a deal whose shape has changed.
pub(super) fn cast_anew(situation: &Situation, root: RootId, pins: &mut Pins) {
    let opportunity = &situation.inventory.opportunities[&root];
    let mut draw = RootDraw::new(situation.seed, &opportunity.story_key);
    pins.cast.clear();
    pins.cast = filled(situation, root, pins, &mut draw);
    pins.executives = executives((situation, opportunity), &pins.cast, None);
    pins.engaged = engaged(pins, 0);
}

/// Whether the story reaches back to before its deal was created.
pub(super) fn predates(situation: &Situation, root: RootId, pins: &Pins) -> bool {
    let opportunity = &situation.inventory.opportunities[&root];
    age(opportunity, pins.ends, situation.anchor) < -i32::from(pins.first)
}

fn tell(
    situation: &Situation,
    root: RootId,
    (owner, grid): (UserId, Grid),
    fixed: Option<Shape>,
) -> Pinned {
    let opportunity = &situation.inventory.opportunities[&root];
    let draws = RootDraw::new(situation.seed, &opportunity.story_key).at("story");
    let ends = ends(opportunity, situation.anchor);
    let age = age(opportunity, ends, situation.anchor);
    let room = if age < LEAST_ROOM {
        grid.past_days
    } else {
        age.min(grid.past_days)
    };
    let mut pins = Pins {
        generator: GENERATOR,
        shape: Shape::New,
        first: -(room as i16),
        owner,
        next_owner: owner,
        // Chosen among all users when all deals are pinned.
        colleague: None,
        segment: segment(opportunity.amount),
        position: position(opportunity, &draws),
        ends,
        closes_in: closes_in(opportunity, ends, situation.anchor),
        cast: Vec::new(),
        executives: 0,
        engaged: 0,
        industry: industry(situation, opportunity),
        account: account_name(situation, opportunity),
        grammar: situation.grammars.newest(),
        grid,
        past: Vec::new(),
        future: Vec::new(),
        held: Marks::default(),
    };
    let mix::Given {
        shape,
        fallen,
        misfit,
    } = mix::shape(situation, root, &pins, (fixed, &draws));
    pins.shape = shape;
    if shape == Shape::Won {
        pins.ends = won(ends, situation.anchor);
    }
    cast_anew(situation, root, &mut pins);
    Pinned {
        pins,
        is_fresh: true,
        fallen,
        misfit,
    }
}

fn keep(
    situation: &Situation,
    root: RootId,
    kept: &Pins,
    (next_owner, grid): (UserId, Grid),
) -> Pins {
    let opportunity = &situation.inventory.opportunities[&root];
    let users = &situation.inventory.users;
    // Who is not active any more still held what was held: only new records go to a stand-in.
    let owner = if users.contains_key(&kept.owner) {
        kept.owner
    } else {
        act(situation, kept.owner).unwrap_or(kept.owner)
    };
    let same_grid = kept.grid == grid;
    let slots = |slots: &Vec<Slot>, same: bool| {
        if same && same_grid {
            slots.clone()
        } else {
            Vec::new()
        }
    };
    let mut draw = RootDraw::new(situation.seed, &opportunity.story_key);
    let cast = filled(situation, root, kept, &mut draw);
    let is_known = |id: &UserId| users.contains_key(id);
    let told = told_bits(kept, &cast);
    let stretched = kept.grid.past_days == -i32::from(kept.first);
    let ends = moved(kept.ends, opportunity, situation);
    let is_reopened = ends == Ends::AtAnchor && kept.ends != Ends::AtAnchor;
    let mut pins = Pins {
        generator: kept.generator,
        shape: kept.shape,
        first: if stretched {
            -(grid.past_days as i16)
        } else {
            kept.first.max(-(grid.past_days as i16))
        },
        owner,
        next_owner,
        colleague: kept.colleague.filter(is_known),
        segment: kept.segment,
        position: kept.position,
        ends,
        closes_in: kept.closes_in,
        executives: executives((situation, opportunity), &cast, Some(kept)),
        engaged: 0,
        industry: kept.industry.clone(),
        account: kept.account.clone(),
        grammar: situation.grammars.kept(kept.grammar),
        cast,
        grid,
        past: slots(&kept.past, kept.owner == owner && !is_reopened),
        future: slots(&kept.future, kept.next_owner == next_owner && !is_reopened),
        held: kept.held,
    };
    // Whoever comes in somebody's place is spoken with as he was.
    let is_new = bits(&pins.cast, |_, part| {
        kept.cast.iter().all(|was| was.role != part.role)
    });
    let is_there = bits(&pins.cast, |_, part| part.person.is_some());
    let may_join = if told & is_there == 0 { !0 } else { is_new };
    pins.engaged = told | engaged(&pins, told) & may_join;
    pins
}

/// Whom the story speaks with already, by their roles: places move when a role is dropped.
fn told_bits(kept: &Pins, cast: &[Part]) -> u32 {
    let was_engaged = |part: &Part| {
        let place = kept.cast.iter().position(|was| was.role == part.role);
        place.is_some_and(|place| kept.engaged >> place & 1 == 1)
    };
    bits(cast, |_, part| was_engaged(part))
}

fn bits(cast: &[Part], is: impl Fn(usize, &Part) -> bool) -> u32 {
    let places = cast.iter().enumerate().take(32);
    places.fold(0, |bits, (place, part)| {
        bits | u32::from(is(place, part)) << place
    })
}

/// Whom the story speaks with: at most as many as its shape has, those already spoken with among
/// them, and nobody who decides where the deal is in danger for want of them. Who sells for us comes
/// first, wherever the manifest names him.
fn engaged(pins: &Pins, told: u32) -> u32 {
    let most = match pins.shape {
        Shape::SingleThreaded => 1,
        Shape::AtRisk | Shape::ChampionLeft | Shape::New => 2,
        Shape::Stalled | Shape::LostToCompetitor | Shape::NoDecision => 3,
        Shape::Accelerating | Shape::Healthy | Shape::Won => 32,
    };
    let played = bits(&pins.cast, |_, part| part.person.is_some());
    let others = played & !pins.executives;
    let preferred = match pins.shape {
        Shape::AtRisk | Shape::SingleThreaded | Shape::ChampionLeft if others != 0 => others,
        _ => played,
    };
    let mut engaged = told;
    for place in champion(&pins.cast).into_iter().chain(0..32) {
        let bit = 1 << place;
        if preferred & bit != 0 && engaged.count_ones() < most {
            engaged |= bit;
        }
    }
    engaged
}

/// The account's industry, which the facts of the deal go by.
fn industry(situation: &Situation, opportunity: &Opportunity) -> Option<String> {
    let account = situation.inventory.accounts.get(&opportunity.account?)?;
    account.industry.clone()
}

/// The account's name, which the opportunity's may begin with.
fn account_name(situation: &Situation, opportunity: &Opportunity) -> Option<String> {
    let account = situation.inventory.accounts.get(&opportunity.account?)?;
    Some(account.name.clone())
}

fn act(situation: &Situation, owner: UserId) -> Option<UserId> {
    let fallback = &situation.manifest.activity.owner_fallback;
    let running_user = situation.capabilities.running_user;
    acting(owner, fallback, running_user, situation.inventory)
}

/// The parts of a deal, filled.
fn filled(situation: &Situation, root: RootId, pins: &Pins, draw: &mut RootDraw) -> Vec<Part> {
    let casting = Casting {
        roles: &roles(
            situation.manifest,
            pins.segment,
            &pins.cast,
            means::people_needed(pins.shape),
        ),
        account: situation.inventory.opportunities[&root].account,
        inventory: situation.inventory,
        root,
        generate: makes_people(situation),
        spares_executives: pins.shape == Shape::ChampionLeft,
    };
    cast(&casting, &pins.cast, draw)
}

/// Which places are held by executives. It is pinned, because titles change.
fn executives(
    (situation, opportunity): (&Situation, &Opportunity),
    cast: &[Part],
    kept: Option<&Pins>,
) -> u32 {
    let contacts = opportunity
        .account
        .and_then(|account| situation.inventory.contacts.get(&account));
    let is_executive = |part: &Part| {
        let was = kept.and_then(|kept| {
            let same = |was: &Part| was.role == part.role && was.person == part.person;
            Some(kept.executives >> kept.cast.iter().position(same)? & 1 == 1)
        });
        if let Some(was) = was {
            return was;
        }
        match part.person {
            Some(Person::Contact(id)) => {
                let contact = contacts.and_then(|contacts| contacts.get(&id));
                contact.is_some_and(is_executive)
            }
            Some(Person::Made(..)) => EXECUTIVE_ROLES.contains(&&*part.role),
            None => false,
        }
    };
    bits(cast, |_, part| is_executive(part))
}

/// A deal that was told as open and has closed stays where it was when the anchor moves on. Opened
/// again, it leads up to the anchor again.
fn moved(ends: Ends, opportunity: &Opportunity, situation: &Situation) -> Ends {
    match (ends, situation.told_at) {
        (Ends::Frozen(_), _) if !opportunity.closed => Ends::AtAnchor,
        (Ends::AtAnchor, Some(told_at)) if opportunity.closed && told_at != situation.anchor => {
            Ends::Frozen(told_at)
        }
        _ => ends,
    }
}

fn ends(opportunity: &Opportunity, anchor: Day) -> Ends {
    if opportunity.closed {
        Ends::Closed(opportunity.close_date.min(anchor))
    } else {
        Ends::AtAnchor
    }
}

/// How many business days are left until an open deal closes, where any are.
fn closes_in(opportunity: &Opportunity, ends: Ends, anchor: Day) -> Option<u16> {
    let left = opportunity.close_date.business().since(ends.base(anchor));
    let is_to_come = !opportunity.closed && left > 0;
    is_to_come.then(|| left.try_into().unwrap_or(u16::MAX))
}

/// With a kick-off, where the deal was won long enough ago: with a day to spare, as somebody may not
/// work on the first.
fn won(ends: Ends, anchor: Day) -> Ends {
    // Within two weeks, and before the anchor.
    const LAST: i32 = 10;
    let after = (anchor.business().since(ends.base(anchor)) - 1).min(LAST);
    match ends {
        Ends::Closed(day) if after > KICK_OFF_WAIT => Ends::Won(day, after as u8),
        _ => ends,
    }
}

/// How many business days the deal has existed when its story ends.
fn age(opportunity: &Opportunity, ends: Ends, anchor: Day) -> i32 {
    let created = Day::from_number((opportunity.created.as_second().div_euclid(86_400)) as i32);
    // A deal that was created on a weekend begins on the Monday after it.
    let begun = created.plus(-1).business().plus(1);
    ends.base(anchor).since(begun)
}

/// How far the deal has come. A lost deal's probability says nothing of it, so it is drawn.
fn position(opportunity: &Opportunity, draws: &crate::draw::Draw) -> u8 {
    if opportunity.is_lost() {
        return 35 + draws.below(mix::POSITION, 45) as u8;
    }
    opportunity.probability.clamp(0.0, 100.0) as u8
}

fn segment(amount: Option<f64>) -> Segment {
    match amount.unwrap_or(0.0) {
        amount if amount < 25_000.0 => Segment::Small,
        amount if amount < 100_000.0 => Segment::Mid,
        amount if amount < 500_000.0 => Segment::Large,
        _ => Segment::Strategic,
    }
}
