//! Hosts that cannot be reached: down, moved, blocked, refused, the wrong host, the wrong port.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_testkit::lab::SilentPort;
use causeway_testkit::{Behaviour, ScriptedPeer};

use super::super::world::{HOUR, with_partner};
use super::Case;
use super::bench::{
    Found, Names, fails, own_address, peer_of_its_own, refusing_at, set, start, works, works_for,
};

/// It works; then the connector is changed.
fn host_changed(change: impl Fn(SocketAddr) -> String) -> Found {
    let right = peer_of_its_own(Behaviour::new());
    let server = start(with_partner(right.address(), ""));
    works(&server, &right);
    set(&server, &["--smart-host", &change(right.address())]);
    fails(&server)
}

fn changed_to_silence() -> Found {
    let silent = SilentPort::start();
    host_changed(|_| silent.address().to_string())
}

fn changed_to_closed_port() -> Found {
    let right = peer_of_its_own(Behaviour::new());
    let wrong = refusing_at(right.ip(), 0);
    let server = start(with_partner(right.address(), ""));
    works(&server, &right);
    set(&server, &["--smart-host", &wrong.address().to_string()]);
    fails(&server)
}

fn never_on_this_port() -> Found {
    let right = peer_of_its_own(Behaviour::new());
    let wrong = refusing_at(right.ip(), 0);
    fails(&start(with_partner(wrong.address(), "").mx_port(right.port())))
}

fn refused_after(wait: Duration) -> Found {
    let partner = peer_of_its_own(Behaviour::new());
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    partner.refuse();
    server.advance(wait);
    fails(&server)
}

fn moved_mailboxes() -> Found {
    let gone = ScriptedPeer::refusing();
    let server = start(with_partner(gone.address(), "").internal_relay("partner.test"));
    server.add_mailbox("here@partner.test", "a long enough password");
    fails(&server)
}

/// A peer goes, and its address answers nobody.
fn silenced(peer: ScriptedPeer) -> SilentPort {
    let address = peer.address();
    drop(peer);
    SilentPort::start_at(address)
}

fn silent_smart_host() -> Found {
    let partner = peer_of_its_own(Behaviour::new());
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    let _silent = silenced(partner);
    fails(&server)
}

fn silent_mx_host() -> Found {
    let mut names = Names::new();
    let server = names.by_mx();
    works(&server, &names.partner);
    let _silent =
        silenced(std::mem::replace(&mut names.partner, peer_of_its_own(Behaviour::new())));
    fails(&server)
}

/// Two control destinations of the configuration and the partner: nobody answers.
fn controls_silent() -> Found {
    let controls = [0, 0].map(|port| SilentPort::start_at(SocketAddr::from((own_address(), port))));
    let list = controls.each_ref().map(|silent| silent.address().to_string());
    let partner = peer_of_its_own(Behaviour::new());
    let setup = with_partner(partner.address(), "")
        .machine(&format!("[probes]\ncontrol_destinations = {list:?}\n"));
    let server = start(setup);
    works(&server, &partner);
    let _silent = silenced(partner);
    fails(&server)
}

/// Mail went to three partners, and then none of them answers.
fn partners_silent() -> Found {
    let partner = peer_of_its_own(Behaviour::new());
    let others = ["one.test", "two.test"].map(|name| (name, peer_of_its_own(Behaviour::new())));
    let mut setup = with_partner(partner.address(), "");
    for (name, peer) in &others {
        setup = setup.connector(name, name, peer.address(), "");
    }
    let server = start(setup);
    for (name, peer) in &others {
        works_for(&server, name, peer);
    }
    works(&server, &partner);
    let _silent: Vec<SilentPort> =
        others.into_iter().map(|(_, peer)| peer).chain([partner]).map(silenced).collect();
    fails(&server)
}

/// The domain's own servers give an address that refuses; the former one still takes mail.
fn moved_wrongly(by_mx: bool) -> Found {
    let names = Names::new();
    let wrong = refusing_at(own_address().into(), names.partner.port());
    let change = |names: &Names| {
        names.moves_to(&wrong.ip().to_string());
        names.resolver_says(&wrong.ip().to_string());
    };
    match by_mx {
        true => names.mx_after(|names, _| change(names)),
        false => names.connector_after(|names, _| change(names)),
    }
}

/// The host has moved to an address that takes mail; our resolver still gives the former one.
fn moved_unheard() -> Found {
    let names = Names::new();
    let now_at = ScriptedPeer::start_at(
        SocketAddr::from((own_address(), names.partner.port())),
        Behaviour::new(),
    );
    names.connector_after(|names, _| {
        names.moves_to(&now_at.ip().to_string());
        names.partner.refuse();
    })
}

pub(super) const CASES: &[Case] = &[
    Case("server-down", "a smart host that mail went to answers no more", silent_smart_host),
    Case("server-down", "an MX host that mail went to answers no more", silent_mx_host),
    Case("smart-host-wrong", "changed to a host that refuses", || {
        host_changed(|_| ScriptedPeer::refusing().address().to_string())
    }),
    Case("smart-host-wrong", "changed to a host that does not answer", changed_to_silence),
    Case("address-changed", "a smart host's name leads to an address that refuses", || {
        moved_wrongly(false)
    }),
    Case("address-changed", "an MX host's name leads to an address that refuses", || {
        moved_wrongly(true)
    }),
    Case("address-changed", "moved; our resolver gives the former address", moved_unheard),
    Case("port-blocked-here", "the control destinations do not answer either", controls_silent),
    Case("port-blocked-here", "two other partners do not answer any more either", partners_silent),
    Case("firewall-refuses", "refused an hour after it worked", || refused_after(HOUR)),
    Case("firewall-refuses", "refused ten days after it worked", || refused_after(HOUR * 240)),
    Case("server-retired", "refused thirty days after it worked", || refused_after(HOUR * 720)),
    Case("server-retired", "refused; mailboxes of the domain are here", moved_mailboxes),
    Case("port-wrong", "changed to a port that is closed", changed_to_closed_port),
    Case("port-wrong", "never worked; the host greets on the usual port", never_on_this_port),
];
