//! Servers that are reached and do not serve: refusals at once, TLS that does not come about, devices that rewrite
//! SMTP, conversations that break.

use causeway_testkit::lab::{Rewrite, Rewriter};
use causeway_testkit::peer::{Fault, Point};
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, Validity};

use super::super::world::with_partner;
use super::Case;
use super::bench::{ENCRYPTED, Found, breaks, fails, peer_of_its_own, set, start, works};

fn with_behaviour(behaviour: Behaviour, more: &str) -> Found {
    let partner = ScriptedPeer::start(behaviour);
    fails(&start(with_partner(partner.address(), more)))
}

fn greeting(words: &str) -> Found {
    with_behaviour(Behaviour::new().greeting(words), "")
}

fn refuses_hello(words: &str) -> Found {
    with_behaviour(Behaviour::new().reply("EHLO", [words]).reply("HELO", [words]), "")
}

/// A partner that offers TLS, behind a device that does this.
fn behind(rules: &[Rewrite], more: &str) -> Found {
    let authority = TestCa::new("Known");
    let certificate = authority.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
    let firewall = Rewriter::before(partner.address(), rules);
    fails(&start(with_partner(firewall.address(), more)))
}

fn demand_raised(level: &str) -> Found {
    let partner = peer_of_its_own(Behaviour::new());
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    set(&server, &["--tls", level, "--tls-domain", "mail.partner.test"]);
    fails(&server)
}

/// The server's greeting of TLS 1.0.
fn old_tls() -> Vec<u8> {
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    hello
}

/// A fatal alert of TLS in place of the server's greeting.
fn alert(description: u8) -> Behaviour {
    Behaviour::new().starttls_garbage(&[0x15, 3, 3, 0, 2, 2, description])
}

/// The conversation breaks at this point, three times in a row.
fn breaks_at(point: Point, fault: Fault) -> Found {
    let partner = ScriptedPeer::start(Behaviour::new().fault(point, fault));
    breaks(&start(with_partner(partner.address(), "")), "")
}

/// Something on the way cuts connections in which more than so many octets come at once.
fn cuts_large(octets: usize) -> Found {
    let partner = ScriptedPeer::start(Behaviour::new());
    let way = Rewriter::before(partner.address(), &[Rewrite::CutLarge(octets)]);
    let text = "A line of a message that is not small.\r\n".repeat(200);
    breaks(&start(with_partner(way.address(), "")), &text)
}

pub(super) const CASES: &[Case] = &[
    Case("service-not-available", "554 at once", || greeting("554 no service here")),
    Case("service-not-available", "421 at once", || greeting("421 4.3.2 closing")),
    Case("address-listed", "554 at once: our address is on a list", || {
        greeting("554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org")
    }),
    Case("address-listed", "the same in the answer to EHLO", || {
        refuses_hello("550 5.7.1 your IP address is listed on a blocklist, see bl.spamcop.net")
    }),
    Case("no-reverse-name", "554 at once: our address has no reverse name", || {
        greeting("554 5.7.25 client host rejected: cannot find your reverse hostname")
    }),
    Case("no-reverse-name", "550 at once: no PTR record", || {
        greeting("550 5.7.25 no PTR record for the sending IP address")
    }),
    Case("sending-too-fast", "421 at once: too many connections", || {
        greeting("421 4.7.0 too many connections from your address")
    }),
    Case("sending-too-fast", "the same in the answer to EHLO, by its code", || {
        refuses_hello("450 4.7.28 come back later")
    }),
    Case("server-in-trouble", "421 at once: its disk is full", || {
        greeting("421 4.3.1 insufficient system storage")
    }),
    Case("server-in-trouble", "451 in answer to EHLO: a local error", || {
        refuses_hello("451 4.3.0 local error in processing")
    }),
    Case("not-a-mail-server", "speaks HTTP", || {
        let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        with_behaviour(Behaviour::new().greeting_octets(answer), "")
    }),
    Case("not-a-mail-server", "speaks SSH", || {
        with_behaviour(Behaviour::new().greeting_octets(b"SSH-2.0-OpenSSH_9.6\r\n"), "")
    }),
    Case("tls-not-offered", "demanded, never offered", || {
        with_behaviour(Behaviour::new(), ENCRYPTED)
    }),
    Case("tls-not-offered", "demanded, offered and refused", || {
        with_behaviour(Behaviour::new().starttls_refused("454 4.7.0 not now"), ENCRYPTED)
    }),
    Case("tls-demanded-in-vain", "the demand was raised to encryption", || {
        demand_raised("encryption_only")
    }),
    Case("tls-demanded-in-vain", "the demand was raised to a name", || {
        demand_raised("domain_validation")
    }),
    Case("handshake-incompatible", "the server knows TLS 1.0 only", || {
        with_behaviour(Behaviour::new().starttls_garbage(&old_tls()), ENCRYPTED)
    }),
    Case("handshake-incompatible", "the server refuses our versions", || {
        with_behaviour(alert(70), ENCRYPTED)
    }),
    Case("handshake-incompatible", "no cipher in common", || with_behaviour(alert(40), ENCRYPTED)),
    Case("firewall-rewrites", "greeting and EHLO keywords are masked", || {
        with_behaviour(Behaviour::new().masked(), ENCRYPTED)
    }),
    Case("firewall-rewrites", "STARTTLS is crossed out on the way", || {
        behind(&[Rewrite::CrossOut("STARTTLS".into())], ENCRYPTED)
    }),
    Case("firewall-rewrites", "STARTTLS is taken away on the way", || {
        behind(&[Rewrite::RemoveKeyword("STARTTLS".into())], ENCRYPTED)
    }),
    Case("firewall-rewrites", "the greeting is covered and STARTTLS is changed on the way", || {
        behind(&[Rewrite::CoverGreeting, Rewrite::AlterCommand("STARTTLS".into())], ENCRYPTED)
    }),
    Case("firewall-rewrites", "the connection is cut at STARTTLS", || {
        behind(&[Rewrite::BreakAt("STARTTLS".into())], ENCRYPTED)
    }),
    Case("server-crashes", "closes before its greeting", || {
        with_behaviour(Behaviour::new().fault(Point::Connected, Fault::Close), "")
    }),
    Case("server-crashes", "closes after its greeting", || {
        with_behaviour(Behaviour::new().fault(Point::Greeted, Fault::Close), "")
    }),
    Case("server-crashes", "closes at MAIL", || breaks_at(Point::Mail, Fault::Close)),
    Case("server-crashes", "closes after the content", || {
        breaks_at(Point::EndOfData, Fault::Close)
    }),
    Case("network-between", "what comes in more than 1,400 octets at once is lost", || {
        cuts_large(1_400)
    }),
    Case("network-between", "what comes in more than 400 octets at once is lost", || {
        cuts_large(400)
    }),
];
