//! The grammar of commands (RFC 5321 section 4.1, and RFC 1870, 3030, 3207, 3461, 4954, 6152 and
//! 6531 for their parameters).
//!
//! **What it is for.** [`Command::parse`] turns one line (from [`crate::line::take_line`]) into a typed
//! command. Whether the command is in order at this point of the session, and whether its
//! extension was offered, is for the session to decide.
//!
//! **What it promises.** Addresses come from [`Address::parse`] and nowhere else. A source route
//! is checked and dropped (RFC 5321 section 4.1.1.3): what counts is the mailbox. MAIL with a path
//! that is not ASCII and without `SMTPUTF8` is refused here; for RCPT see
//! [`RcptParameters::utf8_path`].
//!
//! **What it refuses.** Anything that the grammar does not have, except: one space after the
//! colon of MAIL and RCPT, more than one space between parameters, and white space at the end of
//! the line. Nothing is repaired or cut short.
//!
//! **How it fails.** With a [`CommandError`], which knows its own reply. A verb that is unknown is no
//! error but [`Command::Unknown`].
//!
//! **In which order to read.** This file, then `path` and `parameters`, then `error`.

mod error;
mod parameters;
mod path;
#[cfg(test)]
mod tests;

use causeway_model::{Address, ReversePath};

pub use error::CommandError;
pub use parameters::{MailParameters, RcptParameters};

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// `EHLO name`: the client's name as given, printable ASCII (anything else became `?`).
    Ehlo(Box<str>),
    /// `HELO name`: as for EHLO.
    Helo(Box<str>),
    /// `MAIL FROM:<path> parameters`.
    Mail {
        /// Where reports go.
        reverse_path: ReversePath,
        /// Its parameters.
        parameters: MailParameters,
    },
    /// `RCPT TO:<path> parameters`.
    Rcpt {
        /// Where the message is to go.
        to: RcptTo,
        /// Its parameters.
        parameters: RcptParameters,
    },
    /// `DATA`.
    Data,
    /// `BDAT size [LAST]` (RFC 3030): so many octets follow this line at once.
    Bdat {
        /// Octets of the chunk.
        size: u64,
        /// It is the last chunk of the message.
        last: bool,
    },
    /// `RSET`.
    Rset,
    /// `NOOP`, with whatever text.
    Noop,
    /// `QUIT`.
    Quit,
    /// `VRFY text`.
    Vrfy(&'a str),
    /// `EXPN text`.
    Expn(&'a str),
    /// `HELP`, with whatever text.
    Help,
    /// `STARTTLS` (RFC 3207).
    Starttls,
    /// `AUTH mechanism [initial-response]` (RFC 4954).
    Auth {
        /// The SASL mechanism as written; compare without regard to case.
        mechanism: &'a str,
        /// The initial response in base64, still encoded; `=` (an empty response) is `Some("")`.
        initial_response: Option<&'a str>,
    },
    /// A verb that we do not know. The reply is `500 5.5.1`.
    Unknown,
}

/// The path of RCPT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RcptTo {
    /// A mailbox.
    Address(Address),
    /// `<postmaster>` without a domain, in any case: whoever looks after this server (RFC 5321
    /// section 4.5.1).
    Postmaster,
}

impl<'a> Command<'a> {
    /// Parses one line without its CR LF.
    ///
    /// # Errors
    /// One [`CommandError`] for the first thing that is wrong.
    pub fn parse(line: &'a [u8]) -> Result<Self, CommandError> {
        let line = line.trim_ascii_end();
        let verb_end = memchr::memchr(b' ', line).unwrap_or(line.len());
        let (verb, argument) = line.split_at(verb_end);
        let argument = argument.strip_prefix(b" ").unwrap_or_default();
        let mut upper = [0u8; 8];
        let Some(upper) = upper.get_mut(..verb.len()) else {
            return Ok(Self::Unknown);
        };
        upper.copy_from_slice(verb);
        upper.make_ascii_uppercase();
        match &*upper {
            b"MAIL" => parse_mail(argument),
            b"RCPT" => parse_rcpt(argument),
            b"DATA" => bare("DATA", argument, Self::Data),
            b"BDAT" => parse_bdat(argument),
            b"EHLO" => client_name("EHLO", argument).map(Self::Ehlo),
            b"HELO" => client_name("HELO", argument).map(Self::Helo),
            b"RSET" => bare("RSET", argument, Self::Rset),
            b"NOOP" => Ok(Self::Noop),
            b"QUIT" => bare("QUIT", argument, Self::Quit),
            b"VRFY" => text("VRFY", argument).map(Self::Vrfy),
            b"EXPN" => text("EXPN", argument).map(Self::Expn),
            b"HELP" => Ok(Self::Help),
            b"STARTTLS" => bare("STARTTLS", argument, Self::Starttls),
            b"AUTH" => parse_auth(argument),
            _ => Ok(Self::Unknown),
        }
    }
}

