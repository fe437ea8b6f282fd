//! [`Logins`]: is this the password of that mailbox?

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use causeway_model::config::{Limits, Network};
use causeway_model::{Address, Timestamp};
use causeway_net::clock::Clock;
use causeway_net::tls::ChannelBindings;
use causeway_store::{Mailbox, SharedStore, StoreError};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tracing::{info, warn};
use zeroize::Zeroizing;

use crate::guard::{Guard, Lock, Locked, Rules};
use crate::password;
use crate::sasl::{Exchange, Mechanism};

/// Hashes that are computed at a time: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;

/// Logins that may wait for their turn; more are told to come again.
const WAITING: usize = 100;

/// How long a login waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// Passwords longer than this are nobody's (and cost no hash of megabytes).
const PASSWORD_LIMIT: usize = 1024;

/// The last use of a password is written at most this often.
const USE_EVERY: Duration = Duration::from_secs(300);

/// What the keys of the store's facts about last uses begin with.
const USE_PREFIX: &str = "last-use/";

/// Where the store keeps the secret of salts for nobody.
const SECRET_KEY: &str = "scram-secret";

/// Where mailboxes are found. Must be quick: it is asked in the middle of sessions.
pub trait Accounts: Send + Sync + 'static {
    /// The mailbox with this address or alias, given as [`Address::mailbox_key`].
    fn account(&self, key: &str) -> Option<Arc<Mailbox>>;
}

/// What is logged in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Handing in mail by SMTP.
    Submission,
    /// Fetching mail.
    Pop3,
}

impl Service {
    /// The word in logs and listings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Pop3 => "pop3",
        }
    }
}

/// A successful login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The main address of the mailbox.
    pub mailbox: Address,
    /// With which of its passwords.
    pub via: Via,
}

/// Which password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// The mailbox's own.
    Primary,
    /// An application password.
    Application {
        /// What it is for.
        name: String,
    },
}

/// Why a login did not succeed. What to say of it is the protocol's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// There is no such mailbox, it has no password, or another one.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords.
    #[error("locked until {until} after too many wrong passwords")]
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// Too many logins at the moment.
    #[error("too many logins at the moment")]
    Busy,
}

impl From<Locked> for LoginRefusal {
    fn from(locked: Locked) -> Self {
        Self::Locked { until: locked.until }
    }
}

/// When and where a password was used last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub client: IpAddr,
    /// For what.
    pub service: Service,
}

/// Verifies logins. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Logins {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    accounts: Arc<dyn Accounts>,
    store: SharedStore,
    pub(crate) clock: Clock,
    pub(crate) guard: Guard,
    /// From which the salts of names without a mailbox are made.
    pub(crate) secret: Zeroizing<Vec<u8>>,
    turns: Semaphore,
    waiting: AtomicUsize,
    /// When the last use of each password was written.
    uses_written: Mutex<HashMap<String, Timestamp>>,
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logins")
    }
}

