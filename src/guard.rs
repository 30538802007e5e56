//! Guards: what a plan may do, and what it is refused for. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::listing::{counted, some_of};
use crate::model::change::{Action, Counts};
use crate::model::object::Object;

/// What the options and the manifest allow.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    /// Of `Create`, `Update` and `Delete`: what `--allow` names, all of them unless it is given.
    pub(crate) actions: BTreeSet<Action>,
    pub(crate) max_destroy: Option<MaxDestroy>,
    pub(crate) accept_vanished: bool,
}

/// `--max-destroy`: so many records, or such a share of what is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxDestroy {
    Records(u64),
    Percent(u64),
}

/// What is to be judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) counts: Counts,
    /// By kind: how many are recorded, and how many of these were gone.
    pub(crate) recorded: BTreeMap<Object, u64>,
    pub(crate) vanished: BTreeMap<Object, u64>,
    /// The plan is to take everything away, so nothing of that is a surprise.
    pub(crate) destroying: bool,
    /// Nothing is selected, although records are managed.
    pub(crate) selection_empty: bool,
    /// The last run was another user's.
    pub(crate) other_user: Option<(String, String)>,
    /// Megabytes of data storage that are left, where the org tells.
    pub(crate) storage_left_mb: Option<i64>,
    /// The org is a production org that the manifest does not name.
    pub(crate) production: Option<String>,
    /// Owners whose calendars would take future meetings or invitations further.
    pub(crate) synchronised: Vec<String>,
}

/// Why a plan is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    /// What lifts it.
    pub(crate) lift: String,
}

/// A kind is suspicious when more of it has gone than this.
const VANISHED_PERCENT: u64 = 20;

/// So few may go without being suspicious, however few there are: somebody tidied up.
const VANISHED_AT_LEAST: u64 = 5;

/// Almost every record takes two kilobytes of data storage.
const RECORDS_PER_MB: i64 = 512;

