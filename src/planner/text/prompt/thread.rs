//! The messages of one exchange, as one request asks for them.
//!
//! Those too that the count of mails leaves unsaid: they come when the count is raised, and must not
//! change the others then.

use super::super::super::Deal;
use super::super::super::timeline::{Direction, Kind, Step};

pub(super) struct Thread {
    /// The numbers of its steps.
    pub(super) messages: Vec<usize>,
    /// Which way each message goes, said or not.
    pub(super) ways: Vec<Direction>,
}

/// The thread that a mail is part of; none for what is no mail.
pub(super) fn of(deal: &Deal, number: usize) -> Option<Thread> {
    let steps = &deal.timeline.steps;
    let name = steps[number].thread()?;
    let is_part = |step: &Step| step.thread() == Some(name);
    let messages: Vec<usize> = (0..steps.len())
        .filter(|number| is_part(&steps[*number]))
        .collect();
    let said = messages
        .iter()
        .filter_map(|number| match steps[*number].kind {
            Kind::Mail(way, _) => Some(way),
            Kind::Meeting(_) | Kind::Call(_) | Kind::Todo => None,
        });
    let unsaid = deal.timeline.unsaid.iter();
    let unsaid = unsaid
        .filter(|(last, _)| is_part(&steps[*last]))
        .flat_map(|(_, ways)| ways.iter().copied());
    Some(Thread {
        ways: said.chain(unsaid).collect(),
        messages,
    })
}

impl Thread {
    /// The place of a message in it.
    pub(super) fn part(&self, number: usize) -> u8 {
        let place = self.messages.iter().position(|message| *message == number);
        place.unwrap_or_default() as u8
    }
}
