//! An authoritative DNS server for every name there is, on loopback.
//!
//! What is not in its zone does not exist. Records and faults can be changed while it runs:
//!
//! ```
//! use causeway_testkit::{DnsFault, TestDns};
//! let dns = TestDns::start();
//! dns.mx("partner.test", 10, "mx1.partner.test").a("mx1.partner.test", "127.0.0.2");
//! dns.fault("broken.test", DnsFault::ServFail);
//! ```

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdTcpListener, UdpSocket as StdUdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use causeway_model::config::DnsSettings;
use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, NULL, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::background::Background;

/// What goes wrong when a name is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFault {
    /// Answers SERVFAIL.
    ServFail,
    /// Answers SERVFAIL to the next question, and rightly from then on.
    ServFailOnce,
    /// Answers REFUSED.
    Refused,
    /// Answers NXDOMAIN, whatever the zone has.
    NxDomain,
    /// Does not answer.
    Drop,
    /// Answers rightly after this time.
    Delay(Duration),
    /// Cuts every UDP answer off, so that the client has to come by TCP.
    Truncate,
    /// Answers SERVFAIL, and rightly to those who ask for no DNSSEC checking (CD): as a resolver does with
    /// signatures that do not validate.
    Bogus,
}

/// The server. Stops when dropped.
#[derive(Debug)]
pub struct TestDns {
    address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    _background: Background,
}

#[derive(Debug)]
struct Zone {
    records: HashMap<Name, Vec<RData>>,
    faults: HashMap<Name, (Option<RecordType>, DnsFault)>,
    /// Seconds, for every record.
    ttl: u32,
    /// Seconds, for "there is none".
    negative_ttl: u32,
    queries: Vec<(Name, RecordType, bool)>,
    /// Names that are signed, with everything below them.
    signed: Vec<Name>,
}

impl TestDns {
    /// Starts a server with an empty zone. TTLs are 300 seconds, negative ones 30.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn start() -> Self {
        let (udp, tcp) = bind(Ipv4Addr::LOCALHOST);
        let address = udp.local_addr().unwrap();
        let zone = Arc::new(Mutex::new(Zone {
            records: HashMap::new(),
            faults: HashMap::new(),
            ttl: 300,
            negative_ttl: 30,
            queries: Vec::new(),
            signed: Vec::new(),
        }));
        let shared = Arc::clone(&zone);
        let background =
            Background::spawn("test-dns", move || async move { serve(udp, tcp, shared).await });
        Self { address, zone, _background: background }
    }

    /// Where it listens, by UDP and TCP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Resolver settings that ask this server, with five seconds for a question.
    #[must_use]
    pub fn settings(&self) -> DnsSettings {
        DnsSettings { servers: vec![self.address], timeout: Duration::from_secs(5), trust_ad: None }
    }

    /// Adds an MX record.
    pub fn mx(&self, domain: &str, preference: u16, host: &str) -> &Self {
        self.add(domain, RData::MX(MX::new(preference, name(host))))
    }

    /// Adds the MX record of a domain that takes no mail (RFC 7505).
    pub fn null_mx(&self, domain: &str) -> &Self {
        self.add(domain, RData::MX(MX::new(0, Name::root())))
    }

    /// Adds an A record.
    pub fn a(&self, host: &str, address: &str) -> &Self {
        self.add(host, RData::A(A(address.parse().expect("an IPv4 address"))))
    }

    /// Adds an AAAA record.
    pub fn aaaa(&self, host: &str, address: &str) -> &Self {
        self.add(host, RData::AAAA(AAAA(address.parse().expect("an IPv6 address"))))
    }

    /// Adds a CNAME record.
    pub fn cname(&self, alias: &str, target: &str) -> &Self {
        self.add(alias, RData::CNAME(CNAME(name(target))))
    }

    /// Adds a TXT record.
    pub fn txt(&self, domain: &str, text: &str) -> &Self {
        let pieces = text.as_bytes().chunks(255).collect();
        self.add(domain, RData::TXT(TXT::from_bytes(pieces)))
    }

    /// Adds an NS record.
    pub fn ns(&self, domain: &str, server: &str) -> &Self {
        self.add(domain, RData::NS(NS(name(server))))
    }

    /// Adds the PTR record of an address.
    pub fn ptr(&self, address: &str, host: &str) -> &Self {
        let address: std::net::IpAddr = address.parse().expect("an address");
        self.add(&Name::from(address).to_ascii(), RData::PTR(PTR(name(host))))
    }

    /// Adds a TLSA record for port `port` of a host; the data may be as malformed as wished.
    pub fn tlsa(&self, host: &str, port: u16, data: &[u8]) -> &Self {
        let data = match data {
            [] => RData::Update0(RecordType::TLSA),
            data => RData::Unknown { code: RecordType::TLSA, rdata: NULL::with(data.to_vec()) },
        };
        self.add(&format!("_{port}._tcp.{host}"), data)
    }

    /// From now on this name and all below it count as signed: answers have the AD bit for those who ask
    /// for it, as from a validating resolver.
    pub fn sign(&self, domain: &str) -> &Self {
        self.lock().signed.push(name(domain));
        self
    }

    /// Removes all records of a name, and its fault.
    pub fn remove(&self, domain: &str) -> &Self {
        let mut zone = self.lock();
        zone.records.remove(&name(domain));
        zone.faults.remove(&name(domain));
        drop(zone);
        self
    }

    /// From now on questions about this name fail in this way.
    pub fn fault(&self, domain: &str, fault: DnsFault) -> &Self {
        self.lock().faults.insert(name(domain), (None, fault));
        self
    }

    /// From now on questions for this type of record (`"AAAA"`) of this name fail in this way.
    pub fn fault_for(&self, domain: &str, record_type: &str, fault: DnsFault) -> &Self {
        let record_type = record_type.parse().expect("a record type");
        self.lock().faults.insert(name(domain), (Some(record_type), fault));
        self
    }

    /// Ends the fault of a name.
    pub fn heal(&self, domain: &str) -> &Self {
        self.lock().faults.remove(&name(domain));
        self
    }

    /// Sets the TTLs of all records and of negative answers, in seconds.
    pub fn ttl(&self, positive: u32, negative: u32) -> &Self {
        let mut zone = self.lock();
        (zone.ttl, zone.negative_ttl) = (positive, negative);
        drop(zone);
        self
    }

    /// How often this name was asked for, by UDP and TCP.
    #[must_use]
    pub fn queries(&self, domain: &str) -> usize {
        let domain = name(domain);
        self.lock().queries.iter().filter(|(asked, ..)| *asked == domain).count()
    }

    /// How often this type of record (`"MX"`) of this name was asked for.
    #[must_use]
    pub fn queries_of(&self, domain: &str, record_type: &str) -> usize {
        let (domain, record_type) = (name(domain), record_type.parse().expect("a record type"));
        let zone = self.lock();
        zone.queries.iter().filter(|q| q.0 == domain && q.1 == record_type).count()
    }

    /// How many questions came by TCP.
    #[must_use]
    pub fn queries_by_tcp(&self) -> usize {
        self.lock().queries.iter().filter(|(.., tcp)| *tcp).count()
    }

    fn add(&self, owner: &str, data: RData) -> &Self {
        self.lock().records.entry(name(owner)).or_default().push(data);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Zone> {
        lock(&self.zone)
    }
}

