//! Findings as lines that a person can read and check.

use causeway_catalog::status::clean;
use causeway_catalog::texts::{Texts, Value};
use causeway_model::{Failure, Stage, Timestamp};
use serde::{Deserialize, Serialize};

use super::words::{failure_words, span, verbatim};
use super::{Break, DnsAnswer, Fact, Finding, MailHost, MaskingSign, Unasked};
use crate::probe::RecordKind;

/// One line of evidence, as alerts show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// The probe's stable name: `authoritative-servers`.
    pub probe: String,
    /// What it found, in the reader's language; peers' words as they came.
    pub finding: String,
    /// When.
    pub at: Timestamp,
}

impl Finding {
    /// The line of evidence; with the time that a slow name server took.
    #[must_use]
    pub fn evidence(&self, texts: &Texts) -> Evidence {
        let mut finding = self.fact.sentence(texts);
        if self.is_slow() {
            let args = [("finding", finding.into()), ("span", span(self.elapsed_ms).into())];
            finding = texts.format("finding-took", &args);
        }
        Evidence { probe: self.probe.name().to_owned(), finding, at: self.at }
    }
}

/// A text with its variables.
pub(super) type Sentence<'a> = (&'static str, Vec<(&'static str, Value<'a>)>);

impl Fact {
    /// The fact as one sentence. Total.
    #[must_use]
    pub fn sentence(&self, texts: &Texts) -> String {
        let (key, args) = self.parts(texts);
        texts.format(key, &args)
    }