impl Logins {
    /// Ready to verify. The store gives (or is given, the first time) the secret from which the
    /// salts of names without a mailbox are made.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(
        store: SharedStore,
        accounts: Arc<dyn Accounts>,
        clock: Clock,
        limits: &Limits,
    ) -> Result<Self, StoreError> {
        let secret = secret(&store).await?;
        let rules = Rules {
            per_account: limits.login_failures_per_account,
            per_address: limits.login_failures_per_address,
            lock: limits.login_lock,
        };
        let inner = Inner {
            accounts,
            store,
            clock,
            guard: Guard::new(rules),
            secret,
            turns: Semaphore::new(AT_ONCE),
            waiting: AtomicUsize::new(0),
            uses_written: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether `password` is one of the passwords of the mailbox with the address (or alias) `user`.
    /// A wrong one is answered after a delay that grows with the number of wrong ones.
    ///
    /// # Errors
    /// [`LoginRefusal`]; the same, after the same time, for mailboxes that exist and that do not.
    pub async fn verify(
        &self,
        user: &str,
        password: &[u8],
        client: IpAddr,
        service: Service,
    ) -> Result<Login, LoginRefusal> {
        let name = Name::of(user);
        self.check(&name, client)?;
        let account = self.find(&name);
        let outcome = {
            let _turn = self.turn().await?;
            // Others may have been wrong while this one waited.
            self.check(&name, client)?;
            compare(&name, account, password).await
        };
        match outcome {
            Some((account, via)) => Ok(self.succeeded(&name, &account, via, client, service)),
            None => Err(self.failed(&name, client, service).await),
        }
    }

    /// A SASL exchange with one client. The caller has seen to it that the connection is safe enough
    /// for the mechanism.
    #[must_use]
    pub fn exchange(
        &self,
        mechanism: Mechanism,
        client: IpAddr,
        service: Service,
        bindings: ChannelBindings,
    ) -> Exchange {
        Exchange::new(self.clone(), mechanism, client, service, bindings)
    }

    /// The mailbox behind a login, as it is now; `None` when it is gone.
    #[must_use]
    pub fn account(&self, mailbox: &Address) -> Option<Arc<Mailbox>> {
        self.inner.accounts.account(&mailbox.mailbox_key())
    }

    /// Addresses in these networks are never locked, because many users log in from them; wrong passwords
    /// count for the names only.
    pub fn never_lock(&self, networks: Vec<Network>) {
        self.inner.guard.exempt(networks);
    }

    /// What is locked now, what ends last first.
    #[must_use]
    pub fn locks(&self) -> Vec<Lock> {
        self.inner.guard.locks(self.inner.clock.now())
    }

    /// Ends the locks of a name, or of an address, or (neither given) all. Returns how many ended.
    #[must_use]
    pub fn unlock(&self, user: Option<&str>, client: Option<IpAddr>) -> usize {
        let name = user.map(Name::of);
        let name = name.as_ref().map(Name::counted);
        self.inner.guard.unlock(name, client, self.inner.clock.now())
    }

    /// When and where the passwords of a mailbox were used last: the name of the application
    /// password, empty for the mailbox's own.
    ///
    /// # Errors
    /// The store's.
    pub async fn uses(&self, mailbox: &Address) -> Result<HashMap<String, Use>, StoreError> {
        let prefix = use_key(mailbox, "");
        let facts = self.inner.store.recall_all(prefix.clone()).await?;
        let read = |(key, value): (String, String)| {
            let name = key.strip_prefix(&prefix)?.to_owned();
            Some((name, serde_json::from_str(&value).ok()?))
        };
        Ok(facts.into_iter().filter_map(read).collect())
    }

    /// Forgets when a password was used (with `None`: all of the mailbox's). For passwords and
    /// mailboxes that are removed.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_uses(
        &self,
        mailbox: &Address,
        name: Option<&str>,
    ) -> Result<(), StoreError> {
        let keys = match name {
            Some(name) => vec![use_key(mailbox, name)],
            None => {
                let facts = self.inner.store.recall_all(use_key(mailbox, "")).await?;
                facts.into_iter().map(|(key, _)| key).collect()
            }
        };
        self.inner.uses_written.lock().retain(|key, _| !keys.contains(key));
        self.inner.store.forget_facts(keys).await
    }

    pub(crate) fn check(&self, name: &Name, client: IpAddr) -> Result<(), LoginRefusal> {
        let now = self.inner.clock.now();
        self.inner.guard.check(name.counted(), client, now).map_err(|locked| {
            info!(%client, user = name.shown(), until = %locked.until, "login not tried: locked");
            locked.into()
        })
    }

    pub(crate) fn find(&self, name: &Name) -> Option<Arc<Mailbox>> {
        self.inner.accounts.account(name.key.as_deref()?)
    }

    /// Notes a login, wherever its password was proved.
    pub(crate) fn succeeded(
        &self,
        name: &Name,
        account: &Mailbox,
        via: Via,
        client: IpAddr,
        service: Service,
    ) -> Login {
        let now = self.inner.clock.now();
        self.inner.guard.succeeded(name.counted(), client);
        let login = Login { mailbox: account.address.clone(), via };
        let application = match &login.via {
            Via::Primary => "",
            Via::Application { name } => name.as_str(),
        };
        info!(%client, mailbox = %login.mailbox, application, service = service.name(), "logged in");
        self.note_use(use_key(&login.mailbox, application), Use { at: now, client, service });
        login
    }

    /// Counts a wrong password and waits as long as its answer is to wait.
    pub(crate) async fn failed(
        &self,
        name: &Name,
        client: IpAddr,
        service: Service,
    ) -> LoginRefusal {
        let now = self.inner.clock.now();
        let (delay, locks) = self.inner.guard.failed(name.counted(), client, now);
        info!(%client, user = name.shown(), service = service.name(), "login refused");
        for lock in locks {
            match lock.address {
                Some(address) => warn!(%address, failures = lock.failures, until = %lock.until,
                    "too many wrong passwords: logging in from this address is locked"),
                None => warn!(user = name.shown(), failures = lock.failures, until = %lock.until,
                    "too many wrong passwords: logging in with this name is locked"),
            }
        }
        tokio::time::sleep(delay).await;
        LoginRefusal::Wrong
    }

    /// The right to compute a hash.
    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, LoginRefusal> {
        let inner = &self.inner;
        let _place = Place::take(&inner.waiting).ok_or(LoginRefusal::Busy)?;
        match tokio::time::timeout(PATIENCE, inner.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(LoginRefusal::Busy),
        }
    }

    /// Writes down a use, unless that was done a moment ago. Nobody waits for it.
    fn note_use(&self, key: String, last: Use) {
        {
            let mut written = self.inner.uses_written.lock();
            if written.get(&key).is_some_and(|at| last.at.since(*at) < USE_EVERY) {
                return;
            }
            written.insert(key.clone(), last.at);
        }
        let store = Arc::clone(&self.inner.store);
        tokio::spawn(async move {
            let Ok(value) = serde_json::to_string(&last) else { return };
            if let Err(error) = store.remember(key, value).await {
                warn!(%error, "the last use of a password could not be written down");
            }
        });
    }
}

