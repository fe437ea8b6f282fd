//! Authoritative name servers: a root, one for all top-level domains, and those that a test adds.
//!
//! ```
//! use causeway_testkit::{DnsLab, ServerFault};
//! let lab = DnsLab::start();
//! let (ns1, ns2) = (lab.server(), lab.server());
//! lab.delegate("partner.example", &[("ns1.partner.example", &ns1), ("ns2.partner.example", &ns2)]);
//! for server in [&ns1, &ns2] {
//!     server.zone("partner.example", 1).mx("partner.example", 10, "mx.partner.example");
//! }
//! ns2.fault(ServerFault::ServFail);
//! ```

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, MX, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::background::Background;
use crate::dns::{Answers, bind, name, serve};

/// What is wrong with a name server, whatever it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// Answers SERVFAIL.
    ServFail,
    /// Answers REFUSED: a lame delegation, as most servers show it.
    Refused,
    /// Sends everybody back to the root: a lame delegation, as old servers show it.
    UpwardReferral,
    /// Answers rightly, and without authority.
    NoAuthority,
    /// Does not answer.
    Drop,
}

/// The servers. They stop when it is dropped, those that were handed out too.
#[derive(Debug)]
pub struct DnsLab {
    root: NameServer,
    /// Serves every top-level domain.
    registry: NameServer,
    last: AtomicU8,
}

/// One authoritative name server. Cheap to clone; clones are the same server.
#[derive(Clone, Debug)]
pub struct NameServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _background: Arc<Background>,
}

#[derive(Debug, Default)]
struct State {
    zones: HashMap<Name, Zone>,
    fault: Option<ServerFault>,
    queries: usize,
}

#[derive(Debug)]
struct Zone {
    serial: u32,
    /// Seconds, also for "there is none".
    ttl: u32,
    records: BTreeMap<Name, Vec<RData>>,
}

impl DnsLab {
    /// Starts a root server and a server for top-level domains, which has none yet.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn start() -> Self {
        let (udp, tcp) = bind(Ipv4Addr::new(127, 53, 0, 1));
        let root = NameServer::serve(udp, tcp);
        let registry = NameServer::at(Ipv4Addr::new(127, 53, 0, 2), root.address.port());
        root.zone("", 1);
        Self { root, registry, last: AtomicU8::new(2) }
    }

    /// What `[dns] root_servers` is set to.
    #[must_use]
    pub fn roots(&self) -> Vec<SocketAddr> {
        vec![self.root.address]
    }

    /// The server that serves all top-level domains.
    #[must_use]
    pub fn registry(&self) -> &NameServer {
        &self.registry
    }

    /// The root server.
    #[must_use]
    pub fn root(&self) -> &NameServer {
        &self.root
    }

    /// A server with an address of its own and no zones.
    ///
    /// # Panics
    /// When there are more than 250.
    #[must_use]
    pub fn server(&self) -> NameServer {
        let last = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        NameServer::at(Ipv4Addr::new(127, 53, 0, last), self.root.address.port())
    }

    /// Has the top-level domain of `zone` delegate it to these servers, by name. Their addresses come with the
    /// referral.
    ///
    /// # Panics
    /// When `zone` is a top-level domain.
    pub fn delegate(&self, zone: &str, servers: &[(&str, &NameServer)]) -> &Self {
        let (_, top) = zone.rsplit_once('.').expect("a name below a top-level domain");
        let host = format!("a.nic.{top}");
        if !self.root.has(top) {
            self.root.ns(top, &host).a(&host, "127.53.0.2");
            self.registry.zone(top, 1);
        }
        self.withdraw(zone);
        for (host, server) in servers {
            self.registry.ns(zone, host).a(host, &server.address.ip().to_string());
        }
        self
    }

    /// Takes the delegation away, as registries do when a domain has expired.
    pub fn withdraw(&self, zone: &str) -> &Self {
        let apex = name(zone);
        for zone in self.registry.lock().zones.values_mut() {
            zone.records.retain(|owner, _| !apex.zone_of(owner));
        }
        self
    }
}

