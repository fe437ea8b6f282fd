//! This machine: listeners that cannot work or must not be there.

use causeway_model::config::{Listener, Machine, MailFlow, Places, Protocol};
use causeway_model::said;

use super::Findings;

pub(super) fn check(
    machine: &Machine,
    flow: &MailFlow,
    flow_places: &Places,
    findings: &mut Findings<'_>,
) {
    for (i, listener) in machine.listeners.iter().enumerate() {
        let path = format!("listener[{i}]");
        let ip = listener.address.ip();
        let is_public = !ip.to_canonical().is_loopback();
        if listener.protocol == Protocol::Admin && is_public && !listener.admin_tls() {
            findings.error(
                &format!("{path}.tls"),
                said!(
                    "check-admin-in-clear",
                    "the admin listener \"{name}\" can be reached from other machines, and tokens would cross the network in clear text",
                    name = listener.name
                ),
                said!(
                    "check-admin-in-clear.do",
                    "remove tls = false, or write a loopback address such as 127.0.0.1:8025"
                ),
            );
        }
        let earlier = &machine.listeners[..i];
        if let Some(other) = earlier.iter().find(|other| collide(other, listener)) {
            findings.error(
                &format!("{path}.address"),
                said!(
                    "check-listeners-collide",
                    "{address} of the listener \"{name}\" is part of {whole} of \"{owner}\": only one can be opened",
                    address = listener.address,
                    name = listener.name,
                    whole = other.address,
                    owner = other.name
                ),
                said!("check-listeners-collide.do", "remove one of them, or give it another port"),
            );
        }
    }
    missing(machine, flow, flow_places, findings);
    names(machine, findings);
    lab(machine, findings);
}

/// What the mail flow needs and no listener has.
fn missing(machine: &Machine, flow: &MailFlow, flow_places: &Places, findings: &mut Findings<'_>) {
    if !findings.places.knows_all("listener", &[]) {
        return;
    }
    let has = |protocols: &[Protocol]| {
        machine.listeners.iter().any(|listener| protocols.contains(&listener.protocol))
    };
    if !flow.domains.is_empty() && !has(&[Protocol::Smtp]) {
        findings.warning(
            "listener",
            said!(
                "check-no-smtp",
                "domains are accepted, but no listener speaks smtp: no mail arrives"
            ),
            said!("check-no-smtp.do", "add a [[listener]] with protocol = \"smtp\""),
        );
    }
    let has_pop_before_smtp =
        flow.relay.pop_before_smtp.enabled && flow_places.knows("relay.pop_before_smtp.enabled");
    if has_pop_before_smtp && !has(&[Protocol::Pop3, Protocol::Pop3s]) {
        findings.warning(
            "listener",
            said!(
                "check-no-pop",
                "POP-before-SMTP is enabled, but no listener speaks pop3"
            ),
            said!(
                "check-no-pop.do",
                "add a [[listener]] with protocol = \"pop3\", have your own POP3 server report its logins (causeway relay logins report), or disable [relay].pop_before_smtp"
            ),
        );
    }
}

fn names(machine: &Machine, findings: &mut Findings<'_>) {
    let public = machine.listeners.iter().any(|l| !l.address.ip().to_canonical().is_loopback());
    if public && machine.hostname.as_deref().is_some_and(|name| !name.contains('.')) {
        findings.warning(
            "hostname",
            said!(
                "check-short-name",
                "the host name has no domain: other servers refuse mail from such a name"
            ),
            said!("check-short-name.do", "write the full name, like mx.contoso.example"),
        );
    }
    if public && machine.tls.is_none() && findings.places.knows("tls") {
        findings.warning(
            "tls",
            said!(
                "check-no-certificate",
                "there is no certificate: a self-signed one is used, which mail programs warn about and servers that verify refuse"
            ),
            said!("check-no-certificate.do", "write [tls] with certificate and key"),
        );
    }
}

/// What is believed, and what is for test labs.
fn lab(machine: &Machine, findings: &mut Findings<'_>) {
    if machine.dns.trust_ad == Some(true)
        && let Some(server) =
            machine.dns.servers.iter().find(|s| !s.ip().to_canonical().is_loopback())
    {
        findings.warning(
            "dns.trust_ad",
            said!(
                "check-far-resolver",
                "the resolver {server} is believed about signatures, and is not on this machine",
                server = server
            ),
            said!(
                "check-far-resolver.do",
                "run a validating resolver here, unless nobody can reach the network in between"
            ),
        );
    }
    if machine.delivery.mta_sts_port != 443 {
        findings.warning(
            "delivery.mta_sts_port",
            said!(
                "check-sts-port",
                "MTA-STS policies are fetched from port {port}, where none is",
                port = machine.delivery.mta_sts_port
            ),
            said!("check-sts-port.do", "remove mta_sts_port, unless this is a test lab"),
        );
    }
    if machine.delivery.mx_port != 25 {
        findings.warning(
            "delivery.mx_port",
            said!(
                "check-mx-port",
                "MX hosts are tried at port {port}, not on 25, where other servers listen",
                port = machine.delivery.mx_port
            ),
            said!("check-mx-port.do", "remove mx_port, unless this is a test lab"),
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
