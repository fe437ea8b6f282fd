//! Commands that change the organization's mail flow.

use std::path::PathBuf;

use causeway_model::config::DomainType;
use causeway_model::{Address, Domain};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::super::help;

/// The number of a revision.
fn revision_number(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        "this is no number of a revision; `causeway history` has them (1, 2, …)".to_owned()
    })
}

/// The name of a connector that there is.
fn connector_name(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("this is no name; `causeway connector list` has them".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// `causeway plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The proposed mailflow.toml, or - for standard input [default: the one in the configuration
    /// directory]
    #[arg(value_name = "FILE", conflicts_with = "revision")]
    pub(crate) file: Option<PathBuf>,
    /// The text of this revision instead of a file
    #[arg(long, value_name = "N", value_parser = revision_number)]
    pub(crate) revision: Option<u64>,
}

/// `causeway apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The new mailflow.toml, or - for standard input [default: the one in the configuration
    /// directory]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The revision that the file was made from: refused when another one is in force by now [default:
    /// the one that the plan is made with]
    #[arg(long, value_name = "N", value_parser = revision_number)]
    pub(crate) base: Option<u64>,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

/// How much is insisted.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct ForceArguments {
    /// Insist: give up domains with waiting mail, leave no mail flow at all, replace edits of the file
    /// that were never in force (they are kept beside it). Never opens a relay
    #[arg(long)]
    pub(crate) force: bool,
}

/// `causeway history`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct HistoryArguments {
    /// At most so many revisions [default: 20 as text, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    #[command(subcommand)]
    pub(crate) command: Option<HistoryCommand>,
}

/// `causeway history show`.
#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// One revision: who, when, why, what it changed and did, and the whole file
    #[command(after_help = help::HISTORY_SHOW)]
    Show {
        /// The revision
        #[arg(value_name = "N", value_parser = revision_number)]
        revision: u64,
    },
}

/// `causeway revert`.
#[derive(Debug, Args)]
pub(crate) struct RevertArguments {
    /// The revision whose text is to be in force again
    #[arg(value_name = "N", value_parser = revision_number)]
    pub(crate) revision: u64,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

/// `causeway domain`.
#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// List the accepted domains
    List,
    /// Accept a domain
    #[command(after_help = help::DOMAIN_ADD)]
    Add(DomainAddArguments),
    /// Change an accepted domain: what is not named stays as it is
    #[command(after_help = help::DOMAIN_SET)]
    Set(DomainSetArguments),
    /// Accept a domain no longer; its mailboxes stay on disk
    Remove(DomainRemoveArguments),
    /// Go through everything that its mail depends on, and say what to change where
    #[command(after_help = help::DOMAIN_TROUBLESHOOT)]
    Troubleshoot(super::connectivity::TroubleshootArguments),
    /// Show the settings for mail programs of its users, and the DNS records to publish
    #[command(after_help = help::DOMAIN_CLIENTS)]
    Clients {
        /// The domain
        #[arg(value_name = "DOMAIN")]
        domain: Domain,
    },
}

/// `causeway connector`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// List the connectors
    List,
    /// Add a connector
    #[command(after_help = help::CONNECTOR_ADD)]
    Add(Box<ConnectorAddArguments>),
    /// Change a connector: what is not named stays as it is
    #[command(after_help = help::CONNECTOR_SET)]
    Set(Box<ConnectorSetArguments>),
    /// Put a connector in use
    Enable {
        /// The connector
        #[arg(value_name = "NAME", value_parser = connector_name)]
        name: String,
    },
    /// Put a connector out of use; it stays in the file
    Disable {
        /// The connector
        #[arg(value_name = "NAME", value_parser = connector_name)]
        name: String,
    },
    /// Take a connector out
    Remove(ConnectorRemoveArguments),
    /// Test a connector with a real session and a message that must be accepted
    #[command(after_help = help::CONNECTOR_VALIDATE)]
    Validate(ConnectorValidateArguments),
    /// Show which addresses mail comes from, for the firewalls of the servers that get it
    #[command(after_help = help::CONNECTOR_FIREWALL)]
    Firewall(FirewallArguments),
    /// Say what a connector does, and how it does; or which one takes an address, and why not the
    /// others
    #[command(after_help = help::CONNECTOR_EXPLAIN)]
    Explain {
        /// The connector, or an address
        #[arg(value_name = "NAME|ADDRESS", value_parser = connector_name)]
        name: String,
    },
}

