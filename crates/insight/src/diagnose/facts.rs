//! What is known without touching the network.

use std::net::{IpAddr, SocketAddr};

use causeway_model::config::{
    Connector, Host, MailFlow, OutboundConnector, OutboundRoute, SmartHost, TlsLevel,
};
use causeway_model::{Attempt, Failure, Outcome, Stage, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Known, Proof};
use crate::notice::looping::SentBefore;

/// Everything that is known about a failing path beside what probes find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The moment.
    pub now: Timestamp,
    /// The failure to explain.
    pub attempt: Attempt,
    /// Since when the path fails.
    pub failing_since: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// When the first of the waiting messages is returned.
    pub returned_at: Option<Timestamp>,
    /// How the path is configured.
    pub path: Path,
    /// The last time mail went through.
    pub last_success: Option<LastSuccess>,
    /// Revisions since then that changed this path, oldest first; all that are known when it never
    /// worked.
    pub changes: Vec<ConfigurationChange>,
    /// How other destinations fare.
    pub others: Others,
    /// Others of the domain are taken, where the server refuses to relay for some.
    pub taken: Option<TakenBeside>,
    /// The message that the other end refused, as it goes in circles, has been here before.
    pub came_back: Option<CameBack>,
}

/// A message that came back here after we had sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    /// The hosts from one visit here to the next, by its Received fields, which anybody can write.
    pub hosts: Vec<String>,
    /// How often it was here, by the same.
    pub passes: u64,
    /// Our own record that we sent this very message to the same recipient the same way.
    pub sent: Option<SentBefore>,
}

/// A server refuses to relay for some recipients of a domain, and has taken another one together with the first of them
/// or after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBeside {
    /// The domain.
    pub domain: String,
    /// When it took one last.
    pub at: Timestamp,
    /// The host: the one that refuses.
    pub host: String,
    /// That was together with the latest refusal, or after it.
    #[serde(default)]
    pub is_latest: bool,
    /// How many messages it has refused to some recipients meanwhile.
    pub refused: u64,
}

impl TakenBeside {
    /// As evidence.
    pub(super) fn proof(&self) -> Proof {
        Proof::Known(Known::TakenBeside(self.clone()))
    }
}

/// How a path is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Its smart hosts with their ports; empty for MX hosts.
    pub smart_hosts: Vec<(String, u16)>,
    /// The recipient domain whose MX hosts are asked, where there is one.
    pub domain: Option<String>,
    /// The port of MX hosts.
    pub mx_port: u16,
    /// What is demanded of TLS.
    pub tls: TlsLevel,
    /// The name the certificate must be for; `None`: the host's.
    pub tls_domain: Option<String>,
    /// Internal relay domains whose other mailboxes are behind this connector, each with the number
    /// of its mailboxes that are here.
    pub internal_relay: Vec<(String, u64)>,
    /// A connector leads to or from other servers of the organization, or to the domain in question, be it switched
    /// off: where a domain has no way, it may be meant to have one. Told for such domains only.
    pub other_servers: bool,
    /// Where mail for the domain is expected to go (our own names), for domains of ours.
    pub expected_hosts: Vec<String>,
    /// The address that was tried is one that this server listens at.
    pub leads_here: bool,
    /// The connector's addresses to send from.
    pub source_addresses: Vec<IpAddr>,
    /// The addresses of this machine that something can be sent from; empty where nobody asked.
    pub own_addresses: Vec<IpAddr>,
}

impl Path {
    /// The path of a connector, without what is known about its domains.
    #[must_use]
    pub fn of_connector(connector: &OutboundConnector, mx_port: u16) -> Self {
        let smart_hosts = match &connector.route {
            OutboundRoute::SmartHosts(hosts) => {
                hosts.iter().flatten().map(|host| (host_text(&host.host), host.port)).collect()
            }
            OutboundRoute::Mx => Vec::new(),
        };
        Self {
            smart_hosts,
            mx_port,
            tls: connector.tls,
            tls_domain: connector.tls_domain.clone(),
            source_addresses: connector.source_addresses.clone(),
            ..Self::default()
        }
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Name(name) => name.to_string(),
        Host::Address(address) => address.to_string(),
    }
}

