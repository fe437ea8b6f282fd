//! This machine: listeners that cannot work or must not be there.

use causeway_model::config::{Listener, Machine, MailFlow, Protocol};

use super::Findings;

pub(super) fn check(machine: &Machine, flow: &MailFlow, findings: &mut Findings<'_>) {
    for (i, listener) in machine.listeners.iter().enumerate() {
        let path = format!("listener[{i}]");
        let ip = listener.address.ip();
        let is_public = !ip.to_canonical().is_loopback();
        if listener.protocol == Protocol::Admin && is_public && !listener.admin_tls() {
            findings.error(
                &format!("{path}.tls"),
                format!(
                    "the admin listener \"{}\" can be reached from other machines, and tokens would \
                     cross the network in clear text",
                    listener.name
                ),
                "remove tls = false, or write a loopback address such as 127.0.0.1:8025",
            );
        }
        let earlier = &machine.listeners[..i];
        if let Some(other) = earlier.iter().find(|other| collide(other, listener)) {
            findings.error(
                &format!("{path}.address"),
                format!(
                    "{} of the listener \"{}\" is part of {} of \"{}\": only one can be opened",
                    listener.address, listener.name, other.address, other.name
                ),
                "remove one of them, or give it another port",
            );
        }
    }
    let has = |protocols: &[Protocol]| {
        machine.listeners.iter().any(|listener| protocols.contains(&listener.protocol))
    };
    if !flow.domains.is_empty() && !has(&[Protocol::Smtp]) {
        findings.warning(
            "listener",
            "domains are accepted, but no listener speaks smtp: no mail arrives",
            "add a [[listener]] with protocol = \"smtp\"",
        );
    }
    if flow.relay.pop_before_smtp.enabled && !has(&[Protocol::Pop3, Protocol::Pop3s]) {
        findings.warning(
            "listener",
            "POP-before-SMTP is enabled, but no listener speaks pop3",
            "add a [[listener]] with protocol = \"pop3\", have your own POP3 server report its logins \
             (causeway relay logins report), or disable [relay].pop_before_smtp",
        );
    }
    names(machine, findings);
}

fn names(machine: &Machine, findings: &mut Findings<'_>) {
    let public = machine.listeners.iter().any(|l| !l.address.ip().to_canonical().is_loopback());
    if public && machine.hostname.as_deref().is_some_and(|name| !name.contains('.')) {
        findings.warning(
            "hostname",
            "the host name has no domain: other servers refuse mail from such a name",
            "write the full name, like mx.contoso.example",
        );
    }
    if public && machine.tls.is_none() {
        findings.warning(
            "tls",
            "there is no certificate: a self-signed one is used, which mail programs warn about \
             and servers that verify refuse",
            "write [tls] with certificate and key",
        );
    }
    if machine.dns.trust_ad == Some(true)
        && let Some(server) =
            machine.dns.servers.iter().find(|s| !s.ip().to_canonical().is_loopback())
    {
        findings.warning(
            "dns.trust_ad",
            format!(
                "the resolver {server} is believed about signatures, and is not on this machine"
            ),
            "run a validating resolver here, unless nobody can reach the network in between",
        );
    }
    if machine.delivery.mta_sts_port != 443 {
        findings.warning(
            "delivery.mta_sts_port",
            format!(
                "MTA-STS policies are fetched from port {}, where none is",
                machine.delivery.mta_sts_port
            ),
            "remove mta_sts_port, unless this is a test lab",
        );
    }
    if machine.delivery.mx_port != 25 {
        findings.warning(
            "delivery.mx_port",
            format!("MX hosts are tried at port {}, where none listens", machine.delivery.mx_port),
            "remove mx_port, unless this is a test lab",
        );
    }
}

/// True when one of the addresses is every address of a family, and the other one of them.
fn collide(a: &Listener, b: &Listener) -> bool {
    let (a, b) = (a.address, b.address);
    a.port() == b.port()
        && a.port() != 0
        && a.is_ipv4() == b.is_ipv4()
        && a != b
        && (a.ip().is_unspecified() || b.ip().is_unspecified())
}