    fn parts(&self, texts: &Texts) -> Sentence<'_> {
        self.dns_parts(texts)
            .or_else(|| self.mail_host_parts(texts))
            .or_else(|| self.connection_parts(texts))
            .or_else(|| self.session_parts(texts))
            .or_else(|| self.tls_parts(texts))
            .or_else(|| self.staple_parts(texts))
            .or_else(|| self.published_parts(texts))
            .unwrap_or_else(|| self.own_parts(texts))
    }

    fn dns_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::Dns { by, name, kind, answer } => answer_parts(by.label(), name, *kind, answer),
            Self::Delegation { zone, servers, by } => (
                "finding-delegation",
                vec![
                    ("zone", zone.into()),
                    ("servers", list(servers).into()),
                    ("parent", by.label().into()),
                ],
            ),
            Self::NotDelegated { name, parent, by } => (
                "finding-not-delegated",
                vec![
                    ("name", name.into()),
                    ("zone", zone_text(parent).into()),
                    ("parent", by.label().into()),
                ],
            ),
            Self::DelegationUnknown { name, zone, said } => (
                "finding-delegation-unknown",
                vec![
                    ("name", name.into()),
                    ("zone", zone_text(zone).into()),
                    ("said", said.join("; ").into()),
                ],
            ),
            Self::ServerWithoutAddress { zone, server } => (
                "finding-server-without-address",
                vec![("zone", zone.into()), ("server", server.into())],
            ),
            Self::Serial { zone, by, serial } => (
                "finding-serial",
                vec![
                    ("zone", zone.into()),
                    ("server", by.label().into()),
                    ("serial", serial.to_string().into()),
                ],
            ),
            Self::AnswersDiffer { name, kind, groups } => {
                let said: Vec<String> = groups
                    .iter()
                    .map(|group| {
                        let servers: Vec<String> =
                            group.servers.iter().map(super::NameServer::label).collect();
                        format!("{}: {}", list(&servers), records(&group.records, texts))
                    })
                    .collect();
                (
                    "finding-answers-differ",
                    vec![
                        ("name", name.into()),
                        ("kind", kind.name().into()),
                        ("said", said.join("; ").into()),
                    ],
                )
            }
            Self::AnswersAgree { name, kind, records: said, servers } => (
                "finding-answers-agree",
                vec![
                    ("name", name.into()),
                    ("kind", kind.name().into()),
                    ("records", records(said, texts).into()),
                    ("count", (*servers).into()),
                ],
            ),
            other => return other.cache_parts(texts),
        })
    }

    fn cache_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::CachedAnswerOld { name, kind, by, cached, current, expires_in } => {
                let mut args = vec![
                    ("name", name.into()),
                    ("kind", kind.name().into()),
                    ("server", by.label().into()),
                    ("cached", records(cached, texts).into()),
                    ("current", records(current, texts).into()),
                ];
                match expires_in {
                    Some(seconds) => {
                        let left = std::time::Duration::from_secs(u64::from(*seconds));
                        args.push(("span", texts.duration(left).into()));
                        ("finding-cached-old", args)
                    }
                    None => ("finding-cached-old-unknown", args),
                }
            }
            Self::OwnCacheOld { name, kind, cached, current, expires_in } => {
                let left = std::time::Duration::from_secs(u64::from(*expires_in));
                (
                    "finding-own-cache-old",
                    vec![
                        ("name", name.into()),
                        ("kind", kind.name().into()),
                        ("cached", records(cached, texts).into()),
                        ("current", records(current, texts).into()),
                        ("span", texts.duration(left).into()),
                    ],
                )
            }
            Self::CachedAnswerCurrent { name, kind, by } => {
                ("finding-cached-current", asked(by.label(), name, *kind))
            }
            Self::DnssecBogus { name, kind, by, records: said } => {
                let mut args = asked(by.label(), name, *kind);
                args.push(("records", records(said, texts).into()));
                ("finding-dnssec-bogus", args)
            }
            Self::DnssecNotTheCause { name, kind, by } => {
                ("finding-dnssec-not-the-cause", asked(by.label(), name, *kind))
            }
            Self::ResolverWorks { by, name } => (
                "finding-resolver-works",
                vec![("server", by.label().into()), ("name", name.into())],
            ),
            Self::ResolverFails { by, name, answer } => {
                let (key, args) = answer_parts(by.label(), name, RecordKind::A, answer);
                let said = texts.format(key, &args);
                ("finding-resolver-fails", vec![("said", said.into())])
            }
            _ => return None,
        })
    }

    fn mail_host_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::MailHosts { domain, hosts, implicit } => {
                let key =
                    if *implicit { "finding-mail-hosts-implicit" } else { "finding-mail-hosts" };
                let shown: Vec<String> = hosts.iter().map(|host| host_text(host, texts)).collect();
                (key, vec![("domain", domain.into()), ("hosts", shown.join("; ").into())])
            }
            Self::MailHostsUnknown { domain, failure } => (
                "finding-mail-hosts-unknown",
                vec![
                    ("domain", domain.into()),
                    ("failure", failure_words(failure, Stage::Resolve, texts).into()),
                ],
            ),
            Self::MxUnusable { domain, records } => (
                "finding-mx-unusable",
                vec![("domain", domain.into()), ("records", list(records).into())],
            ),
            Self::NullMx { domain } => ("finding-null-mx", vec![("domain", domain.into())]),
            Self::Alias { name, chain } => {
                ("finding-alias", vec![("name", name.into()), ("chain", chain.join(" → ").into())])
            }
            Self::MxAsExpected { domain, count } => (
                "finding-mx-as-expected",
                vec![("domain", domain.into()), ("count", (*count).into())],
            ),
            Self::MxMixed { domain, expected, others } => (
                "finding-mx-mixed",
                vec![
                    ("domain", domain.into()),
                    ("expected", list(expected).into()),
                    ("others", list(others).into()),
                ],
            ),
            Self::MxElsewhere { domain, found } => (
                "finding-mx-elsewhere",
                vec![("domain", domain.into()), ("found", list(found).into())],
            ),
            Self::Resembles { name, known, .. } => {
                ("finding-resembles", vec![("name", name.into()), ("known", known.into())])
            }
            Self::ResemblesNothing { name } => {
                ("finding-resembles-nothing", vec![("name", name.into())])
            }
            _ => return None,
        })
    }

    fn connection_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::Connected { address, from } => {
                let address = ("address", address.to_string().into());
                match from {
                    Some(from) => {
                        ("finding-connected", vec![address, ("from", from.to_string().into())])
                    }
                    None => ("finding-connected-from-anywhere", vec![address]),
                }
            }
            Self::ConnectFailed { address, failure } => {
                failed("finding-connect-failed", address, failure, Stage::Connect, texts)
            }
            Self::ControlReached { control } => (
                "finding-control-reached",
                vec![
                    ("site", control.site.clone().into()),
                    ("address", control.address.to_string().into()),
                ],
            ),
            // Somebody answered: that is no silence.
            Self::ControlFailed { control, failure: Failure::ConnectionRefused } => (
                "finding-control-refuses",
                vec![
                    ("site", control.site.clone().into()),
                    ("address", control.address.to_string().into()),
                ],
            ),
            Self::ControlFailed { control, failure } => (
                "finding-control-failed",
                vec![
                    ("site", control.site.clone().into()),
                    ("address", control.address.to_string().into()),
                    ("failure", failure_words(failure, Stage::Connect, texts).into()),
                ],
            ),
            Self::NoControls => ("finding-no-controls", Vec::new()),
            Self::SubmissionOpen { address } => ("finding-submission-open", at(address)),
            Self::SubmissionClosed { address, failure } => {
                failed("finding-submission-closed", address, failure, Stage::Connect, texts)
            }
            _ => return None,
        })
    }

    fn session_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::Greeting { address, reply } | Self::StarttlsRefused { address, reply } => {
                let refused = matches!(self, Self::StarttlsRefused { .. });
                let key = if refused { "finding-starttls-refused" } else { "finding-greeting" };
                (key, with(address, "reply", verbatim(reply)))
            }
            Self::Hello { address, extended, keywords, encrypted } => {
                let key = match (extended, encrypted) {
                    (false, _) => "finding-hello-plain",
                    (true, false) => "finding-hello",
                    (true, true) => "finding-hello-encrypted",
                };
                (key, with(address, "keywords", clean(&list(keywords))))
            }
            Self::SessionFailed { address, stage, failure } => {
                let (key, mut args) =
                    failed("finding-session-failed", address, failure, *stage, texts);
                args.push(("stage", texts.text(&format!("stage-{}", stage.name())).into()));
                (key, args)
            }
            Self::Masked { address, signs } => {
                let signs: Vec<String> = signs.iter().map(|sign| sign_text(sign, texts)).collect();
                ("finding-masked", with(address, "signs", signs.join("; ")))
            }
            Self::StarttlsOffered { address } => ("finding-starttls-offered", at(address)),
            Self::StarttlsMissing { address } => ("finding-starttls-missing", at(address)),
            Self::Alive { address, after, octets } => {
                let mut args = with(address, "after", clean(after));
                args.push(("octets", (*octets).into()));
                ("finding-alive", args)
            }
            Self::RecipientTaken { address, sender, recipient, reply }
            | Self::RecipientRefused { address, sender, recipient, reply } => {
                let key = match self {
                    Self::RecipientTaken { .. } => "finding-recipient-taken",
                    _ => "finding-recipient-refused",
                };
                let mut args = with(address, "sender", clean(sender));
                args.extend([
                    ("recipient", clean(recipient).into()),
                    ("reply", verbatim(reply).into()),
                ]);
                (key, args)
            }
            Self::BreaksAfter { address, command, how } => {
                let mut args = with(address, "command", clean(command));
                args.push(("how", how_text(*how, texts).into()));
                ("finding-breaks-after", args)
            }
            Self::LargePacketsLost { address, works, lost, how } => {
                let mut args = with(address, "how", how_text(*how, texts));
                args.extend([("works", (*works).into()), ("lost", (*lost).into())]);
                ("finding-large-lost", args)
            }
            _ => return None,
        })
    }

    fn tls_parts(&self, texts: &Texts) -> Option<Sentence<'_>> {
        Some(match self {
            Self::TlsWorks { address, description } => {
                ("finding-tls-works", with(address, "description", description.clone()))
            }
            Self::TlsFailed { address, failure } => {
                failed("finding-tls-failed", address, failure, Stage::Tls, texts)
            }
            Self::CertificateShown { address, certificate, intermediates } => {
                let names: Vec<String> = certificate.names.iter().take(10).cloned().collect();
                let mut args = with(address, "names", clean(&list(&names)));
                args.extend([
                    ("issuer", clean(&certificate.issuer).into()),
                    ("from", texts.moment(certificate.not_before).into()),
                    ("until", texts.moment(certificate.not_after).into()),
                    ("count", (*intermediates).into()),
                ]);
                ("finding-certificate-shown", args)
            }
            Self::CertificateGood { address, demand } => {
                ("finding-certificate-good", with(address, "name", demand.expected_name.clone()))
            }
            Self::CertificateBad { address, failure, forbidden, .. } => {
                let key = if *forbidden {
                    "finding-certificate-bad"
                } else {
                    "finding-certificate-bad-allowed"
                };
                failed(key, address, failure, Stage::Tls, texts)
            }
            _ => return None,
        })
    }

    fn own_parts(&self, _texts: &Texts) -> Sentence<'_> {
        match self {
            Self::NotProbed { why: Unasked::OutOfTime } => ("finding-not-probed-time", Vec::new()),
            Self::NotProbed { why: Unasked::SiteBusy } => ("finding-not-probed-busy", Vec::new()),
            Self::NotProbed { why: Unasked::QuestionsSpent } => {
                ("finding-not-probed-questions", Vec::new())
            }
            _ => ("finding-not-probed-budget", Vec::new()),
        }
    }
}

