//! Our own words to clients, in one place. Each refusal says what to do instead.
//!
//! A reply is one line (RFC 1939 section 3: 512 octets with its end). The words in brackets are response codes
//! for programs (RFC 2449 section 8, RFC 3206): `[IN-USE]`, `[AUTH]`, `[SYS/TEMP]`, `[SYS/PERM]`.

use bytes::BytesMut;
use causeway_model::Timestamp;

/// One line to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    ok: bool,
    text: String,
}

impl Reply {
    /// `+OK text`.
    pub(crate) fn ok(text: impl Into<String>) -> Self {
        Self { ok: true, text: text.into() }
    }

    /// `-ERR text`.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self { ok: false, text: text.into() }
    }

    /// Writes the line. Control characters of the text, which come from nowhere but a file's or a
    /// person's name, become question marks: a reply is one line whatever is in it.
    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.extend_from_slice(if self.ok { b"+OK " } else { b"-ERR " });
        let start = out.len();
        for character in self.text.chars() {
            let shown = if character.is_control() { '?' } else { character };
            if out.len() - start + shown.len_utf8() > 500 {
                break;
            }
            out.extend_from_slice(shown.encode_utf8(&mut [0; 4]).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

pub(crate) fn greeting(hostname: &str) -> Reply {
    Reply::ok(format!("{hostname} POP3 ready"))
}

pub(crate) fn bye() -> Reply {
    Reply::ok("goodbye")
}

pub(crate) fn unknown_command() -> Reply {
    Reply::error("there is no such command here; CAPA lists what there is")
}

pub(crate) fn not_now() -> Reply {
    Reply::error("log in first: STLS, then USER and PASS, or AUTH")
}

pub(crate) fn logged_in_already() -> Reply {
    Reply::error("you are logged in already")
}

pub(crate) fn no_apop() -> Reply {
    Reply::error("APOP is not offered: its digest is broken; use TLS, then USER and PASS, or AUTH")
}

pub(crate) fn login_needs_tls() -> Reply {
    Reply::error("log in only over TLS: say STLS first, or connect to port 995")
}

pub(crate) fn tls_already() -> Reply {
    Reply::error("TLS is on already")
}

pub(crate) fn no_tls() -> Reply {
    Reply::error("TLS is not available here")
}

pub(crate) fn start_tls() -> Reply {
    Reply::ok("begin TLS now")
}

pub(crate) fn name_first() -> Reply {
    Reply::error("say USER with your name first")
}

pub(crate) fn send_password() -> Reply {
    Reply::ok("now send PASS with the password")
}

pub(crate) fn wrong_login() -> Reply {
    Reply::error("[AUTH] name or password is wrong")
}

pub(crate) fn too_many_logins() -> Reply {
    Reply::error("[AUTH] too many failed logins; closing the connection")
}

pub(crate) fn no_such_mechanism(offered: &str) -> Reply {
    Reply::error(format!("this mechanism is not offered; use one of {offered}"))
}

pub(crate) fn cancelled() -> Reply {
    Reply::error("the login is cancelled")
}

pub(crate) fn malformed_login() -> Reply {
    Reply::error("the answer is not what the mechanism wants; the login is broken off")
}

pub(crate) fn locked(until: Timestamp) -> Reply {
    Reply::error(format!(
        "[SYS/TEMP] too many wrong passwords; logging in is locked, try again after {until}"
    ))
}

pub(crate) fn in_use() -> Reply {
    Reply::error(
        "[IN-USE] another session has this mailbox open; try again when it has ended (a lost one \
         ends by itself within minutes)",
    )
}

pub(crate) fn cannot_open() -> Reply {
    Reply::error("[SYS/TEMP] the mailbox cannot be opened now; nothing is lost, try again later")
}

pub(crate) fn busy_with_logins() -> Reply {
    Reply::error("[SYS/TEMP] too many logins at this moment; try again in a minute")
}

pub(crate) fn no_such_message() -> Reply {
    Reply::error("there is no such message; LIST tells which there are")
}

pub(crate) fn marked_message() -> Reply {
    Reply::error("the message is deleted (RSET takes that back)")
}

pub(crate) fn message_gone() -> Reply {
    Reply::error(
        "another program has removed this message meanwhile; log in again to see what is there",
    )
}

pub(crate) fn cannot_read() -> Reply {
    Reply::error("[SYS/TEMP] the message cannot be read now; it is not lost, try again later")
}

pub(crate) fn not_all_removed(kept: usize) -> Reply {
    Reply::error(format!(
        "[SYS/TEMP] {kept} of the deleted messages could not be removed and will show again"
    ))
}

pub(crate) fn line_too_long() -> Reply {
    Reply::error("the line is too long; closing the connection")
}

pub(crate) fn control_character() -> Reply {
    Reply::error("the line has a CR or NUL within it")
}

pub(crate) fn too_many_errors() -> Reply {
    Reply::error("too many errors; closing the connection")
}

pub(crate) fn other_protocol() -> Reply {
    Reply::error("this is a POP3 server; closing the connection")
}

pub(crate) fn shutting_down() -> Reply {
    Reply::error("[SYS/TEMP] the server is shutting down; try again in a moment")
}

pub(crate) fn busy() -> Reply {
    Reply::error("[SYS/TEMP] the server has too many connections now; try again later")
}

pub(crate) fn busy_with_you(limit: usize) -> Reply {
    Reply::error(format!(
        "[SYS/TEMP] no more than {limit} connections from your address at once; try again later"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_line_of_bounded_length() {
        let mut out = BytesMut::new();
        Reply::error("a\r\n+OK b\0").write(&mut out);
        assert_eq!(&out[..], b"-ERR a??+OK b?\r\n");
        let mut out = BytesMut::new();
        Reply::ok("\u{fc}".repeat(1000)).write(&mut out);
        assert!(out.len() <= 512 && out.ends_with("\u{fc}\r\n".as_bytes()), "{}", out.len());
    }
}
