//! Names to hosts, hosts to addresses, and why not.
//!
//! **What it promises.** One question takes at most the configured time, over all servers and
//! both transports together. Names are asked for fully qualified: no search list is ever applied.
//! Answers are kept for as long as their TTL allows, at most an hour; "no such name" and "no such
//! record" at most a minute, and only when the zone says for how long (RFC 2308); failures never.
//! A server that fails or is silent costs one share of the time, and later questions start with
//! another one.
//!
//! **What it tells apart.** The name does not exist ([`Failure::DomainNotFound`]), it exists
//! without what was asked for ([`Failure::NoAddress`]), a server answered with an error
//! ([`Failure::DnsServerFailure`], with the server's address), nobody answered
//! ([`Failure::DnsTimeout`]), the domain takes no mail ([`Failure::NullMx`]).
//!
//! **Signed answers.** Where a validating resolver is trusted ([`DnsSettings::trust_ad`]), MX answers say
//! whether DNSSEC vouches for them, and [`Resolver::tlsa`] finds the TLSA records of hosts whose way is
//! signed all along (RFC 7672).
//!
//! **What it refuses.** DNSSEC is not validated here, only asked about. MX records that point to an IP address in
//! text form are no hosts (RFC 5321 section 5.1) and listed as unusable. Names under `.invalid`
//! and `localhost` are answered without asking anybody (RFC 6761).
//!
//! **In which order to read.** This file (what callers use), `records` (pure: what an answer
//! means), `servers` (whom to ask, for how long), `secure` (whether it is signed), `cache`, `spf`; then
//! [`question`], for looking closer.

mod cache;
pub mod question;
mod records;
mod secure;
mod servers;
mod spf;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::DnsSettings;
use causeway_model::{Domain, Failure, Timestamp};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::Instant;

use crate::tls::TlsaSet;

use cache::Cache;
use records::Answer;
use secure::{SecureLookup, TrustedResolvers};
use servers::Servers;

pub use records::{MxAnswer, MxHost};
pub use spf::SpfVerdict;

/// Which kinds of address are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Families {
    /// IPv4 and IPv6.
    #[default]
    Both,
    /// IPv4 only: A records.
    Ipv4,
    /// IPv6 only: AAAA records.
    Ipv6,
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
pub enum ResolverError {
    /// The system's resolver configuration could not be understood.
    #[error(
        "the system's DNS configuration (/etc/resolv.conf) cannot be used: {detail}; name \
         servers can be given in causeway.toml, [dns] servers"
    )]
    SystemConfiguration {
        /// What is wrong with it.
        detail: String,
    },
    /// A client for this server could not be set up.
    #[error("the DNS server {server} cannot be used: {detail}")]
    Server {
        /// The server.
        server: SocketAddr,
        /// What is wrong.
        detail: String,
    },
}

/// Asks name servers. Cheap to clone; clones share servers and cache.
#[derive(Clone, Debug)]
pub struct Resolver {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    servers: Servers,
    /// `None` for [`Resolver::direct`]: its purpose is to see what a server says now.
    cache: Option<Cache>,
    /// `None` when nobody's word about signatures is believed.
    secure: Option<(Box<dyn SecureLookup>, Cache)>,
}

impl Resolver {
    /// A resolver for the configured servers; for the system's servers and its hosts file when
    /// none are configured.
    ///
    /// # Errors
    /// [`ResolverError`] when the system's configuration cannot be read or a server not be used.
    pub fn new(settings: &DnsSettings) -> Result<Self, ResolverError> {
        let servers = if settings.servers.is_empty() {
            Servers::system(settings.timeout)?
        } else {
            Servers::configured(&settings.servers, settings.timeout)?
        };
        let secure =
            TrustedResolvers::among(&servers.addresses(), settings.trust_ad, settings.timeout)
                .map(|trusted| (Box::new(trusted) as Box<dyn SecureLookup>, Cache::default()));
        Ok(Self { inner: Arc::new(Inner { servers, cache: Some(Cache::default()), secure }) })
    }

    /// Asks just this server for what it knows itself (recursion not desired), without cache: to
    /// compare the answers of a domain's own name servers.
    ///
    /// # Errors
    /// [`ResolverError::Server`].
    pub fn direct(server: SocketAddr, timeout: Duration) -> Result<Self, ResolverError> {
        let servers = Servers::direct(server, timeout)?;
        Ok(Self { inner: Arc::new(Inner { servers, cache: None, secure: None }) })
    }

    /// The servers that are asked, in their configured order.
    #[must_use]
    pub fn servers(&self) -> Vec<SocketAddr> {
        self.inner.servers.addresses()
    }

    /// The hosts that take mail for `domain` (RFC 5321 section 5.1), best first; hosts of equal
    /// preference in random order. A domain without MX is its own host ([`MxAnswer::implicit`]);
    /// an address literal gives its address. The hosts' addresses are not looked up here.
    ///
    /// # Errors
    /// See the [module](self); [`Failure::NoAddress`] when the only MX records are unusable.
    pub async fn mx(&self, domain: &Domain) -> Result<MxAnswer, Failure> {
        if let Some(address) = domain.literal() {
            return Ok(records::literal_mx(address));
        }
        let answer = match &self.inner.secure {
            Some(_) => self.signed(domain.as_str(), RecordType::MX).await?,
            None => self.query(domain.as_str(), RecordType::MX).await?,
        };
        records::mx_answer(domain.as_str(), &answer, timestamp_of(answer.expires))
    }

