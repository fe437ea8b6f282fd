//! Questions whose answers say whether they are signed.
//!
//! DANE needs to know of an answer whether DNSSEC vouches for it. Who finds that out is a
//! [`SecureLookup`]; the one here believes a validating resolver: it asks for the AD bit (RFC 6840
//! section 5.7) and takes the word of those servers only that are trusted to set it (on this machine, or by
//! `[dns] trust_ad`), as anybody between us and them could set it too.
//!
//! A validating resolver answers SERVFAIL to what is signed wrongly: a failure here can mean that, and
//! must not be taken for "there is none".
//!
//! Answers are read record by record, and the data of a record that is not needed is not looked at:
//! a malformed one does not spoil the others.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use causeway_model::Failure;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, MX, NULL};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use hickory_resolver::proto::serialize::binary::{BinDecodable, BinDecoder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;

use super::records::{Answer, LONGEST_NEGATIVE, LONGEST_POSITIVE};
use super::servers::{Miss, code_text, failure_of};

/// Attempts for one question at most.
const MOST_ATTEMPTS: usize = 3;

/// The size of answers by UDP that we ask for (RFC 9715).
const UDP_SIZE: u16 = 1232;

/// Room for an answer by UDP; some servers send more than they are asked for.
const UDP_BUFFER: usize = 4096;

/// After this long without an answer the question is sent again: it may have been lost.
const SEND_AGAIN: Duration = Duration::from_secs(1);

const CLASS_IN: u16 = 1;

/// Finds records and whether DNSSEC vouches for them.
pub(super) trait SecureLookup: Send + Sync + fmt::Debug {
    /// The records of a name, with [`Answer::authentic`]. "There is none" is an answer.
    ///
    /// # Errors
    /// [`Failure::DnsServerFailure`], for answers that are signed wrongly too, and
    /// [`Failure::DnsTimeout`].
    fn ask<'a>(
        &'a self,
        name: &'a str,
        record_type: RecordType,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;
}

/// Validating resolvers whose word is believed.
#[derive(Debug)]
pub(super) struct TrustedResolvers {
    /// Never empty.
    servers: Vec<SocketAddr>,
    timeout: Duration,
    first: AtomicUsize,
}

impl TrustedResolvers {
    /// Of `servers` those that are trusted: with `trust` all or none, without it those on this machine.
    /// `None` when there is none.
    pub(super) fn among(
        servers: &[SocketAddr],
        trust: Option<bool>,
        timeout: Duration,
    ) -> Option<Self> {
        let is_trusted = |server: &&SocketAddr| {
            trust.unwrap_or_else(|| server.ip().to_canonical().is_loopback())
        };
        let servers: Vec<SocketAddr> = servers.iter().filter(is_trusted).copied().collect();
        (!servers.is_empty()).then(|| Self { servers, timeout, first: AtomicUsize::new(0) })
    }

