//! `causeway domain`, `connector`, `route` and `relay`: the mail flow in force, and why mail goes
//! where it goes.

use causeway_admin::types::{
    ConnectorExplanation, ConnectorPath, ConnectorView, RelayExplanation, RelayQuestion,
    RouteDomainType, RouteExplanation, RouteQuestion,
};
use causeway_model::config::{DomainType, Peer, TlsLevel};

use super::super::Answer;
use super::super::arguments::{ConnectorCommand, DomainCommand, RelayCommand, RouteCommand};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone};
use super::super::words::{self, harmless};
use super::queue::result_text;

pub(super) async fn domain(command: &DomainCommand, context: &Context) -> Result<Answer, Failure> {
    let DomainCommand::List = command;
    let domains = context.connect().await?.domains().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&domains)?;
        return Ok(Answer::Fine);
    }
    if domains.is_empty() {
        output.line(words::NO_DOMAINS)?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::new(&["DOMAIN", "TYPE", "SUBDOMAINS"]);
    for domain in &domains {
        let domain_type = match domain.domain_type {
            DomainType::Authoritative => "authoritative",
            DomainType::InternalRelay => "internal_relay",
        };
        let subdomains = if domain.match_subdomains { "yes" } else { "no" };
        columns.row(vec![
            (domain.name.to_unicode(), Tone::Plain),
            (domain_type.into(), Tone::Plain),
            (subdomains.into(), Tone::Plain),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

pub(super) async fn connector(
    command: &ConnectorCommand,
    context: &Context,
) -> Result<Answer, Failure> {
    match command {
        ConnectorCommand::List => list_connectors(context).await,
        ConnectorCommand::Explain { name } => {
            let explanation = context.connect().await?.connector(name).await?;
            let mut output = context.output();
            if output.is_json() {
                output.json(&explanation)?;
                return Ok(Answer::Fine);
            }
            for sentence in connector_sentences(&explanation) {
                output.line(&sentence)?;
            }
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

async fn list_connectors(context: &Context) -> Result<Answer, Failure> {
    let connectors = context.connect().await?.connectors().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&connectors)?;
        return Ok(Answer::Fine);
    }
    if connectors.is_empty() {
        output.line(words::NO_CONNECTORS)?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns =
        Columns::new(&["NAME", "DIRECTION", "PEER", "ENABLED", "DOMAINS", "HOSTS", "TLS"]);
    for connector in &connectors {
        columns.row(connector_row(connector));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

fn connector_row(connector: &ConnectorView) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    let (direction, domains, hosts, tls) = match &connector.path {
        ConnectorPath::Outbound { recipient_domains, smart_hosts, use_mx, tls, .. } => {
            let hosts = if *use_mx { "MX".into() } else { smart_hosts.join(", ") };
            ("outbound", recipient_domains.join(", "), hosts, tls_name(*tls))
        }
        ConnectorPath::Inbound {
            sender_domains,
            source_addresses,
            tls_certificate_name,
            require_tls,
        } => {
            let peers: Vec<&str> =
                tls_certificate_name.iter().chain(source_addresses).map(String::as_str).collect();
            let tls = if *require_tls { "required" } else { "optional" };
            ("inbound", sender_domains.join(", "), peers.join(", "), tls)
        }
    };
    let enabled =
        if connector.enabled { plain("yes".into()) } else { ("no".into(), Tone::Waiting) };
    vec![
        plain(connector.name.clone()),
        plain(direction.into()),
        plain(peer_name(connector.peer).into()),
        enabled,
        plain(domains),
        plain(hosts),
        plain(tls.into()),
    ]
}

const fn peer_name(peer: Peer) -> &'static str {
    match peer {
        Peer::OnPremises => "on_premises",
        Peer::Partner => "partner",
    }
}

const fn tls_name(level: TlsLevel) -> &'static str {
    match level {
        TlsLevel::Opportunistic => "opportunistic",
        TlsLevel::EncryptionOnly => "encryption_only",
        TlsLevel::CertificateValidation => "certificate_validation",
        TlsLevel::DomainValidation => "domain_validation",
    }
}

fn connector_sentences(explanation: &ConnectorExplanation) -> Vec<String> {
    let connector = &explanation.connector;
    let whose = match connector.peer {
        Peer::OnPremises => "this organization's own servers",
        Peer::Partner => "a partner's servers",
    };
    let mut out = Vec::new();
    match &connector.path {
        ConnectorPath::Outbound {
            recipient_domains,
            smart_hosts,
            use_mx,
            tls,
            tls_domain,
            user,
        } => {
            out.push(format!("Connector \"{}\" sends mail to {whose}.", connector.name));
            out.push(format!("It takes recipients of {}.", list_of(recipient_domains)));
            if explanation.takes_internet {
                out.push(
                    "All mail for the internet goes this way, too ([routing].internet).".into(),
                );
            }
            out.push(if *use_mx {
                "It sends to the MX hosts of the recipient's domain.".into()
            } else {
                format!("It sends to {}, in this order.", smart_hosts.join(", "))
            });
            out.push(tls_sentence(*tls, tls_domain.as_deref()));
            if let Some(user) = user {
                out.push(format!("It logs in as {user}."));
            }
        }
        ConnectorPath::Inbound {
            sender_domains,
            source_addresses,
            tls_certificate_name,
            require_tls,
        } => {
            out.push(format!("Connector \"{}\" recognises mail from {whose}.", connector.name));
            let mut by: Vec<String> = tls_certificate_name
                .iter()
                .map(|name| format!("a client certificate for {name}"))
                .collect();
            if !source_addresses.is_empty() {
                by.push(format!("an address in {}", source_addresses.join(", ")));
            }
            out.push(format!("It knows them by {}.", by.join(", or by ")));
            out.push(format!("Their senders may be of {}.", list_of(sender_domains)));
            let tls = if *require_tls { "They must use TLS." } else { "TLS is up to them." };
            out.push(tls.into());
        }
    }
    if !connector.enabled {
        out.push(
            "It is disabled: nothing goes this way (enabled = false in mailflow.toml).".into(),
        );
    }
    out.extend(connector.note.iter().map(|note| format!("Note: {}", harmless(note, 500))));
    if matches!(connector.path, ConnectorPath::Outbound { .. }) {
        out.extend(waiting_sentences(explanation));
    }
    out
}

fn waiting_sentences(explanation: &ConnectorExplanation) -> Vec<String> {
    if explanation.waiting_recipients == 0 {
        return vec!["No mail waits for it.".into()];
    }
    let at_least = if explanation.waiting_more { "At least " } else { "" };
    let mut out = vec![format!(
        "{at_least}{} for it (`causeway queue list --connector {:?}`).",
        match explanation.waiting_recipients {
            1 => "1 recipient waits".into(),
            n => format!("{n} recipients wait"),
        },
        explanation.connector.name
    )];
    let result = result_text(explanation.code.as_deref(), explanation.reply.as_deref());
    if !result.is_empty() {
        out.push(format!("The last answer was: {}", harmless(&result, 1000)));
    }
    out
}

fn list_of(domains: &[String]) -> String {
    if domains.iter().any(|domain| domain == "*") {
        "every domain".into()
    } else {
        domains.join(", ")
    }
}

fn tls_sentence(level: TlsLevel, name: Option<&str>) -> String {
    match level {
        TlsLevel::Opportunistic => {
            "It uses TLS where it is offered, and plain text otherwise.".into()
        }
        TlsLevel::EncryptionOnly => "It demands TLS, with whatever certificate.".into(),
        TlsLevel::CertificateValidation => {
            "It demands TLS with a valid certificate of an issuer we trust.".into()
        }
        TlsLevel::DomainValidation => format!(
            "It demands TLS with a valid certificate of an issuer we trust, for the name {}.",
            name.unwrap_or("of the host")
        ),
    }
}

pub(super) async fn route(command: RouteCommand, context: &Context) -> Result<Answer, Failure> {
    let RouteCommand::Explain { recipient, sender, from_connector } = command;
    let question = RouteQuestion { recipient, sender, from_connector };
    let explanation = context.connect().await?.route_explain(&question).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&explanation)?;
    } else {
        say_route(&explanation, &mut output)?;
    }
    Ok(if explanation.next_hops.is_empty() { Answer::No } else { Answer::Fine })
}

fn say_route(explanation: &RouteExplanation, output: &mut Output) -> Result<(), Failure> {
    let domain = explanation.domain.to_unicode();
    output.line(&match explanation.domain_type {
        RouteDomainType::Authoritative => {
            format!("{domain} is an accepted domain, and all its mailboxes are here.")
        }
        RouteDomainType::InternalRelay => {
            format!("{domain} is an accepted domain, and some of its mailboxes are elsewhere.")
        }
        RouteDomainType::External => format!("{domain} is not one of our domains."),
    })?;
    if explanation.next_hops.is_empty() {
        let no = output.toned(Tone::Bad, "There is no way");
        output.line(&format!("{no} to {}.", explanation.recipient))?;
    } else {
        let through = explanation
            .connector
            .as_ref()
            .map(|name| format!(" through the connector \"{name}\""))
            .unwrap_or_default();
        let hops = explanation.next_hops.join(", ");
        output.line(&format!("Mail goes{through} to {}.", harmless(&hops, 1000)))?;
    }
    output.line(&format!("Because: {}", harmless(&explanation.because, 1000)))?;
    if !explanation.considered.is_empty() {
        output.line("Connectors that do not take it:")?;
    }
    for other in &explanation.considered {
        output.line(&format!(
            "  \"{}\": {}",
            harmless(&other.connector, 100),
            harmless(&other.why_not, 300)
        ))?;
    }
    output.flush()
}

pub(super) async fn relay(command: RelayCommand, context: &Context) -> Result<Answer, Failure> {
    let RelayCommand::Explain { from_ip, user, pop_login, sender, recipient } = command;
    let question = RelayQuestion { from_ip, user, pop_login, sender, recipient };
    let explanation = context.connect().await?.relay_explain(&question).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&explanation)?;
    } else {
        say_relay(&explanation, &mut output)?;
    }
    Ok(if explanation.allowed { Answer::Fine } else { Answer::No })
}

fn say_relay(explanation: &RelayExplanation, output: &mut Output) -> Result<(), Failure> {
    let relay = if explanation.is_relay {
        "It is a relay: the recipient's domain is not one of ours."
    } else {
        "It is no relay: the recipient's domain is one of ours."
    };
    output.line(relay)?;
    let verdict = if explanation.allowed {
        output.toned(Tone::Good, "It is allowed")
    } else {
        output.toned(Tone::Bad, "It is not allowed")
    };
    output.line(&format!(
        "{verdict} (rule {}): {}",
        explanation.rule,
        harmless(&explanation.because, 1000)
    ))?;
    if let Some(reply) = &explanation.reply {
        output.line(&format!("The client is told: {}", harmless(reply, 1000)))?;
    }
    if !explanation.allowed_if.is_empty() {
        output.line("It would be allowed if:")?;
    }
    for condition in &explanation.allowed_if {
        output.line(&format!("  - {}", harmless(condition, 500)))?;
    }
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_is_explained_in_sentences() {
        let explanation = ConnectorExplanation {
            connector: ConnectorView {
                name: "to on-premises".into(),
                peer: Peer::OnPremises,
                enabled: false,
                note: None,
                path: ConnectorPath::Outbound {
                    recipient_domains: vec!["corp.example".into(), "*.corp.example".into()],
                    smart_hosts: vec!["mail.corp.example:25".into()],
                    use_mx: false,
                    tls: TlsLevel::DomainValidation,
                    tls_domain: Some("mail.corp.example".into()),
                    user: None,
                },
            },
            waiting_recipients: 2,
            waiting_more: false,
            code: Some("450 4.4.316".into()),
            reply: Some("Connection refused".into()),
            takes_internet: false,
        };
        let text = connector_sentences(&explanation).join("\n");
        for part in [
            "own servers",
            "*.corp.example",
            "mail.corp.example:25",
            "for the name mail.corp.example",
            "It is disabled",
            "2 recipients wait",
            "450 4.4.316 Connection refused",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
}
