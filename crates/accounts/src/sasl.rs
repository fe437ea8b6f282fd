//! SASL (RFC 4422) for SMTP (RFC 4954) and POP3 (RFC 5034): the conversation that proves a password.
//!
//! An [`Exchange`] takes what the client sends, in base64, and says what to send back: a challenge, or
//! the end. The two protocols wrap it differently (`334 …` and `+ …`) and know what their own
//! answers look like; everything else is the same.
//!
//! | mechanism | what the client shows |
//! |---|---|
//! | `PLAIN` (RFC 4616) | name and password, in one message |
//! | `LOGIN` (no standard; Outlook) | name, then password |
//! | `SCRAM-SHA-256` (RFC 7677) | that it knows the password, and asks the same of us |
//! | `SCRAM-SHA-256-PLUS` | the same, bound to this TLS connection: nobody in between can pass it on |
//!
//! A mailbox whose password was set before its SCRAM keys were kept cannot be logged in to by SCRAM. To
//! the client that looks like a wrong password, as it does for names that do not exist.
//!
//! A name to act as (authorization identity) must be empty or the same mailbox.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use causeway_net::tls::ChannelBindings;
use causeway_store::{Mailbox, ScramKeys};
use zeroize::Zeroizing;

use crate::logins::{Login, LoginRefusal, Logins, Name, Service, Via};
use crate::scram::{self, BindingFlag, ClientFinal, ClientFirst};

/// Octets of the longest response that is looked at, in base64.
const RESPONSE_LIMIT: usize = 12_288;

/// A mechanism that is spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// `PLAIN`.
    Plain,
    /// `LOGIN`.
    Login,
    /// `SCRAM-SHA-256`.
    ScramSha256,
    /// `SCRAM-SHA-256-PLUS`.
    ScramSha256Plus,
}

impl Mechanism {
    /// From its name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Plain, Self::Login, Self::ScramSha256, Self::ScramSha256Plus]
            .into_iter()
            .find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
        }
    }

    /// The mechanisms to offer on a connection, the strongest first.
    #[must_use]
    pub const fn offered(bindings: &ChannelBindings) -> &'static [Self] {
        const ALL: [Mechanism; 4] = [
            Mechanism::ScramSha256Plus,
            Mechanism::ScramSha256,
            Mechanism::Plain,
            Mechanism::Login,
        ];
        match ALL.split_first() {
            Some((_, without_binding)) if bindings.is_empty() => without_binding,
            _ => &ALL,
        }
    }
}

/// What to do after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this challenge (in base64 already; may be empty) and hand in the client's next line.
    Challenge(String),
    /// It is proved.
    Done(Login),
    /// It is not.
    Refused(LoginRefusal),
    /// The client did not keep to the mechanism.
    Malformed(Malformed),
}

/// How a client did not keep to the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// `*`: it gave up.
    #[error("the client cancelled the login")]
    Cancelled,
    /// Not base64, or too long.
    #[error("the response is not base64")]
    NotBase64,
    /// Not a message of the mechanism.
    #[error("the response is not one of the mechanism's")]
    NotUnderstood,
    /// A channel binding that this connection does not have, or that was not asked for.
    #[error("the channel binding is not that of this connection")]
    WrongBinding,
    /// After the end.
    #[error("the exchange is over")]
    Over,
}

/// One conversation. Holds passwords only for the length of a step, except the name of `LOGIN`.
pub struct Exchange {
    logins: Logins,
    mechanism: Mechanism,
    client: IpAddr,
    service: Service,
    bindings: ChannelBindings,
    state: State,
}

/// What is expected next.
enum State {
    Begin,
    LoginName,
    LoginPassword {
        user: String,
    },
    ScramFirst,
    ScramFinal(Box<Challenged>),
    /// Our proof was sent; the client has nothing more to say.
    Confirm(Login),
    Over,
}

/// Between the two messages of a SCRAM client.
struct Challenged {
    name: Name,
    account: Option<Arc<Mailbox>>,
    first: ClientFirst,
    server_first: String,
    /// Both nonces.
    nonce: String,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

impl Exchange {
    pub(crate) fn new(
        logins: Logins,
        mechanism: Mechanism,
        client: IpAddr,
        service: Service,
        bindings: ChannelBindings,
    ) -> Self {
        Self { logins, mechanism, client, service, bindings, state: State::Begin }
    }

