//! Does this recipient exist here?
//!
//! | recipient | decision |
//! |---|---|
//! | a mailbox (or alias) here | local |
//! | postmaster at an authoritative domain, at our host's name or at our own address | see below |
//! | anything else at an authoritative domain, or at our own address | unknown, `550 5.1.1` |
//! | anything else at an internal relay domain | forward: its mailbox is elsewhere |
//! | any other domain | forward (whether that is allowed is [`relay`](crate::relay)'s question) |
//!
//! A subdomain accepted through `match_subdomains` counts as its domain: `a@sub.ours.test` is the
//! mailbox of that name, else the mailbox `a@ours.test`.
//!
//! **Return paths** of forwarded mail (`SRS0=…`, [`is_return_path`]) are addresses of the mailboxes' keeper, who
//! finds them as long as they count.
//!
//! **Postmaster always works** (RFC 5321 section 4.5.1). Without a mailbox of that name its mail
//! goes, in this order, to `[organization].postmaster`, to a postmaster's mailbox at the first
//! accepted domain that has one, to the first usable alert recipient; and when there is nobody
//! at all, into a Maildir of its own, where whoever is made postmaster later finds it
//! ([`check`](fn@crate::check) warns about that). Postmaster at an internal relay domain without a
//! mailbox here is forwarded as any other recipient of it.

use causeway_model::config::DomainType;
use causeway_model::{Address, EnhancedCode, Reply};

use crate::MailPolicy;
use crate::policy::is_postmaster;

/// The mailboxes that exist, by [`Address::mailbox_key`].
pub trait MailboxLookup {
    /// The main address of the mailbox whose main address or alias has this key.
    fn find(&self, key: &str) -> Option<Address>;
}

impl<T: MailboxLookup + ?Sized> MailboxLookup for &T {
    fn find(&self, key: &str) -> Option<Address> {
        (**self).find(key)
    }
}

impl<T: MailboxLookup + ?Sized> MailboxLookup for std::sync::Arc<T> {
    fn find(&self, key: &str) -> Option<Address> {
        (**self).find(key)
    }
}

impl<S: std::hash::BuildHasher> MailboxLookup for std::collections::HashMap<String, Address, S> {
    fn find(&self, key: &str) -> Option<Address> {
        self.get(key).cloned()
    }
}

/// How the local part of a return path of forwarded mail begins (Sender Rewriting Scheme), in lower case.
pub const RETURN_PATH: &str = "srs0=";

/// Whether an address has the form of a return path. Only reports (mail with a null reverse-path) are for
/// them; whether it is one of ours only who made it can say.
#[must_use]
pub fn is_return_path(address: &Address) -> bool {
    let beginning = address.local().get(..RETURN_PATH.len());
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(RETURN_PATH))
}

/// What is to be done with a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientDecision {
    /// It is delivered here.
    Local {
        /// The mailbox's main address.
        mailbox: Address,
    },
    /// It goes on to another server.
    Forward {
        /// To whom: the recipient itself, except for a postmaster who reads mail elsewhere.
        to: Address,
    },
    /// There is no such mailbox; what to answer.
    Unknown(Reply),
}

impl MailPolicy {
    /// Decides about one recipient. Whether the client may send to it is
    /// [`MailPolicy::relay`]'s question, asked before.
    #[must_use]
    pub fn recipient(&self, address: &Address, mailboxes: &dyn MailboxLookup) -> RecipientDecision {
        let Some(accepted) = self.accepted_domain(address.domain()) else {
            return match self.is_own_name(address.domain()) {
                true if is_postmaster(address) => self.postmaster(address, mailboxes),
                true if address.domain().literal().is_some() => unknown(address),
                _ => RecipientDecision::Forward { to: address.clone() },
            };
        };
        let at_parent = (accepted.name != *address.domain())
            .then(|| Address::new(address.local(), &accepted.name).ok())
            .flatten();
        let mailbox = mailboxes
            .find(&address.mailbox_key())
            .or_else(|| mailboxes.find(&at_parent?.mailbox_key()));
        match (mailbox, accepted.domain_type) {
            (Some(mailbox), _) => RecipientDecision::Local { mailbox },
            (None, DomainType::InternalRelay) => RecipientDecision::Forward { to: address.clone() },
            (None, DomainType::Authoritative) if is_postmaster(address) => {
                self.postmaster(address, mailboxes)
            }
            (None, DomainType::Authoritative) => unknown(address),
        }
    }

    /// The address that `RCPT TO:<postmaster>`, without a domain, means (RFC 5321 section 4.1.1.3):
    /// postmaster at the first accepted domain, else at our host's name. `None` only for a
    /// machine without either.
    #[must_use]
    pub fn bare_postmaster(&self) -> Option<Address> {
        let domain = self.flow().domains.first().map(|d| &d.name).or(self.hostname())?;
        Address::new("postmaster", domain).ok()
    }

    /// Where mail for a postmaster without a mailbox of that name goes.
    fn postmaster(&self, asked: &Address, mailboxes: &dyn MailboxLookup) -> RecipientDecision {
        let organization = &self.flow().organization;
        let local = |address: &Address| mailboxes.find(&address.mailbox_key());
        if let Some(decision) =
            organization.postmaster.as_ref().and_then(|p| self.reader(p, mailboxes))
        {
            return decision;
        }
        let at_domains = self.flow().domains.iter();
        let own = at_domains.filter_map(|d| local(&Address::new("postmaster", &d.name).ok()?));
        if let Some(mailbox) = own.into_iter().next() {
            return RecipientDecision::Local { mailbox };
        }
        organization
            .alert_recipients
            .iter()
            .find_map(|recipient| self.reader(recipient, mailboxes))
            .unwrap_or_else(|| RecipientDecision::Local {
                mailbox: self.bare_postmaster().unwrap_or_else(|| asked.clone()),
            })
    }

    /// A mailbox here or an address that is forwarded; `None` when nobody reads it.
    fn reader(
        &self,
        address: &Address,
        mailboxes: &dyn MailboxLookup,
    ) -> Option<RecipientDecision> {
        if let Some(mailbox) = mailboxes.find(&address.mailbox_key()) {
            return Some(RecipientDecision::Local { mailbox });
        }
        let here = match self.accepted_domain(address.domain()) {
            Some(accepted) => accepted.domain_type == DomainType::Authoritative,
            None => self.is_own_name(address.domain()),
        };
        (!here).then(|| RecipientDecision::Forward { to: address.clone() })
    }
}

fn unknown(address: &Address) -> RecipientDecision {
    RecipientDecision::Unknown(Reply::new(
        550,
        Some(EnhancedCode::new(5, 1, 1)),
        format!("{address} is not a mailbox here (rule recipient.unknown)"),
    ))
}
