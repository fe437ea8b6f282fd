//! The addresses of this machine, to tell mail that would come back to us.

use std::net::IpAddr;

/// All addresses of all interfaces of this machine, loopback included, each once.
///
/// Empty when the system does not tell (then nothing is known to be ours). Asked anew each time:
/// addresses come and go; callers that ask often keep the answer for a while.
#[must_use]
pub fn local_addresses() -> Vec<IpAddr> {
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => {
            let mut addresses: Vec<IpAddr> =
                interfaces.iter().map(if_addrs::Interface::ip).collect();
            addresses.sort_unstable();
            addresses.dedup();
            addresses
        }
        Err(error) => {
            tracing::warn!(%error, "the system does not tell this machine's addresses");
            Vec::new()
        }
    }
}

/// True when mail sent to `address` would arrive at this machine: one of `local`, any loopback
/// address, or the unspecified address.
#[must_use]
pub fn is_local(address: IpAddr, local: &[IpAddr]) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified() || local.contains(&address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_always_ours() {
        assert!(local_addresses().iter().any(IpAddr::is_loopback));
        for ours in ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"] {
            assert!(is_local(ours.parse().unwrap(), &[]), "{ours}");
        }
        let ours: IpAddr = "192.0.2.7".parse().unwrap();
        assert!(is_local(ours, &[ours]));
        assert!(is_local("::ffff:192.0.2.7".parse().unwrap(), &[ours]));
        assert!(!is_local("192.0.2.8".parse().unwrap(), &[ours]));
    }
}
