//! What can be said on the command line.
//!
//! Structures only; their help texts are doc comments, the longer ones with examples are in
//! [`super::help`]. Values are parsed here into the vocabulary of the program, so a command never
//! sees a malformed address.

pub(crate) mod access;
pub(crate) mod alert;
pub(crate) mod connectivity;
pub(crate) mod flow;
pub(crate) mod hybrid;
pub(crate) mod report;

use std::net::IpAddr;
use std::path::PathBuf;

use causeway_admin::Target;
use causeway_admin::types::{RecipientStatus, TraceStatus};
use causeway_model::config::Language;
use causeway_model::{Address, Domain, QueueId};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use super::help;

pub(crate) use flow::{ConnectorCommand, DomainCommand};

/// What `serve` is told.
#[derive(Clone, Debug)]
pub(crate) struct ServeOptions {
    /// Where `causeway.toml` and `mailflow.toml` are, if they are.
    pub(crate) config_directory: PathBuf,
}

/// What `demo` is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DemoOptions {
    /// In which language to speak.
    pub(crate) language: Language,
    /// JSON instead of text.
    pub(crate) json: bool,
}

/// A mail server that says, for every message it could not deliver, why and what to do.
#[derive(Debug, Parser)]
#[command(
    name = "causeway",
    version,
    after_help = help::CAUSEWAY,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The directory with causeway.toml and mailflow.toml [default: /etc/causeway if it has one
    /// of them, else the current directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// The server to talk to: https://HOST:PORT, http://127.0.0.1:PORT (both want a token) or
    /// unix:/PATH/causeway.sock [default: the socket in the data directory]
    #[arg(long, global = true, value_name = "URL", value_parser = Target::parse)]
    pub(crate) server: Option<Target>,
    /// The file whose first line is the token for --server [default: the environment variable
    /// CAUSEWAY_TOKEN]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// A file with certificates to trust beside the system's, for --server https://
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of explanations: en, de, nl or sv [default: the one of the environment]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language)]
    pub(crate) lang: Option<Language>,
    /// Ask no questions
    #[arg(long, short = 'y', global = true)]
    pub(crate) yes: bool,
    /// Why: kept with what is done, and told to the people it concerns
    #[arg(long, global = true, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    #[command(after_help = help::SERVE)]
    Serve(ServeArguments),
    /// Run a small world of mail servers on this machine and show what comes out
    #[command(after_help = help::DEMO)]
    Demo(DemoArguments),
    /// Check both configuration files, without a server
    #[command(after_help = help::CHECK)]
    Check,
    /// Show what a changed mailflow.toml would do to mail, mailboxes and senders
    #[command(after_help = help::PLAN)]
    Plan(flow::PlanArguments),
    /// Put a changed mailflow.toml in force, and keep it as a revision
    #[command(after_help = help::APPLY)]
    Apply(flow::ApplyArguments),
    /// List the revisions of the mail flow: who changed what, when and why
    #[command(after_help = help::HISTORY)]
    History(flow::HistoryArguments),
    /// Put an earlier revision of the mail flow in force again
    #[command(after_help = help::REVERT)]
    Revert(flow::RevertArguments),
    /// See and manage mail that waits
    #[command(subcommand, after_help = help::QUEUE)]
    Queue(QueueCommand),
    /// Find out what became of mail
    #[command(after_help = help::TRACE)]
    Trace(TraceArguments),
    /// See and manage mailboxes
    #[command(subcommand, after_help = help::MAILBOX)]
    Mailbox(MailboxCommand),
    /// See and manage the accepted domains
    #[command(subcommand)]
    Domain(DomainCommand),
    /// See and manage the connectors
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// Set up an organization that has a mail server of its own beside this one
    #[command(subcommand)]
    Hybrid(hybrid::HybridCommand),
    /// Find out where mail for a recipient goes, and why
    #[command(subcommand)]
    Route(RouteCommand),
    /// See and end locks after too many wrong passwords
    #[command(subcommand)]
    Login(access::LoginCommand),
    /// See, make and remove the keys that sign mail (DKIM)
    #[command(subcommand, after_help = help::DKIM)]
    Dkim(report::DkimCommand),
    /// See what becomes of non-delivery reports
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Find out who may send through this server, and why
    #[command(subcommand)]
    Relay(RelayCommand),
    /// See and manage the tokens by which the API is used over TCP
    #[command(subcommand, after_help = help::TOKEN)]
    Token(access::TokenCommand),
    /// Get the description of the API
    #[command(subcommand)]
    Api(access::ApiCommand),
    /// See which paths fail, why, and what to do
    #[command(subcommand, after_help = help::ALERT)]
    Alert(alert::AlertCommand),
    /// Go the way out of an alert: shown first, then done, then watched
    #[command(subcommand, after_help = help::FIX)]
    Fix(alert::FixCommand),
    /// Explain a non-delivery report, an SMTP reply, an enhanced code or a client error
    #[command(after_help = help::EXPLAIN)]
    Explain(ExplainArguments),
    /// Test mail on its way in and out, relaying, TLS, and DNS changes, step by step
    #[command(subcommand, after_help = help::TEST)]
    Test(connectivity::TestCommand),
    /// Prove from the ledger that nothing was lost
    #[command(after_help = help::AUDIT)]
    Audit,
    /// See how every part of the service is
    #[command(after_help = help::HEALTH)]
    Health,
    /// Print a completion script for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArguments),
    /// Write the manual pages into a directory
    #[command(after_help = help::MAN)]
    Man(ManArguments),
}

