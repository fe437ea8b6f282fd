//! One message: what goes into [`Connection::transact`](super::Connection::transact), and what comes
//! out.

use std::fmt;

use bytes::Bytes;
use causeway_model::{
    Address, BodyType, Failure, Notify, Recipient, Reply, Return, ReversePath, Stage,
};
use tokio::io::AsyncRead;

use super::{Capabilities, SessionFailure};

/// One recipient as it goes out.
#[derive(Clone, Copy, Debug)]
pub struct OutRecipient<'a> {
    /// Where the message is to go.
    pub address: &'a Address,
    /// `NOTIFY=`, sent when the peer offers DSN.
    pub notify: Option<Notify>,
    /// `ORCPT=`: address type and address, not encoded; sent when the peer offers DSN.
    pub orcpt: Option<&'a (String, String)>,
}

impl<'a> From<&'a Recipient> for OutRecipient<'a> {
    fn from(recipient: &'a Recipient) -> Self {
        Self {
            address: &recipient.address,
            notify: recipient.notify,
            orcpt: recipient.orcpt.as_ref(),
        }
    }
}

/// The content of a message: CR LF line ends, not dot-stuffed.
pub enum Payload<'a> {
    /// In memory; the parts belong one after the other.
    Parts(&'a [Bytes]),
    /// From a file or another stream of exactly [`Transaction::size`] octets. It is read once, and only
    /// when a recipient was taken.
    Reader(Box<dyn AsyncRead + Send + Sync + Unpin + 'a>),
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parts(parts) => write!(f, "Parts({} parts)", parts.len()),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

/// One message and its recipients on their way out.
#[derive(Debug)]
pub struct Transaction<'a> {
    /// Where reports go.
    pub reverse_path: &'a ReversePath,
    /// Who is to get it. More than
    /// [`Capabilities::recipients_per_transaction`] are sent all the same, and the peer answers for
    /// them.
    pub recipients: &'a [OutRecipient<'a>],
    /// Octets of the content.
    pub size: u64,
    /// `BODY=` as the sender gave it. BINARYMIME needs a peer with CHUNKING and BINARYMIME.
    pub body_type: BodyType,
    /// The content has octets above 127: a peer without 8BITMIME gets nothing, and the answer is
    /// [`Failure::ExtensionMissing`]. A caller who wants to send it all the same tries again with false.
    pub eight_bit: bool,
    /// The message needs SMTPUTF8 (an address or the header is not ASCII). Addresses that need it are
    /// found without this.
    pub smtputf8: bool,
    /// `RET=`, sent when the peer offers DSN.
    pub ret: Option<Return>,
    /// `ENVID=`, not encoded; sent when the peer offers DSN.
    pub envid: Option<&'a str>,
    /// The content.
    pub payload: Payload<'a>,
}

impl Transaction<'_> {
    /// True when the message can only travel with SMTPUTF8.
    pub(super) fn needs_smtputf8(&self) -> bool {
        self.smtputf8
            || self.reverse_path.address().is_some_and(Address::needs_smtputf8)
            || self.recipients.iter().any(|recipient| recipient.address.needs_smtputf8())
    }

    /// Why this message cannot be given to a peer with these capabilities, whatever it would say.
    pub(super) fn obstacle(&self, peer: &Capabilities) -> Option<Failure> {
        let missing =
            |extension: &str| Some(Failure::ExtensionMissing { extension: extension.to_owned() });
        if self.needs_smtputf8() && !peer.smtputf8 {
            return missing("SMTPUTF8");
        }
        if self.body_type == BodyType::BinaryMime && !peer.binary_mime {
            return missing("BINARYMIME");
        }
        if self.body_type == BodyType::BinaryMime && !peer.chunking {
            return missing("CHUNKING");
        }
        if self.eight_bit && self.body_type != BodyType::BinaryMime && !peer.eight_bit_mime {
            return missing("8BITMIME");
        }
        match peer.size {
            Some(limit) if limit > 0 && self.size > limit => {
                Some(Failure::TooBig { size: self.size, limit })
            }
            _ => None,
        }
    }
}

/// What became of each recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionResult {
    /// In the order of [`Transaction::recipients`]: the peer's answer to the message when it took it for
    /// this recipient, else how far it got and why not.
    pub recipients: Vec<Result<Reply, (Stage, Failure)>>,
}

/// How the part of a transaction ended that all remaining recipients share.
pub(super) type Ending = Result<Reply, (Stage, Failure)>;

/// The recipients of a running transaction: those who were refused, each with its reason.
#[derive(Debug)]
pub(super) struct Slots(Vec<Option<(Stage, Failure)>>);

impl Slots {
    pub(super) fn new(recipients: usize) -> Self {
        Self(vec![None; recipients])
    }

    /// The peer refused one recipient.
    pub(super) fn refuse(&mut self, index: usize, reply: Reply) {
        if let Some(slot @ None) = self.0.get_mut(index) {
            *slot = Some((Stage::Rcpt, Failure::Replied { reply }));
        }
    }

    /// The peer refused the sender, and so everybody.
    pub(super) fn refuse_all(&mut self, stage: Stage, reply: &Reply) {
        for slot in self.0.iter_mut().filter(|slot| slot.is_none()) {
            *slot = Some((stage, Failure::Replied { reply: reply.clone() }));
        }
    }

    /// The ending when everybody has been refused; `None` while somebody has not.
    pub(super) fn nobody_left(&self) -> Option<Ending> {
        if self.0.iter().any(Option::is_none) {
            return None;
        }
        self.0.last().cloned().flatten().map(Err)
    }

    /// Everybody who was not refused shares the ending. A broken connection is a failure of the session
    /// as a whole, unless somebody has an answer of his own.
    pub(super) fn finish(
        self,
        outcome: Result<Ending, SessionFailure>,
    ) -> Result<TransactionResult, SessionFailure> {
        let ending = match outcome {
            Ok(ending) => ending,
            Err(failure) if self.0.iter().all(Option::is_none) => return Err(failure),
            Err(SessionFailure { stage, failure }) => Err((stage, failure)),
        };
        let recipients = self
            .0
            .into_iter()
            .map(|refusal| match refusal {
                Some(refusal) => Err(refusal),
                None => ending.clone(),
            })
            .collect();
        Ok(TransactionResult { recipients })
    }
}
