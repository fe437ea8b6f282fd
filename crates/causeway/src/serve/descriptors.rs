//! Open files: every session and every connection is one.
//!
//! As many are taken as the system allows. Where that is not enough for all that the configuration allows, sessions
//! and deliveries get their shares, so that who comes too much is told so (421) before the store and the queue have
//! none left. A session and a delivery may need two each: the connection, and the content of a large message.

use rustix::process::{Resource, getrlimit, setrlimit};
use tracing::warn;

/// Of a hundred descriptors: sessions of others. With the contents of their messages they need twice as many.
const INBOUND: u64 = 25;

/// Of a hundred descriptors: deliveries, likewise. The rest is for the store, mailboxes, DNS, probes and the API.
const OUTBOUND: u64 = 12;

/// Connections at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shares {
    /// Sessions of clients.
    pub(super) inbound: usize,
    /// To other servers.
    pub(super) outbound: usize,
}

/// Raises the limit as far as it goes and shares it out. `wanted`: what the configuration allows.
pub(super) fn share_out(wanted: Shares) -> Shares {
    let shares = shares(raised(), wanted);
    if shares != wanted {
        warn!(
            sessions = shares.inbound,
            deliveries = shares.outbound,
            "the system allows few open files: not more connections than these are made at once; raise the limit \
             (LimitNOFILE= in the unit, ulimit -n)"
        );
    }
    shares
}

/// The limit of open files; `None`: there is none.
fn raised() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum || limit.maximum.is_none() {
        let before = limit.current;
        limit.current = limit.maximum;
        if let Err(problem) = setrlimit(Resource::Nofile, limit) {
            warn!(%problem, "the limit of open files could not be raised");
            return before;
        }
    }
    limit.current
}

fn shares(limit: Option<u64>, wanted: Shares) -> Shares {
    let Some(limit) = limit else { return wanted };
    let share = |hundredths: u64| {
        usize::try_from(limit.saturating_mul(hundredths) / 100).unwrap_or(usize::MAX).max(1)
    };
    Shares {
        inbound: wanted.inbound.min(share(INBOUND)),
        outbound: wanted.outbound.min(share(OUTBOUND)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_system_allows_few_files_something_is_left_for_the_store() {
        let wanted = Shares { inbound: 2000, outbound: 1000 };
        assert_eq!(shares(None, wanted), wanted);
        assert_eq!(shares(Some(1 << 20), wanted), wanted);
        let few = shares(Some(1024), wanted);
        assert_eq!(few, Shares { inbound: 256, outbound: 122 });
        assert!(2 * (few.inbound + few.outbound) <= 1024 * 3 / 4);
        assert_eq!(shares(Some(3), wanted), Shares { inbound: 1, outbound: 1 });
    }
}
