//! `causeway connector`.

use causeway_admin::types::{
    ConnectorExplanation, ConnectorPath, ConnectorView, RouteQuestion, TestStep,
};
use causeway_model::Address;
use causeway_model::config::{Peer, TlsLevel};

use super::super::Answer;
use super::super::arguments::ConnectorCommand;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Tone, Width};
use super::super::when;
use super::super::words::{Words, harmless};
use super::connectivity::Shown;
use super::queue::result_text;
use super::{edit, firewall, flow};

pub(super) async fn run(command: ConnectorCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        ConnectorCommand::List => list(context).await,
        ConnectorCommand::Add(arguments) => edit::add_connector(*arguments, context).await,
        ConnectorCommand::Set(arguments) => edit::set_connector(*arguments, context).await,
        ConnectorCommand::Enable { name } => edit::enable_connector(name, true, context).await,
        ConnectorCommand::Disable { name } => edit::enable_connector(name, false, context).await,
        ConnectorCommand::Remove(arguments) => edit::remove_connector(arguments, context).await,
        ConnectorCommand::Validate(arguments) => {
            validate(&arguments.name, &arguments.to, context).await
        }
        ConnectorCommand::Firewall(arguments) => firewall::run(arguments, context).await,
        // An address: which connector takes it, and why not the others.
        ConnectorCommand::Explain { name } if Address::parse(&name).is_ok() => {
            let recipient = Address::parse(&name).map_err(|e| Failure::bad_input(e.to_string()))?;
            flow::explain_route(
                &RouteQuestion { recipient, sender: None, from_connector: None },
                context,
            )
            .await
        }
        ConnectorCommand::Explain { name } => {
            let explanation = context.connect().await?.connector(&name).await?;
            let mut output = context.output();
            if output.is_json() {
                output.json(&explanation)?;
                return Ok(Answer::Fine);
            }
            for sentence in sentences(&explanation, context.words()) {
                output.line(&sentence)?;
            }
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

/// A real session and a real message.
pub(super) async fn validate(
    name: &str,
    to: &Address,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mut shown = Shown::new(context);
    let heard = |step: &TestStep| shown.step(step);
    let report = client.validate_connector(name, to, context.language, heard).await?;
    shown.end(&report)
}

async fn list(context: &Context) -> Result<Answer, Failure> {
    let connectors = context.connect().await?.connectors().await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&connectors)?;
        return Ok(Answer::Fine);
    }
    if connectors.is_empty() {
        output.line(&words.text("cli-no-connectors"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-name", Width::Wraps),
            ("cli-head-direction", Width::Whole),
            ("cli-head-peer", Width::Spare),
            ("cli-head-enabled", Width::Whole),
            ("cli-head-domains", Width::Wraps),
            ("cli-head-hosts", Width::Wraps),
            ("cli-head-tls", Width::Spare),
            ("cli-head-tested", Width::Spare),
        ],
    );
    for connector in &connectors {
        columns.row(row(connector, words));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

fn row(connector: &ConnectorView, words: Words) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    let (direction, domains, hosts, tls) = match &connector.path {
        ConnectorPath::Outbound { recipient_domains, use_mx, tls, .. } => {
            let hosts = if *use_mx { "MX".into() } else { hosts_text(&connector.path) };
            ("outbound", recipient_domains.join(", "), hosts, tls.word())
        }
        ConnectorPath::Inbound {
            sender_domains,
            source_addresses,
            tls_certificate_name,
            require_tls,
            ..
        } => {
            let peers: Vec<&str> =
                tls_certificate_name.iter().chain(source_addresses).map(String::as_str).collect();
            let tls = if *require_tls { "required" } else { "optional" };
            ("inbound", sender_domains.join(", "), peers.join(", "), tls)
        }
    };
    let enabled = (
        words.yes_no(connector.enabled),
        if connector.enabled { Tone::Plain } else { Tone::Waiting },
    );
    vec![
        plain(connector.name.clone()),
        plain(direction.into()),
        plain(peer_name(connector.peer).into()),
        enabled,
        plain(domains),
        plain(hosts),
        plain(tls.into()),
        tested(connector, words),
    ]
}

/// When an outbound connector was tested last, and whether that still says something.
fn tested(connector: &ConnectorView, words: Words) -> (String, Tone) {
    match (&connector.path, &connector.validation) {
        (ConnectorPath::Inbound { .. }, _) => ("-".into(), Tone::Plain),
        (_, None) => (words.text("cli-untested"), Tone::Waiting),
        (_, Some(test)) if test.changed_since => (words.text("cli-tested-before"), Tone::Waiting),
        (_, Some(test)) => {
            let tone = if test.passed { Tone::Good } else { Tone::Bad };
            let key = if test.passed { "cli-tested-good" } else { "cli-tested-bad" };
            (words.say(key, &[("at", when::column(test.at).into())]), tone)
        }
    }
}

const fn peer_name(peer: Peer) -> &'static str {
    match peer {
        Peer::OnPremises => "on_premises",
        Peer::Partner => "partner",
    }
}

fn sentences(explanation: &ConnectorExplanation, words: Words) -> Vec<String> {
    let connector = &explanation.connector;
    let outbound = matches!(connector.path, ConnectorPath::Outbound { .. });
    let key = match (outbound, connector.peer) {
        (true, Peer::OnPremises) => "cli-connector-out-own",
        (true, Peer::Partner) => "cli-connector-out-partner",
        (false, Peer::OnPremises) => "cli-connector-in-own",
        (false, Peer::Partner) => "cli-connector-in-partner",
    };
    let mut out = vec![words.say(key, &[("name", harmless(&connector.name, 200).into())])];
    match &connector.path {
        ConnectorPath::Outbound { .. } => out.extend(outbound_sentences(explanation, words)),
        ConnectorPath::Inbound { .. } => out.extend(inbound_sentences(&connector.path, words)),
    }
    if !connector.enabled {
        out.push(words.text("cli-connector-disabled"));
    }
    if let Some(note) = &connector.note {
        out.push(words.say("cli-note", &[("note", harmless(note, 500).into())]));
    }
    if outbound {
        let (text, _) = tested(connector, words);
        out.push(words.say("cli-connector-tested", &[("result", text.into())]));
        out.extend(waiting_sentences(explanation, words));
    }
    out
}

fn outbound_sentences(explanation: &ConnectorExplanation, words: Words) -> Vec<String> {
    let path = &explanation.connector.path;
    let ConnectorPath::Outbound { recipient_domains, use_mx, tls, tls_domain, user, .. } = path
    else {
        return Vec::new();
    };
    let domains = match recipient_domains.iter().any(|domain| domain == "*") {
        true => words.text("cli-every-domain"),
        false => recipient_domains.join(", "),
    };
    let mut out = vec![words.say("cli-connector-takes", &[("domains", domains.into())])];
    if explanation.takes_internet {
        out.push(words.text("cli-connector-internet"));
    }
    out.push(if *use_mx {
        words.text("cli-connector-mx")
    } else {
        let key = if has_order(path) { "cli-connector-hosts" } else { "cli-connector-host" };
        words.say(key, &[("hosts", hosts_text(path).into())])
    });
    out.push(match (tls, tls_domain) {
        (TlsLevel::Opportunistic, _) => words.text("cli-tls-opportunistic"),
        (TlsLevel::EncryptionOnly, _) => words.text("cli-tls-encryption"),
        (TlsLevel::CertificateValidation, _) => words.text("cli-tls-certificate"),
        (TlsLevel::DomainValidation, Some(name)) => {
            words.say("cli-tls-domain", &[("name", name.into())])
        }
        (TlsLevel::DomainValidation, None) => words.text("cli-tls-host"),
    });
    out.extend(user.iter().map(|user| words.say("cli-connector-user", &[("user", user.into())])));
    out.extend(bound_sentences(path, words));
    out
}

/// Where an outbound connector's mail comes from, and how much of it there may be.
fn bound_sentences(path: &ConnectorPath, words: Words) -> Vec<String> {
    let ConnectorPath::Outbound {
        smart_host_groups,
        source_addresses,
        max_connections,
        max_messages_per_minute,
        ..
    } = path
    else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if smart_host_groups.is_some() {
        out.push(words.text("cli-connector-equals"));
    }
    if !source_addresses.is_empty() {
        let all: Vec<String> = source_addresses.iter().map(ToString::to_string).collect();
        out.push(words.say("cli-connector-sources", &[("addresses", all.join(", ").into())]));
    }
    for (key, number) in [
        ("cli-connector-connections", max_connections),
        ("cli-connector-pace", max_messages_per_minute),
    ] {
        out.extend(number.map(|n| words.say(key, &[("count", u64::from(n).into())])));
    }
    out
}

/// Smart hosts in their order; those that share the mail evenly have `|` between them.
fn hosts_text(path: &ConnectorPath) -> String {
    let ConnectorPath::Outbound { smart_hosts, smart_host_groups, .. } = path else {
        return String::new();
    };
    in_groups(smart_hosts, smart_host_groups.as_deref())
}

/// Hosts in their order; those of a group have `|` between them.
pub(super) fn in_groups(hosts: &[String], groups: Option<&[Vec<String>]>) -> String {
    match groups {
        None => hosts.join(", "),
        Some(groups) => groups.iter().map(|group| group.join(" | ")).collect::<Vec<_>>().join(", "),
    }
}

/// Whether some of a connector's hosts come before others.
fn has_order(path: &ConnectorPath) -> bool {
    let ConnectorPath::Outbound { smart_hosts, smart_host_groups, .. } = path else {
        return false;
    };
    smart_host_groups.as_ref().map_or(smart_hosts.len(), Vec::len) > 1
}

fn inbound_sentences(path: &ConnectorPath, words: Words) -> Vec<String> {
    let ConnectorPath::Inbound {
        sender_domains,
        source_addresses,
        tls_certificate_name,
        require_tls,
        restrict_sender_domains,
        identity,
    } = path
    else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if let Some(name) = tls_certificate_name {
        out.push(words.say("cli-by-certificate", &[("name", name.into())]));
    }
    if !source_addresses.is_empty() {
        let networks = source_addresses.join(", ");
        out.push(words.say("cli-by-address", &[("networks", networks.into())]));
    }
    out.push(if sender_domains.iter().any(|domain| domain == "*") {
        words.text("cli-every-sender")
    } else {
        words.say("cli-connector-senders", &[("domains", sender_domains.join(", ").into())])
    });
    if *restrict_sender_domains {
        out.push(words.text("cli-connector-restricts"));
    }
    if !identity.is_empty() {
        out.push(words.say("cli-connector-identity", &[("fields", identity.join(", ").into())]));
    }
    out.push(words.text(if *require_tls { "cli-tls-required" } else { "cli-tls-optional" }));
    out
}

fn waiting_sentences(explanation: &ConnectorExplanation, words: Words) -> Vec<String> {
    let key = if explanation.waiting_more { "cli-waiting-more" } else { "cli-waiting" };
    let mut out = vec![words.say(key, &[("count", explanation.waiting_recipients.into())])];
    let answer = result_text(explanation.code.as_deref(), explanation.reply.as_deref());
    if !answer.is_empty() {
        let answer = harmless(&answer, 1000);
        out.push(words.say("cli-last-answer", &[("answer", answer.into())]));
    }
    out
}

#[cfg(test)]
mod tests {
    use causeway_model::config::Language;

    use super::*;

    #[test]
    fn a_connector_is_explained_in_sentences() {
        let explanation = ConnectorExplanation {
            connector: ConnectorView {
                name: "to on-premises".into(),
                peer: Peer::OnPremises,
                enabled: false,
                note: None,
                validation: None,
                path: ConnectorPath::Outbound {
                    recipient_domains: vec!["corp.example".into(), "*.corp.example".into()],
                    smart_hosts: vec!["mail.corp.example:25".into()],
                    smart_host_groups: None,
                    source_addresses: Vec::new(),
                    max_connections: None,
                    max_messages_per_minute: None,
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
        let text = sentences(&explanation, Words::of(Language::En)).join("\n");
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
