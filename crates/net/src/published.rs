//! What a host and its domain publish about their TLS, made into what a connection is held against: TLSA records
//! (DANE, RFC 7672) and the MTA-STS policy (RFC 8461). Pure. Deliveries and connectivity tests ask the same function.

use std::net::IpAddr;
use std::sync::Arc;

use causeway_model::config::TlsLevel;
use causeway_model::{Domain, Failure};

use crate::sts::Policy;
use crate::tls::{DaneDemand, DaneLevel, Demands, Expectation, StsMode, TlsaSet};

/// What is published, as far as it is known and counts.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The host's TLSA records; `None`: it has none, or they are not signed.
    pub records: Option<TlsaSet>,
    /// The recipients' domain.
    pub domain: Option<Domain>,
    /// Its policy.
    pub policy: Option<Arc<Policy>>,
}

impl Published {
    /// What a connection to `host` is held against, beside the connector's level.
    #[must_use]
    pub fn expectation(
        self,
        level: TlsLevel,
        expected_name: Option<String>,
        host: &str,
    ) -> Expectation {
        let (sts, listed) = self.policy_for(host);
        let Self { records, domain, .. } = self;
        let dane_level = records.as_ref().map(|records| match records.is_empty() {
            true => DaneLevel::Encryption,
            false => DaneLevel::Certificate,
        });
        let mut names = vec![host.to_owned()];
        names.extend(domain.iter().map(ToString::to_string));
        let dane = records
            .filter(|records| !records.is_empty())
            .map(|records| DaneDemand { records: Arc::new(records), names });
        let demands = Demands { level, dane: dane_level, sts, host: host.to_owned() };
        Expectation { demands, expected_name, dane, listed }
    }

    /// The policy's demand, and whether it names the host.
    fn policy_for(&self, host: &str) -> (Option<(String, StsMode)>, Result<(), Failure>) {
        let (Some(policy), Some(domain)) = (&self.policy, &self.domain) else {
            return (None, Ok(()));
        };
        let Some(mode) = policy.mode else { return (None, Ok(())) };
        let listed = match policy.allows(host) && host.parse::<IpAddr>().is_err() {
            true => Ok(()),
            false => Err(Failure::StsHostNotListed {
                domain: domain.to_string(),
                host: host.to_owned(),
                allowed: policy.hosts.clone(),
            }),
        };
        (Some((domain.to_string(), mode)), listed)
    }
}
