//! Findings about issuers' statements (OCSP) and about what is published (DANE, MTA-STS), as lines.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_catalog::status::clean;
use causeway_catalog::texts::{Texts, Value};
use causeway_model::Stage;
use causeway_net::sts::FetchError;
use causeway_net::tls::staple::{Doubt, StapleStatus, Statement, Useless};

use super::Fact;
use super::evidence::{Sentence, at, list, with};
use super::words::failure_words;

impl Fact {
    /// What the certificate's issuer says of it.
    pub(super) fn staple_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::OcspStapled { address, statement } => stapled(address, statement, texts),
            Self::OcspUseless { address, why } => {
                let key = match why {
                    Useless::Unreadable => "finding-ocsp-unreadable",
                    Useless::Unanswered => "finding-ocsp-unanswered",
                    Useless::OtherCertificate => "finding-ocsp-other",
                };
                (key, at(address))
            }
            Self::OcspMissing { address } => ("finding-ocsp-missing", at(address)),
            _ => return None,
        })
    }

    /// What is published about TLS.
    pub(super) fn published_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        let named = |name: &'static str, value: &str| vec![(name, Value::from(value.to_owned()))];
        Some(match self {
            Self::TlsaRecords { host, base, port, records } => {
                let mut args = named("host", host);
                args.extend([
                    ("name", format!("_{port}._tcp.{base}").into()),
                    ("records", list(records).into()),
                ]);
                let key = if records.is_empty() { "finding-tlsa-unusable" } else { "finding-tlsa" };
                (key, args)
            }
            Self::TlsaNone { host } => ("finding-tlsa-none", named("host", host)),
            Self::TlsaUnasked { host } => ("finding-tlsa-unasked", named("host", host)),
            Self::TlsaUnknown { host, failure } => {
                let mut args = named("host", host);
                args.push(("reason", failure_words(failure, Stage::Resolve, texts).into()));
                ("finding-tlsa-unknown", args)
            }
            Self::MxUnsigned { domain } => ("finding-mx-unsigned", named("domain", domain)),
            Self::StsNone { domain } => ("finding-sts-none", named("domain", domain)),
            Self::StsPolicy { domain, id, mode, hosts, max_age_s } => {
                let mut args = named("domain", domain);
                let age = Duration::from_secs(*max_age_s);
                args.extend([
                    ("id", id.into()),
                    ("mode", mode.into()),
                    ("hosts", list(hosts).into()),
                    ("age", texts.duration(age).into()),
                ]);
                ("finding-sts", args)
            }
            Self::StsUnusable { domain, id, why } => {
                let mut args = named("domain", domain);
                args.extend([("id", id.into()), ("why", fetch_words(why, texts).into())]);
                ("finding-sts-unusable", args)
            }
            Self::PublishedMet { address, by } => {
                ("finding-published-met", with(address, "by", by.name().to_owned()))
            }
            Self::PublishedUnmet { address, by, failure, forbidden } => {
                let mut args = with(address, "by", by.name().to_owned());
                args.push(("reason", failure_words(failure, Stage::Tls, texts).into()));
                let key = match forbidden {
                    true => "finding-published-unmet",
                    false => "finding-published-unmet-allowed",
                };
                (key, args)
            }
            _ => return None,
        })
    }
}

/// What the issuer says, as of when, and why that is not relied on.
fn stapled<'a>(address: &SocketAddr, statement: &Statement, texts: &Texts) -> Sentence<'a> {
    let said = match statement.status {
        StapleStatus::Good => texts.text("ocsp-good"),
        StapleStatus::Unknown => texts.text("ocsp-unknown"),
        StapleStatus::Revoked { at } => {
            texts.format("ocsp-revoked", &[("at", texts.moment(at).into())])
        }
    };
    let until = statement.next_update;
    let until = until.map_or_else(|| texts.text("ocsp-no-end"), |until| texts.moment(until));
    let mut args = with(address, "said", said);
    args.extend([("from", texts.moment(statement.this_update).into()), ("until", until.into())]);
    let why = match statement.doubt {
        None => return ("finding-ocsp", args),
        Some(Doubt::IssuerNotTrusted) => "ocsp-doubt-issuer",
        Some(Doubt::ForeignSignature) => "ocsp-doubt-signature",
        Some(Doubt::OutOfDate) => "ocsp-doubt-old",
        Some(Doubt::NotYet) => "ocsp-doubt-early",
    };
    args.push(("why", texts.text(why).into()));
    ("finding-ocsp-doubted", args)
}

/// Why a policy could not be had.
fn fetch_words(why: &FetchError, texts: &Texts) -> String {
    let said = |key: &str, value: Value<'_>| texts.format(key, &[("said", value)]);
    match why {
        FetchError::Host(failure) => {
            said("sts-host", failure_words(failure, Stage::Connect, texts).into())
        }
        FetchError::Slow => texts.text("sts-slow"),
        FetchError::Status(status) => said("sts-status", u64::from(*status).into()),
        FetchError::ContentType(kind) => said("sts-content-type", clean(kind).into()),
        FetchError::Content => texts.text("sts-content"),
        FetchError::Http(detail) => said("sts-http", clean(detail).into()),
        FetchError::Policy(error) => said("sts-mistake", clean(&error.to_string()).into()),
    }
}