/// A place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A name as somebody gave it.
pub(crate) struct Name {
    /// The key of the mailbox, when it has the form of an address.
    key: Option<String>,
    /// Under what it is counted when it has not.
    other: String,
}

impl Name {
    pub(crate) fn of(user: &str) -> Self {
        let prepared = password::prepared(user);
        let key = Address::parse(prepared.trim()).ok().map(|address| address.mailbox_key());
        let other = prepared.chars().take(254).flat_map(char::to_lowercase).collect();
        Self { key, other }
    }

    /// Under what it is counted.
    pub(crate) fn counted(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.other)
    }

    /// For the log. What is no address may be a password in the wrong field.
    fn shown(&self) -> &str {
        self.key.as_deref().unwrap_or("(not an address)")
    }
}

/// Compares on a thread of its own, with one hash in every case.
async fn compare(
    name: &Name,
    account: Option<Arc<Mailbox>>,
    password: &[u8],
) -> Option<(Arc<Mailbox>, Via)> {
    let password = Zeroizing::new(password[..password.len().min(PASSWORD_LIMIT)].to_vec());
    // The tag is made with the main address, whatever alias was given.
    let main = account.as_ref().map(|account| account.address.mailbox_key());
    let tag = password::tag(main.as_deref().unwrap_or(name.counted()), &password);
    let known = account.as_ref().and_then(|account| {
        account.application_passwords.iter().find(|application| application.tag == tag)
    });
    let (hash, via) = match known {
        Some(application) => {
            (Some(application.hash.clone()), Via::Application { name: application.name.clone() })
        }
        None => (account.as_ref().and_then(|a| a.password_hash.clone()), Via::Primary),
    };
    let verify = move || password::verify(&password, hash.as_deref());
    let is_right = tokio::task::spawn_blocking(verify).await.unwrap_or(false);
    is_right.then_some(account?).map(|account| (account, via))
}

fn use_key(mailbox: &Address, application: &str) -> String {
    // A mailbox key has no slash outside of quotes, and the name is the rest in any case.
    format!("{USE_PREFIX}{}/{application}", mailbox.mailbox_key())
}

async fn secret(store: &SharedStore) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    if let Some(kept) = store.recall(SECRET_KEY.into()).await?
        && let Ok(secret) = BASE64.decode(kept)
    {
        return Ok(Zeroizing::new(secret));
    }
    let mut secret = Zeroizing::new(vec![0; 32]);
    rand::fill(&mut secret)
        .map_err(|_| StoreError::Io { detail: "the system gives no random numbers".into() })?;
    store.remember(SECRET_KEY.into(), BASE64.encode(secret.as_slice())).await?;
    Ok(secret)
}
