//! Whether a connection comes back to ourselves.

use std::net::{IpAddr, SocketAddr};

/// True when a listener that is bound to `bound` answers a connection to `target`. `is_own`: whether an address (in
/// its canonical form) is one of this machine.
#[must_use]
pub fn answers(bound: SocketAddr, target: SocketAddr, is_own: impl Fn(IpAddr) -> bool) -> bool {
    let (own, ip) = (bound.ip().to_canonical(), target.ip().to_canonical());
    bound.port() == target.port()
        && (own == ip || ip.is_unspecified() || own.is_unspecified() && is_own(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_listener_on_all_addresses_answers_on_each_of_our_own() {
        let is_own = |ip: IpAddr| ip.is_loopback() || ip == at("192.0.2.1:0").ip();
        for all in ["0.0.0.0:25", "[::]:25"] {
            for ours in ["192.0.2.1:25", "127.0.0.1:25", "[::ffff:192.0.2.1]:25", "0.0.0.0:25"] {
                assert!(answers(at(all), at(ours), is_own), "{all} {ours}");
            }
            assert!(!answers(at(all), at("192.0.2.2:25"), is_own));
            assert!(!answers(at(all), at("192.0.2.1:26"), is_own));
        }
        let one = at("192.0.2.1:25");
        assert!(answers(one, at("[::ffff:192.0.2.1]:25"), is_own));
        assert!(!answers(one, at("127.0.0.1:25"), is_own), "ours, but nobody listens there");
    }
}
