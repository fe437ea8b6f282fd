//! Refusals to relay that hit some recipients of a domain while others are taken.
//!
//! **What it is for.** A server that refuses to relay for one recipient and takes another one of the same domain
//! serves the domain, and lets us send mail for it. What is wrong is what the domain counts as there, or the address.
//! Every message to those recipients is returned, so the trouble must not end with the next one that goes through
//! to somebody else.
//!
//! **What it promises.** What was taken before the first refusal proves nothing, as the domain may have been closed
//! in between: only what is taken together with a refusal, or after one, counts, and by the same host: another host of the
//! path says nothing about this one, neither for nor against it. Where somebody who was taken is refused later, the
//! evidence is void: the domain may be closed by now. A mistyped address is no trouble
//! of the path: so many messages ([`IN_A_ROW`](super::trouble::IN_A_ROW)) have to be refused beside others. It is over
//! when somebody who was refused is taken, when nobody has been refused for [`super::TROUBLE_OVER`], and when the
//! configuration changes. Bounded.

use std::collections::BTreeSet;
use std::sync::Arc;

use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Address, Attempt, Domain, Failure, Outcome, Timestamp};

use super::trouble::{Taker, Trouble};

/// Recipients that are remembered of one trouble, as refused and as taken.
const MOST_REMEMBERED: usize = 1_000;

/// A recipient of a domain was taken, together with or after a refusal to relay for another one, by the same host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBeside {
    /// The domain of both.
    pub domain: Domain,
    /// When one was taken last.
    pub at: Timestamp,
    /// The host that took it, and refuses the other.
    pub host: String,
    /// That was together with the latest refusal, or after it.
    pub is_latest: bool,
}

/// Whether an attempt was refused as something that the server does not relay.
pub(crate) fn is_relay_refused(attempt: &Attempt) -> bool {
    matches!(&attempt.outcome, Outcome::Failure(Failure::Replied { reply })
        if meaning(reply, attempt.stage) == Meaning::RelayDenied)
}

impl Trouble {
    /// Whether an attempt met the host that refuses, for the domain that is refused.
    pub(super) fn is_refused_by(&self, attempt: &Attempt, domain: Option<&Domain>) -> bool {
        let port = |attempt: &Attempt| attempt.address.map(|address| address.port());
        self.domain.as_ref() == domain
            && self.last.host == attempt.host
            && port(&self.last) == port(attempt)
    }

    /// Refusals to relay, after recipients were taken. `None`: they are over.
    pub(super) fn beside_success<'a>(
        mut self,
        taken: impl IntoIterator<Item = &'a Address>,
        taker: &Taker<'_>,
    ) -> Option<Self> {
        let is_same_port =
            self.last.address.is_some_and(|refused| refused.port() == taker.address.port());
        if !is_same_port || self.last.host.as_deref() != Some(taker.host) {
            return Some(self);
        }
        let of_domain =
            taken.into_iter().filter(|address| self.domain.as_ref() == Some(address.domain()));
        let taken: Vec<String> = of_domain.map(Address::mailbox_key).collect();
        if taken.is_empty() {
            // Mail for another domain says nothing about what some recipients of this one meet.
            return self.beside.is_some().then_some(self);
        }
        if taken.iter().any(|key| self.refused.contains(key)) {
            return None;
        }
        let domain = self.domain.clone()?;
        if self.beside.is_none() {
            // From here on it is counted as what it is.
            self.count = 0;
        }
        let host = taker.host.to_owned();
        self.beside = Some(TakenBeside { domain, at: taker.at, host, is_latest: true });
        remember(&mut self.taken, taken);
        Some(self)
    }

    /// These recipients are refused. `beside`: while others were taken, and who that was.
    pub(super) fn refuses<'a>(
        &mut self,
        refused: impl IntoIterator<Item = &'a Address>,
        beside: Option<TakenBeside>,
        taken: &[&Address],
    ) {
        let refused: Vec<String> = refused.into_iter().map(Address::mailbox_key).collect();
        if refused.iter().any(|key| self.taken.contains(key)) {
            self.beside = None;
            self.taken = Arc::default();
        }
        if beside.is_some() {
            self.beside = beside;
            remember(&mut self.taken, taken.iter().map(|address| address.mailbox_key()));
        } else if let Some(beside) = &mut self.beside {
            beside.is_latest = false;
        }
        remember(&mut self.refused, refused);
    }
}

/// As many more as there is room for.
fn remember(known: &mut Arc<BTreeSet<String>>, more: impl IntoIterator<Item = String>) {
    let room = MOST_REMEMBERED.saturating_sub(known.len());
    if room > 0 {
        Arc::make_mut(known).extend(more.into_iter().take(room));
    }
}
