//! One message: the envelope.
//!
//! With PIPELINING, MAIL, the RCPTs and DATA (or BDAT with the content) go out together and the
//! replies are matched by position; without it, one command waits for its answer. What is common
//! to both: a reply that cannot be an answer to the command at its position (a 3yz to MAIL or RCPT, a
//! 2yz to DATA) means that the two sides are out of step, and ends the connection.

use bytes::Bytes;
use causeway_model::{BodyType, Failure, Reply, Stage};
use tokio::io::{AsyncRead, AsyncWrite};

use super::commands::{put_mail, put_rcpt};
use super::connection::unexpected;
use super::transaction::{Ending, Slots};
use super::{Connection, OutRecipient, Payload, SessionFailure, Transaction, TransactionResult};

/// Recipients in one pipelined group, so that commands and replies fit the buffers on the way.
const GROUP: usize = 100;

/// The biggest content that goes out with the envelope before any recipient is taken.
const UNASKED_CONTENT: u64 = 128 * 1024;

/// How the content goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// DATA.
    Data,
    /// BDAT LAST, once recipients were taken.
    Chunk,
    /// BDAT LAST together with the envelope.
    ChunkUnasked,
}

/// How the envelope went.
pub(super) enum Envelope {
    /// Some recipient was taken (or nobody was refused yet); go on with the content.
    Go,
    /// It ended here for everybody who is left.
    Ended(Ending),
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<S> {
    /// Gives one message to the server, for all its recipients.
    ///
    /// What the server cannot take by its own account (size, extensions) is not sent: every
    /// recipient gets [`Failure::TooBig`] or [`Failure::ExtensionMissing`] at [`Stage::Mail`], and the
    /// connection stays as it is. A file that cannot be read is [`Failure::StoreUnreadable`] at
    /// [`Stage::Data`]; the message is then cut off without its end, and the connection is over.
    ///
    /// # Errors
    /// A [`SessionFailure`] when the connection failed and no recipient has an answer of his own. When
    /// some have (a refusal), the result is `Ok`, and the connection's failure stands at the others.
    pub async fn transact(
        &mut self,
        mut transaction: Transaction<'_>,
    ) -> Result<TransactionResult, SessionFailure> {
        let mut slots = Slots::new(transaction.recipients.len());
        if let Some(failure) = transaction.obstacle(&self.capabilities) {
            return slots.finish(Ok(Err((Stage::Mail, failure))));
        }
        if transaction.recipients.is_empty() {
            return Ok(TransactionResult { recipients: Vec::new() });
        }
        if self.needs_reset {
            self.rset().await?;
        }
        self.in_step(Stage::Mail)?;
        self.transactions += 1;
        let outcome = self.run(&mut transaction, &mut slots).await;
        slots.finish(outcome)
    }

    async fn run(
        &mut self,
        transaction: &mut Transaction<'_>,
        slots: &mut Slots,
    ) -> Result<Ending, SessionFailure> {
        let method = self.method(transaction);
        let envelope = if self.capabilities.pipelining {
            self.pipelined(transaction, method, slots).await?
        } else {
            self.stepwise(transaction, method, slots).await?
        };
        match envelope {
            Envelope::Ended(ending) => Ok(ending),
            Envelope::Go => self.content(transaction, method, slots).await,
        }
    }

    /// BDAT saves a round trip when the content is here and can go with the envelope; binary content
    /// cannot go otherwise. In all other cases DATA asks before anything big is sent.
    fn method(&self, transaction: &Transaction<'_>) -> Method {
        let peer = &self.capabilities;
        let unasked = peer.chunking
            && peer.pipelining
            && matches!(transaction.payload, Payload::Parts(parts) if size_of(parts) <= UNASKED_CONTENT);
        if unasked {
            Method::ChunkUnasked
        } else if transaction.body_type == BodyType::BinaryMime {
            Method::Chunk
        } else {
            Method::Data
        }
    }

    async fn pipelined(
        &mut self,
        transaction: &Transaction<'_>,
        method: Method,
        slots: &mut Slots,
    ) -> Result<Envelope, SessionFailure> {
        let group = self.capabilities.recipients_per_transaction().unwrap_or(GROUP).min(GROUP);
        let recipients = transaction.recipients;
        let smtputf8 = transaction.needs_smtputf8();
        put_mail(&mut self.wire.output, transaction, &self.capabilities);
        let mut done = 0;
        loop {
            let until = recipients.len().min(done + group);
            for recipient in &recipients[done..until] {
                put_rcpt(&mut self.wire.output, recipient, &self.capabilities, smtputf8);
            }
            let is_last = until == recipients.len();
            if is_last {
                self.put_content_command(transaction, method);
            }
            let stage = if done == 0 { Stage::Mail } else { Stage::Rcpt };
            self.wire.flush(stage, self.timeouts.block).await?;
            if done == 0
                && let Some(ended) = self.mail_answer(slots).await?
            {
                return Ok(ended);
            }
            for index in done..until {
                if let Some(ended) = self.rcpt_answer(index, slots).await? {
                    return Ok(ended);
                }
            }
            done = until;
            if is_last {
                return Ok(Envelope::Go);
            }
            if let Some(ending) = slots.nobody_left() {
                // MAIL was refused: no use in naming the rest.
                return Ok(Envelope::Ended(ending));
            }
        }
    }

    async fn stepwise(
        &mut self,
        transaction: &Transaction<'_>,
        method: Method,
        slots: &mut Slots,
    ) -> Result<Envelope, SessionFailure> {
        put_mail(&mut self.wire.output, transaction, &self.capabilities);
        self.wire.flush(Stage::Mail, self.timeouts.mail).await?;
        if let Some(ended) = self.mail_answer(slots).await? {
            return Ok(ended);
        }
        if let Some(ending) = slots.nobody_left() {
            return Ok(Envelope::Ended(ending));
        }
        let smtputf8 = transaction.needs_smtputf8();
        for (index, recipient) in transaction.recipients.iter().enumerate() {
            self.one_rcpt(recipient, smtputf8).await?;
            if let Some(ended) = self.rcpt_answer(index, slots).await? {
                return Ok(ended);
            }
        }
        if let Some(ending) = slots.nobody_left() {
            return Ok(Envelope::Ended(ending));
        }
        if method == Method::Data {
            self.in_step(Stage::Data)?;
            self.put_content_command(transaction, method);
            self.wire.flush(Stage::Data, self.timeouts.data).await?;
        }
        Ok(Envelope::Go)
    }

    async fn one_rcpt(
        &mut self,
        recipient: &OutRecipient<'_>,
        smtputf8: bool,
    ) -> Result<(), SessionFailure> {
        self.in_step(Stage::Rcpt)?;
        put_rcpt(&mut self.wire.output, recipient, &self.capabilities, smtputf8);
        self.wire.flush(Stage::Rcpt, self.timeouts.rcpt).await
    }

    /// Reads the answer to MAIL. `Some` when it ends the transaction at once.
    async fn mail_answer(&mut self, slots: &mut Slots) -> Result<Option<Envelope>, SessionFailure> {
        let reply = self.wire.reply(Stage::Mail, self.timeouts.mail).await?;
        if reply.is_intermediate() {
            return Err(self.wire.protocol_error(Stage::Mail, unexpected(&reply)));
        }
        if reply.code == 421 {
            return Ok(Some(closing(Stage::Mail, reply)));
        }
        if reply.is_positive() {
            self.needs_reset = true;
        } else {
            slots.refuse_all(Stage::Mail, &reply);
        }
        Ok(None)
    }

    /// Reads the answer to one RCPT. `Some` when it ends the transaction at once.
    async fn rcpt_answer(
        &mut self,
        index: usize,
        slots: &mut Slots,
    ) -> Result<Option<Envelope>, SessionFailure> {
        let reply = self.wire.reply(Stage::Rcpt, self.timeouts.rcpt).await?;
        if reply.is_intermediate() {
            return Err(self.wire.protocol_error(Stage::Rcpt, unexpected(&reply)));
        }
        if reply.code == 421 {
            return Ok(Some(closing(Stage::Rcpt, reply)));
        }
        if !reply.is_positive() {
            slots.refuse(index, reply);
        }
        Ok(None)
    }
}

/// The server is closing: that is the answer for everybody who has none.
fn closing(stage: Stage, reply: Reply) -> Envelope {
    Envelope::Ended(Err((stage, Failure::Replied { reply })))
}

/// Octets of content in memory.
pub(super) fn size_of(parts: &[Bytes]) -> u64 {
    parts.iter().map(|part| part.len() as u64).sum()
}
