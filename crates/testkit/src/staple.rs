//! What an authority says of a certificate (RFC 6960), true or not.
//!
//! ```
//! use causeway_testkit::{Said, TestCa, Validity};
//! let ca = TestCa::new("Partner Authority");
//! let issued = ca.issue(&["mx.partner.test"], Validity::Now);
//! let revoked = ca.statement(&issued, Said::revoked());
//! let server = issued.server_config_stapling(revoked);
//! ```

use std::time::SystemTime;

use aws_lc_rs::digest;
use der::asn1::{BitString, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use rcgen::{KeyPair, SigningKey};
use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, ResponderId,
    ResponseData, RevokedInfo, SingleResponse, Version,
};

use crate::Issued;
use crate::ca::DAY;

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// Who signs a statement in the authority's place, with a certificate from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// One whose certificate is for that.
    Responder,
    /// One whose certificate is not.
    AnybodyElse,
}

/// What is said.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    status: CertStatus,
    from: SystemTime,
    until: Option<SystemTime>,
}

impl Said {
    fn now(status: CertStatus) -> Self {
        let now = SystemTime::now();
        Self { status, from: now - DAY, until: Some(now + 3 * DAY) }
    }

    /// Not revoked; since yesterday, for three days.
    #[must_use]
    pub fn good() -> Self {
        Self::now(CertStatus::good())
    }

    /// Not known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::now(CertStatus::unknown())
    }

    /// Revoked two days ago.
    #[must_use]
    pub fn revoked() -> Self {
        let revocation_time = time(SystemTime::now() - 2 * DAY);
        Self::now(CertStatus::revoked(RevokedInfo { revocation_time, revocation_reason: None }))
    }

    /// The same, said at another time and good until then.
    #[must_use]
    pub const fn between(mut self, from: SystemTime, until: Option<SystemTime>) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    /// The response of an authority with this certificate, signed with this key.
    pub(crate) fn signed(
        self,
        about: &Issued,
        authority: &CertificateDer<'_>,
        key: &KeyPair,
        signer: Option<&CertificateDer<'_>>,
    ) -> Vec<u8> {
        let certificate = Certificate::from_der(&about.chain[0]).unwrap().tbs_certificate;
        let authority = Certificate::from_der(authority).unwrap().tbs_certificate;
        let hash = |octets: &[u8]| {
            let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, octets);
            OctetString::new(digest.as_ref()).unwrap()
        };
        let own_key = authority.subject_public_key_info.subject_public_key.raw_bytes().to_vec();
        let single = SingleResponse {
            cert_id: CertId {
                hash_algorithm: algorithm(SHA1),
                issuer_name_hash: hash(&certificate.issuer.to_der().unwrap()),
                issuer_key_hash: hash(&own_key),
                serial_number: certificate.serial_number,
            },
            cert_status: self.status,
            this_update: time(self.from),
            next_update: self.until.map(time),
            single_extensions: None,
        };
        let data = ResponseData {
            version: Version::V1,
            responder_id: ResponderId::ByKey(hash(&own_key)),
            produced_at: time(self.from),
            responses: vec![single],
            response_extensions: None,
        };
        let signature = key.sign(&data.to_der().unwrap()).unwrap();
        let response = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: algorithm(ECDSA_WITH_SHA256),
            signature: BitString::from_bytes(&signature).unwrap(),
            certs: signer.map(|own| vec![Certificate::from_der(own).unwrap()]),
        };
        OcspResponse::successful(response).unwrap().to_der().unwrap()
    }
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn time(moment: SystemTime) -> OcspGeneralizedTime {
    OcspGeneralizedTime::try_from(moment).unwrap()
}