/// All that speaks against the plan; nothing does where the list is empty.
pub(crate) fn refusals(facts: &Facts, allowed: &Allowed) -> Vec<Refusal> {
    [
        production(facts),
        vanished(facts, allowed),
        selection(facts),
        not_allowed(facts, allowed),
        destroyed(facts, allowed),
        storage(facts),
        synchronised(facts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn production(facts: &Facts) -> Option<Refusal> {
    let org = facts.production.as_ref()?;
    (facts.counts.writes() > 0).then(|| unnamed_production(org))
}

/// Nothing is written to a production org that the manifest does not name.
pub(crate) fn unnamed_production(org: &str) -> Refusal {
    Refusal {
        why: format!("{org} is a production org, and the manifest does not name it"),
        lift: format!(
            "write `allow_production: [{org}]` under `salesforce` if demo data belongs there"
        ),
    }
}

fn synchronised(facts: &Facts) -> Option<Refusal> {
    if facts.synchronised.is_empty() {
        return None;
    }
    let names = some_of(&facts.synchronised);
    Some(Refusal {
        why: format!(
            "the calendars of {names} are synchronised with the org, so future meetings would appear in them, and invitations reach their guests"
        ),
        lift: "write `calendar_sync: accepted` under `salesforce` if they may; or leave such meetings out with `activity.future_days: 0`".to_owned(),
    })
}

fn vanished(facts: &Facts, allowed: &Allowed) -> Option<Refusal> {
    // A destroy would forget what it does not see, and leave it in the org for good.
    if allowed.accept_vanished {
        return None;
    }
    let lift = "`--accept-vanished` goes on all the same".to_owned();
    // What lends us fields is not ours to miss.
    let mut ours = facts
        .vanished
        .iter()
        .filter(|(object, _)| !object.is_loan());
    let gone = ours.find_map(|(object, gone)| {
        let recorded = facts.recorded.get(object).copied().unwrap_or(0);
        let many = *gone >= VANISHED_AT_LEAST && gone * 100 > recorded * VANISHED_PERCENT;
        many.then_some((object, *gone, recorded))
    });
    let (object, gone, recorded) = gone?;
    let whose = match &facts.other_user {
        Some((before, now)) => {
            format!(" (the last run was {before}'s, this one is {now}'s, who may not see all)")
        }
        None => String::new(),
    };
    let (one, many) = object.facts().label;
    let kinds = counted(recorded, one, many);
    Some(Refusal {
        why: format!("{gone} of {kinds} have vanished from the org{whose}"),
        lift,
    })
}

fn selection(facts: &Facts) -> Option<Refusal> {
    (facts.selection_empty && !facts.destroying && facts.counts.destroy > 0).then(|| Refusal {
        why: format!(
            "the manifest selects no opportunity any more, so all {} records would go",
            facts.counts.destroy
        ),
        lift: "check `salesforce.query`, or run `demo-gen destroy` if that is meant".to_owned(),
    })
}

fn not_allowed(facts: &Facts, allowed: &Allowed) -> Option<Refusal> {
    let Counts {
        add,
        change,
        destroy,
        ..
    } = facts.counts;
    let wanted = [
        (Action::Create, add, "create"),
        (Action::Update, change, "update"),
        (Action::Delete, destroy, "delete"),
    ];
    let refused =
        |(action, count, _): &&(Action, u64, &str)| *count > 0 && !allowed.actions.contains(action);
    let (_, count, word) = wanted.iter().find(refused)?;
    Some(Refusal {
        why: format!("the plan would {word} {count} records, which `--allow` does not name"),
        lift: format!("add `{word}` to `--allow`, or leave the option out"),
    })
}

fn destroyed(facts: &Facts, allowed: &Allowed) -> Option<Refusal> {
    let ours = facts
        .recorded
        .iter()
        .filter(|(object, _)| !object.is_loan());
    let total: u64 = ours.map(|(_, count)| count).sum();
    let limit = match allowed.max_destroy? {
        MaxDestroy::Records(records) => records,
        MaxDestroy::Percent(percent) => total * percent / 100,
    };
    let destroy = facts.counts.destroy;
    (destroy > limit).then(|| Refusal {
        why: format!("the plan would destroy {destroy} of {total} managed records, more than --max-destroy allows ({limit})"),
        lift: "raise `--max-destroy`, or leave it out".to_owned(),
    })
}

fn storage(facts: &Facts) -> Option<Refusal> {
    let grows = facts.counts.add as i64 - facts.counts.destroy as i64;
    let left = facts.storage_left_mb? * RECORDS_PER_MB;
    (grows > left).then(|| Refusal {
        why: format!(
            "the plan adds {grows} records, and the org has data storage left for about {left}"
        ),
        lift: "select fewer opportunities, or lower the counts under `activity`".to_owned(),
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Default for Allowed {
    fn default() -> Self {
        Self {
            actions: BTreeSet::from([Action::Create, Action::Update, Action::Delete]),
            max_destroy: None,
            accept_vanished: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Allowed, Facts, MaxDestroy, refusals};
    use crate::model::change::{Action, Counts};
    use crate::model::object::Object;

    fn facts() -> Facts {
        Facts {
            counts: Counts {
                add: 10,
                change: 5,
                destroy: 30,
                ..Counts::default()
            },
            recorded: BTreeMap::from([(Object::Event, 60), (Object::Task, 40)]),
            ..Facts::default()
        }
    }

    fn check(facts: &Facts, allowed: &Allowed, expect: &[&str]) {
        let why: Vec<_> = refusals(facts, allowed)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(why, expect);
    }

    #[test]
    fn an_ordinary_plan_passes() {
        check(&facts(), &Allowed::default(), &[]);
    }

    #[test]
    fn more_than_a_fifth_gone_is_suspicious() {
        let gone = |count| Facts {
            vanished: BTreeMap::from([(Object::Task, count)]),
            ..facts()
        };
        check(&gone(8), &Allowed::default(), &[]);
        check(
            &gone(9),
            &Allowed::default(),
            &["9 of 40 tasks have vanished from the org"],
        );
        check(
            &gone(9),
            &Allowed {
                accept_vanished: true,
                ..Allowed::default()
            },
            &[],
        );
        let few = |gone| Facts {
            recorded: BTreeMap::from([(Object::Task, 5)]),
            vanished: BTreeMap::from([(Object::Task, gone)]),
            ..facts()
        };
        check(&few(4), &Allowed::default(), &[]);
        check(
            &few(5),
            &Allowed::default(),
            &["5 of 5 tasks have vanished from the org"],
        );
        check(
            &Facts {
                destroying: true,
                ..gone(40)
            },
            &Allowed::default(),
            &["40 of 40 tasks have vanished from the org"],
        );
    }

    #[test]
    fn options_bound_what_goes() {
        for (limit, refused) in [
            (MaxDestroy::Records(29), true),
            (MaxDestroy::Records(30), false),
            (MaxDestroy::Percent(29), true),
            (MaxDestroy::Percent(30), false),
        ] {
            let allowed = Allowed {
                max_destroy: Some(limit),
                ..Allowed::default()
            };
            assert_eq!(
                !refusals(&facts(), &allowed).is_empty(),
                refused,
                "{limit:?}"
            );
        }
        let allowed = Allowed {
            actions: BTreeSet::from([Action::Create, Action::Update]),
            ..Allowed::default()
        };
        check(
            &facts(),
            &allowed,
            &["the plan would delete 30 records, which `--allow` does not name"],
        );
    }

    #[test]
    fn an_empty_selection_is_not_a_destroy() {
        let empty = Facts {
            selection_empty: true,
            ..facts()
        };
        assert_eq!(refusals(&empty, &Allowed::default()).len(), 1);
        let meant = Facts {
            destroying: true,
            ..empty
        };
        check(&meant, &Allowed::default(), &[]);
    }

    #[test]
    fn the_org_must_have_room() {
        let full = |left| {
            let counts = Counts {
                add: 2000,
                ..Counts::default()
            };
            Facts {
                storage_left_mb: Some(left),
                counts,
                ..facts()
            }
        };
        check(&full(4), &Allowed::default(), &[]);
        assert_eq!(refusals(&full(3), &Allowed::default()).len(), 1);
    }
}
