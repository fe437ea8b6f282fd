//! Our own words to clients, in one place. Each says what happened and what to do instead.

use causeway_model::{EnhancedCode, Reply, Timestamp};

use crate::throttle::TooMuch;

fn reply(code: u16, enhanced: (u8, u16, u16), text: impl Into<String>) -> Reply {
    Reply::new(code, Some(EnhancedCode::new(enhanced.0, enhanced.1, enhanced.2)), text)
}

pub(crate) fn greeting(hostname: &str) -> Reply {
    Reply::new(220, None, format!("{hostname} ESMTP Causeway"))
}

pub(crate) fn ok(text: &str) -> Reply {
    reply(250, (2, 0, 0), text)
}

pub(crate) fn sender_ok() -> Reply {
    reply(250, (2, 1, 0), "sender ok")
}

pub(crate) fn recipient_ok() -> Reply {
    reply(250, (2, 1, 5), "recipient ok")
}

pub(crate) fn accepted(id: causeway_model::QueueId) -> Reply {
    reply(250, (2, 0, 0), format!("accepted as {id}"))
}

pub(crate) fn accepted_on_hold(id: causeway_model::QueueId, reason: &str) -> Reply {
    reply(
        250,
        (2, 0, 0),
        format!("accepted as {id}, and kept on hold until an administrator decides: {reason}"),
    )
}

pub(crate) fn chunk_ok(size: u64) -> Reply {
    reply(250, (2, 0, 0), format!("{size} octets received"))
}

pub(crate) fn start_data() -> Reply {
    Reply::new(354, None, "send the message; end it with a line that has only a dot")
}

pub(crate) fn ready_for_tls() -> Reply {
    reply(220, (2, 0, 0), "ready to start TLS")
}

pub(crate) fn bye(hostname: &str) -> Reply {
    reply(221, (2, 0, 0), format!("{hostname} closing the connection"))
}

pub(crate) fn help() -> Reply {
    reply(214, (2, 0, 0), "commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP STARTTLS AUTH QUIT")
}

pub(crate) fn cannot_verify() -> Reply {
    reply(252, (2, 5, 2), "addresses are not verified here; send the mail and see")
}

pub(crate) fn not_implemented(verb: &str) -> Reply {
    reply(502, (5, 5, 1), format!("{verb} is not available here"))
}

pub(crate) fn hello_first() -> Reply {
    reply(503, (5, 5, 1), "send EHLO or HELO first")
}

pub(crate) fn mail_first() -> Reply {
    reply(503, (5, 5, 1), "send MAIL FROM first")
}

pub(crate) fn mail_already() -> Reply {
    reply(503, (5, 5, 1), "a transaction is open already; finish it, or send RSET")
}

pub(crate) fn recipients_first() -> Reply {
    reply(503, (5, 5, 1), "send RCPT TO first")
}

pub(crate) fn no_valid_recipients() -> Reply {
    reply(554, (5, 5, 1), "no valid recipients: every RCPT was refused")
}

pub(crate) fn bdat_in_progress() -> Reply {
    reply(503, (5, 5, 1), "the content is being sent by BDAT; go on with BDAT, or send RSET")
}

pub(crate) fn tls_already() -> Reply {
    reply(503, (5, 5, 1), "TLS is on already")
}

pub(crate) fn login_needs_tls() -> Reply {
    reply(538, (5, 7, 11), "log in only over TLS, and on the submission port")
}

pub(crate) fn login_elsewhere() -> Reply {
    reply(503, (5, 5, 1), "this port takes mail from other servers; log in on the submission port")
}

pub(crate) fn login_first(is_safe: bool) -> Reply {
    let text = if is_safe {
        "authentication required: log in first (AUTH), with the mailbox's address and password"
    } else {
        "authentication required: start TLS (STARTTLS), then log in (AUTH)"
    };
    reply(530, (5, 7, 0), text)
}

pub(crate) fn login_already() -> Reply {
    reply(503, (5, 5, 1), "you have logged in already")
}

pub(crate) fn login_within_transaction() -> Reply {
    reply(503, (5, 5, 1), "a transaction is open; finish it, or send RSET, before you log in")
}

pub(crate) fn mechanism_unknown() -> Reply {
    reply(
        504,
        (5, 5, 4),
        "this mechanism is not offered; see the answer to EHLO for those that are",
    )
}

pub(crate) fn mechanism_too_weak() -> Reply {
    reply(534, (5, 7, 9), "this mechanism is too weak; use PLAIN over TLS, or SCRAM-SHA-256")
}

pub(crate) fn logged_in() -> Reply {
    reply(235, (2, 7, 0), "logged in")
}

pub(crate) fn login_wrong() -> Reply {
    reply(535, (5, 7, 8), "the name or the password is wrong; the name is the mailbox's address")
}

pub(crate) fn login_locked(until: Timestamp) -> Reply {
    reply(
        454,
        (4, 7, 0),
        format!(
            "too many wrong passwords: logging in is locked; try again after {}, or ask the administrator to unlock it",
            moment(until)
        ),
    )
}

