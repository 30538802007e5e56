//! What a plan is about: org, pack, opportunities, and what it leaves out.

use crate::listing::counted;
use crate::model::told::Shaped;
use crate::plan_file::{Blocked, Command, Coverage, Header};
use crate::report::paint;
use crate::report::text::{brief, clean, clip};

/// More notices than these are counted.
const MOST_NOTICES: usize = 6;

/// More kinds of records that are left out than these are counted.
const MOST_BLOCKED: usize = 3;

/// A notice is a sentence or two.
const NOTICE_WIDTH: usize = 400;

pub(super) fn lines(header: &Header) -> Vec<String> {
    let mut lines = vec![title(header), provenance(header)];
    lines.extend(stories(&header.stories.shapes));
    let sentences = opportunities(&header.coverage);
    lines.extend(
        sentences
            .into_iter()
            .map(|sentence| format!("  {sentence}")),
    );
    lines.extend(header.blocked.iter().take(MOST_BLOCKED).flat_map(blocked));
    if header.blocked.len() > MOST_BLOCKED {
        let more = (header.blocked.len() - MOST_BLOCKED) as u64;
        let kinds = counted(more, "more kind is", "more kinds are");
        lines.push(paint::dim(&format!("  ({kinds} left out)")));
    }
    lines.extend(notices(&header.notices));
    lines
}

fn title(header: &Header) -> String {
    let does = match header.command {
        Command::Apply => "Plan for",
        Command::Destroy => "Plan to destroy",
    };
    let org = &header.org;
    let place = if org.embedded {
        "embedded".to_owned()
    } else {
        clean(&org.instance_url)
    };
    format!(
        "{does} {} in {} ({}, {place})",
        paint::bold(&brief(&header.pack, 80)),
        paint::bold(&brief(&org.name, 80)),
        org.id
    )
}

fn provenance(header: &Header) -> String {
    let anchor = match header.told_at {
        Some(before) if before != header.anchor => {
            format!("anchor {}, moved from {before}", header.anchor)
        }
        Some(_) | None => format!("anchor {}", header.anchor),
    };
    let deals = counted(
        header.coverage.opportunities,
        "opportunity",
        "opportunities",
    );
    format!("  {deals}, {anchor}, seed {}", header.seed)
}

/// A line for each shape that there is, with what People.ai's rules would call such deals.
fn stories(stories: &[Shaped]) -> Vec<String> {
    let line = |shaped: &Shaped| {
        let Shaped {
            shape,
            deals,
            classes,
            broken,
            rules: _,
        } = shaped;
        let classes: Vec<_> = classes
            .iter()
            .map(|(class, count)| match count == deals {
                true => class.clone(),
                false => format!("{count} {class}"),
            })
            .collect();
        let by_rules = match classes.is_empty() {
            true => String::new(),
            false => format!("  People.ai's rules: {}", classes.join(", ")),
        };
        let broken = match broken {
            0 => String::new(),
            broken => format!(" ({broken} short of what the shape stands for)"),
        };
        format!("    {deals:>5} {shape:<18}{by_rules}{broken}")
            .trim_end()
            .to_owned()
    };
    stories.iter().map(line).collect()
}

/// A sentence for each way in which the plan is not about everything, with what lifts it.
fn opportunities(coverage: &Coverage) -> Vec<String> {
    let Coverage {
        opportunities,
        in_scope,
        beyond_limit,
        kept,
        skipped,
        overlaps,
        questions: _,
        answered: _,
    } = *coverage;
    let deals = |count| counted(count, "opportunity", "opportunities");
    let mut sentences = Vec::new();
    let outside = opportunities.saturating_sub(in_scope);
    if outside > 0 {
        sentences.push(format!(
            "Narrowed by options: {} stay as they are; leave out `--target` and `--exclude`, or \
             raise `--max-opps`.",
            deals(outside)
        ));
    }
    if beyond_limit > 0 {
        sentences.push(format!(
            "Beyond the limit: {}; raise `salesforce.query.limit` to take them in.",
            deals(beyond_limit)
        ));
    }
    if kept > 0 {
        sentences.push(format!(
            "Kept: {} no longer selected; what was made there stays.",
            deals(kept)
        ));
    }
    if skipped > 0 {
        sentences.push(format!(
            "Skipped: {}, as nobody active stands in for the owner; see `activity.owner_fallback`.",
            deals(skipped)
        ));
    }
    if overlaps > 0 {
        let meetings = counted(overlaps, "meeting overlaps", "meetings overlap");
        sentences.push(format!(
            "{meetings} another one of the same owner, whose calendar is full."
        ));
    }
    sentences
}

fn blocked(blocked: &Blocked) -> [String; 2] {
    let (_, kinds) = blocked.object.facts().label;
    let mark = paint::caution("!");
    let why = brief(&blocked.why, NOTICE_WIDTH);
    [
        format!("{mark} {kinds} are left out: {why}"),
        format!("    {}", brief(&blocked.fix, NOTICE_WIDTH)),
    ]
}

fn notices(notices: &[String]) -> Vec<String> {
    let mark = paint::caution("!");
    let shown = notices.iter().take(MOST_NOTICES);
    let mut lines: Vec<_> = shown
        .map(|notice| format!("{mark} {}", clip(&clean(notice), NOTICE_WIDTH)))
        .collect();
    if notices.len() > MOST_NOTICES {
        let more = (notices.len() - MOST_NOTICES) as u64;
        let notices = counted(more, "more notice", "more notices");
        lines.push(paint::dim(&format!("  ({notices})")));
    }
    lines
}