/// `causeway serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {}

/// `causeway demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {}

/// `causeway queue`.
#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    /// List the messages that wait, oldest first
    #[command(after_help = help::QUEUE_LIST)]
    List(QueueListArguments),
    /// Tell the story of one message: what happened, to whom, and what comes next
    #[command(after_help = help::QUEUE_SHOW)]
    Show {
        /// The message
        #[arg(value_name = "ID")]
        id: QueueId,
    },
    /// Try again now
    Retry(SelectionArguments),
    /// Put on hold: not tried until released; the time goes on running
    Hold(SelectionArguments),
    /// Take off hold and try now
    Release(SelectionArguments),
    /// End without a report: the sender is not told
    #[command(after_help = help::QUEUE_REMOVE)]
    Remove(SelectionArguments),
    /// End with a non-delivery report to the sender
    Return(SelectionArguments),
    /// Tell what was returned of a message, and whether the cause still holds
    Returned {
        /// The message
        #[arg(value_name = "ID")]
        id: QueueId,
    },
    /// Send a returned message again, once, to everybody it was returned for
    #[command(after_help = help::QUEUE_SEND_AGAIN)]
    SendAgain {
        /// The messages
        #[arg(value_name = "ID", required = true)]
        ids: Vec<QueueId>,
    },
    /// Send to another address instead
    #[command(after_help = help::QUEUE_REDIRECT)]
    Redirect {
        #[command(flatten)]
        selection: SelectionArguments,
        /// The new address
        #[arg(long, value_name = "ADDRESS")]
        to: Address,
    },
}

/// Which messages to list.
#[derive(Debug, Args)]
pub(crate) struct QueueListArguments {
    #[command(flatten)]
    pub(crate) filter: QueueFilterArguments,
    /// At most so many messages [default: 100 as text, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// Which recipients, by what they have in common.
#[derive(Clone, Debug, Args)]
pub(crate) struct QueueFilterArguments {
    /// Recipients that were last tried through this connector
    #[arg(long, value_name = "NAME")]
    pub(crate) connector: Option<String>,
    /// Recipients of this domain
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Option<Domain>,
    /// Recipients in this state
    #[arg(long, value_name = "STATUS", value_parser = queue_status())]
    pub(crate) status: Option<RecipientStatus>,
    /// Messages of this sender ("<>": reports)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) sender: Option<String>,
}

/// Which messages to act on.
#[derive(Clone, Debug, Args)]
pub(crate) struct SelectionArguments {
    /// The messages
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<QueueId>,
    #[command(flatten)]
    pub(crate) filter: QueueFilterArguments,
    /// Everything in the queue
    #[arg(long)]
    pub(crate) all: bool,
}

/// `causeway trace`.
#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    #[command(flatten)]
    pub(crate) filter: TraceFilterArguments,
    #[command(subcommand)]
    pub(crate) command: Option<TraceCommand>,
}

/// `causeway trace show`.
#[derive(Debug, Subcommand)]
pub(crate) enum TraceCommand {
    /// Every recipient of one message with everything that happened
    Show {
        /// The message
        #[arg(value_name = "ID")]
        id: QueueId,
    },
}

