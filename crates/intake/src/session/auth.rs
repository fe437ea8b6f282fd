//! Logging in (RFC 4954), and what follows from it for a session.
//!
//! AUTH is offered and taken on submission listeners only, and only under TLS; without TLS only from
//! loopback, where the listener allows it. A login holds until the session ends or TLS starts (RFC 3207
//! section 4.2: what was said before TLS is forgotten).

use std::sync::Arc;

use bytes::Bytes;
use causeway_accounts::{LoginRefusal, Malformed, Mechanism, Service, Step};
use causeway_model::config::{IdentityField, Protocol, Suspected};
use causeway_model::{Address, QueueId, Reply, ReversePath};
use causeway_net::tls::ChannelBindings;
use causeway_policy::{ClientFacts, MailPolicy, PopLogin, SenderFields};
use causeway_smtp::line::{LineError, take_line};
use causeway_store::Mailbox;
use tokio::time::Instant;
use tracing::info;

use super::{COMMAND_DEADLINE, End, LINE_LIMIT, Next, Session, State};
use crate::header::SenderHeader;
use crate::io::Say as _;
use crate::replies;
use crate::signs::Sign;
use crate::submission::{FixUps, Senders, identity_of};
use crate::throttle::{Seat, Who};
use crate::transaction::Transaction;

