//! DATA and BDAT: taking the content, and turning it into a ticket.

use std::time::Duration;

use causeway_catalog::Phase;
use causeway_model::envelope::Origin;
use causeway_model::{Attempt, Failure, Outcome, Reply, Stage, Timestamp};
use causeway_policy::retry::next_delay_notice;
use causeway_smtp::data::{ChunkChecker, DataDecoder, DataFaults, DataLimits, DataProgress};
use causeway_store::{Content, LastResult, NewMessage, StoreError};
use tokio::time::Instant;
use tracing::{debug, error, info};

use super::{Next, Session, State};
use crate::header::Scan;
use crate::io::{Lost, Say};
use crate::receive::{Incoming, Received};
use crate::replies;
use crate::transaction::Transaction;

/// RFC 5321 section 4.5.3.2.5: how long a client may be silent within the content.
const CONTENT_DEADLINE: Duration = Duration::from_secs(180);

/// Slower than this on average, after the first minutes, and a client only holds the line:
/// octets a second.
const SLOWEST_RATE: u64 = 128;

/// So much of a content that is too big is still read, so that the client hears the reason.
const DISCARD_LIMIT: u64 = 16 * 1024 * 1024;

/// Lines longer than RFC 5322's 998 are carried as they are; only endless ones are not content.
const CONTENT_LINE_LIMIT: usize = usize::MAX;

impl Session {
    pub(super) async fn data(&mut self) -> Result<Next, Lost> {
        let State::Mail(hello, transaction) = &self.state else {
            self.refuse(&replies::mail_first());
            return Ok(Next::Continue);
        };
        if transaction.recipients.is_empty() {
            let reply = if transaction.refused > 0 {
                replies::no_valid_recipients()
            } else {
                replies::recipients_first()
            };
            self.refuse(&reply);
            return Ok(Next::Continue);
        }
        let id = self.context.store.reserve_id();
        let received = self.received_line(id, &hello.name, hello.extended, transaction);
        let mut incoming =
            Incoming::new(received, self.context.spool.clone()).with_fix_ups(self.fix_ups(id));
        self.wire.say(&replies::start_data());
        self.wire.flush().await?;

        let limit = self.context.limits.max_message_size;
        let mut decoder = DataDecoder::new(content_limits(limit));
        let began = Instant::now();
        let mut read = 0u64;
        let mut trouble: Option<StoreError> = None;
        let summary = loop {
            let before = self.wire.input.len();
            let progress = decoder.feed(&mut self.wire.input, &mut incoming.buffer);
            read += (before - self.wire.input.len()) as u64;
            if let DataProgress::Complete(summary) = progress {
                break summary;
            }
            if trouble.is_some() {
                incoming.buffer.clear();
            } else if let Err(error) = incoming.relieve().await {
                trouble = Some(error);
            }
            if read > limit.saturating_add(DISCARD_LIMIT) {
                self.wire.say(&replies::too_big(limit));
                return Ok(Next::Close);
            }
            self.read_content(began, read).await?;
        };
        let Some(transaction) = self.take_transaction() else { return Ok(Next::Continue) };
        let reply = match content_fault(&summary.faults, limit) {
            Some(refusal) => refusal,
            None => self.accept(id, *transaction, incoming, summary.eight_bit, trouble).await,
        };
        self.answer_content(&reply);
        Ok(Next::Continue)
    }

