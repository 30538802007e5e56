//! Which session tokens are good: the file's own, and those given out while the org is served.

use std::collections::BTreeSet;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::auth;

/// The sessions of an org; they end with the server, but for that of the file.
pub(crate) struct Tokens {
    /// The token of the file. Its users keep it in files too, so nobody can end it.
    kept: SecretString,
    kept_has_expired: bool,
    given: BTreeSet<String>,
}

impl Tokens {
    pub(super) fn new(kept: SecretString) -> Self {
        Self {
            kept,
            kept_has_expired: false,
            given: BTreeSet::new(),
        }
    }

    /// A session for who has just signed in; from then on the token of the file is good again too.
    pub(super) fn give(&mut self, org_id: &str, now: Timestamp) -> String {
        let token = auth::new_token(org_id, now);
        self.given.insert(token.clone());
        self.renew();
        token
    }

    /// Ends a session that was given; whether there is such a session.
    pub(super) fn end(&mut self, token: &str) -> bool {
        self.given.remove(token) || self.accept(token)
    }

    /// All sessions have been idle for too long.
    pub(super) fn expire(&mut self) {
        self.given.clear();
        self.kept_has_expired = true;
    }

    /// The token of the file is good again.
    pub(super) fn renew(&mut self) {
        self.kept_has_expired = false;
    }

    pub(super) fn accept(&self, token: &str) -> bool {
        (self.is_kept(token) && !self.kept_has_expired) || self.given.contains(token)
    }

    /// Whether it is the token of the file, good or not.
    pub(super) fn is_kept(&self, token: &str) -> bool {
        token == self.kept.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_begin_and_end() {
        let mut tokens = Tokens::new("kept".to_owned().into());
        let now = Timestamp::UNIX_EPOCH;
        let [one, other] = [(); 2].map(|()| tokens.give("00D000000000001AAA", now));
        assert!(one.starts_with("00D000000000001!") && one != other);
        assert!(tokens.accept(&one) && tokens.accept("kept") && !tokens.accept("none"));
        assert!(tokens.end(&one) && !tokens.end(&one) && tokens.end("kept"));
        assert!(!tokens.accept(&one) && tokens.accept(&other) && tokens.accept("kept"));
        tokens.expire();
        assert!(!tokens.accept(&other) && !tokens.accept("kept") && tokens.is_kept("kept"));
        let third = tokens.give("00D000000000001AAA", now);
        assert!(tokens.accept(&third) && tokens.accept("kept") && !tokens.accept(&other));
    }
}