/// Which rows of the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct TraceFilterArguments {
    /// Part of the sender's address ("<>": reports)
    #[arg(long, value_name = "TEXT")]
    pub(crate) sender: Option<String>,
    /// Part of the recipient's address
    #[arg(long, value_name = "TEXT")]
    pub(crate) recipient: Option<String>,
    /// The Message-ID, with or without angle brackets
    #[arg(long, value_name = "ID")]
    pub(crate) message_id: Option<String>,
    /// Part of the subject
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    /// Received at or after: 2026-11-21, "2026-11-21 09:00", 2026-11-21T08:00:00Z, or 2h (ago)
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Received before
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// What became of it
    #[arg(long, value_name = "STATUS", value_parser = trace_status())]
    pub(crate) status: Option<TraceStatus>,
    /// At most so many rows [default: 100 as text, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// `causeway mailbox`.
#[derive(Debug, Subcommand)]
pub(crate) enum MailboxCommand {
    /// List the mailboxes
    List,
    /// Add a mailbox
    #[command(after_help = help::MAILBOX_ADD)]
    Add(MailboxAddArguments),
    /// Change a mailbox: what is not named stays as it is
    #[command(after_help = help::MAILBOX_SET)]
    Set(MailboxSetArguments),
    /// Give a mailbox a new password
    #[command(after_help = help::MAILBOX_PASSWD)]
    Passwd {
        /// The mailbox
        #[arg(value_name = "ADDRESS")]
        address: Address,
        #[command(flatten)]
        password: PasswordArguments,
    },
    /// See, make and revoke passwords for single programs and devices
    #[command(subcommand)]
    AppPassword(access::AppPasswordCommand),
    /// Remove a mailbox; the mail in it stays on disk
    Remove {
        /// The mailbox
        #[arg(value_name = "ADDRESS")]
        address: Address,
    },
}

/// Where a password comes from.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PasswordArguments {
    /// Read the password from the first line of standard input
    #[arg(long, conflicts_with = "generate")]
    pub(crate) password_stdin: bool,
    /// Make a password and show it once, without asking for one
    #[arg(long)]
    pub(crate) generate: bool,
}

/// `causeway mailbox add`.
#[derive(Debug, Args)]
pub(crate) struct MailboxAddArguments {
    /// Its address, in an accepted domain
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: Address,
    #[command(flatten)]
    pub(crate) password: PasswordArguments,
    /// Another address that is delivered to it (may be given several times)
    #[arg(long = "alias", value_name = "ADDRESS")]
    pub(crate) aliases: Vec<Address>,
    /// An address, or @DOMAIN, it may send as beside its own (may be given several times)
    #[arg(long = "send-as", value_name = "ADDRESS|@DOMAIN")]
    pub(crate) send_as: Vec<String>,
    /// The language of its reports: en, de, nl or sv
    #[arg(long, value_parser = language)]
    pub(crate) language: Option<Language>,
    /// How much mail it may hold, e.g. "2 GiB"
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) quota: Option<u64>,
    /// Forward its mail to this address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) forward: Option<Address>,
    /// Keep forwarded mail here as well
    #[arg(long, requires = "forward")]
    pub(crate) keep_copy: bool,
}

/// `causeway mailbox set`.
#[derive(Debug, Args)]
pub(crate) struct MailboxSetArguments {
    /// The mailbox
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: Address,
    /// Add an alias (may be given several times)
    #[arg(long = "alias", value_name = "ADDRESS")]
    pub(crate) aliases: Vec<Address>,
    /// Take an alias away (may be given several times)
    #[arg(long = "remove-alias", value_name = "ADDRESS")]
    pub(crate) remove_aliases: Vec<Address>,
    /// Add an address, or @DOMAIN, it may send as (may be given several times)
    #[arg(long = "send-as", value_name = "ADDRESS|@DOMAIN")]
    pub(crate) send_as: Vec<String>,
    /// Take one of these away (may be given several times)
    #[arg(long = "remove-send-as", value_name = "ADDRESS|@DOMAIN")]
    pub(crate) remove_send_as: Vec<String>,
    /// The language of its reports: en, de, nl or sv
    #[arg(long, value_parser = language, conflicts_with = "no_language")]
    pub(crate) language: Option<Language>,
    /// No language of its own
    #[arg(long)]
    pub(crate) no_language: bool,
    /// How much mail it may hold, e.g. "2 GiB"
    #[arg(long, value_name = "SIZE", value_parser = size, conflicts_with = "no_quota")]
    pub(crate) quota: Option<u64>,
    /// No bound
    #[arg(long)]
    pub(crate) no_quota: bool,
    /// Forward its mail to this address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_forward")]
    pub(crate) forward: Option<Address>,
    /// Whether forwarded mail is kept here as well
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub(crate) keep_copy: Option<bool>,
    /// Forward no longer
    #[arg(long)]
    pub(crate) no_forward: bool,
}

