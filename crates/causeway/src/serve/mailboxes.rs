//! The mailboxes as policy and logins ask for them: by address or alias, from memory.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use causeway_accounts::Accounts;
use causeway_dispatch::return_path::ReturnPaths;
use causeway_dispatch::{MailboxFacts, Mailboxes};
use causeway_model::Address;
use causeway_policy::MailboxLookup;
use causeway_policy::recipient::RETURN_PATH;
use causeway_store::{Mailbox, SharedStore, StoreError};

/// All mailboxes, replaced as a whole whenever one has changed.
#[derive(Debug, Default)]
pub(crate) struct MailboxMap {
    known: ArcSwap<Known>,
    /// Return paths of forwarded mail, which are addresses here, too.
    return_paths: OnceLock<Arc<ReturnPaths>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By every name that a mailbox has.
    by_key: HashMap<String, Arc<Mailbox>>,
}

impl MailboxMap {
    /// Return paths are found from now on.
    pub(crate) fn know_return_paths(&self, paths: Arc<ReturnPaths>) {
        // Set once, at start.
        let _ = self.return_paths.set(paths);
    }

    /// The main addresses of all mailboxes.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        let known = self.known.load();
        let by_name = known.by_key.iter();
        by_name
            .filter(|(key, mailbox)| **key == mailbox.address.mailbox_key())
            .map(|(_, mailbox)| mailbox.address.clone())
            .collect()
    }

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
    for mailbox in mailboxes {
        let mailbox = Arc::new(mailbox);
        for name in std::iter::once(&mailbox.address).chain(&mailbox.aliases) {
            by_key.insert(name.mailbox_key(), Arc::clone(&mailbox));
        }
    }
    Known { by_key }
}

impl Accounts for MailboxMap {
    fn account(&self, key: &str) -> Option<Arc<Mailbox>> {
        self.known.load().by_key.get(key).cloned()
    }
}

impl Mailboxes for MailboxMap {
    fn facts(&self, mailbox: &Address) -> MailboxFacts {
        match self.account(&mailbox.mailbox_key()) {
            Some(known) => MailboxFacts {
                quota: known.quota,
                language: known.language.clone(),
                forward: known.forward.clone(),
            },
            None => MailboxFacts::default(),
        }
    }
}

impl MailboxLookup for MailboxMap {
    fn find(&self, key: &str) -> Option<Address> {
        if let Some(mailbox) = self.known.load().by_key.get(key) {
            return Some(mailbox.address.clone());
        }
        if !key.starts_with(RETURN_PATH) {
            return None;
        }
        let address: Address = key.parse().ok()?;
        self.return_paths.get()?.original(&address).map(|_| address)
    }
}