    /// Takes the initial response (`None`: there was none) or the client's next line, and says what
    /// to do. A wrong password is answered after a delay.
    pub async fn step(&mut self, response: Option<&[u8]>) -> Step {
        let response = match response.map(decoded).transpose() {
            Ok(response) => response,
            Err(malformed) => {
                self.state = State::Over;
                return Step::Malformed(malformed);
            }
        };
        match (std::mem::replace(&mut self.state, State::Over), response) {
            (State::Begin, response) => self.begin(response).await,
            (_, None) => Step::Malformed(Malformed::NotUnderstood),
            (State::LoginName, Some(name)) => self.login_name(&name),
            (State::LoginPassword { user }, Some(password)) => self.verify(&user, &password).await,
            (State::ScramFirst, Some(message)) => self.scram_first(&message),
            (State::ScramFinal(challenged), Some(message)) => {
                self.scram_final(*challenged, &message).await
            }
            (State::Confirm(login), Some(_)) => Step::Done(login),
            (State::Over, _) => Step::Malformed(Malformed::Over),
        }
    }

    async fn begin(&mut self, response: Option<Zeroizing<Vec<u8>>>) -> Step {
        match (self.mechanism, response) {
            (Mechanism::Plain, Some(message)) => self.plain(&message).await,
            (Mechanism::Plain, None) => {
                self.state = State::Begin;
                Step::Challenge(String::new())
            }
            (Mechanism::Login, Some(name)) => self.login_name(&name),
            (Mechanism::Login, None) => {
                self.state = State::LoginName;
                Step::Challenge(BASE64.encode("Username:"))
            }
            (Mechanism::ScramSha256 | Mechanism::ScramSha256Plus, Some(message)) => {
                self.scram_first(&message)
            }
            (Mechanism::ScramSha256 | Mechanism::ScramSha256Plus, None) => {
                self.state = State::ScramFirst;
                Step::Challenge(String::new())
            }
        }
    }

    /// `[authorization] NUL name NUL password`.
    async fn plain(&mut self, message: &[u8]) -> Step {
        let mut parts = message.splitn(3, |&octet| octet == 0);
        let (Some(authorization), Some(user), Some(password)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Step::Malformed(Malformed::NotUnderstood);
        };
        let (Ok(authorization), Ok(user)) =
            (std::str::from_utf8(authorization), std::str::from_utf8(user))
        else {
            return Step::Malformed(Malformed::NotUnderstood);
        };
        if user.is_empty() || password.is_empty() || password.contains(&0) {
            return Step::Malformed(Malformed::NotUnderstood);
        }
        if !authorization.is_empty() && !self.is_same(authorization, user) {
            return self.refuse_other(user).await;
        }
        self.verify(user, password).await
    }

    fn login_name(&mut self, name: &[u8]) -> Step {
        match std::str::from_utf8(name) {
            Ok(name) if !name.is_empty() => {
                self.state = State::LoginPassword { user: name.to_owned() };
                Step::Challenge(BASE64.encode("Password:"))
            }
            _ => Step::Malformed(Malformed::NotUnderstood),
        }
    }

    async fn verify(&self, user: &str, password: &[u8]) -> Step {
        match self.logins.verify(user, password, self.client, self.service).await {
            Ok(login) => Step::Done(login),
            Err(refusal) => Step::Refused(refusal),
        }
    }

    /// Whether two names are the same mailbox, or the same name.
    fn is_same(&self, one: &str, other: &str) -> bool {
        let (one, other) = (Name::of(one), Name::of(other));
        if one.counted() == other.counted() {
            return true;
        }
        match (self.logins.find(&one), self.logins.find(&other)) {
            (Some(one), Some(other)) => one.address == other.address,
            _ => false,
        }
    }

    /// Somebody who wants to be somebody else: as if the password were wrong.
    async fn refuse_other(&self, user: &str) -> Step {
        Step::Refused(self.logins.failed(&Name::of(user), self.client, self.service).await)
    }

