//! Names that lead nowhere: name servers, registrations, caches, resolvers, DNSSEC, spelling.

use std::time::Duration;

use causeway_testkit::lab::ServerFault;
use causeway_testkit::{Behaviour, DnsFault};

use super::Case;
use super::bench::{Found, HOST, Names, connector, fails, peer_of_its_own, set, start, works_for};

/// Both name servers of the domain fail, and with them our resolver.
fn name_servers(fault: ServerFault) -> Found {
    Names::new().connector_after(|names, _| {
        names.own.iter().for_each(|server| {
            server.fault(fault);
        });
        names.resolver.fault(HOST, DnsFault::ServFail);
    })
}

fn withdrawn(fault: DnsFault) -> Found {
    Names::new().connector_after(|names, _| {
        names.lab.withdraw("partner.test");
        names.resolver.fault(HOST, fault);
    })
}

/// Something is wrong with what our resolver says of the smart host.
fn resolver(fault: DnsFault) -> Found {
    Names::new().connector_after(|names, _| {
        names.resolver.fault(HOST, fault);
    })
}

/// The resolver fails for the smart host, and for those of two other organizations that mail went to.
fn resolver_of_all(fault: DnsFault) -> Found {
    let names = Names::new();
    let others = ["one", "two"].map(|name| (name, peer_of_its_own(Behaviour::new())));
    let mut setup = names.setup().mailflow(&connector("partner", HOST, names.partner.port()));
    for (name, peer) in &others {
        let host = format!("mail.{name}.test");
        names.resolver.a(&host, &peer.ip().to_string());
        setup = setup.mailflow(&connector(name, &host, peer.port()));
    }
    let server = start(setup);
    for (name, peer) in &others {
        works_for(&server, &format!("{name}.test"), peer);
    }
    works_for(&server, "partner.test", &names.partner);
    for host in [HOST, "mail.one.test", "mail.two.test"] {
        names.resolver.fault(host, fault);
    }
    fails(&server)
}

/// The domain's MX record names an alias that leads to nothing.
fn dangling_alias() -> Found {
    Names::new().mx_after(|names, _| {
        for server in &names.own {
            server.remove(HOST).cname(HOST, "gone.partner.test");
        }
        names.resolver.fault(HOST, DnsFault::NxDomain);
    })
}

/// The same of the domain's MX records.
fn resolver_of_mx(fault: DnsFault) -> Found {
    Names::new().mx_after(|names, _| {
        names.resolver.fault("partner.test", fault);
    })
}

/// The resolver holds that the host has no address.
fn no_address_kept() -> Found {
    Names::new().connector_after(|names, _| {
        names.resolver.remove(HOST).txt(HOST, "no address");
    })
}

/// Neither the resolver nor the domain's servers have an address of this name any more.
fn records_removed(by_mx: bool) -> Found {
    let remove = |names: &Names, name: &str| {
        names.resolver.remove(name).txt(name, "nothing else");
        for server in &names.own {
            server.remove(name).txt(name, "nothing else");
        }
    };
    match by_mx {
        true => Names::new().mx_after(|names, _| remove(names, "partner.test")),
        false => Names::new().connector_after(|names, _| remove(names, HOST)),
    }
}

fn misspelt(name: &str) -> Found {
    Names::new().connector_after(|names, server| {
        set(server, &["--smart-host", &format!("{name}:{}", names.partner.port())]);
    })
}

/// Mail for a domain that is spelt nearly like one that mail goes to.
fn misspelt_domain(name: &str) -> Found {
    let names = Names::new();
    let server = names.by_mx();
    super::bench::works(&server, &names.partner);
    let began = std::time::Instant::now();
    super::super::world::send(&server, &[&format!("x@{name}")], "fails");
    super::bench::diagnosed(&server, began)
}

/// The domain has another MX host now, and the former one does not take its mail any more.
fn spreading(all_servers: bool) -> Found {
    let names = Names::new();
    let new = peer_of_its_own(Behaviour::new());
    let server = names.by_mx();
    super::bench::works(&server, &names.partner);
    let count = if all_servers { 2 } else { 1 };
    for own in &names.own[..count] {
        own.zone("partner.test", 8).mx("partner.test", 10, "new.partner.test");
        own.a("new.partner.test", &new.ip().to_string());
    }
    names.partner.change(Behaviour::new().reply("RCPT", ["550 5.7.1 relaying denied"]));
    fails(&server)
}

pub(super) const CASES: &[Case] = &[
    Case("name-servers-fail", "both name servers answer SERVFAIL", || {
        name_servers(ServerFault::ServFail)
    }),
    Case("name-servers-fail", "both name servers are silent", || name_servers(ServerFault::Drop)),
    Case("name-servers-fail", "both name servers do not serve the zone", || {
        name_servers(ServerFault::Refused)
    }),
    Case("domain-expired", "the registry withdraws the domain", || withdrawn(DnsFault::NxDomain)),
    Case(
        "domain-expired",
        "the registry withdraws the domain, the resolver answers SERVFAIL",
        || withdrawn(DnsFault::ServFail),
    ),
    Case("record-cached", "the resolver keeps NXDOMAIN, the name is there", || {
        resolver(DnsFault::NxDomain)
    }),
    Case(
        "record-cached",
        "the resolver keeps \"no address\", the address is there",
        no_address_kept,
    ),
    Case("no-mail-records", "the smart host's address is removed", || records_removed(false)),
    Case("no-mail-records", "the MX host is an alias that leads to nothing", dangling_alias),
    Case("no-mail-records", "the domain's MX and addresses are removed", || records_removed(true)),
    Case("dnssec-broken", "the smart host's name: SERVFAIL unless DNSSEC is not checked", || {
        resolver(DnsFault::Bogus)
    }),
    Case("dnssec-broken", "the MX records: SERVFAIL unless DNSSEC is not checked", || {
        resolver_of_mx(DnsFault::Bogus)
    }),
    Case("resolver-broken", "the resolver answers SERVFAIL, the name servers answer", || {
        resolver_of_all(DnsFault::ServFail)
    }),
    Case("resolver-broken", "the resolver is silent, the name servers answer", || {
        resolver_of_all(DnsFault::Drop)
    }),
    Case("resolver-broken", "the resolver takes 2.5 s for every answer", || {
        resolver_of_all(DnsFault::Delay(Duration::from_millis(2_500)))
    }),
    Case("smart-host-misspelt", "changed to a name with two letters swapped", || {
        misspelt("mial.partner.test")
    }),
    Case("smart-host-misspelt", "changed to a name with a letter left out", || {
        misspelt("mai.partner.test")
    }),
    Case("domain-misspelt", "two letters swapped", || misspelt_domain("partnre.test")),
    Case("domain-misspelt", "a letter left out", || misspelt_domain("parner.test")),
    Case("dns-change-spreading", "one of two name servers has the new MX record", || {
        spreading(false)
    }),
    Case("dns-change-spreading", "both have it, our resolver has the former one", || {
        spreading(true)
    }),
];
