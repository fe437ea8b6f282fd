//! One question to one server, and everything that its answer says: for those who compare servers.
//!
//! The [`Resolver`](super::Resolver) gives mail its answers. This is for looking closer: who says so, with
//! authority or not, with which TTL, checked by DNSSEC or not. No cache, no search list, no hosts file.
//!
//! **What it promises.** At most the given time, over UDP (asked twice, as packets get lost) and over TCP when
//! the answer was cut off. An answer counts only when it comes from the server asked, with the same id
//! and question. What was not an answer is told apart: silence, and what the system said.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, Query};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

pub use hickory_resolver::proto::op::ResponseCode;
pub use hickory_resolver::proto::rr::RecordType;

use super::records::host_text;
use super::servers::code_text;

/// UDP answers up to this size are asked for (RFC 9715).
const UDP_PAYLOAD: u16 = 1232;

/// How to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The server shall find out what it does not know (RD): for resolvers.
    pub recursion: bool,
    /// The server shall not check DNSSEC (CD).
    pub unchecked: bool,
    /// For everything together.
    pub timeout: Duration,
}

/// What a server said. Names are in lower case without trailing dot; the root is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The response code.
    pub code: ResponseCode,
    /// The server speaks for the zone (AA).
    pub authoritative: bool,
    /// The server finds out what it does not know (RA).
    pub recursion_available: bool,
    /// The answer section.
    pub answers: Vec<Line>,
    /// The authority section: the zone's SOA with "there is none", name servers with a referral.
    pub authorities: Vec<Line>,
    /// The additional section: addresses of name servers.
    pub additionals: Vec<Line>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose record it is.
    pub owner: String,
    /// Its type.
    pub kind: RecordType,
    /// Seconds.
    pub ttl: u32,
    /// Its content as in a zone file, names without trailing dot; texts joined, without quotes.
    pub text: String,
    /// The zone's serial number and negative TTL, for a SOA record.
    pub start_of_authority: Option<(u32, u32)>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Nothing came in time.
    #[error("no answer within {} ms", after.as_millis())]
    Silence {
        /// How long we waited.
        after: Duration,
    },
    /// The system could not send or receive: a closed port, no route.
    #[error("{detail}")]
    Unreachable {
        /// The system's words.
        detail: String,
    },
    /// What came is no DNS message.
    #[error("not a DNS answer: {detail}")]
    Garbled {
        /// What is wrong with it.
        detail: String,
    },
    /// The text is no DNS name, so nobody was asked.
    #[error("not a DNS name")]
    NotAName,
}

/// Asks `server` for the records of type `kind` of `name`.
///
/// # Errors
/// [`NoAnswer`]. An error code in an answer is an answer.
pub async fn ask(
    server: SocketAddr,
    name: &str,
    kind: RecordType,
    manner: Manner,
) -> Result<Said, NoAnswer> {
    let text = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let qualified = Name::from_ascii(format!("{text}.")).map_err(|_| NoAnswer::NotAName)?;
    let mut message = Message::query();
    message.metadata.recursion_desired = manner.recursion;
    message.metadata.checking_disabled = manner.unchecked;
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    message.set_edns(edns);
    message.add_query(Query::query(qualified, kind));
    let octets =
        message.to_vec().map_err(|error| NoAnswer::Garbled { detail: error.to_string() })?;
    let began = Instant::now();
    let deadline = began + manner.timeout;
    let answer = match over_udp(server, &message, &octets, began, manner.timeout).await {
        Ok(answer) if answer.metadata.truncation => {
            match timeout_at(deadline, over_tcp(server, &message, &octets)).await {
                Err(_) => return Err(NoAnswer::Silence { after: manner.timeout }),
                Ok(result) => result?,
            }
        }
        other => other?,
    };
    Ok(read(&answer))
}

/// Asks, and half-way through the time once more.
async fn over_udp(
    server: SocketAddr,
    question: &Message,
    octets: &[u8],
    began: Instant,
    span: Duration,
) -> Result<Message, NoAnswer> {
    let local = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(local).await.map_err(|error| unreachable(&error))?;
    // Connected: only this server's packets arrive, and a closed port is told.
    socket.connect(server).await.map_err(|error| unreachable(&error))?;
    let mut buffer = vec![0; 4096];
    let mut garbled = None;
    for deadline in [began + span / 2, began + span] {
        socket.send(octets).await.map_err(|error| unreachable(&error))?;
        loop {
            let length = match timeout_at(deadline, socket.recv(&mut buffer)).await {
                Err(_) => break,
                Ok(received) => received.map_err(|error| unreachable(&error))?,
            };
            match Message::from_vec(&buffer[..length]) {
                Ok(answer) if belongs(&answer, question) => return Ok(answer),
                Ok(_) => {}
                Err(error) => garbled = Some(NoAnswer::Garbled { detail: error.to_string() }),
            }
        }
    }
    Err(garbled.unwrap_or(NoAnswer::Silence { after: span }))
}

