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
use tokio::time::Instant;

/// Idle time before the first keepalive probe. Longer than any SMTP command normally takes.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);

/// Where all descriptors are in use, one is asked for again after this long.
const FOR_DESCRIPTORS: Duration = Duration::from_millis(200);

/// Opens a connection to `address` within `timeout`, from the first of `sources` that is of its family and that
/// this machine has; from the system's choice where none is of its family.
///
/// The connection has Nagle's algorithm off (SMTP is a dialogue of small lines) and keepalive on.
///
/// # Errors
/// [`Failure::ConnectionRefused`], [`Failure::ConnectTimeout`]; [`Failure::SourceAddressUnusable`] when this
/// machine has none of `sources`; [`Failure::Unreachable`] with the system's words: no route, forbidden by a
/// local firewall.
pub async fn connect(
    address: SocketAddr,
    sources: &[IpAddr],
    timeout: Duration,
) -> Result<TcpStream, Failure> {
    let until = Instant::now() + timeout;
    let socket = loop {
        match open(address, sources) {
            Ok(Some(socket)) => break socket,
            // What others hold is given back: that says nothing about the peer.
            Ok(None) if Instant::now() < until => tokio::time::sleep(FOR_DESCRIPTORS).await,
            Ok(None) => {
                let detail = "this process has no open files left".to_owned();
                return Err(Failure::Unreachable { detail });
            }
            Err(failure) => return Err(failure),
        }
    };
    match tokio::time::timeout(timeout, socket.connect(address)).await {
        Err(_) => Err(timed_out(timeout)),
        Ok(Err(error)) => Err(failure_of(&error, timeout)),
        Ok(Ok(stream)) => {
            prepare(&stream);
            Ok(stream)
        }
    }
}

/// A socket for a connection to `address`, bound to one of `sources`; `None` where all descriptors are in use. An
/// address that cannot be used does not keep the others from it.
fn open(address: SocketAddr, sources: &[IpAddr]) -> Result<Option<TcpSocket>, Failure> {
    let mut first = None;
    for source in sources.iter().filter(|source| source.is_ipv4() == address.is_ipv4()) {
        let Some(socket) = socket_for(address)? else { return Ok(None) };
        match socket.bind(SocketAddr::new(*source, 0)) {
            Ok(()) => return Ok(Some(socket)),
            Err(error) => {
                first.get_or_insert(cannot_send_from(*source, &error));
            }
        }
    }
    first.map_or_else(|| socket_for(address), Err)
}

fn socket_for(address: SocketAddr) -> Result<Option<TcpSocket>, Failure> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    match socket {
        Ok(socket) => Ok(Some(socket)),
        Err(error) if is_out_of_descriptors(&error) => Ok(None),
        Err(error) => Err(Failure::Unreachable { detail: error.to_string() }),
    }
}

/// The process, or the system, has no descriptor left (EMFILE, ENFILE).
fn is_out_of_descriptors(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE]
        .iter()
        .any(|none_left| code == Some(none_left.raw_os_error()))
}

fn cannot_send_from(source: IpAddr, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => {
            Failure::SourceAddressUnusable { source, detail: error.to_string() }
        }
        // It is ours, and no port of it is free, or a rule of this machine forbids it.
        _ => Failure::Unreachable { detail: format!("cannot send from {source}: {error}") },
    }
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
        // A request that is refused is ECONNREFUSED: what is reset had been accepted, and was dropped before we
        // looked.
        io::ErrorKind::ConnectionReset => Failure::ClosedAbruptly { bytes_received: 0 },
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
        let stream = connect(address, &[source], LONG).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), source);
        assert!(stream.nodelay().unwrap());
        assert_eq!(listener.accept().await.unwrap().1.ip(), source);
    }

    #[tokio::test]
    async fn a_port_without_listener_refuses() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        assert_eq!(connect(address, &[], LONG).await.unwrap_err(), Failure::ConnectionRefused);
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
            match connect(address, &[], span).await {
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
        // 198.51.100.0/24 is for documentation: nobody has it.
        let sources: Vec<IpAddr> =
            ["::1", "198.51.100.1", "198.51.100.2"].map(|text| text.parse().unwrap()).to_vec();
        let failure = connect(target, &sources, LONG).await.unwrap_err();
        let Failure::SourceAddressUnusable { source, .. } = failure else { panic!("{failure:?}") };
        assert_eq!(source, sources[1]);
    }

    #[tokio::test]
    async fn a_source_address_that_is_not_ours_does_not_keep_the_others_from_use() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sources: Vec<IpAddr> =
            ["198.51.100.1", "::1", "127.0.0.9"].map(|text| text.parse().unwrap()).to_vec();
        let address = listener.local_addr().unwrap();
        let stream = connect(address, &sources, LONG).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), sources[2]);
        // None is of the other family: the system chooses.
        let stream = connect(address, &sources[1..2], LONG).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), address.ip());
    }

    #[test]
    fn the_systems_errors_have_their_meaning() {
        for (kind, failure) in [
            (io::ErrorKind::ConnectionRefused, Failure::ConnectionRefused),
            (io::ErrorKind::TimedOut, Failure::ConnectTimeout { after_ms: 20_000 }),
            (io::ErrorKind::ConnectionReset, Failure::ClosedAbruptly { bytes_received: 0 }),
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
