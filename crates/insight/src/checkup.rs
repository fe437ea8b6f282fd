//! Connectivity tests: probes in an order that people follow, step by step, with what to do.
//!
//! **What it promises.** Every step is told as it ends: its name (stable), how it ended, what was found, and, where
//! something is wrong, what to do and where. Steps that make no sense after a failure are told as skipped. A test
//! asks the network whatever was found before, so that whoever has repaired something sees it.
//!
//! **What it refuses.** No message is handed over. Recipients are named only where the administrator asked for it
//! ([`Test::Relay`], [`Test::Inbound`]).
//!
//! **In which order to read.** This file (tests, steps, how they are told), `host` (one server: TLS, relaying),
//! `paths` (mail coming in and going out), `names` (propagation), `domain` (everything about a domain), `spf`, `alerts`
//! (what fails now, and what was noticed).

mod alerts;
mod domain;
mod host;
mod names;
mod paths;
mod spf;

pub use alerts::concerns;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use causeway_catalog::causes::causes_of;
use causeway_catalog::texts::{Texts, Value};
use causeway_model::config::{DomainType, SmartHost, TlsLevel};
use causeway_model::{Failure, Stage, StepStatus};
use causeway_net::steps::Steps;
use causeway_net::tls::staple::{StapleStatus, Statement};
use tokio::sync::mpsc::Sender;

use crate::alert::Alert;
use crate::finding::{Fact, Finding, Standard};
use crate::probe::{Probe, Publisher, RecordKind, TlsDemand};
use crate::prober::{Known, Prober};

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Does mail for this accepted domain come here, and is it taken?
    Inbound {
        /// The domain.
        domain: String,
    },
    /// Does this outbound connector's way work, short of a message?
    Outbound(Box<Outbound>),
    /// Does this host relay for strangers?
    Relay {
        /// Name or address, and port.
        host: SmartHost,
    },
    /// Is this host's TLS good?
    Tls {
        /// Name or address, and port.
        host: SmartHost,
        /// The name that its certificate must be for; `None`: its own.
        expected_name: Option<String>,
        /// The domain whose mail it takes: its MTA-STS policy counts, too.
        domain: Option<String>,
    },
    /// Has a change of the domain's records reached everybody?
    Propagation {
        /// The domain.
        domain: String,
        /// Which records.
        kind: RecordKind,
    },
    /// Everything that mail for an accepted domain depends on.
    Domain {
        /// The domain.
        domain: String,
        /// Where DKIM keys are looked for, beside the usual places.
        dkim_selectors: Vec<String>,
    },
}

/// An outbound connector, as far as a test needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// Its name.
    pub name: String,
    /// It is in use.
    pub enabled: bool,
    /// Its smart hosts; empty where it uses MX records.
    pub hosts: Vec<SmartHost>,
    /// Domains whose MX records it uses.
    pub mx_domains: Vec<String>,
    /// Its TLS level.
    pub level: TlsLevel,
    /// Its `tls_domain`.
    pub tls_domain: Option<String>,
}

/// Who asks: what a test compares with.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Our host name.
    pub hostname: String,
    /// Addresses that mail reaches us at, and comes from.
    pub addresses: Vec<IpAddr>,
    /// Other hosts and addresses that mail for our domains may come to first.
    pub also_expected: Vec<String>,
    /// The port of MX hosts.
    pub mx_port: u16,
    /// What the configuration says of the domain under test; `None`: it is not accepted here.
    pub domain: Option<DomainFacts>,
    /// What is known to work.
    pub known: Known,
    /// Addresses that mail leaves from, as far as they are known: for SPF.
    pub sending: Vec<IpAddr>,
    /// The keys that mail of the domain under test is signed with.
    pub signing_keys: Vec<OwnKey>,
    /// Open alerts that concern the domain under test ([`concerns`]).
    pub alerts: Vec<Alert>,
}

/// A key that this server signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// Where its record belongs: `mail2026._domainkey.example.com`.
    pub name: String,
    /// The text of its record.
    pub value: String,
}

impl About {
    /// Hosts and addresses that the MX records of our domains may name.
    #[must_use]
    pub fn expected_mx(&self) -> Vec<String> {
        let mut expected = vec![self.hostname.clone()];
        expected.extend(self.addresses.iter().map(ToString::to_string));
        expected.extend(self.also_expected.iter().cloned());
        expected
    }
}

