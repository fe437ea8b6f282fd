//! SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, as pure functions.
//!
//! The messages, in order: [`ClientFirst`] is parsed; [`server_first`] is the answer; [`ClientFinal`] is
//! parsed; [`matches()`] says with which of a mailbox's keys its proof was made; [`server_final`] proves
//! to the client that we know them. What the client says is bounded by the caller's line limit.
//!
//! One salt and one number of iterations hold for all passwords of a mailbox ([`Scram`]), because
//! the client is told them before it shows which password it has. A name that does not exist gets a
//! salt as well ([`salt_for_nobody`]): always the same one, and not to be told from a real one.
//!
//! The number of iterations is a compromise. RFC 7677 asks for 4096 at least; more protects the stored
//! keys better, but costs the client's processor, and some libraries take no more than 65536.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use causeway_store::{Scram, ScramKeys};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Rounds of PBKDF2 for new passwords.
pub const ITERATIONS: u32 = 50_000;

/// Octets of a salt.
const SALT_SIZE: usize = 16;

/// Octets of every key, proof and signature.
const SIZE: usize = 32;

/// Octets of a client's nonce; our answer, which repeats it, must fit on a line.
const NONCE_LIMIT: usize = 128;

type Octets = [u8; SIZE];

/// A new salt, and no keys yet. `None` when the system gives no random numbers.
pub(crate) fn fresh() -> Option<Scram> {
    let mut salt = [0; SALT_SIZE];
    rand::fill(&mut salt).ok()?;
    Some(Scram { salt: BASE64.encode(salt), iterations: ITERATIONS, keys: None })
}

/// The salt that is shown for a name without a mailbox. `secret` is ours and never changes.
pub(crate) fn salt_for_nobody(secret: &[u8], name: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut context = hmac::Context::with_key(&key);
    context.update(b"causeway scram salt\0");
    context.update(name.as_bytes());
    BASE64.encode(&context.sign().as_ref()[..SALT_SIZE])
}

/// Keys that no password has.
pub(crate) fn keys_of_nobody() -> ScramKeys {
    let none = BASE64.encode([0; SIZE]);
    ScramKeys { stored: none.clone(), server: none }
}

/// The keys of a password under a mailbox's salt. `None` when salt or iterations make no sense.
pub(crate) fn keys(password: &[u8], scram: &Scram) -> Option<ScramKeys> {
    let salt = BASE64.decode(&scram.salt).ok()?;
    let mut salted = Zeroizing::new([0; SIZE]);
    let rounds = NonZeroU32::new(scram.iterations)?;
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password, salted.as_mut_slice());
    let client_key = Zeroizing::new(sign(salted.as_slice(), b"Client Key"));
    Some(ScramKeys {
        stored: BASE64.encode(hash(client_key.as_slice())),
        server: BASE64.encode(sign(salted.as_slice(), b"Server Key")),
    })
}

fn sign(key: &[u8], data: &[u8]) -> Octets {
    octets(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref())
}

fn hash(data: &[u8]) -> Octets {
    octets(digest::digest(&digest::SHA256, data).as_ref())
}

/// What is not of the right length is no key: it matches nothing.
fn octets(data: &[u8]) -> Octets {
    data.try_into().unwrap_or_default()
}

/// What the client says of channel binding (RFC 5802 section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BindingFlag {
    /// `n`: it has none.
    NotSupported,
    /// `y`: it has one, and believes that we have none.
    BelievedAbsent,
    /// `p=name`: it uses this one.
    Used(String),
}

/// The first message: `gs2-header client-first-message-bare`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientFirst {
    pub(crate) binding: BindingFlag,
    /// Whom it wants to act as, where it says so.
    pub(crate) authorization: Option<String>,
    /// Who it is.
    pub(crate) user: String,
    /// Its nonce.
    pub(crate) nonce: String,
    /// `gs2-header`, which the last message repeats.
    pub(crate) header: String,
    /// The rest, which is part of what is signed.
    pub(crate) bare: String,
}