fn answer_parts<'a>(
    server: String,
    name: &'a str,
    kind: RecordKind,
    answer: &'a DnsAnswer,
) -> Sentence<'a> {
    let mut args = asked(server, name, kind);
    let key = match answer {
        DnsAnswer::Records { records, ttl, .. } => {
            args.extend([("records", clean(&list(records)).into()), ("ttl", (*ttl).into())]);
            "finding-dns-records"
        }
        DnsAnswer::NoRecords { .. } => "finding-dns-none",
        DnsAnswer::NoSuchName { .. } => "finding-dns-no-such-name",
        DnsAnswer::Error { code } => {
            args.push(("code", code.into()));
            "finding-dns-error"
        }
        DnsAnswer::Lame { said } => {
            args.push(("said", clean(said).into()));
            "finding-dns-lame"
        }
        DnsAnswer::Silent { after_ms } => {
            args.push(("span", span(*after_ms).into()));
            "finding-dns-silent"
        }
        DnsAnswer::Unreachable { detail } => {
            args.push(("detail", detail.into()));
            "finding-dns-unreachable"
        }
    };
    (key, args)
}

fn asked<'a>(server: String, name: &'a str, kind: RecordKind) -> Vec<(&'static str, Value<'a>)> {
    vec![("server", server.into()), ("name", name.into()), ("kind", kind.name().into())]
}

