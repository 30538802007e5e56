//! The section `stories`: how deals have been going, in shares and one by one.

use serde::{Serialize, Serializer};
use wildmatch::WildMatch;

use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::{decimal, not_among, scalar, text, whole};
use crate::model::shape::Shape;

/// Which shapes deals get.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Stories {
    /// Weights; a shape that is not named gets none. Empty: the usual ones.
    #[serde(serialize_with = "mix")]
    pub(crate) mix: Vec<(Shape, u32)>,
    /// The first that names a deal decides.
    pub(crate) assign: Vec<Assignment>,
}

/// A shape for the deals that are named: by all that is given, and by one thing at least.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Assignment {
    pub(crate) shape: Shape,
    /// An id of 15 or 18 characters, a name, or a glob of either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opportunity: Option<String>,
    #[serde(skip_serializing_if = "Filter::is_empty")]
    pub(crate) filter: Filter,
}

/// What deals have in common.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Filter {
    /// Values of Opportunity.StageName; empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stage: Vec<String>,
    /// Of Opportunity.Amount, both included. A deal without an amount has none of either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_amount: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_amount: Option<f64>,
    /// The username of Opportunity.Owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
}

/// What an assignment can tell deals by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) amount: Option<f64>,
    /// The username.
    pub(crate) owner: &'a str,
}

impl Assignment {
    /// Whether the deal is one of those that are meant.
    pub(crate) fn names(&self, deal: &Candidate) -> bool {
        let named = self.opportunity.as_ref().is_none_or(|pattern| {
            let glob = WildMatch::new(pattern);
            let short = pattern.len() == 15 && deal.id.starts_with(pattern.as_str());
            short || glob.matches(deal.id) || glob.matches(deal.name)
        });
        named && self.filter.passes(deal)
    }
}

impl Filter {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn passes(&self, deal: &Candidate) -> bool {
        let Self {
            stage,
            min_amount,
            max_amount,
            owner,
        } = self;
        let least = min_amount.is_none_or(|least| deal.amount.is_some_and(|is| is >= least));
        let most = max_amount.is_none_or(|most| deal.amount.is_some_and(|is| is <= most));
        let owned = owner
            .as_ref()
            .is_none_or(|name| deal.owner.eq_ignore_ascii_case(name));
        let at_stage = stage.is_empty() || stage.iter().any(|stage| stage == deal.stage);
        least && most && owned && at_stage
    }
}

pub(super) fn stories(mut stories: Section) -> Stories {
    let mut weights = stories.section("mix");
    let mix = weights.each(mixed, whole(0..=10_000));
    drop(weights);
    if !mix.is_empty() && mix.iter().all(|(_, weight): &(Shape, u32)| *weight == 0) {
        let complaint = Complaint::new("all weights are 0", "give one shape a weight of 1 or more");
        stories.complain("mix", complaint);
    }
    let assign = stories.sections("assign");
    Stories {
        mix,
        assign: assign.into_iter().filter_map(assignment).collect(),
    }
}

fn assignment(mut assignment: Section) -> Option<Assignment> {
    let shape = assignment.required("shape", "at-risk", |node| shape(scalar(node, "a shape")?.0));
    let opportunity = assignment.value("opportunity", text);
    let filter = filter(assignment.section("filter"));
    if opportunity.is_none() && filter.is_empty() {
        let complaint = Complaint::new(
            "names no deals",
            "give `opportunity: <id, name or glob>`, or a `filter`; for shares of all use `stories.mix`",
        );
        assignment.complain("shape", complaint);
    }
    Some(Assignment {
        shape: shape?,
        opportunity,
        filter,
    })
}

fn filter(mut filter: Section) -> Filter {
    let amount = || decimal(0.0..=1e15);
    Filter {
        stage: filter.one_or_list("stage", text).unwrap_or_default(),
        min_amount: filter.value("min_amount", amount()),
        max_amount: filter.value("max_amount", amount()),
        owner: filter.value("owner", |node: &Node| text(node)),
    }
}

