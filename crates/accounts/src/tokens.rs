//! Tokens: what programs and administrators on other machines show to the API.
//!
//! A token is 32 random octets, shown once. The store keeps its SHA-256, its name, what it may do, when it
//! ends, and when it was used last (to within a minute). A random secret of that length cannot be guessed
//! from its hash, so it needs no slow one. A token that has ended is nobody's.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest, rand};
use causeway_model::Timestamp;
use causeway_store::{SharedStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::password::Password;

/// Under this and its name a token is kept.
const KEPT: &str = "api-token/";
/// Under this and its name a token's last use is kept. Apart from the token: a use that is noted while the
/// token is revoked must not bring it back.
const USED: &str = "api-token-use/";
/// What every token begins with, so that people (and scanners for leaked secrets) know it.
const PREFIX: &str = "causeway_";
/// The last use is written once in this time.
const USE_STEP: Duration = Duration::from_secs(60);
/// Tokens that there can be.
pub const MAX_TOKENS: usize = 200;

/// What a token may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenRole {
    /// Everything.
    #[default]
    Administrator,
    /// Look and rehearse: nothing is changed and nothing is sent.
    ReadOnly,
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// SHA-256 of the secret, in hexadecimal digits.
    hash: String,
    /// What it may do.
    pub role: TokenRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it ends; `None`: not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When and from where it was used last.
    #[serde(skip)]
    pub last_used: Option<TokenUse>,
}

/// A use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenUse {
    /// When, to within a minute.
    pub at: Timestamp,
    /// From where.
    #[schema(value_type = String)]
    pub client: IpAddr,
}

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name is taken.
    #[error("there is a token {0:?} already")]
    Exists(String),
    /// There are enough.
    #[error("there can be at most {MAX_TOKENS} tokens")]
    TooMany,
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    Machinery,
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a new token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: TokenRole,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Who makes it.
    pub created_by: String,
}

/// The tokens of a store.
#[derive(Clone)]
pub struct Tokens {
    store: SharedStore,
}

impl Tokens {
    /// The tokens in this store.
    #[must_use]
    pub const fn new(store: SharedStore) -> Self {
        Self { store }
    }

    /// All of them, by name; those that have ended, too.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self) -> Result<Vec<Token>, StoreError> {
        let kept = self.store.recall_all(KEPT.into()).await?;
        let used: HashMap<String, String> =
            self.store.recall_all(USED.into()).await?.into_iter().collect();
        // What another version kept in another form is nobody's token.
        let tokens = kept.iter().filter_map(|(_, text)| serde_json::from_str::<Token>(text).ok());
        Ok(tokens
            .map(|token| {
                let last = used.get(&use_key(&token.name));
                let last = last.and_then(|text| serde_json::from_str::<TokenUse>(text).ok());
                // A use from before it was made is that of another one with its name.
                Token { last_used: last.filter(|last| last.at >= token.created_at), ..token }
            })
            .collect())
    }

    /// Makes a token: the secret, never to be seen again, and what is kept.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn create(
        &self,
        new: NewToken,
        now: Timestamp,
    ) -> Result<(Password, Token), TokenError> {
        let known = self.list().await?;
        if known.iter().any(|token| key(&token.name) == key(&new.name)) {
            return Err(TokenError::Exists(new.name));
        }
        if known.len() >= MAX_TOKENS {
            return Err(TokenError::TooMany);
        }
        let mut octets = [0_u8; 32];
        rand::fill(&mut octets).map_err(|_| TokenError::Machinery)?;
        let secret = format!("{PREFIX}{}", hex(&octets));
        let token = Token {
            hash: hash(&secret),
            name: new.name,
            role: new.role,
            created_at: now,
            created_by: new.created_by,
            expires_at: new.expires_at,
            last_used: None,
        };
        self.keep(&token).await?;
        Ok((Password::new(secret), token))
    }

    /// Ends a token; `false` when there is none with this name.
    ///
    /// # Errors
    /// The store's.
    pub async fn revoke(&self, name: &str) -> Result<bool, StoreError> {
        let is_there = self.store.recall(key(name)).await?.is_some();
        self.store.forget_facts(vec![key(name), use_key(name)]).await?;
        Ok(is_there)
    }

    /// The token whose secret this is, when it has not ended. Notes the use.
    ///
    /// # Errors
    /// The store's.
    pub async fn verify(
        &self,
        secret: &str,
        client: IpAddr,
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let shown = hash(secret);
        let is_it = |token: &Token| {
            constant_time::verify_slices_are_equal(token.hash.as_bytes(), shown.as_bytes()).is_ok()
        };
        let Some(mut token) = self.list().await?.into_iter().find(is_it) else { return Ok(None) };
        if token.expires_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        let is_news = token
            .last_used
            .is_none_or(|last| last.client != client || now.since(last.at) >= USE_STEP);
        if is_news {
            let used = TokenUse { at: now, client };
            self.store.remember(use_key(&token.name), json(&used)?).await?;
            token.last_used = Some(used);
        }
        Ok(Some(token))
    }

    async fn keep(&self, token: &Token) -> Result<(), StoreError> {
        self.store.remember(key(&token.name), json(token)?).await
    }
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io { detail: error.to_string() })
}

