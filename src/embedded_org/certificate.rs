//! The certificate of the org's app, with which the assertions of the JWT flow are verified.

use std::path::Path;

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};

use super::error::Error;

/// The RSA key of a certificate, or of a file with the bare public key. Nothing else of a certificate
/// counts, as in an org's app.
#[derive(Debug, Clone)]
pub(crate) struct Certificate(Vec<u8>);

impl Certificate {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let pem = std::fs::read(path).map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        public_key(&pem)
            .map(Self)
            .ok_or_else(|| Error::NoCertificate {
                path: path.to_owned(),
            })
    }

    /// Whether this is the RS256 signature of the message.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// The key's modulus and exponent as PKCS#1 has them.
fn public_key(pem: &[u8]) -> Option<Vec<u8>> {
    let info = match CertificateDer::from_pem_slice(pem) {
        Ok(certificate) => info_of(&certificate)?.to_vec(),
        Err(_) => SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?.to_vec(),
    };
    // The algorithm, and the key as a string of whole bytes.
    let (_, info, _) = element(&info)?;
    let (_, _, rest) = element(info)?;
    let (_, bits, _) = element(rest)?;
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// The part of an X.509 certificate that holds the key: after serial number, signature algorithm,
/// issuer, validity and subject, before which the version may stand.
fn info_of(certificate: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0xa0;
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    let before = if rest.first() == Some(&VERSION) { 6 } else { 5 };
    for _ in 0..before {
        rest = element(rest)?.2;
    }
    Some(rest)
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // So many bytes tell the length; 80 would leave it open.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let add = |sum: usize, digit: &u8| (sum << 8) + usize::from(*digit);
            (digits.iter().fold(0, add), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Result<Certificate, Error> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys"));
        Certificate::read(&folder.join(name))
    }

    #[test]
    fn a_certificate_and_its_bare_key_are_the_same() {
        let certificate = key("certificate.pem").unwrap();
        assert_eq!(certificate.0, key("public.pem").unwrap().0);
        assert!(!certificate.verifies(b"message", b"signature"));
    }

    #[test]
    fn other_files_hold_none() {
        for name in ["pkcs8.pem", "README.md", "absent.pem"] {
            let error = key(name).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn broken_der_is_no_key() {
        for der in [
            &[][..],
            &[0x30],
            &[0x30, 0x85, 1],
            &[0x30, 0x82, 1],
            &[0x30, 2, 1],
        ] {
            assert_eq!(element(der), None, "{der:?}");
        }
        assert_eq!(element(&[4, 1, 7, 5]), Some((4, &[7][..], &[5][..])));
    }
}
