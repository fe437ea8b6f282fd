//! A certificate authority, and certificates good and bad.
//!
//! ```
//! use causeway_testkit::{TestCa, Validity};
//! let ca = TestCa::with_intermediate("Partner Authority");
//! let good = ca.issue(&["mx.partner.test"], Validity::Now);
//! let incomplete = good.without_intermediate();
//! assert_eq!((good.chain.len(), incomplete.chain.len()), (2, 1));
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::staple::{Said, Signer};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// When a certificate is valid, seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// From yesterday, for a month.
    Now,
    /// Ended yesterday.
    Expired,
    /// Begins tomorrow.
    NotYet,
    /// Between these moments.
    Between(SystemTime, SystemTime),
}

impl Validity {
    fn range(self) -> (SystemTime, SystemTime) {
        let now = SystemTime::now();
        match self {
            Self::Now => (now - DAY, now + 30 * DAY),
            Self::Expired => (now - 30 * DAY, now - DAY),
            Self::NotYet => (now + DAY, now + 30 * DAY),
            Self::Between(start, end) => (start, end),
        }
    }
}

/// A root, perhaps an intermediate authority under it, and a directory for files.
pub struct TestCa {
    root: Authority,
    intermediate: Option<Authority>,
    directory: TempDir,
    issued: AtomicU32,
}

struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its chain and key, in memory and in files.
#[derive(Debug)]
pub struct Issued {
    /// The certificate, then what comes between it and the root.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
    /// PEM file with the chain; lives as long as the authority.
    pub chain_file: PathBuf,
    /// PEM file with the key; lives as long as the authority.
    pub key_file: PathBuf,
}

impl TestCa {
    /// An authority whose root issues directly. `name` is its common name and organization.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::build(name, false)
    }

    /// An authority whose root has an intermediate that issues.
    #[must_use]
    pub fn with_intermediate(name: &str) -> Self {
        Self::build(name, true)
    }

    fn build(name: &str, with_intermediate: bool) -> Self {
        let (parameters, key) = authority(&format!("{name} Root"), name);
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        let root = Authority { certificate, issuer: Issuer::new(parameters, key) };
        let intermediate = with_intermediate.then(|| {
            let (parameters, key) = authority(&format!("{name} Intermediate"), name);
            let certificate = parameters.signed_by(&key, &root.issuer).unwrap().der().clone();
            Authority { certificate, issuer: Issuer::new(parameters, key) }
        });
        let directory = TempDir::new().expect("a temporary directory");
        let ca = Self { root, intermediate, directory, issued: AtomicU32::new(0) };
        std::fs::write(ca.root_file(), pem("CERTIFICATE", &ca.root.certificate)).unwrap();
        ca
    }

    /// PEM file with the root certificate.
    #[must_use]
    pub fn root_file(&self) -> PathBuf {
        self.directory.path().join("root.pem")
    }

    /// The root certificate.
    #[must_use]
    pub fn root(&self) -> &CertificateDer<'static> {
        &self.root.certificate
    }

    /// The directory of all files.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A certificate for these names (host names, wildcards, addresses).
    #[must_use]
    pub fn issue(&self, names: &[&str], validity: Validity) -> Issued {
        let (parameters, key) = end_entity(names, validity);
        let authority = self.intermediate.as_ref().unwrap_or(&self.root);
        let certificate = parameters.signed_by(&key, &authority.issuer).unwrap().der().clone();
        let mut chain = vec![certificate];
        chain.extend(self.intermediate.iter().map(|i| i.certificate.clone()));
        self.keep(chain, &key)
    }

    /// A certificate for these names that is for clients only.
    #[must_use]
    pub fn issue_for_clients(&self, names: &[&str]) -> Issued {
        let (mut parameters, key) = end_entity(names, Validity::Now);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = parameters.signed_by(&key, &self.root.issuer).unwrap().der().clone();
        self.keep(vec![certificate], &key)
    }

    /// What the authority says of a certificate, for its server to send along (OCSP stapling).
    #[must_use]
    pub fn statement(&self, about: &Issued, said: Said) -> Vec<u8> {
        let authority = self.intermediate.as_ref().unwrap_or(&self.root);
        said.signed(about, &authority.certificate, authority.issuer.key(), None)
    }

    /// The same, signed by somebody to whom the authority has given a certificate.
    #[must_use]
    pub fn statement_by(&self, signer: Signer, about: &Issued, said: Said) -> Vec<u8> {
        let authority = self.intermediate.as_ref().unwrap_or(&self.root);
        let (mut parameters, key) = end_entity(&["responder.test"], Validity::Now);
        if signer == Signer::Responder {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        }
        let own = parameters.signed_by(&key, &authority.issuer).unwrap().der().clone();
        said.signed(about, &authority.certificate, &key, Some(&own))
    }

    /// A self-signed certificate for these names; it has nothing to do with the authority but the
    /// directory for its files.
    #[must_use]
    pub fn self_signed(&self, names: &[&str], validity: Validity) -> Issued {
        let (parameters, key) = end_entity(names, validity);
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        self.keep(vec![certificate], &key)
    }

    /// A client that trusts this authority and checks names.
    #[must_use]
    pub fn client_config(&self) -> Arc<ClientConfig> {
        let config = self.client_builder().with_no_client_auth();
        Arc::new(config)
    }

    /// The same, showing this certificate when asked.
    #[must_use]
    pub fn client_config_with(&self, own: &Issued) -> Arc<ClientConfig> {
        let config = self
            .client_builder()
            .with_client_auth_cert(own.chain.clone(), own.key.clone_key())
            .unwrap();
        Arc::new(config)
    }

    fn client_builder(
        &self,
    ) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
        ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.root_store())
    }

    /// A server that demands a client certificate from this authority.
    #[must_use]
    pub fn server_config_demanding_certificate(&self, own: &Issued) -> Arc<ServerConfig> {
        let roots = Arc::new(self.root_store());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots, provider()).build().unwrap();
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(own.chain.clone(), own.key.clone_key())
            .unwrap();
        Arc::new(config)
    }

    fn root_store(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.certificate.clone()).unwrap();
        roots
    }

    fn keep(&self, chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Issued {
        let number = self.issued.fetch_add(1, Ordering::Relaxed);
        let issued = Issued {
            chain_file: self.directory.path().join(format!("{number}.pem")),
            key_file: self.directory.path().join(format!("{number}.key")),
            key: PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
            chain,
        };
        issued.write();
        issued
    }
}