fn use_key(name: &str) -> String {
    format!("{USED}{}", name.to_lowercase())
}

/// Names that differ only in case are one name.
fn key(name: &str) -> String {
    format!("{KEPT}{}", name.to_lowercase())
}

fn hash(secret: &str) -> String {
    hex(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use causeway_store::sqlite::{SqliteStore, StoreOptions};

    use super::*;

    fn new(name: &str, expires_at: Option<Timestamp>) -> NewToken {
        let created_by = "root".to_owned();
        NewToken { name: name.into(), role: TokenRole::ReadOnly, expires_at, created_by }
    }

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    /// No tokens yet, in a store of their own.
    fn fresh() -> (tempfile::TempDir, SharedStore, Tokens) {
        let place = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(place.path(), StoreOptions::default()).unwrap();
        let store: SharedStore = Arc::new(store);
        let tokens = Tokens::new(Arc::clone(&store));
        (place, store, tokens)
    }

    #[tokio::test]
    async fn a_token_is_known_by_its_secret_until_it_ends_or_is_revoked() {
        let (_place, store, tokens) = fresh();
        let at = Timestamp::from_millis;
        let (secret, made) = tokens.create(new("ci", Some(at(90_000))), at(0)).await.unwrap();
        assert!(secret.reveal().starts_with(PREFIX));
        assert!(matches!(tokens.create(new("CI", None), at(0)).await, Err(TokenError::Exists(_))));
        for (_, kept) in store.recall_all(String::new()).await.unwrap() {
            assert!(!kept.contains(secret.reveal().trim_start_matches(PREFIX)), "only its hash");
        }
        let seen = tokens.verify(secret.reveal(), CLIENT, at(5)).await.unwrap().unwrap();
        assert_eq!((seen.name, seen.role), (made.name, TokenRole::ReadOnly));
        let used = |list: Vec<Token>| list[0].last_used.map(|used| used.at);
        assert_eq!(used(tokens.list().await.unwrap()), Some(at(5)));
        tokens.verify(secret.reveal(), CLIENT, at(50_000)).await.unwrap();
        assert_eq!(used(tokens.list().await.unwrap()), Some(at(5)), "not at every request");
        tokens.verify(secret.reveal(), CLIENT, at(70_000)).await.unwrap();
        assert_eq!(used(tokens.list().await.unwrap()), Some(at(70_000)));
        assert_eq!(tokens.verify("causeway_0", CLIENT, at(5)).await.unwrap(), None);
        assert_eq!(tokens.verify(secret.reveal(), CLIENT, at(90_000)).await.unwrap(), None);
        assert!(tokens.revoke("Ci").await.unwrap());
        assert_eq!(tokens.verify(secret.reveal(), CLIENT, at(5)).await.unwrap(), None);
        assert!(!tokens.revoke("ci").await.unwrap());
    }

    #[tokio::test]
    async fn a_use_that_is_noted_late_brings_no_revoked_token_back() {
        let (_place, store, tokens) = fresh();
        let at = Timestamp::from_millis;
        let (secret, _) = tokens.create(new("ci", None), at(0)).await.unwrap();
        assert!(tokens.revoke("ci").await.unwrap());
        // What a request writes that had looked the token up before it was revoked.
        let used = TokenUse { at: at(1), client: CLIENT };
        store.remember(use_key("ci"), json(&used).unwrap()).await.unwrap();
        assert_eq!(tokens.list().await.unwrap(), []);
        assert_eq!(tokens.verify(secret.reveal(), CLIENT, at(2)).await.unwrap(), None);
        let (_, again) = tokens.create(new("ci", None), at(5)).await.unwrap();
        assert_eq!(tokens.list().await.unwrap(), [again], "never used");
    }
}