    async fn ask_in_turn(&self, text: &str, record_type: RecordType) -> Result<Answer, Failure> {
        let Ok(name) = Name::from_ascii(format!("{text}.")) else {
            return Ok(none(false, false, Duration::ZERO));
        };
        let count = self.servers.len();
        let attempts = if count == 1 { 2 } else { count.min(MOST_ATTEMPTS) };
        let deadline = Instant::now() + self.timeout;
        let first = self.first.load(Ordering::Relaxed);
        let mut failed: Option<(String, SocketAddr)> = None;
        for attempt in 0..attempts {
            let index = (first + attempt) % count;
            let server = self.servers[index];
            if failed.as_ref().is_some_and(|(_, who)| *who == server) {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(attempts - attempt).unwrap_or(1);
            match tokio::time::timeout(share, exchange(server, &name, record_type)).await {
                Ok(Ok(answer)) => {
                    self.first.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Ok(Err(Miss::Code(code))) => failed = Some((code, server)),
                Ok(Err(Miss::Silence)) | Err(_) => {}
            }
            self.first.store((index + 1) % count, Ordering::Relaxed);
        }
        Err(failure_of(text, failed, self.timeout))
    }
}

impl SecureLookup for TrustedResolvers {
    fn ask<'a>(
        &'a self,
        name: &'a str,
        record_type: RecordType,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>> {
        Box::pin(self.ask_in_turn(name, record_type))
    }
}

fn none(name_exists: bool, authentic: bool, lifetime: Duration) -> Answer {
    let expires = Instant::now() + lifetime.min(LONGEST_NEGATIVE);
    Answer { records: Vec::new(), name_exists, expires, authentic }
}

/// One question to one server, by UDP, and by TCP when the answer is too long for that.
async fn exchange(
    server: SocketAddr,
    name: &Name,
    record_type: RecordType,
) -> Result<Answer, Miss> {
    let mut id = [0; 2];
    aws_lc_rs::rand::fill(&mut id).map_err(|_| Miss::Silence)?;
    let question = question(id, name, record_type);
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await.map_err(silence)?;
    socket.connect(server).await.map_err(silence)?;
    socket.send(&question).await.map_err(silence)?;
    let mut buffer = vec![0; UDP_BUFFER];
    loop {
        let Ok(length) = tokio::time::timeout(SEND_AGAIN, socket.recv(&mut buffer)).await else {
            socket.send(&question).await.map_err(silence)?;
            continue;
        };
        let length = length.map_err(silence)?;
        if length == UDP_BUFFER {
            // Longer than asked for, and cut.
            break;
        }
        match read(&buffer[..length], id, name, record_type) {
            // Not an answer to this question: somebody guesses, or an earlier one is late.
            Read::Other => {}
            Read::Answer(answer) => return answer,
            Read::Truncated => break,
        }
    }
    let mut stream = TcpStream::connect(server).await.map_err(silence)?;
    let length = u16::try_from(question.len()).unwrap_or_default().to_be_bytes();
    stream.write_all(&[&length[..], &question].concat()).await.map_err(silence)?;
    let length = stream.read_u16().await.map_err(silence)?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await.map_err(silence)?;
    match read(&buffer, id, name, record_type) {
        Read::Answer(answer) => answer,
        Read::Other | Read::Truncated => Err(Miss::Code("unusable answer".into())),
    }
}

/// A server that cannot be reached says nothing.
fn silence(_: io::Error) -> Miss {
    Miss::Silence
}

/// A question with recursion and the AD bit desired, and EDNS with DO for resolvers that know only that.
fn question(id: [u8; 2], name: &Name, record_type: RecordType) -> Vec<u8> {
    let mut octets = vec![id[0], id[1], 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.iter() {
        octets.push(u8::try_from(label.len()).unwrap_or_default());
        octets.extend_from_slice(label);
    }
    octets.push(0);
    octets.extend(u16::from(record_type).to_be_bytes());
    octets.extend(CLASS_IN.to_be_bytes());
    // OPT: root, type 41, size, extended code 0, version 0, DO, no options.
    octets.extend([0, 0, 41]);
    octets.extend(UDP_SIZE.to_be_bytes());
    octets.extend([0, 0, 0x80, 0, 0, 0]);
    octets
}

/// What arrived.
enum Read {
    Answer(Result<Answer, Miss>),
    Truncated,
    Other,
}

fn read(octets: &[u8], id: [u8; 2], name: &Name, record_type: RecordType) -> Read {
    let Some([first, second, high, low, rest @ ..]) = octets.get(..12) else { return Read::Other };
    if [*first, *second] != id || high & 0x80 == 0 {
        return Read::Other;
    }
    let counts: Vec<u16> =
        rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let mut decoder = BinDecoder::new(octets).clone(12);
    let echoed = Name::read(&mut decoder).ok();
    let kind = decoder.read_u16().ok().map(|kind| kind.unverified());
    let class = decoder.read_u16().ok().map(|class| class.unverified());
    let is_ours = echoed.is_some_and(|echoed| echoed.to_lowercase() == name.to_lowercase())
        && kind == Some(u16::from(record_type))
        && class == Some(CLASS_IN);
    if counts.first() != Some(&1) || !is_ours {
        // Servers that fail at the question itself repeat none.
        return match ResponseCode::from(0, low & 0x0f) {
            ResponseCode::NoError => Read::Other,
            code => Read::Answer(Err(Miss::Code(code_text(code)))),
        };
    }
    if high & 0x02 != 0 {
        return Read::Truncated;
    }
    let code = ResponseCode::from(0, low & 0x0f);
    let authentic = low & 0x20 != 0;
    let name_exists = match code {
        ResponseCode::NoError => true,
        ResponseCode::NXDomain => false,
        other => return Read::Answer(Err(Miss::Code(code_text(other)))),
    };
    let (answers, authority) =
        (counts.get(1).copied().unwrap_or(0), counts.get(2).copied().unwrap_or(0));
    Read::Answer(
        sections(&mut decoder, answers, authority, record_type, name_exists, authentic)
            .ok_or_else(|| Miss::Code("unusable answer".into())),
    )
}

/// The answer section, and of the authority section how long "there is none" holds.
fn sections(
    decoder: &mut BinDecoder<'_>,
    answers: u16,
    authority: u16,
    record_type: RecordType,
    name_exists: bool,
    authentic: bool,
) -> Option<Answer> {
    let mut records = Vec::new();
    for _ in 0..answers {
        records.push(record(decoder)?);
    }
    if records.iter().any(|record| record.data.record_type() == record_type) {
        let ttl = records.iter().map(|record| record.ttl).min().unwrap_or(0);
        let expires = Instant::now() + Duration::from_secs(ttl.into()).min(LONGEST_POSITIVE);
        return Some(Answer { records, name_exists: true, expires, authentic });
    }
    let mut ttl = 0;
    for _ in 0..authority {
        let record = record(decoder)?;
        if record.data.record_type() == RecordType::SOA {
            ttl = record.ttl;
        }
    }
    let none = none(name_exists, authentic, Duration::from_secs(ttl.into()));
    // CNAMEs that led to nothing are part of what is known.
    Some(Answer { records, ..none })
}

/// One record. MX, CNAME and addresses are understood; the data of all others, and addresses of a wrong
/// length, stay as they are.
fn record(decoder: &mut BinDecoder<'_>) -> Option<Record> {
    let owner = Name::read(decoder).ok()?;
    let kind = RecordType::from(decoder.read_u16().ok()?.unverified());
    decoder.read_u16().ok()?;
    let ttl = decoder.read_u32().ok()?.unverified();
    let length = usize::from(decoder.read_u16().ok()?.unverified());
    let start = decoder.index();
    let data = match kind {
        RecordType::CNAME => RData::CNAME(CNAME(Name::read(decoder).ok()?)),
        RecordType::MX => {
            let preference = decoder.read_u16().ok()?.unverified();
            RData::MX(MX::new(preference, Name::read(decoder).ok()?))
        }
        code => {
            let octets = decoder.read_vec(length).ok()?.unverified();
            address(code, &octets).unwrap_or_else(|| match octets.is_empty() {
                // The library's type for data of no length.
                true => RData::Update0(code),
                false => RData::Unknown { code, rdata: NULL::with(octets) },
            })
        }
    };
    (decoder.index() == start + length).then(|| Record::from_rdata(owner, ttl, data))
}

/// The address in the data of an A or AAAA record.
fn address(kind: RecordType, octets: &[u8]) -> Option<RData> {
    match kind {
        RecordType::A => <[u8; 4]>::try_from(octets).ok().map(|ip| RData::A(A(ip.into()))),
        RecordType::AAAA => {
            <[u8; 16]>::try_from(octets).ok().map(|ip| RData::AAAA(AAAA(ip.into())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name() -> Name {
        Name::from_ascii("_25._tcp.mx.test.").unwrap()
    }

    /// An answer to a question for the TLSA records of [`name`].
    fn answer(flags: [u8; 2], records: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = question([1, 2], &name(), RecordType::TLSA);
        octets.truncate(octets.len() - 11);
        (octets[2], octets[3]) = (flags[0], flags[1]);
        octets[11] = 0;
        octets[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
        for data in records {
            octets.extend([0xc0, 12, 0, 52, 0, 1, 0, 0, 0, 60]);
            octets.extend((data.len() as u16).to_be_bytes());
            octets.extend(data);
        }
        octets
    }

    fn reading(octets: &[u8]) -> Option<Result<Answer, Miss>> {
        match read(octets, [1, 2], &name(), RecordType::TLSA) {
            Read::Answer(answer) => Some(answer),
            Read::Truncated | Read::Other => None,
        }
    }

    #[test]
    fn records_of_any_length_are_read() {
        // TLS-11
        let records: Vec<Vec<u8>> =
            [0, 1, 2, 3, 19, 35].iter().map(|length| vec![3; *length]).collect();
        let Some(Ok(read)) = reading(&answer([0x81, 0xa0], &records)) else { panic!("unreadable") };
        assert!(read.authentic && read.name_exists);
        assert_eq!(read.records.len(), 6);
        let many: Vec<Vec<u8>> = (0..500).map(|_| vec![3, 1, 1, 7]).collect();
        let Some(Ok(read)) = reading(&answer([0x81, 0x80], &many)) else { panic!("unreadable") };
        assert!(!read.authentic);
        assert_eq!(read.records.len(), 500);
    }

    #[test]
    fn other_answers_than_ours_are_passed_over() {
        let good = answer([0x81, 0xa0], &[]);
        let mut other_id = good.clone();
        other_id[0] = 9;
        assert!(reading(&other_id).is_none());
        let mut other_name = good.clone();
        other_name[14] = b'6';
        assert!(reading(&other_name).is_none());
        let mut a_question = good;
        a_question[2] = 1;
        assert!(reading(&a_question).is_none());
    }

    #[test]
    fn a_bogus_answer_is_a_failure_and_not_an_absence() {
        let Some(Err(Miss::Code(code))) = reading(&answer([0x81, 0x82], &[])) else {
            panic!("no failure")
        };
        assert_eq!(code, "SERVFAIL");
        let Some(Ok(none)) = reading(&answer([0x81, 0x83], &[])) else { panic!("no answer") };
        assert!(!none.name_exists);
    }

    #[test]
    fn only_servers_on_this_machine_are_trusted_without_being_told() {
        let servers: Vec<SocketAddr> =
            vec!["127.0.0.1:53".parse().unwrap(), "192.0.2.1:53".parse().unwrap()];
        let among = |trust| {
            TrustedResolvers::among(&servers, trust, Duration::from_secs(1))
                .map(|trusted| trusted.servers)
        };
        assert_eq!(among(None).unwrap(), servers[..1]);
        assert_eq!(among(Some(true)).unwrap(), servers);
        assert_eq!(among(Some(false)), None);
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_a_panic(
            tail in proptest::collection::vec(any::<u8>(), 0..120),
            cut in 0usize..200,
        ) {
            let mut octets = answer([0x81, 0xa0], &[vec![3, 1, 1], vec![]]);
            octets[7] = 9;
            octets.extend(tail);
            octets.truncate(cut);
            let _ = reading(&octets);
        }
    }
}
