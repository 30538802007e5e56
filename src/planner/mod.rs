//! The planner: from the manifest and the org without us to the records that should be.
//!
//! Pure: no clock, no I/O, and nothing depends on the order in which the org arrived. First all
//! stories are pinned and laid into their owners' calendars ([`Planner::new`]), then each deal
//! is planned on its own ([`Planner::plan`]). It does not know what exists already.

mod accounts;
mod activity;
mod added;
mod calendar;
mod correspondents;
mod countries;
mod deal;
mod desks;
mod evidence;
mod judged;
mod loan;
mod overlaps;
mod owners;
mod people;
mod render;
mod scorecard;
mod shapes;
mod story;
mod text;
mod timeline;
mod told;
mod want;
mod zone;

pub(crate) use calendar::{Calendars, Clashes};
pub(crate) use story::{Fallen, Stories};
pub(crate) use text::Grammars;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::draw::RootDraw;
use crate::manifest::{Manifest, Misfit, Role, template};
use crate::model::address::{Address, Path};
use crate::model::capabilities::Capabilities;
use crate::model::day::Day;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::Inventory;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::pins::Pins;
use crate::model::record::Desired;
use crate::model::told::{Shaped, Told};
use crate::model::value::{Datum, FieldName, Value};

use added::Added;
use deal::Deal;
use desks::Desks;
use evidence::Asked;
use shapes::Shapes;
use story::counts;
use text::{Lexicon, Own, Voice};
use timeline::slots::Dealt;
use timeline::{Source, Timeline};

/// All that a plan depends on.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) capabilities: &'a Capabilities,
    pub(crate) inventory: &'a Inventory,
    /// What earlier applies decided.
    pub(crate) pins: &'a BTreeMap<RootId, Pins>,
    /// Who the people are whom they made, by account.
    pub(crate) people: &'a people::People,
    /// Deals whose pins are to be decided again.
    pub(crate) recast: &'a BTreeSet<RootId>,
    pub(crate) seed: u64,
    /// What "today" means.
    pub(crate) anchor: Day,
    /// What it meant at the last apply.
    pub(crate) told_at: Option<Day>,
    pub(crate) grammars: Grammars,
}

/// The planner with all stories pinned.
pub(crate) struct Planner<'a> {
    situation: Situation<'a>,
    /// The manifest's own words, and those of the versions of the grammar that deals are told with.
    own: Own<'a>,
    lexicons: BTreeMap<u16, Lexicon>,
    desks: Desks<'a>,
    shapes: RefCell<Shapes>,
    added: Added<'a>,
    asked: Asked<'a>,
    /// The story that was told last: many records of one deal are rendered one after the other.
    told: RefCell<Option<Story>>,
    /// What the stories have come to that were planned.
    judged: RefCell<BTreeMap<RootId, judged::Judged>>,
    pub(crate) stories: Stories,
}

/// A deal's story, and the voice of its texts.
type Story = (RootId, Rc<Timeline>, Rc<Voice>);

/// A kind of record and what makes it, in the order of creation. To add one is a file and a line.
const MAKERS: &[fn(&Deal, &mut RootDraw, &mut Vec<Desired>)] = &[
    people::make,
    activity::meetings::make,
    activity::emails::make,
    activity::calls::make,
    activity::todos::make,
    scorecard::make,
    loan::make,
    scorecard::close_plan::make,
];

impl<'a> Planner<'a> {
    /// Pins all stories and lays them into the calendars.
    pub(crate) fn new(situation: Situation<'a>) -> Self {
        let mut stories = story::stories(&situation);
        let desks = Desks::new(&situation, &stories);
        story::settle(&situation, &desks, &mut stories);
        Self {
            desks,
            own: Own::new(situation.manifest),
            lexicons: text::lexicons(&situation, &stories),
            shapes: RefCell::default(),
            added: Added::new(&situation),
            asked: Asked::new(&situation),
            told: RefCell::default(),
            judged: RefCell::default(),
            situation,
            stories,
        }
    }

