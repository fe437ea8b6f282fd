//! May this client send to this recipient?
//!
//! A recipient whose domain is not accepted here is a *relay*. Mail for accepted domains is taken
//! from everybody (whether the mailbox exists is [`recipient`](crate::recipient)'s question); a
//! relay only from those entitled:
//!
//! | rule | who |
//! |---|---|
//! | `relay.local` | nobody needs a right: the domain is accepted here |
//! | `relay.postmaster` | the same: postmaster at our host's name or at one of our own addresses |
//! | `relay.authenticated` | a user who logged in (SMTP AUTH) |
//! | `relay.connector` | the organization's own servers, recognised by an inbound connector with `peer = "on_premises"` that takes this sender, with TLS where it demands TLS |
//! | `relay.network` | a client in one of `[relay].networks` |
//! | `relay.address` | a client in one of `[relay].addresses` |
//! | `relay.pop` | a client that read mail by POP3 a short while ago, where that is enabled |
//! | `relay.points-here` | refused, `550 5.4.1`: the domain's MX points at us, but it is not accepted |
//! | `relay.stranger` | refused, `550 5.7.1`: everybody else |
//! | `relay.routed-local-part` | refused, `550 5.7.1`: nobody of the above, and the local part of a recipient at an internal relay domain asks the next server to send it elsewhere (`b%ext.test@`, `ext.test!b@`, `"b@ext.test"@`) |
//!
//! The sender's address never gives a right: anybody can write it.

use std::net::IpAddr;
use std::time::Duration;

use causeway_model::config::{
    AcceptedDomain, AuthorisedAddress, DomainType, InboundConnector, Peer, RejectStyle,
};
use causeway_model::time::format_duration;
use causeway_model::{Address, Domain, EnhancedCode, Reply, ReversePath, Said, Timestamp, said};
use ipnet::IpNet;
use serde::{Serialize, Serializer};

use crate::MailPolicy;
use crate::policy::is_postmaster;

/// What is known when RCPT arrives.
#[derive(Clone, Copy, Debug)]
pub struct RelayFacts<'a> {
    /// The client's address. IPv4 inside IPv6 counts as IPv4.
    pub client: IpAddr,
    /// The mailbox it logged in as.
    pub authenticated_user: Option<&'a str>,
    /// A POP3 login from the same address that still counts.
    pub pop_login: Option<PopLogin<'a>>,
    /// The inbound connector that recognised it.
    pub connector: Option<&'a str>,
    /// The reverse-path.
    pub sender: &'a ReversePath,
    /// The recipient.
    pub recipient: &'a Address,
    /// Whether the session is under TLS.
    pub tls: bool,
    /// What time it is: rights can end.
    pub now: Timestamp,
    /// DNS says that the recipient domain's MX is this machine. Only the wording and the code of a
    /// refusal depend on it, never the right to relay. False when nobody asked DNS.
    pub points_here: bool,
}

/// What is known of a client before it names a recipient.
#[derive(Clone, Copy, Debug)]
pub struct ClientFacts<'a> {
    /// As in [`RelayFacts`], like the rest.
    pub client: IpAddr,
    /// The mailbox it logged in as.
    pub authenticated_user: Option<&'a str>,
    /// A POP3 login from the same address that still counts.
    pub pop_login: Option<PopLogin<'a>>,
    /// The inbound connector that recognised it.
    pub connector: Option<&'a str>,
    /// The reverse-path.
    pub sender: &'a ReversePath,
    /// Whether the session is under TLS.
    pub tls: bool,
    /// What time it is.
    pub now: Timestamp,
}

impl<'a> RelayFacts<'a> {
    /// The facts without the recipient.
    #[must_use]
    pub const fn of_client(&self) -> ClientFacts<'a> {
        ClientFacts {
            client: self.client,
            authenticated_user: self.authenticated_user,
            pop_login: self.pop_login,
            connector: self.connector,
            sender: self.sender,
            tls: self.tls,
            now: self.now,
        }
    }
}

