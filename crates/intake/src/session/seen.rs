//! What a session has seen, for whoever listens ([`crate::signs`]).

use causeway_model::ReversePath;
use causeway_policy::RelayRule;
use causeway_store::Content;
use tokio::io::AsyncReadExt;

use super::Session;
use crate::receive::MEMORY_LIMIT;
use crate::signs::Sign;
use crate::transaction::Transaction;
use causeway_smtp::trail::trail;

impl Session {
    /// Passes a sign on.
    pub(super) fn saw(&self, sign: Sign<'_>) {
        self.context.signs.seen(self.client, sign, self.context.clock.now());
    }

    /// A message is accepted.
    pub(super) fn saw_accepted(&self, sender: &ReversePath, connector: Option<&str>) {
        if let Some(connector) = connector {
            return self.saw(Sign::Inbound(connector));
        }
        let Some(domain) = sender.address().map(|address| address.domain()) else { return };
        if self.account().is_some() {
            return;
        }
        let policy = self.context.policy.load();
        let is_own = || domain.as_str().eq_ignore_ascii_case(&self.context.hostname);
        if policy.accepted_domain(domain).is_some() || is_own() {
            return;
        }
        let is_ours = self.with_client_facts(sender, connector, |client| {
            let rule = policy.entitlement(client).map(|(rule, _)| rule);
            matches!(rule, Some(RelayRule::Network | RelayRule::Address))
                && !policy.has_domains(client)
        });
        if is_ours {
            self.saw(Sign::ForeignSender(domain));
        }
    }

    /// A message has gone through too many servers.
    pub(super) async fn saw_loop(&self, transaction: &Transaction, content: &Content) {
        let Some(recipient) = transaction.recipients.first() else { return };
        let hops = trail(&beginning(content).await);
        self.saw(Sign::Loop(recipient.address.domain(), &hops));
    }
}

/// As much of a content as a header may have; nothing when its file cannot be read.
async fn beginning(content: &Content) -> Vec<u8> {
    match content {
        Content::Memory(parts) => parts.concat(),
        Content::File { path, .. } => {
            let mut read = Vec::new();
            if let Ok(file) = tokio::fs::File::open(path).await {
                // What could be read until an error says enough.
                let _ = file.take(MEMORY_LIMIT as u64).read_to_end(&mut read).await;
            }
            read
        }
    }
}
