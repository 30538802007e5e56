//! The scope of a run: options narrow what is compared and written, never what is desired.

use std::collections::BTreeSet;

use wildmatch::WildMatch;

use crate::model::address::{Address, Path};
use crate::model::change::{Action, Change};
use crate::model::id::RootId;

/// Which addresses a run may touch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) target: Vec<WildMatch>,
    pub(crate) exclude: Vec<WildMatch>,
}

/// What other roots have to do with the changes of one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    /// What their changes refer to: it is taken along.
    referred_to: BTreeSet<Address>,
    /// What is not made there, so that nothing can refer to it.
    left_out: BTreeSet<Address>,
}

/// The changes of one root, narrowed.
#[derive(Debug)]
pub(crate) struct Narrowed {
    pub(crate) inside: Vec<Change>,
    /// How many lie outside that somebody would want to review.
    pub(crate) outside: u64,
}

impl From<Vec<Change>> for Narrowed {
    fn from(inside: Vec<Change>) -> Self {
        Self { inside, outside: 0 }
    }
}

impl Beside {
    /// Notes what these changes, which are in scope, refer to, and behind what they come. Tells
    /// whether that is news.
    pub(crate) fn refer(&mut self, changes: &[Change]) -> bool {
        let before = self.referred_to.len();
        let refer = changes.iter().flat_map(|change| {
            let root = change.address.root;
            comes_behind(change).filter(move |address| address.root != root)
        });
        self.referred_to.extend(refer);
        self.referred_to.len() > before
    }

    /// Whether the change cannot be made, because what it comes behind is not made.
    fn lacks(&self, change: &Change) -> bool {
        comes_behind(change).any(|address| self.left_out.contains(&address))
    }

    pub(crate) fn leave_out(&mut self, addresses: BTreeSet<Address>) {
        self.left_out.extend(addresses);
    }
}

impl Scope {
    pub(crate) fn new(target: &[String], exclude: &[String]) -> Self {
        let compile = |globs: &[String]| globs.iter().map(|glob| WildMatch::new(glob)).collect();
        Self {
            target: compile(target),
            exclude: compile(exclude),
        }
    }

    /// Whether nothing is left out.
    pub(crate) fn is_everything(&self) -> bool {
        self.target.is_empty() && self.exclude.is_empty()
    }

    /// Whether a target names this root, its opportunity, or one of the paths under it.
    pub(crate) fn targets<'a>(
        &self,
        root: RootId,
        name: &str,
        mut paths: impl Iterator<Item = &'a Path>,
    ) -> bool {
        let hit = |path: &Path| {
            let path = path.clone();
            hits(&self.target, &Address { root, path }, name)
        };
        self.target.is_empty() || paths.any(hit)
    }

    /// What is excluded of what the changes would make or move, so that others cannot come behind it.
    pub(crate) fn excluded(&self, changes: &[Change], name: &str) -> BTreeSet<Address> {
        let made = changes.iter().filter(|change| makes_way(change));
        addresses(made.filter(|change| hits(&self.exclude, &change.address, name)))
    }

    /// The changes of one root that are in scope, in their order. A change takes along what it
    /// refers to; a delete takes along what is part of what goes. What is excluded is never taken
    /// along: a change that cannot be made without it is left out too.
    pub(crate) fn narrow(&self, changes: Vec<Change>, name: &str, beside: &Beside) -> Narrowed {
        if self.is_everything() {
            return changes.into();
        }
        let is_excluded = |change: &&Change| hits(&self.exclude, &change.address, name);
        let excluded: BTreeSet<Address> = addresses(changes.iter().filter(is_excluded));
        let is_chosen = |change: &&Change| {
            self.target.is_empty()
                || hits(&self.target, &change.address, name)
                || beside.referred_to.contains(&change.address)
        };
        let mut chosen = addresses(changes.iter().filter(is_chosen));
        grow(&mut chosen, |chosen| {
            for change in &changes {
                take_along(change, &changes, chosen);
            }
        });
        let mut left_out = excluded;
        grow(&mut left_out, |left_out| {
            let hangs = changes
                .iter()
                .filter(|change| hangs_on(change, &changes, left_out) || beside.lacks(change));
            left_out.append(&mut addresses(hangs));
        });
        let stays = |change: &Change| {
            chosen.contains(&change.address) && !left_out.contains(&change.address)
        };
        let (inside, outside): (Vec<_>, Vec<_>) = changes.into_iter().partition(stays);
        let outside = outside
            .iter()
            .filter(|change| change.action != Action::Record);
        Narrowed {
            inside,
            outside: outside.count() as u64,
        }
    }
}