    fn scram_first(&mut self, message: &[u8]) -> Step {
        let Some(first) = ClientFirst::parse(message) else {
            return Step::Malformed(Malformed::NotUnderstood);
        };
        let is_bound = match (&first.binding, self.mechanism) {
            (BindingFlag::Used(name), Mechanism::ScramSha256Plus) => {
                self.bindings.by_name(name).is_some()
            }
            // "You have none": somebody took it out of what we offered.
            (BindingFlag::BelievedAbsent, Mechanism::ScramSha256) => self.bindings.is_empty(),
            (BindingFlag::NotSupported, Mechanism::ScramSha256) => true,
            _ => false,
        };
        if !is_bound {
            return Step::Malformed(Malformed::WrongBinding);
        }
        let name = Name::of(&first.user);
        if let Err(refusal) = self.logins.check(&name, self.client) {
            return Step::Refused(refusal);
        }
        let account = self.logins.find(&name);
        let (salt, iterations) = match account.as_ref().and_then(|a| a.scram.as_ref()) {
            Some(scram) => (scram.salt.clone(), scram.iterations),
            None => {
                let salt = scram::salt_for_nobody(&self.logins.inner.secret, name.counted());
                (salt, scram::ITERATIONS)
            }
        };
        let Some(nonce) = scram::nonce() else { return Step::Refused(LoginRefusal::Busy) };
        let server_first = scram::server_first(&first.nonce, &nonce, &salt, iterations);
        let challenge = BASE64.encode(&server_first);
        let nonce = first.nonce.clone() + &nonce;
        let challenged = Challenged { name, account, first, server_first, nonce };
        self.state = State::ScramFinal(Box::new(challenged));
        Step::Challenge(challenge)
    }

    async fn scram_final(&mut self, challenged: Challenged, message: &[u8]) -> Step {
        let Challenged { name, account, first, server_first, nonce } = challenged;
        let Some(last) = ClientFinal::parse(message).filter(|last| last.nonce == nonce) else {
            return Step::Malformed(Malformed::NotUnderstood);
        };
        let mut expected = first.header.clone().into_bytes();
        if let BindingFlag::Used(binding) = &first.binding {
            expected.extend_from_slice(self.bindings.by_name(binding).unwrap_or_default());
        }
        if last.binding != expected {
            return Step::Malformed(Malformed::WrongBinding);
        }
        if let Err(refusal) = self.logins.check(&name, self.client) {
            return Step::Refused(refusal);
        }
        let is_self =
            first.authorization.as_deref().is_none_or(|other| self.is_same(other, &first.user));
        let signed = scram::authentication_message(&first, &server_first, &last);
        if account.as_ref().is_none_or(|account| account.scram.is_none()) {
            // As much work as for a mailbox with one password.
            let _ = scram::matches(&scram::keys_of_nobody(), &last.proof, &signed);
        }
        let proved = account
            .as_ref()
            .filter(|_| is_self)
            .and_then(|account| find_keys(account, &last, &signed));
        match (proved, &account) {
            (Some((keys, via)), Some(account)) => {
                let login = self.logins.succeeded(&name, account, via, self.client, self.service);
                self.state = State::Confirm(login);
                Step::Challenge(BASE64.encode(scram::server_final(keys, &signed)))
            }
            _ => Step::Refused(self.logins.failed(&name, self.client, self.service).await),
        }
    }
}

/// The keys with which the proof was made.
fn find_keys<'a>(
    account: &'a Mailbox,
    last: &ClientFinal,
    signed: &str,
) -> Option<(&'a ScramKeys, Via)> {
    let primary = account.scram.as_ref().and_then(|scram| scram.keys.as_ref());
    let own = primary.into_iter().map(|keys| (keys, None));
    let others = account.application_passwords.iter().map(|a| (&a.scram, Some(&a.name)));
    let (keys, name) =
        own.chain(others).find(|(keys, _)| scram::matches(keys, &last.proof, signed))?;
    let via = match name {
        None => Via::Primary,
        Some(name) => Via::Application { name: name.clone() },
    };
    Some((keys, via))
}

/// What the client sent. `*` gives up; `=` stands for nothing (RFC 4954 section 4).
fn decoded(response: &[u8]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    match response {
        b"*" => Err(Malformed::Cancelled),
        b"=" => Ok(Zeroizing::default()),
        _ if response.len() > RESPONSE_LIMIT => Err(Malformed::NotBase64),
        _ => BASE64.decode(response).map(Zeroizing::new).map_err(|_| Malformed::NotBase64),
    }
}