/// A recent POP3 login from the client's address.
#[derive(Clone, Copy, Debug)]
pub struct PopLogin<'a> {
    /// The mailbox that logged in.
    pub user: &'a str,
    /// What is left of the window.
    pub time_left: Duration,
}

/// The rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelayRule {
    /// The recipient's domain is accepted here: not a relay.
    Local,
    /// Postmaster at our own name or address: not a relay.
    Postmaster,
    /// The client logged in.
    Authenticated,
    /// The client is one of the organization's own servers.
    Connector,
    /// The client is in an authorised network.
    Network,
    /// The client has an authorised address.
    Address,
    /// The client read its mail by POP3 a short while ago.
    Pop,
    /// Refused: the domain's MX points here, but it is not accepted.
    PointsHere,
    /// Refused: nothing entitles the client.
    Stranger,
    /// Refused: the local part is a route that the server behind us might follow.
    RoutedLocalPart,
}

impl RelayRule {
    /// The id that stands in replies, logs and JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Local => "relay.local",
            Self::Postmaster => "relay.postmaster",
            Self::Authenticated => "relay.authenticated",
            Self::Connector => "relay.connector",
            Self::Network => "relay.network",
            Self::Address => "relay.address",
            Self::Pop => "relay.pop",
            Self::PointsHere => "relay.points-here",
            Self::Stranger => "relay.stranger",
            Self::RoutedLocalPart => "relay.routed-local-part",
        }
    }
}

impl Serialize for RelayRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// The decision, explained. Serializes as `relay explain` of INTERFACE.md.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelayDecision {
    /// The recipient's domain is not ours.
    pub is_relay: bool,
    /// The client may send to it.
    pub allowed: bool,
    /// The rule that decided.
    pub rule: RelayRule,
    /// In words.
    pub because: Said,
    /// What to answer to RCPT when it is refused.
    #[serde(serialize_with = "reply_text")]
    pub reply: Option<Reply>,
    /// What would make it allowed, cheapest first; empty when it is.
    pub allowed_if: Vec<Said>,
}

fn reply_text<S: Serializer>(reply: &Option<Reply>, serializer: S) -> Result<S::Ok, S::Error> {
    match reply {
        Some(reply) => serializer.collect_str(reply),
        None => serializer.serialize_none(),
    }
}

/// Why an inbound connector gives no right to relay.
enum ConnectorLack {
    NotOurServers,
    Tls,
    Sender,
}

impl MailPolicy {
    /// Decides whether the client may send to the recipient, before anybody looks whether the
    /// recipient exists.
    #[must_use]
    pub fn relay(&self, facts: &RelayFacts<'_>) -> RelayDecision {
        let domain = facts.recipient.domain();
        if let Some(accepted) = self.accepted_domain(domain) {
            if accepted.domain_type == DomainType::InternalRelay
                && is_routed(facts.recipient)
                && self.entitlement(&facts.of_client()).is_none()
            {
                return self.refuse_routed(facts);
            }
            let because = accepted_because(accepted, domain);
            return allowed(false, RelayRule::Local, because);
        }
        if is_postmaster(facts.recipient) && self.is_own_name(domain) {
            let because = said!(
                "relay-own-postmaster",
                "{domain} is this server, and its postmaster can be reached",
                domain = domain
            );
            return allowed(false, RelayRule::Postmaster, because);
        }
        match self.entitlement(&facts.of_client()) {
            Some((rule, because)) => allowed(true, rule, because),
            None if facts.points_here => RelayDecision {
                is_relay: true,
                allowed: false,
                rule: RelayRule::PointsHere,
                because: said!(
                    "relay-points-here",
                    "the MX record of {domain} points here, but {domain} is not an accepted domain",
                    domain = domain
                ),
                reply: Some(self.domain_pointing_here_reply(domain)),
                allowed_if: self.conditions(facts),
            },
            None => self.refuse_stranger(facts),
        }
    }

