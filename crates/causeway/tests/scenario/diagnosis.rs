//! Failures made on purpose, in a lab: which cause does the server name, how sure is it, and does it ever confirm a
//! wrong one? The table in `docs/diagnosis.md` is made here (`UPDATE=1`).

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use causeway_testkit::dns::DnsFault;
use causeway_testkit::lab::{DnsLab, NameServer, Rewrite, Rewriter, ServerFault};
use causeway_testkit::peer::{Fault, Point};
use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::Value;

use super::world::{FEW_ATTEMPTS, HOUR, inside, send, wait_for_status, with_partner};

/// What was made to fail, and what was found.
struct Row {
    cause: &'static str,
    setup: &'static str,
    confidence: String,
    named: String,
    confirmed: Vec<String>,
    seconds: f64,
}

/// A set-up: the cause, in words how it is made, and the making.
type Case = (&'static str, &'static str, fn() -> (Value, f64));

/// The open alert once everything worth asking was asked.
fn diagnosed(server: &Server) -> (Value, f64) {
    let began = Instant::now();
    let alert = server.wait_for("a diagnosis", || {
        let alerts = server.json(&["alert", "list", "--open"]);
        alerts.as_array().unwrap().iter().find(|alert| alert["complete"] == true).cloned()
    });
    (alert, began.elapsed().as_secs_f64())
}

fn fails(server: &Server) -> (Value, f64) {
    send(server, &["x@partner.test"], "fails");
    diagnosed(server)
}

fn works(server: &Server) {
    send(server, &["w@partner.test"], "works");
    wait_for_status(server, "w@partner.test", "relayed");
}

fn start(setup: Setup) -> Server {
    setup.mailflow(FEW_ATTEMPTS).start()
}

fn set(server: &Server, arguments: &[&str]) {
    let all = [&["connector", "set", "partner", "--yes"], arguments].concat();
    let done = server.cli(&all);
    assert_eq!(done.status, Some(0), "{done:?}");
}

/// A port of 127.0.0.1 where nothing listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn peer() -> ScriptedPeer {
    ScriptedPeer::start(Behaviour::new())
}

// --- connections ---

fn host_changed(change: impl Fn(SocketAddr) -> String) -> (Value, f64) {
    let right = peer();
    let server = start(with_partner(right.address(), ""));
    works(&server);
    set(&server, &["--smart-host", &change(right.address())]);
    fails(&server)
}

fn refused_after(wait: Duration) -> (Value, f64) {
    let partner = peer();
    let server = start(with_partner(partner.address(), ""));
    works(&server);
    // Connections that are kept would still work.
    std::thread::sleep(Duration::from_secs(6));
    partner.refuse();
    server.advance(wait);
    fails(&server)
}

fn moved_mailboxes() -> (Value, f64) {
    let gone = ScriptedPeer::refusing();
    let server = start(with_partner(gone.address(), "").internal_relay("partner.test"));
    server.add_mailbox("here@partner.test", "a long enough password");
    fails(&server)
}

fn never_on_this_port() -> (Value, f64) {
    let right = peer();
    let wrong = SocketAddr::new(right.ip(), closed_port());
    let server = start(with_partner(wrong, "").mx_port(right.port()));
    fails(&server)
}

// --- sessions ---

fn with_behaviour(behaviour: Behaviour, more: &str) -> (Value, f64) {
    let partner = ScriptedPeer::start(behaviour);
    fails(&start(with_partner(partner.address(), more)))
}

const ENCRYPTED: &str = "tls = \"encryption_only\"";

fn crossed_out() -> (Value, f64) {
    let authority = TestCa::new("Known");
    let certificate = authority.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
    let firewall = Rewriter::before(partner.address(), &[Rewrite::CrossOut("STARTTLS".into())]);
    fails(&start(with_partner(firewall.address(), ENCRYPTED)))
}

