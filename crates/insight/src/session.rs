//! SMTP sessions without a message: what a delivery would meet, step by step.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_model::config::TlsLevel;
use causeway_model::{Failure, Reply, Stage};
use causeway_net::tls::client::Expectation;
use causeway_net::tls::decision::{Decision, Demands, Findings, decide};
use causeway_net::tls::{CertificateFacts, ClientTls, Staple};
use causeway_smtp::client::{Capabilities, Connection, SessionFailure, Timeouts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::connection::{Dialer, unusable};
use crate::dns::{Asker, Timed};
use crate::finding::{Break, Certificate, Fact};
use crate::masking;
use crate::probe::TlsDemand;
use crate::published::{Publications, verdicts, without_tls};

/// A stream of either kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}
type Open = Connection<Box<dyn Stream>>;

/// Octets of one line that every server takes (RFC 5321 section 4.5.3.1.4), without its end.
const LONG_LINE: usize = 500;
/// Lines of a burst: more than fits into two packets of any usual size.
const BURST: usize = 8;

/// Opens sessions.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    pub(crate) dialer: Dialer,
    pub(crate) tls: ClientTls,
    pub(crate) publications: Publications,
    /// Our name in EHLO.
    pub(crate) hostname: String,
    /// For each reply.
    pub(crate) patience: Duration,
}

/// A server, and what its TLS is held against.
struct Goal<'a> {
    address: SocketAddr,
    host: &'a str,
    demand: &'a TlsDemand,
    expectation: Expectation,
}

/// Gathers facts with their times.
pub(crate) struct Notes<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) began: tokio::time::Instant,
    pub(crate) facts: Vec<Timed>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(asker: &'a Asker) -> Self {
        Self { asker, began: tokio::time::Instant::now(), facts: Vec::new() }
    }

    pub(crate) fn note(&mut self, fact: Fact) {
        self.facts.push(self.asker.timed(self.began, fact));
        self.began = tokio::time::Instant::now();
    }
}

impl Goal<'_> {
    /// What follows for what is published from there being no TLS.
    fn note_without_tls(&self, reason: &Failure, notes: &mut Notes<'_>) {
        for fact in without_tls(self.address, &self.expectation, reason) {
            notes.note(fact);
        }
    }
}

impl Sessions {
    fn timeouts(&self) -> Timeouts {
        Timeouts { quit: Duration::from_secs(1), ..Timeouts::all(self.patience) }
    }

    /// Everything up to the point at which a delivery would name its sender.
    pub(crate) async fn session(
        &self,
        address: SocketAddr,
        host: &str,
        demand: &TlsDemand,
        notes: &mut Notes<'_>,
    ) {
        if let Some(connection) = self.introduce(address, host, demand, notes).await {
            connection.quit().await;
        }
    }

    /// A session up to the point at which a message could be given. `None`: it ended, and the notes say how.
    async fn introduce(
        &self,
        address: SocketAddr,
        host: &str,
        demand: &TlsDemand,
        notes: &mut Notes<'_>,
    ) -> Option<Open> {
        let TlsDemand { expected_name, publisher, .. } = demand;
        let place = (host, address.port());
        let asked = self.publications.expectation(place, expected_name, publisher.as_ref(), notes);
        let expectation = asked.await;
        let goal = Goal { address, host, demand, expectation };
        let stream = match self.dialer.open(address).await {
            Ok(stream) => stream,
            Err(failure) => {
                unusable(address, failure).into_iter().for_each(|fact| notes.note(fact));
                return None;
            }
        };
        self.talk(&goal, stream, notes).await
    }