fn lock(zone: &Mutex<Zone>) -> MutexGuard<'_, Zone> {
    zone.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name as it is kept: fully qualified, lower case.
pub(crate) fn name(text: &str) -> Name {
    let text = text.strip_suffix('.').unwrap_or(text);
    Name::from_ascii(format!("{text}.")).expect("a DNS name").to_lowercase()
}

/// A UDP and a TCP socket on the same port of a loopback address.
pub(crate) fn bind(ip: Ipv4Addr) -> (StdUdpSocket, StdTcpListener) {
    for _ in 0..50 {
        let udp = StdUdpSocket::bind((ip, 0)).expect("a UDP port on loopback");
        // The port may be in use by TCP; then another one is tried.
        if let Ok(tcp) = StdTcpListener::bind(udp.local_addr().unwrap()) {
            udp.set_nonblocking(true).unwrap();
            tcp.set_nonblocking(true).unwrap();
            return (udp, tcp);
        }
    }
    panic!("no port on loopback is free for both UDP and TCP");
}

/// Somebody who answers questions.
pub(crate) trait Answers: Send + Sync + 'static {
    /// The answer, and when to send it. `None`: never.
    fn answer(&self, question: &[u8], tcp: bool) -> Option<(Vec<u8>, Duration)>;
}

impl Answers for Mutex<Zone> {
    fn answer(&self, question: &[u8], tcp: bool) -> Option<(Vec<u8>, Duration)> {
        answer(question, self, tcp)
    }
}

/// Answers on both sockets for as long as it is polled.
pub(crate) async fn serve(udp: StdUdpSocket, tcp: StdTcpListener, who: Arc<impl Answers>) {
    let udp = UdpSocket::from_std(udp).unwrap();
    let tcp = TcpListener::from_std(tcp).unwrap();
    tokio::join!(serve_udp(Arc::new(udp), Arc::clone(&who)), serve_tcp(tcp, who));
}

async fn serve_udp(socket: Arc<UdpSocket>, who: Arc<impl Answers>) {
    let mut buffer = vec![0; 65_535];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
        let Some((answer, delay)) = who.answer(&buffer[..length], false) else { continue };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let _ = socket.send_to(&answer, client).await;
        });
    }
}

