//! Before the login: the AUTHORIZATION state (RFC 1939 sections 4 and 7, RFC 5034).
//!
//! USER is answered the same for every name, and PASS the same for a name that does not exist and for a wrong
//! password: `causeway-accounts` sees to it that the time is the same, too.

use causeway_accounts::{Login, LoginRefusal, Malformed, Mechanism, Service, Step};
use causeway_mailbox::MaildropError;
use causeway_net::tls::ChannelBindings;
use tracing::{info, warn};

use super::{End, Next, Session, State};
use crate::command::Command;
use crate::replies::{self, Reply};
use crate::session::transaction::Open;

impl Session {
    /// Whether a password may be asked for on this connection.
    pub(super) fn may_log_in(&self) -> bool {
        self.bindings.is_some()
            || self.listener.allow_plain_login_on_loopback && self.client.is_loopback()
    }

    /// The names of the mechanisms to announce.
    pub(super) fn mechanisms(&self) -> Vec<&'static str> {
        Mechanism::offered(&self.announced()).iter().map(|mechanism| mechanism.name()).collect()
    }

    /// The channel bindings that clients are told of: none unless the listener says so, because mutt
    /// (2.2.12) takes SCRAM-SHA-256-PLUS wherever it is announced, cannot bind, and loses step. It is
    /// spoken all the same. Without any announced, a client that says that it could have bound its
    /// login is believed.
    fn announced(&self) -> ChannelBindings {
        match &self.bindings {
            Some(bindings) if self.listener.announce_channel_binding => bindings.clone(),
            _ => ChannelBindings::default(),
        }
    }

    /// Carries out a command of the AUTHORIZATION state.
    pub(super) async fn authorize(&mut self, command: Command<'_>) -> Result<Next, End> {
        let State::Authorization { user } = &mut self.state else {
            self.refuse(&replies::logged_in_already());
            return Ok(Next::Continue);
        };
        let user = user.take();
        match command {
            Command::Utf8 => {
                self.state = State::Authorization { user };
                self.utf8 = true;
                self.say(&Reply::ok("messages are sent as they are, UTF-8 included"));
            }
            _ if !self.may_log_in() => self.refuse(&replies::login_needs_tls()),
            Command::User(name) => {
                self.state = State::Authorization { user: Some(name.to_owned()) };
                self.say(&replies::send_password());
            }
            Command::Pass(password) => match user {
                None => self.refuse(&replies::name_first()),
                Some(user) => {
                    let (client, logins) = (self.client, self.context.logins.clone());
                    match logins.verify(&user, password, client, Service::Pop3).await {
                        Ok(login) => self.enter(login).await?,
                        Err(refusal) => self.refuse_login(refusal),
                    }
                }
            },
            Command::Auth { mechanism: None, .. } => {
                self.say(&Reply::ok("the mechanisms"));
                for name in self.mechanisms() {
                    self.say_line(name);
                }
                self.say_line(".");
            }
            Command::Auth { mechanism: Some(name), initial } => {
                self.exchange(name, initial).await?;
            }
            _ => self.refuse(&replies::not_now()),
        }
        Ok(Next::Continue)
    }

    /// AUTH: a SASL exchange (RFC 5034 section 4).
    async fn exchange(&mut self, name: &str, initial: Option<&str>) -> Result<(), End> {
        let mut bindings = self.bindings.clone().unwrap_or_default();
        let mechanism = Mechanism::parse(name)
            .filter(|mechanism| Mechanism::offered(&bindings).contains(mechanism));
        let Some(mechanism) = mechanism else {
            let offered = self.mechanisms().join(", ");
            self.refuse(&replies::no_such_mechanism(&offered));
            return Ok(());
        };
        if mechanism != Mechanism::ScramSha256Plus {
            bindings = self.announced();
        }
        let logins = self.context.logins.clone();
        let mut exchange = logins.exchange(mechanism, self.client, Service::Pop3, bindings);
        let mut step = exchange.step(initial.map(str::as_bytes)).await;
        while let Step::Challenge(challenge) = step {
            self.say_line(&format!("+ {challenge}"));
            let response = self.next_line().await?;
            step = exchange.step(Some(&response)).await;
        }
        match step {
            Step::Done(login) => self.enter(login).await?,
            Step::Refused(refusal) => self.refuse_login(refusal),
            Step::Malformed(Malformed::Cancelled) => self.refuse(&replies::cancelled()),
            Step::Malformed(malformed) => {
                info!(client = %self.client, mechanism = mechanism.name(), %malformed, "login broken off");
                self.refuse(&replies::malformed_login());
            }
            // The loop ends with anything but this.
            Step::Challenge(_) => {}
        }
        Ok(())
    }

    fn refuse_login(&mut self, refusal: LoginRefusal) {
        self.failed_logins += 1;
        self.refuse(&match refusal {
            LoginRefusal::Wrong => replies::wrong_login(),
            LoginRefusal::Locked { until } => replies::locked(until),
            LoginRefusal::Busy => replies::busy_with_logins(),
        });
    }

    /// After a login: notes it, and opens the mailbox.
    async fn enter(&mut self, login: Login) -> Result<(), End> {
        let mailbox = login.mailbox;
        let now = self.context.clock.now();
        let noted = self.context.register.record(self.client, &mailbox.to_string(), now).await;
        if let Err(error) = noted {
            warn!(client = %self.client, %mailbox, %error, "the login could not be noted for POP-before-SMTP");
        }
        let (root, address) = (self.context.mailboxes.clone(), mailbox.clone());
        let opened = tokio::task::spawn_blocking(move || root.open_maildrop(&address)).await;
        match opened.map_err(|_| End::BrokenOff)? {
            Ok(maildrop) => {
                let count = maildrop.len();
                let open = Open { mailbox, maildrop, retrieved: (0, 0) };
                self.state = State::Transaction(Box::new(open));
                self.say(&Reply::ok(format!("{count} messages")));
            }
            Err(MaildropError::InUse) => {
                info!(client = %self.client, %mailbox, "login refused: another session has the mailbox");
                self.say(&replies::in_use());
            }
            Err(error) => {
                warn!(client = %self.client, %mailbox, %error, "a mailbox could not be opened");
                self.say(&replies::cannot_open());
            }
        }
        Ok(())
    }
}
