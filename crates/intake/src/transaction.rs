//! One mail transaction: from MAIL to the answer for the content.

use std::collections::HashSet;

use causeway_model::envelope::{BodyType, Envelope, Origin, Recipient, Return};
use causeway_model::{Address, ReversePath};

use crate::session::Chunks;

/// What MAIL and RCPT have built up so far. Owned by the session's state: whatever leaves the
/// state drops it, so that no half of a transaction can survive into the next.
pub(crate) struct Transaction {
    /// The inbound connector that recognises the client as this sender.
    pub(crate) connector: Option<String>,
    /// From MAIL.
    pub(crate) reverse_path: ReversePath,
    /// From MAIL.
    pub(crate) body_type: BodyType,
    /// From MAIL.
    pub(crate) smtputf8: bool,
    /// From MAIL.
    pub(crate) ret: Option<Return>,
    /// From MAIL.
    pub(crate) envid: Option<String>,
    /// Accepted recipients.
    pub(crate) recipients: Vec<Recipient>,
    /// Their addresses.
    pub(crate) known: HashSet<Address>,
    /// Why the message is to be kept on hold, when it is.
    pub(crate) hold: Option<String>,
    /// How many RCPT were refused.
    pub(crate) refused: usize,
    /// Content that came by BDAT so far; `Some` from the first chunk on.
    pub(crate) chunks: Option<Box<Chunks>>,
}

impl Transaction {
    /// Adds a recipient. The same address twice is one recipient: it gets one copy.
    pub(crate) fn add(&mut self, recipient: Recipient) {
        if self.known.insert(recipient.address.clone()) {
            self.recipients.push(recipient);
        }
    }

    /// The only recipient's address, for the Received line (which must not tell several
    /// recipients of one another).
    pub(crate) fn only_recipient(&self) -> Option<&Address> {
        match self.recipients.as_slice() {
            [only] => Some(&only.address),
            _ => None,
        }
    }

    /// The envelope for the store.
    pub(crate) fn into_envelope(self, origin: Origin) -> Envelope {
        Envelope {
            reverse_path: self.reverse_path,
            recipients: self.recipients,
            body_type: self.body_type,
            smtputf8: self.smtputf8,
            ret: self.ret,
            envid: self.envid,
            origin,
        }
    }
}