    /// The answer for a domain whose MX points here although it is not accepted:
    /// `550 5.4.1 Relay access denied …`.
    #[must_use]
    pub fn domain_pointing_here_reply(&self, domain: &Domain) -> Reply {
        Reply::new(
            550,
            Some(EnhancedCode::new(5, 4, 1)),
            format!(
                "Relay access denied: the MX record of {domain} points here, but {domain} is not \
                 an accepted domain (rule {})",
                RelayRule::PointsHere.id()
            ),
        )
    }

    /// The first thing that entitles the client to relay, to whomever: the rule, and why in words.
    #[must_use]
    pub fn entitlement(&self, facts: &ClientFacts<'_>) -> Option<(RelayRule, Said)> {
        if let Some(user) = facts.authenticated_user {
            let because = said!("relay-logged-in", "{user} has logged in", user = user);
            return Some((RelayRule::Authenticated, because));
        }
        if let Some(connector) = self.own_servers(facts.connector)
            && self.connector_lack(connector, facts).is_none()
        {
            let because = said!(
                "relay-own-server",
                "the client is one of the organization's own servers (connector \"{connector}\")",
                connector = connector.name
            );
            return Some((RelayRule::Connector, because));
        }
        if let Some(written) = self.written_right(facts.client, facts.now) {
            return Some(written.because(facts.client));
        }
        let settings = self.flow().relay.pop_before_smtp;
        let login =
            facts.pop_login.filter(|login| settings.enabled && !login.time_left.is_zero())?;
        let because = said!(
            "relay-pop-login",
            "{user} read mail by POP3 from this address; that counts for {left} more",
            user = login.user,
            left = format_duration(Duration::from_secs(login.time_left.as_secs().max(1)))
        );
        Some((RelayRule::Pop, because))
    }

