//! POP-before-SMTP: who read mail from which address, and how long that still counts.
//!
//! A login entitles exactly the address it came from, for the window of `[relay].pop_before_smtp`; the
//! latest one of an address counts. Whether that gives a right to relay is decided by
//! `causeway-policy`, and where POP-before-SMTP is off nothing is written down at all.
//!
//! **What it promises.** Logins survive a restart (a repeated one is written at most every
//! [`WRITE_EVERY`], so a restart may take that much off the window). At most [`LIMIT`] are kept.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use causeway_model::Timestamp;
use causeway_model::config::PopBeforeSmtp;
use causeway_store::facts::understood;
use causeway_store::{SharedStore, StoreError};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};

/// What the keys of the store's facts begin with.
const PREFIX: &str = "pop-login/";

/// Addresses that are kept.
const LIMIT: usize = 100_000;

/// A login of the same user from the same address is written again after so long.
const WRITE_EVERY: Duration = Duration::from_secs(30);

/// Octets of a user's name that are kept.
const NAME_LIMIT: usize = 254;

/// A login that still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopLogin {
    /// The address it entitles.
    pub client: IpAddr,
    /// Who logged in. Another server's users need no mailbox here.
    pub user: String,
    /// When.
    pub at: Timestamp,
    /// What is left of the window.
    pub time_left: Duration,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    user: String,
    at: Timestamp,
    #[serde(skip)]
    written_at: Option<Timestamp>,
}

/// The register. Shared by POP3, relaying and the API.
pub struct PopRegister {
    store: SharedStore,
    settings: RwLock<PopBeforeSmtp>,
    entries: Mutex<HashMap<IpAddr, Entry>>,
}

impl PopRegister {
    /// Reads what was kept.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(store: SharedStore, settings: PopBeforeSmtp) -> Result<Self, StoreError> {
        let read = |key: &str, value: &str| {
            let client = key.strip_prefix(PREFIX)?.parse::<IpAddr>().ok()?;
            let entry = serde_json::from_str::<Entry>(value).ok()?;
            Some((client, Entry { written_at: Some(entry.at), ..entry }))
        };
        let kept = understood(&*store, PREFIX, read).await?;
        let entries: HashMap<IpAddr, Entry> = kept.into_iter().map(|(_, entry)| entry).collect();
        Ok(Self { store, settings: RwLock::new(settings), entries: Mutex::new(entries) })
    }

    /// Other settings hold from now on: for a reload of the configuration.
    pub fn configure(&self, settings: PopBeforeSmtp) {
        *self.settings.write() = settings;
    }

    /// Notes a successful login. Does nothing where POP-before-SMTP is off.
    ///
    /// # Errors
    /// The store's; the login counts all the same, until a restart.
    pub async fn record(
        &self,
        client: IpAddr,
        user: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let settings = *self.settings.read();
        if !settings.enabled {
            return Ok(());
        }
        let client = client.to_canonical();
        let user = user[..user.floor_char_boundary(NAME_LIMIT)].to_owned();
        let written = {
            let mut entries = self.entries.lock();
            if entries.len() >= LIMIT && !entries.contains_key(&client) {
                make_room(&mut entries, at, settings.window);
            }
            // Reports of other servers come in any order: the latest counts.
            if entries.get(&client).is_some_and(|before| before.at > at) {
                return Ok(());
            }
            let before = entries.get(&client).filter(|before| before.user == user);
            let written_at = before.and_then(|before| before.written_at);
            let is_written = written_at.is_some_and(|written| at.since(written) < WRITE_EVERY);
            let written_at = if is_written { written_at } else { Some(at) };
            let entry = Entry { user, at, written_at };
            let value = (!is_written).then(|| serde_json::to_string(&entry));
            entries.insert(client, entry);
            value
        };
        match written {
            None => Ok(()),
            Some(Ok(value)) => self.store.remember(format!("{PREFIX}{client}"), value).await,
            Some(Err(error)) => Err(StoreError::Io { detail: error.to_string() }),
        }
    }

    /// Who logged in from this address within the window, and what is left of it.
    #[must_use]
    pub fn entitlement(&self, client: IpAddr, now: Timestamp) -> Option<(String, Duration)> {
        let settings = *self.settings.read();
        if !settings.enabled {
            return None;
        }
        let entries = self.entries.lock();
        let entry = entries.get(&client.to_canonical())?;
        let left = time_left(entry, now, settings.window)?;
        Some((entry.user.clone(), left))
    }

    /// Every login that still counts, the latest first.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<PopLogin> {
        let window = self.settings.read().window;
        let entries = self.entries.lock();
        let mut logins: Vec<PopLogin> = entries
            .iter()
            .filter_map(|(client, entry)| {
                Some(PopLogin {
                    client: *client,
                    user: entry.user.clone(),
                    at: entry.at,
                    time_left: time_left(entry, now, window)?,
                })
            })
            .collect();
        logins.sort_by(|a, b| (b.at, a.client).cmp(&(a.at, b.client)));
        logins
    }

    /// Ends what the logins of an address, or of a user (any case), or of both together entitle to;
    /// of everybody, when neither is given. Returns how many.
    ///
    /// # Errors
    /// The store's; the entitlements have ended all the same, until a restart.
    pub async fn revoke(
        &self,
        client: Option<IpAddr>,
        user: Option<&str>,
    ) -> Result<usize, StoreError> {
        let client = client.map(|client| client.to_canonical());
        self.remove(|address, entry| {
            client.is_none_or(|client| client == *address)
                && user.is_none_or(|user| user.eq_ignore_ascii_case(&entry.user))
        })
        .await
    }

    /// Forgets logins that are over. To be called from time to time.
    ///
    /// # Errors
    /// The store's.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let window = self.settings.read().window;
        self.remove(|_, entry| time_left(entry, now, window).is_none()).await
    }

    async fn remove(&self, goes: impl Fn(&IpAddr, &Entry) -> bool) -> Result<usize, StoreError> {
        let mut gone = Vec::new();
        self.entries.lock().retain(|client, entry| {
            let goes = goes(client, entry);
            if goes {
                gone.push(format!("{PREFIX}{client}"));
            }
            !goes
        });
        let count = gone.len();
        if count > 0 {
            self.store.forget_facts(gone).await?;
        }
        Ok(count)
    }
}