    /// True when there is somebody whose word about signatures is believed: without, there is no DANE.
    #[must_use]
    pub fn knows_signatures(&self) -> bool {
        self.inner.secure.is_some()
    }

    /// The TLSA records for the mail service at `port` of a host (RFC 7672 section 2.2). `None` when it has
    /// none, or when its addresses are not signed, so that nothing can be said.
    ///
    /// A host that is an alias is asked about under the name that it leads to, then under its own. Leads
    /// it out of the signed part of DNS, only its own name counts, when that is signed.
    ///
    /// # Errors
    /// [`Failure::TlsaUnavailable`]: the addresses are signed, and whether there are records cannot be
    /// found out. Mail must not go there then: that is what an attacker would make it look like.
    pub async fn tlsa(&self, host: &str, port: u16) -> Result<Option<TlsaSet>, Failure> {
        if self.inner.secure.is_none() || host.parse::<IpAddr>().is_ok() {
            return Ok(None);
        }
        let host = key_text(host);
        for base in self.tlsa_bases(&host).await? {
            let name = format!("_{port}._tcp.{base}");
            match self.signed(&name, RecordType::TLSA).await {
                Ok(answer) if answer.authentic => {
                    let rdata: Vec<&[u8]> = records::tlsa(&answer).collect();
                    if !rdata.is_empty() {
                        return Ok(Some(TlsaSet::new(base, rdata)));
                    }
                }
                Ok(_) | Err(Failure::DomainNotFound { .. }) => {}
                Err(failure) => {
                    return Err(Failure::TlsaUnavailable { name, reason: Box::new(failure) });
                }
            }
        }
        Ok(None)
    }

    /// The names under which a host's TLSA records may be, in the order in which they count.
    /// The error: whether its addresses are signed cannot be found out, because none of them came.
    async fn tlsa_bases(&self, host: &str) -> Result<Vec<String>, Failure> {
        let (four, six) =
            tokio::join!(self.signed(host, RecordType::A), self.signed(host, RecordType::AAAA));
        let failed = [&four, &six].into_iter().find_map(|answer| match answer {
            Ok(_) | Err(Failure::DomainNotFound { .. }) => None,
            Err(failure) => Some(failure.clone()),
        });
        let found: Vec<Arc<Answer>> = [four, six]
            .into_iter()
            .filter_map(Result::ok)
            .filter(|answer| !answer.records.is_empty())
            .collect();
        let Some(first) = found.first() else {
            let unknown = |reason| Failure::TlsaUnavailable {
                name: host.to_owned(),
                reason: Box::new(reason),
            };
            return failed.map_or(Ok(Vec::new()), |reason| Err(unknown(reason)));
        };
        let mut bases = records::cname_chain(host, &first.records);
        let is_alias = !bases.is_empty();
        if found.iter().all(|answer| answer.authentic) {
            bases = bases.pop().into_iter().chain([host.to_owned()]).collect();
            bases.dedup();
            return Ok(bases);
        }
        let own = match is_alias {
            true => self.signed(host, RecordType::CNAME).await.ok(),
            false => None,
        };
        Ok(match own {
            Some(answer) if answer.authentic && !answer.records.is_empty() => {
                vec![host.to_owned()]
            }
            _ => Vec::new(),
        })
    }

    /// As [`Self::query`], with the word of somebody who is believed about signatures.
    async fn signed(&self, name: &str, record_type: RecordType) -> Result<Arc<Answer>, Failure> {
        let Some((secure, cache)) = &self.inner.secure else {
            return self.query(name, record_type).await;
        };
        let text = key_text(name);
        let qualified = qualified(&text)?;
        if let Some(known) = cache.get(&text, record_type, Instant::now()) {
            return present(known, &text);
        }
        let answer = if is_answered_here(&text) {
            self.inner.servers.ask(&text, qualified, record_type).await?
        } else {
            secure.ask(&text, record_type).await?
        };
        let answer = Arc::new(answer);
        cache.put(&text, record_type, Arc::clone(&answer), Instant::now());
        present(answer, &text)
    }

    /// The addresses of the host `name`; an address in text form gives itself. A and AAAA are
    /// asked for at the same time; when one of them fails, the other one's answer is used.
    ///
    /// # Errors
    /// See the [module](self). When both questions fail, a server's failure counts more than the
    /// absence of a record: the name may have an address after all.
    pub async fn addresses(&self, name: &str, families: Families) -> Result<Vec<IpAddr>, Failure> {
        if let Ok(address) = name.parse::<IpAddr>() {
            return if records::wanted(address, families) {
                Ok(vec![address])
            } else {
                Err(Failure::NoAddress { name: name.to_owned() })
            };
        }
        match families {
            Families::Ipv4 => self.family(name, RecordType::A).await,
            Families::Ipv6 => self.family(name, RecordType::AAAA).await,
            Families::Both => {
                let (four, six) = tokio::join!(
                    self.family(name, RecordType::A),
                    self.family(name, RecordType::AAAA)
                );
                records::join_families(four, six)
            }
        }
    }

