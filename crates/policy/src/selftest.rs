//! Is this policy an open relay? The classic questions, asked of our own policy.
//!
//! [`selftest`] asks [`MailPolicy::relay`] and [`MailPolicy::recipient`] what open relay testers have
//! asked servers for thirty years: foreign recipients from foreign, own, null and host-named
//! senders; percent signs, exclamation marks, quoted at-signs, address literals and trailing dots.
//! The clients are addresses from all over the IPv4 and IPv6 space, compared with the written
//! configuration one network at a time, so that a mistake in the look-up tables is found as well.
//!
//! It fails too when the configuration itself entitles so many of these clients that they cannot
//! all be meant. A server whose policy fails must not start.

use std::net::IpAddr;

use causeway_model::config::{Connector, DomainType, Peer};
use causeway_model::{Address, Domain, ReversePath, Timestamp};

use crate::{MailPolicy, MailboxLookup, RecipientDecision, RelayFacts};

/// A question that was answered wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTestFailure {
    /// Who asked.
    pub client: IpAddr,
    /// The sender given.
    pub sender: ReversePath,
    /// The recipient asked for.
    pub recipient: String,
    /// The rule that allowed it (or `configuration` when the file entitles everybody).
    pub rule: String,
    /// In words.
    pub because: String,
}

impl std::fmt::Display for SelfTestFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "mail from <{}> to <{}>, sent by {}, would be taken by {}: {}",
            self.sender, self.recipient, self.client, self.rule, self.because
        )
    }
}

/// Clients from all over the address space, none of them private.
const STRANGERS: [&str; 16] = [
    "198.51.100.9",
    "203.0.113.9",
    "192.0.2.9",
    "1.2.3.4",
    "23.45.67.89",
    "45.67.89.10",
    "64.5.4.3",
    "89.10.11.12",
    "111.22.33.44",
    "133.7.7.7",
    "155.66.77.88",
    "190.1.2.3",
    "223.4.5.6",
    "2001:db8::9",
    "2a02:abcd::1",
    "::ffff:198.51.100.10",
];

/// Clients that configurations trust by mistake.
const INSIDERS: [&str; 4] = ["172.17.0.1", "10.0.0.2", "192.168.0.2", "fd00::2"];

struct NoMailboxes;

impl MailboxLookup for NoMailboxes {
    fn find(&self, _: &str) -> Option<Address> {
        None
    }
}

