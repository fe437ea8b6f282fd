//! Logins and SASL exchanges against real mailboxes in a real store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use causeway_accounts::password::{Password, application_password, secrets};
use causeway_accounts::{
    Accounts, Exchange, Login, LoginRefusal, Logins, Malformed, Mechanism, Service, Step, Via,
};
use causeway_model::config::Limits;
use causeway_model::{Address, Timestamp};
use causeway_net::clock::Clock;
use causeway_net::tls::ChannelBindings;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Mailbox, SharedStore};

/// Mailboxes by every name.
struct Known(HashMap<String, Arc<Mailbox>>);

impl Accounts for Known {
    fn account(&self, key: &str) -> Option<Arc<Mailbox>> {
        self.0.get(key).cloned()
    }
}

struct World {
    logins: Logins,
    clock: Clock,
    store: SharedStore,
    /// alice's application password for "phone".
    phone: String,
    _place: tempfile::TempDir,
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// alice (alias sales; a password of her own and one for her phone), and bob, whose password is from
/// before SCRAM.
async fn world() -> World {
    let at = Timestamp::from_millis(1_800_000_000_000);
    let (hash, scram) = secrets(&Password::new("open sesame".into()), None).unwrap();
    let alice = address("alice@ours.test");
    let (phone, application, _) =
        application_password(&alice, "phone".into(), at, Some(&scram)).unwrap();
    let alice = Mailbox {
        address: alice,
        aliases: vec![address("sales@ours.test")],
        send_as: Vec::new(),
        password_hash: Some(hash),
        scram: Some(scram),
        application_passwords: vec![application],
        language: None,
        quota: None,
        forward: None,
        created_at: at,
    };
    let bob = Mailbox {
        address: address("bob@ours.test"),
        aliases: Vec::new(),
        scram: None,
        application_passwords: Vec::new(),
        ..alice.clone()
    };
    let mut known = HashMap::new();
    for mailbox in [alice, bob].map(Arc::new) {
        for name in std::iter::once(&mailbox.address).chain(&mailbox.aliases) {
            known.insert(name.mailbox_key(), Arc::clone(&mailbox));
        }
    }
    let place = tempfile::tempdir().unwrap();
    let store: SharedStore =
        Arc::new(SqliteStore::open(place.path(), StoreOptions::default()).unwrap());
    let clock = Clock::manual(at);
    let limits = Limits {
        login_failures_per_account: 3,
        login_failures_per_address: 5,
        ..Limits::default()
    };
    let logins = Logins::open(Arc::clone(&store), Arc::new(Known(known)), clock.clone(), &limits);
    let logins = logins.await.unwrap();
    World { logins, clock, store, phone: phone.reveal().to_owned(), _place: place }
}

impl World {
    async fn verify_from(
        &self,
        client: &str,
        user: &str,
        password: &str,
    ) -> Result<Login, LoginRefusal> {
        self.logins.verify(user, password.as_bytes(), ip(client), Service::Submission).await
    }

