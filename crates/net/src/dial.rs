//! Opening TCP connections, one address at a time, with the reason when it fails.
//!
//! [`connect`] tries exactly one address. Which addresses there are and what happens after a
//! failure is the caller's business; [`order_addresses`] gives the order in which to try them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use causeway_model::Failure;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};

/// Idle time before the first keepalive probe. Longer than any SMTP command normally takes.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);

/// Opens a connection to `address`, from `source` when given, within `timeout`.
///
/// The connection has Nagle's algorithm off (SMTP is a dialogue of small lines) and keepalive on.
///
/// # Errors
/// [`Failure::ConnectionRefused`], [`Failure::ConnectTimeout`], or [`Failure::Unreachable`] with
/// the system's words: no route, forbidden by a local firewall, or `source` is not an address of
/// this machine or of the other family.
pub async fn connect(
    address: SocketAddr,
    source: Option<IpAddr>,
    timeout: Duration,
) -> Result<TcpStream, Failure> {
    let socket = open(address, source)?;
    match tokio::time::timeout(timeout, socket.connect(address)).await {
        Err(_) => Err(timed_out(timeout)),
        Ok(Err(error)) => Err(failure_of(&error, timeout)),
        Ok(Ok(stream)) => {
            prepare(&stream);
            Ok(stream)
        }
    }
}

fn open(address: SocketAddr, source: Option<IpAddr>) -> Result<TcpSocket, Failure> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
        .map_err(|error| Failure::Unreachable { detail: error.to_string() })?;
    if let Some(source) = source {
        if source.is_ipv4() != address.is_ipv4() {
            return Err(Failure::Unreachable {
                detail: format!(
                    "{source} cannot reach {}: one is IPv4, the other IPv6",
                    address.ip()
                ),
            });
        }
        socket.bind(SocketAddr::new(source, 0)).map_err(|error| Failure::Unreachable {
            detail: format!("cannot send from {source}: {error}"),
        })?;
    }
    Ok(socket)
}

/// Socket options that make things better and whose failure makes nothing worse.
fn prepare(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_AFTER);
    if let Err(error) =
        stream.set_nodelay(true).and_then(|()| SockRef::from(stream).set_tcp_keepalive(&keepalive))
    {
        tracing::debug!(%error, "socket options could not be set");
    }
}

fn timed_out(after: Duration) -> Failure {
    Failure::ConnectTimeout { after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX) }
}

/// The failure that an error of `connect(2)` means.
fn failure_of(error: &io::Error, timeout: Duration) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::ConnectionRefused,
        // The kernel gave up before we did (ETIMEDOUT): still nobody answered.
        io::ErrorKind::TimedOut => timed_out(timeout),
        // A reset in answer to a connection request is how some firewalls refuse.
        io::ErrorKind::ConnectionReset => Failure::ConnectionRefused,
        _ => Failure::Unreachable { detail: error.to_string() },
    }
}

/// The order in which to try a host's addresses (after RFC 8305 section 4): IPv6 and IPv4 take
/// turns, IPv6 first, so that one broken family costs one timeout, not all of them. Within a
/// family the given order stays. Repeated addresses are dropped.
#[must_use]
pub fn order_addresses(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let mut unique: Vec<IpAddr> = Vec::with_capacity(addresses.len());
    for address in addresses.iter().map(IpAddr::to_canonical) {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    let (sixes, fours): (Vec<IpAddr>, Vec<IpAddr>) = unique.into_iter().partition(IpAddr::is_ipv6);
    let mut ordered = Vec::with_capacity(sixes.len() + fours.len());
    let (mut sixes, mut fours) = (sixes.into_iter(), fours.into_iter());
    loop {
        let (six, four) = (sixes.next(), fours.next());
        if six.is_none() && four.is_none() {
            return ordered;
        }
        ordered.extend(six);
        ordered.extend(four);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_listener_is_reached_from_the_chosen_address() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let source: IpAddr = "127.0.0.9".parse().unwrap();
        let address = listener.local_addr().unwrap();
        let stream = connect(address, Some(source), LONG).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), source);
        assert!(stream.nodelay().unwrap());
        assert_eq!(listener.accept().await.unwrap().1.ip(), source);
    }

    #[tokio::test]
    async fn a_port_without_listener_refuses() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        assert_eq!(connect(address, None, LONG).await.unwrap_err(), Failure::ConnectionRefused);
    }

    #[tokio::test]
    async fn a_listener_that_never_answers_times_out() {
        // A full accept queue drops further connection requests: silence, without leaving loopback.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let span = Duration::from_millis(100);
        let mut held = Vec::new();
        for _ in 0..8 {
            match connect(address, None, span).await {
                Ok(stream) => held.push(stream),
                Err(failure) => {
                    assert_eq!(failure, Failure::ConnectTimeout { after_ms: 100 });
                    return;
                }
            }
        }
        panic!("the accept queue never filled");
    }

    #[tokio::test]
    async fn a_source_address_that_is_not_ours_is_named() {
        let target: SocketAddr = "127.0.0.1:9".parse().unwrap();
        let foreign: IpAddr = "192.0.2.1".parse().unwrap();
        let Err(Failure::Unreachable { detail }) = connect(target, Some(foreign), LONG).await
        else {
            panic!("must be unreachable")
        };
        assert!(detail.starts_with("cannot send from 192.0.2.1: "), "{detail}");
        let six: IpAddr = "::1".parse().unwrap();
        assert!(matches!(connect(target, Some(six), LONG).await, Err(Failure::Unreachable { .. })));
    }

    #[test]
    fn the_systems_errors_have_their_meaning() {
        for (kind, failure) in [
            (io::ErrorKind::ConnectionRefused, Failure::ConnectionRefused),
            (io::ErrorKind::TimedOut, Failure::ConnectTimeout { after_ms: 20_000 }),
        ] {
            assert_eq!(failure_of(&kind.into(), LONG), failure);
        }
        for kind in [
            io::ErrorKind::HostUnreachable,
            io::ErrorKind::NetworkUnreachable,
            io::ErrorKind::PermissionDenied,
        ] {
            assert!(matches!(failure_of(&kind.into(), LONG), Failure::Unreachable { .. }));
        }
    }

    #[test]
    fn families_take_turns_and_repeats_are_dropped() {
        let parse = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        assert_eq!(
            order_addresses(&parse(&[
                "192.0.2.1",
                "192.0.2.2",
                "192.0.2.1",
                "192.0.2.3",
                "::ffff:192.0.2.2",
                "2001:db8::1",
                "2001:db8::2"
            ])),
            parse(&["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"])
        );
        assert!(order_addresses(&[]).is_empty());
    }
}
