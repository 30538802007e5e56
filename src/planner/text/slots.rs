//! Slots: what a template can speak of, and the conditions under which it may be chosen.
//!
//! Both are bits of one mask: a condition is a slot that prints nothing.

use std::borrow::Cow;

use super::super::evidence::Asks;
use super::super::timeline::topic::Topic;
use crate::draw::fnv1a;

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident = $name:literal,)*) => {
        /// What a template can speak of, or ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::planner) enum Slot {
            $($(#[$doc])* $slot,)*
        }

        impl Slot {
            /// All of them, in the order of the enum, as the grammar names them.
            const NAMED: &[(&str, Self)] = &[$(($name, Self::$slot),)*];
        }
    };
}

slots! {
    /// The opportunity's name.
    Deal = "deal",
    /// The opportunity's name without the account's in it.
    Project = "project",
    /// What is sold: one of the seller's products, or else as the project is called.
    Product = "product",
    Account = "account",
    /// Our own company.
    Seller = "seller",
    /// Who holds a meeting, or writes or gets a message, on our side.
    Owner = "owner",
    /// The same by first name, in lists of who does what; where nobody is known, our company.
    Ours = "ours",
    /// The first name of who writes.
    Me = "me",
    /// The first name of who is written to.
    You = "you",
    /// Whom a meeting or call is with, or the account's team.
    They = "they",
    /// The same, in lists of who does what: also where a message is written to them.
    Who = "who",
    /// Whom it is with, by full name, or the account's team.
    Whom = "whom",
    /// The full name of whom a meeting, call or message is with.
    Full = "full",
    /// Somebody else on the customer's side who takes part.
    Other = "other",
    /// The economic buyer and the champion, where the step is evidence of them.
    Buyer = "buyer",
    Champion = "champion",
    /// Whom the customer's side of a message is, as who writes would say it: I, or you.
    I = "i",
    /// The same, as the object of a sentence: me, or you.
    Myself = "self",
    /// The day of the step, and of the meeting that a message belongs to.
    Day = "day",
    Meeting = "meeting",
    /// The day of an earlier meeting.
    Earlier = "earlier",
    /// The customer, as who writes would say it: they, their, them; you, your; we, our, us.
    We = "we",
    Our = "our",
    Us = "us",
    /// The same of us: `{v}` would send `{vs}` offer.
    Vendor = "v",
    Vendors = "vs",

    /// What goes wrong today: a clause, a noun phrase, and whom it hurts.
    Pain = "pain",
    Pains = "pains",
    Hurt = "hurt",
    /// A number, where it stands, where it should be, and when.
    Metric = "metric",
    From = "from",
    To = "to",
    By = "by",
    /// How the work is done today.
    Tool = "tool",
    System = "system",
    System2 = "system2",
    Team = "team",
    Team2 = "team2",
    Initiative = "initiative",
    /// Something with a date that forces a choice.
    Event = "event",
    EventDay = "event_day",
    Criterion1 = "crit1",
    Criterion2 = "crit2",
    Criterion3 = "crit3",
    /// Another vendor, why they are looked at, and what speaks for them.
    Rival = "rival",
    RivalFor = "rival_for",
    RivalLiked = "rival_liked",
    Offers = "offers",
    Budget = "budget",
    /// What it takes to pay for more than the first phase.
    Rest = "rest",
    Size = "size",
    Value = "value",
    /// The way to a decision: who checks, who approves, how long it takes, how often they meet, and
    /// how long the last one took.
    Check = "check",
    Board = "board",
    Cycle = "cycle",
    Rhythm = "rhythm",
    LastTime = "last_time",
    /// When it has paid back, as planned and with half of the effect.
    Payback = "payback",
    PaybackHalf = "payback_half",
    /// What the pain costs whom it hurts, and for how much longer without us.
    Toll = "toll",
    Delay = "delay",
    Often = "often",
    /// How long the paperwork takes, and of it the contract and the supplier record.
    Papers = "papers",
    Legal = "legal",
    Supplier = "supplier",
    /// The customer's projects, and the place of this one among them.
    Projects = "projects",
    Rank = "rank",
    /// What the customer puts into it.
    Effort = "effort",
    Helpers = "helpers",
    Share = "share",
    /// The evaluation: its length, who takes part, and what they think of it.
    Trial = "trial",
    Testers = "testers",
    InFavor = "in_favor",
    Against = "against",
    /// How many begin, and for how long we look after them.
    Starters = "starters",
    Care = "care",

    /// What the user calls an element of their own.
    Label = "label",

    /// What a thread says: its question, the answer, and what is made of it.
    Ask = "ask",
    Answer = "answer",
    Wrap = "wrap",

    /// Conditions.
    AtRisk = "at_risk",
    Stalled = "stalled",
    Won = "won",
    Lost = "lost",
    LostToRival = "lost_to_rival",
    Opening = "opening",
    Discovery = "discovery",
    Evaluation = "evaluation",
    Proposal = "proposal",
    Closing = "closing",
    /// What is sold is a thing that is installed, or a contract for service.
    Equipment = "equipment",
    Service = "service",
    /// Neither of the two.
    Software = "software",
    /// The order is signed.
    Signed = "signed",
    /// Whoever writes or gets a message on the customer's side is the one it is evidence of.
    SelfBuyer = "self_buyer",
    SelfChampion = "self_champion",
    /// A message that answers another within hours, or only after days.
    Prompt = "prompt",
    Late = "late",
    /// A message or call of the customer's.
    Inbound = "inbound",
    /// A call: two people who see nothing but each other's words.
    Call = "call",
    /// A colleague of the owner takes part.
    Colleague = "colleague",
    /// Not read by the customer.
    Internal = "internal",

    /// Who was to come to a meeting that did not take place, if the message about it is to somebody
    /// else.
    Absent = "absent",
}

