//! From a scene to its text.

use super::super::Deal;
use super::super::evidence::may_name_rival;
use super::super::timeline::Step;
use super::super::timeline::topic::Topic;
use super::bank::Ware;
use super::catalogue::Phase;
use super::facts;
use super::recipe::mix;
use super::render::Pen;
use super::scene::{OF_BUYER, OF_CHAMPION, Scene, Sort, Wait, turn};
use super::slots::{Slot, Words};
use super::voice::{Someone, Voice};
use super::{Lexicon, spoken};
use crate::draw::Dice;
use crate::model::shape::Shape;

/// What is written: the whole of a note, or of a message what stands between its header and its
/// end, greeting and name included.
pub(super) fn compose(deal: &Deal, scene: &Scene, heavy: bool) -> String {
    let lexicon = deal.lexicon();
    let mut words = words(deal, scene);
    if !scene.is_internal() {
        talk(lexicon, scene, &mut words);
    }
    let grammar = &lexicon.grammar;
    let dice = Dice::of(scene.voice.seed, scene.step.path.as_str());
    let layout = lexicon.layouts[scene.sort as usize][usize::from(heavy)];
    let mut pen = Pen::new(grammar, &words, dice)
        .pointing(lexicon.frames(scene))
        .in_turn(scene.voice.seed, turn(scene.step));
    if scene.is_internal() || scene.sort == Sort::Absence {
        pen.say(layout);
        return pen.finish();
    }
    let first = opens(scene.sort);
    pen.say(if first {
        lexicon.hello
    } else {
        lexicon.hello_reply
    });
    pen.verbatim("\n\n");
    pen.say(layout);
    pen.paragraph();
    if heavy {
        pen.say(if first {
            lexicon.bye
        } else {
            lexicon.bye_reply
        });
        pen.verbatim("\n");
    }
    pen.verbatim(&signature(scene, heavy && first));
    pen.finish()
}

/// Messages that nothing of the same talk comes before.
fn opens(sort: Sort) -> bool {
    use Sort as S;
    matches!(
        sort,
        S::Invite
            | S::BusinessCase
            | S::Recap
            | S::FollowUp
            | S::Reschedule
            | S::FirstOut
            | S::Outreach
            | S::Bump
            | S::Farewell
            | S::ClosingOut
            | S::SignatureOut
    )
}

fn signature(scene: &Scene, full: bool) -> String {
    let Voice {
        seller, account, ..
    } = scene.voice;
    let (who, company) = if scene.is_inbound() {
        (scene.main, account)
    } else {
        (Some(scene.owner), seller)
    };
    match who {
        Some(who) if full => format!("{}\n{company}", who.full),
        Some(who) => who.first.to_string(),
        None => company.clone(),
    }
}

/// A single line, such as the next step of a deal.
pub(super) fn line(deal: &Deal, scene: &Scene, rule: &str) -> String {
    let lexicon = deal.lexicon();
    let words = words(deal, scene);
    let dice = Dice::of(scene.voice.seed, scene.step.path.as_str());
    let mut pen = Pen::new(&lexicon.grammar, &words, dice);
    pen.say(lexicon.grammar.rule(rule));
    pen.finish()
}

/// What the slots hold for every text about a deal.
pub(super) fn common<'a>(deal: &Deal<'a>, topic: Topic) -> Words<'a> {
    let voice = deal.voice;
    let mut words = Words::new(topic);
    facts::of(deal).fill(&mut words);
    words.deal = voice.seed;
    words.fixed = voice.seed;
    words.set(Slot::Deal, &*voice.deal);
    words.set(Slot::Project, &*voice.project);
    words.set(Slot::Product, &*voice.product);
    words.set(Slot::Account, &*voice.account);
    words.set(Slot::Seller, &*voice.seller);
    for (slot, word) in [
        (Slot::We, "they"),
        (Slot::Our, "their"),
        (Slot::Us, "them"),
        (Slot::Vendor, "we"),
        (Slot::Vendors, "our"),
    ] {
        words.set(slot, word);
    }
    let ware = match voice.ware() {
        Ware::Software => Slot::Software,
        Ware::Equipment => Slot::Equipment,
        Ware::Service => Slot::Service,
    };
    words.hold(ware, true);
    let shape = match voice.shape {
        Shape::AtRisk => Some(Slot::AtRisk),
        Shape::Stalled => Some(Slot::Stalled),
        Shape::Won => Some(Slot::Won),
        Shape::LostToCompetitor | Shape::NoDecision => Some(Slot::Lost),
        Shape::Accelerating
        | Shape::Healthy
        | Shape::SingleThreaded
        | Shape::ChampionLeft
        | Shape::New => None,
    };
    if let Some(shape) = shape {
        words.hold(shape, true);
    }
    let signed = matches!(topic, Topic::Signature | Topic::KickOff);
    words.hold(Slot::Signed, signed);
    words.hold(Slot::LostToRival, voice.shape == Shape::LostToCompetitor);
    words
}