    pub(super) async fn bdat(&mut self, size: u64, last: bool) -> Result<Next, Lost> {
        let limit = self.context.limits.max_message_size;
        let refusal = match &self.state {
            State::Mail(_, transaction) if !transaction.recipients.is_empty() => None,
            State::Mail(_, transaction) if transaction.refused > 0 => {
                Some(replies::no_valid_recipients())
            }
            State::Mail(..) => Some(replies::recipients_first()),
            _ => Some(replies::mail_first()),
        };
        if let Some(reply) = refusal {
            // The chunk follows all the same (RFC 3030 section 2): it is read and dropped.
            if !self.discard(size).await? {
                return Ok(Next::Close);
            }
            self.refuse(&reply);
            return Ok(Next::Continue);
        }
        let so_far = match &self.state {
            State::Mail(_, transaction) => {
                transaction.chunks.as_ref().map_or(0, |chunks| chunks.checker.size())
            }
            _ => 0,
        };
        if so_far.saturating_add(size) > limit {
            let readable = self.discard(size).await?;
            self.reset();
            self.refuse(&replies::too_big(limit));
            return Ok(if readable { Next::Continue } else { Next::Close });
        }
        self.take_chunk(size).await?;
        if !last {
            self.wire.say(&replies::chunk_ok(size));
            return Ok(Next::Continue);
        }
        let Some(mut transaction) = self.take_transaction() else { return Ok(Next::Continue) };
        let Some(chunks) = transaction.chunks.take() else { return Ok(Next::Continue) };
        let Chunks { id, mut incoming, checker, trouble } = *chunks;
        let summary = checker.finish(&mut incoming.buffer);
        let reply = match content_fault(&summary.faults, limit) {
            Some(refusal) => refusal,
            None => self.accept(id, *transaction, incoming, summary.eight_bit, trouble).await,
        };
        self.answer_content(&reply);
        Ok(Next::Continue)
    }

    /// Reads one chunk into the transaction.
    async fn take_chunk(&mut self, size: u64) -> Result<(), Lost> {
        let mut chunks = match self.begin_chunks() {
            Some(chunks) => chunks,
            None => return Ok(()),
        };
        let began = Instant::now();
        chunks.checker.begin(size);
        loop {
            let is_complete =
                chunks.checker.feed(&mut self.wire.input, &mut chunks.incoming.buffer);
            if chunks.trouble.is_some() {
                chunks.incoming.buffer.clear();
            } else {
                chunks.trouble = chunks.incoming.relieve().await.err();
            }
            if is_complete {
                break;
            }
            self.read_content(began, size - chunks.checker.remaining()).await?;
        }
        if let State::Mail(_, transaction) = &mut self.state {
            transaction.chunks = Some(chunks);
        }
        Ok(())
    }

    /// The transaction's chunks, begun with the first one.
    fn begin_chunks(&mut self) -> Option<Box<Chunks>> {
        let State::Mail(hello, transaction) = &mut self.state else { return None };
        if let Some(chunks) = transaction.chunks.take() {
            return Some(chunks);
        }
        let hello = hello.clone();
        let State::Mail(_, transaction) = &self.state else { return None };
        let id = self.context.store.reserve_id();
        let received = self.received_line(id, &hello.name, hello.extended, transaction);
        Some(Box::new(Chunks {
            id,
            incoming: Incoming::new(received, self.context.spool.clone())
                .with_fix_ups(self.fix_ups(id)),
            checker: ChunkChecker::new(content_limits(self.context.limits.max_message_size)),
            trouble: None,
        }))
    }

    /// Reads and drops `size` octets; false when that is more than anybody should send.
    async fn discard(&mut self, size: u64) -> Result<bool, Lost> {
        if size > DISCARD_LIMIT {
            return Ok(false);
        }
        let began = Instant::now();
        let mut left = size;
        loop {
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(self.wire.input.len());
            drop(self.wire.input.split_to(take));
            left -= take as u64;
            if left == 0 {
                return Ok(true);
            }
            self.read_content(began, size - left).await?;
        }
    }

    /// Reads more content; a client that only drips is given up.
    async fn read_content(&mut self, began: Instant, so_far: u64) -> Result<(), Lost> {
        let earned = Duration::from_secs(so_far / SLOWEST_RATE);
        let patience = began + CONTENT_DEADLINE + earned;
        self.wire.read(patience.min(Instant::now() + CONTENT_DEADLINE)).await
    }

