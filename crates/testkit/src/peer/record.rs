//! What a peer was given.

/// Everything that a peer has seen.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Connections made.
    pub connections: u64,
    /// Connections open.
    pub open: u64,
    /// The most connections that were open at once.
    pub most_open: u64,
    /// Command lines.
    pub commands: Vec<Command>,
    /// Messages accepted.
    pub messages: Vec<Transaction>,
    /// Messages whose content came whole and that were refused after it.
    pub refused_messages: Vec<Transaction>,
    /// Why TLS handshakes failed.
    pub tls_errors: Vec<String>,
}

/// One command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The connection it came on, counted from 1.
    pub connection: u64,
    /// Whether TLS was up.
    pub tls: bool,
    /// The line without its end.
    pub line: String,
}

impl Command {
    /// The first word in upper case: `MAIL`.
    #[must_use]
    pub fn verb(&self) -> String {
        self.line.split(' ').next().unwrap_or_default().to_ascii_uppercase()
    }
}

/// One message with its envelope, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The connection it came on, counted from 1.
    pub connection: u64,
    /// Where the connection came from.
    pub client_address: Option<std::net::IpAddr>,
    /// The name given in EHLO or HELO.
    pub client_name: String,
    /// EHLO (not HELO).
    pub esmtp: bool,
    /// Whether TLS was up.
    pub tls: bool,
    /// The user who logged in.
    pub user: Option<String>,
    /// The certificate that the client showed, in DER.
    pub client_certificate: Option<Vec<u8>>,
    /// What stood between the angle brackets of MAIL; empty for `<>`.
    pub reverse_path: String,
    /// The parameters of MAIL as they came: `SIZE=100`.
    pub parameters: Vec<String>,
    /// The recipients that were accepted.
    pub recipients: Vec<SentRecipient>,
    /// The recipients that were refused.
    pub refused_recipients: Vec<SentRecipient>,
    /// The octets of the content: exactly as they came, with the stuffed dots and the end removed.
    pub content: Vec<u8>,
    /// Whether the content came by BDAT.
    pub chunked: bool,
    /// What was answered to the content.
    pub reply: String,
}

impl Transaction {
    /// The content as text; octets that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    /// The addresses of the recipients that were accepted.
    #[must_use]
    pub fn addresses(&self) -> Vec<&str> {
        self.recipients.iter().map(|recipient| recipient.address.as_str()).collect()
    }
}

/// One RCPT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentRecipient {
    /// What stood between the angle brackets.
    pub address: String,
    /// The parameters as they came: `NOTIFY=NEVER`.
    pub parameters: Vec<String>,
}