    /// Adds the records of one root, in no particular order; none for one that is not covered.
    pub(crate) fn plan(&self, root: RootId, records: &mut Vec<Desired>) {
        self.plan_org(root, records);
        if let Some(account) = root.account() {
            self.plan_account(account, records);
            self.lend_account(account, records);
        }
        let Some((timeline, voice)) = self.story(root) else {
            return;
        };
        let deal = self.deal(root, &timeline, &voice);
        self.judged.borrow_mut().insert(root, judged::judged(&deal));
        let mut draw = RootDraw::new(self.situation.seed, &deal.opportunity.story_key);
        for make in MAKERS {
            make(&deal, &mut draw, records);
        }
    }

    /// Adds a record that belongs to no deal, with what the manifest's templates make of it.
    fn add_outside(
        &self,
        records: &mut Vec<Desired>,
        (path, object): (Path, Object),
        speaks_of: &template::Situation,
        mut fields: Vec<(FieldName, Value)>,
    ) {
        added::add_outside(self, (&path, object), speaks_of, &mut fields);
        let mut shapes = self.shapes.borrow_mut();
        shapes.fit(self.situation.capabilities, object, &mut fields);
        records.push(Desired {
            path,
            object,
            lender: None,
            want: want::want(None, object, (&fields, 0)),
            fields,
        });
    }

    /// The fields of one of the root's records as they are sent.
    pub(crate) fn render(&self, root: RootId, record: &Desired) -> Vec<(FieldName, Datum)> {
        let story = self.story(root);
        let deal = story
            .as_ref()
            .map(|(timeline, voice)| self.deal(root, timeline, voice));
        let fields = record.fields.iter();
        fields
            .map(|(name, value)| {
                let value = owners::stand_in(&self.situation, name, value);
                let draft = deal.as_ref().and_then(|deal| {
                    let most = render::longest(deal, record.object, name);
                    text::draft(deal, &value, most)
                });
                let datum = match draft {
                    Some(draft) => Datum::Draft(Box::new(draft)),
                    None => render::datum(name, &value, (deal.as_ref(), record.object)),
                };
                (name.clone(), datum)
            })
            .collect()
    }

    /// What the manifest says and does not fit the org: owners and accounts that it names, stories
    /// that cannot hold, and what came of the templates in what was rendered so far.
    pub(crate) fn misfits(&self) -> Vec<Misfit> {
        let mut misfits = owners::misfits(&self.situation);
        misfits.extend(self.stories.misfits.iter().cloned());
        misfits.extend(self.added.misfits());
        misfits.extend(self.own.misfits());
        misfits.extend(accounts::misfits(&self.situation));
        misfits.extend(loan::misfits(&self.situation));
        misfits
    }

    /// The account that another belongs to once the plan is carried out, by their addresses.
    pub(crate) fn parent_of(&self, account: &Address) -> Option<Address> {
        loan::above(&self.situation, account)
    }

    /// The parts that somebody plays, with what the org calls each; nothing where it has no name.
    pub(crate) fn roles_called(&self) -> BTreeMap<Role, Option<String>> {
        let capabilities = self.situation.capabilities;
        let is_told = |_: &&Pins| capabilities.has(Object::OpportunityContactRole);
        let told = self.stories.pins.values().filter(is_told);
        people::called(&capabilities.contact_roles, told)
    }

    /// The accounts whose people were to have addresses of its own domain, and it has none.
    pub(crate) fn domainless(&self) -> BTreeSet<AccountId> {
        let accounts = self.stories.people.keys().copied();
        people::domainless(&self.situation, &self.stories.labels, accounts)
    }

    /// The shapes of the deals that were planned.
    pub(crate) fn shaped(&self) -> Vec<Shaped> {
        judged::shaped(&self.judged.borrow())
    }