/// Mechanisms that others offer, and that show the password to whoever listens, or break too easily.
const TOO_WEAK: [&str; 6] =
    ["CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "ANONYMOUS"];

/// A user who has logged in.
pub(super) struct User {
    /// The mailbox as it was at the login.
    account: Arc<Mailbox>,
    /// One of the sessions that the mailbox may have.
    _seat: Seat,
}

impl Session {
    /// True where users log in.
    pub(super) fn is_submission(&self) -> bool {
        matches!(self.listener.protocol, Protocol::Submission | Protocol::Submissions)
    }

    /// True when a password may be asked for on this connection.
    fn is_safe_for_passwords(&self) -> bool {
        self.tls.is_some()
            || (self.listener.allow_plain_login_on_loopback && self.client.is_loopback())
    }

    /// The line of EHLO that offers AUTH.
    pub(super) fn auth_offer(&self) -> Option<String> {
        if !self.is_submission() || !self.is_safe_for_passwords() || self.user.is_some() {
            return None;
        }
        let names: Vec<&str> = Mechanism::offered(&self.announced())
            .iter()
            .map(|mechanism| mechanism.name())
            .collect();
        Some(format!("AUTH {}", names.join(" ")))
    }

    /// The channel bindings that clients are told of. Without any announced, a client that says that it
    /// could have bound its login is believed.
    fn announced(&self) -> ChannelBindings {
        match self.listener.announce_channel_binding {
            true => self.bindings.clone(),
            false => ChannelBindings::default(),
        }
    }

    pub(super) async fn auth(
        &mut self,
        mechanism: &str,
        initial_response: Option<&str>,
    ) -> Result<Next, End> {
        let mechanism = match self.may_log_in(mechanism) {
            Ok(mechanism) => mechanism,
            Err(reply) => {
                self.refuse(&reply);
                return Ok(Next::Continue);
            }
        };
        let bindings = match mechanism {
            Mechanism::ScramSha256Plus => self.bindings.clone(),
            _ => self.announced(),
        };
        let logins = &self.context.logins;
        let mut exchange = logins.exchange(mechanism, self.client, Service::Submission, bindings);
        // An empty initial response is written `=`, and has come here as nothing.
        let initial = initial_response.map(|text| if text.is_empty() { "=" } else { text });
        let mut response = initial.map(|text| Bytes::copy_from_slice(text.as_bytes()));
        loop {
            match exchange.step(response.as_deref()).await {
                Step::Challenge(challenge) => {
                    self.wire.say(&Reply::new(334, None, challenge));
                    match self.response_line().await? {
                        Some(line) => response = Some(line),
                        None => return Ok(Next::Continue),
                    }
                }
                Step::Done(login) => {
                    self.welcome(&login.mailbox);
                    return Ok(Next::Continue);
                }
                Step::Refused(refusal) => {
                    self.refuse(&refused(refusal));
                    return Ok(Next::Continue);
                }
                Step::Malformed(malformed) => {
                    self.refuse(&not_kept(malformed));
                    return Ok(Next::Continue);
                }
            }
        }
    }

    /// Whether AUTH is in order now: the mechanism, or the refusal.
    fn may_log_in(&self, mechanism: &str) -> Result<Mechanism, Reply> {
        if !self.is_submission() {
            let is_plain = self.tls.is_none();
            return Err(match is_plain {
                true => replies::login_needs_tls(),
                false => replies::login_elsewhere(),
            });
        }
        match &self.state {
            State::Fresh => return Err(replies::hello_first()),
            State::Mail(..) => return Err(replies::login_within_transaction()),
            State::Greeted(_) => {}
        }
        if self.user.is_some() {
            return Err(replies::login_already());
        }
        if !self.is_safe_for_passwords() {
            self.saw(Sign::NoTls);
            return Err(replies::login_needs_tls());
        }
        match Mechanism::parse(mechanism) {
            Some(Mechanism::ScramSha256Plus) if self.bindings.is_empty() => {
                Err(replies::mechanism_unknown())
            }
            Some(mechanism) => Ok(mechanism),
            None if TOO_WEAK.iter().any(|weak| weak.eq_ignore_ascii_case(mechanism)) => {
                Err(replies::mechanism_too_weak())
            }
            None => Err(replies::mechanism_unknown()),
        }
    }

    /// The client's line within an exchange; `None`: it was none, which has been answered.
    async fn response_line(&mut self) -> Result<Option<Bytes>, End> {
        let deadline = Instant::now() + COMMAND_DEADLINE;
        loop {
            match take_line(&mut self.wire.input, LINE_LIMIT) {
                Ok(Some(line)) => return Ok(Some(line)),
                Ok(None) => self.wait_for_more(deadline).await?,
                Err(LineError::TooLong) => {
                    self.wire.say(&replies::line_too_long());
                    return Err(End::Closed);
                }
                Err(_) => {
                    self.refuse(&replies::bare_line_end_in_command());
                    return Ok(None);
                }
            }
        }
    }

    /// The login is proved: the session is the user's.
    fn welcome(&mut self, mailbox: &Address) {
        let Some(account) = self.context.logins.account(mailbox) else {
            // Removed in the same moment.
            return self.refuse(&refused(LoginRefusal::Wrong));
        };
        let Some(seat) = self.context.throttle.seat(&mailbox.mailbox_key()) else {
            info!(client = %self.client, %mailbox, "too many sessions of one mailbox");
            let limit = self.context.limits.sessions_per_account;
            return self.refuse(&replies::too_many_sessions(limit));
        };
        self.saw(Sign::LoggedIn(&account.address));
        self.user = Some(User { account, _seat: seat });
        self.wire.say(&replies::logged_in());
    }

    /// The mailbox that has logged in.
    pub(super) fn account(&self) -> Option<&Arc<Mailbox>> {
        self.user.as_ref().map(|user| &user.account)
    }

    /// What is known of the client, for relaying.
    pub(super) fn with_client_facts<T>(
        &self,
        sender: &ReversePath,
        connector: Option<&str>,
        ask: impl FnOnce(&ClientFacts<'_>) -> T,
    ) -> T {
        let user = self.account().map(|account| account.address.to_string());
        let pop = match user {
            Some(_) => None,
            None => self.context.pop_register.entitlement(self.client, self.context.clock.now()),
        };
        let pop_login =
            pop.as_ref().map(|(user, left)| PopLogin { user: user.as_str(), time_left: *left });
        ask(&ClientFacts {
            client: self.client,
            authenticated_user: user.as_deref(),
            pop_login,
            connector,
            sender,
            tls: self.tls.is_some(),
            now: self.context.clock.now(),
        })
    }

    /// Whether this client may hand in mail with this reverse-path here: who it is, whether the sender
    /// is its own, whether it has sent too much. The refusal otherwise; or the reason for which the message
    /// is to be kept on hold.
    pub(super) fn check_sender(
        &mut self,
        sender: &ReversePath,
        connector: Option<&str>,
    ) -> Result<Option<String>, Reply> {
        let policy = self.context.policy.load_full();
        if self.is_submission() {
            if self.user.is_none()
                && self
                    .with_client_facts(sender, connector, |client| policy.entitlement(client))
                    .is_none()
            {
                return Err(replies::login_first(self.is_safe_for_passwords()));
            }
            let gone = self
                .account()
                .is_some_and(|account| self.context.logins.account(&account.address).is_none());
            if gone {
                self.user = None;
                return Err(replies::login_first(true));
            }
        }
        let fields = SenderFields { envelope: Some(sender), ..SenderFields::default() };
        let checked = self.listener.identity.as_deref();
        if let Some(reply) = self.with_client_facts(sender, connector, |client| {
            policy.peer_identity(client, &fields, checked)
        }) {
            info!(client = %self.client, %sender, %reply, "sender refused");
            return Err(reply);
        }
        if let Some(account) = self.account() {
            let decision = policy.identity(&identity_of(account, checked), &fields);
            if let Some(reply) = decision.reply.filter(|_| !decision.allowed) {
                info!(client = %self.client, user = %account.address, %sender, %reply, "sender refused");
                return Err(reply);
            }
        }
        let who = self.limited(sender, connector);
        let now = self.context.clock.now();
        self.context.throttle.message(&who, now).map_err(|too_much| {
            info!(client = %self.client, %sender, what = too_much.what, "message put off");
            replies::too_much(&too_much)
        })
    }

    /// Whether the header of a message may say that it is from whom it says: the refusal, or the reason to
    /// keep it on hold, or neither.
    pub(super) fn check_header(
        &self,
        transaction: &Transaction,
        header: &SenderHeader,
    ) -> Result<Option<String>, Reply> {
        let policy = self.context.policy.load_full();
        let (sender, connector) = (&transaction.reverse_path, transaction.connector.as_deref());
        let is_known = self.account().is_some()
            || self.with_client_facts(sender, connector, |client| policy.has_domains(client));
        let is_protected = !self.is_submission()
            && self.protected_fields(&policy).contains(&IdentityField::From)
            && self.with_client_facts(sender, connector, |client| policy.is_stranger(client));
        if !is_known && !is_protected {
            return Ok(None);
        }
        let senders = match Senders::read(header) {
            Ok(senders) => senders,
            // Whom we vouch for must be read without doubt, and so must an author whom readers could take
            // for one of ours; other servers' mail is as it is.
            Err(fault) if is_known || fault.hides_author() => return Err(fault.reply()),
            Err(_) => return Ok(None),
        };
        let (fields, checked) = (senders.fields(), self.listener.identity.as_deref());
        if let Some(account) = self.account() {
            let decision = policy.identity(&identity_of(account, checked), &fields);
            return match decision.reply.filter(|_| !decision.allowed) {
                Some(reply) => Err(reply),
                None => Ok(None),
            };
        }
        let foreign = self.with_client_facts(sender, connector, |client| {
            policy.peer_identity(client, &fields, checked)
        });
        match foreign {
            Some(reply) => Err(reply),
            None => self.own_domain_from_outside(sender, connector, &senders.from),
        }
    }

    /// Where our own domains are protected on this listener.
    fn protected_fields<'a>(&'a self, policy: &'a MailPolicy) -> &'a [IdentityField] {
        let of_all = &policy.flow().identity.protect_own_domains;
        self.listener.protect_own_domains.as_deref().unwrap_or(of_all)
    }

    /// The refusal for strangers who pose as our users on a listener for other servers, or the reason to
    /// keep their mail on hold.
    pub(super) fn own_domain_from_outside(
        &self,
        sender: &ReversePath,
        connector: Option<&str>,
        from: &[Address],
    ) -> Result<Option<String>, Reply> {
        if self.is_submission() {
            return Ok(None);
        }
        let policy = self.context.policy.load_full();
        let fields = SenderFields { envelope: Some(sender), from, ..SenderFields::default() };
        let protected = self.protected_fields(&policy);
        let refusal = self.with_client_facts(sender, connector, |client| {
            policy.own_domain_from_outside(client, &fields, Some(protected))
        });
        match (refusal, policy.flow().identity.own_domains_from_outside) {
            (None, _) => Ok(None),
            (Some(reply), Suspected::Refuse) => Err(reply),
            (Some(reply), Suspected::Hold) => Ok(Some(reply.lines.join(" "))),
        }
    }

    /// What the header of a message handed in here is to get where it lacks it.
    pub(super) fn fix_ups(&self, id: QueueId) -> Option<FixUps> {
        self.is_submission().then(|| FixUps {
            now: self.context.clock.now(),
            message_id: format!("<{id}@{}>", self.context.hostname),
            account: self.account().cloned(),
        })
    }

    /// Under whose limits this client sends. The organization's own servers and partners, which are
    /// recognised by a connector, do not share the limits of a person.
    pub(super) fn limited(&self, sender: &ReversePath, connector: Option<&str>) -> Vec<Who> {
        if connector.is_some() {
            return Vec::new();
        }
        let limits = &self.context.limits;
        let mut who = Vec::new();
        if let Some(account) = self.account() {
            who.push(Who::Account(account.address.mailbox_key()));
        }
        if !limits.per_address.is_unbounded() {
            who.push(Who::address(self.client));
        }
        if !limits.per_sender.is_unbounded()
            && let Some(sender) = sender.address()
        {
            who.push(Who::Sender(sender.mailbox_key()));
        }
        who
    }
}

fn refused(refusal: LoginRefusal) -> Reply {
    match refusal {
        LoginRefusal::Wrong => replies::login_wrong(),
        LoginRefusal::Locked { until } => replies::login_locked(until),
        LoginRefusal::Busy => replies::login_busy(),
    }
}

fn not_kept(malformed: Malformed) -> Reply {
    match malformed {
        Malformed::Cancelled => replies::login_cancelled(),
        Malformed::NotBase64 | Malformed::NotUnderstood | Malformed::Over => {
            replies::login_malformed()
        }
        Malformed::WrongBinding => replies::login_wrong_binding(),
    }
}
