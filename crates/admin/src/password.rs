//! Passwords of mailboxes: hashing with Argon2id, and making good ones.
//!
//! Parameters are m = 19456 KiB, t = 2, p = 1 (RFC 9106 with the memory of the current OWASP
//! recommendation). Hashing takes tens of milliseconds of one core: callers in async code use
//! [`hash`] on a blocking thread.

use std::fmt;

use argon2::password_hash::{PasswordHasher, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

/// A password in clear text on its way in, or a generated one on its way out. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

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
        let mut text = String::with_capacity(24);
        let mut random = Vec::with_capacity(32);
        while random.len() < 20 {
            let more =
                argon2::password_hash::try_generate_salt().map_err(|_| PasswordError::Machinery)?;
            random.extend_from_slice(&more);
        }
        for (i, byte) in random[..20].iter().enumerate() {
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

/// The Argon2id hash as a PHC string, with a new random salt. Blocks for tens of milliseconds and
/// takes 19 MiB while it works.
///
/// # Errors
/// As [`Password::check`], or [`PasswordError::Machinery`].
pub fn hash(password: &Password) -> Result<String, PasswordError> {
    password.check()?;
    let parameters = Params::new(19_456, 2, 1, None).map_err(|_| PasswordError::Machinery)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let hash: PasswordHash =
        argon2.hash_password(password.reveal().as_bytes()).map_err(|_| PasswordError::Machinery)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let text = hash(&Password::new("correct horse".into())).unwrap();
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        let parsed = PasswordHash::new(&text).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &parsed).is_ok());
        assert!(Argon2::default().verify_password(b"correct horsf", &parsed).is_err());
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
        assert_eq!(check("a\n"), Err(PasswordError::ControlCharacter));
        assert_eq!(check(&"a".repeat(513)), Err(PasswordError::TooLong));
        assert_eq!(check("пароль ñ"), Ok(()));
        assert_eq!(format!("{:?}", Password::new("x".into())), "Password(hidden)");
    }
}