pub(crate) fn login_busy() -> Reply {
    reply(454, (4, 7, 0), "too many are logging in at the moment; try again in a minute")
}

pub(crate) fn login_cancelled() -> Reply {
    reply(501, (5, 7, 0), "login cancelled")
}

pub(crate) fn login_malformed() -> Reply {
    reply(501, (5, 5, 2), "this is no response of the mechanism, in base64")
}

pub(crate) fn login_wrong_binding() -> Reply {
    reply(
        535,
        (5, 7, 8),
        "the login is not bound to this TLS connection; somebody in between may have changed what was offered",
    )
}

pub(crate) fn too_many_sessions(limit: usize) -> Reply {
    reply(
        454,
        (4, 7, 0),
        format!("this mailbox has {limit} sessions already; end one, or try again later"),
    )
}

pub(crate) fn too_much(too_much: &TooMuch) -> Reply {
    reply(
        450,
        (4, 7, 1),
        format!("{}; try again after {}", too_much.what, moment(too_much.again_at)),
    )
}

/// A moment to the second, as it stands in replies.
fn moment(at: Timestamp) -> String {
    let text = at.rfc3339();
    format!("{}Z", text.split('.').next().unwrap_or_default())
}

pub(crate) fn smtputf8_needed() -> Reply {
    reply(553, (5, 6, 7), "the address is not ASCII: give SMTPUTF8 on MAIL")
}

pub(crate) fn no_postmaster() -> Reply {
    reply(550, (5, 1, 1), "this server has no name and no domain to have a postmaster at")
}

pub(crate) fn reports_only(address: &causeway_model::Address) -> Reply {
    reply(
        550,
        (5, 7, 1),
        format!("{address} takes delivery reports only, which have no sender (MAIL FROM:<>)"),
    )
}

pub(crate) fn too_many_recipients(limit: usize) -> Reply {
    reply(
        452,
        (4, 5, 3),
        format!("no more than {limit} recipients in one message; send the rest in another"),
    )
}

pub(crate) fn too_big(limit: u64) -> Reply {
    reply(
        552,
        (5, 3, 4),
        format!("the message is larger than {limit} octets, the most this server takes"),
    )
}

pub(crate) fn bare_line_ends() -> Reply {
    reply(
        554,
        (5, 6, 11),
        "refused: the message has a CR or LF that is not part of a CRLF line end; send CRLF only",
    )
}

pub(crate) fn nul_in_content() -> Reply {
    reply(554, (5, 6, 11), "refused: the message has NUL octets")
}

pub(crate) fn malformed_header() -> Reply {
    reply(554, (5, 6, 0), "refused: the header begins with white space")
}

pub(crate) fn header_too_big() -> Reply {
    reply(552, (5, 3, 4), "refused: the header is larger than 128 KiB")
}

pub(crate) fn looping(hops: u32, limit: u32) -> Reply {
    reply(
        554,
        (5, 4, 6),
        format!(
            "refused: the message has gone through {hops} servers (no more than {limit} here); mail is going in circles"
        ),
    )
}

pub(crate) fn no_room() -> Reply {
    reply(452, (4, 3, 1), "no room on this server's disk now; try again later")
}

pub(crate) fn cannot_store() -> Reply {
    reply(451, (4, 3, 0), "the message could not be stored now; try again later")
}

pub(crate) fn line_too_long() -> Reply {
    reply(500, (5, 5, 2), "the line is too long")
}

pub(crate) fn bare_line_end_in_command() -> Reply {
    reply(501, (5, 5, 2), "the line has a CR, LF or NUL that is not part of a CRLF line end")
}

pub(crate) fn too_many_errors(hostname: &str) -> Reply {
    reply(421, (4, 7, 0), format!("{hostname} too many errors; closing the connection"))
}

pub(crate) fn not_smtp(hostname: &str) -> Reply {
    reply(421, (4, 7, 0), format!("{hostname} this is a mail server; closing the connection"))
}

pub(crate) fn timed_out(hostname: &str) -> Reply {
    reply(
        421,
        (4, 4, 2),
        format!("{hostname} nothing was heard for too long; closing the connection"),
    )
}

pub(crate) fn shutting_down(hostname: &str) -> Reply {
    reply(421, (4, 3, 2), format!("{hostname} is shutting down; try again in a moment"))
}

pub(crate) fn busy(hostname: &str) -> Reply {
    reply(421, (4, 3, 2), format!("{hostname} has too many connections now; try again later"))
}

pub(crate) fn busy_with_you(hostname: &str, limit: usize) -> Reply {
    reply(
        421,
        (4, 7, 0),
        format!(
            "{hostname} takes no more than {limit} connections from your address at once; try again later"
        ),
    )
}

pub(crate) fn internal_error(hostname: &str) -> Reply {
    reply(421, (4, 3, 0), format!("{hostname} internal error; closing the connection"))
}
