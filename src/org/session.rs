//! The token in use, renewed when the org says that it has expired.

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

use super::error::Error;
use super::sign_in::{Credentials, SignIn};
use super::token::{self, Token};
use super::wire::Wire;

/// The session that all calls share. Only one of them signs in again; the others wait for it.
#[derive(Debug)]
pub(super) struct Session {
    sign_in: SignIn,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pass: Pass,
    /// The refusal of a renewal. It is not asked for again: a password that is wrong five times
    /// locks the user out.
    refused: Option<Error>,
}

/// A token, and which one it is.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub(super) bearer: HeaderValue,
    generation: u64,
}

impl Session {
    pub(super) fn new(sign_in: SignIn, token: Token) -> Self {
        let pass = Pass {
            bearer: token.bearer,
            generation: 0,
        };
        let refused = None;
        Self {
            sign_in,
            state: Mutex::new(State { pass, refused }),
        }
    }

    pub(super) async fn pass(&self) -> Pass {
        self.state.lock().await.pass.clone()
    }

    /// A newer token than `expired`, which the org refused; nothing if none can be had.
    pub(super) async fn renew(&self, expired: &Pass, wire: &Wire) -> Result<Option<Pass>, Error> {
        if matches!(self.sign_in.credentials, Credentials::AccessToken(_)) {
            return Ok(None);
        }
        let mut state = self.state.lock().await;
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }
        if state.pass.generation == expired.generation {
            match token::request(wire, &self.sign_in).await {
                Ok(token) => {
                    state.pass = Pass {
                        bearer: token.bearer,
                        generation: expired.generation + 1,
                    };
                }
                Err(error @ Error::SignIn(_)) => {
                    state.refused = Some(error.clone());
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(state.pass.clone()))
    }
}
