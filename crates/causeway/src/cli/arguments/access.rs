//! Commands about who gets in: application passwords, locks, and POP-before-SMTP.

use std::net::IpAddr;

use causeway_model::Address;
use clap::{Args, Subcommand};

use super::super::help;

/// `causeway mailbox app-password`.
#[derive(Debug, Subcommand)]
pub(crate) enum AppPasswordCommand {
    /// List what a mailbox's application passwords are for, and when they were used last
    List {
        /// The mailbox
        #[arg(value_name = "ADDRESS")]
        address: Address,
    },
    /// Make an application password and show it once
    #[command(after_help = help::APP_PASSWORD_ADD)]
    Add {
        /// The mailbox
        #[arg(value_name = "ADDRESS")]
        address: Address,
        /// What it is for: a program or a device
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Revoke an application password; whoever has logged in with it stays until the session ends
    Revoke {
        /// The mailbox
        #[arg(value_name = "ADDRESS")]
        address: Address,
        /// What it is for
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `causeway token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List the tokens: what they may do, and when they were used last
    List,
    /// Make a token and show it once
    #[command(after_help = help::TOKEN_ADD)]
    Add(TokenAddArguments),
    /// End a token at once
    Revoke {
        /// The token
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `causeway token add`.
#[derive(Debug, Args)]
pub(crate) struct TokenAddArguments {
    /// Whose it is, or what for
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// It may look and rehearse, and change nothing
    #[arg(long)]
    pub(crate) read_only: bool,
    /// It ends after this time: 12h, 90d [default: it does not end by itself]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(crate) expires: Option<std::time::Duration>,
}

fn span(text: &str) -> Result<std::time::Duration, String> {
    causeway_model::time::parse_duration(text)
        .filter(|span| !span.is_zero())
        .ok_or_else(|| "write a time such as 12h or 90d".into())
}

/// `causeway api`.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiCommand {
    /// Print the OpenAPI document of this version; needs no server
    Openapi,
}

/// `causeway login`.
#[derive(Debug, Subcommand)]
pub(crate) enum LoginCommand {
    /// List what is locked after too many wrong passwords
    Locks,
    /// End locks, and forget the wrong passwords behind them
    #[command(after_help = help::LOGIN_UNLOCK)]
    Unlock(UnlockArguments),
}

/// Which locks.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct UnlockArguments {
    /// Those of this mailbox
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) user: Option<String>,
    /// Those of this address
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    /// All of them
    #[arg(long, conflicts_with_all = ["user", "address"])]
    pub(crate) all: bool,
}

/// `causeway relay logins`.
#[derive(Debug, Subcommand)]
pub(crate) enum PopLoginsCommand {
    /// List the POP3 logins that entitle their addresses to relay, and for how long
    List,
    /// Take the entitlement away; the next POP3 login gives it again
    #[command(after_help = help::POP_LOGINS_REVOKE)]
    Revoke(RevokeArguments),
    /// Report a login at another POP3 or IMAP server of this site
    #[command(after_help = help::POP_LOGINS_REPORT)]
    Report {
        /// From where it was
        #[arg(long, value_name = "IP")]
        client: IpAddr,
        /// Who logged in
        #[arg(long, value_name = "NAME")]
        user: String,
    },
}

/// Which logins.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct RevokeArguments {
    /// Those from this address
    #[arg(long, value_name = "IP")]
    pub(crate) client: Option<IpAddr>,
    /// Those of this user
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// All of them
    #[arg(long, conflicts_with_all = ["client", "user"])]
    pub(crate) all: bool,
}