    /// What a deal's story has come to, and all of it in the order of time.
    pub(crate) fn told(&self, root: RootId) -> Option<Told> {
        let (timeline, voice) = self.story(root)?;
        Some(told::told(&self.deal(root, &timeline, &voice)))
    }

    /// What the texts of a deal may say of the elements that they give evidence for, by step.
    #[cfg(test)]
    fn clauses(&self, root: RootId) -> Vec<(Path, String, Vec<String>)> {
        let Some((timeline, voice)) = self.story(root) else {
            return Vec::new();
        };
        let deal = self.deal(root, &timeline, &voice);
        let steps = timeline.steps.iter().enumerate();
        let clauses = steps.flat_map(|(number, step)| {
            let clauses = text::clauses(&deal, number).into_iter();
            clauses.map(|(element, clauses)| (step.path.clone(), element, clauses))
        });
        clauses.collect()
    }

    /// The story of a deal.
    #[cfg(test)]
    fn timeline(&self, root: RootId) -> Option<Rc<Timeline>> {
        self.story(root).map(|(timeline, _)| timeline)
    }

    /// The story of a deal, told once for all that is made and rendered of it in a row.
    fn story(&self, root: RootId) -> Option<(Rc<Timeline>, Rc<Voice>)> {
        if let Some((last, timeline, voice)) = &*self.told.borrow()
            && *last == root
        {
            return Some((Rc::clone(timeline), Rc::clone(voice)));
        }
        let pins = self.stories.pins.get(&root)?;
        let dealt = self.stories.dealt.get(&root)?;
        let (mut timeline, mut draw) = tell(&self.situation, (root, pins), dealt, &self.desks);
        let base = pins.ends.base(self.situation.anchor);
        evidence::plant(&mut timeline, &self.asked, pins, base, &mut draw);
        let timeline = Rc::new(timeline);
        let voice = Rc::new(Voice::new(
            &self.situation,
            (
                &self.situation.inventory.opportunities[&root],
                &self.stories.people,
            ),
            pins,
        ));
        *self.told.borrow_mut() = Some((root, Rc::clone(&timeline), Rc::clone(&voice)));
        Some((timeline, voice))
    }

    fn deal<'d>(&'d self, root: RootId, timeline: &'d Timeline, voice: &'d Voice) -> Deal<'d> {
        Deal {
            root,
            opportunity: &self.situation.inventory.opportunities[&root],
            pins: &self.stories.pins[&root],
            timeline,
            voice,
            planner: self,
        }
    }
}

/// A field of a maker's record.
fn field(name: &'static str, value: Value) -> (FieldName, Value) {
    (Cow::Borrowed(name), value)
}

fn person_or_null(of: Option<Person>) -> Value {
    of.map_or(Value::Null, person)
}

/// One of the customer's people, in a field that names them.
fn person(person: Person) -> Value {
    match person {
        Person::Contact(id) => Value::Id(id.0),
        Person::Made(..) => person.address().map_or(Value::Null, Value::Ref),
    }
}

/// Tells the story of a deal, and hands on the source of its draws.
fn tell(
    situation: &Situation,
    (root, pins): (RootId, &Pins),
    dealt: &[Dealt],
    desks: &Desks,
) -> (Timeline, RootDraw) {
    let opportunity = &situation.inventory.opportunities[&root];
    let theirs = desks.of_cast(opportunity.account, &pins.cast);
    let mut draw = RootDraw::new(situation.seed, &opportunity.story_key);
    let source = Source {
        activity: &situation.manifest.activity,
        pins,
        counts: counts(situation.manifest, pins, &mut draw),
        dealt,
        base: pins.ends.base(situation.anchor),
        ours: [pins.owner, pins.next_owner].map(|id| desks.of_user(id)),
        theirs: &theirs,
    };
    (timeline::tell(source, &mut draw), draw)
}

#[cfg(test)]
mod tests;