/// An accepted domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainFacts {
    /// Its type.
    pub kind: DomainType,
    /// The outbound connector in use that takes its recipients.
    pub connector: Option<String>,
    /// Its way, to be tested.
    pub way: Option<Box<Outbound>>,
    /// One that would, and is not in use.
    pub disabled_connector: Option<String>,
}

/// A step that is over, with what to do, and where; `None`: nothing.
pub type Step = causeway_net::steps::Step<&'static str, Option<String>>;

/// Makes a test. Every step is sent as it ends, without waiting for whoever listens. True when nothing failed.
pub async fn run(
    prober: &Prober,
    test: &Test,
    about: &About,
    texts: &Texts,
    steps: Sender<Step>,
) -> bool {
    let mut teller = Teller {
        prober,
        about,
        texts,
        steps: Steps::begin(steps),
        site: site(test),
        by_connector: false,
        failed: 0,
        broken: 0,
        is_tolerant: false,
        told: HashSet::new(),
    };
    match test {
        Test::Inbound { domain } => paths::inbound(domain, &mut teller).await,
        Test::Outbound(connector) => paths::outbound(connector, &mut teller).await,
        Test::Relay { host } => host::relay(host, &mut teller).await,
        Test::Tls { host, expected_name, domain } => {
            let domain = domain.clone().map_or(Publisher::Host, Publisher::Domain);
            host::tls(host, expected_name.as_deref(), domain, &mut teller).await;
        }
        Test::Propagation { domain, kind } => names::propagation(domain, *kind, &mut teller).await,
        Test::Domain { domain, dkim_selectors } => {
            domain::troubleshoot(domain, dkim_selectors, &mut teller).await;
        }
    }
    teller.failed == 0
}

/// Two tests of the same thing at once would ask everything twice.
fn site(test: &Test) -> String {
    match test {
        Test::Inbound { domain } => format!("test inbound {domain}"),
        Test::Outbound(connector) => format!("test outbound {}", connector.name),
        Test::Relay { host } => format!("test relay {host:?}"),
        Test::Tls { host, .. } => format!("test tls {host:?}"),
        Test::Propagation { domain, .. } => format!("test propagation {domain}"),
        Test::Domain { domain, .. } => format!("test domain {domain}"),
    }
}

/// Makes probes and tells of steps.
struct Teller<'a> {
    prober: &'a Prober,
    about: &'a About,
    texts: &'a Texts,
    steps: Steps<&'static str, Option<String>>,
    site: String,
    /// What is tested now is the way of a connector.
    by_connector: bool,
    failed: usize,
    /// Failed steps, those that are told as warnings among them.
    broken: usize,
    /// Another host may take the mail: what fails now is told as a warning.
    is_tolerant: bool,
    /// What was told of domains, so that it is told once.
    told: HashSet<String>,
}

/// A fact about a host or domain, whichever of its addresses is asked.
const fn is_published(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::TlsaRecords { .. }
            | Fact::TlsaNone { .. }
            | Fact::TlsaUnknown { .. }
            | Fact::TlsaUnasked { .. }
            | Fact::MxUnsigned { .. }
            | Fact::StsPolicy { .. }
            | Fact::StsNone { .. }
            | Fact::StsUnusable { .. }
    )
}

const fn step_of(by: Standard) -> &'static str {
    match by {
        Standard::Dane => "dane",
        Standard::MtaSts => "mta_sts",
    }
}

type Arguments<'a> = &'a [(&'static str, Value<'a>)];