    async fn family(&self, name: &str, record_type: RecordType) -> Result<Vec<IpAddr>, Failure> {
        let answer = self.query(name, record_type).await?;
        let addresses = records::addresses(&answer);
        if addresses.is_empty() {
            Err(Failure::NoAddress { name: plain(name).to_owned() })
        } else {
            Ok(addresses)
        }
    }

    /// The TXT records of `name`, each joined from its pieces; empty when it has none.
    ///
    /// # Errors
    /// See the [module](self).
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        let answer = self.query(name, RecordType::TXT).await?;
        Ok(answer
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RData::TXT(txt) => {
                    Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned())
                }
                _ => None,
            })
            .collect())
    }

    /// The name servers of the zone `name`, without trailing dots; empty when it is no zone.
    ///
    /// # Errors
    /// See the [module](self).
    pub async fn name_servers(&self, name: &str) -> Result<Vec<String>, Failure> {
        let answer = self.query(name, RecordType::NS).await?;
        Ok(answer
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RData::NS(ns) => Some(records::host_text(&ns.0)),
                _ => None,
            })
            .collect())
    }

    /// The names that reverse DNS gives for `address`; empty when it has none.
    ///
    /// # Errors
    /// See the [module](self).
    pub async fn pointers(&self, address: IpAddr) -> Result<Vec<String>, Failure> {
        let answer = self.query(&Name::from(address).to_ascii(), RecordType::PTR).await;
        let answer = match answer {
            Err(Failure::DomainNotFound { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        Ok(answer
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RData::PTR(pointer) => Some(records::host_text(&pointer.0)),
                _ => None,
            })
            .collect())
    }

    /// What is held about `name` without asking anybody: the records as [`question`] writes them (none for
    /// "there is none"), and for how long. `None` when nothing is held.
    #[must_use]
    pub fn held(&self, name: &str, record_type: RecordType) -> Option<(Vec<String>, Duration)> {
        let now = Instant::now();
        // Mail to MX hosts uses what a trusted resolver has checked, other questions the rest.
        let secure = self.inner.secure.as_ref().map(|(_, cache)| cache);
        let key = key_text(name);
        let caches = secure.into_iter().chain(self.inner.cache.as_ref());
        let answer = caches.filter_map(|cache| cache.get(&key, record_type, now)).next()?;
        let mut records: Vec<String> = answer
            .records
            .iter()
            .filter(|record| record.record_type() == record_type)
            .map(|record| question::line(record).text)
            .collect();
        records.sort_unstable();
        records.dedup();
        Some((records, answer.expires.saturating_duration_since(now)))
    }

    /// Forgets what is known about `name` (all record types), so that the next question asks the
    /// servers.
    pub fn flush(&self, name: &str) {
        let caches = self.inner.cache.iter().chain(self.inner.secure.as_ref().map(|s| &s.1));
        caches.for_each(|cache| cache.flush(&key_text(name)));
    }

    /// Forgets everything.
    pub fn flush_all(&self) {
        let caches = self.inner.cache.iter().chain(self.inner.secure.as_ref().map(|s| &s.1));
        caches.for_each(Cache::clear);
    }

    /// The answer from the cache or from the servers. An existing name without such records is an
    /// answer with no records.
    async fn query(&self, name: &str, record_type: RecordType) -> Result<Arc<Answer>, Failure> {
        let text = key_text(name);
        let qualified = qualified(&text)?;
        let now = Instant::now();
        if let Some(known) = self.inner.cache.as_ref().and_then(|c| c.get(&text, record_type, now))
        {
            return present(known, &text);
        }
        let answer = Arc::new(self.inner.servers.ask(&text, qualified, record_type).await?);
        if let Some(cache) = &self.inner.cache {
            cache.put(&text, record_type, Arc::clone(&answer), Instant::now());
        }
        present(answer, &text)
    }
}

fn present(answer: Arc<Answer>, name: &str) -> Result<Arc<Answer>, Failure> {
    if answer.name_exists {
        Ok(answer)
    } else {
        Err(Failure::DomainNotFound { name: name.to_owned() })
    }
}

/// A text that cannot be a DNS name (too long, empty labels) names nothing.
fn qualified(text: &str) -> Result<Name, Failure> {
    Name::from_ascii(format!("{text}."))
        .map_err(|_| Failure::DomainNotFound { name: text.to_owned() })
}

/// Names that are known without asking anybody (RFC 6761).
fn is_answered_here(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    matches!(last, "invalid" | "localhost")
}

/// Without the trailing dot that people and DNS tools write.
fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn key_text(name: &str) -> String {
    plain(name).to_ascii_lowercase()
}

/// The wall-clock moment that a moment of tokio's clock is.
fn timestamp_of(moment: Instant) -> Timestamp {
    crate::clock::system_now().plus(moment.saturating_duration_since(Instant::now()))
}

#[cfg(test)]
mod tests;