async fn serve_tcp(listener: TcpListener, who: Arc<impl Answers>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let who = Arc::clone(&who);
        tokio::spawn(async move {
            // The client going away ends the conversation.
            let _ = converse(stream, &*who).await;
        });
    }
}

async fn converse(mut stream: TcpStream, who: &impl Answers) -> std::io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await?;
        if let Some((answer, delay)) = who.answer(&question, true) {
            tokio::time::sleep(delay).await;
            stream.write_u16(u16::try_from(answer.len()).unwrap()).await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// The answer to a question, and when to send it. `None`: never.
fn answer(question: &[u8], zone: &Mutex<Zone>, tcp: bool) -> Option<(Vec<u8>, Duration)> {
    let question = Message::from_vec(question).ok()?;
    let query = question.queries.first()?.clone();
    let (asked, record_type) = (query.name().to_lowercase(), query.query_type());
    let mut message = Message::response(question.metadata.id, OpCode::Query);
    message.metadata.recursion_desired = question.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    message.metadata.authoritative = true;
    message.add_query(query);
    let mut zone = lock(zone);
    zone.queries.push((asked.clone(), record_type, tcp));
    let fault = zone
        .faults
        .get(&asked)
        .filter(|(kind, _)| kind.is_none_or(|kind| kind == record_type))
        .map(|(_, fault)| *fault);
    if fault == Some(DnsFault::ServFailOnce) {
        zone.faults.remove(&asked);
    }
    let mut delay = Duration::ZERO;
    match fault {
        Some(DnsFault::Drop) => return None,
        Some(DnsFault::ServFail | DnsFault::ServFailOnce) => {
            message.metadata.response_code = ResponseCode::ServFail;
        }
        Some(DnsFault::Refused) => message.metadata.response_code = ResponseCode::Refused,
        Some(DnsFault::NxDomain) => zone.say_no(&asked, ResponseCode::NXDomain, &mut message),
        Some(DnsFault::Truncate) if !tcp => message.metadata.truncation = true,
        Some(DnsFault::Delay(span)) => {
            delay = span;
            zone.fill(&asked, record_type, &mut message);
        }
        Some(DnsFault::Bogus) if !question.metadata.checking_disabled => {
            message.metadata.response_code = ResponseCode::ServFail;
        }
        Some(DnsFault::Truncate | DnsFault::Bogus) | None => {
            zone.fill(&asked, record_type, &mut message);
        }
    }
    let asks = question.metadata.authentic_data
        || question.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
    let owners = message.answers.iter().map(|record| &record.name).chain([&asked]);
    let is_signed = owners.into_iter().all(|owner| zone.is_signed(owner));
    message.metadata.authentic_data = asks && is_signed;
    Some((message.to_vec().ok()?, delay))
}

impl Zone {
    fn is_signed(&self, owner: &Name) -> bool {
        self.signed.iter().any(|apex| apex.zone_of(owner))
    }

    /// Puts in what the zone has, following CNAMEs within it.
    fn fill(&self, asked: &Name, record_type: RecordType, message: &mut Message) {
        let mut current = asked.clone();
        let mut visited = HashSet::new();
        while visited.insert(current.clone()) {
            let Some(records) = self.records.get(&current) else {
                let known = self.records.keys().any(|owner| current.zone_of(owner));
                let code = if known { ResponseCode::NoError } else { ResponseCode::NXDomain };
                return self.say_no(&current, code, message);
            };
            let matching = records.iter().filter(|data| data.record_type() == record_type);
            let before = message.answers.len();
            for data in matching {
                message.add_answer(Record::from_rdata(current.clone(), self.ttl, data.clone()));
            }
            if message.answers.len() > before {
                return;
            }
            let target = records.iter().find_map(|data| match data {
                RData::CNAME(target) => Some(target.0.to_lowercase()),
                _ => None,
            });
            let Some(target) = target else {
                return self.say_no(&current, ResponseCode::NoError, message);
            };
            let alias = RData::CNAME(CNAME(target.clone()));
            message.add_answer(Record::from_rdata(current, self.ttl, alias));
            current = target;
        }
    }

    fn say_no(&self, owner: &Name, code: ResponseCode, message: &mut Message) {
        message.metadata.response_code = code;
        let soa = SOA::new(
            name("ns.test"),
            name("hostmaster.test"),
            1,
            3600,
            600,
            86_400,
            self.negative_ttl,
        );
        let zone = if owner.is_root() { owner.clone() } else { owner.base_name() };
        message.add_authority(Record::from_rdata(zone, self.negative_ttl, RData::SOA(soa)));
    }
}
