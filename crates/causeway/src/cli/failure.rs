//! How commands fail: one line on stderr, and the exit status that belongs to it.

use std::io::Write;
use std::process::ExitCode;

use causeway_admin::ClientError;

use super::words;

/// Why a command could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Exit status 1: it was tried, and failed.
    Failed(String),
    /// Exit status 2: what was said, or what is in a file, is not usable.
    BadInput(String),
    /// Exit status 2: the same with several things to say, one a line.
    BadInputs(Vec<String>),
    /// Exit status 3.
    Unreachable(String),
    /// The reader of our output has gone away: exit status 0, and silence.
    PipeClosed,
}

impl Failure {
    /// Exit status 1.
    pub(crate) fn failed(line: impl Into<String>) -> Self {
        Self::Failed(line.into())
    }

    /// Exit status 2.
    pub(crate) fn bad_input(line: impl Into<String>) -> Self {
        Self::BadInput(line.into())
    }

    /// The exit status.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::PipeClosed => 0,
            Self::Failed(_) => 1,
            Self::BadInput(_) | Self::BadInputs(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }

    /// Says it on stderr and gives the exit status.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::PipeClosed => {}
            Self::BadInputs(lines) => lines.iter().for_each(|line| say(line)),
            Self::Failed(line) | Self::BadInput(line) | Self::Unreachable(line) => say(line),
        }
        ExitCode::from(self.status())
    }
}

/// One line on stderr. A closed stderr cannot be helped.
pub(crate) fn say(line: &str) {
    let line = words::harmless(line, 4000);
    let _ = writeln!(std::io::stderr().lock(), "causeway: {line}");
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Unreachable { target, detail, kind } => {
                Self::Unreachable(words::unreachable(&target, &detail, kind))
            }
            ClientError::Refused { status: 400 | 413, what, instead, .. } => {
                Self::BadInput(format!("{what}; {instead}"))
            }
            ClientError::Refused { what, instead, .. } => {
                Self::Failed(format!("{what}; {instead}"))
            }
            ClientError::NotTrusted { .. } => Self::Unreachable(format!(
                "{error}; name the file with its issuer's certificate (--ca-file), and the server as \
                 its certificate does"
            )),
            ClientError::NotUnderstood { .. } => Self::Failed(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    /// A failure to write our output.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::PipeClosed,
            _ => Self::Failed(words::output_failed(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_says_whose_fault_it_is() {
        let refused = |status| ClientError::Refused {
            status,
            what: "no".into(),
            instead: "yes".into(),
            problems: Vec::new(),
        };
        for (error, status) in [
            (refused(400), 2),
            (refused(404), 1),
            (refused(409), 1),
            (refused(503), 1),
            (ClientError::Unreachable { target: "x".into(), detail: "y".into(), kind: None }, 3),
            (ClientError::NotUnderstood { target: "x".into(), detail: "y".into() }, 1),
        ] {
            assert_eq!(Failure::from(error).status(), status);
        }
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(closed), Failure::PipeClosed);
    }
}
