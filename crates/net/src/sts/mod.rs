//! MTA-STS: what a domain says of the TLS of its MX hosts (RFC 8461).
//!
//! A TXT record says that there is a policy and when it changed ([`policy_id`]), the policy itself comes
//! over HTTPS ([`fetch`]). This module reads both and matches hosts; who keeps policies, for how long, and
//! what happens when a new one cannot be had is the caller's business.
//!
//! **Strict.** A policy with a mistake in a key that counts is no policy; a pattern is a host name in
//! ASCII, or such a name with one wildcard label in front. `*.`, `*.*`, `*.com` with further wildcards,
//! names in Unicode: mistakes. Unknown keys are passed over, as the RFC wants.

mod fetch;

pub use fetch::{Fetch, FetchError, LIMIT};

use std::time::Duration;

use causeway_model::Domain;
use serde::{Deserialize, Serialize};

use crate::tls::StsMode;

/// The longest that a policy may be used without asking again (RFC 8461 section 3.2): a year.
pub const LONGEST_AGE: Duration = Duration::from_secs(31_557_600);

/// Octets of a policy at most (RFC 8461 section 3.3 suggests it).
pub const LONGEST_POLICY: usize = 64 * 1024;

/// Patterns of a policy at most.
const MOST_PATTERNS: usize = 500;

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What is to be done when a host does not meet it; `None`: nothing any more (`mode: none`).
    pub mode: Option<StsMode>,
    /// How long it may be used, [`LONGEST_AGE`] at most.
    pub max_age: Duration,
    /// The patterns of hosts, lower case.
    pub hosts: Vec<String>,
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyError {
    /// It is not text.
    #[error("it is not text")]
    NotText,
    /// It does not begin with `version: STSv1`, or has another version.
    #[error("it has no \"version: STSv1\"")]
    Version,
    /// A line is no `key: value`.
    #[error("line {line} is not \"key: value\"")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
    /// `mode` is missing or unknown.
    #[error("its mode is not one of enforce, testing, none")]
    Mode,
    /// `max_age` is missing or no number of seconds.
    #[error("its max_age is not a number of seconds")]
    MaxAge,
    /// A pattern is not one.
    #[error("its mx {pattern:?} is not a host name, nor one with \"*.\" in front")]
    Pattern {
        /// What it says.
        pattern: String,
    },
    /// There are no patterns, or too many.
    #[error("it names no mx, or too many")]
    Hosts,
}

impl Policy {
    /// Reads the text of a policy.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn read(octets: &[u8]) -> Result<Self, PolicyError> {
        let text = std::str::from_utf8(octets).map_err(|_| PolicyError::NotText)?;
        let (mut version, mut mode, mut max_age) = (None, None, None);
        let mut hosts: Vec<String> = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line).trim_end_matches([' ', '\t']);
            if line.is_empty() {
                continue;
            }
            let (key, value) = line.split_once(':').ok_or(PolicyError::Line { line: index + 1 })?;
            let value = value.trim_matches([' ', '\t']);
            match key {
                // Of a key that is there twice the first counts.
                "version" => _ = version.get_or_insert(value),
                "mode" => _ = mode.get_or_insert(value),
                "max_age" => _ = max_age.get_or_insert(value),
                "mx" => hosts.push(pattern(value)?),
                _ => {}
            }
        }
        if version != Some("STSv1") {
            return Err(PolicyError::Version);
        }
        let mode = match mode {
            Some("enforce") => Some(StsMode::Enforce),
            Some("testing") => Some(StsMode::Testing),
            Some("none") => None,
            _ => return Err(PolicyError::Mode),
        };
        if hosts.len() > MOST_PATTERNS || (hosts.is_empty() && mode.is_some()) {
            return Err(PolicyError::Hosts);
        }
        let max_age = max_age.and_then(seconds).ok_or(PolicyError::MaxAge)?;
        Ok(Self { mode, max_age: max_age.min(LONGEST_AGE), hosts })
    }

    /// Whether the policy names a host.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            // The wildcard stands for exactly one label.
            Some(parent) => host
                .split_once('.')
                .is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
            None => *pattern == host,
        })
    }
}

/// A number of seconds, ten digits at most.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    text.parse().ok().map(Duration::from_secs)
}

fn pattern(text: &str) -> Result<String, PolicyError> {
    let mistake = || PolicyError::Pattern { pattern: text.chars().take(100).collect() };
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_ascii = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    if !is_ascii || Domain::parse(name).is_err() {
        return Err(mistake());
    }
    Ok(text.to_ascii_lowercase())
}

/// The id of the policy that a domain's TXT records at `_mta-sts` announce. `None` when they announce
/// none, or more than one (RFC 8461 section 3.1).
#[must_use]
pub fn policy_id(texts: &[String]) -> Option<String> {
    let mut records = texts.iter().filter(|text| {
        text.strip_prefix("v=STSv1")
            .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with(';'))
    });
    let record = records.next()?;
    if records.next().is_some() {
        return None;
    }
    let id = record.split(';').skip(1).find_map(|field| {
        let (key, value) = field.split_once('=')?;
        (key.trim_matches([' ', '\t']) == "id").then(|| value.trim_matches([' ', '\t']))
    })?;
    let is_id = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    is_id.then(|| id.to_owned())
}

#[cfg(test)]
mod tests;
