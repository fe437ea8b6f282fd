//! Commands about reports and the keys that sign them.

use causeway_model::config::Language;
use causeway_model::{Domain, EnhancedCode};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use super::super::help;

/// `causeway dkim`.
#[derive(Debug, Subcommand)]
pub(crate) enum DkimCommand {
    /// List the keys that sign, with the records to publish
    List {
        /// Ask DNS whether the records are there
        #[arg(long)]
        check: bool,
    },
    /// Make a key for a domain, sign with it from now on, and show the record to publish
    #[command(after_help = help::DKIM_ADD)]
    Add(DkimAddArguments),
    /// Remove keys of a domain
    Remove {
        /// The domain
        #[arg(value_name = "DOMAIN")]
        domain: Domain,
        /// Only this key
        #[arg(long, value_name = "NAME")]
        selector: Option<String>,
    },
}

/// `causeway dkim add`.
#[derive(Debug, Args)]
pub(crate) struct DkimAddArguments {
    /// The domain; its key serves the domains below it, too
    #[arg(value_name = "DOMAIN")]
    pub(crate) domain: Domain,
    /// The key's name in DNS [default: made of the month and the algorithm]
    #[arg(long, value_name = "NAME")]
    pub(crate) selector: Option<String>,
    /// How it signs: everybody can verify rsa
    #[arg(long, value_enum, default_value_t = KeyKind::Rsa)]
    pub(crate) algorithm: KeyKind,
}

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// RSA with 2048 bits
    Rsa,
    /// Ed25519 (RFC 8463): short, and not verified everywhere yet
    Ed25519,
}

/// `causeway report`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Show a report as it would be sent, with the organization's own texts; needs no server
    #[command(after_help = help::REPORT_PREVIEW)]
    Preview(PreviewArguments),
    /// List what readers of the help pages answered to "was this helpful?"
    Feedback,
}

/// `causeway report preview`.
#[derive(Debug, Args)]
pub(crate) struct PreviewArguments {
    /// The code: an example of a failure with it is reported
    #[arg(long, value_name = "CODE", required_unless_present = "failure")]
    pub(crate) code: Option<EnhancedCode>,
    /// The example itself, by name, such as connection-refused
    #[arg(long, value_name = "NAME", value_parser = failure_name(), conflicts_with = "code")]
    pub(crate) failure: Option<String>,
    /// Who reads it: somebody of the organization, or anybody else
    #[arg(long, value_enum, default_value_t = PreviewReader::Internal)]
    pub(crate) audience: PreviewReader,
    /// A notice that it is late, instead of a non-delivery report; also shown for a --code of class 4
    #[arg(long)]
    pub(crate) delayed: bool,
    /// A second language, as when the sender's is a guess
    #[arg(long, value_name = "LANGUAGE", value_parser = super::language)]
    pub(crate) second: Option<Language>,
    /// The HTML instead of the plain text
    #[arg(long)]
    pub(crate) html: bool,
}

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PreviewReader {
    /// A sender of an accepted domain
    Internal,
    /// Any other sender
    External,
}

fn failure_name() -> PossibleValuesParser {
    let names: Vec<&str> =
        causeway_catalog::samples::failures().into_iter().map(|(name, ..)| name).collect();
    PossibleValuesParser::new(names)
}
