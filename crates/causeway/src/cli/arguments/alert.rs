//! `causeway alert` and `causeway fix`.

use clap::{Args, Subcommand};

use super::super::help;
use super::flow::ForceArguments;

/// `causeway alert`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// List the alerts, newest first
    #[command(after_help = help::ALERT_LIST)]
    List(AlertListArguments),
    /// Everything about one alert: cause, evidence, what is ruled out, the ways out
    #[command(after_help = help::ALERT_SHOW)]
    Show {
        /// The number of the alert
        #[arg(value_name = "ALERT")]
        id: u64,
    },
    /// Close an alert: it stays closed while the path fails in the same way
    Close {
        /// The number of the alert
        #[arg(value_name = "ALERT")]
        id: u64,
    },
}

/// `causeway alert list`.
#[derive(Debug, Args)]
pub(crate) struct AlertListArguments {
    /// Only paths that fail now
    #[arg(long, conflicts_with = "closed")]
    pub(crate) open: bool,
    /// Only what is over
    #[arg(long)]
    pub(crate) closed: bool,
    /// At most so many [default: 50 as text, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// `causeway fix`.
#[derive(Debug, Subcommand)]
pub(crate) enum FixCommand {
    /// Show the ways out of an alert and what one of them would do; nothing is changed
    #[command(after_help = help::FIX_PLAN)]
    Plan(FixPlanArguments),
    /// Do it: shown first, then applied, and watched until the next delivery tells whether it helped
    #[command(after_help = help::FIX_APPLY)]
    Apply(FixApplyArguments),
}

/// `causeway fix plan`.
#[derive(Debug, Args)]
pub(crate) struct FixPlanArguments {
    /// The number of the alert
    #[arg(value_name = "ALERT")]
    pub(crate) id: u64,
    /// The remedy, as `alert show` names it [default: the best one]
    #[arg(value_name = "REMEDY")]
    pub(crate) remedy: Option<String>,
}

/// `causeway fix apply`.
#[derive(Debug, Args)]
pub(crate) struct FixApplyArguments {
    /// The number of the alert
    #[arg(value_name = "ALERT")]
    pub(crate) id: u64,
    /// The remedy, as `alert show` names it [default: the best one]
    #[arg(value_name = "REMEDY")]
    pub(crate) remedy: Option<String>,
    #[command(flatten)]
    pub(crate) force: ForceArguments,
}
