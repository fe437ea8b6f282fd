//! Where a session goes, from which address, and what is demanded of it. Facts of the configuration and the DNS; nothing
//! is asked here.

use std::net::IpAddr;

use causeway_model::Domain;
use causeway_model::config::{Credentials, Host, OutboundConnector, SmartHost, TlsLevel};

use crate::demand::Standing;
use crate::engine::Shared;
use crate::resolve::MxSet;

/// Where to go and what to demand.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// As in [`Attempt::site`](causeway_model::Attempt::site).
    pub(crate) site: String,
    /// The connector's name.
    pub(crate) connector: Option<String>,
    /// In the order in which they are tried.
    pub(crate) hosts: Vec<(Host, u16)>,
    /// How many of `hosts` are in each group of equals, in order; empty: each is by itself.
    pub(crate) groups: Vec<usize>,
    /// Addresses to come from; empty: the machine's.
    pub(crate) sources: Vec<IpAddr>,
    /// What is demanded of the connection.
    pub(crate) standing: Standing,
    pub(crate) credentials: Option<Credentials>,
}

impl Target {
    /// By MX, without a connector and without hosts.
    pub(crate) fn direct(site: String) -> Self {
        let standing = Standing {
            level: TlsLevel::Opportunistic,
            tls_domain: None,
            user: None,
            dane: false,
            domain: None,
            sts: None,
        };
        Self {
            site,
            connector: None,
            hosts: Vec::new(),
            groups: Vec::new(),
            sources: Vec::new(),
            standing,
            credentials: None,
        }
    }

    /// The demands of a connector, without hosts. `dane`: TLSA records of smart hosts are looked for.
    pub(crate) fn of_connector(connector: &OutboundConnector, site: String, dane: bool) -> Self {
        let direct = Self::direct(site);
        Self {
            connector: Some(connector.name.clone()),
            sources: connector.source_addresses.clone(),
            standing: Standing {
                level: connector.tls,
                tls_domain: connector.tls_domain.clone(),
                user: connector.credentials.as_ref().map(|credentials| credentials.user.clone()),
                dane,
                ..direct.standing
            },
            credentials: connector.credentials.clone(),
            ..direct
        }
    }

    /// Our own addresses for a connection to `peer`, the best first.
    pub(super) fn sources_for<'a>(&'a self, shared: &'a Shared, peer: IpAddr) -> &'a [IpAddr] {
        sources_for(&self.sources, shared, peer)
    }

    /// Goes to these smart hosts.
    pub(crate) fn set_smart_hosts(&mut self, groups: &[Vec<SmartHost>]) {
        self.hosts = groups.iter().flatten().map(|host| (host.host.clone(), host.port)).collect();
        self.groups = groups.iter().map(Vec::len).collect();
    }

    /// The hosts of a domain, and what the domain demands.
    pub(crate) fn take_set(&mut self, domain: &Domain, set: MxSet) {
        let MxSet { hosts, groups, dane, sts, .. } = set;
        self.standing.domain = (dane || sts.is_some()).then(|| domain.clone());
        self.standing.dane = dane;
        self.standing.sts = sts;
        self.hosts = hosts;
        self.groups = groups;
    }
}

/// Our own addresses for a connection to `peer`: those of the connector, where one is of its family, else those
/// of the machine. Those of the other family are not used.
pub(crate) fn sources_for<'a>(
    connector: &'a [IpAddr],
    shared: &'a Shared,
    peer: IpAddr,
) -> &'a [IpAddr] {
    let fits = connector.iter().any(|source| source.is_ipv4() == peer.is_ipv4());
    if fits { connector } else { &shared.sources }
}
