//! Texts from a language model on their way through a plan: known ones are filled in, the others are
//! asked for, now under `--generate`, else when the plan is carried out.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::request::Request;
use crate::content::{self, Cache, Known, Model, Purpose};
use crate::diff;
use crate::model::address::Address;
use crate::model::change::{Change, Reason};
use crate::model::event::{Event, Texts};
use crate::model::prompt::Draft;
use crate::model::recorded::Row;
use crate::model::value::{Datum, FieldName};
use crate::plan_file::{Builder, Plan};

type Fields = Vec<(FieldName, Datum)>;

/// The texts of the manifest's folder; to be written to where there are some to write.
pub(super) fn open(request: &Request) -> Result<Cache, content::Error> {
    let writes = request.writes || request.options.generate;
    match request.manifest.llm.enabled && writes {
        true => Cache::open(&request.state_folder()),
        false => Cache::peek(&request.state_folder()),
    }
}

/// The fields with the texts that are known. One that failed is asked for again where that is
/// asked for.
pub(super) fn known(cache: &Cache, request: &Request, mut fields: Fields) -> Fields {
    for (_, datum) in &mut fields {
        let Datum::Draft(draft) = datum else {
            continue;
        };
        // A file that cannot be read knows nothing; writing to it will tell why.
        let known = cache.known(draft.hash).unwrap_or(Known::Nothing);
        let is_again = request.options.generate && matches!(known, Known::Failed(_));
        if let Some(json) = known.json(draft).filter(|_| !is_again) {
            *datum = Datum::Json(json);
        }
    }
    fields
}

/// Whether a record that nothing else is to happen to holds another text than the one that a model
/// has written since, or may be about to write.
pub(super) fn is_retold(cache: &Cache, row: &Row, fields: &Fields) -> bool {
    fields.iter().any(|(name, datum)| {
        let Datum::Draft(draft) = datum else {
            return false;
        };
        let known = cache.known(draft.hash).unwrap_or(Known::Nothing);
        let held = row.held.get(name);
        match &known {
            Known::Nothing => false,
            Known::Failed(_) => held.is_some(),
            Known::Written(_) => known
                .json(draft)
                .is_some_and(|json| held.is_some_and(|held| held != diff::fields::hash(&json))),
        }
    })
}

/// How many texts a plan waits for, and the tokens that asking for them takes, about; none where
/// nobody can be asked.
pub(super) fn to_write(plan: &Plan, request: &Request) -> (u64, u64) {
    let Some(model) = &request.model else {
        return (0, 0);
    };
    let (mut seen, mut tokens) = (BTreeSet::new(), 0);
    for (_, draft) in drafts(plan) {
        if seen.insert(draft.hash) && matches!(model, Model::Ready(_)) {
            tokens += content::estimate(&draft.prompt);
        }
    }
    (seen.len() as u64, tokens)
}

/// Asks for the texts of a plan that is to be looked at, and puts them into it.
pub(super) async fn generate(
    request: &Request<'_>,
    cache: &Cache,
    plan: Plan,
) -> anyhow::Result<Plan> {
    let (total, _) = to_write(&plan, request);
    let (_, uninterrupted) = watch::channel(false);
    let mut tell = |event: Event| match event {
        Event::Notice(text) => request.notices.tell(&text),
        Event::Writing { done, total } if done % TELLING == 0 || done == total => {
            request
                .notices
                .tell(&format!("{done} of {total} texts written"));
        }
        _ => {}
    };
    let writing = Writing {
        purpose: Purpose::Review,
        total,
        interrupted: uninterrupted,
        events: &mut tell,
    };
    write(request, cache, &plan, writing).await?;
    let mut builder = Builder::new()?;
    for change in plan.changes() {
        let mut change = change?;
        settle(cache, &mut change)?;
        let is_as_before = change.reason == Reason::Retold
            && change.fields.iter().all(|field| match &field.after {
                Datum::Json(after) => field.before.as_ref() == Some(after),
                Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) | Datum::People(_) => false,
            });
        if !is_as_before {
            builder.push(&change)?;
        }
    }
    Ok(builder.finish(plan.header, plan.pins)?)
}

/// While texts are written for a look, so many of them are told of at once.
const TELLING: u64 = 25;

/// Puts in what was asked for: the text, or what stands in for it.
fn settle(cache: &Cache, change: &mut Change) -> Result<(), content::Error> {
    for field in &mut change.fields {
        if let Datum::Draft(draft) = &field.after
            && let Some(json) = cache.known(draft.hash)?.json(draft)
        {
            field.after = Datum::Json(json);
        }
    }
    Ok(())
}

/// How texts are written, beside the request.
pub(super) struct Writing<'a> {
    pub(super) purpose: Purpose,
    /// How many there are.
    pub(super) total: u64,
    pub(super) interrupted: watch::Receiver<bool>,
    pub(super) events: &'a mut dyn FnMut(Event),
}

/// Asks for the texts that the plan waits for.
pub(super) async fn write(
    request: &Request<'_>,
    cache: &Cache,
    plan: &Plan,
    writing: Writing<'_>,
) -> Result<Texts, content::Error> {
    let Writing {
        purpose,
        total,
        interrupted,
        events,
    } = writing;
    let Some(model) = request.model.as_ref().filter(|_| total > 0) else {
        return Ok(Texts::default());
    };
    let job = content::Job {
        cache,
        model,
        llm: &request.manifest.llm,
        purpose,
        at: request.clock.now().as_second(),
        total,
        interrupted,
        events,
    };
    content::write(job, drafts(plan)).await
}

/// What a plan waits for, read one by one. A change that cannot be read is told of by whoever
/// carries it out.
fn drafts(plan: &Plan) -> impl Iterator<Item = (Address, Draft)> {
    let changes = plan.changes().map_while(Result::ok);
    changes.flat_map(|change| {
        let address = change.address;
        let drafts = change
            .fields
            .into_iter()
            .filter_map(|field| match field.after {
                Datum::Draft(draft) => Some(*draft),
                Datum::Json(_) | Datum::Ref(_) | Datum::Refs(_) | Datum::People(_) => None,
            });
        drafts.map(move |draft| (address.clone(), draft))
    })
}

/// Why no text will come from a model although the manifest asks for it.
pub(super) fn notice(request: &Request) -> Option<String> {
    match request.model.as_ref()? {
        Model::Ready(_) => None,
        Model::Missing(why) => Some(format!(
            "`llm.enabled` is on, but {why}: texts are offline ones"
        )),
    }
}
