//! What each command does.

use std::collections::HashSet;

use causeway_model::envelope::{BodyType, Recipient};
use causeway_model::{Address, Reply};
use causeway_net::dns::Families;
use causeway_net::tls::{handshake_reason, old_version};
use causeway_policy::recipient::is_return_path;
use causeway_policy::{PeerFacts, RecipientDecision, RelayFacts};
use causeway_smtp::command::{Command, MailParameters, RcptParameters, RcptTo};
use tracing::{info, warn};

use super::{End, Hello, Next, Session, State};
use crate::io::{Lost, Say, Stream, Wire};
use crate::replies;
use crate::signs::Sign;
use crate::throttle::Miss;
use crate::transaction::Transaction;

/// DNS questions that refusals may cost in one session.
const LOOK_UP_LIMIT: u32 = 3;

/// How long a refusal may wait for DNS.
const LOOK_UP_DEADLINE: std::time::Duration = std::time::Duration::from_secs(3);

/// How long a TLS handshake may take.
const HANDSHAKE_DEADLINE: std::time::Duration = std::time::Duration::from_secs(60);

impl Session {
    /// Does what one command line says.
    pub(super) async fn obey(&mut self, line: &[u8]) -> Result<Next, End> {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                self.refuse(&error.reply());
                return Ok(Next::Continue);
            }
        };
        // Content that comes in chunks must come to its end before anything else (RFC 3030).
        if matches!(&self.state, State::Mail(_, transaction) if transaction.chunks.is_some())
            && !matches!(
                command,
                Command::Bdat { .. } | Command::Rset | Command::Quit | Command::Noop
            )
        {
            self.refuse(&replies::bdat_in_progress());
            return Ok(Next::Continue);
        }
        match command {
            Command::Ehlo(name) => self.hello(&name, true),
            Command::Helo(name) => self.hello(&name, false),
            Command::Mail { reverse_path, parameters } => self.mail(reverse_path, parameters),
            Command::Rcpt { to, parameters } => self.rcpt(to, parameters).await,
            Command::Data => return Ok(self.data().await?),
            Command::Bdat { size, last } => return Ok(self.bdat(size, last).await?),
            Command::Starttls => return Ok(self.starttls().await?),
            Command::Quit => {
                self.wire.say(&replies::bye(&self.context.hostname));
                return Ok(Next::Close);
            }
            Command::Rset => {
                self.idle_commands += 1;
                self.reset();
                self.wire.say(&replies::ok("reset"));
            }
            Command::Noop => {
                self.idle_commands += 1;
                self.wire.say(&replies::ok("fine"));
            }
            Command::Vrfy(_) => {
                self.refusals += 1;
                self.wire.say(&replies::cannot_verify());
            }
            Command::Expn(_) => {
                self.refusals += 1;
                self.refuse(&replies::not_implemented("EXPN"));
            }
            Command::Help => {
                self.idle_commands += 1;
                self.wire.say(&replies::help());
            }
            Command::Auth { mechanism, initial_response } => {
                return Box::pin(self.auth(mechanism, initial_response)).await;
            }
            Command::Unknown => self.refuse(&replies::not_implemented("this command")),
        }
        Ok(Next::Continue)
    }

    /// Drops the transaction, keeps the greeting.
    pub(super) fn reset(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Fresh) {
            State::Mail(hello, _) | State::Greeted(hello) => State::Greeted(hello),
            State::Fresh => State::Fresh,
        };
    }

    fn hello(&mut self, name: &str, extended: bool) {
        self.idle_commands += 1;
        self.state = State::Greeted(Hello { name: name.to_owned(), extended });
        let hostname = &self.context.hostname;
        if !extended {
            self.wire.say(&Reply::new(250, None, hostname.to_string()));
            return;
        }
        let limits = &self.context.limits;
        let mut lines = vec![
            hostname.to_string(),
            "PIPELINING".into(),
            format!("SIZE {}", limits.max_message_size),
            "8BITMIME".into(),
            "SMTPUTF8".into(),
            "CHUNKING".into(),
            "DSN".into(),
            "ENHANCEDSTATUSCODES".into(),
            format!("LIMITS RCPTMAX={}", limits.max_recipients),
        ];
        if self.tls.is_none() && self.context.tls.is_some() {
            lines.push("STARTTLS".into());
        }
        lines.extend(self.auth_offer());
        self.wire.say(&Reply { code: 250, enhanced: None, lines });
    }

    fn mail(&mut self, reverse_path: causeway_model::ReversePath, parameters: MailParameters) {
        let hello = match &self.state {
            State::Fresh => return self.refuse(&replies::hello_first()),
            State::Mail(..) => return self.refuse(&replies::mail_already()),
            State::Greeted(hello) => hello.clone(),
        };
        let limit = self.context.limits.max_message_size;
        if parameters.size.is_some_and(|size| size > limit) {
            return self.refuse(&replies::too_big(limit));
        }
        if parameters.body == Some(BodyType::BinaryMime) {
            // Not offered: a next hop without BINARYMIME would need a conversion.
            return self.refuse(&Reply::new(
                555,
                Some(causeway_model::EnhancedCode::new(5, 5, 4)),
                "BODY=BINARYMIME is not offered here; send 8BITMIME",
            ));
        }
        let policy = self.context.policy.load_full();
        let peer = PeerFacts {
            client: self.client,
            certificate_names: &self.certificate_names,
            sender: Some(&reverse_path),
        };
        // Whose addresses a user may use is looked at by itself.
        let restriction = match self.user {
            None => policy.restricted_sender(&peer),
            Some(_) => None,
        };
        if let Some(reply) = restriction {
            return self.refuse(&reply);
        }
        if self.user.is_none()
            && let Some(reply) = policy.peer_sender(&peer)
        {
            info!(client = %self.client, sender = %reverse_path, %reply, "sender refused");
            return self.refuse(&reply);
        }
        let recognised = policy.recognise(&peer);
        let demand = recognised.and_then(|c| policy.inbound_demand(c, self.tls.is_some()));
        if let Some(reply) = demand {
            return self.refuse(&reply);
        }
        let connector = recognised.map(|connector| connector.name.clone());
        let hold = match self.check_sender(&reverse_path, connector.as_deref()) {
            Ok(hold) => hold,
            Err(reply) => return self.refuse(&reply),
        };
        self.state = State::Mail(
            hello,
            Box::new(Transaction {
                connector,
                reverse_path,
                body_type: parameters.body.unwrap_or_default(),
                smtputf8: parameters.smtputf8,
                ret: parameters.ret,
                envid: parameters.envid,
                recipients: Vec::new(),
                known: HashSet::new(),
                hold,
                refused: 0,
                chunks: None,
            }),
        );
        self.wire.say(&replies::sender_ok());
    }

    async fn rcpt(&mut self, to: RcptTo, parameters: RcptParameters) {
        let State::Mail(_, transaction) = &self.state else {
            return self.refuse(&replies::mail_first());
        };
        if transaction.recipients.len() >= self.context.limits.max_recipients {
            let reply = replies::too_many_recipients(self.context.limits.max_recipients);
            return self.wire.say(&reply);
        }
        let address = match to {
            RcptTo::Address(address) => address,
            RcptTo::Postmaster => match self.context.policy.load().bare_postmaster() {
                Some(address) => address,
                None => return self.refuse(&replies::no_postmaster()),
            },
        };
        if (address.needs_smtputf8() || parameters.utf8_path) && !transaction.smtputf8 {
            return self.refuse(&replies::smtputf8_needed());
        }
        let verdict = self.judge(&address).await;
        let State::Mail(_, transaction) = &mut self.state else { return };
        match verdict {
            Ok(hold) => {
                if transaction.hold.is_none() {
                    transaction.hold = hold;
                }
                let RcptParameters { notify, orcpt, .. } = parameters;
                transaction.add(Recipient { address, notify, orcpt });
                self.wire.say(&replies::recipient_ok());
            }
            Err(reply) => {
                transaction.refused += 1;
                self.refusals += 1;
                info!(client = %self.client, sender = %transaction.reverse_path, recipient = %address, %reply, "recipient refused");
                self.wire.say(&reply);
            }
        }
    }

    /// Asks policy about one recipient: the refusal, or the reason to keep the message on hold, or neither.
    async fn judge(&mut self, address: &Address) -> Result<Option<String>, Reply> {
        let context = std::sync::Arc::clone(&self.context);
        let policy = context.policy.load_full();
        let now = context.clock.now();
        let State::Mail(_, transaction) = &self.state else { return Err(replies::mail_first()) };
        let (sender, connector) = (transaction.reverse_path.clone(), transaction.connector.clone());
        let decide = |points_here: bool| {
            self.with_client_facts(&sender, connector.as_deref(), |client| {
                policy.relay(&RelayFacts {
                    client: client.client,
                    authenticated_user: client.authenticated_user,
                    pop_login: client.pop_login,
                    connector: client.connector,
                    sender: client.sender,
                    recipient: address,
                    tls: client.tls,
                    now: client.now,
                    points_here,
                })
            })
        };
        let mut decision = decide(false);
        let may_point_here = address.domain().literal().is_none();
        if !decision.allowed && decision.is_relay && may_point_here && self.look_ups < LOOK_UP_LIMIT
        {
            let points_here = points_here(&context, address).await;
            if points_here {
                decision = decide(true);
            }
            self.look_ups += 1;
        }
        if let Some(reply) = decision.reply.filter(|_| !decision.allowed) {
            return Err(reply);
        }
        if !decision.allowed {
            return Err(replies::cannot_store());
        }
        if is_return_path(address) && !sender.is_null() {
            return Err(replies::reports_only(address));
        }
        let suspected = self.own_domain_from_outside(&sender, connector.as_deref(), &[])?;
        let is_stranger = self
            .with_client_facts(&sender, connector.as_deref(), |client| policy.is_stranger(client));
        if is_stranger {
            context.throttle.is_shut(self.client, now).map_err(|shut| replies::too_much(&shut))?;
        }
        if let RecipientDecision::Unknown(reply) =
            policy.recipient(address, context.mailboxes.as_ref())
        {
            self.saw(Sign::UnknownRecipient(address));
            return Err(if is_stranger { self.missed(reply).await } else { reply });
        }
        let who = self.limited(&sender, connector.as_deref());
        let over = context
            .throttle
            .recipient(&who, now)
            .map_err(|too_much| replies::too_much(&too_much))?;
        Ok(suspected.or(over))
    }

    /// A stranger has tried a recipient that does not exist: the answer comes more slowly each time, and
    /// then there is none of this kind for a while.
    async fn missed(&self, reply: Reply) -> Reply {
        let (throttle, now) = (&self.context.throttle, self.context.clock.now());
        match throttle.unknown(self.client, now) {
            Miss::Slowed(delay) => {
                if let Err(shut) = throttle.is_shut(self.client, now) {
                    warn!(client = %self.client, what = shut.what, until = %shut.again_at,
                        "too many unknown recipients: the source is shut out for a while");
                }
                tokio::time::sleep(delay).await;
                reply
            }
            Miss::Shut(shut) => replies::too_much(&shut),
        }
    }

    async fn starttls(&mut self) -> Result<Next, Lost> {
        if self.context.tls.is_none() {
            self.refuse(&replies::not_implemented("STARTTLS"));
            return Ok(Next::Continue);
        }
        if self.tls.is_some() {
            self.refuse(&replies::tls_already());
            return Ok(Next::Continue);
        }
        if !self.wire.input.is_empty() {
            // Commands injected before the handshake (CVE-2011-0411): nothing of them is obeyed.
            warn!(client = %self.client, "command injection: octets after STARTTLS; connection dropped");
            return Err(Lost::Closed);
        }
        self.wire.say(&replies::ready_for_tls());
        self.wire.flush().await?;
        self.begin_tls().await?;
        Ok(Next::Continue)
    }

    /// The handshake. What was said before it is forgotten, a login too (RFC 3207 section 4.2).
    pub(super) async fn begin_tls(&mut self) -> Result<(), Lost> {
        let Some(tls) = self.context.tls.clone() else { return Err(Lost::Closed) };
        // The plain-text reader ends here, with whatever arrived in it meanwhile.
        let placeholder = Wire::new(Stream::Gone);
        let Stream::Plain(stream) = std::mem::replace(&mut self.wire, placeholder).into_stream()
        else {
            return Err(Lost::Closed);
        };
        match tokio::time::timeout(HANDSHAKE_DEADLINE, tls.handshake(stream)).await {
            Ok(Ok(session)) => {
                self.tls = Some(session.description);
                self.certificate_names = session.certificate_names;
                self.bindings = session.bindings;
                self.user = None;
                self.wire = Wire::new(Stream::Tls(Box::new(session.stream)));
                self.state = State::Fresh;
                Ok(())
            }
            Ok(Err(error)) => {
                let reason = handshake_reason(&error);
                if let Some(offered) = old_version(&error).filter(|_| self.is_submission()) {
                    self.saw(Sign::OldTls(offered));
                }
                info!(client = %self.client, reason, "TLS handshake failed");
                Err(Lost::Closed)
            }
            Err(_) => Err(Lost::Silent),
        }
    }
}

/// Whether the MX of a foreign domain is this server: the sender was sent here, and the
/// administrator has not accepted the domain.
async fn points_here(context: &crate::Context, address: &Address) -> bool {
    let look_up = async {
        let answer = context.resolver.mx(address.domain()).await.ok()?;
        for host in answer.hosts.iter().take(3) {
            if host.name.eq_ignore_ascii_case(&context.hostname) {
                return Some(true);
            }
            let addresses =
                context.resolver.addresses(&host.name, Families::Both).await.unwrap_or_default();
            if addresses.iter().any(|a| context.own_addresses.contains(a)) {
                return Some(true);
            }
        }
        Some(false)
    };
    matches!(tokio::time::timeout(LOOK_UP_DEADLINE, look_up).await, Ok(Some(true)))
}
