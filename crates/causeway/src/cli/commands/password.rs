//! Where a mailbox password comes from: standard input, the person at the terminal, or nowhere (the
//! server makes one). Never an argument, never echoed.

use std::io::{BufRead, IsTerminal, Write};

use causeway_admin::password::Password;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::super::arguments::PasswordArguments;
use super::super::failure::Failure;
use super::super::words;

/// The longest line that is read.
const MAX_LINE: u64 = 4096;

/// The password given; `None`: the server is to make one.
///
/// # Errors
/// Standard input has none, the two typed ones differ, or it cannot be a password.
pub(super) fn obtain(arguments: PasswordArguments) -> Result<Option<Password>, Failure> {
    let stdin = std::io::stdin();
    let text = if arguments.password_stdin {
        let line = first_line(stdin.lock())?;
        if line.is_empty() {
            return Err(Failure::bad_input(words::NO_PASSWORD_ON_STDIN));
        }
        line
    } else if arguments.generate || !stdin.is_terminal() {
        return Ok(None);
    } else {
        match ask()? {
            Some(text) => text,
            None => return Ok(None),
        }
    };
    let password = Password::new(text);
    password.check().map_err(|error| Failure::bad_input(format!("{error}; choose another one")))?;
    Ok(Some(password))
}

/// The first line without its end. Octets that are not UTF-8 make it no password.
fn first_line(input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input.take(MAX_LINE).read_line(&mut line).map_err(|error| {
        Failure::bad_input(format!("the password on standard input cannot be read: {error}"))
    })?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// Asks twice; an empty first answer means that one is to be made.
fn ask() -> Result<Option<String>, Failure> {
    let silence = Silence::begin();
    let first = prompt(words::ASK_PASSWORD)?;
    if first.is_empty() {
        return Ok(None);
    }
    let second = prompt(words::ASK_PASSWORD_AGAIN)?;
    drop(silence);
    if first == second { Ok(Some(first)) } else { Err(Failure::failed(words::PASSWORDS_DIFFER)) }
}

fn prompt(text: &str) -> Result<String, Failure> {
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{text}")?;
    stderr.flush()?;
    let line = first_line(std::io::stdin().lock())?;
    // The line end that was typed was not shown.
    writeln!(stderr)?;
    Ok(line)
}

/// The terminal does not show what is typed until this is dropped.
struct Silence(Option<Termios>);

impl Silence {
    fn begin() -> Self {
        let stdin = std::io::stdin();
        let Ok(before) = tcgetattr(&stdin) else {
            return Self(None);
        };
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        match tcsetattr(&stdin, OptionalActions::Flush, &silent) {
            Ok(()) => Self(Some(before)),
            Err(_) => Self(None),
        }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // Nothing to be done about a terminal that has gone away.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_as_it_is() {
        for (input, password) in
            [("secret\n", "secret"), ("secret\r\nmore\n", "secret"), (" a b ", " a b "), ("", "")]
        {
            assert_eq!(first_line(input.as_bytes()).unwrap(), password);
        }
        assert_eq!(first_line(&b"\xff\n"[..]).unwrap_err().status(), 2);
    }
}
