//! DANE for SMTP: do TLSA records vouch for a certificate? (RFC 6698, 7671, 7672)
//!
//! Pure: records, chain and names in, a verdict out.
//!
//! * Records are read whatever their length. Usable are the usages DANE-TA(2) and DANE-EE(3) with the
//!   selectors 0 and 1 and the matching types 0, 1 (SHA-256) and 2 (SHA-512), with a digest of the right
//!   length. Everything else (the usages 0 and 1 too, RFC 7672 section 3.1.3) counts as not there.
//! * DANE-EE(3) vouches for the server's own certificate or key. Its name and dates do not matter.
//! * DANE-TA(2) vouches for an authority, which replaces all trusted roots: the chain must lead to it,
//!   the dates must hold, and the certificate must be for one of the names. The server's own
//!   certificate is no authority, even where the digest would match.
//! * Any matching record is enough. Of digests of the same certificate or key by both algorithms only
//!   the stronger count (RFC 7671 section 9).

use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::digest;
use causeway_model::Failure;
use rustls::RootCertStore;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::trust::TrustRoots;
use super::verdict;

/// Certificates of a chain that are looked at.
const LONGEST_CHAIN: usize = 16;

/// Which certificate a record vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// An authority of the chain: DANE-TA(2).
    TrustAnchor,
    /// The server's own: DANE-EE(3).
    EndEntity,
}

/// What of the certificate a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Selector {
    /// All of it (0).
    Certificate,
    /// Its public key (1).
    PublicKey,
}

/// How a record gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Matching {
    /// As it is (0).
    Full,
    /// SHA-256 (1).
    Sha256,
    /// SHA-512 (2).
    Sha512,
}

/// A TLSA record that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tlsa {
    /// For whom.
    pub usage: Usage,
    /// Of what.
    pub selector: Selector,
    /// In which form.
    pub matching: Matching,
    /// The octets or their digest.
    pub data: Vec<u8>,
}

impl Tlsa {
    /// Reads a record's data. `None` for a record that cannot be used.
    #[must_use]
    pub fn read(rdata: &[u8]) -> Option<Self> {
        let [usage, selector, matching, data @ ..] = rdata else { return None };
        let usage = match usage {
            2 => Usage::TrustAnchor,
            3 => Usage::EndEntity,
            _ => return None,
        };
        let selector = match selector {
            0 => Selector::Certificate,
            1 => Selector::PublicKey,
            _ => return None,
        };
        let (matching, is_long_enough) = match matching {
            0 => (Matching::Full, !data.is_empty()),
            1 => (Matching::Sha256, data.len() == 32),
            2 => (Matching::Sha512, data.len() == 64),
            _ => return None,
        };
        is_long_enough.then(|| Self { usage, selector, matching, data: data.to_vec() })
    }

    /// As in a zone file.
    fn line(&self) -> String {
        let usage = match self.usage {
            Usage::TrustAnchor => 2,
            Usage::EndEntity => 3,
        };
        // In the order of their numbers.
        let (selector, matching) = (self.selector as u8, self.matching as u8);
        format!("{usage} {selector} {matching} {}", hexadecimal(&self.data))
    }
}

/// The TLSA records of a host, as far as they can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsaSet {
    /// The name under which they were found: `mx.example.com` for `_25._tcp.mx.example.com`. It is sent as
    /// SNI, and is the first name that a certificate may be for.
    pub base: String,
    records: Vec<Tlsa>,
}

impl TlsaSet {
    /// Of all records of a host: those that can be used.
    #[must_use]
    pub fn new<'a>(base: String, rdata: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut records: Vec<Tlsa> = Vec::new();
        for record in rdata.into_iter().filter_map(Tlsa::read) {
            if !records.contains(&record) {
                records.push(record);
            }
        }
        let strong: Vec<(Usage, Selector)> = records
            .iter()
            .filter(|record| record.matching == Matching::Sha512)
            .map(|record| (record.usage, record.selector))
            .collect();
        records.retain(|record| {
            record.matching != Matching::Sha256
                || !strong.contains(&(record.usage, record.selector))
        });
        Self { base, records }
    }

    /// True when no record can be used: the host must then be spoken to in TLS, with any certificate
    /// (RFC 7672 section 2.2).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The records that can be used, as they stand in zone files: `3 1 1 5f2a…`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.records.iter().map(Tlsa::line).collect()
    }

    /// How many can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }
}

