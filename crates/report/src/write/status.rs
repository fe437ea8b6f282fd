//! The part for machines: `message/delivery-status` (RFC 3464), or its global form (RFC 6533).

use causeway_catalog::causes::Category;
use causeway_catalog::status::peer_reply;
use causeway_catalog::{Permanence, Phase, StatusLine, permanence, status_of};
use causeway_model::{Attempt, EnhancedCode, Failure, Outcome, Stage};

use super::{Kind, ReportRecipient, ReportRequest, mime, person};

/// Characters of a diagnostic text.
const DIAGNOSTIC: usize = 1500;

/// The whole part with its own header, CRLF between lines, none at the end.
pub(super) fn part(request: &ReportRequest<'_>, global: bool) -> String {
    let mut groups = vec![about_message(request, global)];
    for recipient in request.recipients {
        groups.push(about_recipient(request, recipient, global));
    }
    let fields = groups.join("\r\n");
    if global {
        format!(
            "Content-Type: message/global-delivery-status\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{}",
            mime::quoted_printable(fields.as_bytes(), mime::Lines::Message)
        )
    } else {
        format!("Content-Type: message/delivery-status\r\n\r\n{fields}")
    }
}

/// Fields under construction.
struct Fields {
    out: String,
    global: bool,
}

impl Fields {
    fn add(&mut self, name: &str, value: &str) {
        let value = mime::one_line(value, DIAGNOSTIC + 200);
        let value = if self.global { value } else { ascii(&value) };
        let line = mime::fold(value.trim_end(), name.len() + 2, 76);
        self.out.push_str(&format!("{name}: {line}\r\n"));
    }
}

/// The text with everything outside ASCII as `\x{…}` (RFC 6533 section 3), for the ASCII form.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
        }
    }
    out
}

fn about_message(request: &ReportRequest<'_>, global: bool) -> String {
    let mut fields = Fields { out: String::new(), global };
    if let Some(id) = request.envelope.envid.as_deref().filter(|id| !id.trim().is_empty()) {
        fields.add("Original-Envelope-Id", id);
    }
    fields.add("Reporting-MTA", &format!("dns; {}", request.reporting_host));
    if let Some(helo) = &request.envelope.origin.helo {
        fields.add("Received-From-MTA", &format!("dns; {}", mime::one_line(helo, 255)));
    }
    fields.add("Arrival-Date", &request.received_at.rfc5322());
    fields.add("X-Causeway-Queue-ID", &request.queue_id.to_string());
    fields.out
}

fn about_recipient(
    request: &ReportRequest<'_>,
    recipient: &ReportRecipient,
    global: bool,
) -> String {
    let mut fields = Fields { out: String::new(), global };
    if let Some((kind, address)) = &recipient.recipient.orcpt {
        fields.add("Original-Recipient", &format!("{kind};{address}"));
    }
    let address = recipient.recipient.address.to_string();
    let kind = if address.is_ascii() { "rfc822" } else { "utf-8" };
    fields.add("Final-Recipient", &format!("{kind}; {address}"));
    fields.add("Action", request.kind.action());
    let line = line_of(request, recipient);
    fields.add("Status", &line.enhanced.to_string());
    if let Some(attempt) = &recipient.result {
        if let Some(host) = remote(attempt) {
            fields.add("Remote-MTA", &format!("dns; {host}"));
        }
        if let Some(address) = attempt.address {
            fields.add("X-Causeway-Remote-Address", &address.to_string());
        }
        fields.add("Diagnostic-Code", &diagnostic(attempt, &line));
        fields.add("Last-Attempt-Date", &attempt.at.rfc5322());
    } else {
        fields.add("Diagnostic-Code", &format!("x-causeway; {} {}", line.code_text(), line.text));
    }
    if let Some(attempt) = &recipient.result
        && let Outcome::Failure(failure) = &attempt.outcome
    {
        let (who, _) = person::move_of(recipient);
        fields.add("X-Causeway-Category", Category::of(failure, attempt.stage).name());
        fields.add("X-Causeway-Permanent", if would_fail_again(failure) { "yes" } else { "no" });
        fields.add("X-Causeway-Who-Acts", who.name());
    }
    if let Some(reason) = &recipient.returned {
        fields.add("X-Causeway-Returned-By-Administrator", reason);
    }
    if recipient.attempt_count > 0 && !request.kind.is_positive() {
        if let Some(first) = recipient.attempts.first() {
            fields.add("X-Causeway-First-Attempt-Date", &first.at.rfc5322());
        }
        fields.add("X-Causeway-Attempts", &recipient.attempt_count.to_string());
    }
    if request.kind == Kind::Delayed {
        fields.add("Will-Retry-Until", &request.expires_at.rfc5322());
    }
    fields.out
}

/// Whether the same message would fail again: not where only its time ran out, or where an administrator ended it.
fn would_fail_again(failure: &Failure) -> bool {
    let ended = matches!(failure, Failure::Returned { .. } | Failure::Held { .. });
    !ended && permanence(failure) == Permanence::Permanent
}

/// The recipient's status; its class always fits the action.
fn line_of(request: &ReportRequest<'_>, recipient: &ReportRecipient) -> StatusLine {
    let mut line = match &recipient.result {
        Some(attempt) => status_of(attempt, recipient.phase),
        None => StatusLine {
            code: if recipient.phase == Phase::Queued { 450 } else { 550 },
            enhanced: EnhancedCode::new(5, 4, 7),
            text: "Message expired: it was not tried".into(),
        },
    };
    line.enhanced.class = match request.kind {
        Kind::Failed => 5,
        Kind::Delayed => 4,
        Kind::Delivered | Kind::Relayed | Kind::Expanded => 2,
    };
    line
}

fn remote(attempt: &Attempt) -> Option<String> {
    match (&attempt.host, attempt.address) {
        // A mailbox here is no other server.
        _ if attempt.stage == Stage::Local => None,
        (Some(host), _) => Some(host.clone()),
        (None, Some(address)) => Some(format!("[{}]", address.ip())),
        (None, None) => None,
    }
}

/// The peer's words with their codes, or ours.
fn diagnostic(attempt: &Attempt, line: &StatusLine) -> String {
    let reply = match &attempt.outcome {
        Outcome::Success(reply) if attempt.stage != Stage::Local => Some(reply),
        Outcome::Success(_) => None,
        Outcome::Failure(failure) => peer_reply(failure),
    };
    match reply {
        Some(reply) => format!("smtp; {}", mime::one_line(&reply.to_string(), DIAGNOSTIC)),
        None => format!("x-causeway; {} {}", line.code_text(), line.text),
    }
}
