//! `causeway test`, and `causeway domain troubleshoot`.

use causeway_insight::probe::RecordKind;
use causeway_model::config::SmartHost;
use causeway_model::{Address, Domain};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

/// `causeway test`.
#[derive(Debug, Subcommand)]
pub(crate) enum TestCommand {
    /// Does mail for an accepted domain come here, and is it taken?
    Inbound {
        /// The domain
        #[arg(value_name = "DOMAIN")]
        domain: Domain,
    },
    /// Does an outbound connector work? With --to, a message is handed over too
    Outbound {
        /// The connector
        #[arg(value_name = "CONNECTOR")]
        connector: String,
        /// Whom a test message is for: somebody behind the connector
        #[arg(long, value_name = "ADDRESS")]
        to: Option<Address>,
    },
    /// Would a server relay mail for strangers? Needs no server of ours
    Relay {
        /// Name or address of a server that you may test, with its port unless it is 25
        #[arg(value_name = "HOST", value_parser = host)]
        host: SmartHost,
    },
    /// Is a server's TLS good? Needs no server of ours
    Tls {
        /// Name or address, with its port unless it is 25
        #[arg(value_name = "HOST", value_parser = host)]
        host: SmartHost,
        /// The name that its certificate must be for [default: the host's own]
        #[arg(long, value_name = "NAME")]
        name: Option<Domain>,
        /// The domain whose mail the host takes: what it publishes (MTA-STS, DANE) is held against the host, too
        #[arg(long, value_name = "DOMAIN")]
        domain: Option<Domain>,
    },
    /// Has a change of a domain's DNS records reached everybody? Needs no server of ours
    Propagation {
        /// The domain
        #[arg(value_name = "DOMAIN")]
        domain: Domain,
        /// Which records
        #[arg(long, value_name = "TYPE", value_parser = kind(), default_value = "MX")]
        records: RecordKind,
    },
}

/// `causeway domain troubleshoot`.
#[derive(Debug, Args)]
pub(crate) struct TroubleshootArguments {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub(crate) domain: Domain,
    /// Where a DKIM key is, beside the usual places; may be given again
    #[arg(long = "dkim-selector", value_name = "SELECTOR")]
    pub(crate) dkim_selectors: Vec<String>,
}

fn host(text: &str) -> Result<SmartHost, String> {
    text.parse()
}

fn kind() -> impl TypedValueParser<Value = RecordKind> {
    PossibleValuesParser::new(["MX", "A", "AAAA", "NS", "TXT", "CNAME"]).map(|name| {
        match name.as_str() {
            "A" => RecordKind::A,
            "AAAA" => RecordKind::Aaaa,
            "NS" => RecordKind::Ns,
            "TXT" => RecordKind::Txt,
            "CNAME" => RecordKind::Cname,
            _ => RecordKind::Mx,
        }
    })
}