/// Whether one of the globs names the address, its root, or its opportunity by its name.
fn hits(globs: &[WildMatch], address: &Address, name: &str) -> bool {
    let text = address.to_string();
    let root = address.root.0.as_str();
    let hit = |glob: &WildMatch| glob.matches(&text) || glob.matches(root) || glob.matches(name);
    globs.iter().any(hit)
}

fn addresses<'a>(changes: impl Iterator<Item = &'a Change>) -> BTreeSet<Address> {
    changes.map(|change| change.address.clone()).collect()
}

/// Repeats the step until it adds nothing more.
fn grow(set: &mut BTreeSet<Address>, step: impl Fn(&mut BTreeSet<Address>)) {
    loop {
        let before = set.len();
        step(set);
        if set.len() == before {
            return;
        }
    }
}

fn goes(change: &Change) -> bool {
    matches!(change.action, Action::Delete | Action::Replace)
}

pub(crate) fn references(change: &Change) -> impl Iterator<Item = Address> {
    change
        .fields
        .iter()
        .flat_map(|field| field.after.references())
}

/// What has to be done before the change is: what it refers to is made, and the accounts that come
/// to stand above its own are moved.
fn comes_behind(change: &Change) -> impl Iterator<Item = Address> {
    references(change).chain(change.above.iter().cloned())
}

fn take_along(change: &Change, changes: &[Change], chosen: &mut BTreeSet<Address>) {
    let whole = |whole: &&Change| goes(whole) && is_part(&change.address, &whole.address);
    if goes(change)
        && changes
            .iter()
            .filter(whole)
            .any(|whole| chosen.contains(&whole.address))
    {
        chosen.insert(change.address.clone());
    }
    if chosen.contains(&change.address) {
        chosen.extend(comes_behind(change));
    }
}

/// Whether the change cannot be made while these are left out: what it comes behind is not made or
/// moved, or a part of what goes with it is to stay.
fn hangs_on(change: &Change, changes: &[Change], left_out: &BTreeSet<Address>) -> bool {
    changes
        .iter()
        .filter(|other| left_out.contains(&other.address))
        .any(|other| {
            let waits =
                makes_way(other) && comes_behind(change).any(|address| address == other.address);
            waits || goes(change) && is_part(&other.address, &change.address)
        })
}

/// Whether others can come behind the change: it makes a record, or moves an account.
fn makes_way(change: &Change) -> bool {
    matches!(change.action, Action::Create | Action::Replace) || change.moves_account()
}

