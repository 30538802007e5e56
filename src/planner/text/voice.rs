//! Who speaks in the texts of one deal, of whom and of what.

use std::borrow::Cow;
use std::cell::OnceCell;

use compact_str::CompactString;

use super::super::Situation;
use super::super::people::{People, contact};
use super::bank::{self, Ware};
use super::facts::{self, Facts};
use super::project::own_words;
use super::slots::Slot;
use super::spoken::{LONGEST_NAME, shortened};
use super::{Lexicon, recipe};
use crate::draw::{Dice, RootDraw, fnv1a};
use crate::model::day::Day;
use crate::model::id::UserId;
use crate::model::inventory::{Inventory, Opportunity};
use crate::model::person::Person;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// What the texts of one deal have in common.
pub(in crate::planner) struct Voice {
    /// The opportunity's name, what is left of it without the account's, and what is sold.
    pub(super) deal: String,
    pub(super) project: String,
    pub(in crate::planner) product: String,
    pub(super) account: String,
    /// Our own company.
    pub(in crate::planner) seller: String,
    /// The customer's people, by place in the cast.
    pub(super) cast: Vec<Option<Someone>>,
    /// The places of the economic buyer and of the champion.
    pub(super) buyer: Option<usize>,
    pub(super) champion: Option<usize>,
    /// Ours: the owners of the past and of what is to come, and who comes along.
    pub(super) ours: Vec<(UserId, Someone)>,
    pub(super) shape: Shape,
    pub(super) bank: &'static str,
    /// The day that the story leads up to.
    pub(super) base: Day,
    /// The deal's own draw.
    pub(super) seed: u64,
    /// The hash of what all texts of the deal depend on.
    pub(super) hash: u64,
    /// And those of the names that only some of them speak of.
    pub(super) names: [(Slot, u64); recipe::NAMES],
    ware: OnceCell<Ware>,
    facts: OnceCell<Facts>,
}

/// Somebody who writes, is written to or is spoken of.
#[derive(Debug, Clone, Default)]
pub(super) struct Someone {
    pub(super) full: CompactString,
    /// How they are addressed.
    pub(super) first: CompactString,
    pub(super) email: CompactString,
    /// The hash of the names. A message that was sent is not sent anew because an address changes.
    pub(super) hash: u64,
}

impl Someone {
    fn new(full: CompactString, first: CompactString, email: &str) -> Self {
        Self {
            hash: recipe::mix(fnv1a(full.as_bytes()), fnv1a(first.as_bytes())),
            full,
            first,
            email: email.into(),
        }
    }

    /// As in the header of a message.
    pub(super) fn mailbox(&self) -> Cow<'_, str> {
        if self.email.is_empty() {
            Cow::Borrowed(&self.full)
        } else {
            Cow::Owned(format!("{} <{}>", self.full, self.email))
        }
    }
}

impl Voice {
    pub(in crate::planner) fn new(
        situation: &Situation,
        (opportunity, made): (&Opportunity, &People),
        pins: &Pins,
    ) -> Self {
        let Situation {
            inventory,
            seed,
            manifest,
            anchor,
            ..
        } = *situation;
        let account = opportunity
            .account
            .and_then(|id| inventory.accounts.get(&id));
        // A deal without an account is spoken of by its own name.
        let account = account.map_or(opportunity.name.as_str(), |account| &account.name);
        // An account that takes another name leaves its deals what they were about.
        let was = pins.account.as_deref().unwrap_or(account);
        let project = match opportunity.account {
            Some(_) => own_words(&opportunity.name, was),
            None => &opportunity.name,
        };
        let [deal, account, project] = [&opportunity.name, account, project]
            .map(|name| shortened(name, LONGEST_NAME).into_owned());
        let seed = RootDraw::new(seed, &opportunity.story_key)
            .at("text")
            .seed(0);
        let products = &manifest.seller.products;
        let product = match products.len() {
            0 => project.clone(),
            many => products[Dice::of(seed, "product").below(many)].clone(),
        };
        let place = |role: &str| pins.cast.iter().position(|part| part.role == role);
        let cast = pins.cast.iter();
        let owners = [pins.owner, pins.next_owner]
            .into_iter()
            .chain(pins.colleague);
        let mut voice = Self {
            seller: seller(situation),
            bank: bank::of_industry(pins.industry.as_deref()),
            deal,
            project,
            product,
            account,
            cast: cast
                .map(|part| someone((inventory, made), opportunity, part.person?))
                .collect(),
            buyer: place("economic_buyer"),
            champion: place("champion"),
            ours: owners.map(|id| (id, one_of_ours(inventory, id))).collect(),
            shape: pins.shape,
            base: pins.ends.base(anchor).day(),
            seed,
            hash: 0,
            names: [(Slot::Deal, 0); recipe::NAMES],
            ware: OnceCell::new(),
            facts: OnceCell::new(),
        };
        voice.hash = recipe::of_deal(&voice, situation, pins);
        voice.names = recipe::names(&voice, manifest);
        voice
    }

    pub(super) fn facts(&self, lexicon: &Lexicon, situation: &Situation) -> &Facts {
        self.facts.get_or_init(|| {
            let seller = &situation.manifest.seller;
            Facts::draw(facts::Source {
                grammar: &lexicon.grammar,
                seed: self.seed,
                bank: self.bank,
                ware: self.ware(),
                competitors: &seller.competitors,
                value_points: &seller.value_points,
                base: self.base,
            })
        })
    }

    /// What is sold, as far as texts differ by it.
    pub(super) fn ware(&self) -> Ware {
        let Self {
            project, product, ..
        } = self;
        *self
            .ware
            .get_or_init(|| bank::ware(&format!("{project} {product}")))
    }

    /// Somebody of the cast, by place.
    pub(super) fn at(&self, place: Option<usize>) -> Option<&Someone> {
        self.cast.get(place?)?.as_ref()
    }

    pub(super) fn owner(&self, id: UserId) -> &Someone {
        let found = self.ours.iter().find(|(of, _)| *of == id);
        &found.unwrap_or(&self.ours[0]).1
    }
}

/// Our own company: as the manifest names it, or else as the org does.
pub(in crate::planner) fn seller(situation: &Situation) -> String {
    let named = situation.manifest.seller.company.as_deref();
    let name = named.unwrap_or(&situation.inventory.organization);
    match name.trim() {
        "" => "our team".to_owned(),
        name => shortened(name, LONGEST_NAME).into_owned(),
    }
}

fn someone(
    (inventory, made): (&Inventory, &People),
    opportunity: &Opportunity,
    person: Person,
) -> Option<Someone> {
    let contact = contact(inventory, made, (opportunity.account?, person))?;
    let first = contact.first_name.as_ref().unwrap_or(&contact.last_name);
    let email = contact.email.as_deref().unwrap_or_default();
    Some(Someone::new(contact.full_name(), first.clone(), email))
}

fn one_of_ours(inventory: &Inventory, id: UserId) -> Someone {
    let Some(user) = inventory.users.get(&id) else {
        return Someone::default();
    };
    let first = user.name.split_whitespace().next().unwrap_or_default();
    // Where no address was read the username has the form of one.
    let email = user.email.as_deref().unwrap_or(&user.username);
    Someone::new(user.name.as_str().into(), first.into(), email)
}
