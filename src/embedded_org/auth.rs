//! Who may sign in: secrets made once for a data file, and the checks of them.

use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use jiff::Timestamp;
use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::tls13::OkmBlock;
use secrecy::{ExposeSecret as _, SecretString};

use super::certificate::Certificate;
use super::error::Error;
use super::store::Store;

/// Everything a client can sign in with; printing it for debugging shows no secret.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) access_token: SecretString,
    pub(crate) username: String,
    /// The password with the security token behind it, as the OAuth password flow wants it.
    pub(crate) password: SecretString,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) refresh_token: SecretString,
    /// What assertions are verified with, where the app has a certificate.
    pub(super) certificate: Option<Certificate>,
}

/// Makes the secrets of a new data file.
pub(super) fn make(store: &Store, org_id: &str, now: Timestamp) -> Result<(), Error> {
    let refresh = format!("5Aep861{}", secret("refresh", now, 64));
    let settings = [
        ("access_token", new_token(org_id, now)),
        ("refresh_token", refresh),
        ("password", secret("password", now, 16)),
        ("security_token", secret("security", now, 24)),
        ("client_id", format!("3MVG9{}", secret("client", now, 60))),
        ("client_secret", secret("client secret", now, 64)),
    ];
    settings
        .iter()
        .try_for_each(|(name, value)| store.write_setting(name, value))
}

/// Reads the secrets of a data file.
pub(super) fn read(
    store: &Store,
    username: &str,
    token: Option<String>,
) -> Result<Credentials, Error> {
    let setting = |name| store.setting(name).map(Option::unwrap_or_default);
    let password = setting("password")? + &setting("security_token")?;
    let token = match token {
        Some(token) => token,
        None => setting("access_token")?,
    };
    Ok(Credentials {
        access_token: token.into(),
        username: username.to_owned(),
        password: password.into(),
        client_id: setting("client_id")?,
        client_secret: setting("client_secret")?.into(),
        refresh_token: setting("refresh_token")?.into(),
        certificate: None,
    })
}

/// A fresh session token.
pub(super) fn new_token(org_id: &str, now: Timestamp) -> String {
    format!("{}!{}", &org_id[..15], secret("access", now, 96))
}

/// A fresh id for an org, so that what was recorded for another is never taken for it.
pub(super) fn new_org_id(now: Timestamp) -> String {
    let text = format!("00D{}", secret("organization", now, 12));
    super::ids::RecordId::parse(&text)
        .expect("15 letters and digits are an id")
        .into()
}

impl Credentials {
    /// What a token reply is signed with: base64 of HMAC-SHA256 with the client secret.
    pub(super) fn sign(&self, message: &str) -> String {
        let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
            return String::new();
        };
        let key = OkmBlock::new(self.client_secret.expose_secret().as_bytes());
        let tag = suite.hkdf_provider.hmac_sign(&key, message.as_bytes());
        base64::engine::general_purpose::STANDARD.encode(tag.as_ref())
    }
}

/// Letters and digits from the randomness that the standard library asks of the system.
fn secret(purpose: &str, now: Timestamp, length: usize) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut hasher = blake3::Hasher::new_derive_key("demo-gen embedded org secret v1");
    hasher.update(purpose.as_bytes());
    hasher.update(&now.as_nanosecond().to_le_bytes());
    hasher.update(&std::process::id().to_le_bytes());
    for salt in 0..4_u64 {
        hasher.update(&RandomState::new().hash_one(salt).to_le_bytes());
    }
    let mut bytes = vec![0; length];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
        .into_iter()
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            access_token: "token".to_owned().into(),
            username: "user".to_owned(),
            password: "pa55".to_owned().into(),
            client_id: "id".to_owned(),
            client_secret: "key".to_owned().into(),
            refresh_token: "refresh".to_owned().into(),
            certificate: None,
        }
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        let expect = "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=";
        let signed = credentials().sign("The quick brown fox jumps over the lazy dog");
        assert_eq!(signed, expect);
    }

    #[test]
    fn secrets_differ_and_are_not_shown() {
        let now = Timestamp::UNIX_EPOCH;
        assert_ne!(secret("a", now, 32), secret("a", now, 32));
        assert!(!format!("{:?}", credentials()).contains("pa55"));
    }
}