fn demand_raised(level: &str) -> (Value, f64) {
    let partner = peer();
    let server = start(with_partner(partner.address(), ""));
    works(&server);
    set(&server, &["--tls", level, "--tls-domain", "mail.partner.test"]);
    fails(&server)
}

fn old_tls() -> Behaviour {
    // The server's greeting of TLS 1.0.
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    Behaviour::new().starttls_garbage(&hello)
}

// --- certificates ---

const NAMED: &str = "tls = \"domain_validation\"\ntls_domain = \"mail.partner.test\"";
const VALID: &str = "tls = \"certificate_validation\"";

fn certificate(kind: &str, more: &str) -> (Value, f64) {
    let (known, unknown) = (TestCa::with_intermediate("Known"), TestCa::new("Unknown"));
    let names = ["mail.partner.test"];
    let shown = match kind {
        "expired" => known.issue(&names, Validity::Expired),
        "self-signed" => known.self_signed(&names, Validity::Now),
        "unknown" => unknown.issue(&names, Validity::Now),
        _ => known.issue(&names, Validity::Now).without_intermediate(),
    };
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&shown));
    let setup = with_partner(partner.address(), more).trust_root(known.root_file());
    fails(&start(setup))
}

/// A connector that worked with a good certificate; then something changes.
fn certificate_changes(change: impl Fn(&TestCa, &ScriptedPeer, &Server)) -> (Value, f64) {
    let known = TestCa::new("Known");
    let good = known.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let setup = with_partner(partner.address(), NAMED).trust_root(known.root_file());
    let server = start(setup);
    works(&server);
    change(&known, &partner, &server);
    // Connections that are kept would still work.
    std::thread::sleep(Duration::from_secs(6));
    fails(&server)
}

fn other_names(authority: &TestCa, partner: &ScriptedPeer, names: &[&str]) {
    partner.change(Behaviour::new().starttls(&authority.issue(names, Validity::Now)));
}

// --- names ---

/// A domain with two name servers of its own, a resolver, and a connector to `mail.partner.test`.
struct Names {
    lab: DnsLab,
    own: [NameServer; 2],
    resolver: TestDns,
    partner: ScriptedPeer,
}

impl Names {
    fn new() -> Self {
        let lab = DnsLab::start();
        let own = [lab.server(), lab.server()];
        let partner = peer();
        for server in &own {
            server.zone("partner.test", 7).a("mail.partner.test", "127.0.0.1");
        }
        lab.delegate(
            "partner.test",
            &[("ns1.partner.test", &own[0]), ("ns2.partner.test", &own[1])],
        );
        let resolver = TestDns::start();
        resolver.a("mail.partner.test", "127.0.0.1").ttl(1, 1);
        Self { lab, own, resolver, partner }
    }

    fn server(&self, host: &str) -> Server {
        let connector = format!(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"{host}:{}\"]\n",
            self.partner.port()
        );
        let setup = inside().dns(self.resolver.address()).root_servers(self.lab.roots());
        start(setup.mailflow(&connector))
    }

    /// It works; then something changes, and what is held of it is forgotten.
    fn after(self, change: impl Fn(&Self, &Server)) -> (Value, f64) {
        let server = self.server("mail.partner.test");
        works(&server);
        change(&self, &server);
        std::thread::sleep(Duration::from_secs(6));
        fails(&server)
    }
}

fn name_servers(fault: ServerFault) -> (Value, f64) {
    Names::new().after(|names, _| {
        names.own.iter().for_each(|server| {
            server.fault(fault);
        });
        names.resolver.fault("mail.partner.test", DnsFault::ServFail);
    })
}

fn withdrawn(fault: DnsFault) -> (Value, f64) {
    Names::new().after(|names, _| {
        names.lab.withdraw("partner.test");
        names.resolver.fault("mail.partner.test", fault);
    })
}