async fn over_tcp(
    server: SocketAddr,
    question: &Message,
    octets: &[u8],
) -> Result<Message, NoAnswer> {
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        stream.write_all(&[&length.to_be_bytes(), octets].concat()).await?;
        let length = stream.read_u16().await?;
        let mut answer = vec![0; usize::from(length)];
        stream.read_exact(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = exchange.await.map_err(|error| unreachable(&error))?;
    match Message::from_vec(&answer) {
        Ok(answer) if belongs(&answer, question) => Ok(answer),
        Ok(_) => Err(NoAnswer::Garbled { detail: "an answer to another question".into() }),
        Err(error) => Err(NoAnswer::Garbled { detail: error.to_string() }),
    }
}

/// True for an answer to this question. Servers that refuse may leave the question out.
fn belongs(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id
        && answer.metadata.message_type == hickory_resolver::proto::op::MessageType::Response
        && (answer.queries.is_empty() || answer.queries == question.queries)
}

fn unreachable(error: &io::Error) -> NoAnswer {
    NoAnswer::Unreachable { detail: error.to_string() }
}

fn read(answer: &Message) -> Said {
    let lines = |records: &[Record]| records.iter().map(line).collect();
    Said {
        code: answer.metadata.response_code,
        authoritative: answer.metadata.authoritative,
        recursion_available: answer.metadata.recursion_available,
        answers: lines(&answer.answers),
        authorities: lines(&answer.authorities),
        additionals: lines(&answer.additionals),
    }
}

pub(super) fn line(record: &Record) -> Line {
    let mut start_of_authority = None;
    let text = match &record.data {
        RData::MX(mx) => {
            let host = host_text(&mx.exchange);
            format!("{} {}", mx.preference, if host.is_empty() { "." } else { &host })
        }
        RData::NS(ns) => host_text(&ns.0),
        RData::CNAME(target) => host_text(&target.0),
        RData::PTR(target) => host_text(&target.0),
        RData::TXT(txt) => String::from_utf8_lossy(&txt.txt_data.concat()).into_owned(),
        RData::SOA(soa) => {
            start_of_authority = Some((soa.serial, soa.minimum));
            format!("{} {} {}", host_text(&soa.mname), host_text(&soa.rname), soa.serial)
        }
        other => other.to_string(),
    };
    Line {
        owner: host_text(&record.name),
        kind: record.record_type(),
        ttl: record.ttl,
        text,
        start_of_authority,
    }
}

impl Said {
    /// The response code as administrators write it: `SERVFAIL`.
    #[must_use]
    pub fn code_text(&self) -> String {
        code_text(self.code)
    }

    /// True for "such a name or record does not exist", and for records.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self.code, ResponseCode::NoError | ResponseCode::NXDomain)
    }

    /// The zone that the server sends us on to, with the names of its servers: a referral (RFC 1034 section
    /// 4.3.1). `None` when it is none.
    #[must_use]
    pub fn referral(&self) -> Option<(&str, Vec<&str>)> {
        if self.code != ResponseCode::NoError || !self.answers.is_empty() {
            return None;
        }
        if self.authorities.iter().any(|line| line.kind == RecordType::SOA) {
            return None;
        }
        let zone = &self.authorities.iter().find(|line| line.kind == RecordType::NS)?.owner;
        let servers = self
            .authorities
            .iter()
            .filter(|line| line.kind == RecordType::NS && line.owner == *zone)
            .map(|line| line.text.as_str())
            .collect();
        Some((zone, servers))
    }

    /// The names that CNAME records lead through from `name`, in order, and the records of `kind` at the end
    /// of that way, as texts in alphabetical order.
    #[must_use]
    pub fn follow(&self, name: &str, kind: RecordType) -> (Vec<String>, Vec<String>) {
        let mut current = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let mut chain: Vec<String> = Vec::new();
        while let Some(alias) = self
            .answers
            .iter()
            .find(|line| line.owner == current && line.kind == RecordType::CNAME)
            .filter(|_| kind != RecordType::CNAME)
        {
            if chain.contains(&alias.text) {
                break;
            }
            chain.push(alias.text.clone());
            current.clone_from(&alias.text);
        }
        let mut records: Vec<String> = self
            .answers
            .iter()
            .filter(|line| line.owner == current && line.kind == kind)
            .map(|line| line.text.clone())
            .collect();
        records.sort_unstable();
        records.dedup();
        (chain, records)
    }

    /// For how long this may be believed, in seconds: the shortest TTL of the answers, or what the zone
    /// says about "there is none" (RFC 2308 section 5). `None` when nothing is said.
    #[must_use]
    pub fn lifetime(&self) -> Option<u32> {
        let positive = self.answers.iter().map(|line| line.ttl).min();
        positive.or_else(|| {
            self.authorities
                .iter()
                .find_map(|line| line.start_of_authority.map(|(_, minimum)| line.ttl.min(minimum)))
        })
    }
}