/// `causeway route`.
#[derive(Debug, Subcommand)]
pub(crate) enum RouteCommand {
    /// Say where mail for a recipient goes, and why
    #[command(after_help = help::ROUTE_EXPLAIN)]
    Explain {
        /// The recipient
        #[arg(value_name = "RECIPIENT")]
        recipient: Address,
        /// The sender ("<>": a report)
        #[arg(long, value_name = "ADDRESS", value_parser = sender)]
        sender: Option<String>,
        /// The inbound connector the message came by
        #[arg(long, value_name = "NAME")]
        from_connector: Option<String>,
    },
}

/// `causeway relay`.
#[derive(Debug, Subcommand)]
pub(crate) enum RelayCommand {
    /// See and revoke what POP3 logins entitle to (POP-before-SMTP)
    #[command(subcommand)]
    Logins(access::PopLoginsCommand),
    /// Say whether a client may send to a recipient, by which rule, and what would make it allowed
    #[command(after_help = help::RELAY_EXPLAIN)]
    Explain {
        /// The client's address
        #[arg(long, value_name = "IP")]
        from_ip: IpAddr,
        /// The mailbox it logged in as
        #[arg(long, value_name = "MAILBOX")]
        user: Option<String>,
        /// It read mail by POP3 a moment ago
        #[arg(long)]
        pop_login: bool,
        /// The session is under TLS
        #[arg(long)]
        tls: bool,
        /// A name in the client certificate that it shows (under TLS, verified)
        #[arg(long, value_name = "NAME")]
        client_certificate: Option<String>,
        /// The sender ("<>": a report)
        #[arg(long, value_name = "ADDRESS", value_parser = sender)]
        sender: Option<String>,
        /// The recipient
        #[arg(long, value_name = "ADDRESS")]
        recipient: Address,
    },
}

/// `causeway explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The message, or "-" for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A reply, a code, an error number or a pasted report
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["file", "batch"])]
    pub(crate) text: Option<String>,
    /// Read paths from standard input, one a line, and print one JSON document a line, in order
    #[arg(long, conflicts_with = "file")]
    pub(crate) batch: bool,
    /// Say which rules gave the answer
    #[arg(long)]
    pub(crate) why: bool,
}

/// `causeway completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `causeway man`.
#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Where to write them; made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_tag(text).ok_or_else(|| "the languages are en, de, nl and sv".into())
}

fn reason(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("write the reason on one line".into());
    }
    if text.chars().count() > 500 {
        return Err("a reason has at most 500 characters".into());
    }
    Ok(text.into())
}

fn sender(text: &str) -> Result<String, String> {
    match text {
        "" | "<>" => Ok("<>".into()),
        _ => Address::parse(text).map(|a| a.to_string()).map_err(|error| error.to_string()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    super::words::parse_size(text)
        .filter(|size| *size > 0)
        .ok_or_else(|| "write a size such as \"2 GiB\" or \"500 MB\"".into())
}

fn queue_status() -> impl TypedValueParser<Value = RecipientStatus> {
    PossibleValuesParser::new(["ready", "deferred", "held", "delivering"]).map(|name| {
        match name.as_str() {
            "ready" => RecipientStatus::Ready,
            "deferred" => RecipientStatus::Deferred,
            "held" => RecipientStatus::Held,
            _ => RecipientStatus::Delivering,
        }
    })
}

fn trace_status() -> impl TypedValueParser<Value = TraceStatus> {
    PossibleValuesParser::new(["delivered", "relayed", "pending", "failed", "expanded", "held"])
        .map(|name| match name.as_str() {
            "delivered" => TraceStatus::Delivered,
            "relayed" => TraceStatus::Relayed,
            "pending" => TraceStatus::Pending,
            "failed" => TraceStatus::Failed,
            "expanded" => TraceStatus::Expanded,
            _ => TraceStatus::Held,
        })
}

#[cfg(test)]
mod tests;