/// What is left of a login's window; `None`: nothing. A login in the future (the clock was set back)
/// counts from now.
fn time_left(entry: &Entry, now: Timestamp, window: Duration) -> Option<Duration> {
    window.checked_sub(now.since(entry.at)).filter(|left| !left.is_zero())
}

/// Drops what is over, or else the oldest of a few. Its row in the store goes with the next sweep
/// after a restart.
fn make_room(entries: &mut HashMap<IpAddr, Entry>, now: Timestamp, window: Duration) {
    let before = entries.len();
    entries.retain(|_, entry| time_left(entry, now, window).is_some());
    if entries.len() < before {
        return;
    }
    let oldest = entries.iter().take(16).min_by_key(|(_, entry)| entry.at).map(|(c, _)| *c);
    if let Some(oldest) = oldest {
        entries.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use causeway_store::sqlite::{SqliteStore, StoreOptions};

    use super::*;

    const ON: PopBeforeSmtp = PopBeforeSmtp { enabled: true, window: Duration::from_secs(900) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn store(place: &tempfile::TempDir) -> SharedStore {
        Arc::new(SqliteStore::open(place.path(), StoreOptions::default()).unwrap())
    }

    #[tokio::test]
    async fn a_login_entitles_its_address_for_the_window() {
        let place = tempfile::tempdir().unwrap();
        let register = PopRegister::open(store(&place), ON).await.unwrap();
        register.record(ip("::ffff:192.0.2.1"), "alice@ours.test", at(0)).await.unwrap();
        let (user, left) = register.entitlement(ip("192.0.2.1"), at(600)).unwrap();
        assert_eq!((user.as_str(), left.as_secs()), ("alice@ours.test", 300));
        assert_eq!(register.entitlement(ip("192.0.2.1"), at(900)), None);
        assert_eq!(register.entitlement(ip("192.0.2.2"), at(1)), None);
        register.configure(PopBeforeSmtp { enabled: false, ..ON });
        assert_eq!(register.entitlement(ip("192.0.2.1"), at(1)), None);
        register.record(ip("192.0.2.3"), "bob@ours.test", at(1)).await.unwrap();
        register.configure(ON);
        assert_eq!(register.entitlement(ip("192.0.2.3"), at(1)), None, "off is off");
    }

    #[tokio::test]
    async fn logins_survive_a_restart_and_end_when_revoked() {
        let place = tempfile::tempdir().unwrap();
        let first = store(&place);
        let register = PopRegister::open(Arc::clone(&first), ON).await.unwrap();
        register.record(ip("192.0.2.1"), "alice@ours.test", at(0)).await.unwrap();
        register.record(ip("192.0.2.2"), "Alice@ours.test", at(5)).await.unwrap();
        register.record(ip("2001:db8::1"), "bob@ours.test", at(9)).await.unwrap();
        first.close().await.unwrap();
        drop((register, first));

        let second = store(&place);
        let register = PopRegister::open(Arc::clone(&second), ON).await.unwrap();
        let clients: Vec<IpAddr> = register.list(at(10)).iter().map(|l| l.client).collect();
        assert_eq!(clients, [ip("2001:db8::1"), ip("192.0.2.2"), ip("192.0.2.1")]);
        assert_eq!(register.revoke(None, Some("alice@ours.test")).await.unwrap(), 2);
        assert_eq!(register.revoke(Some(ip("192.0.2.1")), None).await.unwrap(), 0);
        assert_eq!(register.sweep(at(2000)).await.unwrap(), 1);
        assert!(second.recall_all(PREFIX.into()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_login_that_is_repeated_counts_from_its_last_time() {
        let place = tempfile::tempdir().unwrap();
        let register = PopRegister::open(store(&place), ON).await.unwrap();
        for second in 0..120 {
            register.record(ip("192.0.2.1"), "alice@ours.test", at(second)).await.unwrap();
        }
        let (_, left) = register.entitlement(ip("192.0.2.1"), at(119)).unwrap();
        assert_eq!(left, ON.window);
        let kept = register.store.recall("pop-login/192.0.2.1".into()).await.unwrap().unwrap();
        let kept: Entry = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept.at, at(90), "written every thirty seconds");
    }
}