impl ClientFirst {
    /// `None`: it is none.
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(message).ok()?;
        let (flag, rest) = text.split_once(',')?;
        let (authorization, bare) = rest.split_once(',')?;
        let binding = match flag {
            "n" => BindingFlag::NotSupported,
            "y" => BindingFlag::BelievedAbsent,
            _ => {
                let name = flag.strip_prefix("p=").filter(|name| !name.is_empty())?;
                BindingFlag::Used(name.to_owned())
            }
        };
        let authorization = match authorization {
            "" => None,
            name => Some(unescaped(name.strip_prefix("a=")?)?),
        };
        let (user, rest) = bare.strip_prefix("n=")?.split_once(',')?;
        let nonce = rest.strip_prefix("r=")?.split(',').next()?;
        let printable = |c: u8| matches!(c, b'!'..=b'+' | b'-'..=b'~');
        if nonce.is_empty() || nonce.len() > NONCE_LIMIT || !nonce.bytes().all(printable) {
            return None;
        }
        Some(Self {
            binding,
            authorization,
            user: unescaped(user).filter(|user| !user.is_empty())?,
            nonce: nonce.to_owned(),
            header: text[..text.len() - bare.len()].to_owned(),
            bare: bare.to_owned(),
        })
    }
}

/// A name on the wire: `=2C` is a comma and `=3D` an equals sign; no other equals sign is allowed.
fn unescaped(name: &str) -> Option<String> {
    let mut parts = name.split('=');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        match (part.strip_prefix("2C"), part.strip_prefix("3D")) {
            (Some(rest), _) => text = text + "," + rest,
            (_, Some(rest)) => text = text + "=" + rest,
            _ => return None,
        }
    }
    Some(text)
}

/// A nonce of ours. `None` when the system gives no random numbers.
pub(crate) fn nonce() -> Option<String> {
    let mut random = [0; 18];
    rand::fill(&mut random).ok()?;
    Some(BASE64.encode(random))
}

/// Our first message.
pub(crate) fn server_first(
    client_nonce: &str,
    our_nonce: &str,
    salt: &str,
    iterations: u32,
) -> String {
    format!("r={client_nonce}{our_nonce},s={salt},i={iterations}")
}

/// The last message: `channel-binding "," nonce ["," extensions] "," proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientFinal {
    /// `gs2-header` and the channel binding's data, decoded.
    pub(crate) binding: Vec<u8>,
    /// Both nonces.
    pub(crate) nonce: String,
    pub(crate) proof: Octets,
    /// All but the proof, which is part of what is signed.
    pub(crate) without_proof: String,
}

impl ClientFinal {
    /// `None`: it is none.
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(message).ok()?;
        let (without_proof, proof) = text.rsplit_once(",p=")?;
        let (binding, rest) = without_proof.strip_prefix("c=")?.split_once(',')?;
        let nonce = rest.strip_prefix("r=")?.split(',').next()?;
        Some(Self {
            binding: BASE64.decode(binding).ok()?,
            nonce: nonce.to_owned(),
            proof: BASE64.decode(proof).ok()?.try_into().ok()?,
            without_proof: without_proof.to_owned(),
        })
    }
}

/// What both sides sign.
pub(crate) fn authentication_message(
    first: &ClientFirst,
    server_first: &str,
    last: &ClientFinal,
) -> String {
    format!("{},{server_first},{}", first.bare, last.without_proof)
}

/// Whether the proof was made with the password behind these keys.
pub(crate) fn matches(keys: &ScramKeys, proof: &Octets, message: &str) -> bool {
    let Ok(stored) = BASE64.decode(&keys.stored) else { return false };
    let signature = sign(&stored, message.as_bytes());
    let mut client_key = Zeroizing::new(*proof);
    for (octet, mask) in client_key.iter_mut().zip(signature) {
        *octet ^= mask;
    }
    bool::from(hash(client_key.as_slice()).as_slice().ct_eq(stored.as_slice()))
}

