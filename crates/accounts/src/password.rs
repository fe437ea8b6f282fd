//! Passwords of mailboxes: hashing with Argon2id, and making good ones.
//!
//! Parameters are m = 19456 KiB, t = 2, p = 1 (RFC 9106 with the memory of the current OWASP
//! recommendation). Hashing takes tens of milliseconds of one core: callers in async code use
//! [`secrets`], [`application_password`] and [`verify`] on a blocking thread.
//!
//! What is hashed is the password as SASLprep (RFC 4013) leaves it, so that the same characters typed
//! on another system are the same password. A password that SASLprep does not take (a character
//! newer than Unicode 3.2, say) is taken as it is, as clients do.
//!
//! **Application passwords** are made here, never chosen: 100 bits of chance. Each is kept with a tag
//! of 32 bits, by which a login finds the one hash to compare with; so every login costs one Argon2id,
//! however many passwords a mailbox has, and for a name that does not exist as well.

use std::borrow::Cow;
use std::fmt;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::digest;
use causeway_model::{Address, Timestamp};
use causeway_store::{ApplicationPassword, Scram};
use serde::{Deserialize, Serialize};

use crate::scram;

/// A password in clear text on its way in, or a generated one on its way out. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Password(String);

/// Characters that a password must have. Logins are slowed and locked, so that this is a bound against
/// slips, not the strength that a good password has.
const SHORTEST: usize = 6;

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing there.
    #[error("the password is empty")]
    Empty,
    /// More than 512 octets.
    #[error("the password is longer than 512 octets")]
    TooLong,
    /// Mail clients cannot send it.
    #[error("the password has a control character (a line end, perhaps)")]
    ControlCharacter,
    /// Guessed in no time.
    #[error("the password has fewer than {SHORTEST} characters")]
    TooShort,
    /// The system gave no random numbers, or no memory.
    #[error("the password could not be hashed: no random numbers or no memory")]
    Machinery,
}

impl Password {
    /// Takes a password as it is; [`Password::check`] says whether it will do.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The clear text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it can be used at all.
    ///
    /// # Errors
    /// One [`PasswordError`] for the first thing that is wrong.
    pub fn check(&self) -> Result<(), PasswordError> {
        match self.0.as_str() {
            "" => Err(PasswordError::Empty),
            text if text.len() > 512 => Err(PasswordError::TooLong),
            text if text.chars().any(char::is_control) => Err(PasswordError::ControlCharacter),
            text if text.chars().count() < SHORTEST => Err(PasswordError::TooShort),
            _ => Ok(()),
        }
    }

    /// A new one with 100 bits of chance, in a form that can be read out on the telephone:
    /// four groups of five characters.
    ///
    /// # Errors
    /// [`PasswordError::Machinery`] when the system gives no random numbers.
    pub fn generate() -> Result<Self, PasswordError> {
        // 32 characters without the ones that are mistaken for each other (0 o, 1 l i).
        const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz_";
        let mut random = [0; 20];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| PasswordError::Machinery)?;
        let mut text = String::with_capacity(24);
        for (i, byte) in random.iter().enumerate() {
            if i > 0 && i % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(byte & 31)]));
        }
        Ok(Self(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// What a mailbox keeps of its password: the Argon2id hash (PHC string), and its SCRAM keys. `before` is
/// what the mailbox had: its salt stays, so that its application passwords go on working. Blocks
/// for about a tenth of a second and takes 19 MiB while it works.
///
/// # Errors
/// As [`Password::check`], or [`PasswordError::Machinery`].
pub fn secrets(
    password: &Password,
    before: Option<&Scram>,
) -> Result<(String, Scram), PasswordError> {
    password.check()?;
    let mut scram = scram_of(before)?;
    let text = prepared(password.reveal());
    scram.keys = Some(scram::keys(text.as_bytes(), &scram).ok_or(PasswordError::Machinery)?);
    Ok((hash(text.as_bytes())?, scram))
}

/// Makes an application password for this mailbox. `before` is as for [`secrets`]; the third value is
/// what the mailbox keeps in its place. Blocks as [`secrets`] does.
///
/// # Errors
/// [`PasswordError::Machinery`].
pub fn application_password(
    mailbox: &Address,
    name: String,
    created_at: Timestamp,
    before: Option<&Scram>,
) -> Result<(Password, ApplicationPassword, Scram), PasswordError> {
    let password = Password::generate()?;
    let scram = scram_of(before)?;
    let text = password.reveal();
    let kept = ApplicationPassword {
        name,
        tag: tag(&mailbox.mailbox_key(), text.as_bytes()),
        hash: hash(text.as_bytes())?,
        scram: scram::keys(text.as_bytes(), &scram).ok_or(PasswordError::Machinery)?,
        created_at,
    };
    Ok((password, kept, scram))
}

fn scram_of(before: Option<&Scram>) -> Result<Scram, PasswordError> {
    match before {
        Some(before) => Ok(before.clone()),
        None => scram::fresh().ok_or(PasswordError::Machinery),
    }
}

/// The tag of an application password.
pub(crate) fn tag(mailbox_key: &str, password: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"causeway application password\0");
    context.update(mailbox_key.as_bytes());
    context.update(b"\0");
    context.update(password);
    let digest = context.finish();
    digest.as_ref().iter().take(4).map(|octet| format!("{octet:02x}")).collect()
}

/// The form of a name or password in which it is compared: RFC 4013 where that takes it.
pub(crate) fn prepared(text: &str) -> Cow<'_, str> {
    stringprep::saslprep(text).unwrap_or(Cow::Borrowed(text))
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let parameters = Params::new(19_456, 2, 1, None).map_err(|_| PasswordError::Machinery)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let hash: PasswordHash =
        argon2.hash_password(password).map_err(|_| PasswordError::Machinery)?;
    Ok(hash.to_string())
}