impl Issued {
    /// The certificate alone, as servers send it whose administrator forgot the rest. Writes the
    /// chain's file anew.
    #[must_use]
    pub fn without_intermediate(&self) -> Self {
        let issued = Self {
            chain: self.chain[..1].to_vec(),
            key: self.key.clone_key(),
            chain_file: self.chain_file.with_extension("leaf.pem"),
            key_file: self.key_file.clone(),
        };
        issued.write();
        issued
    }

    /// The same with a signature that does not fit. Writes the chain's file anew.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[must_use]
    pub fn damaged(mut self) -> Self {
        let mut octets = self.chain[0].to_vec();
        // The signature is at the end.
        *octets.last_mut().expect("a certificate") ^= 1;
        self.chain[0] = octets.into();
        self.write();
        self
    }

    /// The chain with this certificate at its end: some servers send the root too.
    #[must_use]
    pub fn with(&self, certificate: &CertificateDer<'static>) -> Self {
        let mut chain = self.chain.clone();
        chain.push(certificate.clone());
        let issued = Self {
            chain,
            key: self.key.clone_key(),
            chain_file: self.chain_file.with_extension("long.pem"),
            key_file: self.key_file.clone(),
        };
        issued.write();
        issued
    }

    /// A server that has this certificate, with TLS 1.2 and 1.3.
    #[must_use]
    pub fn server_config(&self) -> Arc<ServerConfig> {
        self.server_config_with_versions(rustls::ALL_VERSIONS)
    }

    /// A server that sends this along with its certificate: see [`TestCa::statement`].
    #[must_use]
    pub fn server_config_stapling(&self, statement: Vec<u8>) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert_with_ocsp(self.chain.clone(), self.key.clone_key(), statement)
            .unwrap();
        Arc::new(config)
    }

    /// A server that has this certificate and knows TLS 1.2 only.
    #[must_use]
    pub fn server_config_tls12(&self) -> Arc<ServerConfig> {
        self.server_config_with_versions(&[&rustls::version::TLS12])
    }

    fn server_config_with_versions(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        Arc::new(config)
    }

    fn write(&self) {
        let chain: String = self.chain.iter().map(|c| pem("CERTIFICATE", c)).collect();
        std::fs::write(&self.chain_file, chain).unwrap();
        std::fs::write(&self.key_file, pem("PRIVATE KEY", self.key.secret_der())).unwrap();
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn authority(common_name: &str, organization: &str) -> (CertificateParams, KeyPair) {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.remove(DnType::CommonName);
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.distinguished_name.push(DnType::OrganizationName, organization);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (parameters, KeyPair::generate().unwrap())
}

fn end_entity(names: &[&str], validity: Validity) -> (CertificateParams, KeyPair) {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let first = names.first().cloned().unwrap_or_default();
    let mut parameters = CertificateParams::new(names).expect("names for a certificate");
    parameters.distinguished_name.remove(DnType::CommonName);
    parameters.distinguished_name.push(DnType::CommonName, first);
    let (start, end) = validity.range();
    parameters.not_before = start.into();
    parameters.not_after = end.into();
    (parameters, KeyPair::generate().unwrap())
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
