//! Addresses of which something was learned lately, and is soon forgotten again.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

/// Addresses of which something was learned lately.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    noted: parking_lot::Mutex<hashbrown::HashMap<SocketAddr, Instant>>,
}

/// How long it is remembered.
const MEMORY: Duration = Duration::from_secs(120);

/// How many are remembered.
const MEMORY_SIZE: usize = 10_000;

impl Recent {
    pub(crate) fn note(&self, address: SocketAddr) {
        let mut noted = self.noted.lock();
        if noted.len() >= MEMORY_SIZE {
            noted.retain(|_, at| at.elapsed() < MEMORY);
        }
        if noted.len() < MEMORY_SIZE {
            noted.insert(address, Instant::now());
        }
    }

    pub(crate) fn contains(&self, address: SocketAddr) -> bool {
        self.noted.lock().get(&address).is_some_and(|at| at.elapsed() < MEMORY)
    }

    /// The addresses, those noted lately last.
    pub(crate) fn in_order(&self, addresses: &[SocketAddr]) -> Vec<SocketAddr> {
        let (noted, fine): (Vec<_>, Vec<_>) =
            addresses.iter().copied().partition(|address| self.contains(*address));
        fine.into_iter().chain(noted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_that_failed_lately_are_tried_last() {
        let recent = Recent::default();
        let (a, b): (SocketAddr, SocketAddr) =
            (([192, 0, 2, 1], 25).into(), ([192, 0, 2, 2], 25).into());
        recent.note(a);
        assert_eq!(recent.in_order(&[a, b]), [b, a]);
    }
}
