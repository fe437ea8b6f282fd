//! May this message go over this connection? Pure: what is demanded and what was found in, one decision
//! out. The handshake, the reuse of a connection and the tests ask the same function.
//!
//! Three may demand something, each for itself: the connector (its TLS level), the host's TLSA records
//! (DANE, RFC 7672) and the recipient domain's MTA-STS policy (RFC 8461). All must be content, with one
//! exception: where TLSA records can be used, they take the place of MTA-STS.
//!
//! | found | opportunistic | encryption_only | certificate_validation | domain_validation | STS enforce | STS testing | DANE-EE | DANE-TA |
//! |---|---|---|---|---|---|---|---|---|
//! | good | deliver | deliver | deliver | deliver | deliver | deliver | deliver (if it matches) | deliver (if it matches) |
//! | expired | deliver | deliver | defer | defer | defer | deliver + report | deliver (if it matches) | defer |
//! | wrong name | deliver | deliver | deliver | defer | defer | deliver + report | deliver (if it matches) | defer |
//! | self-signed | deliver | deliver | defer | defer | defer | deliver + report | deliver (if it matches) | defer |
//! | no TLS | deliver | defer | defer | defer | defer | deliver + report | defer | defer |

use causeway_model::config::TlsLevel;
use causeway_model::{Failure, VerifiedBy};

/// What an MTA-STS policy wants done when it is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StsMode {
    /// Deliver, and let it be known.
    Testing,
    /// Do not deliver.
    Enforce,
}

/// What the host's TLSA records demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DaneLevel {
    /// TLS: there are records, none of which can be used.
    Encryption,
    /// A certificate that a record vouches for.
    Certificate,
}

/// All that is demanded of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demands {
    /// The connector's.
    pub level: TlsLevel,
    /// The TLSA records'; `None`: there are none, or the way to them is not signed.
    pub dane: Option<DaneLevel>,
    /// The domain's and its policy's; `None`: there is no policy.
    pub sts: Option<(String, StsMode)>,
    /// The host, for the words.
    pub host: String,
}

impl Demands {
    /// Those of a connector alone.
    #[must_use]
    pub const fn of_level(level: TlsLevel) -> Self {
        Self { level, dane: None, sts: None, host: String::new() }
    }

    /// True when plain text will not do.
    #[must_use]
    pub fn need_encryption(&self) -> bool {
        self.level > TlsLevel::Opportunistic
            || self.dane.is_some()
            || matches!(self.sts, Some((_, StsMode::Enforce)))
    }
}

/// What is known of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Whether it is encrypted, and if not, why.
    pub encryption: Result<(), Failure>,
    /// Dates and chain of the certificate, under the trusted roots.
    pub chain: Result<(), Failure>,
    /// Whether the certificate is for the name that is expected: the host's, or the connector's choice.
    pub name: Result<(), Failure>,
    /// Whether it is for the host's own name, which MTA-STS wants.
    pub host_name: Result<(), Failure>,
    /// Whether a TLSA record vouches for it. `Err` also where no record was there to ask.
    pub dane: Result<(), Failure>,
    /// Whether the domain's MTA-STS policy names the host.
    pub listed: Result<(), Failure>,
}

impl Findings {
    /// A connection in plain text, for this reason.
    #[must_use]
    pub fn plain(reason: &Failure) -> Self {
        let no = || Err(reason.clone());
        Self {
            encryption: no(),
            chain: no(),
            name: no(),
            host_name: no(),
            dane: no(),
            listed: Ok(()),
        }
    }

    /// What is wrong with the certificate, whoever may demand a good one.
    ///
    /// # Errors
    /// The first thing.
    pub fn certificate(&self) -> Result<(), Failure> {
        self.chain.clone().and_then(|()| self.name.clone())
    }

    /// Whether a password may be sent: only to a peer that has proved who it is.
    ///
    /// # Errors
    /// What it did not prove; `None` without TLS.
    pub fn may_log_in(&self, demands: &Demands) -> Result<(), Option<Failure>> {
        if self.encryption.is_err() {
            return Err(None);
        }
        if demands.dane == Some(DaneLevel::Certificate) && self.dane.is_ok() {
            return Ok(());
        }
        self.certificate().map_err(Some)
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The mail goes.
    Deliver(VerifiedBy),
    /// The mail goes, and a policy under test was not met: somebody should know.
    DeliverAndReport(VerifiedBy, Failure),
    /// The mail waits.
    Defer(Failure),
}

/// What is to be done with mail for which this is demanded, on a connection of which this is known.
#[must_use]
pub fn decide(demands: &Demands, found: &Findings) -> Decision {
    if let Err(failure) = by_level(demands.level, found) {
        return Decision::Defer(failure);
    }
    if let Some(level) = demands.dane {
        let met = match level {
            DaneLevel::Encryption => found.encryption.clone(),
            DaneLevel::Certificate => found.encryption.clone().and(found.dane.clone()),
        };
        if let Err(reason) = met {
            let host = demands.host.clone();
            return Decision::Defer(Failure::DaneViolated { host, reason: Box::new(reason) });
        }
        if level == DaneLevel::Certificate {
            return Decision::Deliver(VerifiedBy::Dane);
        }
    }
    let proof =
        if found.certificate().is_ok() { VerifiedBy::Certificate } else { VerifiedBy::Nothing };
    let Some((domain, mode)) = &demands.sts else { return Decision::Deliver(proof) };
    match (by_sts(domain, found), mode) {
        (Ok(()), _) => Decision::Deliver(VerifiedBy::MtaSts),
        (Err(failure), StsMode::Enforce) => Decision::Defer(failure),
        (Err(failure), StsMode::Testing) => Decision::DeliverAndReport(proof, failure),
    }
}

/// The connector's demand.
fn by_level(level: TlsLevel, found: &Findings) -> Result<(), Failure> {
    match level {
        TlsLevel::Opportunistic => Ok(()),
        TlsLevel::EncryptionOnly => found.encryption.clone(),
        TlsLevel::CertificateValidation => {
            found.encryption.clone().and_then(|()| found.chain.clone())
        }
        TlsLevel::DomainValidation => found.encryption.clone().and_then(|()| found.certificate()),
    }
}

/// The policy's demand: a listed host, TLS, a good certificate for the host's name.
fn by_sts(domain: &str, found: &Findings) -> Result<(), Failure> {
    found.listed.clone()?;
    found
        .encryption
        .clone()
        .and_then(|()| found.chain.clone())
        .and_then(|()| found.host_name.clone())
        .map_err(|reason| Failure::StsViolated {
            domain: domain.to_owned(),
            reason: Box::new(reason),
        })
}

#[cfg(test)]
mod tests;
