//! Whether there is room for the plan, and whether anything speaks against it.

use super::{Judgement, failure, good, note, unseen, warning};
use crate::doctor::sight::{Sight, Trouble};
use crate::listing::counted;
use crate::model::change::Counts;
use crate::org::Allowance;

/// Almost every record takes two kilobytes of data storage.
const RECORDS_PER_MB: u64 = 512;

/// A run should leave the day's other work so much of the allowance, in percent.
const SPARE: i64 = 20;

pub(super) fn open_intents(sight: &Sight) -> Judgement {
    match &sight.open_intents {
        Err(why) => unseen(why),
        Ok(0) => good("none"),
        Ok(count) => note(format!(
            "{}; apply settles that first",
            counted(
                *count as u64,
                "call of an interrupted run has no known end",
                "calls of an interrupted run have no known end",
            )
        )),
    }
}

pub(super) fn api_calls(sight: &Sight) -> Judgement {
    let allowance = match (&sight.limits, sight.usage) {
        (Ok(limits), _) if limits.daily_api_requests.is_some() => limits.daily_api_requests,
        (_, Some(usage)) => Some(Allowance {
            max: usage.max as i64,
            remaining: usage.max as i64 - usage.used as i64,
        }),
        (Err(why), None) => return unseen(why),
        (Ok(_), None) => None,
    };
    let Some(Allowance { max, remaining }) = allowance else {
        return unseen("the org does not tell");
    };
    let needed = sight
        .survey
        .as_ref()
        .map_or(0, |survey| survey.planned.plan.header.estimate.calls as i64);
    let found = format!("{remaining} of {max} a day left, about {needed} needed");
    if needed > remaining {
        failure(
            found,
            "Wait until older calls are out of the 24 hours, or lower `salesforce.query.limit`.",
        )
    } else if (remaining - needed) * 100 < max * SPARE {
        warning(
            found,
            "Others who use this org's API may run out; apply at a quieter time.",
        )
    } else {
        good(found)
    }
}

pub(super) fn storage(sight: &Sight) -> Judgement {
    let limits = match &sight.limits {
        Ok(limits) => limits,
        Err(why) => return unseen(why),
    };
    let Some(Allowance { max, remaining }) = limits.data_storage_mb else {
        return unseen("the org does not tell, or not this user");
    };
    let counts = sight
        .survey
        .as_ref()
        .map(|survey| *survey.planned.plan.counts());
    let Counts { add, destroy, .. } = counts.unwrap_or_default();
    let needed = add.saturating_sub(destroy).div_ceil(RECORDS_PER_MB) as i64;
    let found = format!("{remaining} of {max} MB left, about {needed} MB needed");
    match needed > remaining {
        true => failure(
            found,
            "Lower `salesforce.query.limit` or the counts under `activity`, or delete what the org does not need.",
        ),
        false => good(found),
    }
}

pub(super) fn plan(sight: &Sight) -> Judgement {
    let survey = match &sight.survey {
        Ok(survey) => survey,
        Err(Trouble { why, advice }) => return failure(why.clone(), advice.clone()),
    };
    let planned = &survey.planned;
    if let Some(refusal) = planned.refusals.first() {
        return failure(refusal.why.clone(), format!("{}.", refusal.lift));
    }
    let Counts {
        add,
        change,
        destroy,
        ..
    } = *planned.plan.counts();
    let found = format!("{add} to add, {change} to change, {destroy} to destroy");
    match planned.plan.header.blocked.first() {
        Some(blocked) => warning(
            format!("{found}; {}", blocked.why),
            format!("{}.", blocked.fix),
        ),
        None => good(found),
    }
}