/// A hash that nothing has: compared with where there is no mailbox, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y2F1c2V3YXktbm9ib2R5$\
                      0000000000000000000000000000000000000000000";

/// Whether `password` is the one behind `hash`; `None`, and a hash that cannot be read, is nobody's
/// and takes as long. Blocks for tens of milliseconds.
#[must_use]
pub(crate) fn verify(password: &[u8], hash: Option<&str>) -> bool {
    let parsed = hash.and_then(|hash| PasswordHash::new(hash).ok());
    let is_known = parsed.is_some();
    let Some(parsed) = parsed.or_else(|| PasswordHash::new(NOBODY).ok()) else { return false };
    let text = String::from_utf8_lossy(password);
    let matches = Argon2::default().verify_password(prepared(&text).as_bytes(), &parsed).is_ok();
    matches && is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let (hash, scram) = secrets(&Password::new("correct horse".into()), None).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(b"correct horse", Some(&hash)));
        assert!(!verify(b"correct horsf", Some(&hash)));
        assert!(!verify(b"correct horse", None));
        let (_, changed) = secrets(&Password::new("another".into()), Some(&scram)).unwrap();
        assert_eq!((&changed.salt, changed.iterations), (&scram.salt, scram.iterations));
        assert_ne!(changed.keys, scram.keys);
    }

    #[test]
    fn nobody_has_a_hash_of_the_same_cost() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let real = PasswordHash::new(&hash(b"x").unwrap()).unwrap();
        assert_eq!(parsed.params, real.params);
        assert_eq!(parsed.algorithm, real.algorithm);
        assert_eq!(parsed.hash.unwrap().as_bytes().len(), real.hash.unwrap().as_bytes().len());
    }

    #[test]
    fn the_same_characters_are_the_same_password_on_every_system() {
        // The composed form, and the one that some systems send.
        let (hash, _) = secrets(&Password::new("gr\u{fc}nes Gras".into()), None).unwrap();
        assert!(verify("gru\u{308}nes Gras".as_bytes(), Some(&hash)));
        // Newer than what SASLprep knows, and still a password.
        let (hash, _) = secrets(&Password::new("\u{1fae8}".repeat(6)), None).unwrap();
        assert!(verify("\u{1fae8}".repeat(6).as_bytes(), Some(&hash)));
    }

    #[test]
    fn an_application_password_is_found_by_its_tag() {
        let mailbox = Address::parse("Alice@ours.test").unwrap();
        let made = |name: &str| {
            application_password(&mailbox, name.into(), Timestamp::from_millis(0), None).unwrap()
        };
        let ((password, kept, _), (_, other, _)) = (made("phone"), made("laptop"));
        assert_eq!(tag("alice@ours.test", password.reveal().as_bytes()), kept.tag);
        assert_ne!(kept.tag, other.tag);
        assert!(verify(password.reveal().as_bytes(), Some(&kept.hash)));
        assert!(!format!("{kept:?}").contains(&kept.hash), "hidden in logs");
    }

    #[test]
    fn generated_passwords_differ_and_can_be_used() {
        let (one, other) = (Password::generate().unwrap(), Password::generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.check(), Ok(()));
        assert_eq!(one.reveal().len(), 23);
        assert!(one.reveal().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    }

    #[test]
    fn what_no_client_can_send_is_refused() {
        let check = |text: &str| Password::new(text.into()).check();
        assert_eq!(check(""), Err(PasswordError::Empty));
        assert_eq!(check("x"), Err(PasswordError::TooShort));
        assert_eq!(check("five5"), Err(PasswordError::TooShort));
        assert_eq!(check("grün6!"), Ok(()));
        assert_eq!(check("a\n"), Err(PasswordError::ControlCharacter));
        assert_eq!(check(&"a".repeat(513)), Err(PasswordError::TooLong));
        assert_eq!(check("пароль ñ"), Ok(()));
        assert_eq!(format!("{:?}", Password::new("x".into())), "Password(hidden)");
    }
}
