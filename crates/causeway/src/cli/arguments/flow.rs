//! Commands that change the organization's mail flow.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::super::help;

/// `causeway plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The proposed mailflow.toml, or - for standard input [default: the one in the configuration
    /// directory]
    #[arg(value_name = "FILE", conflicts_with = "revision")]
    pub(crate) file: Option<PathBuf>,
    /// The text of this revision instead of a file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) revision: Option<u64>,
}

/// `causeway apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The new mailflow.toml, or - for standard input [default: the one in the configuration
    /// directory]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}

/// How much is insisted.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct ForceArguments {
    /// Insist: give up domains with waiting mail, overwrite edits of the file that were never in
    /// force. Never opens a relay
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
        #[arg(value_name = "N")]
        revision: u64,
    },
}

/// `causeway revert`.
#[derive(Debug, Args)]
pub(crate) struct RevertArguments {
    /// The revision whose text is to be in force again
    #[arg(value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) revision: u64,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}
