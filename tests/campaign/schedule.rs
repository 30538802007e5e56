//! What a round does, drawn by its seed: pure, and the same for the same seed.

use super::faults::{KINDS, Kind, Theme};
use crate::env::Draws;
use crate::proxy::{Counts, Fault, Harm};

/// A round: so many runs on bad days, one after the other.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) seed: u64,
    /// Whether the org has our fields.
    pub(super) org: Company,
    pub(super) runs: Vec<BadRun>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Company {
    Prepared,
    Bare,
}

/// A run, and what it meets.
#[derive(Debug)]
pub(super) struct BadRun {
    pub(super) command: Command,
    pub(super) story: usize,
    /// The rules of a script.
    pub(super) faults: Vec<String>,
    pub(super) harm: Option<Fault>,
    pub(super) login: Login,
    pub(super) concurrency: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Apply,
    /// A plan that is made and saved on a good day.
    ApplySaved,
    Destroy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    /// A token, which nobody renews.
    Token,
    /// A client id and its secret.
    App,
}

/// What a manifest asks for, and from how many records on they go by jobs of the Bulk API.
pub(super) struct Story {
    pub(super) activity: &'static str,
    pub(super) bulk_threshold: u32,
}

/// Between two runs somebody edits the manifest to another of these.
pub(super) const STORIES: &[Story] = &[
    Story {
        bulk_threshold: 10_000,
        activity: "activity:\n  meetings: {past_min: 2, past_max: 4, future_min: 1, future_max: 2}\n  emails: {min: 3, max: 6}\n",
    },
    Story {
        bulk_threshold: 10_000,
        activity: "activity:\n  meetings: {past_min: 1, past_max: 2, future_min: 1, future_max: 1}\n  emails: {min: 3, max: 6}\n  \
                   subjects: {meetings: [Call, Review], emails: [Note, Answer]}\n",
    },
    Story {
        bulk_threshold: 10_000,
        activity: "activity:\n  meetings: {past_min: 3, past_max: 6, future_min: 1, future_max: 2}\n  emails: {min: 6, max: 9}\n  \
                   realism_level: none\n",
    },
    Story {
        bulk_threshold: 10_000,
        activity: "activity:\n  meetings: {past_min: 2, past_max: 4, future_min: 1, future_max: 2}\n  emails: {min: 2, max: 4}\n\
                   scorecards: {templates: []}\n",
    },
    Story {
        bulk_threshold: 25,
        activity: "activity:\n  meetings: {past_min: 1, past_max: 2, future_min: 1, future_max: 1}\n  emails: {min: 25, max: 30}\n\
                   scorecards: {templates: []}\n",
    },
    Story {
        bulk_threshold: 25,
        activity: "activity:\n  meetings: {past_min: 1, past_max: 2, future_min: 1, future_max: 1}\n  emails: {min: 28, max: 33}\n  \
                   subjects: {emails: [Note, Answer]}\nscorecards: {templates: []}\n",
    },
];

/// So many of them, the last, are large enough for jobs.
const LARGE: usize = 2;

impl Schedule {
    /// The round of this number in a theme, whose kinds of faults come in turn.
    pub(super) fn draw(theme: Theme, number: u64) -> Self {
        let seed = (theme as u64) << 32 | number;
        let mut draws = Draws(seed);
        let of_theme = |kind: &&Kind| kind.theme == theme;
        let kinds: Vec<_> = KINDS.iter().filter(of_theme).collect();
        let first = kinds[number as usize % kinds.len()];
        let org = match draws.below(3) {
            // Without keys nothing goes by jobs.
            0 if !first.needs_keys() && theme != Theme::Jobs => Company::Bare,
            _ => Company::Prepared,
        };
        let fits = |kind: &&Kind| org == Company::Prepared || !kind.needs_keys();
        let others: Vec<_> = KINDS.iter().filter(fits).collect();
        let of_theme: Vec<_> = others.iter().copied().filter(of_theme).collect();
        let second = of_theme[draws.below(of_theme.len())];
        let runs = [first, second].into_iter().enumerate();
        let runs = runs.map(|(place, kind)| BadRun::draw((kind, &others), place, &mut draws));
        Self {
            seed,
            org,
            runs: runs.collect(),
        }
    }
}

impl BadRun {
    fn draw((kind, others): (&Kind, &[&Kind]), place: usize, draws: &mut Draws) -> Self {
        let mut faults = vec![kind.draw(draws)];
        let other = others[draws.below(others.len())];
        if draws.below(3) == 0 && other.name != kind.name {
            faults.push(other.draw(draws));
        }
        // There is nothing to take away yet in the first run.
        let command = match (place, draws.below(6)) {
            (0, _) => Command::Apply,
            (_, 0) => Command::Destroy,
            (_, 1 | 2) => Command::ApplySaved,
            (_, _) => Command::Apply,
        };
        let harm = match (command, draws.below(5)) {
            // A saved plan is for one address of the org.
            (Command::ApplySaved, _) => None,
            (_, 0 | 1) => Some(harm(kind.theme, draws)),
            (_, _) => None,
        };
        let story = match kind.theme {
            Theme::Jobs => STORIES.len() - LARGE + draws.below(LARGE),
            Theme::Network | Theme::Limits | Theme::Rules | Theme::Others => {
                draws.below(STORIES.len() - LARGE)
            }
        };
        Self {
            command,
            story,
            faults,
            harm,
            login: [Login::Token, Login::App][draws.below(2)],
            concurrency: ["1", "5", "5"][draws.below(3)],
        }
    }
}

/// The program is killed, or interrupted by Ctrl-C while it waits for a reply.
fn harm(theme: Theme, draws: &mut Draws) -> Fault {
    let harms = [
        Harm::KillBefore,
        Harm::KillAfter,
        Harm::KillAfter,
        Harm::KillAnswered,
        Harm::Hold,
    ];
    let harm = harms[draws.below(harms.len())];
    // Before the first write nobody listens for Ctrl-C.
    let (counts, calls) = match (harm, draws.below(4)) {
        (_, 1..) if theme == Theme::Jobs => (Counts::Jobs, 5),
        (Harm::Hold, _) | (_, 1..) => (Counts::Writes, 4),
        (_, _) => (Counts::All, 14),
    };
    Fault {
        harm,
        counts,
        after: draws.below(calls),
    }
}
