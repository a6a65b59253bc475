//! A certificate and its key in PEM files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::error::Error;

/// A certificate and its private key, from PEM files that can be [read again](Self::reload). Clones share them.
#[derive(Clone)]
pub struct PemFiles {
    current: Arc<Current>,
    provider: Arc<CryptoProvider>,
    certificate: PathBuf,
    key: PathBuf,
}

impl PemFiles {
    /// Reads a certificate, followed by those that lead from it to a root, and its private key.
    ///
    /// # Errors
    ///
    /// [`Error`] when a file cannot be read or used, or the key is not that of the certificate.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, Error> {
        let (certificate, key) = (certificate.into(), key.into());
        let provider = Arc::new(ring::default_provider());
        let current = Arc::new(Current(RwLock::new(read(&provider, &certificate, &key)?)));
        Ok(Self {
            current,
            provider,
            certificate,
            key,
        })
    }

    /// Reads the files again, for connections from now on. It blocks while it reads.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new). The certificate stays as it is.
    pub fn reload(&self) -> Result<(), Error> {
        let read = read(&self.provider, &self.certificate, &self.key)?;
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    pub(super) fn config(&self) -> ServerConfig {
        ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone())
    }
}

impl fmt::Debug for PemFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PemFiles")
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The certificate for the next handshake.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn read(provider: &CryptoProvider, certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, Error> {
    let [certificate_path, key_path] = [certificate.display(), key.display()];
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain =
        chain.map_err(|error| Error::because(format!("cannot read certificates in {certificate_path}"), error))?;
    if chain.is_empty() {
        return Err(Error::new(format!("expected a certificate in {certificate_path}")));
    }
    let private = PrivateKeyDer::from_pem_file(key);
    let private = private.map_err(|error| Error::because(format!("cannot read a private key in {key_path}"), error))?;
    let certified = CertifiedKey::from_der(chain, private, provider);
    let unusable = format!("cannot use the certificate in {certificate_path} with the private key in {key_path}");
    Ok(Arc::new(certified.map_err(|error| Error::because(unusable, error))?))
}