fn shape(name: &str) -> Result<Shape, Complaint> {
    let known = Shape::ALL.into_iter().find(|shape| shape.as_str() == name);
    known.ok_or_else(|| not_among(name, &Shape::ALL.map(Shape::as_str)))
}

/// What was won has one shape; what is open, and what was lost, has one of several.
fn mixed(name: &str) -> Result<Shape, Complaint> {
    match shape(name) {
        Ok(Shape::Won) => Err(Complaint::new(
            "every deal that was won has this shape",
            "leave it out",
        )),
        Ok(shape) => Ok(shape),
        Err(_) => {
            let others = Shape::ALL.into_iter().filter(|shape| *shape != Shape::Won);
            let others: Vec<_> = others.map(Shape::as_str).collect();
            Err(not_among(name, &others))
        }
    }
}

fn mix<S: Serializer>(mix: &[(Shape, u32)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(mix.iter().map(|(shape, weight)| (shape, weight)))
}

#[cfg(test)]
mod tests {
    use super::Candidate;
    use crate::manifest::fixtures::{check, loads_again};

    #[test]
    fn shapes_are_mixed_and_assigned() {
        check(
            "stories:\n  mix: {healthy: 40, stalled: 10, no-decision: 1}\n  assign:\n  \
             - {shape: at-risk, opportunity: \"Acme*\"}\n  \
             - {shape: stalled, filter: {stage: [Prospecting], min_amount: 1000, owner: a@b.example}}\n",
            &[],
        );
    }

    #[test]
    fn what_is_unknown_is_told_with_what_was_meant() {
        let all = "accelerating, healthy, at-risk, stalled, single-threaded, champion-left, new, \
                   won, lost-to-competitor, no-decision";
        let mixed = all.replace("won, ", "");
        check(
            "stories:\n  mix: {helthy: 40}\n",
            &[&format!(
                "4 stories.mix.helthy: `helthy` is not known (did you mean `healthy`? It must be one of: {mixed})"
            )],
        );
        check(
            "stories:\n  mix: {won: 1}\n  assign:\n  - {shape: stall, opportunity: x}\n  - {shape: new}\n",
            &[
                "4 stories.mix.won: every deal that was won has this shape (leave it out)",
                &format!(
                    "6 stories.assign[0].shape: `stall` is not known (did you mean `stalled`? It must be one of: {all})"
                ),
                "7 stories.assign[1].shape: names no deals (give `opportunity: <id, name or glob>`, or a `filter`; for shares of all use `stories.mix`)",
            ],
        );
        check(
            "stories:\n  mix: {healthy: 0}\n",
            &["4 stories.mix: all weights are 0 (give one shape a weight of 1 or more)"],
        );
    }

    #[test]
    fn deals_are_named_by_id_name_glob_and_filter() {
        let manifest = loads_again(
            "stories: {assign: [\
             {shape: new, opportunity: 006DG0000000001},\
             {shape: new, opportunity: \"Acme*\", filter: {max_amount: 5}},\
             {shape: new, filter: {stage: Closing, owner: A@b.example}}]}",
        );
        let check = |id, name, stage, amount, expect| {
            let deal = Candidate {
                id,
                name,
                stage,
                amount,
                owner: "a@b.example",
            };
            let hit = |assignment: &super::Assignment| assignment.names(&deal);
            assert_eq!(
                manifest.stories.assign.iter().position(hit),
                expect,
                "{deal:?}"
            );
        };
        check("006DG0000000001YAA", "x", "Open", None, Some(0));
        check("006DG0000000002YAA", "Acme 4", "Open", Some(5.0), Some(1));
        check("006DG0000000002YAA", "Acme 4", "Open", None, None);
        check("006DG0000000002YAA", "x", "Closing", None, Some(2));
    }
}