    /// From the greeting to the point at which a message could be given.
    async fn talk(
        &self,
        goal: &Goal<'_>,
        stream: TcpStream,
        notes: &mut Notes<'_>,
    ) -> Option<Open> {
        let address = goal.address;
        let from = stream.local_addr().ok().map(|own| own.ip());
        notes.note(Fact::Connected { address, from });
        let mut connection = Connection::new(stream, self.timeouts());
        let (greeting, capabilities) = match self.greet(address, &mut connection, notes).await {
            Ok(both) => both,
            Err(SessionFailure { stage, failure }) => {
                notes.note(Fact::SessionFailed { address, stage, failure });
                return None;
            }
        };
        let mut signs = masking::signs(&greeting, &capabilities);
        if !self.is_alive(address, "EHLO", &mut connection, notes).await {
            self.note_masking(address, signs, notes);
            return None;
        }
        if !capabilities.starttls {
            notes.note(Fact::StarttlsMissing { address });
            goal.note_without_tls(&Failure::TlsNotOffered, notes);
            // Said all the same: whoever takes it has had its keyword taken away on the way.
            let said = connection.say(Stage::Starttls, &["STARTTLS".to_owned()]).await;
            let reply = said.ok().and_then(|replies| replies.into_iter().next());
            let sign = reply.as_ref().and_then(masking::sign_in_starttls);
            let is_tls_expected = reply.is_none_or(|reply| reply.code == 220);
            signs.extend(sign);
            self.note_masking(address, signs, notes);
            return (!is_tls_expected).then(|| boxed(connection, self.timeouts()));
        }
        self.note_masking(address, signs, notes);
        notes.note(Fact::StarttlsOffered { address });
        let stream = match connection.starttls().await {
            Ok((stream, _)) => stream,
            Err(SessionFailure { failure: Failure::StarttlsRefused { reply }, .. }) => {
                notes.note(Fact::StarttlsRefused { address, reply: reply.clone() });
                goal.note_without_tls(&Failure::StarttlsRefused { reply }, notes);
                return None;
            }
            Err(SessionFailure { stage, failure }) => {
                notes.note(Fact::SessionFailed { address, stage, failure });
                return None;
            }
        };
        self.encrypt(goal, stream, notes).await
    }

    async fn greet(
        &self,
        address: SocketAddr,
        connection: &mut Connection<TcpStream>,
        notes: &mut Notes<'_>,
    ) -> Result<(Reply, Capabilities), SessionFailure> {
        let greeting = connection.greeting().await?;
        notes.note(Fact::Greeting { address, reply: greeting.clone() });
        let capabilities = connection.hello(&self.hostname).await?;
        notes.note(hello(address, &capabilities, false));
        Ok((greeting, capabilities))
    }

    fn note_masking(
        &self,
        address: SocketAddr,
        signs: Vec<crate::finding::MaskingSign>,
        notes: &mut Notes<'_>,
    ) {
        if !signs.is_empty() {
            notes.note(Fact::Masked { address, signs });
        }
    }

