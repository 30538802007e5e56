//! `auth: jwt`: an assertion that the app and the user are who they say, signed with a key file.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use serde_json::json;

/// What an assertion says, and the key that it is signed with.
#[derive(Debug, Clone)]
pub(super) struct Jwt {
    /// The app's consumer key.
    pub(super) client_id: String,
    pub(super) username: String,
    /// The host that the org signs its users in at.
    pub(super) audience: String,
    pub(super) key: Key,
}

/// An RSA key. Its `Debug` tells the public half only.
#[derive(Debug, Clone)]
pub(super) struct Key(Arc<RsaKeyPair>);

/// Why a key file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("is encrypted")]
    Encrypted,
    #[error("holds no private key in PEM form")]
    NotPem,
    #[error("holds no RSA key of 2048 to 4096 bits")]
    NotRsa,
}

/// Salesforce takes no assertion that lasts longer.
const LASTS_SECONDS: i64 = 180;

impl Jwt {
    /// An assertion that is good for three minutes.
    pub(super) fn assertion(&self, now: Timestamp) -> SecretString {
        let Self {
            client_id,
            username,
            audience,
            key,
        } = self;
        let claims = json!({
            "iss": client_id,
            "sub": username,
            "aud": audience,
            "exp": now.as_second() + LASTS_SECONDS,
        });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!(
            "{}.{}",
            part(r#"{"alg":"RS256"}"#),
            part(&claims.to_string())
        );
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}").into()
    }
}

impl Key {
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let pem = fs::read(path).map_err(|error| KeyError::Unreadable(error.kind().to_string()))?;
        Self::parse(&pem)
    }

    /// Takes PEM in either form, PKCS#1 or PKCS#8.
    fn parse(pem: &[u8]) -> Result<Self, KeyError> {
        let text = String::from_utf8_lossy(pem);
        // The older form says it in a header, the newer one in its name.
        if text.contains("ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let pair = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| KeyError::NotPem)? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(KeyError::NotRsa),
        };
        Ok(Self(Arc::new(pair.map_err(|_| KeyError::NotRsa)?)))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("the signature is as long as the modulus, and PKCS#1 needs no randomness");
        signature
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use secrecy::ExposeSecret as _;
    use serde_json::Value;

    use super::*;

    fn key(name: &str) -> Result<Key, KeyError> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys"));
        Key::read(&folder.join(name))
    }

    #[test]
    fn the_assertion_is_signed_and_lasts_three_minutes() {
        for name in ["pkcs1.pem", "pkcs8.pem"] {
            let jwt = Jwt {
                client_id: "app".to_owned(),
                username: "sam@acme.example".to_owned(),
                audience: "https://login.salesforce.com".to_owned(),
                key: key(name).unwrap(),
            };
            let assertion = jwt.assertion("2026-11-22T12:00:00Z".parse().unwrap());
            let (signed, signature) = assertion.expose_secret().rsplit_once('.').unwrap();
            let (header, claims) = signed.split_once('.').unwrap();
            let decode = |part| URL_SAFE_NO_PAD.decode(part).unwrap();
            assert_eq!(decode(header), br#"{"alg":"RS256"}"#);
            assert_eq!(
                serde_json::from_slice::<Value>(&decode(claims)).unwrap(),
                json!({
                    "iss": "app",
                    "sub": "sam@acme.example",
                    "aud": "https://login.salesforce.com",
                    "exp": 1_795_348_980_i64,
                })
            );
            let public = jwt.key.0.public();
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.as_ref())
                .verify(signed.as_bytes(), &decode(signature))
                .unwrap();
        }
    }

    #[track_caller]
    fn check(pem: &str, expect: &KeyError) {
        assert_eq!(&Key::parse(pem.as_bytes()).unwrap_err(), expect, "{pem}");
    }

    #[test]
    fn a_key_that_cannot_be_used_is_told_apart() {
        check(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII",
            &KeyError::Encrypted,
        );
        check(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMII",
            &KeyError::Encrypted,
        );
        check("", &KeyError::NotPem);
        check(
            "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----",
            &KeyError::NotPem,
        );
        assert_eq!(key("elliptic.pem").unwrap_err(), KeyError::NotRsa);
        assert!(matches!(key("absent.pem"), Err(KeyError::Unreadable(_))));
    }
}
