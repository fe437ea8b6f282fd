//! The commands of POP3, from one line of octets. Pure; every line has an answer.
//!
//! Keywords are ASCII letters of any case (RFC 1939 section 3). Arguments are separated by one or more
//! spaces, except PASS's: a password is everything after the first space, spaces included.

/// A command that makes sense by itself. Whether it may be given now, the session decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    /// USER (RFC 1939; RFC 6856 allows UTF-8).
    User(&'a str),
    /// PASS.
    Pass(&'a [u8]),
    /// AUTH (RFC 5034); without a mechanism it asks which there are (as in RFC 1734's time).
    Auth { mechanism: Option<&'a str>, initial: Option<&'a str> },
    /// APOP, which is not offered.
    Apop,
    /// CAPA (RFC 2449).
    Capa,
    /// STLS (RFC 2595).
    Stls,
    /// UTF8 (RFC 6856).
    Utf8,
    /// QUIT.
    Quit,
    /// NOOP.
    Noop,
    /// RSET.
    Rset,
    /// STAT.
    Stat,
    /// LIST, of one message or of all.
    List(Option<u32>),
    /// UIDL, of one message or of all.
    Uidl(Option<u32>),
    /// RETR.
    Retr(u32),
    /// DELE.
    Dele(u32),
    /// TOP: the message, and how many lines of its body.
    Top(u32, u64),
}

/// Why a line is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandError {
    /// A word that we do not know.
    Unknown,
    /// An argument is missing, too many, or not of its kind. What is wanted.
    Arguments(&'static str),
    /// A number that no message can have: 0, negative, or too large for any mailbox.
    NoSuchMessage,
}

/// Reads a line (without its end).
///
/// # Errors
/// [`CommandError`].
pub(crate) fn parse(line: &[u8]) -> Result<Command<'_>, CommandError> {
    let end = memchr::memchr(b' ', line).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let mut keyword = [0; 4];
    let Some(keyword) = keyword.get_mut(..word.len()) else {
        return Err(CommandError::Unknown);
    };
    keyword.copy_from_slice(word);
    keyword.make_ascii_uppercase();
    match &*keyword {
        b"PASS" => match rest.split_first() {
            Some((_, password)) if !password.is_empty() => Ok(Command::Pass(password)),
            _ => Err(CommandError::Arguments("PASS wants a password")),
        },
        b"USER" => user(rest),
        b"AUTH" => auth(rest),
        b"APOP" => Ok(Command::Apop),
        b"CAPA" => alone(rest, Command::Capa),
        b"STLS" => alone(rest, Command::Stls),
        b"UTF8" => alone(rest, Command::Utf8),
        b"QUIT" => alone(rest, Command::Quit),
        b"NOOP" => alone(rest, Command::Noop),
        b"RSET" => alone(rest, Command::Rset),
        b"STAT" => alone(rest, Command::Stat),
        b"LIST" => one(rest).map(Command::List),
        b"UIDL" => one(rest).map(Command::Uidl),
        b"RETR" => one(rest)?.map(Command::Retr).ok_or(CommandError::Arguments(A_NUMBER)),
        b"DELE" => one(rest)?.map(Command::Dele).ok_or(CommandError::Arguments(A_NUMBER)),
        b"TOP" => top(rest),
        _ => Err(CommandError::Unknown),
    }
}

const A_NUMBER: &str = "the command wants the number of one message";
const TWO_NUMBERS: &str = "TOP wants the number of a message and a number of lines";

fn words(rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    rest.split(|octet| *octet == b' ').filter(|word| !word.is_empty())
}

fn alone<'a>(rest: &[u8], command: Command<'a>) -> Result<Command<'a>, CommandError> {
    match words(rest).next() {
        None => Ok(command),
        Some(_) => Err(CommandError::Arguments("the command takes no argument")),
    }
}

fn user(rest: &[u8]) -> Result<Command<'_>, CommandError> {
    match std::str::from_utf8(rest).map(|name| name.trim_matches(' ')) {
        Ok("") => Err(CommandError::Arguments("USER wants a name: the mailbox's address")),
        Ok(name) if name.chars().any(char::is_control) => {
            Err(CommandError::Arguments("the name has a control character"))
        }
        Ok(name) => Ok(Command::User(name)),
        Err(_) => Err(CommandError::Arguments("the name is not UTF-8")),
    }
}