/// How many slots and conditions there are.
pub(super) const SLOTS: usize = Slot::NAMED.len();

impl Slot {
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        found.map(|(_, slot)| *slot)
    }

    pub(super) fn bit(self) -> u128 {
        1 << self as u32
    }

    /// Names that stand as they are written, even where a sentence begins.
    pub(super) fn is_name(self) -> bool {
        matches!(
            self,
            Self::Deal | Self::Project | Self::Product | Self::Account | Self::Seller | Self::Label
        )
    }
}

/// What is in the slots for one text.
pub(super) struct Words<'a> {
    values: [Cow<'a, str>; SLOTS],
    /// The slots that something is known for, and the conditions that hold.
    pub(super) known: u128,
    pub(super) topic: Topic,
    /// What the earlier meeting was about.
    pub(super) earlier: Topic,
    /// The elements to mention, and those of them that are about whom the step is with, as bits.
    pub(super) evidence: u32,
    pub(super) of_main: u32,
    /// The elements of the user's own to mention, by the hash of their key, with what they are
    /// called.
    pub(super) own: Vec<(u64, &'a str)>,
    /// What the wording of facts is chosen by: the deal's draw.
    pub(super) deal: u64,
    /// And the details of what is said of a topic: that draw, the topic and its round.
    pub(super) fixed: u64,
}

impl<'a> Words<'a> {
    pub(super) fn new(topic: Topic) -> Self {
        Self {
            values: std::array::from_fn(|_| Cow::Borrowed("")),
            known: 0,
            topic,
            earlier: topic,
            evidence: 0,
            of_main: 0,
            own: Vec::new(),
            deal: 0,
            fixed: 0,
        }
    }

    /// Fills a slot; an empty text leaves it unknown.
    pub(super) fn set(&mut self, slot: Slot, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        self.hold(slot, !value.is_empty());
        self.values[slot as usize] = value;
    }

    pub(super) fn hold(&mut self, condition: Slot, holds: bool) {
        if holds {
            self.known |= condition.bit();
        } else {
            self.known &= !condition.bit();
        }
    }

    /// Adds an element of the user's own to mention.
    pub(super) fn mention(&mut self, asks: &Asks<'a>) {
        self.hold(Slot::Label, true);
        let name = asks.element.name.as_str();
        self.own.push((fnv1a(asks.key.as_bytes()), name));
    }

    pub(super) fn get(&self, slot: Slot) -> &str {
        &self.values[slot as usize]
    }
}
