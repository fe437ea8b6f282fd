//! Mail on its way in and on its way out.

use std::net::SocketAddr;

use causeway_model::config::{DomainType, Host, SmartHost, TlsLevel};

use super::{Outbound, Teller, host};
use crate::finding::{Fact, MailHost, failure_words};
use crate::probe::Probe;
use causeway_model::StepStatus::{Failed, Passed, Warning};

/// Hosts of one domain or connector that are tested.
const MOST_HOSTS: usize = 8;

/// `test inbound`.
pub(super) async fn inbound(domain: &str, teller: &mut Teller<'_>) {
    if !domain_type(domain, teller) {
        return teller.skipped(&["mx", "connect", "smtp", "tls", "recipient"]);
    }
    let hosts = mx(domain, teller).await;
    if hosts.is_empty() {
        return teller.skipped(&["connect", "smtp", "tls", "recipient"]);
    }
    let port = teller.about.mx_port;
    let ours = teller.about.addresses.clone();
    for mail_host in hosts.iter().take(MOST_HOSTS) {
        for ip in mail_host.addresses.iter().take(2) {
            let address = SocketAddr::new(*ip, port);
            let demand = teller.demand_of(TlsLevel::Opportunistic, &mail_host.name, domain);
            let is_reached = teller.session(address, &mail_host.name, demand).await;
            if is_reached && ours.contains(ip) {
                recipient(address, domain, teller).await;
            }
        }
    }
}

/// Whether the domain is accepted here, and what that means. The step `domain`.
pub(super) fn domain_type(domain: &str, teller: &mut Teller<'_>) -> bool {
    let arguments = [("domain", domain.into())];
    let key = match teller.about.domain.as_ref().map(|facts| facts.kind) {
        Some(DomainType::Authoritative) => "test-domain-authoritative",
        Some(DomainType::InternalRelay) => "test-domain-internal-relay",
        None => {
            let said = teller.say("test-domain-unknown", &arguments);
            let cure = teller.advice("advice-accept-domain", &arguments);
            teller.tell("domain", Failed, said, cure);
            return false;
        }
    };
    let said = teller.say(key, &arguments);
    teller.passed("domain", said);
    true
}

/// The MX records, against what is here. The step `mx`; gives the hosts.
pub(super) async fn mx(domain: &str, teller: &mut Teller<'_>) -> Vec<MailHost> {
    let expected = teller.about.expected_mx();
    let domain = domain.to_owned();
    teller.prober.resolver().flush(&domain);
    let mut found = Vec::new();
    for fact in teller.ask(Probe::MailHosts { domain: domain.clone(), expected }).await {
        let arguments =
            [("domain", domain.clone().into()), ("host", teller.about.hostname.clone().into())];
        match &fact {
            Fact::MailHosts { hosts, implicit, .. } => {
                let cure = teller.advice("advice-no-mx", &arguments).filter(|_| *implicit);
                teller.fact("mx", if *implicit { Warning } else { Passed }, &fact, cure);
                found.clone_from(hosts);
                lost_hosts(hosts, teller);
            }
            Fact::MxAsExpected { .. } => teller.fact("mx", Passed, &fact, None),
            Fact::MxMixed { .. } => {
                let cure = teller.advice("advice-mx-mixed", &arguments);
                teller.fact("mx", Warning, &fact, cure);
            }
            Fact::MxElsewhere { .. } => {
                let cure = teller.advice("advice-mx-here", &arguments);
                teller.fact("mx", Failed, &fact, cure);
            }
            Fact::NullMx { .. } => {
                let cure = teller.advice("advice-null-mx", &arguments);
                teller.fact("mx", Failed, &fact, cure);
            }
            Fact::MxUnusable { .. } => {
                let cure = teller.advice("advice-mx-unusable", &arguments);
                teller.fact("mx", Warning, &fact, cure);
            }
            Fact::MailHostsUnknown { failure, .. } => {
                let cure = teller.cure(failure, causeway_model::Stage::Resolve);
                teller.fact("mx", Failed, &fact, cure);
            }
            Fact::Alias { .. } => teller.fact("mx", Passed, &fact, None),
            _ => teller.fact("mx", Failed, &fact, None),
        }
    }
    found
}

/// MX hosts that lead nowhere.
fn lost_hosts(hosts: &[MailHost], teller: &mut Teller<'_>) {
    for lost in hosts {
        let Some(failure) = &lost.failure else { continue };
        let said = failure_words(failure, causeway_model::Stage::Resolve, teller.texts);
        let cure = teller.advice("advice-mx-unusable", &[("domain", lost.name.clone().into())]);
        teller.tell("mx", Warning, said, cure);
    }
}