fn is_part(child: &Address, parent: &Address) -> bool {
    let rest = child.path.as_str().strip_prefix(parent.path.as_str());
    child.root == parent.root && rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether one of the manifest's globs protects the address from going.
pub(crate) fn is_protected(globs: &[WildMatch], change: &Change) -> bool {
    let address = change.address.to_string();
    goes(change) && globs.iter().any(|glob| glob.matches(&address))
}

#[cfg(test)]
mod tests {
    use super::{Beside, Scope, is_protected};
    use crate::model::address::Address;
    use crate::model::change::{Action, Change, FieldChange, Reason};
    use crate::model::object::Object;
    use crate::model::value::Datum;

    const ROOT: &str = "006DG0000000001YAA";

    fn address(path: &str) -> Address {
        format!("{ROOT}/{path}").parse().unwrap()
    }

    /// `+ meeting/past/01` or `+ scorecard/meddicc/pain -> meeting/past/01`.
    fn change(text: &str) -> Change {
        let (text, refers_to) = text.split_once(" -> ").unwrap_or((text, ""));
        let (symbol, path) = text.split_once(' ').unwrap();
        let actions = [
            Action::Create,
            Action::Update,
            Action::Replace,
            Action::Delete,
        ];
        let reference = |path| FieldChange {
            name: "Reference".into(),
            before: None,
            after: Datum::Ref(address(path)),
        };
        let references = Some(refers_to).filter(|path| !path.is_empty());
        Change {
            address: address(path),
            object: Object::Event,
            action: *actions.iter().find(|a| a.symbol() == symbol).unwrap(),
            reason: Reason::New,
            instead_of: None,
            id: None,
            stamp: None,
            generation: 1,
            account: None,
            want: None,
            fields: references.map(reference).into_iter().collect(),
            held: Vec::new(),
            lent: Vec::new(),
            above: Vec::new(),
            title: String::new(),
            day: None,
        }
    }

    fn check(target: &[&str], exclude: &[&str], changes: &[&str], expect: &[usize]) {
        let own = |globs: &[&str]| -> Vec<String> {
            globs.iter().map(|glob| (*glob).to_owned()).collect()
        };
        let scope = Scope::new(&own(target), &own(exclude));
        let all: Vec<_> = changes.iter().map(|text| change(text)).collect();
        let narrowed = scope.narrow(all.clone(), "Big Deal", &Beside::default());
        let expect: Vec<_> = expect.iter().map(|number| all[*number].clone()).collect();
        let outside = (all.len() - expect.len()) as u64;
        assert_eq!(
            (narrowed.inside, narrowed.outside),
            (expect, outside),
            "{target:?} {exclude:?} {changes:?}"
        );
    }

    const NEW: &[&str] = &[
        "+ meeting/past/01",
        "+ meeting/past/01/attendee/champion -> meeting/past/01",
        "+ thread/01/01",
        "+ scorecard/meddicc",
        "+ scorecard/meddicc/pain -> scorecard/meddicc",
        "~ scorecard/meddicc/champion -> meeting/past/01",
    ];

    #[test]
    fn everything_is_in_scope_unless_something_is_said() {
        check(&[], &[], NEW, &[0, 1, 2, 3, 4, 5]);
        for all in ["*", "Big*", ROOT, "006*/*"] {
            check(&[all], &[], NEW, &[0, 1, 2, 3, 4, 5]);
            check(&[], &[all], NEW, &[]);
        }
        check(&["Small*"], &[], NEW, &[]);
    }

    #[test]
    fn a_target_takes_along_what_it_refers_to() {
        check(&["*/thread/*"], &[], NEW, &[2]);
        check(&["*/attendee/*"], &[], NEW, &[0, 1]);
        check(&["*/scorecard/meddicc/pain"], &[], NEW, &[3, 4]);
        check(&["*/champion"], &[], NEW, &[0, 1, 5]);
    }

    #[test]
    fn what_is_excluded_is_not_taken_along() {
        check(&[], &["*/thread/*"], NEW, &[0, 1, 3, 4, 5]);
        check(&[], &["*/scorecard/*"], NEW, &[0, 1, 2]);
        check(&["*/scorecard/*"], &["*/pain"], NEW, &[0, 3, 5]);
        // Nor is anything made that would have nothing to refer to.
        check(&[], &["*/meeting/past/01"], NEW, &[2, 3, 4]);
    }

    #[test]
    fn what_goes_takes_its_parts_along() {
        let gone = &[
            "- meeting/past/01",
            "- meeting/past/01/attendee/champion",
            "± meeting/past/02",
            "± meeting/past/02/attendee/champion -> meeting/past/02",
            "- meeting/past/010",
        ];
        check(&["*/past/01"], &[], gone, &[0, 1]);
        check(&["*/past/02"], &[], gone, &[2, 3]);
        check(&["*/past/01/*"], &[], gone, &[1]);
        // And it stays where a part is to stay.
        check(&[], &["*/attendee/*"], gone, &[4]);
    }

    #[test]
    fn protected_addresses_neither_go_nor_are_replaced() {
        let globs = [wildmatch::WildMatch::new("*/meeting/*")];
        for (text, expect) in [
            ("- meeting/past/01", true),
            ("± meeting/past/01", true),
            ("~ meeting/past/01", false),
            ("+ meeting/past/01", false),
            ("- thread/01/01", false),
        ] {
            assert_eq!(is_protected(&globs, &change(text)), expect, "{text}");
        }
    }
}
