//! From a failure to its codes and our words for it.
//!
//! The codes are those that administrators know: `450 4.4.312` to `.318` and `4.7.320` while a
//! message waits, the same digits as `550 5.4.31x` when its time is over. Where the peer spoke for
//! itself, its own code and words stand, verbatim. Our words are protocol English, never
//! translated: they stand in SMTP replies, logs and `Diagnostic-Code` fields.
//!
//! Everything here is total. A peer's enhanced code whose class contradicts its reply code is
//! corrected for the `Status` field, and left alone in its words.

mod demands;

use causeway_model::time::format_duration;
use causeway_model::{Attempt, EnhancedCode, Failure, Outcome, Reply, Stage};
use serde::Serialize;

use demands::{dane_codes, domain_policy_text};

/// When a failure is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The recipient stays in the queue.
    Queued,
    /// The failure itself ended it.
    Final,
    /// Its time in the queue is over; the failure is the last one seen.
    Expired,
}

/// Whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permanence {
    /// It cannot: the recipient is returned at once.
    Permanent,
    /// It may: the recipient stays queued until its time is over.
    Transient,
}

/// A status as it stands in replies, listings and reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusLine {
    /// The reply code, 200 to 599.
    pub code: u16,
    /// The enhanced status code; always there, derived where a peer gave none.
    pub enhanced: EnhancedCode,
    /// One line of text, without codes. Ours has no control characters; a peer's is verbatim.
    pub text: String,
}

impl StatusLine {
    /// Both codes, `450 4.4.316`.
    #[must_use]
    pub fn code_text(&self) -> String {
        format!("{} {}", self.code, self.enhanced)
    }
}

/// Whether trying again can help. A name that does not exist stays transient by design: domains
/// come back, and smart hosts are corrected, within the queue's time. A refusal before MAIL (greeting,
/// EHLO, STARTTLS, AUTH) is about the site, not about the message, and transient too.
#[must_use]
pub fn permanence(failure: &Failure) -> Permanence {
    let permanent = match failure {
        Failure::Replied { reply } => reply.is_permanent(),
        Failure::NullMx { .. }
        | Failure::MxPointsHere { .. }
        | Failure::TooBig { .. }
        | Failure::ExtensionMissing { .. }
        | Failure::TooManyHops { .. }
        | Failure::RoutingLoop { .. }
        | Failure::MailboxUnknown { .. }
        | Failure::ForwardLoop { .. }
        | Failure::Returned { .. } => true,
        _ => false,
    };
    if permanent { Permanence::Permanent } else { Permanence::Transient }
}

/// The status of a failure when nothing is known of the host it happened with.
#[must_use]
pub fn status(failure: &Failure, stage: Stage, phase: Phase) -> StatusLine {
    line(failure, stage, phase, "the remote server")
}

/// The status of an attempt: of its failure, naming the host, or the peer's reply when it
/// succeeded.
#[must_use]
pub fn status_of(attempt: &Attempt, phase: Phase) -> StatusLine {
    match &attempt.outcome {
        Outcome::Success(reply) => StatusLine {
            code: reply.code,
            enhanced: derived_code(reply, attempt.stage),
            text: words(reply),
        },
        Outcome::Failure(failure) => line(failure, attempt.stage, phase, &target(attempt)),
    }
}

/// `code` and `reply` as listings show them: the peer's own, verbatim, where it spoke (with its code
/// in the words where ours stands in `code`); ours otherwise.
#[must_use]
pub fn last_result(attempt: &Attempt, phase: Phase) -> (String, String) {
    match &attempt.outcome {
        Outcome::Success(reply)
        | Outcome::Failure(Failure::Replied { reply } | Failure::AuthRefused { reply }) => {
            (reply.code_text(), words(reply))
        }
        Outcome::Failure(
            Failure::ServiceRefused { reply } | Failure::StarttlsRefused { reply },
        ) => (status_of(attempt, phase).code_text(), reply.to_string()),
        Outcome::Failure(_) => {
            let line = status_of(attempt, phase);
            (line.code_text(), line.text)
        }
    }
}