/// Whether a message for the domain's postmaster, whom every domain has, would be taken.
async fn recipient(address: SocketAddr, domain: &str, teller: &mut Teller<'_>) {
    let pairs = vec![(String::new(), format!("postmaster@{domain}"))];
    for fact in teller.ask(Probe::Recipients { address, pairs }).await {
        match &fact {
            Fact::RecipientTaken { .. } => teller.fact("recipient", Passed, &fact, None),
            _ => {
                let cure = teller.advice("advice-recipient-refused", &[("domain", domain.into())]);
                teller.fact("recipient", Failed, &fact, cure);
            }
        }
    }
}

/// `test outbound`, short of a message. One host that works is enough, as for a delivery; a warning names the others.
pub(super) async fn outbound(connector: &Outbound, teller: &mut Teller<'_>) {
    teller.by_connector = true;
    let arguments = [("connector", connector.name.clone().into())];
    if connector.enabled {
        let said = teller.say("test-connector-enabled", &arguments);
        teller.passed("connector", said);
    } else {
        let said = teller.say("test-connector-disabled", &arguments);
        let cure = teller.advice("advice-connector-disabled", &arguments);
        teller.tell("connector", Warning, said, cure);
    }
    let groups = hosts_of(connector, teller).await;
    if groups.is_empty() {
        return teller.skipped(&["connect", "smtp", "tls"]);
    }
    for hosts in groups {
        one_of(&hosts, connector, teller).await;
    }
}

/// Hosts of which one has to work: as long as one does, or may yet, what fails at the others is no failure.
async fn one_of(hosts: &[SmartHost], connector: &Outbound, teller: &mut Teller<'_>) {
    let (mut works, mut passed_over) = (false, Vec::new());
    for (place, smart_host) in hosts.iter().enumerate() {
        let name = host::name_of(smart_host);
        let is_last_host = place + 1 == hosts.len();
        teller.is_tolerant = works || !is_last_host;
        let addresses = host::resolve(smart_host, teller).await;
        let mut answers = false;
        for (place, address) in addresses.iter().enumerate() {
            let is_last = is_last_host && place + 1 == addresses.len();
            teller.is_tolerant = works || !is_last;
            let expected = connector.tls_domain.as_deref().unwrap_or(&name);
            let demand = teller.demand(connector.level, expected);
            answers |= teller.session(*address, &name, demand).await;
            works |= answers;
        }
        if !answers {
            passed_over.push(name);
        }
    }
    teller.is_tolerant = false;
    for host in passed_over.into_iter().filter(|_| works) {
        let arguments = [("host", host.into())];
        let said = teller.say("test-host-passed-over", &arguments);
        let cure = teller.advice("advice-host-passed-over", &arguments);
        teller.tell("connect", Warning, said, cure);
    }
}

/// The connector's smart hosts, or those of the MX records of each of its domains.
async fn hosts_of(connector: &Outbound, teller: &mut Teller<'_>) -> Vec<Vec<SmartHost>> {
    if !connector.hosts.is_empty() {
        return vec![connector.hosts.iter().take(MOST_HOSTS).cloned().collect()];
    }
    let port = teller.about.mx_port;
    let mut groups: Vec<Vec<SmartHost>> = Vec::new();
    for domain in connector.mx_domains.iter().take(MOST_HOSTS) {
        let probe = Probe::MailHosts { domain: domain.clone(), expected: Vec::new() };
        for fact in teller.ask(probe).await {
            match &fact {
                Fact::MailHosts { hosts: found, .. } => {
                    teller.fact("resolve", Passed, &fact, None);
                    let names = found.iter().filter_map(|host| host.name.parse().ok());
                    let hosts = names.map(|name| SmartHost { host: Host::Name(name), port });
                    groups.push(hosts.collect());
                }
                Fact::MailHostsUnknown { failure, .. } => {
                    let cure = teller.cure(failure, causeway_model::Stage::Resolve);
                    teller.fact("resolve", Failed, &fact, cure);
                }
                Fact::NullMx { .. } => teller.fact("resolve", Failed, &fact, None),
                _ => {}
            }
        }
    }
    if groups.is_empty() && connector.mx_domains.is_empty() {
        let said = teller.say("test-connector-any-domain", &[]);
        teller.tell("resolve", Warning, said, None);
    }
    groups.retain(|hosts| !hosts.is_empty());
    let most = (MOST_HOSTS / groups.len().max(1)).max(2);
    groups.iter_mut().for_each(|hosts| hosts.truncate(most));
    groups
}
