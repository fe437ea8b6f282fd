//! The keys in use, and signing with them.

use std::collections::HashMap;
use std::fmt;

use causeway_model::Domain;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done, Signature};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{Algorithm, KeyError, SigningKey};

/// The fields that are signed, there or not. Fields that mailing lists add (`Sender`, `List-…`) are not among
/// them: a list that changes nothing else keeps the signature whole.
const SIGNED: [&str; 14] = [
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
];

/// The keys that sign: of each domain the newest one of each algorithm.
#[derive(Default)]
pub struct Signer {
    keys: HashMap<Domain, Vec<Ready>>,
}

enum Ready {
    Rsa(Box<DkimSigner<RsaKey<Sha256>, Done>>),
    Ed25519(Box<DkimSigner<Ed25519Key, Done>>),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl Signer {
    /// Makes keys ready. Those that cannot be read are left out, each with its error.
    #[must_use]
    pub fn new(keys: &[SigningKey]) -> (Self, Vec<KeyError>) {
        let mut newest: HashMap<(&Domain, Algorithm), &SigningKey> = HashMap::new();
        for key in keys {
            let known = newest.entry((&key.domain, key.algorithm)).or_insert(key);
            if (key.created_at, &key.selector) > (known.created_at, &known.selector) {
                *known = key;
            }
        }
        // RSA first: its signature ends up below, where verifiers that stop at the first they know
        // find Ed25519 only if they know it.
        let mut chosen: Vec<&SigningKey> = newest.into_values().collect();
        chosen.sort_by_key(|key| (key.domain.to_string(), key.algorithm));
        let (mut signer, mut errors) = (Self::default(), Vec::new());
        for key in chosen {
            match ready(key) {
                Ok(ready) => signer.keys.entry(key.domain.clone()).or_default().push(ready),
                Err(error) => errors.push(error),
            }
        }
        (signer, errors)
    }

    /// True when mail from this domain is signed.
    #[must_use]
    pub fn signs(&self, domain: &Domain) -> bool {
        self.keys_for(domain).is_some()
    }

    /// The `DKIM-Signature` fields of a message, each with its line end, to be put before its first
    /// octet; nothing when there is no key for `from`, the domain of its From field. The parts of the
    /// message belong one after the other; the header must be complete within its parts' order.
    #[must_use]
    pub fn signatures(&self, from: &Domain, message: &[&[u8]]) -> Vec<u8> {
        let mut fields = Vec::new();
        for key in self.keys_for(from).into_iter().flatten() {
            let whole;
            let message = match message {
                [one] => *one,
                parts => {
                    whole = parts.concat();
                    &whole
                }
            };
            let signature: Option<Signature> = match key {
                Ready::Rsa(signer) => signer.sign(message).ok(),
                Ready::Ed25519(signer) => signer.sign(message).ok(),
            };
            if let Some(signature) = signature {
                let mut field = Vec::new();
                signature.write_header(&mut field);
                fields.splice(0..0, field);
            }
        }
        fields
    }

    /// The keys of the domain, or of the nearest one above it that has any.
    fn keys_for(&self, domain: &Domain) -> Option<&Vec<Ready>> {
        let mut at = domain.clone();
        loop {
            if let Some(keys) = self.keys.get(&at) {
                return Some(keys);
            }
            at = Domain::parse(at.parent()?).ok()?;
        }
    }
}

fn ready(key: &SigningKey) -> Result<Ready, KeyError> {
    let der = key.private_der()?;
    let unreadable = |error: mail_auth::Error| key.unreadable(&error);
    let (domain, selector) = (key.domain.to_string(), key.selector.clone());
    Ok(match key.algorithm {
        Algorithm::Rsa => {
            let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.as_slice()));
            let key = RsaKey::<Sha256>::from_key_der(der).map_err(unreadable)?;
            let signer = DkimSigner::from_key(key).domain(domain).selector(selector);
            Ready::Rsa(Box::new(signer.headers(SIGNED)))
        }
        Algorithm::Ed25519 => {
            let key = Ed25519Key::from_pkcs8_der(&der).map_err(unreadable)?;
            let signer = DkimSigner::from_key(key).domain(domain).selector(selector);
            Ready::Ed25519(Box::new(signer.headers(SIGNED)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::Timestamp;

    fn key(domain: &str, selector: &str, algorithm: Algorithm, at: i64) -> SigningKey {
        let domain = Domain::parse(domain).unwrap();
        SigningKey::generate(domain, selector, algorithm, Timestamp::from_millis(at)).unwrap()
    }

    #[test]
    fn the_nearest_domain_and_the_newest_key_sign() {
        let keys = [
            key("ours.test", "old", Algorithm::Ed25519, 1),
            key("ours.test", "new", Algorithm::Ed25519, 2),
            key("ours.test", "rsa", Algorithm::Rsa, 1),
            key("mail.ours.test", "below", Algorithm::Ed25519, 1),
        ];
        let (signer, errors) = Signer::new(&keys);
        assert_eq!(errors, []);
        let signed = |domain: &str| {
            let message = format!("From: a@{domain}\r\nSubject: x\r\n\r\nbody\r\n");
            let domain = Domain::parse(domain).unwrap();
            let fields = signer.signatures(&domain, &[message.as_bytes()]);
            let fields = String::from_utf8(fields).unwrap();
            assert!(fields.is_empty() || fields.ends_with("\r\n"));
            assert!(fields.split("\r\n").all(|line| line.len() <= 100), "{fields}");
            fields
        };
        let fields = signed("ours.test");
        assert_eq!(fields.matches("DKIM-Signature: ").count(), 2, "{fields}");
        assert!(fields.contains("s=new; d=ours.test") && fields.contains("s=rsa; d=ours.test"));
        assert!(signed("a.mail.ours.test").contains("s=below; d=mail.ours.test"));
        assert!(signed("other.ours.test").contains("d=ours.test"));
        assert_eq!(signed("theirs.test"), "");
        assert!(!signer.signs(&Domain::parse("theirs.test").unwrap()));
    }
}
