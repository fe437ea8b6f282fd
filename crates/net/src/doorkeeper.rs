//! How many sessions there may be: in all, and for one client.
//!
//! The [`Doorkeeper`] is shared by all listeners. It gives an [`Admission`] for each connection that
//! is taken, and has the place back when the admission is dropped, however the session ended.
//! A client's IPv6 addresses count by their /64: one customer has a whole one.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// Counts sessions, in all and by client. Shared by all listeners.
pub struct Doorkeeper {
    open: AtomicUsize,
    by_client: Mutex<HashMap<IpAddr, usize>>,
    limit: usize,
    limit_per_client: usize,
}

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// All places are taken.
    Full,
    /// This client has all that one client may have.
    FullForYou,
}

impl Doorkeeper {
    /// With the limits of the configuration.
    #[must_use]
    pub fn new(limit: usize, limit_per_client: usize) -> Self {
        Self { open: AtomicUsize::new(0), by_client: Mutex::default(), limit, limit_per_client }
    }

    /// Sessions now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Sessions that one client may have at once.
    #[must_use]
    pub const fn limit_per_client(&self) -> usize {
        self.limit_per_client
    }

    /// A place for a connection of this client.
    ///
    /// # Errors
    /// [`Shut`] says why there is none.
    pub fn admit(self: &Arc<Self>, client: IpAddr) -> Result<Admission, Shut> {
        let client = counted_as(client);
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(Shut::Full);
        }
        let mut by_client = self.by_client.lock();
        let count = by_client.entry(client).or_insert(0);
        if *count >= self.limit_per_client {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(Shut::FullForYou);
        }
        *count += 1;
        drop(by_client);
        Ok(Admission { keeper: Arc::clone(self), client })
    }
}

/// The address that connections are counted under.
fn counted_as(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
        v4 => v4,
    }
}

/// The right to one session; given back when dropped.
pub struct Admission {
    keeper: Arc<Doorkeeper>,
    client: IpAddr,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.keeper.open.fetch_sub(1, Ordering::Relaxed);
        let mut by_client = self.keeper.by_client.lock();
        if let Some(count) = by_client.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                by_client.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_cannot_take_all_places() {
        let keeper = Arc::new(Doorkeeper::new(3, 2));
        let a: IpAddr = "2001:db8::1".parse().unwrap();
        let same_site: IpAddr = "2001:db8::ffff:1".parse().unwrap();
        let other: IpAddr = "192.0.2.1".parse().unwrap();
        let first = keeper.admit(a).ok().unwrap();
        let _second = keeper.admit(same_site).ok().unwrap();
        assert_eq!(keeper.admit(a).err(), Some(Shut::FullForYou));
        let _third = keeper.admit(other).ok().unwrap();
        assert_eq!(keeper.admit("192.0.2.2".parse().unwrap()).err(), Some(Shut::Full));
        drop(first);
        assert!(keeper.admit(a).is_ok());
        assert_eq!(keeper.open(), 2);
    }
}
