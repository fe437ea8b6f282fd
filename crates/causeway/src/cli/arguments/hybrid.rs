//! `causeway hybrid`.

use causeway_model::Domain;
use clap::{Args, Subcommand, ValueEnum};

use super::super::help;
use super::flow::{ForceArguments, TLS_LEVELS};

/// `causeway hybrid`.
#[derive(Debug, Subcommand)]
pub(crate) enum HybridCommand {
    /// Set up this server beside the organization's own mail server, and say what to set there
    #[command(after_help = help::HYBRID_SETUP)]
    Setup(Box<HybridSetupArguments>),
}

/// `causeway hybrid setup`. What is not given stays as an earlier run left it; what is needed then is asked
/// for on a terminal.
#[derive(Debug, Args)]
pub(crate) struct HybridSetupArguments {
    /// A domain whose mailboxes are partly here and partly there (may be given several times)
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub(crate) domains: Vec<Domain>,
    /// The own mail server, HOST or HOST:PORT, first choice first (may be given several times)
    #[arg(long = "own-server", value_name = "HOST")]
    pub(crate) own_servers: Vec<String>,
    /// The name on its certificate [default: the name of the own server]
    #[arg(long, value_name = "NAME")]
    pub(crate) certificate_name: Option<Domain>,
    /// An address or network it sends from (may be given several times); without one it is recognised
    /// by its certificate alone
    #[arg(long = "own-address", value_name = "NETWORK")]
    pub(crate) own_addresses: Vec<String>,
    /// What is demanded of TLS on the way there [default: domain_validation]
    #[arg(long, value_name = "LEVEL", value_parser = TLS_LEVELS)]
    pub(crate) tls: Option<String>,
    /// Where mail for the internet leaves [default: here]
    #[arg(long, value_enum)]
    pub(crate) internet: Option<Side>,
    /// Where the MX records of the domains point
    #[arg(long, value_enum, default_value_t = Side::Here)]
    pub(crate) mx: Side,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// This server
    Here,
    /// The organization's own server
    OwnServer,
}
