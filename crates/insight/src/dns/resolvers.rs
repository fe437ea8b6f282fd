//! The resolvers that this server uses, each asked by itself.

use std::collections::HashSet;
use std::time::Duration;

use causeway_net::dns::question::{NoAnswer, ResponseCode, Said};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::delegation::registered;
use super::{Asker, Timed, answer, record_type};
use crate::finding::{DnsAnswer, Fact, NameServer, SLOW_MS};
use crate::probe::RecordKind;

/// Names that are tried to find out whether a resolver works, each of another organization. That of the name in
/// question, which says nothing, may be among them.
const MOST_CONTROLS: usize = 4;

impl Asker {
    /// What each resolver says.
    pub(crate) async fn resolver_answers(&self, name: &str, kind: RecordKind) -> Vec<Timed> {
        let resolvers = self.resolvers();
        let asked = resolvers.into_iter().map(|by| async move {
            let began = Instant::now();
            let said = self.ask(by.address, name, kind, true, false).await;
            let answer = answer(&said, name, kind, false);
            self.timed(began, Fact::Dns { by, name: name.to_owned(), kind, answer })
        });
        join_all(asked).await
    }

    /// Whether the resolvers, and this server itself, say what those say who speak for the name.
    pub(crate) async fn propagation(&self, name: &str, kind: RecordKind) -> Vec<Timed> {
        let (mut facts, current) = self.authoritative(name, kind).await;
        let cached = self.resolver_answers(name, kind).await;
        let began = Instant::now();
        if let Some(current) = current {
            let own = self.resolver.held(name, record_type(kind));
            if let Some((held, left)) = own.filter(|(held, _)| *held != current) {
                let fact = Fact::OwnCacheOld {
                    name: name.to_owned(),
                    kind,
                    cached: held,
                    current: current.clone(),
                    expires_in: u32::try_from(left.as_secs()).unwrap_or(u32::MAX),
                };
                facts.push(self.timed(began, fact));
            }
            for timed in &cached {
                if let Some(fact) = compared(&timed.fact, &current) {
                    facts.push(Timed { at: timed.at, elapsed: timed.elapsed, fact });
                }
            }
        }
        facts.extend(cached);
        facts
    }

    /// Whether DNSSEC makes the difference.
    pub(crate) async fn dnssec(&self, name: &str, kind: RecordKind) -> Vec<Timed> {
        join_all(self.resolvers().into_iter().map(|by| self.dnssec_by(by, name, kind))).await
    }

    /// With checking, without, and with it once more: a failure that passes meanwhile, or comes and goes,
    /// says nothing about signatures.
    async fn dnssec_by(&self, by: NameServer, name: &str, kind: RecordKind) -> Timed {
        let began = Instant::now();
        let fails = |said: &Result<Said, NoAnswer>| matches!(said, Ok(said) if said.code == ResponseCode::ServFail);
        let checked = async || self.ask(by.address, name, kind, true, false).await;
        let mut bogus = None;
        if fails(&checked().await) {
            let unchecked = self.ask(by.address, name, kind, true, true).await;
            let records = match answer(&unchecked, name, kind, false) {
                DnsAnswer::Records { records, .. } => Some(records),
                DnsAnswer::NoRecords { .. } | DnsAnswer::NoSuchName { .. } => Some(Vec::new()),
                _ => None,
            };
            if records.is_some() && fails(&checked().await) {
                bogus = records;
            }
        }
        let name = name.to_owned();
        let fact = match bogus {
            Some(records) => Fact::DnssecBogus { name, kind, by, records },
            None => Fact::DnssecNotTheCause { name, kind, by },
        };
        self.timed(began, fact)
    }

    /// Whether the resolvers answer for names that have worked lately.
    pub(crate) async fn resolver_health(&self, names: &[String]) -> Vec<Timed> {
        if names.is_empty() {
            return vec![self.timed(Instant::now(), Fact::NoControls)];
        }
        let mut organizations = HashSet::new();
        let one_of_each = names.iter().filter(|name| organizations.insert(registered(name)));
        let names: Vec<&str> = one_of_each.take(MOST_CONTROLS).map(String::as_str).collect();
        let asked = self.resolvers().into_iter().map(|by| self.health_of(by, &names));
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// The first name that is answered soon; all of them where none is.
    async fn health_of(&self, by: NameServer, names: &[&str]) -> Vec<Timed> {
        let asked = names.iter().map(|name| async {
            let began = Instant::now();
            let said = self.ask(by.address, name, RecordKind::A, true, false).await;
            let answer = answer(&said, name, RecordKind::A, false);
            let (by, name) = (by.clone(), (*name).to_owned());
            self.timed(
                began,
                match answer.is_answer() {
                    true => Fact::ResolverWorks { by, name },
                    false => Fact::ResolverFails { by, name, answer },
                },
            )
        });
        let heard = join_all(asked).await;
        let is_soon = |timed: &&Timed| {
            matches!(timed.fact, Fact::ResolverWorks { .. })
                && timed.elapsed < Duration::from_millis(SLOW_MS)
        };
        match heard.iter().find(is_soon) {
            Some(soon) => vec![soon.clone()],
            None => heard,
        }
    }
}

/// A resolver's answer beside what is true now. `None` when it gave none.
fn compared(fact: &Fact, current: &[String]) -> Option<Fact> {
    let Fact::Dns { by, name, kind, answer } = fact else { return None };
    let (cached, expires_in) = match answer {
        DnsAnswer::Records { records, ttl, .. } => (records.clone(), Some(*ttl)),
        DnsAnswer::NoRecords { ttl, .. } | DnsAnswer::NoSuchName { ttl, .. } => (Vec::new(), *ttl),
        _ => return None,
    };
    let (by, name, kind) = (by.clone(), name.clone(), *kind);
    Some(if cached == current {
        Fact::CachedAnswerCurrent { name, kind, by }
    } else {
        Fact::CachedAnswerOld { name, kind, by, cached, current: current.to_vec(), expires_in }
    })
}