/// Mail went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSuccess {
    /// When.
    pub at: Timestamp,
    /// To which host.
    pub host: Option<String>,
    /// At which address and port.
    pub address: Option<SocketAddr>,
    /// TLS version and cipher; `None`: in plain text.
    pub tls: Option<String>,
}

impl LastSuccess {
    /// From the record of an attempt that succeeded.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Option<Self> {
        matches!(attempt.outcome, Outcome::Success(_)).then(|| Self {
            at: attempt.at,
            host: attempt.host.clone(),
            address: attempt.address,
            tls: attempt.tls.clone(),
        })
    }
}

/// A part of a path's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The connector is new, or was switched on.
    Added,
    /// Where it leads.
    Route,
    /// Only the port of where it leads.
    Port,
    /// The addresses to send from.
    Source,
    /// The TLS level.
    Tls,
    /// The name expected in the certificate.
    TlsName,
    /// What it logs in with.
    Login,
    /// Which domains it takes, or how they are accepted.
    Domains,
}

impl Aspect {
    /// Whether a change of it can make an attempt fail at this stage.
    fn matters_at(self, stage: Stage) -> bool {
        match self {
            Self::Added | Self::Route | Self::Port => true,
            // Where we come from counts for what the other end thinks of us, too.
            Self::Source => stage >= Stage::Connect,
            Self::Tls => stage >= Stage::Ehlo,
            Self::TlsName => stage >= Stage::Tls,
            Self::Login => stage >= Stage::Auth,
            Self::Domains => matches!(stage, Stage::Route) || stage >= Stage::Mail,
        }
    }

    /// Where it leads, by host or port.
    const fn is_route(self) -> bool {
        matches!(self, Self::Route | Self::Port)
    }
}

/// A revision that changed the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationChange {
    /// Its number.
    pub revision: u64,
    /// When it came in force.
    pub at: Timestamp,
    /// Who did it.
    pub author: String,
    /// What it changed of this path, in words.
    pub what: Vec<String>,
    /// What it changed of this path.
    pub aspects: Vec<Aspect>,
    /// By the revision before it mail had a way: putting that in force again strands nothing.
    #[serde(default = "yes")]
    pub revertible: bool,
    /// Later revisions are in force, and putting the one before it in force again takes them back, too.
    #[serde(default)]
    pub superseded: bool,
    /// By the revision before it less is demanded of TLS ([`loosens`]): putting that in force again makes mail
    /// less safe.
    #[serde(default)]
    pub loosening: bool,
    /// The name that was expected in the certificate before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_before: Option<String>,
}

/// Whether `back` demands less of TLS than `current`, of any server that mail goes to or comes from: a lower level, a
/// connector that demands it and would be switched off or gone, a peer that may come without it.
#[must_use]
pub fn loosens(current: &MailFlow, back: &MailFlow) -> bool {
    current.connectors.iter().any(|connector| match connector {
        Connector::Outbound(now) => {
            now.enabled
                && now.tls > TlsLevel::Opportunistic
                && !back.connectors.iter().any(|then| {
                    matches!(then, Connector::Outbound(then)
                        if then.name == now.name && then.enabled && then.tls >= now.tls)
                })
        }
        Connector::Inbound(now) => {
            now.require_tls
                && back.connectors.iter().any(|then| {
                    matches!(then, Connector::Inbound(then)
                        if then.name == now.name && then.enabled && !then.require_tls)
                })
        }
    })
}

const fn yes() -> bool {
    true
}

/// How other destinations fare while this one fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Others {
    /// Destinations that fail now, this one included.
    pub failing: usize,
    /// Other hosts that have taken mail since this one fails, at the same port.
    pub well: usize,
}

