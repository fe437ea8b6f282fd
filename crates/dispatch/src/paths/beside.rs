//! Refusals to relay that hit some recipients of a domain while others are taken.
//!
//! **What it is for.** A server that refuses to relay for one recipient and takes another one of the same domain
//! serves the domain, and lets us send mail for it. What is wrong is what the domain counts as there, or the address.
//! Every message to those recipients is returned, so the trouble must not end with the next one that goes through
//! to somebody else.
//!
//! **What it promises.** What was taken before the first refusal proves nothing, as the domain may have been closed
//! in between: only what is taken together with a refusal, or after one, counts. A mistyped address is no trouble
//! of the path: so many messages ([`super::IN_A_ROW`]) have to be refused beside others. It is over when somebody who
//! was refused is taken, when nobody has been for [`super::OVER`], and when the configuration changes. Bounded.

use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Address, Attempt, Domain, Failure, Outcome, Timestamp};

use super::{IN_A_ROW, OVER, Trouble};

/// Refused recipients that are remembered of one trouble.
const MOST_REFUSED: usize = 1_000;

/// A recipient of a domain was taken, together with or after a refusal to relay for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBeside {
    /// The domain of both.
    pub domain: Domain,
    /// When one was taken last.
    pub at: Timestamp,
    /// The host that took it.
    pub host: String,
}

/// Whether an attempt was refused as something that the server does not relay.
pub(crate) fn is_relay_refused(attempt: &Attempt) -> bool {
    matches!(&attempt.outcome, Outcome::Failure(Failure::Replied { reply })
        if meaning(reply, attempt.stage) == Meaning::RelayDenied)
}

impl Trouble {
    /// What is left of it after recipients were taken; `None`: it is over.
    pub(super) fn after_success<'a>(
        mut self,
        taken: impl IntoIterator<Item = &'a Address>,
        (at, host): (Timestamp, &str),
    ) -> Option<Self> {
        if self.last.at.plus(OVER) <= at {
            return None;
        }
        if !self.trail.is_empty() {
            // What goes in circles goes through, over and over.
            return Some(self);
        }
        if self.refused.is_empty() {
            return None;
        }
        let mut is_beside = false;
        for address in taken {
            if self.refused.contains(address) {
                return None;
            }
            is_beside |= self.domain.as_ref() == Some(address.domain());
        }
        if !is_beside {
            // Mail for another domain says nothing about what some recipients of this one meet.
            return self.beside.is_some().then_some(self);
        }
        match (&mut self.beside, &self.domain) {
            (Some(beside), _) => {
                beside.at = at;
                if beside.host != host {
                    host.clone_into(&mut beside.host);
                }
            }
            (None, Some(domain)) => {
                // From here on it is counted as what it is.
                self.count = 0;
                self.beside =
                    Some(TakenBeside { domain: domain.clone(), at, host: host.to_owned() });
            }
            (None, None) => return None,
        }
        Some(self)
    }

    /// Whether another failure is one more of this trouble.
    pub(super) fn goes_on_with(&self, attempt: &Attempt, domain: Option<&Domain>) -> bool {
        self.beside.is_none()
            || (is_relay_refused(attempt)
                && self.domain.as_ref() == domain
                && self.last.at.plus(OVER) > attempt.at)
    }

    /// It does not end with the next message that goes through.
    pub(super) fn lasts(&self) -> bool {
        self.beside.is_some() || !self.trail.is_empty()
    }

    /// These recipients are refused.
    pub(super) fn remember_refused<'a>(&mut self, refused: impl IntoIterator<Item = &'a Address>) {
        let room = MOST_REFUSED.saturating_sub(self.refused.len());
        self.refused.extend(refused.into_iter().take(room).cloned());
    }

    /// It is worth telling, as far as it hits some recipients only; `None` where it hits everybody.
    pub(super) fn established_beside(&self) -> Option<bool> {
        self.beside.as_ref().map(|_| self.count >= IN_A_ROW)
    }
}