    /// The handshake, the certificate, and the session under TLS.
    async fn encrypt(
        &self,
        goal: &Goal<'_>,
        stream: TcpStream,
        notes: &mut Notes<'_>,
    ) -> Option<Open> {
        let &Goal { address, host, demand, .. } = goal;
        // Whatever the certificate is like, it is looked at; whether it will do is said afterwards.
        let demands = Demands::of_level(TlsLevel::Opportunistic);
        let expectation = Expectation { demands, ..goal.expectation.clone() };
        let shaking = self.tls.handshake(stream, host, &expectation);
        let session = match tokio::time::timeout(self.patience, shaking).await {
            Ok(Ok(session)) => session,
            Ok(Err(failure)) => {
                notes.note(Fact::TlsFailed { address, failure: failure.clone() });
                goal.note_without_tls(&failure, notes);
                return None;
            }
            Err(_) => {
                let after_ms = u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX);
                let failure = Failure::TimedOut { after_ms };
                notes.note(Fact::SessionFailed { address, stage: Stage::Tls, failure });
                return None;
            }
        };
        notes.note(Fact::TlsWorks { address, description: session.description.clone() });
        let sent = session.stream.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
        if let Some(facts) = &session.peer_certificate {
            let intermediates = sent.saturating_sub(1);
            let certificate = certificate(facts);
            notes.note(Fact::CertificateShown { address, certificate, intermediates });
        }
        notes.note(stapled(address, session.staple));
        for fact in verdicts(address, &goal.expectation, &session.findings) {
            notes.note(fact);
        }
        notes.note(judged(address, demand, &session.findings));
        let stream: Box<dyn Stream> = Box::new(session.stream);
        let mut connection = Connection::new(stream, self.timeouts());
        match connection.hello(&self.hostname).await {
            Ok(capabilities) => notes.note(hello(address, &capabilities, true)),
            Err(SessionFailure { stage, failure }) => {
                notes.note(Fact::SessionFailed { address, stage, failure });
                return None;
            }
        }
        self.is_alive(address, "TLS", &mut connection, notes).await.then_some(connection)
    }

    /// NOOP.
    async fn is_alive<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        address: SocketAddr,
        after: &str,
        connection: &mut Connection<S>,
        notes: &mut Notes<'_>,
    ) -> bool {
        match connection.say(Stage::Ehlo, &["NOOP".to_owned()]).await {
            Ok(_) => {
                notes.note(Fact::Alive { address, after: after.to_owned(), octets: 6 });
                true
            }
            Err(SessionFailure { failure, .. }) => {
                notes.note(match how(&failure) {
                    Some(how) => Fact::BreaksAfter { address, command: after.to_owned(), how },
                    None => Fact::SessionFailed { address, stage: Stage::Ehlo, failure },
                });
                false
            }
        }
    }

    /// Names senders and recipients, and leaves every transaction before its content.
    pub(crate) async fn recipients(
        &self,
        address: SocketAddr,
        pairs: &[(String, String)],
        notes: &mut Notes<'_>,
    ) {
        let stream = match self.dialer.open(address).await {
            Ok(stream) => stream,
            Err(failure) => {
                return unusable(address, failure).into_iter().for_each(|fact| notes.note(fact));
            }
        };
        let mut connection = Connection::new(stream, self.timeouts());
        let mut asked = Ok(());
        if let Err(failed) = connection.greeting().await {
            asked = Err(failed);
        } else if let Err(failed) = connection.hello(&self.hostname).await {
            asked = Err(failed);
        }
        for (sender, recipient) in pairs {
            if asked.is_err() {
                break;
            }
            asked = self.recipient(address, sender, recipient, &mut connection, notes).await;
        }
        match asked {
            Ok(()) => connection.quit().await,
            Err(SessionFailure { stage, failure }) => {
                notes.note(Fact::SessionFailed { address, stage, failure });
            }
        }
    }

    async fn recipient(
        &self,
        address: SocketAddr,
        sender: &str,
        recipient: &str,
        connection: &mut Connection<TcpStream>,
        notes: &mut Notes<'_>,
    ) -> Result<(), SessionFailure> {
        // Nothing in them may end the line.
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        let (from, to) = (plain(sender), plain(recipient));
        let mut replies = connection.say(Stage::Mail, &[format!("MAIL FROM:<{from}>")]).await?;
        if replies.first().is_some_and(Reply::is_positive) {
            replies = connection.say(Stage::Rcpt, &[format!("RCPT TO:<{to}>")]).await?;
            connection.say(Stage::Mail, &["RSET".to_owned()]).await?;
        }
        if let Some(reply) = replies.into_iter().next() {
            let (sender, recipient) = (sender.to_owned(), recipient.to_owned());
            notes.note(if reply.is_positive() {
                Fact::RecipientTaken { address, sender, recipient, reply }
            } else {
                Fact::RecipientRefused { address, sender, recipient, reply }
            });
        }
        Ok(())
    }

    /// The commands of a delivery, without a recipient, and then more at once than fits into a packet.
    pub(crate) async fn endurance(&self, address: SocketAddr, notes: &mut Notes<'_>) {
        let (level, expected_name) = (TlsLevel::Opportunistic, address.ip().to_string());
        let demand = TlsDemand { level, expected_name, publisher: None };
        let host = address.ip().to_string();
        // What is broken once may be chance: what breaks at the same place twice is not.
        let mut first: Option<Fact> = None;
        for _ in 0..2 {
            let before = notes.facts.len();
            let Some(mut connection) = self.introduce(address, &host, &demand, notes).await else {
                return;
            };
            // The session's own facts belong to another probe.
            notes.facts.truncate(before);
            match self.endure(address, &mut connection, notes).await {
                None => {
                    connection.quit().await;
                    return;
                }
                Some(fact) if first.as_ref() == Some(&fact) => {
                    notes.note(fact);
                    return;
                }
                Some(fact) => first = Some(fact),
            }
        }
    }

    async fn endure(
        &self,
        address: SocketAddr,
        connection: &mut Open,
        notes: &mut Notes<'_>,
    ) -> Option<Fact> {
        let pipelining = connection.capabilities().pipelining;
        let before = notes.facts.len();
        for (command, line) in [("MAIL", "MAIL FROM:<>"), ("RSET", "RSET")] {
            if let Err(failed) = connection.say(Stage::Mail, &[line.to_owned()]).await {
                notes.facts.truncate(before);
                let how = how(&failed.failure)?;
                return Some(Fact::BreaksAfter { address, command: command.to_owned(), how });
            }
            let after = command.to_owned();
            notes.note(Fact::Alive { address, after, octets: line.len() + 2 });
        }
        let mut works = "MAIL FROM:<>".len() + 2;
        let long = format!("NOOP {}", "0123456789".repeat(LONG_LINE / 10 - 1));
        let mut sizes = vec![vec![long.clone()]];
        if pipelining {
            sizes.push(vec![long; BURST]);
        }
        for lines in sizes {
            let octets = lines.iter().map(|line| line.len() + 2).sum();
            if let Err(failed) = connection.say(Stage::Mail, &lines).await {
                notes.facts.truncate(before);
                let how = how(&failed.failure)?;
                return Some(Fact::LargePacketsLost { address, works, lost: octets, how });
            }
            works = octets;
            notes.note(Fact::Alive { address, after: "NOOP".to_owned(), octets });
        }
        None
    }
}

