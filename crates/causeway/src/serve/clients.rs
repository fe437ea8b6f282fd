//! What mail programs can connect to, from what is bound and from the certificate.

use causeway_admin::clients::{MailProtocol, MailService, MailServices, Security, SettingsWarning};
use causeway_model::Domain;

use super::{Bound, Server};

/// Services that other machines can reach; where there are none, those for this machine.
pub(super) fn services(server: &Server) -> MailServices {
    let reachable = |bound: &&Bound| !bound.address.ip().is_loopback();
    let mut services: Vec<MailService> =
        server.listeners.iter().filter(reachable).filter_map(service).collect();
    let mut warnings = Vec::new();
    if services.is_empty() {
        services = server.listeners.iter().filter_map(service).collect();
        if !services.is_empty() {
            warnings.push(SettingsWarning::ThisMachineOnly);
        }
    }
    services.dedup();
    if server.tls.is_self_made() {
        warnings.push(SettingsWarning::SelfSigned);
    } else if let Some(facts) = server.tls.certificate()
        && !facts.names.iter().any(|name| covers(name, &server.hostname))
    {
        warnings.push(SettingsWarning::WrongName);
    }
    MailServices { hostname: server.hostname.to_string(), services, warnings }
}

fn service(bound: &Bound) -> Option<MailService> {
    let (protocol, security) = match bound.protocol {
        "pop3" => (MailProtocol::Pop3, Security::StartTls),
        "pop3s" => (MailProtocol::Pop3, Security::Tls),
        "submission" => (MailProtocol::Submission, Security::StartTls),
        "submissions" => (MailProtocol::Submission, Security::Tls),
        _ => return None,
    };
    Some(MailService { protocol, security, port: bound.address.port() })
}

/// Whether a certificate's name is for this host; `*.` stands for one label.
fn covers(name: &str, hostname: &str) -> bool {
    match (name.strip_prefix("*."), Domain::parse(hostname)) {
        (Some(parent), Ok(host)) => {
            host.parent().is_some_and(|above| above.eq_ignore_ascii_case(parent))
        }
        _ => name.eq_ignore_ascii_case(hostname),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_one_label() {
        for (name, covered) in [
            ("mx.ours.test", true),
            ("MX.ours.test", true),
            ("*.ours.test", true),
            ("*.test", false),
            ("ours.test", false),
            ("*.mx.ours.test", false),
        ] {
            assert_eq!(covers(name, "mx.ours.test"), covered, "{name}");
        }
    }
}