/// And for one scene.
fn words<'a>(deal: &Deal<'a>, scene: &Scene<'a>) -> Words<'a> {
    let Scene { voice, step, .. } = *scene;
    let mut words = common(deal, step.topic);
    if !may_name_rival(voice.shape, step) {
        words.set(Slot::Rival, "another vendor");
    }
    words.evidence = step.evidence;
    words.of_main = scene.of_main;
    for asks in deal.planner.asked.own(deal.timeline, scene.number) {
        words.mention(asks);
    }
    words.fixed = inner(voice, step);
    let phase = match step.phase {
        Phase::Opening => Slot::Opening,
        Phase::Discovery => Slot::Discovery,
        Phase::Evaluation => Slot::Evaluation,
        Phase::Proposal => Slot::Proposal,
        Phase::Closing => Slot::Closing,
    };
    words.hold(phase, true);
    words.hold(Slot::Colleague, step.colleague);
    words.hold(Slot::Inbound, scene.is_inbound());
    words.hold(Slot::Internal, scene.is_internal());
    words.hold(Slot::Call, scene.sort == Sort::Call);
    words.hold(Slot::Prompt, scene.wait == Some(Wait::Hours));
    words.hold(Slot::Late, scene.wait == Some(Wait::Days));
    words.set(Slot::Day, spoken::day(step.when.day));
    if let Some(meeting) = scene.meeting {
        words.set(Slot::Meeting, spoken::weekday(meeting.when.day));
    }
    words.set(Slot::Absent, full(scene.absent()));
    if let Some(earlier) = scene.earlier {
        words.set(Slot::Earlier, spoken::day(earlier.when.day));
        words.earlier = earlier.topic;
    }
    people(scene, &mut words);
    words
}

/// What the inner alternatives of facts are chosen by in the text of a step.
fn inner(voice: &Voice, step: &Step) -> u64 {
    mix(voice.seed, step.topic as u64 * 64 + u64::from(step.round))
}

fn people<'a>(scene: &Scene<'a>, words: &mut Words<'a>) {
    words.set(Slot::Full, full(scene.main));
    words.set(Slot::Other, full(scene.other));
    words.set(Slot::Buyer, full(scene.buyer));
    words.set(Slot::Champion, full(scene.champion));
    words.set(Slot::Owner, &*scene.owner.full);
    words.set(
        Slot::Ours,
        match scene.owner.first.as_str() {
            "" => scene.voice.seller.as_str(),
            first => first,
        },
    );
    let team = format!("the team at {}", scene.voice.account);
    match scene.main {
        Some(main) => {
            words.set(Slot::Who, &*main.first);
            words.set(Slot::Whom, &*main.full);
        }
        None => {
            words.set(Slot::Who, team.clone());
            words.set(Slot::Whom, team.clone());
        }
    }
    let is_buyer = scene.of_main & OF_BUYER != 0;
    let is_champion = scene.of_main & OF_CHAMPION != 0;
    let first = scene.main.map_or("", |main| main.first.as_str());
    if !scene.is_internal() {
        speakers(scene, (first, is_buyer, is_champion), words);
        return;
    }
    match scene.main {
        Some(main) => words.set(Slot::They, &*main.first),
        None => words.set(Slot::They, team),
    }
    // Whom the notes are about is not introduced a second time.
    if is_buyer {
        words.set(Slot::Buyer, first);
    }
    if is_champion {
        words.set(Slot::Champion, first);
    }
}

