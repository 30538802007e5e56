//! What a language model is told to word a text, where the manifest has one.
//!
//! Planned facts only: nothing personal, and nothing that changes while the story stays, or a moved
//! anchor, another name or a raised count would buy a text again.

mod brief;
mod impersonal;
mod thread;
mod told;

use super::super::Deal;
use super::super::timeline::{Held, Kind as StepKind, Step};
use super::{below_head, head, own, recipe, spoken};
use crate::draw::fnv1a;
use crate::manifest::ScorecardMode;
use crate::model::prompt::{Asking, Draft, Kind};
use crate::model::value::{FieldName, Text, Value};

use brief::{Brief, Brought};

/// A hash of what a model is asked for these fields; 0 where nothing is.
pub(in crate::planner) fn hash(deal: &Deal, fields: &[(FieldName, Value)]) -> u64 {
    let asked = fields.iter().filter_map(|(_, value)| asked(deal, value));
    asked.fold(0, |hash, asked| {
        let Brought { prompt, fills } = asked.brought;
        let name = fnv1a(prompt.hash(asking(deal)).as_bytes());
        let hash = recipe::mix(recipe::mix(hash, name), u64::from(asked.part));
        let fills = fills.iter().map(|(_, value)| fnv1a(value.as_bytes()));
        fills.fold(hash, recipe::mix)
    })
}

/// What a model is asked for a field of at most so many characters; none where it words nothing.
pub(in crate::planner) fn draft(deal: &Deal, value: &Value, most: usize) -> Option<Draft> {
    let Asked {
        text,
        part,
        brought: Brought { prompt, fills },
    } = asked(deal, value)?;
    let mode = deal.planner.situation.manifest.scorecards.mode;
    let stays_open = prompt.kind == Kind::ScorecardAnswer && mode == ScorecardMode::Llm;
    let offline = || spoken::shortened(&below_head(deal, text), most).into_owned();
    Some(Draft {
        hash: prompt.hash(asking(deal)),
        prompt,
        part,
        fills,
        head: head(deal, text),
        most: (most < usize::MAX).then_some(most),
        offline: (!stays_open).then(offline),
    })
}

fn asking<'a>(deal: &'a Deal) -> Asking<'a> {
    let llm = &deal.planner.situation.manifest.llm;
    Asking {
        model: &llm.model,
        temperature: llm.temperature,
        max_tokens: llm.max_tokens,
    }
}

/// A text that a model words.
struct Asked<'a> {
    text: &'a Text,
    /// Which of the prompt's texts it is, from 0.
    part: u8,
    brought: Brought,
}

fn asked<'a>(deal: &Deal, value: &'a Value) -> Option<Asked<'a>> {
    let manifest = deal.planner.situation.manifest;
    let Value::Text(text) = value else {
        return None;
    };
    if !manifest.llm.enabled {
        return None;
    }
    let (part, brought) = match text {
        Text::Subject(_) => return None,
        Text::Body(number) => of_step(deal, *number)?,
        Text::NextStep(number) => (0, Brief::new(deal).of_next_step(*number)),
        Text::Answer(_) if manifest.scorecards.mode == ScorecardMode::Heuristic => return None,
        Text::Answer(answer) if own::answer(deal, answer).is_some() => return None,
        Text::Answer(answer) => (0, Brief::new(deal).of_answer(answer)),
    };
    Some(Asked {
        text,
        part,
        brought,
    })
}

/// What the manifest has a template of its own for is left to that, and with it what is answered to
/// such a mail: no model knows what it says.
fn of_step(deal: &Deal, number: usize) -> Option<(u8, Brought)> {
    let step = &deal.timeline.steps[number];
    let own = &deal.planner.own;
    if own.body(step, deal.voice.seed).is_some() {
        return None;
    }
    match kind(step)? {
        Kind::EmailThread => {
            let thread = thread::of(deal, number)?;
            let mut mails = thread
                .messages
                .iter()
                .map(|mail| &deal.timeline.steps[*mail]);
            if mails.any(|mail| own.body(mail, deal.voice.seed).is_some()) {
                return None;
            }
            let part = thread.part(number);
            Some((part, Brief::new(deal).of_thread(&thread)))
        }
        kind => Some((0, Brief::new(deal).of_meeting(kind, number))),
    }
}

fn kind(step: &Step) -> Option<Kind> {
    match step.kind {
        StepKind::Meeting(Held::Planned) => Some(Kind::Agenda),
        StepKind::Meeting(Held::Yes | Held::Cancelled) | StepKind::Call(_) => {
            Some(Kind::MeetingNotes)
        }
        StepKind::Mail(..) => Some(Kind::EmailThread),
        // A line that says what to do needs no model.
        StepKind::Todo => None,
    }
}