fn auth(rest: &[u8]) -> Result<Command<'_>, CommandError> {
    let wrong = CommandError::Arguments("AUTH wants a mechanism, and at most one word more");
    let rest = std::str::from_utf8(rest).map_err(|_| wrong)?;
    let mut words = rest.split(' ').filter(|word| !word.is_empty());
    let command = Command::Auth { mechanism: words.next(), initial: words.next() };
    if words.next().is_some() { Err(wrong) } else { Ok(command) }
}

fn one(rest: &[u8]) -> Result<Option<u32>, CommandError> {
    let mut words = words(rest);
    let message = words.next().map(message_number).transpose()?;
    match words.next() {
        None => Ok(message),
        Some(_) => Err(CommandError::Arguments(A_NUMBER)),
    }
}

fn top(rest: &[u8]) -> Result<Command<'_>, CommandError> {
    let mut words = words(rest);
    let (Some(message), Some(lines), None) = (words.next(), words.next(), words.next()) else {
        return Err(CommandError::Arguments(TWO_NUMBERS));
    };
    let message = message_number(message)?;
    if lines.is_empty() || !lines.iter().all(u8::is_ascii_digit) {
        return Err(CommandError::Arguments(TWO_NUMBERS));
    }
    // More lines than can be counted are all lines.
    let lines = std::str::from_utf8(lines).ok().and_then(|digits| digits.parse().ok());
    Ok(Command::Top(message, lines.unwrap_or(u64::MAX)))
}

fn message_number(word: &[u8]) -> Result<u32, CommandError> {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(CommandError::Arguments(A_NUMBER));
    }
    let number = std::str::from_utf8(word).ok().and_then(|digits| digits.parse().ok());
    number.filter(|number| *number > 0).ok_or(CommandError::NoSuchMessage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        let auth = |mechanism, initial| Command::Auth { mechanism, initial };
        for (line, expected) in [
            ("USER alice@ours.test", Command::User("alice@ours.test")),
            ("user  j\u{fc}rgen ", Command::User("j\u{fc}rgen")),
            ("PASS secret", Command::Pass(b"secret")),
            ("pass  two  words ", Command::Pass(b" two  words ")),
            ("AUTH", auth(None, None)),
            ("auth plain =", auth(Some("plain"), Some("="))),
            ("STAT", Command::Stat),
            ("stat ", Command::Stat),
            ("LIST", Command::List(None)),
            ("LIST 7", Command::List(Some(7))),
            ("UIDL  007", Command::Uidl(Some(7))),
            ("RETR 4294967295", Command::Retr(u32::MAX)),
            ("DELE 1", Command::Dele(1)),
            ("TOP 1 0", Command::Top(1, 0)),
            ("TOP 1 99999999999999999999999", Command::Top(1, u64::MAX)),
            ("Capa", Command::Capa),
            ("APOP a b", Command::Apop),
        ] {
            assert_eq!(parse(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn pop_01_numbers_no_message_can_have() {
        for number in ["0", "-1", "-0", "4294967296", "99999999999999999999999999"] {
            for line in
                [format!("RETR {number}"), format!("DELE {number}"), format!("TOP {number} 1")]
            {
                assert_eq!(parse(line.as_bytes()), Err(CommandError::NoSuchMessage), "{line}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in ["", " ", "X", "RETRX 1", "XTND XMIT", "\u{fc}ser", "LISTING"] {
            assert_eq!(parse(line.as_bytes()), Err(CommandError::Unknown), "{line:?}");
        }
        for line in [
            "RETR",
            "RETR x",
            "RETR 1 2",
            "RETR 1.5",
            "RETR --1",
            "RETR +1",
            "TOP 1",
            "TOP 1 -1",
            "TOP 1 x",
            "TOP 1 1 1",
            "LIST 1 1",
            "STAT 1",
            "USER",
            "USER  ",
            "PASS",
            "PASS ",
            "AUTH a b c",
            "QUIT now",
        ] {
            let refused = parse(line.as_bytes());
            assert!(matches!(refused, Err(CommandError::Arguments(_))), "{line:?}: {refused:?}");
        }
        assert!(parse(b"USER \xff").is_err() && parse(b"AUTH \xff").is_err());
        assert!(parse(b"USER a\x1bb").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_without_an_answer(line in proptest::collection::vec(0u8.., 0..60)) {
            let _ = parse(&line);
        }

        #[test]
        fn no_argument_is_without_an_answer(
            word in "(RETR|TOP|LIST|UIDL|DELE|AUTH|USER|PASS)",
            rest in "[ 0-9a-z=-]{0,30}",
        ) {
            let line = format!("{word}{rest}");
            if let Ok(Command::Retr(number) | Command::Dele(number)) = parse(line.as_bytes()) {
                proptest::prop_assert!(number > 0);
            }
        }
    }
}
