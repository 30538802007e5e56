//! Subjects: no two meetings and no two threads of a deal share one.

use super::super::Deal;
use super::super::timeline::topic::TOPICS;
use super::super::timeline::{Kind, Step};
use super::compose;
use super::render::Pen;
use super::scene::{Scene, Sort};
use super::{own, spoken};
use crate::draw::Dice;

/// What a step is called, with at most so many characters.
pub(super) fn render(deal: &Deal, number: usize, most: usize) -> String {
    let scene = Scene::of(deal.voice, deal.timeline, number);
    let step = scene.step;
    let reply = match step.kind {
        Kind::Mail(_, place) if place > 0 => "Re: ",
        _ => "",
    };
    let title = title(deal, &scene);
    let named = scene.meeting.unwrap_or(step);
    let own = &deal.planner.own;
    let chosen = own.subject(named, deal.voice.seed);
    let chosen = chosen.and_then(|choice| {
        let spoken = own::spoken(deal, named);
        own.render(deal, (&of_step(deal, named), &spoken), choice)
    });
    let (subject, round) = chosen.map_or_else(
        || built_in(deal, named),
        |(text, round)| {
            // A subject is a single line, whatever comes of a template.
            (text.split_whitespace().collect::<Vec<_>>().join(" "), round)
        },
    );
    let after = match round {
        0 => String::new(),
        round => format!(" ({})", round + 1),
    };
    // What is answered is as long as its answers, or their subjects would differ by more than `Re: `.
    let room = most.saturating_sub("Re: ".len() + title.chars().count() + after.len());
    let subject = spoken::shortened(&subject, room);
    format!("{reply}{title}{subject}{after}")
}

/// The scene of a step of the deal.
fn of_step<'a>(deal: &'a Deal, step: &Step) -> Scene<'a> {
    let steps = &deal.timeline.steps;
    let number = steps.iter().position(|other| other.path == step.path);
    Scene::of(
        deal.voice,
        deal.timeline,
        number.expect("it is of this deal"),
    )
}

/// The rules of what mails around a meeting are called: a mail and its answer have one subject.
pub(super) const TITLES: &[([Sort; 2], &str)] = &[
    ([Sort::Invite, Sort::InviteReply], "title.invite"),
    ([Sort::Prep, Sort::PrepReply], "title.prep"),
    (
        [Sort::BusinessCase, Sort::BusinessCaseReply],
        "title.business-case",
    ),
    ([Sort::Recap, Sort::RecapReply], "title.recap"),
    ([Sort::FollowUp, Sort::FollowUpReply], "title.follow-up"),
    (
        [Sort::Reschedule, Sort::RescheduleReply],
        "title.reschedule",
    ),
];

/// What a mail around a meeting is, before the meeting's own subject.
fn title(deal: &Deal, scene: &Scene) -> String {
    let Some((_, name)) = TITLES.iter().find(|(sorts, _)| sorts.contains(&scene.sort)) else {
        return String::new();
    };
    let lexicon = deal.lexicon();
    let words = compose::common(deal, scene.step.topic);
    let meeting = scene.meeting.map_or("", |meeting| meeting.path.as_str());
    let mut pen = Pen::new(&lexicon.grammar, &words, Dice::of(deal.voice.seed, meeting));
    pen.say(lexicon.grammar.rule(name));
    format!("{} ", pen.finish())
}

/// A meeting's or a thread's own subject, and how often all wordings of its topic were used up
/// before.
fn built_in(deal: &Deal, step: &Step) -> (String, usize) {
    let lexicon = deal.lexicon();
    let rule = lexicon.subject(step);
    let words = compose::common(deal, step.topic);
    let mut dice = Dice::of(deal.voice.seed, TOPICS[step.topic as usize].key);
    let mut pen = Pen::new(&lexicon.grammar, &words, dice.clone());
    let count = pen.fitting(rule);
    let round = usize::from(step.round);
    pen.say_nth(rule, (dice.below(count) + round) % count);
    (pen.finish(), round / count)
}
