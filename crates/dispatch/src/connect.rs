//! From a route to a session: names, addresses, TCP, greeting, EHLO, TLS, logging in.
//!
//! Hosts are tried in order, each at its addresses, until one gives a session. Every try that failed is
//! kept as an [`Attempt`]; the one that got furthest speaks for all of them.
//!
//! To read: `target` (where, and what is demanded), here (hosts and addresses, one after the other), `session` (greeting,
//! EHLO, TLS, logging in), `heard` (what is told of it).

mod heard;
mod session;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::sentence::Parts;
use causeway_model::config::Host;
use causeway_model::{Attempt, Failure, Outcome, Stage};
use causeway_net::dial;
use causeway_net::dns::Families;
use tokio::time::Instant;

use self::heard::Try;
pub(crate) use self::heard::{Ears, Finding, millis};
pub(crate) use self::session::Link;
use self::session::converse;
pub(crate) use self::target::{Target, sources_for};
use crate::demand;
use crate::engine::Shared;

/// How long one address may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// After this long without an answer the next address is tried beside the first.
const STAGGER: Duration = Duration::from_secs(1);

/// Hosts that one attempt tries at most (RFC 5321 section 5.1 asks for two at least).
const MOST_HOSTS: usize = 5;

/// Addresses of one host that one attempt tries at most.
const MOST_ADDRESSES: usize = 4;

/// After this long no further host or address is tried in this attempt.
const BUDGET: Duration = Duration::from_secs(600);

/// Opens a session with the first host that gives one. `is_proven`: the site has taken mail lately. The error has every try, in order; never
/// empty.
pub(crate) async fn open(
    shared: &Shared,
    target: &Target,
    is_proven: bool,
) -> Result<Link, Vec<Attempt>> {
    open_heard(shared, target, is_proven, None).await
}

/// The same, telling somebody of every step.
pub(crate) async fn open_heard(
    shared: &Shared,
    target: &Target,
    is_proven: bool,
    ears: Option<&dyn Ears>,
) -> Result<Link, Vec<Attempt>> {
    // The semaphores are never closed. The connector's own gate comes first: who waits there must not keep
    // what all share from the others.
    let of_connector = match shared.gates.of(shared, target) {
        Some(gate) => gate.pass().await,
        None => None,
    };
    let _exploring = match is_proven {
        true => None,
        false => shared.exploring.acquire().await.ok(),
    };
    let permit = Arc::clone(&shared.connecting).acquire_owned().await.ok();
    let permits = [permit, of_connector];
    let mut tries = Vec::new();
    let began = Instant::now();
    let hosts = shared.balance.lock().order(&target.site, &target.hosts, &target.groups, began);
    for (host, port) in hosts.iter().take(MOST_HOSTS) {
        if began.elapsed() > BUDGET {
            break;
        }
        match open_host(Try::new(shared, target, ears), host, *port).await {
            Ok(link) => {
                let chosen = (host.clone(), *port);
                return Ok(Link { _permits: permits, chosen, ..link });
            }
            Err(mut failed) => {
                shared.balance.lock().failed(&target.site, (host, *port), Instant::now());
                tries.append(&mut failed);
            }
        }
    }
    if tries.is_empty() {
        let name = target.site.clone();
        let nothing = Try::new(shared, target, ears);
        tries.push(nothing.failed(Stage::Resolve, Failure::NoAddress { name }));
    }
    Err(tries)
}

/// The try that speaks for all: the one that got furthest, the first among equals.
pub(crate) fn most_telling(tries: Vec<Attempt>) -> (Option<Attempt>, Vec<Attempt>) {
    let mut best: Option<usize> = None;
    for (i, attempt) in tries.iter().enumerate() {
        if best.is_none_or(|b| rank(attempt) > rank(&tries[b])) {
            best = Some(i);
        }
    }
    let mut others = tries;
    let chosen = best.map(|b| others.remove(b));
    (chosen, others)
}

/// How far an attempt got. A machine without IPv6 has no route to IPv6 addresses: that says less
/// than anything a host did. What is wrong here for certain says more: as long as it is, a part of the host's
/// addresses is not even tried.
fn rank(attempt: &Attempt) -> (Stage, u8) {
    let tells = match &attempt.outcome {
        Outcome::Failure(Failure::Unreachable { .. }) => 0,
        Outcome::Failure(failure) if is_about_source(failure) => 2,
        _ => 1,
    };
    (attempt.stage, tells)
}