pub(super) fn at<'a>(address: &std::net::SocketAddr) -> Vec<(&'static str, Value<'a>)> {
    vec![("address", address.to_string().into())]
}

pub(super) fn with<'a>(
    address: &std::net::SocketAddr,
    name: &'static str,
    value: String,
) -> Vec<(&'static str, Value<'a>)> {
    vec![("address", address.to_string().into()), (name, value.into())]
}

fn failed<'a>(
    key: &'static str,
    address: &std::net::SocketAddr,
    failure: &causeway_model::Failure,
    stage: Stage,
    texts: &Texts,
) -> Sentence<'a> {
    (key, with(address, "failure", failure_words(failure, stage, texts)))
}

pub(super) fn list(items: &[String]) -> String {
    items.join(", ")
}

/// Records as people read them; "there is none" in words.
fn records(items: &[String], texts: &Texts) -> String {
    if items.is_empty() { texts.text("finding-nothing") } else { clean(&list(items)) }
}

/// The root zone has no name that a reader would see.
fn zone_text(zone: &str) -> &str {
    if zone.is_empty() { "." } else { zone }
}

fn host_text(host: &MailHost, texts: &Texts) -> String {
    let leads_to = match (&host.failure, host.addresses.is_empty()) {
        (Some(failure), _) => failure_words(failure, Stage::Resolve, texts),
        (None, true) => texts.text("finding-nothing"),
        (None, false) => {
            let all: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
            list(&all)
        }
    };
    format!("{} {} ({leads_to})", host.preference, host.name)
}

fn how_text(how: Break, texts: &Texts) -> String {
    texts.text(match how {
        Break::Closed => "finding-break-closed",
        Break::Silent => "finding-break-silent",
    })
}

fn sign_text(sign: &MaskingSign, texts: &Texts) -> String {
    match sign {
        MaskingSign::GreetingCovered { greeting } => {
            texts.format("masking-greeting", &[("greeting", clean(greeting).into())])
        }
        MaskingSign::KeywordsCrossedOut { keywords } => {
            texts.format("masking-keywords", &[("keywords", clean(&list(keywords)).into())])
        }
        MaskingSign::KeywordsRemoved { keywords } => {
            texts.format("masking-removed", &[("keywords", clean(&list(keywords)).into())])
        }
        MaskingSign::EhloRefused { reply } => {
            texts.format("masking-ehlo", &[("reply", verbatim(reply).into())])
        }
        MaskingSign::CommandAltered { command, reply } => texts.format(
            "masking-command",
            &[("command", clean(command).into()), ("reply", verbatim(reply).into())],
        ),
    }
}