/// The peer's reply in a failure, when it gave one.
#[must_use]
pub const fn peer_reply(failure: &Failure) -> Option<&Reply> {
    match failure {
        Failure::Replied { reply }
        | Failure::ServiceRefused { reply }
        | Failure::StarttlsRefused { reply }
        | Failure::AuthRefused { reply } => Some(reply),
        _ => None,
    }
}

/// The words of a reply on one line, verbatim, without its codes.
#[must_use]
pub fn words(reply: &Reply) -> String {
    let lines: Vec<&str> =
        reply.lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// The host of an attempt as our texts name it: `mail.corp.example [192.0.2.7]:25`.
#[must_use]
pub fn target(attempt: &Attempt) -> String {
    let address = attempt.address.map(|a| format!("[{}]:{}", a.ip(), a.port()));
    match (&attempt.host, address) {
        (Some(host), Some(address)) => clean(&format!("{host} {address}")),
        (Some(host), None) => clean(host),
        (None, Some(address)) => address,
        (None, None) => "the remote server".into(),
    }
}

/// The enhanced code of a reply for a `Status` field (RFC 3463): the peer's own, its class made
/// to agree with the reply code, or one that fits the reply code (RFC 5321 section 4.2.3) and the
/// stage.
#[must_use]
pub fn derived_code(reply: &Reply, stage: Stage) -> EnhancedCode {
    let class = match reply.code / 100 {
        2 | 3 => 2,
        4 => 4,
        _ => 5,
    };
    if let Some(given) = reply.enhanced {
        return EnhancedCode::new(class, given.subject, given.detail);
    }
    let (subject, detail) = match reply.code {
        200..=399 => (0, 0),
        421 | 521 => (3, 2),
        422 | 552 if stage == Stage::Rcpt => (2, 2),
        552 => (3, 4),
        450 | 550 if stage == Stage::Mail => (1, 0),
        450 | 550 if stage == Stage::Rcpt => crate::reply::meaning(reply, stage).address_code(),
        451 | 454 => (3, 0),
        452 => (3, 1),
        455 | 501 | 504 | 555 => (5, 4),
        500 => (5, 2),
        502 | 503 => (5, 1),
        530 => (7, 0),
        534 => (7, 9),
        535 => (7, 8),
        538 => (7, 11),
        551 => (1, 6),
        553 => (1, 3),
        556 => (1, 10),
        _ => (0, 0),
    };
    EnhancedCode::new(class, subject, detail)
}

/// Text of ours for places that take one line: control characters become `?`, 600 characters at
/// most.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().take(600).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Foreign text on one line, with everything seen that is in it: what controls a terminal, reorders or hides its
/// neighbours becomes `\u{…}`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Characters that reorder or hide their neighbours: bidirectional controls, zero width ones, line
/// and paragraph separators, tags.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// What a failure's codes are made of.
struct Codes {
    queued: u16,
    ended: u16,
    subject: u16,
    detail: u16,
}

const fn codes(subject: u16, detail: u16) -> Codes {
    Codes { queued: 450, ended: 550, subject, detail }
}

fn line(failure: &Failure, stage: Stage, phase: Phase, target: &str) -> StatusLine {
    if let Failure::Replied { reply } = failure {
        if phase == Phase::Expired && !reply.is_permanent() {
            return StatusLine {
                code: 550,
                enhanced: EnhancedCode::new(5, 4, 7),
                text: format!("Message expired: {reply}"),
            };
        }
        return StatusLine {
            code: reply.code,
            enhanced: derived_code(reply, stage),
            text: words(reply),
        };
    }
    let Codes { queued, ended, subject, detail } = codes_of(failure);
    let text = clean(&text_of(failure, stage, target));
    let (code, class) = if phase == Phase::Queued { (queued, 4) } else { (ended, 5) };
    let text = match (phase, permanence(failure)) {
        (Phase::Expired, Permanence::Transient) => format!("Message expired: {text}"),
        _ => text,
    };
    StatusLine { code, enhanced: EnhancedCode::new(class, subject, detail), text }
}

fn codes_of(failure: &Failure) -> Codes {
    match failure {
        Failure::DomainNotFound { .. }
        | Failure::NoAddress { .. }
        | Failure::DnsServerFailure { .. }
        | Failure::DnsTimeout { .. }
        | Failure::DnssecBogus { .. } => codes(4, 312),
        Failure::ConnectTimeout { .. } | Failure::Unreachable { .. } => codes(4, 315),
        Failure::ConnectionRefused => codes(4, 316),
        Failure::ServiceRefused { .. }
        | Failure::TlsNotOffered
        | Failure::StarttlsRefused { .. }
        | Failure::TlsHandshake { .. }
        | Failure::TlsTooOld { .. }
        | Failure::TlsNothingInCommon { .. } => codes(4, 317),
        Failure::TimedOut { .. }
        | Failure::ClosedAbruptly { .. }
        | Failure::ProtocolError { .. } => codes(4, 318),
        Failure::CertificateExpired { .. }
        | Failure::CertificateNotYetValid { .. }
        | Failure::CertificateNameMismatch { .. }
        | Failure::CertificateUnknownIssuer { .. }
        | Failure::CertificateChainIncomplete { .. }
        | Failure::CertificateSelfSigned
        | Failure::CertificateRevoked
        | Failure::CertificateInvalid { .. } => codes(7, 320),
        Failure::DaneViolated { reason, .. } => dane_codes(reason),
        Failure::TlsaMismatch { .. } => codes(7, 323),
        Failure::TlsaUnavailable { .. } => codes(7, 324),
        Failure::StsViolated { .. } => codes(7, 5),
        Failure::StsHostNotListed { .. } => codes(4, 8),
        Failure::AuthNotOffered
        | Failure::AuthRefused { .. }
        | Failure::CredentialsUnprotected { .. } => codes(7, 8),
        Failure::NullMx { .. } => Codes { ended: 556, ..codes(1, 10) },
        Failure::MxPointsHere { .. } | Failure::TooManyHops { .. } => {
            Codes { ended: 554, ..codes(4, 6) }
        }
        Failure::RoutingLoop { .. } => Codes { ended: 554, ..codes(4, 14) },
        Failure::NoConnector { .. } => codes(4, 1),
        Failure::MailboxUnknown { .. } => codes(1, 1),
        Failure::MailboxFull { .. } => Codes { queued: 452, ended: 552, subject: 2, detail: 2 },
        Failure::TooBig { .. } => Codes { queued: 452, ended: 552, subject: 3, detail: 4 },
        Failure::ExtensionMissing { extension } if extension.eq_ignore_ascii_case("SMTPUTF8") => {
            Codes { ended: 553, ..codes(6, 7) }
        }
        Failure::ExtensionMissing { extension }
            if extension.eq_ignore_ascii_case("8BITMIME")
                || extension.eq_ignore_ascii_case("BINARYMIME") =>
        {
            Codes { ended: 554, ..codes(6, 3) }
        }
        Failure::ExtensionMissing { .. } => Codes { ended: 554, ..codes(5, 4) },
        // X.3.5, "system incorrectly configured" (RFC 3463): nothing was asked of the other server, so none of
        // the codes that speak of it would be true.
        Failure::CredentialsUnreadable { .. } | Failure::SourceAddressUnusable { .. } => {
            Codes { queued: 451, ended: 554, subject: 3, detail: 5 }
        }
        Failure::MailboxUnwritable { .. } | Failure::StoreUnreadable { .. } => {
            Codes { queued: 451, ended: 554, subject: 3, detail: 0 }
        }
        Failure::Returned { .. } => Codes { ended: 554, ..codes(0, 0) },
        Failure::Held { .. } | Failure::ForwardLimit { .. } => codes(7, 1),
        Failure::ForwardLoop { .. } => Codes { ended: 554, ..codes(4, 6) },
        // Handled by `line`, with the peer's own codes.
        Failure::Replied { .. } => codes(0, 0),
    }
}

fn text_of(failure: &Failure, stage: Stage, target: &str) -> String {
    match failure {
        Failure::DomainNotFound { name } => {
            format!("DNS query failed: {name} does not exist (NXDOMAIN)")
        }
        Failure::NoAddress { name } => {
            format!("DNS query failed: {name} has neither an MX record nor an address")
        }
        Failure::DnsServerFailure { name, code, server: Some(server) } => {
            format!("DNS query failed: {name}: {code} from name server {}", server.ip())
        }
        Failure::DnsServerFailure { name, code, server: None } => {
            format!("DNS query failed: {name}: {code}")
        }
        Failure::DnsTimeout { name, after_ms } => {
            format!("DNS query failed: {name}: no name server answered within {}", span(*after_ms))
        }
        Failure::DnssecBogus { name } => {
            format!("DNS query failed: {name}: the answer did not validate (DNSSEC bogus)")
        }
        Failure::NullMx { domain } => format!("The domain {domain} takes no mail (null MX)"),
        Failure::MxPointsHere { domain, hosts } => format!(
            "Mail loop: the best MX host for {domain} is this server (MX: {})",
            hosts.join(", ")
        ),
        Failure::NoConnector { domain } => format!(
            "No route: {domain} is an internal relay domain, and no outbound connector takes its \
             recipients that are not here"
        ),
        Failure::RoutingLoop { domain, connector } => format!(
            "Mail loop: the message came from the servers that connector \"{connector}\" would take \
             it back to, and there is no other way to {domain}"
        ),
        Failure::Held { reason } => format!("On hold until an administrator decides: {reason}"),
        Failure::ForwardLoop { mailbox } => {
            format!(
                "Mail loop: {mailbox} forwards its mail, and this message has been there before"
            )
        }
        Failure::ForwardLimit { mailbox, limit } => format!(
            "{mailbox} forwards its mail, and has forwarded {limit} messages in the last hour, the \
             most it may"
        ),
        Failure::Returned { reason } if reason.trim().is_empty() => {
            "Returned to its sender by an administrator".into()
        }
        Failure::Returned { reason } => {
            format!("Returned to its sender by an administrator: {reason}")
        }
        Failure::Replied { reply } => words(reply),
        _ if failure.is_site_level() => site_text(failure, stage, target),
        _ => message_text(failure, target),
    }
}

/// Connecting, TLS and logging in.
fn site_text(failure: &Failure, stage: Stage, target: &str) -> String {
    let at = stage_words(stage);
    match failure {
        Failure::ConnectTimeout { after_ms } => {
            format!("Connection timed out: no answer from {target} within {}", span(*after_ms))
        }
        Failure::Unreachable { detail } => {
            format!("Connection timed out: no route to {target} ({detail})")
        }
        Failure::ConnectionRefused => format!("Connection refused by {target}"),
        Failure::SourceAddressUnusable { source, detail } => format!(
            "Cannot send from {source} to {target}: this machine does not have that address ({detail})"
        ),
        Failure::TimedOut { after_ms } => format!(
            "Connection was closed: {target} stopped answering {at} (no reply within {})",
            span(*after_ms)
        ),
        Failure::ClosedAbruptly { bytes_received } => format!(
            "Connection was closed abruptly by {target} {at} ({bytes_received} octets received)"
        ),
        Failure::ServiceRefused { reply } => {
            format!("Cannot connect to remote server: {target} answered {at}: {reply}")
        }
        Failure::ProtocolError { detail } => {
            format!("Connection was closed: {target} does not speak SMTP {at}: {detail}")
        }
        Failure::TlsNotOffered => format!(
            "Cannot connect to remote server: TLS is required, and {target} does not offer STARTTLS"
        ),
        Failure::StarttlsRefused { reply } => {
            format!("Cannot connect to remote server: {target} refused STARTTLS: {reply}")
        }
        Failure::TlsHandshake { detail } => {
            format!("Cannot connect to remote server: TLS handshake with {target} failed: {detail}")
        }
        Failure::TlsTooOld { offered } => format!(
            "Cannot connect to remote server: {target} offers only {offered}, which is not safe \
             (TLS 1.2 at least is needed)"
        ),
        Failure::TlsNothingInCommon { detail } => format!(
            "Cannot connect to remote server: {target} offers only TLS ciphers or key exchanges that \
             are not safe ({detail})"
        ),
        Failure::DaneViolated { .. }
        | Failure::TlsaMismatch { .. }
        | Failure::TlsaUnavailable { .. }
        | Failure::StsViolated { .. }
        | Failure::StsHostNotListed { .. } => domain_policy_text(failure, stage, target),
        Failure::CredentialsUnprotected { reason: None } => {
            format!("Login to {target} is configured, and there is no TLS to protect the password")
        }
        Failure::CredentialsUnprotected { reason: Some(reason) } => format!(
            "The password for {target} was not sent, as nothing proves who it is: {}",
            text_of(reason, stage, target)
        ),
        Failure::AuthNotOffered => {
            format!("Login to {target} is configured, and it offers no usable AUTH mechanism")
        }
        Failure::AuthRefused { reply } => format!("Login refused by {target}: {reply}"),
        Failure::CredentialsUnreadable { detail } => {
            format!("The credentials for {target} could not be read: {detail}")
        }
        _ => certificate_text(failure, target),
    }
}

fn certificate_text(failure: &Failure, target: &str) -> String {
    let reason = match failure {
        Failure::CertificateExpired { not_after: Some(t) } => format!("expired on {}", t.rfc3339()),
        Failure::CertificateExpired { not_after: None } => "has expired".into(),
        Failure::CertificateNotYetValid { not_before: Some(t) } => {
            format!("is not valid before {}", t.rfc3339())
        }
        Failure::CertificateNotYetValid { not_before: None } => "is not valid yet".into(),
        Failure::CertificateNameMismatch { expected, presented } if presented.is_empty() => {
            format!("carries no name; {expected} is required")
        }
        Failure::CertificateNameMismatch { expected, presented } => {
            format!("is for {}; {expected} is required", presented.join(", "))
        }
        Failure::CertificateUnknownIssuer { issuer } => {
            format!("is from an issuer that is not trusted here ({issuer})")
        }
        Failure::CertificateChainIncomplete { issuer } => {
            format!("came without the certificate of its issuer ({issuer})")
        }
        Failure::CertificateSelfSigned => "is self-signed".into(),
        Failure::CertificateRevoked => "is revoked".into(),
        Failure::CertificateInvalid { detail } => format!("is not valid: {detail}"),
        _ => "is not valid".into(),
    };
    format!("Certificate validation failed: the certificate of {target} {reason}")
}

/// The message itself, and what is here.
fn message_text(failure: &Failure, target: &str) -> String {
    match failure {
        Failure::ExtensionMissing { extension } => {
            format!("The message needs {extension}, and {target} does not offer it")
        }
        Failure::TooBig { size, limit } => {
            format!("The message has {size} octets; {target} takes at most {limit}")
        }
        Failure::TooManyHops { hops, limit } => {
            format!("Mail loop: the message has passed {hops} servers; {limit} are allowed")
        }
        Failure::MailboxUnknown { address } => format!("No such mailbox here: {address}"),
        Failure::MailboxUnwritable { detail } => {
            format!("The mailbox could not be written: {detail}")
        }
        Failure::MailboxFull { quota } => format!("The mailbox is full (quota {quota} octets)"),
        Failure::StoreUnreadable { detail } => {
            format!("The message could not be read from the store: {detail}")
        }
        _ => "Delivery failed".into(),
    }
}

fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Route | Stage::Resolve | Stage::Connect | Stage::Local => "after the connection",
        Stage::Banner => "before its greeting",
        Stage::Ehlo => "after EHLO",
        Stage::Starttls => "after STARTTLS",
        Stage::Tls => "during the TLS handshake",
        Stage::Auth => "after AUTH",
        Stage::Mail => "after MAIL FROM",
        Stage::Rcpt => "after RCPT TO",
        Stage::Data => "after DATA",
        Stage::EndOfData => "after the end of the message",
    }
}

fn span(millis: u64) -> String {
    format_duration(std::time::Duration::from_millis(millis))
}

#[cfg(test)]
mod tests;