    fn exchange(&self, mechanism: Mechanism, bindings: ChannelBindings) -> Exchange {
        self.logins.exchange(mechanism, ip("192.0.2.1"), Service::Pop3, bindings)
    }
}

fn primary(mailbox: &str) -> Login {
    Login { mailbox: address(mailbox), via: Via::Primary }
}

#[tokio::test]
async fn every_name_and_password_of_a_mailbox_logs_in_to_it() {
    let world = world().await;
    for user in ["alice@ours.test", "Alice@OURS.test", "sales@ours.test", " alice@ours.test "] {
        let login = world.verify_from("192.0.2.1", user, "open sesame").await;
        assert_eq!(login, Ok(primary("alice@ours.test")), "{user}");
        let login = world.verify_from("192.0.2.1", user, &world.phone).await.unwrap();
        assert_eq!(login.via, Via::Application { name: "phone".into() });
    }
    for (user, password) in [
        ("bob@ours.test", world.phone.as_str()),
        ("alice@ours.test", "open sesam"),
        ("nobody@ours.test", "open sesame"),
        ("alice", "open sesame"),
    ] {
        let login = world.verify_from("192.0.2.77", user, password).await;
        assert_eq!(login, Err(LoginRefusal::Wrong), "{user}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_costs_as_much_as_one_that_does() {
    let world = world().await;
    // The quickest of several: what else the machine does only adds.
    let mut times = [Duration::MAX; 2];
    for round in 0..6 {
        for (which, user) in ["alice@ours.test", "nobody@ours.test"].into_iter().enumerate() {
            let began = tokio::time::Instant::now();
            // The first two wrong ones of an address are answered without a delay.
            let client = format!("192.0.2.{}", round + 10);
            assert!(world.verify_from(&client, user, "wrong").await.is_err());
            times[which] = times[which].min(began.elapsed());
        }
        let _ = world.logins.unlock(None, None);
    }
    let (known, unknown) = (times[0].as_secs_f64(), times[1].as_secs_f64());
    // Without the work for a name that is not there it would be a hundred times and more.
    assert!((0.1..10.0).contains(&(known / unknown)), "known {known} s, unknown {unknown} s");
}

#[tokio::test(start_paused = true)]
async fn wrong_passwords_lock_a_name_whether_it_exists_or_not() {
    let world = world().await;
    for user in ["alice@ours.test", "nobody@ours.test"] {
        for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            let outcome = world.verify_from(client, user, "wrong").await;
            assert_eq!(outcome, Err(LoginRefusal::Wrong));
        }
        let until = world.clock.now().plus(Duration::from_secs(900));
        let outcome = world.verify_from("192.0.2.4", user, "open sesame").await;
        assert_eq!(outcome, Err(LoginRefusal::Locked { until }), "{user}");
    }
    assert_eq!(world.logins.locks().len(), 2);
    assert_eq!(world.logins.unlock(Some("Alice@ours.test"), None), 1);
    assert!(world.verify_from("192.0.2.4", "alice@ours.test", "open sesame").await.is_ok());
    world.clock.advance_to(world.clock.now().plus(Duration::from_secs(901)));
    let outcome = world.verify_from("192.0.2.4", "nobody@ours.test", "x").await;
    assert_eq!(outcome, Err(LoginRefusal::Wrong));
    assert!(world.logins.locks().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_guesses_at_once_are_not_more_guesses() {
    let world = world().await;
    let guesses: Vec<_> = (0..60)
        .map(|i| {
            let logins = world.logins.clone();
            tokio::spawn(async move {
                let (password, client) = (format!("guess {i}"), format!("198.51.100.{i}"));
                let service = Service::Submission;
                logins.verify("alice@ours.test", password.as_bytes(), ip(&client), service).await
            })
        })
        .collect();
    let mut compared = 0;
    for guess in guesses {
        compared += usize::from(guess.await.unwrap() == Err(LoginRefusal::Wrong));
    }
    // Three lock the name; one more may be in the middle of it at that moment.
    assert!((3..=4).contains(&compared), "{compared}");
}

#[tokio::test]
async fn the_last_use_of_a_password_can_be_seen_and_forgotten() {
    let world = world().await;
    world.verify_from("192.0.2.1", "alice@ours.test", &world.phone).await.unwrap();
    let alice = address("alice@ours.test");
    let mut uses = HashMap::new();
    // It is written beside the login, not before it.
    while uses.is_empty() {
        tokio::task::yield_now().await;
        uses = world.logins.uses(&alice).await.unwrap();
    }
    let last = &uses["phone"];
    assert_eq!((last.client, last.service), (ip("192.0.2.1"), Service::Submission));
    assert_eq!(last.at, world.clock.now());
    world.logins.forget_uses(&alice, Some("phone")).await.unwrap();
    assert!(world.logins.uses(&alice).await.unwrap().is_empty());
    assert!(world.store.recall("scram-secret".into()).await.unwrap().is_some());
}

fn coded(text: &str) -> String {
    BASE64.encode(text)
}

fn challenge(step: Step) -> String {
    match step {
        Step::Challenge(text) => String::from_utf8(BASE64.decode(text).unwrap()).unwrap(),
        other => panic!("no challenge: {other:?}"),
    }
}

#[tokio::test]
async fn plain_and_login_take_name_and_password_in_every_usual_way() {
    let world = world().await;
    let none = ChannelBindings::default;
    let plain = coded("\0alice@ours.test\0open sesame");
    let mut exchange = world.exchange(Mechanism::Plain, none());
    assert_eq!(exchange.step(Some(plain.as_bytes())).await, Step::Done(primary("alice@ours.test")));
    assert_eq!(exchange.step(Some(plain.as_bytes())).await, Step::Malformed(Malformed::Over));

    let mut exchange = world.exchange(Mechanism::Plain, none());
    assert_eq!(challenge(exchange.step(None).await), "");
    // As somebody: the same mailbox by another name.
    let as_sales = coded("sales@ours.test\0alice@ours.test\0open sesame");
    let step = exchange.step(Some(as_sales.as_bytes())).await;
    assert_eq!(step, Step::Done(primary("alice@ours.test")));

    let mut exchange = world.exchange(Mechanism::Login, none());
    assert_eq!(challenge(exchange.step(None).await), "Username:");
    let step = exchange.step(Some(coded("sales@ours.test").as_bytes())).await;
    assert_eq!(challenge(step), "Password:");
    let step = exchange.step(Some(coded("open sesame").as_bytes())).await;
    assert_eq!(step, Step::Done(primary("alice@ours.test")));

    let mut exchange = world.exchange(Mechanism::Login, none());
    let step = exchange.step(Some(coded("alice@ours.test").as_bytes())).await;
    assert_eq!(challenge(step), "Password:");
    let step = exchange.step(Some(coded("wrong").as_bytes())).await;
    assert_eq!(step, Step::Refused(LoginRefusal::Wrong));
}

#[tokio::test]
async fn nobody_acts_as_somebody_else() {
    let world = world().await;
    let as_bob = coded("bob@ours.test\0alice@ours.test\0open sesame");
    let mut exchange = world.exchange(Mechanism::Plain, ChannelBindings::default());
    let step = exchange.step(Some(as_bob.as_bytes())).await;
    assert_eq!(step, Step::Refused(LoginRefusal::Wrong));
}

#[tokio::test]
async fn what_is_not_of_the_mechanism_is_told_from_a_wrong_password() {
    let world = world().await;
    for (mechanism, response, malformed) in [
        (Mechanism::Plain, "*", Malformed::Cancelled),
        (Mechanism::Plain, "no base64!", Malformed::NotBase64),
        (Mechanism::Plain, "=", Malformed::NotUnderstood),
        (Mechanism::Plain, &coded("alice"), Malformed::NotUnderstood),
        (Mechanism::Plain, &coded("\0\0password"), Malformed::NotUnderstood),
        (Mechanism::Plain, &coded("\0alice\0"), Malformed::NotUnderstood),
        (Mechanism::Plain, &coded("\0alice\0pass\0word"), Malformed::NotUnderstood),
        (Mechanism::Login, "=", Malformed::NotUnderstood),
        (Mechanism::ScramSha256, &coded("nonsense"), Malformed::NotUnderstood),
        (Mechanism::ScramSha256, &coded("p=tls-exporter,,n=a,r=b"), Malformed::WrongBinding),
        (Mechanism::ScramSha256Plus, &coded("n,,n=a,r=b"), Malformed::WrongBinding),
    ] {
        let mut exchange = world.exchange(mechanism, ChannelBindings::default());
        let step = exchange.step(Some(response.as_bytes())).await;
        assert_eq!(step, Step::Malformed(malformed), "{mechanism:?} {response}");
    }
    assert!(world.logins.locks().is_empty());
}

fn sign(key: &[u8], data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref().to_vec()
}

/// The client's side of SCRAM, written from the standard.
struct ScramClient {
    header: String,
    bare: String,
    binding: Vec<u8>,
    password: String,
}

impl ScramClient {
    fn new(header: &str, user: &str, password: &str, binding: &[u8]) -> Self {
        Self {
            header: header.into(),
            bare: format!("n={user},r=clientnonce"),
            binding: binding.to_vec(),
            password: password.into(),
        }
    }

    fn first(&self) -> String {
        coded(&format!("{}{}", self.header, self.bare))
    }

    /// The last message, and what the server must answer.
    fn last(&self, server_first: &str) -> (String, String) {
        let part =
            |name: &str| server_first.split(',').find_map(|part| part.strip_prefix(name)).unwrap();
        let salt = BASE64.decode(part("s=")).unwrap();
        let rounds = NonZeroU32::new(part("i=").parse().unwrap()).unwrap();
        let mut salted = [0; 32];
        let password = self.password.as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password, &mut salted);
        let client_key = sign(&salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, &client_key);
        let mut c = self.header.clone().into_bytes();
        c.extend_from_slice(&self.binding);
        let without_proof = format!("c={},r={}", BASE64.encode(c), part("r="));
        let message = format!("{},{server_first},{without_proof}", self.bare);
        let signature = sign(stored.as_ref(), message.as_bytes());
        let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        let server = sign(&sign(&salted, b"Server Key"), message.as_bytes());
        (
            coded(&format!("{without_proof},p={}", BASE64.encode(proof))),
            format!("v={}", BASE64.encode(server)),
        )
    }

    async fn run(&self, exchange: &mut Exchange) -> Step {
        let server_first = challenge(exchange.step(Some(self.first().as_bytes())).await);
        assert!(server_first.starts_with("r=clientnonce"), "{server_first}");
        let (last, expected) = self.last(&server_first);
        match exchange.step(Some(last.as_bytes())).await {
            Step::Challenge(answer) => {
                assert_eq!(challenge(Step::Challenge(answer)), expected);
                exchange.step(Some(b"")).await
            }
            other => other,
        }
    }
}

#[tokio::test]
async fn scram_proves_each_password_and_asks_the_same_of_us() {
    let world = world().await;
    for password in ["open sesame", world.phone.as_str()] {
        let client = ScramClient::new("n,,", "sales@ours.test", password, b"");
        let mut exchange = world.exchange(Mechanism::ScramSha256, ChannelBindings::default());
        let Step::Done(login) = client.run(&mut exchange).await else { panic!("not logged in") };
        assert_eq!(login.mailbox, address("alice@ours.test"));
        assert_eq!(login.via == Via::Primary, password == "open sesame");
    }
}

#[tokio::test(start_paused = true)]
async fn scram_tells_no_strangers_apart() {
    let world = world().await;
    // A wrong password, no mailbox, and a mailbox without keys look and fail alike.
    let mut shapes = Vec::new();
    for user in ["alice@ours.test", "nobody@ours.test", "bob@ours.test"] {
        let client = ScramClient::new("n,,", user, "wrong", b"");
        let mut exchange = world.exchange(Mechanism::ScramSha256, ChannelBindings::default());
        let first = challenge(exchange.step(Some(client.first().as_bytes())).await);
        let (last, _) = client.last(&first);
        let step = exchange.step(Some(last.as_bytes())).await;
        assert_eq!(step, Step::Refused(LoginRefusal::Wrong), "{user}");
        let salt = first.split(",s=").nth(1).unwrap().to_owned();
        shapes.push((first.len(), salt.split(",i=").nth(1).unwrap().to_owned()));
        // Asked again, the salt is the same.
        let mut again = world.exchange(Mechanism::ScramSha256, ChannelBindings::default());
        let second = challenge(again.step(Some(client.first().as_bytes())).await);
        assert!(second.ends_with(&salt), "{user}: {first} {second}");
    }
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:?}");
}

#[tokio::test(start_paused = true)]
async fn wrong_proofs_lock_like_wrong_passwords() {
    let world = world().await;
    let client = ScramClient::new("n,,", "alice@ours.test", "wrong", b"");
    for _ in 0..3 {
        let mut exchange = world.exchange(Mechanism::ScramSha256, ChannelBindings::default());
        assert_eq!(client.run(&mut exchange).await, Step::Refused(LoginRefusal::Wrong));
    }
    let mut exchange = world.exchange(Mechanism::ScramSha256, ChannelBindings::default());
    let step = exchange.step(Some(client.first().as_bytes())).await;
    assert!(matches!(step, Step::Refused(LoginRefusal::Locked { .. })), "{step:?}");
}

#[tokio::test]
async fn a_login_that_is_bound_to_another_connection_is_refused() {
    let world = world().await;
    let ours = ChannelBindings { exporter: Some([7; 32]), server_end_point: Some(vec![9; 32]) };
    let (exporter, end_point) = ("p=tls-exporter,,", "p=tls-server-end-point,,");
    for (header, binding, is_good) in [
        (exporter, [7; 32], true),
        (exporter, [8; 32], false),
        (end_point, [9; 32], true),
        (end_point, [7; 32], false),
    ] {
        let client = ScramClient::new(header, "alice@ours.test", "open sesame", &binding);
        let mut exchange = world.exchange(Mechanism::ScramSha256Plus, ours.clone());
        let step = client.run(&mut exchange).await;
        let expected = if is_good {
            Step::Done(primary("alice@ours.test"))
        } else {
            Step::Malformed(Malformed::WrongBinding)
        };
        assert_eq!(step, expected, "{header} {binding:?}");
    }
    // Somebody between took the -PLUS out of what we offered: the client says that it saw none.
    let client = ScramClient::new("y,,", "alice@ours.test", "open sesame", b"");
    let mut exchange = world.exchange(Mechanism::ScramSha256, ours);
    let step = exchange.step(Some(client.first().as_bytes())).await;
    assert_eq!(step, Step::Malformed(Malformed::WrongBinding));
}

#[test]
fn bound_mechanisms_are_offered_first_and_only_where_there_is_something_to_bind_to() {
    let names = |bindings: &ChannelBindings| -> Vec<&str> {
        Mechanism::offered(bindings).iter().map(|mechanism| mechanism.name()).collect()
    };
    assert_eq!(names(&ChannelBindings::default()), ["SCRAM-SHA-256", "PLAIN", "LOGIN"]);
    let bound = ChannelBindings { exporter: Some([0; 32]), server_end_point: None };
    assert_eq!(names(&bound)[0], "SCRAM-SHA-256-PLUS");
    assert_eq!(Mechanism::parse("plain"), Some(Mechanism::Plain));
    assert_eq!(Mechanism::parse("CRAM-MD5"), None);
}
