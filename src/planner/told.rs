//! What a deal's story has come to, for people to read: its shape, what People.ai's rules make of
//! it, and all its steps in the order of time.

use super::judged::judge;
use super::story::{Broken, Inputs};
use super::timeline::{Direction, Held, Kind, Step};
use super::{Deal, people, text};
use crate::model::id::UserId;
use crate::model::person::Person;
use crate::model::told::{Told, ToldStep};
use crate::model::value::Text;

/// Subjects are no longer than this.
const LONGEST: usize = 255;

pub(super) fn told(deal: &Deal) -> Told {
    let situation = &deal.planner.situation;
    let judgement = judge(deal);
    let mut steps: Vec<_> = deal.steps().collect();
    steps.sort_by_key(|(number, step)| (step.when.at, *number));
    let account = deal.opportunity.account;
    let account = account.and_then(|id| situation.inventory.accounts.get(&id));
    Told {
        opportunity: deal.root,
        name: deal.opportunity.name.clone(),
        account: account.map_or_else(String::new, |account| account.name.clone()),
        stage: deal.opportunity.stage.clone(),
        shape: deal.pins.shape,
        class: judgement.class.map(str::to_owned),
        broken: judgement.broken.iter().map(Broken::to_string).collect(),
        inputs: read(&judgement.inputs),
        steps: steps.into_iter().map(|of| step(deal, of)).collect(),
    }
}

/// What the rules read, in words.
fn read(inputs: &Inputs) -> Vec<(String, String)> {
    let share = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.2}"));
    let days = |days: Option<i32>| days.map_or("never".to_owned(), |days| days.to_string());
    let rows = [
        ("meetings held", inputs.meetings.to_string()),
        (
            "meetings in the last 30 days",
            inputs.recent_meetings.to_string(),
        ),
        ("upcoming meetings", inputs.upcoming.to_string()),
        ("cancelled meetings", inputs.cancelled.to_string()),
        (
            "activities with executives",
            inputs.executive_activities.to_string(),
        ),
        (
            "executive share of meetings",
            share(inputs.executive_share()),
        ),
        ("people of the customer", inputs.people.to_string()),
        (
            "emails in and out",
            format!("{} / {}", inputs.inbound, inputs.outbound),
        ),
        ("emails in for each out", share(inputs.reply_ratio())),
        ("signs of risk", inputs.risk_signs().to_string()),
        ("days since anything happened", days(inputs.silent)),
        ("days since a meeting", days(inputs.since_meeting)),
        ("days since the customer wrote", days(inputs.since_inbound)),
    ];
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    rows.into_iter().map(owned).collect()
}

fn step(deal: &Deal, (number, step): (usize, &Step)) -> ToldStep {
    let places = step.people.places();
    ToldStep {
        address: deal.address(&step.path),
        kind: kind(step.kind).to_owned(),
        at: local(deal, step),
        minutes: step.when.minutes,
        subject: text::render(deal, &Text::Subject(number), LONGEST),
        owner: user(deal, step.owner),
        people: places
            .filter_map(|place| Some(person(deal, deal.pins.cast[place].person?)))
            .collect(),
    }
}

fn local(deal: &Deal, step: &Step) -> String {
    let second = deal
        .planner
        .desks
        .of_user(step.owner)
        .zone
        .local(step.when.at);
    let at = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%a %Y-%m-%d %H:%M").to_string()
}

fn user(deal: &Deal, id: UserId) -> String {
    let users = &deal.planner.situation.inventory.users;
    users
        .get(&id)
        .map_or_else(|| id.0.to_string(), |user| user.name.clone())
}

fn person(deal: &Deal, person: Person) -> String {
    let planner = deal.planner;
    let made = &planner.stories.people;
    let account = deal.opportunity.account;
    let contact = account
        .and_then(|account| people::contact(planner.situation.inventory, made, (account, person)));
    contact.map_or_else(
        || person.to_string(),
        |contact| match &contact.title {
            Some(title) => format!("{} ({title})", contact.full_name()),
            None => contact.full_name().into(),
        },
    )
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Meeting(Held::Yes) => "meeting",
        Kind::Meeting(Held::Cancelled) => "meeting, cancelled",
        Kind::Meeting(Held::Planned) => "meeting, planned",
        Kind::Mail(Direction::Inbound, _) => "email from the customer",
        Kind::Mail(Direction::Outbound, _) => "email",
        Kind::Call(Direction::Inbound) => "call from the customer",
        Kind::Call(Direction::Outbound) => "call",
        Kind::Todo => "to do",
    }
}
