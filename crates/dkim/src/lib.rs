//! Signing mail of ours: DKIM (RFC 6376, RFC 8463).
//!
//! **What it is for.** [`SigningKey`] is a key as it is kept, with the DNS record to publish for it.
//! [`Signer`] has the keys that can be used, and makes the `DKIM-Signature` fields of a message.
//!
//! **What it promises.** A signature is aligned: its `d=` is the domain of From, or the nearest domain above
//! it that has a key. Body and header are canonicalized `relaxed`; the body is signed whole (no `l=`). Fields that a message
//! does not have are signed as absent, so nobody can add them. Where a domain has keys
//! of both algorithms, there are two signatures: Ed25519 for those who know it, RSA for all. The time in a signature (`t=`) is the machine's.
//!
//! **What it refuses.** Keeping keys is the store's work, publishing them the administrator's, verifying other
//! people's signatures nobody's here. Private keys show in no `Debug` output.
//!
//! **How it fails.** [`KeyError`] when a key cannot be made or read. A message that cannot be signed is
//! sent without a signature: mail without one is better than no mail.
//!
//! In which order to read: this file, then `signer`.

mod signer;

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use causeway_model::{Domain, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use signer::Signer;

/// How the names of keys in the store begin.
pub const STORE_PREFIX: &str = "dkim:";

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// `rsa-sha256`, 2048 bits: everybody can verify it.
    Rsa,
    /// `ed25519-sha256` (RFC 8463): short; not everybody can verify it yet.
    Ed25519,
}

impl Algorithm {
    /// Its name, as commands and the API have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Why a key cannot be made or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system gave no random numbers, or no memory.
    #[error("a key could not be made: no random numbers or no memory")]
    Machinery,
    /// What is kept is no key of this kind.
    #[error("the key {name} cannot be read: {detail}")]
    Unreadable {
        /// The name of its record.
        name: String,
        /// What is wrong.
        detail: String,
    },
    /// A selector is a name in DNS.
    #[error(
        "{0:?} is no selector: use letters, digits and hyphens, at most 63, as in \"mail2026\""
    )]
    BadSelector(String),
}

/// A key as it is kept. The private part is PKCS #8, base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The domain that signs.
    pub domain: Domain,
    /// Which of its keys: the record is at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// When it was made.
    pub created_at: Timestamp,
    private: Zeroizing<String>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {:?})", self.record_name(), self.algorithm)
    }
}

impl SigningKey {
    /// Makes a key. RSA takes some tenths of a second of one core: call it on a blocking thread.
    ///
    /// # Errors
    /// [`KeyError::BadSelector`], [`KeyError::Machinery`].
    pub fn generate(
        domain: Domain,
        selector: &str,
        algorithm: Algorithm,
        created_at: Timestamp,
    ) -> Result<Self, KeyError> {
        if !is_selector(selector) {
            return Err(KeyError::BadSelector(selector.chars().take(80).collect()));
        }
        let der: Pkcs8V1Der<'static> = match algorithm {
            Algorithm::Rsa => RsaKeyPair::generate(KeySize::Rsa2048).and_then(|key| key.as_der()),
            Algorithm::Ed25519 => Ed25519KeyPair::generate().and_then(|key| key.as_der()),
        }
        .map_err(|_| KeyError::Machinery)?;
        Ok(Self {
            domain,
            selector: selector.to_ascii_lowercase(),
            algorithm,
            created_at,
            private: Zeroizing::new(STANDARD.encode(der.as_ref())),
        })
    }

    /// The name of the TXT record to publish.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The name under which the store keeps it, among other small facts.
    #[must_use]
    pub fn store_key(&self) -> String {
        format!("{STORE_PREFIX}{}:{}", self.domain, self.selector)
    }

    /// The text of the TXT record to publish (RFC 6376 section 3.6.1), in one piece.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`].
    pub fn record_value(&self) -> Result<String, KeyError> {
        let private = self.private_der()?;
        let public = match self.algorithm {
            Algorithm::Rsa => {
                let key = RsaKeyPair::from_pkcs8(&private).map_err(|e| self.unreadable(&e))?;
                let der: PublicKeyX509Der<'static> =
                    key.public_key().as_der().map_err(|e| self.unreadable(&e))?;
                STANDARD.encode(der.as_ref())
            }
            Algorithm::Ed25519 => {
                let key = Ed25519KeyPair::from_pkcs8(&private).map_err(|e| self.unreadable(&e))?;
                STANDARD.encode(key.public_key().as_ref())
            }
        };
        Ok(format!("v=DKIM1; k={}; p={public}", self.algorithm.name()))
    }

    fn private_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        STANDARD
            .decode(self.private.as_bytes())
            .map(Zeroizing::new)
            .map_err(|e| self.unreadable(&e))
    }

    fn unreadable(&self, error: &dyn fmt::Display) -> KeyError {
        KeyError::Unreadable { name: self.record_name(), detail: error.to_string() }
    }
}

/// A TXT record's text as zone files have it: strings of at most 255 octets.
#[must_use]
pub fn zone_strings(value: &str) -> Vec<String> {
    // Records of ours are ASCII, so every octet is a character.
    value.as_bytes().chunks(255).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// Whether two texts of TXT records say the same: white space does not count.
#[must_use]
pub fn is_same_record(one: &str, other: &str) -> bool {
    let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    squeezed(one) == squeezed(other)
}

/// One label of letters, digits and hyphens.
fn is_selector(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain() -> Domain {
        Domain::parse("ours.test").unwrap()
    }

    #[test]
    fn a_key_has_a_record_and_hides_itself() {
        for (algorithm, length) in [(Algorithm::Rsa, 392), (Algorithm::Ed25519, 44)] {
            let key =
                SigningKey::generate(domain(), "Mail2026", algorithm, Timestamp::from_millis(0))
                    .unwrap();
            assert_eq!(key.record_name(), "mail2026._domainkey.ours.test");
            let value = key.record_value().unwrap();
            let start = format!("v=DKIM1; k={}; p=", algorithm.name());
            assert_eq!(value.strip_prefix(&start).unwrap().len(), length, "{value}");
            assert!(zone_strings(&value).iter().all(|part| part.len() <= 255));
            assert_eq!(zone_strings(&value).concat(), value);
            assert!(!format!("{key:?}").contains(key.private.as_str()));
        }
    }

    #[test]
    fn a_selector_is_a_label() {
        for (text, good) in [
            ("mail2026", true),
            ("a-b", true),
            ("", false),
            ("a.b", false),
            ("-a", false),
            ("ü", false),
            ("a b", false),
        ] {
            let key =
                SigningKey::generate(domain(), text, Algorithm::Ed25519, Timestamp::from_millis(0));
            assert_eq!(key.is_ok(), good, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_a_panic() {
        for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
            for private in ["", "!", "AAAA"] {
                let key = SigningKey {
                    domain: domain(),
                    selector: "s".into(),
                    algorithm,
                    created_at: Timestamp::from_millis(0),
                    private: Zeroizing::new(private.into()),
                };
                assert!(matches!(key.record_value(), Err(KeyError::Unreadable { .. })));
                assert_eq!(Signer::new(&[key]).1.len(), 1);
            }
        }
    }
}