impl Facts {
    /// What went wrong. [`None`] for an attempt that succeeded.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.attempt.outcome {
            Outcome::Failure(failure) => Some(failure),
            Outcome::Success(_) => None,
        }
    }

    /// The change of this path's configuration after which it failed.
    #[must_use]
    pub fn breaking_change(&self) -> Option<&ConfigurationChange> {
        // Without a success before it, a change broke nothing.
        self.last_success.as_ref()?;
        let stage = self.attempt.stage;
        self.changes.iter().rev().find(|change| {
            change.at <= self.attempt.at && change.aspects.iter().any(|a| a.matters_at(stage))
        })
    }

    /// The same, where it touched one of these parts.
    pub(super) fn change_of(&self, aspects: &[Aspect]) -> Option<&ConfigurationChange> {
        self.last_success.as_ref()?;
        self.changes.iter().rev().find(|change| {
            change.at <= self.attempt.at && change.aspects.iter().any(|a| aspects.contains(a))
        })
    }

    /// The name that is not found is that of a mail host: an MX record names it, or mail went there before.
    pub(super) fn is_mail_host(&self) -> bool {
        let Some(host) = &self.attempt.host else { return false };
        let is_domain = self.path.domain.as_ref().is_some_and(|d| d.eq_ignore_ascii_case(host));
        let went_there =
            self.last_success.as_ref().is_some_and(|success| success.host.as_ref() == Some(host));
        !is_domain && (self.attempt.connector.is_none() || went_there)
    }

    /// The failure itself, as evidence.
    pub(super) fn failed(&self) -> Proof {
        Proof::Known(Known::Failure(Box::new(self.attempt.clone())))
    }

    /// The last success, as evidence; or that there was none.
    pub(super) fn worked(&self) -> Proof {
        Proof::Known(match &self.last_success {
            Some(success) => Known::LastSuccess(success.clone()),
            None => Known::NeverWorked,
        })
    }

    /// That others of the domain are taken by the host that refuses; what another one takes says nothing about it.
    pub(super) fn taken_beside(&self) -> Option<&TakenBeside> {
        let refuses = self.attempt.host.as_ref();
        self.taken.as_ref().filter(|taken| refuses == Some(&taken.host))
    }

    /// The mailboxes that are here of the path's internal relay domains, as evidence.
    pub(super) fn mailboxes_here(&self) -> Vec<Proof> {
        let here = self.path.internal_relay.iter().filter(|(_, count)| *count > 0);
        here.map(|(domain, count)| {
            Proof::Known(Known::MailboxesHere { domain: domain.clone(), count: *count })
        })
        .collect()
    }

    /// That nothing was changed here since it worked; `None` when something was, or it never worked.
    pub(super) fn unchanged(&self) -> Option<Proof> {
        let success = self.last_success.as_ref()?;
        let unchanged = Proof::Known(Known::NothingChanged { since: success.at });
        self.changes.is_empty().then_some(unchanged)
    }

    /// That it fails at another address than it worked at.
    pub(super) fn other_address(&self) -> Option<Proof> {
        let before = self.last_success.as_ref()?.address?;
        let now = self.attempt.address.filter(|now| now.ip() != before.ip())?;
        let (before, now) = (before.to_string(), now.to_string());
        Some(Proof::Known(Known::AddressChanged { before, now }))
    }

    /// True when it worked lately at the very address that fails now.
    pub(super) fn same_address(&self) -> bool {
        let before = self.last_success.as_ref().and_then(|success| success.address);
        before.is_some() && before == self.attempt.address
    }
}

/// What differs between two configurations of one connector's path; empty: nothing.
#[must_use]
pub fn aspects_changed(connector: &str, old: &MailFlow, new: &MailFlow) -> Vec<Aspect> {
    let find = |flow: &'_ MailFlow| -> Option<OutboundConnector> {
        flow.connectors.iter().find_map(|c| match c {
            Connector::Outbound(c) if c.name == connector => Some(c.clone()),
            _ => None,
        })
    };
    let (Some(old), Some(new)) = (find(old), find(new)) else {
        return if find(new).is_some() { vec![Aspect::Added] } else { Vec::new() };
    };
    let mut aspects = Vec::new();
    if old.route != new.route {
        let only_port = match (&old.route, &new.route) {
            (OutboundRoute::SmartHosts(was), OutboundRoute::SmartHosts(is)) => {
                let hosts = |groups: &[Vec<SmartHost>]| -> Vec<Host> {
                    groups.iter().flatten().map(|host| host.host.clone()).collect()
                };
                hosts(was) == hosts(is)
            }
            _ => false,
        };
        aspects.push(if only_port { Aspect::Port } else { Aspect::Route });
    }
    let flags = [
        (old.source_addresses != new.source_addresses, Aspect::Source),
        (old.tls != new.tls, Aspect::Tls),
        (old.tls_domain != new.tls_domain, Aspect::TlsName),
        (old.credentials != new.credentials, Aspect::Login),
        (old.recipient_domains != new.recipient_domains, Aspect::Domains),
        (!old.enabled && new.enabled, Aspect::Added),
    ];
    aspects.extend(flags.iter().filter(|(differs, _)| *differs).map(|(_, aspect)| *aspect));
    aspects
}