/// Asks the questions.
///
/// # Errors
/// Every question that was answered wrongly.
pub fn selftest(policy: &MailPolicy) -> Result<(), Vec<SelfTestFailure>> {
    let mut failures = Vec::new();
    let strangers: Vec<IpAddr> = STRANGERS.iter().filter_map(|text| text.parse().ok()).collect();
    let entitled = strangers.iter().filter(|client| is_written(policy, **client)).count();
    if let Some(&client) = strangers.first().filter(|_| entitled > strangers.len() / 2) {
        failures.push(SelfTestFailure {
            client,
            sender: ReversePath::Null,
            recipient: format!("somebody@{}", foreign_domain(policy)),
            rule: "configuration".into(),
            because: format!(
                "the networks that may relay hold {entitled} of {} addresses picked from all over \
                 the internet",
                strangers.len()
            ),
        });
    }
    let insiders = INSIDERS.iter().filter_map(|text| text.parse().ok());
    for client in strangers.iter().copied().chain(insiders) {
        if !is_written(policy, client) {
            ask_all(policy, client, &mut failures);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// True when a written network holds the client: asked of each network in turn.
fn is_written(policy: &MailPolicy, client: IpAddr) -> bool {
    let relay = &policy.flow().relay;
    let holds = |network: &ipnet::IpNet| {
        crate::index::canonical_network(*network).contains(&client.to_canonical())
    };
    let own_servers = policy.flow().connectors.iter().any(|connector| match connector {
        Connector::Inbound(inbound) => {
            inbound.peer == Peer::OnPremises
                && inbound.enabled
                && inbound.source_addresses.iter().any(holds)
        }
        Connector::Outbound(_) => false,
    });
    own_servers
        || relay.networks.iter().any(holds)
        || relay.addresses.iter().any(|entry| holds(&entry.address))
}

/// A domain that is not accepted.
fn foreign_domain(policy: &MailPolicy) -> String {
    let mut name = "relay-test.invalid".to_owned();
    // Somebody may accept even this one; not what is beside it.
    while Domain::parse(&name).is_ok_and(|domain| policy.accepted_domain(&domain).is_some())
        && name.len() < 200
    {
        name.insert_str(0, "other-");
    }
    name
}

fn ask_all(policy: &MailPolicy, client: IpAddr, failures: &mut Vec<SelfTestFailure>) {
    let foreign = foreign_domain(policy);
    let host = policy.hostname().map_or("mx.invalid", Domain::as_str);
    let mut senders = vec![format!("spam@{foreign}"), format!("postmaster@{host}"), String::new()];
    let mut recipients = vec![
        format!("victim@{foreign}"),
        format!("victim@{foreign}."),
        format!("\"victim@{foreign}\""),
        format!("\"victim%{foreign}\""),
        format!("@{host}:victim@{foreign}"),
        format!("victim%{foreign}@[127.0.0.1]"),
        format!("{foreign}!victim@[127.0.0.1]"),
        format!("\"victim@{foreign}\"@[127.0.0.1]"),
        format!("victim@{foreign}@[127.0.0.1]"),
        format!("victim%{foreign}@{host}"),
        format!("victim%{foreign}"),
        format!("{foreign}!victim"),
    ];
    // A few domains stand for all, one of each kind among them: the rules are the same for each.
    let domains = &policy.flow().domains;
    let relay = domains.iter().find(|domain| domain.domain_type == DomainType::InternalRelay);
    let above = domains.iter().find(|domain| domain.match_subdomains);
    for accepted in domains.iter().take(4).chain(relay).chain(above) {
        let own = &accepted.name;
        senders.push(format!("user@{own}"));
        recipients.extend([
            format!("victim%{foreign}@{own}"),
            format!("{foreign}!victim@{own}"),
            format!("\"victim@{foreign}\"@{own}"),
            format!("victim@{foreign}@{own}"),
            format!("@{own}:victim@{foreign}"),
            format!("victim@{foreign}.{own}.{foreign}"),
        ]);
    }
    for sender in &senders {
        let Some(sender) = reverse_path(sender) else { continue };
        for recipient in &recipients {
            // What is no address is refused as a syntax error, long before policy.
            if let Ok(address) = Address::parse(recipient) {
                failures.extend(ask(policy, client, &sender, &address));
            }
        }
    }
}

fn reverse_path(text: &str) -> Option<ReversePath> {
    if text.is_empty() {
        return Some(ReversePath::Null);
    }
    Address::parse(text).ok().map(ReversePath::Address)
}

fn ask(
    policy: &MailPolicy,
    client: IpAddr,
    sender: &ReversePath,
    recipient: &Address,
) -> Option<SelfTestFailure> {
    let decision = policy.relay(&RelayFacts {
        client,
        authenticated_user: None,
        pop_login: None,
        connector: None,
        sender,
        recipient,
        tls: true,
        // Whatever is written holds: the widest there can be.
        now: Timestamp::default(),
        points_here: false,
    });
    if !decision.allowed {
        return None;
    }
    // Taken because the domain is ours: then it must not leave again.
    match policy.recipient(recipient, &NoMailboxes) {
        RecipientDecision::Unknown(_) => None,
        RecipientDecision::Local { mailbox }
            if policy.accepted_domain(mailbox.domain()).is_some() =>
        {
            None
        }
        _ => Some(SelfTestFailure {
            client,
            sender: sender.clone(),
            recipient: recipient.to_string(),
            rule: decision.rule.id().to_owned(),
            because: decision.because.english,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use causeway_model::config::MailFlow;

    use super::*;

    fn run(flow: &str) -> Result<(), Vec<SelfTestFailure>> {
        let flow = MailFlow::parse(flow, "mailflow.toml").unwrap().0;
        selftest(&MailPolicy::compile(Arc::new(flow), "mx.ours.test"))
    }

    #[test]
    fn ordinary_configurations_pass() {
        assert_eq!(run(""), Ok(()));
        assert_eq!(
            run("[[domain]]\nname = \"ours.test\"\nmatch_subdomains = true\n\
                 [[domain]]\nname = \"relay.ours.test\"\ntype = \"internal_relay\"\n\
                 [[domain]]\nname = \"relay-test.invalid\"\n\
                 [relay]\nnetworks = [\"10.0.0.0/8\", \"198.51.100.0/24\"]\n"),
            Ok(())
        );
    }

    #[test]
    fn a_configuration_that_entitles_everybody_fails() {
        for networks in
            ["\"0.0.0.0/0\"", "\"0.0.0.0/1\", \"128.0.0.0/1\"", "\"0.0.0.0/1\", \"192.0.0.0/2\""]
        {
            let failures = run(&format!("[relay]\nnetworks = [{networks}]\n")).unwrap_err();
            assert_eq!(failures[0].rule, "configuration", "{networks}");
            assert!(failures[0].to_string().contains("all over the internet"));
        }
    }
}
