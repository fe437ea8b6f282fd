//! No sequence of commands from a client that nothing entitles ever yields a ticket of the store for a
//! recipient outside the accepted domains.
//!
//! Real sessions over loopback sockets against the real store: sequences of commands that are right,
//! wrong, out of order, cut off and put into contents, on the listener for other servers and on the one
//! for users. What the store gave tickets for is kept by the hand-off, and looked at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use causeway_accounts::{Accounts, Logins, PopRegister};
use causeway_intake::listener::{Doorkeeper, bind, serve};
use causeway_intake::{Context, Handoff, Spool, Throttle};
use causeway_model::Address;
use causeway_model::config::{Limits, Listener, MailFlow, PopBeforeSmtp, Protocol};
use causeway_net::clock::Clock;
use causeway_net::dns::Resolver;
use causeway_policy::{MailPolicy, MailboxLookup};
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Accepted, Mailbox, NewMessage, SharedStore};
use causeway_testkit::TestDns;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const FLOW: &str = r#"
    [[domain]]
    name = "ours.test"
    type = "authoritative"

    [[domain]]
    name = "relay.ours.test"
    type = "internal_relay"

    [[connector]]
    name = "from partner"
    direction = "inbound"
    peer = "partner"
    sender_domains = ["partner.test"]
    source_addresses = ["127.0.0.1/32"]
    require_tls = false

    [relay]
    networks = []
    pop_before_smtp = { enabled = true }
"#;

/// alice is the one user.
struct Alice;

impl MailboxLookup for Alice {
    fn find(&self, key: &str) -> Option<Address> {
        (key == "alice@ours.test").then(|| key.parse().unwrap())
    }
}

impl Accounts for Alice {
    fn account(&self, _key: &str) -> Option<Arc<Mailbox>> {
        None
    }
}

/// What the store gave tickets for.
#[derive(Default)]
struct Taken(Mutex<Vec<NewMessage>>);

impl Handoff for Taken {
    fn accepted(&self, _ticket: &Accepted, message: NewMessage) {
        self.0.lock().unwrap().push(message);
    }
}

struct World {
    runtime: tokio::runtime::Runtime,
    /// The listener for other servers, and the one for users.
    addresses: [SocketAddr; 2],
    taken: Arc<Taken>,
    turn: Mutex<()>,
    _dns: TestDns,
    _place: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let place = tempfile::tempdir().unwrap();
    let taken = Arc::new(Taken::default());
    let dns = TestDns::start();
    let addresses = runtime.block_on(start(place.path(), Arc::clone(&taken), dns.settings()));
    World { runtime, addresses, taken, turn: Mutex::default(), _dns: dns, _place: place }
});

async fn start(
    place: &std::path::Path,
    taken: Arc<Taken>,
    dns: causeway_model::config::DnsSettings,
) -> [SocketAddr; 2] {
    let engine = SqliteStore::open(place, StoreOptions::default()).unwrap();
    let spool = Spool { bodies: engine.bodies() };
    let store: SharedStore = Arc::new(engine);
    let (flow, _) = MailFlow::parse(FLOW, "mailflow.toml").unwrap();
    let clock = Clock::system();
    let limits = Limits { unknown_recipients_per_hour: 0, ..Limits::default() };
    let logins =
        Logins::open(Arc::clone(&store), Arc::new(Alice), clock.clone(), &limits).await.unwrap();
    let pop = PopBeforeSmtp { enabled: true, window: Duration::from_secs(900) };
    let pop_register = PopRegister::open(Arc::clone(&store), pop).await.unwrap();
    // Somebody else's entitlement.
    let neighbour = "127.0.0.2".parse().unwrap();
    pop_register.record(neighbour, "alice@ours.test", clock.now()).await.unwrap();
    let context = Arc::new(Context {
        signer: Arc::default(),
        policy: Arc::new(ArcSwap::from_pointee(MailPolicy::compile(
            Arc::new(flow),
            "mx.ours.test",
        ))),
        store,
        tls: None,
        clock,
        resolver: Arc::new(Resolver::new(&dns).unwrap()),
        own_addresses: vec!["127.0.0.1".parse().unwrap()],
        hostname: "mx.ours.test".into(),
        limits,
        logins,
        pop_register: Arc::new(pop_register),
        throttle: Arc::new(Throttle::new(limits)),
        mailboxes: Arc::new(Alice),
        handoff: taken,
        signs: Arc::new(causeway_intake::NobodyListens),
        spool,
    });
    let keeper = Arc::new(Doorkeeper::new(1000, 1000));
    let (sessions, shutdown) = (TaskTracker::new(), CancellationToken::new());
    [Protocol::Smtp, Protocol::Submission].map(|protocol| {
        let listening = bind(&Listener {
            name: format!("{protocol:?}"),
            protocol,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            allow_plain_login_on_loopback: true,
            announce_channel_binding: false,
            identity: None,
            protect_own_domains: None,
        })
        .unwrap();
        let address = listening.address().unwrap();
        tokio::spawn(serve(
            listening,
            Arc::clone(&context),
            Arc::clone(&keeper),
            sessions.clone(),
            shutdown.clone(),
        ));
        address
    })
}