impl NameServer {
    fn at(ip: Ipv4Addr, port: u16) -> Self {
        let udp = UdpSocket::bind((ip, port)).expect("the lab's port on another loopback address");
        let tcp = TcpListener::bind((ip, port)).expect("the lab's port, by TCP");
        udp.set_nonblocking(true).unwrap();
        tcp.set_nonblocking(true).unwrap();
        Self::serve(udp, tcp)
    }

    fn serve(udp: UdpSocket, tcp: TcpListener) -> Self {
        let address = udp.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let background =
            Background::spawn("lab-dns", move || async move { serve(udp, tcp, shared).await });
        Self { address, state, _background: Arc::new(background) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Questions so far.
    #[must_use]
    pub fn queries(&self) -> usize {
        self.lock().queries
    }

    /// Serves this zone, anew and empty. TTLs are 300 seconds.
    pub fn zone(&self, zone: &str, serial: u32) -> &Self {
        let new = Zone { serial, ttl: 300, records: BTreeMap::new() };
        self.lock().zones.insert(name(zone), new);
        self
    }

    /// Serves this zone no more.
    pub fn drop_zone(&self, zone: &str) -> &Self {
        self.lock().zones.remove(&name(zone));
        self
    }

    /// Sets the TTL of all records of a zone, in seconds.
    pub fn ttl(&self, zone: &str, seconds: u32) -> &Self {
        if let Some(zone) = self.lock().zones.get_mut(&name(zone)) {
            zone.ttl = seconds;
        }
        self
    }

    /// Adds an MX record.
    pub fn mx(&self, domain: &str, preference: u16, host: &str) -> &Self {
        self.add(domain, RData::MX(MX::new(preference, name(host))))
    }

    /// Adds an A record.
    pub fn a(&self, host: &str, address: &str) -> &Self {
        self.add(host, RData::A(A(address.parse().expect("an IPv4 address"))))
    }

    /// Adds an NS record; below the zone's own name it is a delegation.
    pub fn ns(&self, zone: &str, host: &str) -> &Self {
        self.add(zone, RData::NS(NS(name(host))))
    }

    /// Adds a CNAME record.
    pub fn cname(&self, alias: &str, target: &str) -> &Self {
        self.add(alias, RData::CNAME(CNAME(name(target))))
    }

    /// Adds a TXT record.
    pub fn txt(&self, owner: &str, text: &str) -> &Self {
        let pieces = text.as_bytes().chunks(255).collect();
        self.add(owner, RData::TXT(TXT::from_bytes(pieces)))
    }

    /// Removes all records of a name.
    pub fn remove(&self, owner: &str) -> &Self {
        let owner = name(owner);
        for zone in self.lock().zones.values_mut() {
            zone.records.remove(&owner);
        }
        self
    }

    /// From now on it fails in this way.
    pub fn fault(&self, fault: ServerFault) -> &Self {
        self.lock().fault = Some(fault);
        self
    }

    /// Ends the fault.
    pub fn heal(&self) -> &Self {
        self.lock().fault = None;
        self
    }

    fn has(&self, owner: &str) -> bool {
        let owner = name(owner);
        self.lock().zones.values().any(|zone| zone.records.contains_key(&owner))
    }

    /// Into the nearest zone. Addresses of servers outside of every zone are kept with the first zone, as glue.
    fn add(&self, owner: &str, data: RData) -> &Self {
        let owner = name(owner);
        let mut state = self.lock();
        let zone = state
            .zones
            .keys()
            .filter(|zone| zone.zone_of(&owner))
            .max_by_key(|zone| zone.num_labels())
            .or_else(|| state.zones.keys().next())
            .cloned()
            .expect("a zone, before its records");
        let records = &mut state.zones.get_mut(&zone).expect("just found").records;
        let entry = records.entry(owner).or_default();
        if !entry.contains(&data) {
            entry.push(data);
        }
        drop(state);
        self
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Answers for Mutex<State> {
    fn answer(&self, question: &[u8], _tcp: bool) -> Option<(Vec<u8>, Duration)> {
        let question = Message::from_vec(question).ok()?;
        let query = question.queries.first()?.clone();
        let (asked, kind) = (query.name().to_lowercase(), query.query_type());
        let mut message = Message::response(question.metadata.id, OpCode::Query);
        message.metadata.recursion_desired = question.metadata.recursion_desired;
        message.add_query(query);
        let mut state = lock(self);
        state.queries += 1;
        match state.fault {
            Some(ServerFault::Drop) => return None,
            Some(ServerFault::ServFail) => message.metadata.response_code = ResponseCode::ServFail,
            Some(ServerFault::Refused) => message.metadata.response_code = ResponseCode::Refused,
            Some(ServerFault::UpwardReferral) => {
                let root = RData::NS(NS(name("a.root-servers.net")));
                message.add_authority(Record::from_rdata(Name::root(), 3600, root));
            }
            Some(ServerFault::NoAuthority) => {
                state.fill(&asked, kind, &mut message);
                message.metadata.authoritative = false;
            }
            None => state.fill(&asked, kind, &mut message),
        }
        Some((message.to_vec().ok()?, Duration::ZERO))
    }
}

impl State {
    fn fill(&self, asked: &Name, kind: RecordType, message: &mut Message) {
        let zones = self.zones.iter().filter(|(apex, _)| apex.zone_of(asked));
        match zones.max_by_key(|(apex, _)| apex.num_labels()) {
            Some((apex, zone)) => zone.fill(apex, asked, kind, message),
            None => message.metadata.response_code = ResponseCode::Refused,
        }
    }
}

impl Zone {
    fn fill(&self, apex: &Name, asked: &Name, kind: RecordType, message: &mut Message) {
        if self.refer(apex, asked, message) {
            return;
        }
        message.metadata.authoritative = true;
        if *asked == *apex && kind == RecordType::SOA {
            message.add_answer(self.start_of_authority(apex));
            return;
        }
        let Some(records) = self.records.get(asked) else {
            let is_above = self.records.keys().any(|owner| asked.zone_of(owner));
            if !is_above && asked != apex {
                message.metadata.response_code = ResponseCode::NXDomain;
            }
            message.add_authority(self.start_of_authority(apex));
            return;
        };
        let matching = records
            .iter()
            .filter(|data| data.record_type() == kind || data.record_type() == RecordType::CNAME);
        for data in matching {
            message.add_answer(Record::from_rdata(asked.clone(), self.ttl, data.clone()));
            if let RData::CNAME(target) = data
                && let Some(at_target) = self.records.get(&target.0)
            {
                for data in at_target.iter().filter(|data| data.record_type() == kind) {
                    let owner = target.0.clone();
                    message.add_answer(Record::from_rdata(owner, self.ttl, data.clone()));
                }
            }
        }
        if message.answers.is_empty() {
            message.add_authority(self.start_of_authority(apex));
        }
    }

    /// A referral, when a zone below was delegated on the way to the name.
    fn refer(&self, apex: &Name, asked: &Name, message: &mut Message) -> bool {
        let cut = self.records.iter().find(|(owner, records)| {
            *owner != apex
                && owner.zone_of(asked)
                && records.iter().any(|data| data.record_type() == RecordType::NS)
        });
        let Some((owner, records)) = cut else { return false };
        for data in records {
            let RData::NS(host) = data else { continue };
            message.add_authority(Record::from_rdata(owner.clone(), self.ttl, data.clone()));
            for glue in self.records.get(&host.0).into_iter().flatten() {
                if glue.record_type() == RecordType::A {
                    let record = Record::from_rdata(host.0.clone(), self.ttl, glue.clone());
                    message.add_additional(record);
                }
            }
        }
        true
    }

    fn start_of_authority(&self, apex: &Name) -> Record {
        let host = |label: &str| name(&format!("{label}.invalid"));
        let soa =
            SOA::new(host("ns"), host("hostmaster"), self.serial, 3600, 600, 86_400, self.ttl);
        Record::from_rdata(apex.clone(), self.ttl, RData::SOA(soa))
    }
}
