//! Whether a domain's SPF record covers an address (RFC 7208), as receivers would find it: evaluated by a library
//! with includes, redirects and their limits, asked of the servers that [`Resolver`] asks, without any cache.

use std::net::IpAddr;
use std::time::Duration;

use mail_auth::spf::verify::SpfParameters;
use mail_auth::{MessageAuthenticator, SpfResult};

use super::Resolver;

/// How long one evaluation may take (RFC 7208 section 4.6.4 allows no less).
const LIMIT: Duration = Duration::from_secs(20);

/// What a receiver would find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpfVerdict {
    /// The record covers the address.
    Pass,
    /// The record says that the address must not send.
    Fail,
    /// The record says that the address probably should not send.
    SoftFail,
    /// The record says nothing about the address.
    Neutral,
    /// There is no record.
    NoRecord,
    /// Some name that the record needs gave no answer in time.
    Unknown,
    /// The record cannot be evaluated: a mistake, or too many lookups.
    Broken,
}

impl SpfVerdict {
    /// The result's registered name, as receivers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::NoRecord => "none",
            Self::Unknown => "temperror",
            Self::Broken => "permerror",
        }
    }
}

impl Resolver {
    /// What a receiver finds for mail from `domain` that a host called `hostname` sends from `address`.
    pub async fn spf(&self, address: IpAddr, domain: &str, hostname: &str) -> SpfVerdict {
        let sender = format!("postmaster@{domain}");
        for client in self.inner.servers.clients() {
            let authenticator = MessageAuthenticator(client.clone());
            let asked =
                SpfParameters::verify_mail_from(address, hostname, hostname, sender.as_str());
            let checking = authenticator.verify_spf(asked);
            let Ok(output) = tokio::time::timeout(LIMIT, checking).await else { continue };
            match output.result() {
                SpfResult::Pass => return SpfVerdict::Pass,
                SpfResult::Fail => return SpfVerdict::Fail,
                SpfResult::SoftFail => return SpfVerdict::SoftFail,
                SpfResult::Neutral => return SpfVerdict::Neutral,
                SpfResult::None => return SpfVerdict::NoRecord,
                SpfResult::PermError => return SpfVerdict::Broken,
                // Another server may know more.
                SpfResult::TempError => {}
            }
        }
        SpfVerdict::Unknown
    }
}