    /// The transaction, taken out of the state: whatever happens now, it is over.
    fn take_transaction(&mut self) -> Option<Box<Transaction>> {
        match std::mem::replace(&mut self.state, State::Fresh) {
            State::Mail(hello, transaction) => {
                self.state = State::Greeted(hello);
                Some(transaction)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    fn answer_content(&mut self, reply: &Reply) {
        if reply.is_permanent() {
            self.refuse(reply);
        } else {
            self.wire.say(reply);
        }
    }

    /// What is wrong with the header; what calls for a hold is noted.
    async fn fault_of_header(
        &self,
        transaction: &mut Transaction,
        scan: &Scan,
        content: &Content,
    ) -> Option<Reply> {
        let limit = self.context.limits.max_hops;
        if scan.starts_with_white_space {
            return Some(replies::malformed_header());
        }
        if scan.hops > limit {
            self.saw_loop(transaction, content).await;
            return Some(replies::looping(scan.hops, limit));
        }
        match self.check_header(transaction, &scan.senders) {
            Err(reply) => Some(reply),
            Ok(hold) => {
                transaction.hold = transaction.hold.take().or(hold);
                None
            }
        }
    }

    /// The last checks, and the store. The reply is 250 only with a ticket in hand.
    async fn accept(
        &mut self,
        id: causeway_model::QueueId,
        mut transaction: Transaction,
        incoming: Incoming,
        eight_bit: bool,
        trouble: Option<StoreError>,
    ) -> Reply {
        let outcome = match trouble {
            Some(error) => Err(error),
            None => incoming.finish().await,
        };
        let Received { content, mut scan, header_too_big } = match outcome {
            Ok(received) => received,
            Err(error) => return store_refusal(&error),
        };
        let refusal = match header_too_big {
            true => Some(replies::header_too_big()),
            false => self.fault_of_header(&mut transaction, &scan, &content).await,
        };
        if let Some(reply) = refusal {
            info!(client = %self.client, sender = %transaction.reverse_path, %reply, "message refused");
            return reply;
        }
        let content = match self.account() {
            Some(_) => crate::signing::signed(&self.context, &scan.senders, content).await,
            None => content,
        };
        scan.facts.eight_bit |= eight_bit;
        let now = self.context.clock.now();
        let queue = &self.context.policy.load().flow().queue.clone();
        let hold = transaction.hold.take();
        let message = NewMessage {
            id,
            hold: hold.as_ref().map(|reason| held(reason, now)),
            envelope: {
                let origin = self.origin(transaction.connector.clone());
                transaction.into_envelope(origin)
            },
            received_at: now,
            expires_at: now.plus(queue.expire_after),
            delay_notice_at: next_delay_notice(queue, now, now),
            header: scan.facts,
            content,
            report_about: None,
            copy_of: None,
        };
        match self.context.store.accept(message.clone()).await {
            Ok(ticket) => {
                let reply = match &hold {
                    Some(reason) => {
                        info!(id = %ticket.id(), client = %self.client, sender = %message.envelope.reverse_path, reason, "accepted on hold");
                        replies::accepted_on_hold(ticket.id(), reason)
                    }
                    None => replies::accepted(ticket.id()),
                };
                let envelope = &message.envelope;
                self.saw_accepted(&envelope.reverse_path, envelope.origin.connector.as_deref());
                debug!(id = %ticket.id(), client = %self.client, sender = %message.envelope.reverse_path, "accepted");
                self.context.handoff.accepted(&ticket, message);
                reply
            }
            Err(error) => {
                let is_refused = matches!(
                    error,
                    StoreError::Full { .. }
                        | StoreError::NoRecipients
                        | StoreError::TooManyRecipients { .. }
                        | StoreError::Exists(_)
                );
                if let (true, Content::File { path, .. }) = (is_refused, message.content) {
                    // Not taken for certain: the file is still ours. After other errors the row may
                    // be there; what belongs to nobody is removed at the next start.
                    let _ = tokio::fs::remove_file(path).await;
                }
                store_refusal(&error)
            }
        }
    }

    fn origin(&self, connector: Option<String>) -> Origin {
        let helo = match &self.state {
            State::Fresh => None,
            State::Greeted(hello) | State::Mail(hello, _) => Some(hello.name.clone()),
        };
        Origin {
            address: Some(self.client),
            helo,
            listener: Some(self.listener.name.clone()),
            connector,
            user: self.account().map(|account| account.address.to_string()),
            tls: self.tls.clone(),
        }
    }

    /// Our trace line (RFC 5321 section 4.4), folded, with its CRLF.
    fn received_line(
        &self,
        id: causeway_model::QueueId,
        helo: &str,
        extended: bool,
        transaction: &Transaction,
    ) -> Vec<u8> {
        // RFC 3848 and RFC 6531 section 4.3: S for TLS, A for a login.
        let name = match (transaction.smtputf8, extended) {
            (true, _) => "UTF8SMTP",
            (false, true) => "ESMTP",
            (false, false) => "SMTP",
        };
        let suffix = match (name, self.tls.is_some(), self.account().is_some()) {
            ("SMTP", ..) | (_, false, false) => "",
            (_, true, false) => "S",
            (_, false, true) => "A",
            (_, true, true) => "SA",
        };
        let protocol = format!("{name}{suffix}");
        let client = match self.client {
            std::net::IpAddr::V4(v4) => format!("[{v4}]"),
            std::net::IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
        };
        let helo: String = helo
            .chars()
            .filter(|c| c.is_ascii_graphic() && !"()\\\"".contains(*c))
            .take(255)
            .collect();
        let tls = self.tls.as_ref().map(|tls| format!("\r\n\t({tls})")).unwrap_or_default();
        let recipient = transaction
            .only_recipient()
            .filter(|address| transaction.smtputf8 || !address.needs_smtputf8())
            .map(|address| format!("\r\n\tfor <{address}>"))
            .unwrap_or_default();
        format!(
            "Received: from {helo} ({client})\r\n\tby {} (Causeway) with {protocol} id {id}{tls}{recipient};\r\n\t{}\r\n",
            self.context.hostname,
            self.context.clock.now().rfc5322(),
        )
        .into_bytes()
    }
}

/// The result that a message has which is kept on hold from the beginning.
fn held(reason: &str, at: Timestamp) -> LastResult {
    let attempt = Attempt {
        at,
        elapsed_ms: 0,
        site: "hold".to_owned(),
        connector: None,
        host: None,
        address: None,
        tls: None,
        security: None,
        stage: Stage::Route,
        outcome: Outcome::Failure(Failure::Held { reason: reason.to_owned() }),
    };
    let (code, reply) = causeway_catalog::last_result(&attempt, Phase::Queued);
    LastResult { code, reply, attempt: Some(attempt), ..LastResult::default() }
}

/// Content that is coming by BDAT.
pub(crate) struct Chunks {
    id: causeway_model::QueueId,
    incoming: Incoming,
    checker: ChunkChecker,
    trouble: Option<StoreError>,
}

const fn content_limits(max_size: u64) -> DataLimits {
    DataLimits { max_size, max_line: CONTENT_LINE_LIMIT }
}

fn content_fault(faults: &DataFaults, limit: u64) -> Option<Reply> {
    if faults.too_big {
        Some(replies::too_big(limit))
    } else if faults.bare_cr.is_some() || faults.bare_lf.is_some() {
        Some(replies::bare_line_ends())
    } else if faults.nul.is_some() {
        Some(replies::nul_in_content())
    } else {
        None
    }
}

fn store_refusal(error: &StoreError) -> Reply {
    error!(%error, "a message could not be stored");
    match error {
        StoreError::Full { .. } => replies::no_room(),
        StoreError::Closed => {
            Reply::new(421, Some(causeway_model::EnhancedCode::new(4, 3, 2)), "shutting down")
        }
        _ => replies::cannot_store(),
    }
}
