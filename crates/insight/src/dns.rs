//! Questions to name servers: resolvers, and those who speak for a zone.
//!
//! **What it promises.** One probe asks at most 64 questions, whatever a zone's delegations say: they are written by
//! strangers, and could make us ask third parties. Of the name servers of one zone whose addresses do not come with
//! the referral, two are looked up, each with at most four questions to those who speak for its name. What is
//! left out for that is said ([`Unasked::QuestionsSpent`](crate::finding::Unasked)), and nothing is concluded from it.
//!
//! **In which order to read.** This file (one question to one server, as a finding), [`delegation`] (who
//! speaks for a name), [`authority`] (all of them asked and compared), [`resolvers`] (those that we use).

mod authority;
mod delegation;
mod resolvers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use causeway_model::Timestamp;
use causeway_net::dns::question::{self, Manner, NoAnswer, RecordType, ResponseCode, Said};
use causeway_net::{Clock, Resolver};
use tokio::sync::Notify;
use tokio::time::Instant;

pub(crate) use self::delegation::{is_within, registered};
use crate::finding::{DnsAnswer, Fact, NameServer};
use crate::probe::RecordKind;

/// The root servers of the internet, a to m (IANA, IPv4).
const ROOTS: [[u8; 4]; 13] = [
    [198, 41, 0, 4],
    [170, 247, 170, 2],
    [192, 33, 4, 12],
    [199, 7, 91, 13],
    [192, 203, 230, 10],
    [192, 5, 5, 241],
    [192, 112, 36, 4],
    [198, 97, 190, 53],
    [192, 36, 148, 17],
    [192, 58, 128, 30],
    [193, 0, 14, 129],
    [199, 7, 83, 42],
    [202, 12, 27, 33],
];

/// Questions of one probe.
const MOST_QUESTIONS: usize = 64;

/// A fact with its time, before it is known which probe it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Timed {
    pub(crate) at: Timestamp,
    pub(crate) elapsed: Duration,
    pub(crate) fact: Fact,
}

/// Asks name servers.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) resolver: Resolver,
    pub(crate) clock: Clock,
    /// Where the search for a zone's servers begins. Never empty.
    roots: Vec<SocketAddr>,
    /// For one question to one server.
    question: Duration,
    questions: Arc<Questions>,
}

/// The questions of one probe.
#[derive(Debug, Default)]
struct Questions {
    asked: AtomicUsize,
    /// More were wanted than may be asked.
    spent: Notify,
}

impl Asker {
    /// `roots`: empty for those of the internet.
    pub(crate) fn new(
        resolver: Resolver,
        clock: Clock,
        roots: &[SocketAddr],
        question: Duration,
    ) -> Self {
        let roots = if roots.is_empty() {
            ROOTS.map(|octets| SocketAddr::from((octets, 53))).to_vec()
        } else {
            roots.to_vec()
        };
        Self { resolver, clock, roots, question, questions: Arc::default() }
    }

    /// The same, with all questions of one probe still to ask.
    pub(crate) fn for_probe(&self) -> Self {
        Self { questions: Arc::default(), ..self.clone() }
    }

    /// Takes so many questions from those of the probe. Never ends where they are spent: then
    /// [`Self::spent`] does, and the probe with it.
    pub(crate) async fn afford(&self, questions: usize) {
        let asked = self.questions.asked.fetch_add(questions, Ordering::Relaxed) + questions;
        if asked > MOST_QUESTIONS {
            self.questions.spent.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Ends when more questions were wanted than one probe may ask.
    pub(crate) async fn spent(&self) {
        self.questions.spent.notified().await;
    }

    /// The port of name servers that are found by name.
    fn port(&self) -> u16 {
        self.roots.first().map_or(53, SocketAddr::port)
    }

    /// A server that should know by itself.
    async fn ask_authority(
        &self,
        server: SocketAddr,
        name: &str,
        kind: RecordKind,
    ) -> Result<Said, NoAnswer> {
        self.ask(server, name, kind, false, false).await
    }

    async fn ask(
        &self,
        server: SocketAddr,
        name: &str,
        kind: RecordKind,
        recursion: bool,
        unchecked: bool,
    ) -> Result<Said, NoAnswer> {
        self.afford(1).await;
        let manner = Manner { recursion, unchecked, timeout: self.question };
        question::ask(server, name, record_type(kind), manner).await
    }

    /// What was found since `began`.
    pub(crate) fn timed(&self, began: Instant, fact: Fact) -> Timed {
        Timed { at: self.clock.now(), elapsed: began.elapsed(), fact }
    }

    /// The resolvers that this server uses.
    fn resolvers(&self) -> Vec<NameServer> {
        let servers = self.resolver.servers();
        servers.into_iter().map(|address| NameServer { name: None, address }).collect()
    }
}

const fn record_type(kind: RecordKind) -> RecordType {
    match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Mx => RecordType::MX,
        RecordKind::Ns => RecordType::NS,
        RecordKind::Soa => RecordType::SOA,
        RecordKind::Txt => RecordType::TXT,
        RecordKind::Cname => RecordType::CNAME,
    }
}

/// What a server's words mean. `is_authority`: it should speak for the zone itself.
fn answer(
    said: &Result<Said, NoAnswer>,
    name: &str,
    kind: RecordKind,
    is_authority: bool,
) -> DnsAnswer {
    let said = match said {
        Ok(said) => said,
        Err(NoAnswer::Silence { after }) => {
            let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
            return DnsAnswer::Silent { after_ms };
        }
        Err(NoAnswer::Unreachable { detail }) => {
            return DnsAnswer::Unreachable { detail: detail.clone() };
        }
        Err(other) => return DnsAnswer::Error { code: other.to_string() },
    };
    if is_authority && let Some(lame) = lame(said) {
        return DnsAnswer::Lame { said: lame };
    }
    let (ttl, authoritative) = (said.lifetime(), said.authoritative);
    match said.code {
        ResponseCode::NXDomain => DnsAnswer::NoSuchName { ttl, authoritative },
        ResponseCode::NoError => {
            let (aliases, records) = said.follow(name, record_type(kind));
            if records.is_empty() && aliases.is_empty() {
                DnsAnswer::NoRecords { ttl, authoritative }
            } else {
                DnsAnswer::Records { records, ttl: ttl.unwrap_or(0), authoritative, aliases }
            }
        }
        _ => DnsAnswer::Error { code: said.code_text() },
    }
}

/// How a server shows that it does not serve a zone delegated to it.
fn lame(said: &Said) -> Option<String> {
    match said.code {
        ResponseCode::Refused | ResponseCode::NotAuth => Some(said.code_text()),
        ResponseCode::NoError | ResponseCode::NXDomain if !said.authoritative => {
            Some(match said.referral() {
                Some((zone, _)) => {
                    format!("a referral to {}", if zone.is_empty() { "." } else { zone })
                }
                None => "an answer without authority".to_owned(),
            })
        }
        _ => None,
    }
}