/// `causeway domain add`.
#[derive(Debug, Args)]
pub(crate) struct DomainAddArguments {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub(crate) name: Domain,
    /// authoritative: all its mailboxes are here; internal_relay: some are elsewhere, behind a
    /// connector
    #[arg(long = "type", value_name = "TYPE", value_parser = domain_type(),
          default_value = "authoritative")]
    pub(crate) domain_type: DomainType,
    /// Everything below it counts as this domain
    #[arg(long)]
    pub(crate) match_subdomains: bool,
}

/// `causeway domain set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true)
          .args(["domain_type", "match_subdomains"]))]
pub(crate) struct DomainSetArguments {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub(crate) name: Domain,
    /// authoritative: all its mailboxes are here; internal_relay: some are elsewhere, behind a
    /// connector
    #[arg(long = "type", value_name = "TYPE", value_parser = domain_type())]
    pub(crate) domain_type: Option<DomainType>,
    /// Whether everything below it counts as this domain; without a value, it does
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) match_subdomains: Option<bool>,
}

/// `causeway domain remove`.
#[derive(Debug, Args)]
pub(crate) struct DomainRemoveArguments {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub(crate) name: Domain,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

/// `causeway connector add`.
#[derive(Debug, Args)]
pub(crate) struct ConnectorAddArguments {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// outbound: from here to particular servers; inbound: from them to here
    #[arg(long, value_name = "DIRECTION", value_parser = ["outbound", "inbound"])]
    pub(crate) direction: String,
    /// Whose servers are at the other end: on_premises (this organization's own) or partner
    #[arg(long, value_name = "PEER", value_parser = PEERS)]
    pub(crate) peer: String,
    /// Not in use yet
    #[arg(long)]
    pub(crate) disabled: bool,
    #[command(flatten)]
    pub(crate) keys: ConnectorKeys,
}

/// `causeway connector set`.
#[derive(Debug, Args)]
pub(crate) struct ConnectorSetArguments {
    /// The connector
    #[arg(value_name = "NAME", value_parser = connector_name)]
    pub(crate) name: String,
    /// Whose servers are at the other end: on_premises (this organization's own) or partner
    #[arg(long, value_name = "PEER", value_parser = PEERS)]
    pub(crate) peer: Option<String>,
    #[command(flatten)]
    pub(crate) keys: ConnectorKeys,
    /// No name of its own that the certificate must carry
    #[arg(long, conflicts_with = "tls_domain")]
    pub(crate) no_tls_domain: bool,
    /// No login
    #[arg(long, conflicts_with = "user")]
    pub(crate) no_login: bool,
    /// No addresses of its own: not recognised by them any more, or sent from those of the machine
    #[arg(long, conflicts_with = "source_addresses")]
    pub(crate) no_source_address: bool,
    /// Not recognised by certificate any more
    #[arg(long, conflicts_with = "tls_certificate_name")]
    pub(crate) no_tls_certificate_name: bool,
    /// No note
    #[arg(long, conflicts_with = "note")]
    pub(crate) no_note: bool,
}

/// `causeway connector remove`.
#[derive(Debug, Args)]
pub(crate) struct ConnectorRemoveArguments {
    /// The connector
    #[arg(value_name = "NAME", value_parser = connector_name)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

const PEERS: [&str; 2] = ["on_premises", "partner"];
pub(super) const TLS_LEVELS: [&str; 4] =
    ["opportunistic", "encryption_only", "certificate_validation", "domain_validation"];

/// The keys of a connector, as they stand in mailflow.toml. A list replaces the one before.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConnectorKeys {
    /// Outbound: recipients it takes: corp.example, *.corp.example, "accepted domains" or * (may be
    /// given several times)
    #[arg(long = "recipient-domain", value_name = "DOMAIN")]
    pub(crate) recipient_domains: Vec<String>,
    /// Outbound: where its mail goes, HOST or HOST:PORT, in this order (may be given several times);
    /// hosts with commas between them share the mail evenly
    #[arg(long = "smart-host", value_name = "HOST")]
    pub(crate) smart_hosts: Vec<String>,
    /// Outbound: its mail goes to the MX hosts of the recipients' domains
    #[arg(long, conflicts_with = "smart_hosts")]
    pub(crate) use_mx: bool,
    /// Outbound: what is demanded of TLS
    #[arg(long, value_name = "LEVEL", value_parser = TLS_LEVELS)]
    pub(crate) tls: Option<String>,
    /// Outbound: the name that the certificate must carry
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_domain: Option<String>,
    /// Outbound: log in as this user
    #[arg(long, value_name = "USER", requires = "password_file")]
    pub(crate) user: Option<String>,
    /// Outbound: the file whose first line is the password
    #[arg(long, value_name = "FILE", requires = "user")]
    pub(crate) password_file: Option<String>,
    /// Inbound: sender domains its peer may use: corp.example, *.corp.example or * (may be given
    /// several times)
    #[arg(long = "sender-domain", value_name = "DOMAIN")]
    pub(crate) sender_domains: Vec<String>,
    /// Outbound: at most so many connections at once; 0: as many as the peer takes
    #[arg(long, value_name = "N")]
    pub(crate) max_connections: Option<u32>,
    /// Outbound: at most so many messages in any minute; 0: no bound
    #[arg(long, value_name = "N")]
    pub(crate) max_messages_per_minute: Option<u32>,
    /// Inbound: an address or network by which its peer is recognised; outbound: an address of this
    /// machine to send from (may be given several times)
    #[arg(long = "source-address", value_name = "NETWORK")]
    pub(crate) source_addresses: Vec<String>,
    /// Inbound: the name in the client certificate by which its peer is recognised; tested first
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_certificate_name: Option<String>,
    /// Inbound: whether its peer must use TLS
    #[arg(long, value_name = "true|false")]
    pub(crate) require_tls: Option<bool>,
    /// Inbound: whether mail of its sender domains is refused from anybody else
    #[arg(long, value_name = "true|false")]
    pub(crate) restrict_sender_domains: Option<bool>,
    /// Inbound: a field in which only its sender domains may stand: envelope, from, sender or reply_to
    /// (may be given several times)
    #[arg(long = "identity", value_name = "FIELD")]
    pub(crate) identity: Vec<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

fn domain_type() -> impl TypedValueParser<Value = DomainType> {
    PossibleValuesParser::new(["authoritative", "internal_relay"]).map(|name| match name.as_str() {
        "internal_relay" => DomainType::InternalRelay,
        _ => DomainType::Authoritative,
    })
}

/// `causeway connector validate`.
#[derive(Debug, Args)]
pub(crate) struct ConnectorValidateArguments {
    /// The connector
    #[arg(value_name = "NAME", value_parser = connector_name)]
    pub(crate) name: String,
    /// Whom the test message is for: somebody behind the connector
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Address,
}

/// `causeway connector firewall`.
#[derive(Debug, Args)]
pub(crate) struct FirewallArguments {
    /// One outbound connector [default: all that are in use, and mail to MX hosts]
    #[arg(value_name = "NAME", value_parser = connector_name)]
    pub(crate) name: Option<String>,
    /// How: as a table, for a spreadsheet, or as lines to paste on the other server
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = FirewallFormat::Text)]
    pub(crate) format: FirewallFormat,
}

/// What firewall lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FirewallFormat {
    /// A table.
    Text,
    /// Comma-separated values.
    Csv,
    /// `nft` commands.
    Nftables,
    /// `ufw` commands.
    Ufw,
    /// Windows Firewall.
    Powershell,
}
