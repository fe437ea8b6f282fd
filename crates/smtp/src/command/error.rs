//! What can be wrong with a command, and what we answer.

use causeway_model::{AddressError, EnhancedCode, Reply};

/// Why a line is not a command. Verbs are known here; an unknown verb is
/// [`Command::Unknown`](super::Command::Unknown).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The command needs an argument.
    #[error("{command} without its argument")]
    MissingArgument {
        /// The verb.
        command: &'static str,
    },
    /// The command has an argument that it does not take.
    #[error("{command} with an argument that it does not take")]
    UnexpectedArgument {
        /// The verb.
        command: &'static str,
    },
    /// The name in EHLO or HELO has more than 255 octets.
    #[error("the name in EHLO is longer than 255 octets")]
    NameTooLong,
    /// MAIL or RCPT without `FROM:` or `TO:`, without angle brackets, or with something stuck to
    /// the closing one.
    #[error("{command} is malformed")]
    MalformedPath {
        /// `MAIL` or `RCPT`.
        command: &'static str,
    },
    /// Octets above 127 that are not UTF-8.
    #[error("the command is not UTF-8")]
    NotUtf8,
    /// The source route before the mailbox is malformed.
    #[error("the source route is malformed")]
    BadSourceRoute,
    /// The address in MAIL is no address.
    #[error("the sender's address is malformed: {0}")]
    BadSender(AddressError),
    /// The address in RCPT is no address.
    #[error("the recipient's address is malformed: {0}")]
    BadRecipient(AddressError),
    /// `RCPT TO:<>`.
    #[error("the recipient is empty")]
    NullRecipient,
    /// A path with characters outside ASCII, without SMTPUTF8 on MAIL.
    #[error("an address with characters outside ASCII without SMTPUTF8")]
    Smtputf8Required,
    /// A parameter that we do not know.
    #[error("the parameter {keyword} is not known")]
    UnknownParameter {
        /// Its keyword, well-formed.
        keyword: String,
    },
    /// Something that is no parameter at all.
    #[error("a malformed parameter")]
    MalformedParameter,
    /// A parameter given twice.
    #[error("the parameter {keyword} was given twice")]
    DuplicateParameter {
        /// Its keyword.
        keyword: &'static str,
    },
    /// A parameter whose value is missing, malformed, too long, or not taken.
    #[error("the parameter {keyword} has a bad value")]
    BadParameter {
        /// Its keyword.
        keyword: &'static str,
    },
    /// The size in BDAT is no number.
    #[error("the size in BDAT is not a number")]
    BadChunkSize,
}

impl CommandError {
    /// The answer for the client: what is wrong, and what to write instead.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let (code, subject, detail) = match self {
            Self::BadSender(AddressError::NoDomain) => (553, 1, 7),
            Self::BadRecipient(AddressError::NoDomain) => (553, 1, 3),
            Self::BadSender(_) => (501, 1, 7),
            Self::BadRecipient(_) | Self::NullRecipient | Self::BadSourceRoute => (501, 1, 3),
            Self::Smtputf8Required => (553, 6, 7),
            Self::UnknownParameter { .. } => (555, 5, 4),
            Self::NotUtf8 => (501, 5, 2),
            _ => (501, 5, 4),
        };
        Reply::new(code, Some(EnhancedCode::new(5, subject, detail)), self.text())
    }

    fn text(&self) -> String {
        match self {
            Self::MissingArgument { command } => format!("Write: {}", usage(command)),
            Self::UnexpectedArgument { command } => {
                format!(
                    "{command} has an argument that it does not take; write: {}",
                    usage(command)
                )
            }
            Self::NameTooLong => "Your host name is longer than 255 octets".into(),
            Self::MalformedPath { command } => format!("Write: {}", usage(command)),
            Self::NotUtf8 => "Your command has octets that are not UTF-8".into(),
            Self::BadSourceRoute => {
                "The route before the address is malformed; write the address alone".into()
            }
            Self::BadSender(AddressError::NoDomain) => {
                "The sender's address has no domain; write name@domain".into()
            }
            Self::BadRecipient(AddressError::NoDomain) => {
                "The recipient's address has no domain; write name@domain".into()
            }
            Self::BadSender(error) => format!("Bad sender address: {error}"),
            Self::BadRecipient(error) => format!("Bad recipient address: {error}"),
            Self::NullRecipient => "The recipient is empty; write RCPT TO:<name@domain>".into(),
            Self::Smtputf8Required => "The address has characters outside ASCII; give SMTPUTF8 \
                                       with MAIL, or the domain in its xn-- form"
                .into(),
            Self::UnknownParameter { keyword } => {
                format!("The parameter {keyword} is not supported here; EHLO says what is")
            }
            Self::MalformedParameter => {
                "A parameter is malformed; write KEYWORD or KEYWORD=value, separated by spaces"
                    .into()
            }
            Self::DuplicateParameter { keyword } => {
                format!("The parameter {keyword} was given twice")
            }
            Self::BadParameter { keyword } => format!("Write: {}", parameter_usage(keyword)),
            Self::BadChunkSize => format!("Write: {}", usage("BDAT")),
        }
    }
}

/// How a command is written.
fn usage(command: &str) -> &'static str {
    match command {
        "MAIL" => "MAIL FROM:<name@domain>, or MAIL FROM:<>, then parameters",
        "RCPT" => "RCPT TO:<name@domain>, then parameters",
        "EHLO" => "EHLO your-host-name",
        "HELO" => "HELO your-host-name",
        "BDAT" => "BDAT octets, or BDAT octets LAST",
        "VRFY" => "VRFY address",
        "EXPN" => "EXPN list",
        "AUTH" => "AUTH mechanism, or AUTH mechanism initial-response",
        "DATA" => "DATA",
        "RSET" => "RSET",
        "QUIT" => "QUIT",
        "STARTTLS" => "STARTTLS",
        _ => "HELP",
    }
}

/// How a parameter is written.
fn parameter_usage(keyword: &str) -> &'static str {
    match keyword {
        "SIZE" => "SIZE=octets",
        "BODY" => "BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME",
        "SMTPUTF8" => "SMTPUTF8 (without a value)",
        "RET" => "RET=FULL or RET=HDRS",
        "ENVID" => "ENVID=identifier (xtext, at most 100 octets)",
        "AUTH" => "AUTH=<> or AUTH=name@domain (xtext)",
        "NOTIFY" => "NOTIFY=NEVER, or a list of SUCCESS, FAILURE and DELAY with commas",
        "ORCPT" => "ORCPT=type;address (xtext, at most 500 octets), e.g. ORCPT=rfc822;name@domain",
        _ => "KEYWORD=value",
    }
}