impl World {
    /// Sends everything at once, says goodbye; what the server said, and what it gave tickets for.
    fn converse(&self, listener: usize, octets: &[u8]) -> (String, Vec<NewMessage>) {
        let _one_at_a_time = self.turn.lock().unwrap_or_else(|poison| poison.into_inner());
        let said = self.runtime.block_on(async {
            let mut stream = TcpStream::connect(self.addresses[listener]).await.unwrap();
            // The server may close before it has read everything.
            let _ = stream.write_all(octets).await;
            let _ = stream.write_all(b"\r\n.\r\nRSET\r\nQUIT\r\n").await;
            let _ = stream.shutdown().await;
            let mut said = Vec::new();
            let _ = stream.read_to_end(&mut said).await;
            String::from_utf8_lossy(&said).into_owned()
        });
        (said, std::mem::take(&mut *self.taken.0.lock().unwrap()))
    }
}

/// Senders that seem to give a right.
const SENDERS: &[&str] = &[
    "<>",
    "<a@ext.test>",
    "<alice@ours.test>",
    "<alice@partner.test>",
    "<postmaster@mx.ours.test>",
    "<a@[127.0.0.1]>",
    "<alice@relay.ours.test>",
    "<\"alice@ours.test\"@ext.test>",
];

/// Recipients in every spelling that mail servers have been misled by.
const RECIPIENTS: &[&str] = &[
    "<alice@ours.test>",
    "<ALICE@Ours.Test>",
    "<x@relay.ours.test>",
    "<postmaster>",
    "<postmaster@mx.ours.test>",
    "<b@ext.test>",
    "<b@ext.test.>",
    "<b@partner.test>",
    "<b%ext.test@ours.test>",
    "<b%ext.test@relay.ours.test>",
    "<b%ext.test@[127.0.0.1]>",
    "<ext.test!b@relay.ours.test>",
    "<\"b@ext.test\"@relay.ours.test>",
    "<\"b@ext.test\"@[127.0.0.1]>",
    "<\"b@ext.test\">",
    "<b@ext.test@ours.test>",
    "<@ours.test:b@ext.test>",
    "<@ours.test,@mx.ours.test:b@ext.test>",
    "<alice@sub.ours.test>",
    "<alice@ours.test@ext.test>",
    "<b@[192.0.2.1]>",
    "<b@mx.ours.test>",
    "b@ext.test",
    "<b@ext.test",
    "<alice@ours.test>,<b@ext.test>",
    "<alice@ours.test> <b@ext.test>",
    "<alice@ours.test>\rRCPT TO:<b@ext.test>",
    "<alice@ours.test>\nRCPT TO:<b@ext.test>",
    "<alice@ours.test>\0<b@ext.test>",
];