/// A command that takes no argument.
fn bare<'a>(
    command: &'static str,
    argument: &[u8],
    value: Command<'a>,
) -> Result<Command<'a>, CommandError> {
    if argument.is_empty() { Ok(value) } else { Err(CommandError::UnexpectedArgument { command }) }
}

/// The client's name in EHLO and HELO. Clients write all sorts of things there, so it is made
/// harmless and not judged.
fn client_name(command: &'static str, argument: &[u8]) -> Result<Box<str>, CommandError> {
    let argument = argument.trim_ascii_start();
    if argument.is_empty() {
        return Err(CommandError::MissingArgument { command });
    }
    if argument.len() > 255 {
        return Err(CommandError::NameTooLong);
    }
    let printable = |&b: &u8| if b.is_ascii_graphic() || b == b' ' { char::from(b) } else { '?' };
    Ok(argument.iter().map(printable).collect::<String>().into())
}

/// The argument of VRFY and EXPN.
fn text<'a>(command: &'static str, argument: &'a [u8]) -> Result<&'a str, CommandError> {
    if argument.is_empty() {
        return Err(CommandError::MissingArgument { command });
    }
    std::str::from_utf8(argument).map_err(|_| CommandError::NotUtf8)
}

fn parse_mail<'a>(argument: &[u8]) -> Result<Command<'a>, CommandError> {
    let (path, rest) = path::split("MAIL", b"FROM:", argument)?;
    let reverse_path = path::reverse(path)?;
    let parameters = MailParameters::parse(rest)?;
    if !path.is_ascii() && !parameters.smtputf8 {
        return Err(CommandError::Smtputf8Required);
    }
    Ok(Command::Mail { reverse_path, parameters })
}

fn parse_rcpt<'a>(argument: &[u8]) -> Result<Command<'a>, CommandError> {
    let (path, rest) = path::split("RCPT", b"TO:", argument)?;
    let to = path::forward(path)?;
    let mut parameters = RcptParameters::parse(rest)?;
    parameters.utf8_path = !path.is_ascii();
    Ok(Command::Rcpt { to, parameters })
}

fn parse_bdat<'a>(argument: &[u8]) -> Result<Command<'a>, CommandError> {
    let mut words = argument.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let size = words.next().ok_or(CommandError::MissingArgument { command: "BDAT" })?;
    let size = parameters::number(size).ok_or(CommandError::BadChunkSize)?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case(b"LAST") => true,
        Some(_) => return Err(CommandError::UnexpectedArgument { command: "BDAT" }),
    };
    if words.next().is_some() {
        return Err(CommandError::UnexpectedArgument { command: "BDAT" });
    }
    Ok(Command::Bdat { size, last })
}

fn parse_auth(argument: &[u8]) -> Result<Command<'_>, CommandError> {
    let argument = std::str::from_utf8(argument).map_err(|_| CommandError::NotUtf8)?;
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    let mechanism = words.next().ok_or(CommandError::MissingArgument { command: "AUTH" })?;
    let initial_response = words.next().map(|word| if word == "=" { "" } else { word });
    if words.next().is_some() {
        return Err(CommandError::UnexpectedArgument { command: "AUTH" });
    }
    Ok(Command::Auth { mechanism, initial_response })
}

/// The name of the protocol that a client speaks when it is plainly not SMTP. `start` is the first
/// line, or whatever came first when no line is complete (a TLS greeting has no line end).
#[must_use]
pub fn looks_like_other_protocol(start: &[u8]) -> Option<&'static str> {
    const HTTP: [&[u8]; 10] = [
        b"GET ",
        b"POST ",
        b"HEAD ",
        b"PUT ",
        b"OPTIONS ",
        b"CONNECT ",
        b"DELETE ",
        b"PATCH ",
        b"TRACE ",
        b"PRI ",
    ];
    match start {
        [0x16, 0x03, 0x00..=0x04, ..] => Some("TLS"),
        [length, _, 0x01, 0x00 | 0x02 | 0x03, ..] if length & 0x80 != 0 => Some("SSL 2"),
        [0x03, 0x00, 0x00, _, ..] => Some("RDP"),
        [b'S', b'S', b'H', b'-', ..] => Some("SSH"),
        _ if HTTP.iter().any(|verb| start.starts_with(verb)) => Some("HTTP"),
        _ => None,
    }
}