impl Teller<'_> {
    async fn ask(&mut self, probe: Probe) -> Vec<Fact> {
        let found = self.prober.run_anew(&self.site, &[probe], &self.about.known).await;
        found.into_iter().map(|finding: Finding| finding.fact).collect()
    }

    fn tell(
        &mut self,
        name: &'static str,
        status: StepStatus,
        finding: String,
        what_to_do: Option<String>,
    ) {
        let is_failed = status == StepStatus::Failed;
        self.broken += usize::from(is_failed);
        let status = if is_failed && self.is_tolerant { StepStatus::Warning } else { status };
        self.failed += usize::from(status == StepStatus::Failed);
        self.steps.tell(name, status, finding, what_to_do);
    }

    fn passed(&mut self, name: &'static str, finding: String) {
        self.tell(name, StepStatus::Passed, finding, None);
    }

    /// A fact as a step.
    fn fact(&mut self, name: &'static str, status: StepStatus, fact: &Fact, to_do: Option<String>) {
        let finding = fact.sentence(self.texts);
        self.tell(name, status, finding, to_do);
    }

    fn skipped(&mut self, names: &[&'static str]) {
        for name in names {
            let finding = self.texts.text("test-skipped");
            self.tell(name, StepStatus::Skipped, finding, None);
        }
    }

    fn say(&self, key: &str, arguments: Arguments<'_>) -> String {
        self.texts.format(key, arguments)
    }

    fn advice(&self, key: &str, arguments: Arguments<'_>) -> Option<String> {
        Some(self.texts.format(key, arguments))
    }

    /// What to do about a failure: the likeliest cause and its way out.
    fn cure(&self, failure: &Failure, stage: Stage) -> Option<String> {
        // The causes speak of a message to a recipient; here is a name that somebody has written.
        if matches!(failure, Failure::DomainNotFound { .. } | Failure::NoAddress { .. }) {
            return self.advice("advice-name-unknown", &[]);
        }
        let likeliest = causes_of(failure, stage, self.by_connector).into_iter().next()?;
        let action = likeliest.action_key_on(self.by_connector);
        let title = likeliest.title_key();
        Some(format!("{} {}", self.texts.text(&title), self.texts.text(&action)))
    }

    fn demand(&self, level: TlsLevel, name: &str) -> TlsDemand {
        TlsDemand { level, expected_name: name.to_owned(), publisher: None }
    }

    /// The same for a host that a domain's mail comes to.
    fn demand_of(&self, level: TlsLevel, name: &str, domain: &str) -> TlsDemand {
        let publisher = Some(Publisher::Domain(domain.to_owned()));
        TlsDemand { publisher, ..self.demand(level, name) }
    }

    /// Tells what a session found, as the steps `connect`, `smtp` and `tls`. False when mail could not go this
    /// way.
    async fn session(&mut self, address: SocketAddr, host: &str, demand: TlsDemand) -> bool {
        let level = demand.level;
        let host = host.to_owned();
        let mut facts = self.ask(Probe::Session { address, host, demand }).await;
        // What rewrites SMTP explains what is missing, so it is told before.
        let place = |wanted: fn(&Fact) -> bool| facts.iter().position(wanted);
        if let (Some(missing), Some(masked)) = (
            place(|fact| matches!(fact, Fact::StarttlsMissing { .. })),
            place(|fact| matches!(fact, Fact::Masked { .. })),
        ) && missing < masked
        {
            facts.swap(missing, masked);
        }
        let before = self.broken;
        for fact in &facts {
            if is_published(fact) && !self.told.insert(fact.sentence(self.texts)) {
                // Of the domain, and told with another of its addresses.
                continue;
            }
            self.session_fact(fact, level);
            // What is published and what is demanded here are held against a certificate each by itself.
            let is_verdict =
                matches!(fact, Fact::PublishedUnmet { .. } | Fact::StarttlsMissing { .. });
            if self.broken > before && !is_verdict && !is_published(fact) {
                break;
            }
        }
        self.broken == before
    }

    fn session_fact(&mut self, fact: &Fact, level: TlsLevel) {
        use StepStatus::{Failed, Passed, Warning};
        let needs_tls = level > TlsLevel::Opportunistic;
        match fact {
            Fact::Connected { .. } => self.fact("connect", Passed, fact, None),
            Fact::ConnectFailed { failure, .. } => {
                let cure = self.cure(failure, Stage::Connect);
                self.fact("connect", Failed, fact, cure);
            }
            Fact::Greeting { .. } | Fact::Hello { extended: true, encrypted: false, .. } => {
                self.fact("smtp", Passed, fact, None);
            }
            Fact::Hello { extended: false, .. } => self.fact("smtp", Warning, fact, None),
            Fact::SessionFailed { stage, failure, .. } => {
                let cure = self.cure(failure, *stage);
                let name = if *stage == Stage::Tls { "tls" } else { "smtp" };
                self.fact(name, Failed, fact, cure);
            }
            Fact::BreaksAfter { .. } => {
                let cure = self.advice("advice-masked", &[]);
                self.fact("smtp", Failed, fact, cure);
            }
            Fact::Masked { .. } => {
                let cure = self.advice("advice-masked", &[]);
                self.fact("smtp", Warning, fact, cure);
            }
            Fact::StarttlsMissing { .. } => {
                let status = if needs_tls { Failed } else { Warning };
                let by_connector = self.by_connector && needs_tls;
                let key =
                    if by_connector { "advice-starttls-connector" } else { "advice-starttls" };
                let cure = self.advice(key, &[]);
                self.fact("tls", status, fact, cure);
            }
            Fact::StarttlsRefused { reply, .. } => {
                let status = if needs_tls { Failed } else { Warning };
                let failure = Failure::StarttlsRefused { reply: reply.clone() };
                let cure = self.cure(&failure, Stage::Starttls);
                self.fact("tls", status, fact, cure);
            }
            Fact::TlsWorks { .. } | Fact::CertificateGood { .. } => {
                self.fact("tls", Passed, fact, None);
            }
            Fact::TlsFailed { failure, .. } => {
                let cure = self.cure(failure, Stage::Tls);
                self.fact("tls", if needs_tls { Failed } else { Warning }, fact, cure);
            }
            Fact::CertificateShown { certificate, .. } => self.certificate_shown(fact, certificate),
            Fact::OcspMissing { .. } => self.fact("tls", Passed, fact, None),
            Fact::OcspStapled { statement, .. } => self.stapled(fact, statement),
            Fact::OcspUseless { .. } => {
                let cure = self.advice("advice-ocsp", &[]);
                self.fact("tls", Warning, fact, cure);
            }
            Fact::CertificateBad { failure, forbidden, .. } => {
                let cure = self.cure(failure, Stage::Tls);
                self.fact("tls", if *forbidden { Failed } else { Warning }, fact, cure);
            }
            Fact::NotProbed { .. } => self.fact("smtp", Failed, fact, None),
            _ => self.published_fact(fact),
        }
    }

    /// What the certificate says of itself; a warning when it ends within two weeks.
    fn certificate_shown(&mut self, fact: &Fact, certificate: &crate::finding::Certificate) {
        const SOON: Duration = Duration::from_secs(14 * 86_400);
        let now = self.prober.now();
        let left = certificate.not_after.since(now);
        if left.is_zero() || left > SOON {
            return self.fact("tls", StepStatus::Passed, fact, None);
        }
        let left = self.texts.duration(left);
        let cure = self.advice("advice-certificate-soon", &[("span", left.into())]);
        self.fact("tls", StepStatus::Warning, fact, cure);
    }

    /// What is published about TLS, and whether it is met: the steps `dane` and `mta_sts`.
    fn published_fact(&mut self, fact: &Fact) {
        use StepStatus::{Failed, Passed, Warning};
        match fact {
            Fact::TlsaRecords { records, .. } if records.is_empty() => {
                let cure = self.advice("advice-tlsa-unusable", &[]);
                self.fact("dane", Warning, fact, cure);
            }
            Fact::TlsaRecords { .. } | Fact::TlsaNone { .. } | Fact::MxUnsigned { .. } => {
                self.fact("dane", Passed, fact, None);
            }
            Fact::TlsaUnasked { .. } => {
                let cure = self.advice("advice-tlsa-unasked", &[]);
                self.fact("dane", Passed, fact, cure);
            }
            Fact::TlsaUnknown { failure, .. } => {
                let cure = self.cure(failure, Stage::Resolve);
                self.fact("dane", Failed, fact, cure);
            }
            Fact::StsPolicy { .. } | Fact::StsNone { .. } => {
                self.fact("mta_sts", Passed, fact, None);
            }
            Fact::StsUnusable { domain, .. } => {
                let cure = self.advice("advice-sts-unusable", &[("domain", domain.into())]);
                self.fact("mta_sts", Warning, fact, cure);
            }
            Fact::PublishedMet { by, .. } => self.fact(step_of(*by), Passed, fact, None),
            Fact::PublishedUnmet { by, failure, forbidden, .. } => {
                let status = if *forbidden { Failed } else { Warning };
                let cure = self.cure(failure, Stage::Tls);
                self.fact(step_of(*by), status, fact, cure);
            }
            _ => {}
        }
    }

    /// What the issuer says of the certificate. What follows from a revocation is told with the certificate itself.
    fn stapled(&mut self, fact: &Fact, statement: &Statement) {
        let is_relied_on = statement.doubt.is_none();
        if is_relied_on && statement.status == StapleStatus::Good {
            return self.fact("tls", StepStatus::Passed, fact, None);
        }
        let is_revoked = matches!(statement.status, StapleStatus::Revoked { .. });
        let cure = self.advice("advice-ocsp", &[]).filter(|_| !(is_revoked && is_relied_on));
        self.fact("tls", StepStatus::Warning, fact, cure);
    }
}