fn line() -> impl Strategy<Value = String> {
    let pick = |list: &'static [&'static str]| proptest::sample::select(list);
    prop_oneof![
        3 => Just("EHLO client.example".to_owned()),
        1 => Just("HELO client.example".to_owned()),
        6 => pick(SENDERS).prop_map(|sender| format!("MAIL FROM:{sender}")),
        1 => pick(SENDERS).prop_map(|sender| format!("MAIL FROM:{sender} AUTH=alice@ours.test SMTPUTF8")),
        12 => pick(RECIPIENTS).prop_map(|recipient| format!("RCPT TO:{recipient}")),
        1 => "[a-z@%!.\"<>:, ]{0,30}".prop_map(|path| format!("RCPT TO:{path}")),
        3 => Just("DATA".to_owned()),
        2 => Just("Subject: x\r\n\r\nx".to_owned()),
        4 => Just(".".to_owned()),
        1 => Just("x\n.\nMAIL FROM:<a@ext.test>".to_owned()),
        1 => Just("x\r\n.\nRCPT TO:<b@ext.test>".to_owned()),
        2 => (0u32..40, any::<bool>()).prop_map(|(size, last)| {
            format!("BDAT {size}{}", if last { " LAST" } else { "" })
        }),
        1 => Just("BDAT 0 LAST".to_owned()),
        2 => Just("RSET".to_owned()),
        1 => Just("NOOP".to_owned()),
        1 => Just("VRFY b@ext.test".to_owned()),
        1 => Just("STARTTLS".to_owned()),
        1 => Just("AUTH PLAIN =".to_owned()),
        1 => Just("AUTH LOGIN".to_owned()),
        1 => Just("AUTH SCRAM-SHA-256 bixhPWEsbj1hLHI9YQ==".to_owned()),
        1 => Just("*".to_owned()),
        1 => "\\PC{0,20}",
    ]
}

fn session() -> impl Strategy<Value = String> {
    // Most begin as sessions do, so that they get somewhere.
    let beginning = proptest::sample::select(
        &[
            "",
            "EHLO client.example\r\n",
            "EHLO client.example\r\nMAIL FROM:<a@ext.test>\r\n",
            "EHLO client.example\r\nMAIL FROM:<a@ext.test>\r\nRCPT TO:<alice@ours.test>\r\n",
        ][..],
    );
    let lines = proptest::collection::vec(line(), 1..25);
    (beginning, lines)
        .prop_map(|(beginning, lines)| format!("{beginning}{}\r\n", lines.join("\r\n")))
}

/// True for the recipients that mail from strangers may be for.
fn is_ours(address: &Address) -> bool {
    match address.domain().as_str() {
        // Whether it exists there is asked as well.
        "ours.test" => {
            matches!(address.mailbox_key().as_str(), "alice@ours.test")
                || address.local().eq_ignore_ascii_case("postmaster")
        }
        // The server behind us could follow a route.
        "relay.ours.test" => !address.local().contains(['%', '!', '@']),
        "mx.ours.test" | "[127.0.0.1]" => address.local().eq_ignore_ascii_case("postmaster"),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn strangers_never_get_a_ticket_for_others(text in session(), listener in 0usize..2) {
        let world = &*WORLD;
        let (said, taken) = world.converse(listener, text.as_bytes());
        for message in taken {
            for recipient in &message.envelope.recipients {
                prop_assert!(
                    is_ours(&recipient.address),
                    "{} was accepted in:\n{text}\n{said}", recipient.address
                );
            }
            prop_assert!(listener == 0, "a stranger submitted in:\n{text}\n{said}");
        }
    }
}

#[test]
fn the_same_sequences_do_get_tickets_for_our_own_recipients() {
    // So that the property cannot hold for the wrong reason.
    let world = &*WORLD;
    let (said, taken) = world.converse(
        0,
        b"EHLO x\r\nMAIL FROM:<witness@ext.test>\r\nRCPT TO:<b@ext.test>\r\nRCPT TO:<alice@ours.test>\r\n\
          DATA\r\nSubject: x\r\n\r\nx\r\n.\r\n",
    );
    assert!(said.contains("550 5.7.1") && said.contains("accepted as"), "{said}");
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].envelope.recipients.len(), 1);
}
