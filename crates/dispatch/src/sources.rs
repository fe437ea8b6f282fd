//! Which addresses do we come from? For the firewalls of those we send to.
//!
//! A connection comes from the first configured source address of the right family that this machine has, or from the
//! one that the system chooses for that destination: it is asked for each, by the routing table, without a packet
//! being sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use causeway_model::config::{Host, OutboundConnector, OutboundRoute};
use causeway_net::dns::Families;

use crate::connect::sources_for;
use crate::engine::{Dispatch, Shared};

/// A way from one of our addresses to one of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The host as it stands in the configuration; `None`: any host of the internet.
    pub host: Option<String>,
    /// Its address; `None`: any, or not known (see `problem`).
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// Where we come from; `None`: there is no way (see `problem`).
    pub source: Option<IpAddr>,
    /// The source is written in the configuration; otherwise the system chooses it, and may choose
    /// another one after a change of the network.
    pub is_configured: bool,
    /// Why something is not known, in words.
    pub problem: Option<String>,
}

/// Addresses that stand for the internet: the documentation's, which the default route leads to.
const ANYWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

impl Dispatch {
    /// The ways that a connector's mail takes, in the order of its hosts. Without a connector: those
    /// of mail that goes to MX hosts.
    pub async fn passages(&self, connector: Option<&OutboundConnector>) -> Vec<Passage> {
        let shared = &self.shared;
        let hosts = match connector.map(|connector| &connector.route) {
            Some(OutboundRoute::SmartHosts(groups)) => groups,
            Some(OutboundRoute::Mx) | None => return to_anywhere(shared, connector),
        };
        let mut out = Vec::new();
        for host in hosts.iter().flatten() {
            let (text, addresses) = match &host.host {
                Host::Address(address) => (address.to_string(), Ok(vec![*address])),
                Host::Name(name) => {
                    let found = shared.resolver.addresses(name.as_str(), Families::Both).await;
                    (name.to_string(), found)
                }
            };
            match addresses {
                Ok(addresses) => out.extend(addresses.into_iter().map(|address| {
                    towards(shared, connector, Some(&text), Some(address), address, host.port)
                })),
                Err(failure) => out.push(Passage {
                    host: Some(text),
                    address: None,
                    port: host.port,
                    source: None,
                    is_configured: false,
                    problem: Some(
                        causeway_catalog::status::status(
                            &failure,
                            causeway_model::Stage::Resolve,
                            causeway_catalog::Phase::Queued,
                        )
                        .text,
                    ),
                }),
            }
        }
        out
    }
}

/// The ways to hosts that are not known beforehand.
fn to_anywhere(shared: &Shared, connector: Option<&OutboundConnector>) -> Vec<Passage> {
    let way = |address| towards(shared, connector, None, None, address, shared.mx_port);
    let all = ANYWHERE.map(way);
    // A machine without IPv6 (or without IPv4) has one way only.
    let some: Vec<Passage> = all.iter().filter(|way| way.source.is_some()).cloned().collect();
    if some.is_empty() { all.to_vec() } else { some }
}

fn towards(
    shared: &Shared,
    connector: Option<&OutboundConnector>,
    host: Option<&str>,
    address: Option<IpAddr>,
    destination: IpAddr,
    port: u16,
) -> Passage {
    let of_connector = connector.map_or(&[][..], |connector| &connector.source_addresses);
    let sources = sources_for(of_connector, shared, destination);
    let fits = |source: &&IpAddr| source.is_ipv4() == destination.is_ipv4();
    let mut configured = sources.iter().filter(fits).copied().peekable();
    let is_configured = configured.peek().is_some();
    let (source, problem) = match configured.peek().copied() {
        Some(first) => match configured.find(|source| is_here(*source)) {
            Some(source) => (Some(source), None),
            None => (None, Some(format!("{first} is no address of this machine"))),
        },
        None => match chosen_by_system(SocketAddr::new(destination, port)) {
            Ok(source) => (Some(source), None),
            Err(error) => (None, Some(format!("the system knows no way there: {error}"))),
        },
    };
    Passage { host: host.map(str::to_owned), address, port, source, is_configured, problem }
}

/// Whether something could be sent from this address: the system is asked.
fn is_here(source: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(source, 0)).is_ok()
}

/// The address that the system would come from. A datagram socket that is connected sends nothing.
fn chosen_by_system(destination: SocketAddr) -> std::io::Result<IpAddr> {
    let unspecified: IpAddr = match destination {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(unspecified, 0))?;
    socket.connect(destination)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_which_address_it_would_use() {
        let source = chosen_by_system(SocketAddr::from(([127, 0, 0, 1], 25))).unwrap();
        assert_eq!(source, IpAddr::from([127, 0, 0, 1]));
    }
}