fn boxed(connection: Connection<TcpStream>, timeouts: Timeouts) -> Open {
    connection.map_stream(|stream| Box::new(stream) as Box<dyn Stream>, timeouts)
}

/// How a session broke; `None` when it was ended in words.
const fn how(failure: &Failure) -> Option<Break> {
    match failure {
        Failure::ClosedAbruptly { .. } => Some(Break::Closed),
        Failure::TimedOut { .. } => Some(Break::Silent),
        _ => None,
    }
}

fn hello(address: SocketAddr, capabilities: &Capabilities, encrypted: bool) -> Fact {
    Fact::Hello {
        address,
        extended: capabilities.extended,
        keywords: capabilities.raw_lines.iter().skip(1).cloned().collect(),
        encrypted,
    }
}

fn certificate(facts: &CertificateFacts) -> Certificate {
    Certificate {
        subject: facts.subject.clone(),
        issuer: facts.issuer.clone(),
        names: facts.names.clone(),
        not_before: facts.not_before,
        not_after: facts.not_after,
        serial: facts.serial.clone(),
        self_issued: facts.self_issued,
    }
}

/// What its issuer says of it.
const fn stapled(address: SocketAddr, staple: Staple) -> Fact {
    match staple {
        Staple::Missing => Fact::OcspMissing { address },
        Staple::Useless(why) => Fact::OcspUseless { address, why },
        Staple::Said(statement) => Fact::OcspStapled { address, statement },
    }
}

/// Whether the certificate is good, and whether it matters.
fn judged(address: SocketAddr, demand: &TlsDemand, found: &Findings) -> Fact {
    let demand = demand.clone();
    match found.certificate() {
        Ok(()) => Fact::CertificateGood { address, demand },
        Err(failure) => {
            let decision = decide(&Demands::of_level(demand.level), found);
            let forbidden = matches!(decision, Decision::Defer(_));
            Fact::CertificateBad { address, demand, failure, forbidden }
        }
    }
}