/// A certificate and what records may say of it.
struct Subject<'a> {
    certificate: &'a [u8],
    key: Option<Vec<u8>>,
    /// By selector: certificate, key; each SHA-256 and SHA-512.
    digests: [[Vec<u8>; 2]; 2],
}

impl<'a> Subject<'a> {
    fn of(certificate: &'a [u8]) -> Self {
        let key = X509Certificate::from_der(certificate)
            .ok()
            .map(|(_, parsed)| parsed.public_key().raw.to_vec());
        let digests = |octets: &[u8]| {
            [&digest::SHA256, &digest::SHA512]
                .map(|algorithm| digest::digest(algorithm, octets).as_ref().to_vec())
        };
        // Without a readable key there is nothing that a digest of it could match.
        let of_key = key.as_deref().map(digests).unwrap_or_default();
        Self { certificate, digests: [digests(certificate), of_key], key }
    }

    fn matches(&self, record: &Tlsa) -> bool {
        let octets: &[u8] = match (record.matching, record.selector) {
            (Matching::Full, Selector::Certificate) => self.certificate,
            (Matching::Full, Selector::PublicKey) => self.key.as_deref().unwrap_or_default(),
            (Matching::Sha256, selector) => &self.digests[selector as usize][0],
            (Matching::Sha512, selector) => &self.digests[selector as usize][1],
        };
        !octets.is_empty() && octets == record.data
    }
}

/// Whether the records vouch for the certificate. `names` are the names that it may be for, besides the
/// records' own base: the MX host's and the recipient domain's.
///
/// # Errors
/// [`Failure::TlsaMismatch`] when no record fits; for an authority that fits, what is wrong with the
/// chain to it: expired, for another name, not signed by it.
pub(super) fn check(
    set: &TlsaSet,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    names: &[String],
    algorithms: &WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> Result<(), Failure> {
    let own = Subject::of(leaf);
    let (end_entity, anchors): (Vec<&Tlsa>, Vec<&Tlsa>) =
        set.records.iter().partition(|record| record.usage == Usage::EndEntity);
    if end_entity.iter().any(|record| own.matches(record)) {
        return Ok(());
    }
    let mut problem = None;
    for anchor in authorities(&anchors, intermediates) {
        match check_under(&anchor, leaf, intermediates, algorithms, now) {
            Ok(()) => return check_names(set, leaf, names),
            Err(failure) => problem = Some(failure),
        }
    }
    Err(problem.unwrap_or_else(|| Failure::TlsaMismatch {
        records: u32::try_from(set.len()).unwrap_or(u32::MAX),
        presented: hexadecimal(&own.digests[1][0]),
    }))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// The authorities that records vouch for: certificates that were sent, and those that a record has in
/// full.
fn authorities(
    records: &[&Tlsa],
    intermediates: &[CertificateDer<'_>],
) -> Vec<CertificateDer<'static>> {
    if records.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<CertificateDer<'static>> = Vec::new();
    for certificate in intermediates.iter().take(LONGEST_CHAIN) {
        let subject = Subject::of(certificate);
        if records.iter().any(|record| subject.matches(record)) {
            found.push(certificate.clone().into_owned());
        }
    }
    for record in records {
        if (record.matching, record.selector) == (Matching::Full, Selector::Certificate)
            && found.len() < LONGEST_CHAIN
        {
            found.push(CertificateDer::from(record.data.clone()));
        }
    }
    found
}

/// The chain, with this authority as its only root.
fn check_under(
    anchor: &CertificateDer<'_>,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    algorithms: &WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> Result<(), Failure> {
    let trusted = webpki::anchor_from_trusted_cert(anchor)
        .map_err(|error| Failure::CertificateInvalid { detail: error.to_string() })?;
    let store = RootCertStore { roots: vec![trusted.to_owned()] };
    let roots = TrustRoots::from_store(store);
    let chain: Vec<CertificateDer<'_>> =
        intermediates.iter().take(LONGEST_CHAIN).cloned().collect();
    verdict::check_chain(leaf, &chain, &roots, algorithms, now)
}

fn check_names(set: &TlsaSet, leaf: &CertificateDer<'_>, names: &[String]) -> Result<(), Failure> {
    let first = verdict::check_name(leaf, &set.base);
    if first.is_ok() || names.iter().any(|name| verdict::check_name(leaf, name).is_ok()) {
        return Ok(());
    }
    first
}

/// What records demand of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaneDemand {
    /// The records.
    pub records: Arc<TlsaSet>,
    /// Names that the certificate may be for besides the records' own.
    pub names: Vec<String>,
}

#[cfg(test)]
mod tests;
