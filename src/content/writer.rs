//! Many texts: asked for side by side, within a budget, each kept as soon as it is there.

use std::collections::BTreeSet;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::cache::{Cache, Entry, Error, Known};
use super::client::{Answer, Client};
use super::failure::{Failure, Reach};
use super::{Model, check};
use crate::listing::counted;
use crate::manifest::Llm;
use crate::model::address::Address;
use crate::model::event::{Event, Texts};
use crate::model::prompt::{Draft, Prompt, PromptHash};

/// What writing needs.
pub(crate) struct Job<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) model: &'a Model,
    pub(crate) llm: &'a Llm,
    pub(crate) purpose: Purpose,
    /// This machine's time, in seconds since 1970.
    pub(crate) at: i64,
    /// How many prompts there are, about.
    pub(crate) total: u64,
    /// Set when the user wants to stop.
    pub(crate) interrupted: watch::Receiver<bool>,
    pub(crate) events: &'a mut dyn FnMut(Event),
}

/// What the texts are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `--generate`: to be looked at. What failed before is asked for again, and what is not asked
    /// for now may be asked for later.
    Review,
    /// To be sent: from now on the offline text stands where none is written.
    Apply,
}

/// After so many requests in a row that fail, the model is given up.
const MOST_IN_A_ROW: u32 = 3;

/// A prompt, with the first record that needs it.
struct Asked {
    address: Address,
    hash: PromptHash,
    prompt: Prompt,
    /// So many tokens of the budget are set aside for it.
    reserved: u64,
}

struct Writer<'a> {
    job: Job<'a>,
    asking: JoinSet<(Asked, Result<Answer, Failure>)>,
    seen: BTreeSet<PromptHash>,
    reserved: u64,
    in_a_row: u32,
    /// Why no more is asked, once that is so.
    stopped: Option<String>,
    unasked: u64,
    done: u64,
    tally: Texts,
}

/// Asks for all texts that are not known yet. Drafts are taken one by one, as there is room.
pub(crate) async fn write(
    job: Job<'_>,
    drafts: impl Iterator<Item = (Address, Draft)>,
) -> Result<Texts, Error> {
    let stopped = match job.model {
        Model::Ready(_) => None,
        Model::Missing(why) => Some(why.clone()),
    };
    let mut writer = Writer {
        job,
        asking: JoinSet::new(),
        seen: BTreeSet::new(),
        reserved: 0,
        in_a_row: 0,
        stopped,
        unasked: 0,
        done: 0,
        tally: Texts::default(),
    };
    for (address, draft) in drafts {
        writer.take(address, draft).await?;
    }
    while writer.land_one().await? {}
    writer.tell_unasked();
    Ok(writer.tally)
}