/// What one revision (from `old` to `new`) changed of a connector's path, without what is by now (`current`) as
/// it was when mail last went through (`worked`): a connector that was switched off and on again is not
/// changed.
#[must_use]
pub fn lasting_aspects(
    connector: &str,
    worked: &MailFlow,
    (old, new): (&MailFlow, &MailFlow),
    current: &MailFlow,
) -> Vec<Aspect> {
    let lasting = aspects_changed(connector, worked, current);
    let lasts =
        |aspect: &Aspect| lasting.iter().any(|l| l == aspect || l.is_route() && aspect.is_route());
    let mut aspects = aspects_changed(connector, old, new);
    aspects.retain(lasts);
    aspects
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(enabled: bool, host: &str) -> MailFlow {
        let text = format!(
            "[[connector]]\nname = \"corp\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             enabled = {enabled}\nrecipient_domains = [\"corp.test\"]\nsmart_hosts = [\"{host}\"]\n"
        );
        MailFlow::parse(&text, "mailflow.toml").unwrap().0
    }

    #[test]
    fn switching_a_connector_off_and_on_is_not_to_blame_for_a_smart_host_that_was_changed_before() {
        let worked = flow(true, "192.0.2.1");
        let (wrong, off) = (flow(true, "192.0.2.9"), flow(false, "192.0.2.9"));
        let blamed =
            |old: &MailFlow, new: &MailFlow| lasting_aspects("corp", &worked, (old, new), &wrong);
        assert_eq!(blamed(&worked, &wrong), [Aspect::Route]);
        assert_eq!(blamed(&wrong, &off), []);
        assert_eq!(blamed(&off, &wrong), []);
    }

    #[test]
    fn a_revision_that_demands_less_of_tls_loosens() {
        let with = |level: &str, enabled: bool| {
            let text = format!(
                "[[connector]]\nname = \"corp\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
                 enabled = {enabled}\nrecipient_domains = [\"corp.test\"]\n\
                 smart_hosts = [\"192.0.2.1\"]\ntls = \"{level}\"\n"
            );
            MailFlow::parse(&text, "mailflow.toml").unwrap().0
        };
        let demanding = with("encryption_only", true);
        assert!(loosens(&demanding, &with("opportunistic", true)));
        assert!(loosens(&demanding, &with("encryption_only", false)));
        assert!(loosens(&demanding, &MailFlow::default()));
        assert!(!loosens(&demanding, &with("certificate_validation", true)));
        assert!(!loosens(&with("opportunistic", true), &MailFlow::default()));
    }

    #[test]
    fn what_is_as_it_was_when_it_worked_is_not_to_blame() {
        let (worked, other) = (flow(true, "192.0.2.1"), flow(true, "192.0.2.9"));
        assert_eq!(lasting_aspects("corp", &worked, (&worked, &other), &worked), []);
    }

    #[test]
    fn a_part_is_to_blame_only_for_what_comes_after_it_in_a_session() {
        assert!(Aspect::Route.matters_at(Stage::Connect));
        assert!(!Aspect::Tls.matters_at(Stage::Connect) && Aspect::Tls.matters_at(Stage::Starttls));
        assert!(!Aspect::Login.matters_at(Stage::Tls) && Aspect::Login.matters_at(Stage::Auth));
        assert!(Aspect::Domains.matters_at(Stage::Route));
        assert!(!Aspect::Domains.matters_at(Stage::Banner));
    }
}
