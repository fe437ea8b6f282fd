//! A POP3 server within the test: a store, mailboxes, one plain listener.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use causeway_accounts::{Accounts, Logins, Password, PopRegister, password};
use causeway_mailbox::{Delivery, MaildirRoot, MessageContent};
use causeway_model::config::{Limits, Listener, PopBeforeSmtp, Protocol};
use causeway_model::{Address, QueueId, RecipientKey, ReversePath, Timestamp};
use causeway_net::clock::Clock;
use causeway_net::doorkeeper::Doorkeeper;
use causeway_net::listen::bind;
use causeway_pop3::{Context, listener};
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Mailbox, SharedStore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a long enough password";

struct Known(HashMap<String, Arc<Mailbox>>);

impl Accounts for Known {
    fn account(&self, key: &str) -> Option<Arc<Mailbox>> {
        self.0.get(key).cloned()
    }
}

/// The server.
pub(crate) struct World {
    pub(crate) place: tempfile::TempDir,
    pub(crate) root: MaildirRoot,
    pub(crate) address: SocketAddr,
    pub(crate) register: Arc<PopRegister>,
    pub(crate) clock: Clock,
    pub(crate) shutdown: CancellationToken,
    pub(crate) sessions: TaskTracker,
}

pub(crate) fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@ours.test")).unwrap()
}

impl World {
    /// Serves these mailboxes; so many sessions at once from one address.
    pub(crate) async fn start(names: &[&str], sessions_per_client: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        let store: SharedStore =
            Arc::new(SqliteStore::open(place.path(), StoreOptions::default()).unwrap());
        let clock = Clock::system();
        let mut known = HashMap::new();
        for name in names {
            let mailbox = mailbox(&address(name), clock.now());
            known.insert(mailbox.address.mailbox_key(), Arc::new(mailbox));
        }
        let accounts = Arc::new(Known(known));
        let logins =
            Logins::open(Arc::clone(&store), accounts, clock.clone(), &Limits::default()).await;
        let pop_before_smtp = PopBeforeSmtp { enabled: true, window: Duration::from_secs(900) };
        let register = Arc::new(PopRegister::open(store, pop_before_smtp).await.unwrap());
        let root = MaildirRoot::new(place.path().join("mail")).with_host("mx.ours.test");
        let context = Arc::new(Context {
            hostname: "mx.ours.test".into(),
            tls: None,
            logins: logins.unwrap(),
            register: Arc::clone(&register),
            mailboxes: root.clone(),
            clock: clock.clone(),
        });
        let listening = bind(&Listener {
            name: "pop3".into(),
            protocol: Protocol::Pop3,
            address: "127.0.0.1:0".parse().unwrap(),
            tls: None,
            allow_plain_login_on_loopback: true,
            announce_channel_binding: false,
            identity: None,
            protect_own_domains: None,
        })
        .unwrap();
        let bound = listening.address().unwrap();
        let (shutdown, sessions) = (CancellationToken::new(), TaskTracker::new());
        let keeper = Arc::new(Doorkeeper::new(1000, sessions_per_client));
        let serve = listener::serve(listening, context, keeper, sessions.clone(), shutdown.clone());
        sessions.spawn(serve);
        Self { place, root, address: bound, register, clock, shutdown, sessions }
    }

    /// Puts a message into a mailbox.
    pub(crate) fn deliver(&self, name: &str, id: u64, content: &str) -> PathBuf {
        let parts = [bytes::Bytes::copy_from_slice(content.as_bytes())];
        let mailbox = address(name);
        let delivery = Delivery {
            mailbox: &mailbox,
            recipient: &mailbox,
            key: RecipientKey { message: QueueId::from_u64(id), index: 0 },
            received_at: Timestamp::from_millis(1_700_000_000_000),
            reverse_path: &ReversePath::Null,
            content: MessageContent::Memory(&parts),
            quota: None,
            may_be_repeated: false,
        };
        self.root.deliver(&delivery).unwrap().file
    }
}

fn mailbox(address: &Address, now: Timestamp) -> Mailbox {
    let (hash, scram) = password::secrets(&Password::new(PASSWORD.into()), None).unwrap();
    Mailbox {
        address: address.clone(),
        aliases: Vec::new(),
        send_as: Vec::new(),
        password_hash: Some(hash),
        scram: Some(scram),
        application_passwords: Vec::new(),
        language: None,
        quota: None,
        forward: None,
        created_at: now,
    }
}
