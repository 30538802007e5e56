//! TLS: the self-signed certificate beside the data file, and a listener that speaks with it.
//!
//! Some clients know no other scheme than https. The certificate is made once, so that whoever has been
//! told to trust it need not be told again.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{ServerConfig, crypto};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::error::Error;
use super::store::sibling;

/// A client that opens a connection and says nothing is not waited for longer.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate that is served with, and where it lies.
pub(super) struct Certificate {
    pub(super) path: PathBuf,
    config: Arc<ServerConfig>,
}

impl Certificate {
    /// The certificate beside the data file; made anew where there is none that is good for this host.
    pub(super) fn beside(data: &Path, host: IpAddr) -> Result<Self, Error> {
        let (path, key_path) = (sibling(data, "cert.pem"), sibling(data, "key.pem"));
        let kept = load(&path, &key_path, host);
        let (certificate, key) = match kept {
            Some(kept) => kept,
            None => make(&path, &key_path, host)?,
        };
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate], key)
            });
        let mut config = config.map_err(|source| Error::Certificate {
            path: path.clone(),
            problem: source.to_string(),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            path,
            config: Arc::new(config),
        })
    }
}

type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// What an earlier start made, if it is whole and names the host.
fn load(path: &Path, key_path: &Path, host: IpAddr) -> Option<Pair> {
    let certificate = CertificateDer::from_pem_file(path).ok()?;
    let key = PrivateKeyDer::from_pem_file(key_path).ok()?;
    let parsed = ParsedCertificate::try_from(&certificate).ok()?;
    verify_server_name(&parsed, &ServerName::from(host)).ok()?;
    Some((certificate, key))
}

fn make(path: &Path, key_path: &Path, host: IpAddr) -> Result<Pair, Error> {
    let failed = |source: rcgen::Error| Error::Certificate {
        path: path.to_owned(),
        problem: source.to_string(),
    };
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = parameters(host)
        .and_then(|parameters| parameters.self_signed(&key))
        .map_err(failed)?;
    write(key_path, &key.serialize_pem(), 0o600)?;
    write(path, &certificate.pem(), 0o644)?;
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())
        .expect("rcgen writes the key as PEM");
    Ok((certificate.der().clone(), key))
}

/// Its time does not follow the clock, which tests and rehearsals set as they like.
fn parameters(host: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    if !names.contains(&host.to_string()) {
        names.push(host.to_string());
    }
    if host.is_unspecified() {
        names.extend(gethostname::gethostname().into_string());
    }
    let mut parameters = CertificateParams::new(names)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "demo-gen embedded org");
    parameters.not_before = rcgen::date_time_ymd(2000, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2099, 12, 31);
    // Trusting it must not mean trusting whatever else its key could sign.
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}

/// Replaces a file; on Unix it is never readable to more than `mode` says.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let write = || {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        io::Write::write_all(&mut options.open(path)?, text.as_bytes())
    };
    write().map_err(|source| Error::Io {
        action: "write to",
        path: path.to_owned(),
        source,
    })
}

/// Accepts connections and shakes hands with many at once, so that a slow client holds up no other.
pub(super) struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<io::Result<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl TlsListener {
    pub(super) fn new(tcp: TcpListener, certificate: &Certificate) -> Self {
        Self {
            tcp,
            acceptor: TlsAcceptor::from(Arc::clone(&certificate.config)),
            handshakes: JoinSet::new(),
        }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                (stream, address) = Listener::accept(&mut self.tcp) => {
                    let handshake = self.acceptor.accept(stream);
                    self.handshakes.spawn(async move {
                        let stream = tokio::time::timeout(HANDSHAKE, handshake).await??;
                        Ok((stream, address))
                    });
                }
                // A handshake that failed is the client's affair: most often it does not trust us yet.
                Some(Ok(Ok(connection))) = self.handshakes.join_next() => return connection,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_certificate_is_made_once_and_again_for_another_host() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("org.sqlite");
        let text_for = |address: &str| {
            let certificate = Certificate::beside(&data, host(address)).unwrap();
            std::fs::read_to_string(certificate.path).unwrap()
        };
        let first = text_for("127.0.0.1");
        assert_eq!(text_for("::1"), first);
        let second = text_for("192.0.2.7");
        assert_ne!(second, first);
        assert_eq!(text_for("127.0.0.1"), second);
        std::fs::write(sibling(&data, "key.pem"), "damaged").unwrap();
        assert_ne!(text_for("127.0.0.1"), second);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("org.sqlite");
        // Not even where a file was there before.
        std::fs::write(sibling(&data, "key.pem"), "").unwrap();
        Certificate::beside(&data, host("127.0.0.1")).unwrap();
        let mode = std::fs::metadata(sibling(&data, "key.pem"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
