//! The mailboxes as policy asks for them: by address or alias, from memory.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use causeway_dispatch::{MailboxFacts, Mailboxes};
use causeway_model::Address;
use causeway_policy::MailboxLookup;
use causeway_store::{Mailbox, SharedStore, StoreError};

/// All mailboxes, replaced as a whole whenever one has changed.
#[derive(Debug, Default)]
pub(crate) struct MailboxMap {
    known: ArcSwap<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_key: HashMap<String, Address>,
    facts: HashMap<Address, MailboxFacts>,
}

impl MailboxMap {
    /// Reads the mailboxes anew. Returns how many there are.
    ///
    /// # Errors
    /// The store's; what was known before stays.
    pub(crate) async fn refresh(&self, store: &SharedStore) -> Result<usize, StoreError> {
        let mailboxes = store.mailboxes().await?;
        let count = mailboxes.len();
        self.known.store(Arc::new(index(mailboxes)));
        Ok(count)
    }
}

fn index(mailboxes: Vec<Mailbox>) -> Known {
    let mut by_key = HashMap::with_capacity(mailboxes.len());
    let mut facts = HashMap::with_capacity(mailboxes.len());
    for mailbox in mailboxes {
        for alias in &mailbox.aliases {
            by_key.insert(alias.mailbox_key(), mailbox.address.clone());
        }
        by_key.insert(mailbox.address.mailbox_key(), mailbox.address.clone());
        let set = MailboxFacts { quota: mailbox.quota, language: mailbox.language };
        facts.insert(mailbox.address, set);
    }
    Known { by_key, facts }
}

impl Mailboxes for MailboxMap {
    fn facts(&self, mailbox: &Address) -> MailboxFacts {
        self.known.load().facts.get(mailbox).cloned().unwrap_or_default()
    }
}

impl MailboxLookup for MailboxMap {
    fn find(&self, key: &str) -> Option<Address> {
        self.known.load().by_key.get(key).cloned()
    }
}