impl Writer<'_> {
    async fn take(&mut self, address: Address, draft: Draft) -> Result<(), Error> {
        if !self.seen.insert(draft.hash) || !self.is_wanted(draft.hash)? {
            return Ok(());
        }
        let mut asked = Asked {
            address,
            hash: draft.hash,
            prompt: draft.prompt,
            reserved: 0,
        };
        while self.stopped.is_none() && self.asking.len() >= self.job.llm.concurrency as usize {
            self.land_one().await?;
        }
        if let Model::Ready(client) = self.job.model {
            asked.reserved = client.most_tokens(&asked.prompt);
            self.make_room(asked.reserved).await?;
            if *self.job.interrupted.borrow() {
                self.stopped.get_or_insert_with(|| "interrupted".to_owned());
            }
            if self.stopped.is_none() {
                self.ask(client, asked);
                return Ok(());
            }
        }
        self.pass_over(asked)
    }

    fn is_wanted(&self, hash: PromptHash) -> Result<bool, Error> {
        Ok(match self.job.cache.known(hash)? {
            Known::Written(_) => false,
            Known::Failed(_) => self.job.purpose == Purpose::Review,
            Known::Nothing => true,
        })
    }

    /// Waits until so many tokens are left of the budget, and stops where they never will be.
    async fn make_room(&mut self, tokens: u64) -> Result<(), Error> {
        let budget = self.job.llm.max_tokens_total;
        while self.stopped.is_none() && self.tally.tokens + self.reserved + tokens > budget {
            if !self.land_one().await? {
                self.stopped = Some(format!(
                    "`llm.max_tokens_total` allows {budget} tokens, of which {} are used",
                    self.tally.tokens
                ));
            }
        }
        Ok(())
    }

    fn ask(&mut self, client: &Client, asked: Asked) {
        let client = client.clone();
        let jitter = f64::from(asked.hash.as_bytes()[0]) / f64::from(u8::MAX);
        self.reserved += asked.reserved;
        self.asking.spawn(async move {
            let answer = client.ask(&asked.prompt, jitter).await;
            (asked, answer)
        });
    }

    /// Takes in the next answer; false where none is under way.
    async fn land_one(&mut self) -> Result<bool, Error> {
        let Some(landed) = self.asking.join_next().await else {
            return Ok(false);
        };
        let (asked, answer) = landed.expect("asking does not panic");
        self.reserved -= asked.reserved;
        let (tokens, result) = match answer {
            Ok(Answer { content, tokens }) => {
                self.in_a_row = 0;
                let texts = content.map_err(str::to_owned);
                let texts = texts.and_then(|content| check::texts(&asked.prompt, &content));
                (tokens, texts)
            }
            Err(failure) => {
                self.note_failure(&failure);
                (0, Err(failure.to_string()))
            }
        };
        self.tally.tokens += tokens;
        self.keep(asked, result, tokens)?;
        self.progress();
        Ok(true)
    }

    fn note_failure(&mut self, failure: &Failure) {
        match failure.reach() {
            Reach::Text => self.in_a_row = 0,
            Reach::Model => self.in_a_row += 1,
            Reach::All => self.in_a_row = MOST_IN_A_ROW,
        }
        if self.in_a_row >= MOST_IN_A_ROW {
            self.stopped.get_or_insert_with(|| failure.to_string());
        }
    }

    fn keep(
        &mut self,
        asked: Asked,
        result: Result<Vec<String>, String>,
        tokens: u64,
    ) -> Result<(), Error> {
        let Asked {
            address,
            hash,
            prompt,
            reserved: _,
        } = asked;
        let event = match &result {
            Ok(_) => {
                self.tally.generated += 1;
                Event::TextGenerated { address, tokens }
            }
            Err(reason) => {
                self.tally.fallback += 1;
                let reason = reason.clone();
                Event::TextFallback { address, reason }
            }
        };
        let Job { cache, llm, at, .. } = self.job;
        cache.put(&Entry {
            hash,
            kind: prompt.kind,
            model: llm.model.clone(),
            result,
            tokens,
            at,
        })?;
        (self.job.events)(event);
        Ok(())
    }

    /// Nobody asks for it in this run.
    fn pass_over(&mut self, asked: Asked) -> Result<(), Error> {
        self.unasked += 1;
        let is_interrupted = *self.job.interrupted.borrow();
        if self.job.purpose == Purpose::Apply && !is_interrupted {
            let reason = self.stopped.clone().unwrap_or_default();
            self.keep(asked, Err(reason), 0)?;
        }
        Ok(())
    }

    fn progress(&mut self) {
        self.done += 1;
        (self.job.events)(Event::Writing {
            done: self.done,
            total: self.job.total.max(self.done),
        });
    }

    /// Once for all, whatever their number.
    fn tell_unasked(&mut self) {
        let is_news = match self.job.model {
            Model::Ready(_) => self.unasked > 0 && !*self.job.interrupted.borrow(),
            // The plan said so.
            Model::Missing(_) => false,
        };
        let Some(why) = self.stopped.take().filter(|_| is_news) else {
            return;
        };
        let texts = |one, many| counted(self.unasked, one, many);
        let notice = match self.job.purpose {
            Purpose::Apply => {
                let are = texts("text is an offline one", "texts are offline ones");
                format!("{are}: {why}; `--generate` asks again")
            }
            Purpose::Review => {
                let were = texts("text was not asked for", "texts were not asked for");
                format!("{were}: {why}")
            }
        };
        (self.job.events)(Event::Notice(notice));
    }
}