    /// What the file says of this client: the narrowest entry whose time is not over.
    pub(crate) fn written_right(&self, client: IpAddr, now: Timestamp) -> Option<Written<'_>> {
        self.relay_networks
            .holding(client)
            .filter_map(|number| self.written(number as usize))
            .find(|written| !written.is_over(now))
    }

    /// The narrowest entry that held this client, and holds no longer.
    fn ended_right(&self, client: IpAddr, now: Timestamp) -> Option<&AuthorisedAddress> {
        let mut written =
            self.relay_networks.holding(client).filter_map(|number| self.written(number as usize));
        written.find(|written| written.is_over(now)).and_then(|written| match written {
            Written::Network(_) => None,
            Written::Address(_, entry) => Some(entry),
        })
    }

    fn written(&self, number: usize) -> Option<Written<'_>> {
        let relay = &self.flow().relay;
        match relay.networks.get(number) {
            Some(network) => Some(Written::Network(network)),
            None => {
                let entry = relay.addresses.get(number.checked_sub(relay.networks.len())?)?;
                Some(Written::Address(number, entry))
            }
        }
    }

    fn own_servers(&self, connector: Option<&str>) -> Option<&InboundConnector> {
        self.inbound_connector(connector?).filter(|connector| connector.enabled)
    }

    fn connector_lack(
        &self,
        connector: &InboundConnector,
        facts: &ClientFacts<'_>,
    ) -> Option<ConnectorLack> {
        if connector.peer != Peer::OnPremises {
            Some(ConnectorLack::NotOurServers)
        } else if connector.require_tls && !facts.tls {
            Some(ConnectorLack::Tls)
        } else if !self.inbound.takes_sender(&connector.name, facts.sender) {
            Some(ConnectorLack::Sender)
        } else {
            None
        }
    }

    fn refuse_stranger(&self, facts: &RelayFacts<'_>) -> RelayDecision {
        let domain = facts.recipient.domain();
        let because = self.lacking(facts);
        let text = &because.english;
        let rule = RelayRule::Stranger;
        let reply = match self.flow().relay.reject_style {
            RejectStyle::Standard => Reply::new(
                550,
                Some(EnhancedCode::new(5, 7, 1)),
                format!("Relaying denied: {text} (rule {})", rule.id()),
            ),
            RejectStyle::Qmail => Reply::new(
                553,
                None,
                format!(
                    "sorry, {domain} is not in my list of allowed rcpthosts: {} (rule {}) \
                     (#5.7.1)",
                    text.split("; ").next().unwrap_or(text),
                    rule.id()
                ),
            ),
        };
        RelayDecision {
            is_relay: true,
            allowed: false,
            rule,
            because,
            reply: Some(reply),
            allowed_if: self.conditions(facts),
        }
    }

    /// What a stranger lacks.
    fn lacking(&self, facts: &RelayFacts<'_>) -> Said {
        let domain = facts.recipient.domain();
        let connector = self.own_servers(facts.connector);
        let lack = connector.and_then(|c| Some((c, self.connector_lack(c, &facts.of_client())?)));
        match lack {
            Some((_, ConnectorLack::NotOurServers)) => said!(
                "relay-stranger-partner",
                "not authenticated; a partner's connector gives no right to relay; {domain} is not an accepted domain",
                domain = domain
            ),
            Some((connector, ConnectorLack::Tls)) => said!(
                "relay-stranger-tls",
                "the connector \"{connector}\" demands TLS; {domain} is not an accepted domain",
                connector = connector.name.escape_default(),
                domain = domain
            ),
            Some((connector, ConnectorLack::Sender)) => said!(
                "relay-stranger-sender",
                "the connector \"{connector}\" does not take this sender; {domain} is not an accepted domain",
                connector = connector.name.escape_default(),
                domain = domain
            ),
            None => match self.ended_right(facts.client, facts.now) {
                Some(AuthorisedAddress { until: Some(until), .. }) => said!(
                    "relay-stranger-ended",
                    "not authenticated; {client} was allowed until {until}; {domain} is not an accepted domain",
                    client = facts.client.to_canonical(),
                    until = until.written,
                    domain = domain
                ),
                _ => said!(
                    "relay-stranger",
                    "not authenticated; {domain} is not an accepted domain",
                    domain = domain
                ),
            },
        }
    }

    /// The server behind us could take the local part for a route and relay for strangers because
    /// it trusts us.
    fn refuse_routed(&self, facts: &RelayFacts<'_>) -> RelayDecision {
        let rule = RelayRule::RoutedLocalPart;
        let because = said!(
            "relay-routed-local-part",
            "not authenticated; the part before the at-sign asks another server to send the mail on"
        );
        let enhanced = Some(EnhancedCode::new(5, 7, 1));
        let text = format!("Relaying denied: {because} (rule {})", rule.id());
        RelayDecision {
            is_relay: true,
            allowed: false,
            rule,
            because,
            reply: Some(Reply::new(550, enhanced, text)),
            allowed_if: self.conditions(facts),
        }
    }

    /// What would make it allowed: first what the sender can do, then what an administrator can.
    fn conditions(&self, facts: &RelayFacts<'_>) -> Vec<Said> {
        let relay = &self.flow().relay;
        let domain = facts.recipient.domain();
        let mut conditions = Vec::with_capacity(6);
        if let Some(connector) = self.own_servers(facts.connector)
            && let Some(lack) = self.connector_lack(connector, &facts.of_client())
        {
            match lack {
                ConnectorLack::Tls => {
                    conditions.push(said!("relay-if-tls", "the client uses TLS (STARTTLS)"));
                }
                ConnectorLack::Sender => conditions.push(said!(
                    "relay-if-sender",
                    "the sender's domain is one of sender_domains of the connector \"{connector}\"",
                    connector = connector.name
                )),
                ConnectorLack::NotOurServers => {}
            }
        }
        conditions.push(said!(
            "relay-if-login",
            "the sender logs in (SMTP AUTH with a mailbox's address and password, on the submission port)"
        ));
        if relay.pop_before_smtp.enabled {
            conditions.push(said!(
                "relay-if-pop",
                "the sender first reads mail by POP3 from the same address, at most {window} before",
                window = format_duration(relay.pop_before_smtp.window)
            ));
        }
        if let Some(first) = relay.networks.iter().find(|network| !is_loopback_network(network)) {
            let others = relay.networks.len() - 1;
            conditions.push(match others {
                0 => said!(
                    "relay-if-network",
                    "the client is in the authorised network {network}",
                    network = first
                ),
                _ => said!(
                    "relay-if-networks",
                    "the client is in an authorised network ({network}, or {others} more)",
                    network = first,
                    others = others
                ),
            });
        }
        let client = facts.client.to_canonical();
        conditions.push(match self.ended_right(client, facts.now) {
            Some(entry) => said!(
                "relay-if-extended",
                "an administrator gives {address} in [relay].addresses a later until",
                address = shown_network(entry.address)
            ),
            None => said!(
                "relay-if-address",
                "an administrator adds {client} to [relay].addresses",
                client = client
            ),
        });
        if domain.literal().is_none() && self.accepted_domain(domain).is_none() {
            let accept = said!(
                "relay-if-accepted",
                "{domain} belongs to this organization, and an administrator makes it an accepted domain (causeway domain add {domain})",
                domain = domain
            );
            // Whose MX points here is most likely ours.
            let place = if facts.points_here { 0 } else { conditions.len() };
            conditions.insert(place, accept);
        }
        conditions
    }
}