fn bogus(fault: DnsFault) -> (Value, f64) {
    Names::new().after(|names, _| {
        names.resolver.fault("mail.partner.test", fault);
    })
}

fn misspelt(name: &str) -> (Value, f64) {
    Names::new().after(|names, server| {
        set(server, &["--smart-host", &format!("{name}:{}", names.partner.port())]);
    })
}

/// Every set-up. What cannot be told apart from here is not among them.
const CASES: &[Case] = &[
    ("name-servers-fail", "both name servers answer SERVFAIL", || {
        name_servers(ServerFault::ServFail)
    }),
    ("name-servers-fail", "both name servers are silent", || name_servers(ServerFault::Drop)),
    ("name-servers-fail", "both name servers do not serve the zone", || {
        name_servers(ServerFault::Refused)
    }),
    ("domain-expired", "the registry withdraws the domain", || withdrawn(DnsFault::NxDomain)),
    ("domain-expired", "the registry withdraws the domain, the resolver answers SERVFAIL", || {
        withdrawn(DnsFault::ServFail)
    }),
    ("record-cached", "the resolver keeps NXDOMAIN, the name is there", || {
        bogus(DnsFault::NxDomain)
    }),
    ("dnssec-broken", "the resolver fails unless it does not check", || bogus(DnsFault::Bogus)),
    ("resolver-broken", "the resolver answers SERVFAIL, the name servers answer", || {
        bogus(DnsFault::ServFail)
    }),
    ("resolver-broken", "the resolver is silent, the name servers answer", || {
        bogus(DnsFault::Drop)
    }),
    ("smart-host-misspelt", "changed to a name with two letters swapped", || {
        misspelt("mial.partner.test")
    }),
    ("smart-host-misspelt", "changed to a name with a letter left out", || {
        misspelt("mai.partner.test")
    }),
    ("smart-host-wrong", "changed to a host that refuses", || {
        host_changed(|_| ScriptedPeer::refusing().address().to_string())
    }),
    ("smart-host-wrong", "changed to another address, where nothing listens", || {
        host_changed(|right| format!("127.0.0.77:{}", right.port()))
    }),
    ("port-wrong", "changed to a port where nothing listens", || {
        host_changed(|right| format!("{}:{}", right.ip(), closed_port()))
    }),
    ("port-wrong", "never worked; the same host greets on the usual port", never_on_this_port),
    ("firewall-refuses", "refused an hour after it worked", || refused_after(HOUR)),
    ("firewall-refuses", "refused ten days after it worked", || refused_after(HOUR * 240)),
    ("server-retired", "refused thirty days after it worked", || refused_after(HOUR * 720)),
    ("server-retired", "refused; mailboxes of the domain are here", moved_mailboxes),
    ("service-not-available", "554 at once", || {
        with_behaviour(Behaviour::new().greeting("554 no service here"), "")
    }),
    ("service-not-available", "421 at once", || {
        with_behaviour(Behaviour::new().greeting("421 4.3.2 closing"), "")
    }),
    ("tls-not-offered", "demanded, never offered", || with_behaviour(Behaviour::new(), ENCRYPTED)),
    ("tls-not-offered", "demanded, offered and refused", || {
        with_behaviour(Behaviour::new().starttls_refused("454 4.7.0 not now"), ENCRYPTED)
    }),
    ("tls-demanded-in-vain", "the demand was raised to encryption", || {
        demand_raised("encryption_only")
    }),
    ("tls-demanded-in-vain", "the demand was raised to a name", || {
        demand_raised("domain_validation")
    }),
    ("handshake-incompatible", "TLS 1.0 only", || with_behaviour(old_tls(), ENCRYPTED)),
    ("handshake-incompatible", "garbage in place of the handshake", || {
        with_behaviour(Behaviour::new().starttls_garbage(b"what?\r\n"), ENCRYPTED)
    }),
    ("firewall-rewrites", "greeting and keywords are masked", || {
        with_behaviour(Behaviour::new().masked(), ENCRYPTED)
    }),
    ("firewall-rewrites", "STARTTLS is crossed out on the way", crossed_out),
    ("server-crashes", "closes before its greeting", || {
        with_behaviour(Behaviour::new().fault(Point::Connected, Fault::Close), "")
    }),
    ("server-crashes", "resets after its greeting", || {
        with_behaviour(Behaviour::new().fault(Point::Greeted, Fault::Reset), "")
    }),
    ("not-a-mail-server", "speaks HTTP", || {
        let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        with_behaviour(Behaviour::new().greeting_octets(answer), "")
    }),
    ("certificate-expired", "a valid one is demanded", || certificate("expired", VALID)),
    ("certificate-expired", "one for a name is demanded", || certificate("expired", NAMED)),
    ("certificate-self-signed", "a valid one is demanded", || certificate("self-signed", VALID)),
    ("certificate-self-signed", "one for a name is demanded", || certificate("self-signed", NAMED)),
    ("issuer-not-trusted", "a valid one is demanded", || certificate("unknown", VALID)),
    ("issuer-not-trusted", "one for a name is demanded", || certificate("unknown", NAMED)),
    ("chain-incomplete", "a valid one is demanded", || certificate("chain", VALID)),
    ("chain-incomplete", "one for a name is demanded", || certificate("chain", NAMED)),
    ("certificate-for-other-name", "the server shows another one than before", || {
        certificate_changes(|ca, partner, _| other_names(ca, partner, &["www.partner.test"]))
    }),
    ("certificate-for-other-name", "the server shows one for another organization", || {
        certificate_changes(|ca, partner, _| {
            other_names(ca, partner, &["mail.other.test", "x.test"])
        })
    }),
    ("expected-name-wrong", "the expected name was changed", || {
        certificate_changes(|_, _, server| set(server, &["--tls-domain", "mx.partner.test"]))
    }),
    ("expected-name-wrong", "the expected name was changed to another domain", || {
        certificate_changes(|_, _, server| set(server, &["--tls-domain", "mail.other.test"]))
    }),
];