fn full(of: Option<&Someone>) -> &str {
    of.map_or("", |someone| &someone.full)
}

/// Who writes a message to whom, and how they speak of themselves and of each other.
fn speakers<'a>(
    scene: &Scene<'a>,
    (customer, is_buyer, is_champion): (&'a str, bool, bool),
    words: &mut Words<'a>,
) {
    words.hold(Slot::SelfBuyer, is_buyer);
    words.hold(Slot::SelfChampion, is_champion);
    let owner = scene.owner.first.as_str();
    let (me, you, pronouns) = if scene.is_inbound() {
        (
            customer,
            owner,
            ["we", "our", "us", "you", "your", "I", "me"],
        )
    } else {
        (
            owner,
            customer,
            ["you", "your", "you", "we", "our", "you", "you"],
        )
    };
    words.set(Slot::Me, me);
    words.set(Slot::You, you);
    let slots = [
        Slot::We,
        Slot::Our,
        Slot::Us,
        Slot::Vendor,
        Slot::Vendors,
        Slot::I,
        Slot::Myself,
    ];
    for (slot, pronoun) in slots.into_iter().zip(pronouns) {
        words.set(slot, pronoun);
    }
}

/// What a thread says: a row for all of its messages.
fn talk(lexicon: &Lexicon, scene: &Scene, words: &mut Words) {
    let (slot, column) = match scene.sort {
        Sort::FirstOut | Sort::Outreach => (Slot::Ask, 0),
        Sort::AnswerIn => (Slot::Answer, 1),
        Sort::Wrap => (Slot::Wrap, 2),
        _ => return,
    };
    let grammar = &lexicon.grammar;
    let rule = lexicon.talk(scene.step.topic);
    let mut dice = scene.thread();
    // The first draw tells whether the answer evades.
    dice.below(2);
    let rows = grammar.ways(rule).iter().enumerate();
    let rows = rows.filter(|(_, way)| way.fits(words.known));
    let rows: Vec<usize> = rows.map(|(row, _)| row).collect();
    let row = rows[(dice.below(rows.len()) + usize::from(scene.step.round)) % rows.len()];
    // Question and answer agree in their details.
    let fixed = mix(scene.voice.seed, row as u64);
    let mut pen = Pen::new(grammar, words, dice).fixed(fixed);
    pen.say_row(grammar.column(rule, column), row);
    let text = pen.finish();
    words.set(slot, text);
}

/// The elements that a step gives evidence for, each with the clauses that its text may have of it.
#[cfg(test)]
pub(in crate::planner) fn clauses(deal: &Deal, number: usize) -> Vec<(String, Vec<String>)> {
    use super::super::timeline::topic::ELEMENTS;
    let lexicon = deal.lexicon();
    let scene = Scene::of(deal.voice, deal.timeline, number);
    let words = words(deal, &scene);
    let places = 0..ELEMENTS.len();
    let given = places.filter(|place| scene.step.evidence >> place & 1 == 1);
    let pen = || {
        let dice = Dice::of(deal.voice.seed, scene.step.path.as_str());
        let pen = Pen::new(&lexicon.grammar, &words, dice).within_a_sentence();
        pen.fixed(words.deal)
    };
    let clauses = |rule, label| {
        let clause = |number| {
            let mut pen = pen().about(label);
            pen.say_nth(rule, number);
            pen.finish()
        };
        (0..pen().fitting(rule)).map(clause).collect()
    };
    let grammar = &lexicon.grammar;
    let built_in = given.map(|place| {
        let rule = grammar.member(grammar.facts(), place);
        let rule = rule.expect("every element has facts");
        (ELEMENTS[place].to_owned(), clauses(rule, ""))
    });
    let own = deal.planner.asked.own(deal.timeline, number);
    let own = own.map(|asks| {
        let rule = grammar.rule("known.other");
        (asks.key.to_owned(), clauses(rule, &asks.element.name))
    });
    built_in.chain(own).collect()
}