/// A right that is written down.
pub(crate) enum Written<'a> {
    /// In `[relay].networks`.
    Network(&'a IpNet),
    /// In `[relay].addresses`, with its number in the table of networks.
    Address(usize, &'a AuthorisedAddress),
}

impl Written<'_> {
    fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Self::Address(_, entry) if entry.is_over(now))
    }

    fn because(&self, client: IpAddr) -> (RelayRule, Said) {
        let client = client.to_canonical();
        match self {
            Self::Network(network) => (
                RelayRule::Network,
                said!(
                    "relay-network",
                    "{client} is in the authorised network {network}",
                    client = client,
                    network = network
                ),
            ),
            Self::Address(_, entry) => (RelayRule::Address, address_because(client, entry)),
        }
    }
}

fn address_because(client: IpAddr, entry: &AuthorisedAddress) -> Said {
    match (&entry.note, &entry.until) {
        (Some(note), Some(until)) => said!(
            "relay-address-noted-until",
            "{client} is an authorised address ({note}), until {until}",
            client = client,
            note = note,
            until = until.written
        ),
        (Some(note), None) => said!(
            "relay-address-noted",
            "{client} is an authorised address ({note})",
            client = client,
            note = note
        ),
        (None, Some(until)) => said!(
            "relay-address-until",
            "{client} is an authorised address, until {until}",
            client = client,
            until = until.written
        ),
        (None, None) => {
            said!("relay-address", "{client} is an authorised address", client = client)
        }
    }
}

fn accepted_because(accepted: &AcceptedDomain, domain: &Domain) -> Said {
    match (accepted.domain_type, accepted.name == *domain) {
        (DomainType::Authoritative, true) => said!(
            "relay-accepted-authoritative",
            "{domain} is an accepted domain (authoritative)",
            domain = domain
        ),
        (DomainType::InternalRelay, true) => said!(
            "relay-accepted-internal",
            "{domain} is an accepted domain (internal relay)",
            domain = domain
        ),
        (DomainType::Authoritative, false) => said!(
            "relay-below-authoritative",
            "{domain} is below the accepted domain {accepted} (authoritative)",
            domain = domain,
            accepted = accepted.name
        ),
        (DomainType::InternalRelay, false) => said!(
            "relay-below-internal",
            "{domain} is below the accepted domain {accepted} (internal relay)",
            domain = domain,
            accepted = accepted.name
        ),
    }
}

/// A network of one address as that address.
pub(crate) fn shown_network(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

/// True for local parts that old mail servers follow as a route.
fn is_routed(recipient: &Address) -> bool {
    recipient.local().contains(['%', '!', '@'])
}

fn is_loopback_network(network: &ipnet::IpNet) -> bool {
    network.network().to_canonical().is_loopback()
}

fn allowed(is_relay: bool, rule: RelayRule, because: Said) -> RelayDecision {
    RelayDecision { is_relay, allowed: true, rule, because, reply: None, allowed_if: Vec::new() }
}