/// Set-ups at once.
const AT_ONCE: usize = 4;

fn row((cause, setup, make): Case) -> Row {
    let (alert, seconds) = make();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let confidence = text(&alert["confidence"]);
    let named = text(&alert["cause_id"]);
    let confirmed = if confidence == "confirmed" { vec![named.clone()] } else { Vec::new() };
    Row { cause, setup, confidence, named, confirmed, seconds }
}

fn table(rows: &[Row]) -> String {
    let mut out = String::from("| cause | made by | named | how sure |\n|---|---|---|---|\n");
    for row in rows {
        let _ =
            writeln!(out, "| {} | {} | {} | {} |", row.cause, row.setup, row.named, row.confidence);
    }
    out
}

#[test]
fn the_right_cause_is_named_and_no_wrong_one_is_confirmed() {
    let next = Mutex::new(0);
    let rows: Mutex<Vec<(usize, Row)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let index = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    let Some(case) = CASES.get(index) else { return };
                    let row = row(*case);
                    rows.lock().unwrap().push((index, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(index, _)| *index);
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnosis.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (begin, end) = ("<!-- made by the test diagnosis -->\n", "<!-- end -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (old, after) = rest.split_once(end).unwrap();
    let new = table(&rows);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, format!("{before}{begin}{new}{end}{after}")).unwrap();
    }
    let slowest = rows.iter().map(|row| row.seconds).fold(0.0, f64::max);
    eprintln!("{new}slowest diagnosis: {slowest:.1} s");
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| row.named != row.cause || row.confirmed.iter().any(|c| c != row.cause))
        .map(|row| format!("{} ({}): {} {}", row.cause, row.setup, row.named, row.confidence))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(std::env::var_os("UPDATE").is_some() || old == new, "run with UPDATE=1:\n{new}");
}