async fn open_host(mut attempt: Try<'_>, host: &Host, port: u16) -> Result<Link, Vec<Attempt>> {
    let (shared, target) = (attempt.shared, attempt.target);
    let (name, addresses) = match host {
        Host::Address(address) => (address.to_string(), vec![*address]),
        Host::Name(name) => {
            attempt.host = Some(name.to_string());
            match shared.resolver.addresses(name.as_str(), Families::Both).await {
                Ok(addresses) => (name.to_string(), dial::order_addresses(&addresses)),
                Err(failure) => return Err(vec![attempt.failed(Stage::Resolve, failure)]),
            }
        }
    };
    attempt.reached(Stage::Resolve, || {
        let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        Finding::good(match host {
            Host::Address(_) => Parts::of("test-is-address").with("address", name.as_str()),
            Host::Name(_) => {
                Parts::of("test-addresses").with("host", name.as_str()).with("addresses", all)
            }
        })
    });
    attempt.host = Some(name.clone());
    let expectation = match demand::of_host(shared, target, host, port).await {
        Ok(expectation) => expectation,
        Err(failure) => return Err(vec![attempt.failed(Stage::Resolve, failure)]),
    };
    let sockets: Vec<SocketAddr> =
        addresses.into_iter().take(MOST_ADDRESSES).map(|a| SocketAddr::new(a, port)).collect();
    let mut left = shared.lame.in_order(&sockets);
    let mut tries = Vec::new();
    // One address after the other: what fails after the connection is up leads to the next one too.
    let began = attempt.began;
    while !left.is_empty() && began.elapsed() < BUDGET {
        let (address, stream) = match race(shared, &mut attempt, &mut left, &mut tries).await {
            Some(connected) => connected,
            None => break,
        };
        attempt.address = Some(address);
        attempt.tls = None;
        attempt.reached(Stage::Connect, || {
            let (address, own) = (address.to_string(), stream.local_addr());
            Finding::good(match own {
                Ok(own) => Parts::of("test-answers-from")
                    .with("address", address)
                    .with("own", own.ip().to_string()),
                Err(_) => Parts::of("test-answers").with("address", address),
            })
        });
        let had_tls = !shared.plain_only.contains(address);
        let conversation = converse(&expectation, &name, address, stream, &mut attempt);
        match Box::pin(conversation).await {
            Ok(link) => return Ok(link),
            Err(failure) => {
                tries.push(attempt.failed(failure.stage, failure.failure));
                if had_tls && shared.plain_only.contains(address) {
                    // Opportunistic TLS that does not work: the same address again, without.
                    left.insert(0, address);
                } else {
                    shared.lame.note(address);
                }
            }
        }
        attempt.began = Instant::now();
    }
    Err(tries)
}

/// Connects to the first of `left` that answers; an address that is silent does not keep the next
/// from being tried. What failed goes to `tries`; what was not tried stays in `left`.
async fn race(
    shared: &Shared,
    attempt: &mut Try<'_>,
    left: &mut Vec<SocketAddr>,
    tries: &mut Vec<Attempt>,
) -> Option<(SocketAddr, tokio::net::TcpStream)> {
    use futures_util::stream::{FuturesUnordered, StreamExt};
    let mut running = FuturesUnordered::new();
    // Those that have been begun and have not answered.
    let mut open = Vec::new();
    loop {
        if !left.is_empty() {
            let address = left.remove(0);
            open.push(address);
            let sources = attempt.target.sources_for(shared, address.ip());
            running.push(async move {
                (address, dial::connect(address, sources, CONNECT_TIMEOUT).await)
            });
        }
        let more = !left.is_empty();
        let finished = tokio::select! {
            biased;
            finished = running.next() => finished,
            () = tokio::time::sleep(STAGGER), if more => continue,
        };
        match finished {
            Some((address, Ok(stream))) => {
                // The others may still be good, should this one refuse service; but they are slower, and
                // the next connection does not wait for them.
                open.retain(|other| *other != address);
                open.iter().for_each(|silent| shared.lame.note(*silent));
                left.splice(0..0, open);
                return Some((address, stream));
            }
            Some((address, Err(failure))) => {
                open.retain(|other| *other != address);
                if !is_about_source(&failure) {
                    shared.lame.note(address);
                }
                attempt.address = Some(address);
                tries.push(attempt.failed(stage_of(&failure), failure));
                if running.is_empty() && left.is_empty() {
                    return None;
                }
            }
            None => return None,
        }
    }
}

/// How far a connection that is not usable got: one that was accepted and dropped at once is waiting for its greeting,
/// however early that was seen.
const fn stage_of(failure: &Failure) -> Stage {
    match failure {
        Failure::ClosedAbruptly { .. } => Stage::Banner,
        _ => Stage::Connect,
    }
}

/// Nothing was asked of the peer.
const fn is_about_source(failure: &Failure) -> bool {
    matches!(failure, Failure::SourceAddressUnusable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::Timestamp;

    fn failed(stage: Stage, failure: Failure) -> Attempt {
        Attempt::new(Timestamp::from_millis(0), "x", stage, Outcome::Failure(failure))
    }

    #[test]
    fn the_try_that_got_furthest_speaks_for_all() {
        let unreachable =
            failed(Stage::Connect, Failure::Unreachable { detail: "no route".into() });
        let refused = failed(Stage::Connect, Failure::ConnectionRefused);
        let no_tls = failed(Stage::Starttls, Failure::TlsNotOffered);
        let (source, detail) = ([192, 0, 2, 1].into(), String::new());
        let source = failed(Stage::Connect, Failure::SourceAddressUnusable { source, detail });
        let (best, _) = most_telling(vec![unreachable.clone(), refused.clone(), source.clone()]);
        assert_eq!(best, Some(source.clone()), "certain, and ours");
        assert_eq!(most_telling(vec![source, no_tls.clone()]).0, Some(no_tls.clone()));
        let (best, others) = most_telling(vec![unreachable.clone(), refused.clone()]);
        assert_eq!((best, others), (Some(refused.clone()), vec![unreachable.clone()]));
        let (best, _) = most_telling(vec![refused, no_tls.clone(), unreachable]);
        assert_eq!(best, Some(no_tls));
        assert_eq!(most_telling(Vec::new()).0, None);
    }
}