/// Our last message: the proof that we know the keys.
pub(crate) fn server_final(keys: &ScramKeys, message: &str) -> String {
    let server = BASE64.decode(&keys.server).unwrap_or_default();
    format!("v={}", BASE64.encode(sign(&server, message.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677 section 3.
    #[test]
    fn the_standards_example_comes_out() {
        let scram = Scram { salt: "W22ZaJ0SNY7soEsUEjb6gQ==".into(), iterations: 4096, keys: None };
        let keys = keys(b"pencil", &scram).unwrap();
        let first = ClientFirst::parse(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO").unwrap();
        assert_eq!(
            (first.user.as_str(), first.binding.clone()),
            ("user", BindingFlag::NotSupported)
        );
        assert_eq!(
            (first.header.as_str(), first.bare.as_str()),
            ("n,,", "n=user,r=rOprNGfwEbeRWgbNEkqO")
        );
        let ours = server_first(&first.nonce, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", &scram.salt, 4096);
        assert_eq!(
            ours,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        );
        let last = ClientFinal::parse(
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
              p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        )
        .unwrap();
        assert_eq!(last.binding, b"n,,");
        let message = authentication_message(&first, &ours, &last);
        assert!(matches(&keys, &last.proof, &message));
        assert_eq!(server_final(&keys, &message), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assert!(!matches(&keys, &last.proof, &format!("{message} ")));
        let other = super::keys(b"pencil.", &scram).unwrap();
        assert!(!matches(&other, &last.proof, &message));
    }

    #[test]
    fn first_messages_are_read_strictly() {
        let first = ClientFirst::parse(b"p=tls-exporter,a=b@c,n=x=2Cy=3Dz,r=abc,ext=1").unwrap();
        assert_eq!(first.binding, BindingFlag::Used("tls-exporter".into()));
        assert_eq!(first.authorization.as_deref(), Some("b@c"));
        assert_eq!((first.user.as_str(), first.nonce.as_str()), ("x,y=z", "abc"));
        assert_eq!(first.header, "p=tls-exporter,a=b@c,");
        for bad in [
            "",
            "n",
            "n,",
            "n,,",
            "n,,n=u",
            "n,,n=u,",
            "n,,n=u,r=",
            "n,,n=,r=a",
            "n,,r=a,n=u",
            "n,,m=x,n=u,r=a",
            "x,,n=u,r=a",
            "p=,,n=u,r=a",
            "n,b,n=u,r=a",
            "n,,n=u=41,r=a",
            "n,,n=u,r=a\u{7f}",
            "n,,n=u,r=\u{e4}",
        ] {
            assert_eq!(ClientFirst::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn last_messages_are_read_strictly() {
        for bad in [
            "",
            "c=biws,r=a",
            "c=biws,r=a,p=",
            "c=biws,r=a,p=AAAA",
            "c=!,r=a,p=AAAA",
            "r=a,c=biws,p=x",
        ] {
            assert_eq!(ClientFinal::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn a_name_without_a_mailbox_has_a_salt_of_its_own_for_ever() {
        let salt = salt_for_nobody(b"secret", "nobody@ours.test");
        assert_eq!(salt, salt_for_nobody(b"secret", "nobody@ours.test"));
        assert_ne!(salt, salt_for_nobody(b"secret", "nobody@ours.tesu"));
        assert_ne!(salt, salt_for_nobody(b"other", "nobody@ours.test"));
        assert_eq!(salt.len(), fresh().unwrap().salt.len());
    }

    proptest::proptest! {
        #[test]
        fn no_message_panics(message in proptest::collection::vec(0u8..=255, 0..80)) {
            let _ = ClientFirst::parse(&message);
            let _ = ClientFinal::parse(&message);
        }
    }
}
